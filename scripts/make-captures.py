#!/usr/bin/env python3
"""Makes the captures of captures/ that no program sends, and the frames that scripts/record-captures.sh provokes kernels with.

    make-captures.py --out DIR [NAME...]      writes the hand-made captures, or the named ones
    make-captures.py --list                   prints name and description of each, separated by a tab
    make-captures.py --frames                 prints the names of the frames
    make-captures.py --send IFACE FRAME...    sends frames through AF_PACKET
    make-captures.py --reorder IN OUT         writes a pcap file in the other byte order
    make-captures.py --scrub IN OUT           takes hardware and system names out of a pcapng file

Every output depends on this file alone. Builders go from the inside out: each takes the payload and returns it with its header in
front; a keyword argument overrides a field to make it wrong on purpose.
"""

import socket
import struct
import sys

CAPTURES = {}  # file name: (description, function that returns the bytes)
FRAMES = {}    # frame name: function that returns the bytes
START = 1700000000  # time of the first packet; one second between packets


def capture(name, description):
    """Registers a function that returns the whole file."""
    return lambda function: CAPTURES.setdefault(name, (description, function))


def frame(function):
    """Registers a function that returns one frame; underscores of its name become hyphens."""
    return FRAMES.setdefault(function.__name__.replace("_", "-"), function)


# --- numbers and addresses -----------------------------------------------------------------------------------------------------

def be8(*values):
    return struct.pack("!%dB" % len(values), *values)


def be16(*values):
    return struct.pack("!%dH" % len(values), *values)


def be32(*values):
    return struct.pack("!%dI" % len(values), *values)


def ip(text):
    """An address of either family."""
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def pattern(size):
    """Payload that shows its own offset."""
    return bytes(i & 0xff for i in range(size))


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def with_checksum(data, offset, pseudo=b"", value=None):
    """Puts a checksum, or the wrong value asked for, into two octets of zero."""
    if value is None:
        value = checksum(pseudo + data)
    return data[:offset] + be16(value) + data[offset + 2:]


def pseudo_header(source, destination, protocol, size):
    """RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1."""
    if len(source) == 4:
        return source + destination + be8(0, protocol) + be16(size)
    return source + destination + be32(size, protocol)


# --- link layer ----------------------------------------------------------------------------------------------------------------

# The laboratory's A and B on a LAN: RFC 7042 section 2.1.2.
MAC_A = mac("00:00:5e:00:53:02")
MAC_B = mac("00:00:5e:00:53:04")
A4, B4 = "192.0.2.1", "192.0.2.2"
A6, B6 = "2001:db8::1", "2001:db8::2"
IP4, ARP, IP6, VLAN, QINQ = 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8


def ethernet(ethertype, payload, destination=MAC_B, source=MAC_A):
    return destination + source + be16(ethertype) + payload


def tag(vid, ethertype, payload, priority=0, dei=0):
    """What follows an Ethernet type of 0x8100 or 0x88a8."""
    return be16(priority << 13 | dei << 12 | vid, ethertype) + payload


def multicast_mac(group):
    address = ip(group)
    return mac("01005e") + be8(address[1] & 0x7f) + address[2:] if len(address) == 4 else mac("3333") + address[12:]


def pad(data, size=60, fill=b"\0"):
    return data + fill * (size - len(data))


# --- network layer -------------------------------------------------------------------------------------------------------------

ICMP, IGMP, IPIP, TCP, UDP, IP6IN, ROUTING, FRAGMENT, GRE, ESP, AH, ICMP6, NONE, DSTOPTS = (
    1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60)
DF, MF = 0x4000, 0x2000


def ip4(protocol, payload, source=A4, destination=B4, ttl=64, tos=0, ident=0, flags=0, offset=0, options=b"", version=4,
        header_words=None, total=None, check=None):
    """RFC 791; options are padded with end-of-list to a word."""
    options += b"\0" * (-len(options) % 4)
    words = 5 + len(options) // 4 if header_words is None else header_words
    total = 20 + len(options) + len(payload) if total is None else total
    header = be8(version << 4 | words, tos) + be16(total, ident, flags | offset // 8) + be8(ttl, protocol) + be16(0)
    return with_checksum(header + ip(source) + ip(destination) + options, 10, value=check) + payload


def ip6(next_header, payload, source=A6, destination=B6, hops=64, traffic_class=0, flow=0, length=None, version=6):
    """RFC 8200; extension headers are part of the payload."""
    length = len(payload) if length is None else length
    return be32(version << 28 | traffic_class << 20 | flow) + be16(length) + be8(next_header, hops) + ip(source) + ip(
        destination) + payload


def eth4(protocol, payload, **fields):
    return ethernet(IP4, ip4(protocol, payload, **fields))


def eth6(next_header, payload, **fields):
    return ethernet(IP6, ip6(next_header, payload, **fields))


def option(kind, data=b"", length=None):
    """One option of IPv4 or TCP: the length counts itself and the kind."""
    return be8(kind, len(data) + 2 if length is None else length) + data


def option6(kind, data=b"", length=None):
    """One option of a hop-by-hop or destination options header."""
    return be8(kind, len(data) if length is None else length) + data


def padded6(options):
    """Options filled with Pad1 or PadN to the 8 octets that the header's first two octets share."""
    missing = -(len(options) + 2) % 8
    if missing == 1:
        return options + b"\0"
    return options + (option6(1, bytes(missing - 2)) if missing else b"")


def extension(next_header, options, payload, length=None):
    """A hop-by-hop or destination options header."""
    options = padded6(options)
    return be8(next_header, (len(options) + 2) // 8 - 1 if length is None else length) + options + payload


def routing(next_header, kind, segments_left, data, payload, length=None):
    """RFC 8200 section 4.4; data starts with the type-specific word."""
    return be8(next_header, (len(data) + 4) // 8 - 1 if length is None else length, kind, segments_left) + data + payload


def fragment(next_header, offset, more, ident, payload, reserved=0):
    return be8(next_header, reserved) + be16(offset & ~7 | more) + be32(ident) + payload


# --- transport and ICMP --------------------------------------------------------------------------------------------------------

def udp(payload, source=A4, destination=B4, sport=40001, dport=50001, length=None, check=None):
    length = 8 + len(payload) if length is None else length
    data = be16(sport, dport, length, 0) + payload
    if check is None:
        check = checksum(pseudo_header(ip(source), ip(destination), UDP, len(data)) + data) or 0xffff
    return with_checksum(data, 6, value=check)


FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128


def tcp(payload=b"", flags=ACK, options=b"", source=A4, destination=B4, sport=40001, dport=7777, seq=1000, ack=2000, window=512,
        urgent=0, words=None, check=None):
    options += b"\0" * (-len(options) % 4)
    words = 5 + len(options) // 4 if words is None else words
    data = be16(sport, dport) + be32(seq, ack) + be16(words << 12 | flags, window, 0, urgent) + options + payload
    return with_checksum(data, 16, pseudo_header(ip(source), ip(destination), TCP, len(data)), check)


def icmp4(kind, code, rest, payload=b"", check=None):
    """rest is the second word: an integer or four octets."""
    rest = rest if isinstance(rest, bytes) else be32(rest)
    return with_checksum(be8(kind, code) + be16(0) + rest + payload, 2, value=check)


def icmp6(kind, code, body, source=A6, destination=B6, check=None):
    data = be8(kind, code) + be16(0) + body
    return with_checksum(data, 2, pseudo_header(ip(source), ip(destination), ICMP6, len(data)), check)


# --- IGMP and MLD --------------------------------------------------------------------------------------------------------------

ROUTER_ALERT4 = option(148, b"\0\0")
ROUTER_ALERT6 = option6(5, b"\0\0")


def igmp(kind, code, body, check=None):
    return with_checksum(be8(kind, code) + be16(0) + body, 2, value=check)


def igmp3_query(code, group, flags, interval, sources=(), count=None):
    """RFC 3376 section 4.1; flags is S and QRV, interval is the QQIC."""
    count = len(sources) if count is None else count
    return igmp(0x11, code, ip(group) + be8(flags, interval) + be16(count) + b"".join(map(ip, sources)))


def group_record(kind, group, sources=(), aux=b"", count=None, aux_words=None):
    """One record of an IGMPv3 or MLDv2 report (RFC 3376 section 4.2.4, RFC 3810 section 5.2)."""
    count = len(sources) if count is None else count
    aux_words = len(aux) // 4 if aux_words is None else aux_words
    return be8(kind, aux_words) + be16(count) + ip(group) + b"".join(map(ip, sources)) + aux


def igmp3_report(*records, count=None, check=None, tail=b""):
    return igmp(0x22, 0, be16(0, len(records) if count is None else count) + b"".join(records) + tail, check)


def igmp_frame(message, destination, source="192.0.2.10", ttl=1, tos=0xc0, options=ROUTER_ALERT4, flags=DF):
    packet = ip4(IGMP, message, source, destination, ttl=ttl, tos=tos, flags=flags, options=options)
    return ethernet(IP4, packet, multicast_mac(destination), mac("02000000000a"))


def mld(kind, delay, group, tail=b""):
    """Type and body of an MLDv1 message or an MLDv2 query, before the checksum."""
    return kind, be16(delay, 0) + ip(group) + tail


def mld2_query(code, group, flags, interval, sources=(), count=None):
    count = len(sources) if count is None else count
    return mld(130, code, group, be8(flags, interval) + be16(count) + b"".join(map(ip, sources)))


def mld2_report(*records, count=None):
    return 143, be16(0, len(records) if count is None else count) + b"".join(records)


def mld_frame(message, destination, source="fe80::a", hops=1, check=None, alert=ROUTER_ALERT6):
    body = icmp6(message[0], 0, message[1], source, destination, check)
    packet = ip6(0, extension(ICMP6, alert, body), source, destination, hops) if alert else ip6(
        ICMP6, body, source, destination, hops)
    return ethernet(IP6, packet, multicast_mac(destination), mac("02000000000a"))


# --- capture files -------------------------------------------------------------------------------------------------------------

MICROSECONDS, NANOSECONDS, MODIFIED = 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34
ETHERNET = 1


def pcap(packets, linktype=ETHERNET, order="<", magic=MICROSECONDS, snaplen=262144, step_us=1000):
    """A pcap file; a packet is bytes, or (bytes, length on the wire)."""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)
    for i, packet in enumerate(packets):
        data, wire = packet if isinstance(packet, tuple) else (packet, len(packet))
        out += struct.pack(order + "IIII", START + i, i * step_us, len(data), wire)
        if magic == MODIFIED:
            out += struct.pack(order + "IHBB", 2, IP4, 0, 0)  # interface index, protocol, packet type, padding
        out += data
    return out


def block(kind, body, order="<", size=None, trailer=None):
    """One pcapng block around its body; the two lengths can be made to lie."""
    body += b"\0" * (-len(body) % 4)
    size = len(body) + 12 if size is None else size
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size if trailer is None else trailer)


# --- frames that kernels answer ------------------------------------------------------------------------------------------------

CHAIN_A, CHAIN_R1 = mac("00:00:5e:00:53:01"), mac("00:00:5e:00:53:02")


@frame
def lone_fragment_4():
    """Over lab_chain 3: the first fragment of a datagram whose rest never comes."""
    packet = ip4(UDP, udp(pattern(64), "10.9.0.1", "10.9.3.2"), "10.9.0.1", "10.9.3.2", ident=77, flags=MF)
    return ethernet(IP4, packet, CHAIN_R1, CHAIN_A)


@frame
def lone_fragment_6():
    """Over lab_chain 3, likewise."""
    a, b = "2001:db8:0::1", "2001:db8:3::2"
    packet = ip6(FRAGMENT, fragment(UDP, 0, 1, 77, udp(pattern(64), a, b)), a, b)
    return ethernet(IP6, packet, CHAIN_R1, CHAIN_A)


@frame
def bad_option_pointer():
    """Record route whose pointer points into its own head."""
    return eth4(ICMP, icmp4(8, 0, 0x00010001, pattern(8)), options=option(7, be8(3) + bytes(8)))


@frame
def bad_option_length():
    """A timestamp option too short for its own head."""
    return eth4(ICMP, icmp4(8, 0, 0x00010002, pattern(8)), options=option(68, b"\x05\x00", 3) + b"\1")


@frame
def bad_option_source_route():
    """Two loose source routes, which RFC 791 forbids."""
    route = option(131, be8(8) + ip(B4))
    return eth4(ICMP, icmp4(8, 0, 0x00010003, pattern(8)), options=route + route)


@frame
def unknown_next_header():
    return eth6(253, pattern(16))


@frame
def unknown_option_6():
    """Option 0x9e: discard and send Parameter Problem code 2."""
    return eth6(DSTOPTS, extension(UDP, option6(0x9e, b"\1\2\3\4"), udp(b"probe\n", A6, B6)))


@frame
def routing_header_0():
    """Deprecated by RFC 5095: answered with Parameter Problem code 0."""
    return eth6(ROUTING, routing(UDP, 0, 1, be32(0) + ip("2001:db8::9"), udp(b"probe\n", A6, "2001:db8::9")))


def probe(kind, value):
    """RFC 8335 section 2: an extended echo request with one interface identification object."""
    objects = be16(4 + len(value)) + be8(3, kind) + value
    structure = with_checksum(be8(0x20, 0) + be16(0) + objects, 2)
    return eth4(ICMP, icmp4(42, 0, be16(7) + be8(kind, 1), structure))


@frame
def probe_by_name():
    return probe(1, b"eth0")


@frame
def probe_by_index():
    return probe(2, be32(1))


@frame
def probe_by_address():
    return probe(3, be16(1) + be8(4, 0) + ip(B4))


@frame
def customer_echo():
    return ethernet(VLAN, tag(7, IP4, ip4(ICMP, icmp4(8, 0, 0x00010001, pattern(32)))))


@frame
def customer_udp():
    return ethernet(VLAN, tag(7, IP4, ip4(UDP, udp(b"probe\n")), priority=5))


@frame
def customer_arp():
    request = be16(1, IP4) + be8(6, 4) + be16(1) + MAC_A + ip(A4) + bytes(6) + ip(B4)
    return ethernet(VLAN, tag(7, ARP, request), b"\xff" * 6)


@frame
def customer_priority():
    return ethernet(VLAN, tag(0, IP4, ip4(UDP, udp(b"probe\n")), priority=3))


# --- IGMP and MLD captures -----------------------------------------------------------------------------------------------------

S1, S2, S3 = "198.51.100.1", "198.51.100.2", "198.51.100.3"


@capture("igmp-mld-golden.pcap", "fifteen golden messages of every version, each with all mandated IP fields")
def igmp_mld_golden():
    records4 = (group_record(1, "232.1.1.1", [S1]), group_record(2, "239.1.1.1"), group_record(3, "239.1.1.2"),
                group_record(4, "239.1.1.3"), group_record(5, "232.1.1.4", [S1, S2]), group_record(6, "232.1.1.5", [S3]))
    records6 = group_record(4, "ff15::1"), group_record(5, "ff3e::1", ["2001:db8::1"])
    return pcap([
        igmp_frame(igmp(0x11, 0, ip("0.0.0.0")), "224.0.0.1"),
        igmp_frame(igmp(0x12, 0, ip("239.1.1.1")), "239.1.1.1"),
        igmp_frame(igmp(0x11, 100, ip("0.0.0.0")), "224.0.0.1"),
        igmp_frame(igmp(0x11, 10, ip("239.1.1.1")), "239.1.1.1"),
        igmp_frame(igmp(0x16, 0, ip("239.1.1.1")), "239.1.1.1"),
        igmp_frame(igmp(0x17, 0, ip("239.1.1.1")), "224.0.0.2"),
        igmp_frame(igmp3_query(100, "0.0.0.0", 2, 125), "224.0.0.1"),
        igmp_frame(igmp3_query(0x90, "232.1.1.1", 0xf, 0xff, [S1, S2]), "232.1.1.1"),
        igmp_frame(igmp3_report(*records4), "224.0.0.22"),
        mld_frame(mld(130, 10000, "::"), "ff02::1"),
        mld_frame(mld(131, 0, "ff15::1"), "ff15::1"),
        mld_frame(mld(132, 0, "ff15::1"), "ff02::2"),
        mld_frame(mld2_query(10000, "::", 2, 125), "ff02::1"),
        mld_frame(mld2_query(0x8001, "ff3e::1", 2, 0x90, ["2001:db8::1"]), "ff3e::1"),
        mld_frame(mld2_report(*records6), "ff02::16"),
    ], order=">", snaplen=65535, step_us=0)


# MORE-CAPTURES

# --- recorded files, rewritten ---------------------------------------------------------------------------------------------------

def reorder(data):
    """A pcap file of this machine's byte order in the other one."""
    out = struct.pack(">IHHiIII", *struct.unpack("<IHHiIII", data[:24]))
    offset = 24
    while offset < len(data):
        header = struct.unpack_from("<IIII", data, offset)
        out += struct.pack(">IIII", *header) + data[offset + 16:offset + 16 + header[2]]
        offset += 16 + header[2]
    return out


def blocks(data):
    """The blocks of a little-endian pcapng file: type and body."""
    offset = 0
    while offset < len(data):
        kind, size = struct.unpack_from("<II", data, offset)
        yield kind, data[offset + 8:offset + size - 4]
        offset += size


def without_options(data, unwanted):
    out, offset = b"", 0
    while offset < len(data):
        code, size = struct.unpack_from("<HH", data, offset)
        end = offset + 4 + (size + 3 & ~3)
        out += b"" if code in unwanted else data[offset:end]
        offset = end
    return out


def scrub(data):
    """Takes shb_hardware, shb_os and if_os out of a pcapng file that dumpcap wrote."""
    out = b""
    for kind, body in blocks(data):
        fixed, unwanted = {0x0a0d0d0a: (16, (2, 3)), 1: (8, (12,))}.get(kind, (len(body), ()))
        out += block(kind, body[:fixed] + without_options(body[fixed:], unwanted))
    return out


def rewrite(function, source, destination):
    with open(source, "rb") as file:
        write(destination, function(file.read()))


# --- the program ---------------------------------------------------------------------------------------------------------------

def write(path, data):
    with open(path, "wb") as out:
        out.write(data)


def make(directory, names):
    for name, (_, function) in CAPTURES.items():
        if not names or name in names or name.split(".")[0] in names:
            write(directory + "/" + name, function())
            print("made " + name)


def send(interface, names):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind((interface, 0))
    for name in names:
        link.send(FRAMES[name]())


def main(arguments):
    if arguments[:1] == ["--list"]:
        print("\n".join("%s\t%s" % (name, CAPTURES[name][0]) for name in CAPTURES))
    elif arguments[:1] == ["--frames"]:
        print("\n".join(FRAMES))
    elif arguments[:1] == ["--out"] and len(arguments) > 1:
        make(arguments[1], arguments[2:])
    elif arguments[:1] in (["--reorder"], ["--scrub"]) and len(arguments) == 3:
        rewrite(reorder if arguments[0] == "--reorder" else scrub, *arguments[1:])
    elif arguments[:1] == ["--send"] and len(arguments) > 2:
        send(arguments[1], arguments[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
