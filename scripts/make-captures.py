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
    """Registers a function that returns one frame, or a tuple of them; underscores of its name become hyphens."""
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


CUSTOMER4 = ip4(ICMP, icmp4(8, 0, 0x00010001, pattern(32)))
CUSTOMER6 = ip6(ICMP6, icmp6(128, 0, be32(0x00010001) + pattern(32)))
REQUEST = be16(1, IP4) + be8(6, 4) + be16(1) + MAC_A + ip(A4) + bytes(6) + ip(B4)


def customer_frames(outer):
    """One VLAN's traffic; outer turns Ethernet type and payload of the tag into the frame."""
    return (outer(tag(7, ARP, REQUEST), b"\xff" * 6), outer(tag(7, IP4, CUSTOMER4)), outer(tag(7, IP6, CUSTOMER6)),
            outer(tag(7, IP4, ip4(UDP, udp(b"probe\n")), priority=5)), outer(tag(7, IP4, ip4(TCP, tcp(flags=SYN)), dei=1)),
            outer(tag(0, IP4, ip4(UDP, udp(b"probe\n")), priority=3)))


@frame
def tagged():
    return customer_frames(lambda payload, to=MAC_B: ethernet(VLAN, payload, to))


@frame
def service_tagged():
    return customer_frames(lambda payload, to=MAC_B: ethernet(QINQ, payload, to))


@frame
def double_tagged():
    return customer_frames(lambda payload, to=MAC_B: ethernet(QINQ, tag(100, VLAN, payload), to))


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


@capture("igmp-odd.pcap", "IGMP that breaks one rule each: checksum, TTL, Router Alert, destination, lengths, counts, auxiliary data, types")
def igmp_odd():
    plain = group_record(2, "239.1.1.1")
    return pcap([
        igmp_frame(igmp3_report(group_record(4, "239.1.1.9", aux=pattern(8)), plain), "224.0.0.22"),
        igmp_frame(igmp3_report(group_record(1, "239.1.1.9", [S1], count=200), plain), "224.0.0.22"),
        igmp_frame(igmp3_report(group_record(1, "239.1.1.9", [S1], aux_words=255)), "224.0.0.22"),
        igmp_frame(igmp3_report(plain, count=9), "224.0.0.22"),
        igmp_frame(igmp3_report(plain, tail=pattern(12)), "224.0.0.22"),
        igmp_frame(igmp3_report(), "224.0.0.22"),
        igmp_frame(igmp3_report(group_record(9, "239.1.1.1"), group_record(0, "239.1.1.2", [S1])), "224.0.0.22"),
        igmp_frame(igmp3_report(plain, check=0x1234), "224.0.0.22"),
        igmp_frame(igmp3_report(plain), "224.0.0.22", ttl=5, options=b""),
        igmp_frame(igmp3_report(plain), "224.0.0.22", source="0.0.0.0"),
        igmp_frame(igmp3_report(group_record(2, "192.0.2.99")), "224.0.0.22"),
        igmp_frame(igmp3_report(plain), "239.1.1.1", tos=0),
        igmp_frame(igmp(0x16, 0, ip("239.1.1.1")), "224.0.0.2"),
        igmp_frame(igmp(0x16, 0, ip("192.0.2.1")), "239.1.1.1"),
        igmp_frame(igmp(0x17, 0, ip("239.1.1.1")), "224.0.0.1"),
        igmp_frame(igmp(0x16, 7, ip("239.1.1.1") + pattern(8)), "239.1.1.1"),
        igmp_frame(igmp(0x12, 3, ip("239.1.1.1")), "239.1.1.1", options=b""),
        igmp_frame(igmp(0x11, 100, ip("0.0.0.0") + b"\2"), "224.0.0.1"),
        igmp_frame(igmp(0x11, 100, ip("0.0.0.0") + b"\2\175\0"), "224.0.0.1"),
        igmp_frame(igmp3_query(100, "239.1.1.1", 2, 125), "224.0.0.1"),
        igmp_frame(igmp3_query(100, "0.0.0.0", 2, 125), "239.1.1.1"),
        igmp_frame(igmp3_query(0xff, "0.0.0.0", 1, 0x9c), "224.0.0.1"),
        igmp_frame(igmp3_query(0, "0.0.0.0", 0, 0), "224.0.0.1", source="0.0.0.0"),
        igmp_frame(igmp3_query(100, "232.1.1.1", 0xf2, 125, [S1], count=3), "232.1.1.1"),
        igmp_frame(igmp3_query(100, "232.1.1.1", 2, 125, [S1, S1]), "232.1.1.1"),
        igmp_frame(igmp(0x11, 0, ip("239.1.1.1")), "239.1.1.1"),
        igmp_frame(igmp(0x11, 100, ip("0.0.0.0"), 0xdead), "224.0.0.1"),
        igmp_frame(be8(0x22, 0, 0xdd, 0xff), "224.0.0.22"),
        igmp_frame(be8(0x16), "239.1.1.1"),
        igmp_frame(b"", "224.0.0.1"),
    ])


@capture("igmp-other-types.pcap", "IGMP types that are not group membership: multicast router discovery (RFC 4286), Cisco trace, unassigned")
def igmp_other_types():
    return pcap([
        igmp_frame(igmp(0x30, 20, be16(125, 2)), "224.0.0.106"),
        igmp_frame(igmp(0x31, 0, b""), "224.0.0.2"),
        igmp_frame(igmp(0x32, 0, b""), "224.0.0.106"),
        igmp_frame(igmp(0x30, 2, be16(0, 0)), "224.0.0.106", ttl=2),
        igmp_frame(igmp(0x15, 0, pattern(8)), "224.0.0.2"),
        igmp_frame(igmp(0x77, 1, pattern(8)), "224.0.0.2"),
        igmp_frame(igmp(0xff, 255, pattern(4)), "224.0.0.2"),
        igmp_frame(igmp(0x00, 0, ip("239.1.1.1")), "224.0.0.1"),
    ])


@capture("mld-odd.pcap", "MLD that breaks one rule each: checksum, hop limit, Router Alert, source address, lengths, counts, auxiliary data")
def mld_odd():
    plain = group_record(4, "ff15::1")
    kind, body = mld2_report(plain)
    return pcap([
        mld_frame(mld2_report(group_record(4, "ff15::9", aux=pattern(8)), plain), "ff02::16"),
        mld_frame(mld2_report(group_record(1, "ff3e::9", ["2001:db8::a"], count=99)), "ff02::16"),
        mld_frame(mld2_report(group_record(1, "ff3e::9", aux_words=255)), "ff02::16"),
        mld_frame(mld2_report(plain, count=7), "ff02::16"),
        mld_frame(mld2_report(), "ff02::16"),
        mld_frame((kind, body + pattern(8)), "ff02::16"),
        mld_frame(mld2_report(group_record(77, "ff15::1"), group_record(2, "2001:db8::1")), "ff02::16"),
        mld_frame(mld2_report(plain), "ff02::16", check=0xbeef),
        mld_frame(mld2_report(plain), "ff02::16", hops=64),
        mld_frame(mld2_report(plain), "ff02::16", alert=b""),
        mld_frame(mld2_report(plain), "ff02::16", source="::"),
        mld_frame(mld2_report(plain), "ff02::16", source="2001:db8::a"),
        mld_frame(mld2_report(plain), "ff02::16", alert=option6(5, be16(1))),
        mld_frame(mld(131, 0, "ff15::1"), "ff02::1"),
        mld_frame(mld(131, 5, "2001:db8::1"), "ff15::1"),
        mld_frame(mld(132, 0, "ff15::1"), "ff02::1"),
        mld_frame(mld(130, 0xffff, "::"), "ff02::1"),
        mld_frame(mld(130, 1000, "::", b"\2\175"), "ff02::1"),
        mld_frame(mld2_query(0xffff, "::", 0, 0xff), "ff02::1"),
        mld_frame(mld2_query(1000, "ff15::1", 2, 125), "ff02::1"),
        mld_frame(mld2_query(1000, "ff3e::1", 0xa, 125, ["2001:db8::a"], count=3), "ff3e::1"),
        mld_frame((143, be16(0)), "ff02::16"),
        mld_frame((130, b""), "ff02::1"),
        mld_frame((151, b""), "ff02::6a"),
        mld_frame((152, b""), "ff02::2"),
        mld_frame((153, b""), "ff02::6a"),
    ])


# --- IP ------------------------------------------------------------------------------------------------------------------------

def echo4(number, **fields):
    return eth4(ICMP, icmp4(8, 0, 0x00010000 + number, pattern(16)), **fields)


def echo6(number, payload=16, **fields):
    return icmp6(128, 0, be32(0x00010000 + number) + pattern(payload), **fields)


@capture("ip4-options.pcap", "one packet an IPv4 option of the registry, well formed")
def ip4_options():
    two = ip("192.0.2.7") + ip("192.0.2.8")
    options = [
        option(7, be8(12) + two), option(68, be8(13, 0x10) + be32(1000, 0x80000001)), option(68, be8(13, 0x01) + two),
        option(68, be8(9, 0x03) + ip(B4) + be32(0)), option(68, be8(5, 0xf3) + ip(B4) + be32(5)), option(131, be8(4) + two),
        option(137, be8(8) + two), option(148, be16(0)), option(148, be16(77)), option(130, pattern(9)), option(133,
            pattern(4)),
        option(134, be32(1) + pattern(6)), option(136, be16(0xbeef)), option(82, pattern(10)), option(11, be16(1500)),
        option(12, be16(1400)), option(94, pattern(4)), option(145, pattern(4)), option(147, be16(0) + ip(B4)), option(149,
            pattern(8)),
        option(25, be8(0x17, 64) + be16(0) + be32(2)), be8(1, 1, 1, 0), be8(1) + ROUTER_ALERT4 + option(7,
            be8(4) + bytes(8)) + be8(0),
        option(200, pattern(4)), option(2), option(7, be8(40) + bytes(36)), be8(0) + pattern(7)]
    return pcap([echo4(i, options=o) for i, o in enumerate(options)])


@capture("ip4-options-hostile.pcap", "IPv4 options with lengths of 0, 1, too short, past the header, pointers that lie")
def ip4_options_hostile():
    options = [
        be8(7, 0, 4, 0), be8(7, 1, 4, 0), be8(7, 2, 0, 0), be8(7, 40, 4, 0), be8(1, 1, 1, 7), be8(131, 11, 255) + bytes(9),
        be8(131, 10, 4) + bytes(9), be8(137, 3, 4, 0), be8(68, 4, 5, 0), be8(68, 8, 4, 0) + bytes(4), be8(68, 12, 255,
            0xf1) + bytes(8),
        be8(68, 12, 9, 0x07) + bytes(8), be8(148, 3, 0, 0), be8(148, 6) + bytes(6), be8(136, 2, 0, 0), be8(130, 255) + bytes(6),
        be8(200, 0) + bytes(2), be8(255, 255, 255, 255)]
    return pcap([echo4(i, options=o) for i, o in enumerate(options)])


@capture("ip4-odd.pcap", "IPv4 headers whose fields lie: version, header length, total length, checksum, fragments, reserved bit, padding")
def ip4_odd():
    return pcap([
        echo4(1, version=5), echo4(2, version=0), echo4(3, header_words=4), echo4(4, header_words=0), echo4(5, header_words=15),
        echo4(6, total=19), echo4(7, total=0), echo4(8, total=2000), echo4(9, total=30), echo4(10, check=0x1234), echo4(11,
            check=0),
        echo4(12, ttl=0), echo4(13, flags=0x8000), echo4(14, flags=DF | MF), echo4(15, flags=MF, ident=9),
        echo4(16, offset=65528, ident=9), echo4(17, offset=8, ident=9), echo4(18, source=B4), echo4(19,
            source="255.255.255.255"),
        echo4(20, tos=0xff), echo4(21, source="0.0.0.0", destination="255.255.255.255"), echo4(22, total=20),
        eth4(UDP, udp(b"tail\n"), total=40) + b"trailer of a frame", pad(eth4(UDP, udp(b"x"))), pad(echo4(23, total=24), 80,
            b"\xaa"),
        ethernet(IP4, ip4(ICMP, b"")[:20]), ethernet(IP4, b""), ethernet(IP4, b"\x45"), ethernet(IP4, ip4(ICMP, b"")[:19]),
        eth4(0, pattern(20)), eth4(255, pattern(20)), eth4(143, pattern(20)), eth4(IP6IN, b""), eth4(NONE, b"rest"),
    ])


@capture("ip4-protocols.pcap", "IPv4 with protocols that have a name and no decoder, and with none")
def ip4_protocols():
    return pcap([eth4(number, pattern(24)) for number in (3, 5, 7, 12, 18, 27, 28, 36, 48, 54, 99, 114, 137, 138, 139, 141,
                                                          142, 200, 252, 253, 254)])


@capture("ip6-extension-headers.pcap", "IPv6 with every extension header, their options, fragments and orders")
def ip6_extension_headers():
    home = extension(ICMP6, b"\1\2\0\0" + option6(0xc9, ip("2001:db8::77")), echo6(1, source="2001:db8::77"))
    final = "2001:db8::9"
    payload = udp(b"probe\n", A6, B6)
    whole = udp(pattern(40), A6, B6)
    return pcap([
        eth6(0, extension(ICMP6, ROUTER_ALERT6, echo6(0))), eth6(0, extension(UDP, ROUTER_ALERT6 + option6(1, b"\0\0"),
            payload)),
        eth6(0, extension(UDP, option6(0xc2, be32(70000)), payload)), eth6(0, extension(UDP, option6(7, pattern(8)), payload)),
        eth6(0, extension(UDP, option6(0x63, pattern(4)), payload)), eth6(0, extension(UDP, option6(0x26, pattern(4)),
            payload)),
        eth6(0, extension(UDP, option6(0x30, be32(1)), payload)), eth6(DSTOPTS, home),
        eth6(DSTOPTS, extension(UDP, option6(4, be8(3)), payload)), eth6(DSTOPTS, extension(UDP, option6(0x8a, pattern(8)),
            payload)),
        eth6(DSTOPTS, extension(UDP, b"\0" * 6, payload)), eth6(0, extension(DSTOPTS, ROUTER_ALERT6, extension(UDP, b"",
            payload))),
        eth6(ROUTING, routing(UDP, 0, 1, be32(0) + ip(final), udp(b"probe\n", A6, final))),
        eth6(ROUTING, routing(UDP, 0, 0, be32(0) + ip(final), payload)),
        eth6(ROUTING, routing(UDP, 2, 1, be32(0) + ip(final), udp(b"probe\n", A6, final))),
        eth6(ROUTING, routing(UDP, 3, 1, be32(0x99000000) + ip(final), payload)),
        eth6(ROUTING, routing(UDP, 4, 1, be8(1, 0) + be16(5) + ip(final) + ip(B6), udp(b"probe\n", A6, final))),
        eth6(ROUTING, routing(UDP, 253, 0, be32(0) + pattern(8), payload)),
        eth6(FRAGMENT, fragment(UDP, 0, 1, 7, whole[:24])), eth6(FRAGMENT, fragment(UDP, 24, 0, 7, whole[24:])),
        eth6(FRAGMENT, fragment(UDP, 0, 0, 8, payload)), eth6(FRAGMENT, fragment(ICMP6, 0, 0, 9, echo6(9))),
        eth6(FRAGMENT, fragment(TCP, 0, 1, 10, tcp(pattern(12), source=A6, destination=B6))),
        eth6(FRAGMENT, fragment(UDP, 0, 6, 11, payload, reserved=5)),
        eth6(AH, be8(UDP, 4) + be16(0) + be32(0x1000, 1) + pattern(12) + payload), eth6(ESP, be32(0x2000, 1) + pattern(32)),
        eth6(NONE, b""), eth6(NONE, b"ignored"), eth6(0, extension(NONE, b"", b"")), 
        eth6(139, be8(59, 4) + pattern(38)), eth6(140, be8(59, 4) + pattern(38)), eth6(253, pattern(20)), eth6(254,
            pattern(20)),
    ])


@capture("ip6-odd.pcap", "IPv6 headers whose fields lie: version, payload length, extension lengths, options past the end, chains")
def ip6_odd():
    payload = udp(b"probe\n", A6, B6)
    chain = payload
    for _ in range(20):
        chain = extension(DSTOPTS if chain is not payload else UDP, b"", chain)
    return pcap([
        eth6(UDP, payload, version=4), eth6(UDP, payload, length=1), eth6(UDP, payload, length=2000), eth6(UDP, payload,
            length=0),
        eth6(UDP, payload, hops=0), eth6(UDP, payload, source="::"), eth6(UDP, payload, source="ff02::1"),
        eth6(UDP, payload, source="::ffff:192.0.2.1", destination="::1"), eth6(UDP, payload) + b"trailer",
        eth6(0, extension(UDP, ROUTER_ALERT6, payload, length=200)), eth6(0, extension(UDP, option6(5, b"\0", 90), payload)),
        eth6(0, extension(UDP, option6(5, b"\0\0\0", 3), payload)), eth6(0, extension(UDP, be8(1), payload)),
        eth6(DSTOPTS, chain), eth6(UDP, extension(UDP, b"", payload)), eth6(DSTOPTS, extension(0, b"", extension(UDP, b"",
            payload))),
        eth6(ROUTING, routing(UDP, 0, 9, be32(0) + ip(A6), payload)), eth6(ROUTING, routing(UDP, 4, 200, be8(200, 0, 0,
            0) + ip(A6), payload)),
        eth6(ROUTING, be8(UDP, 1)), eth6(FRAGMENT, be8(UDP, 0, 0)), eth6(FRAGMENT, fragment(UDP, 65528, 1, 1, pattern(16))),
        eth6(FRAGMENT, fragment(UDP, 0, 1, 2, pattern(13))), eth6(AH, be8(UDP, 0) + be16(0) + payload), eth6(AH, be8(UDP, 200)),
        ethernet(IP6, b""), ethernet(IP6, b"\x60"), ethernet(IP6, ip6(UDP, b"")[:39]),
    ])


# --- transport -----------------------------------------------------------------------------------------------------------------

@capture("udp-odd.pcap", "UDP whose length or checksum lies, in both families, with a computed checksum of zero sent as ffff")
def udp_odd():
    def zero_sum(source, destination):
        """A payload whose checksum comes out as 0, which is sent as ffff (RFC 768)."""
        rest = checksum(pseudo_header(ip(source), ip(destination), UDP, 10) + be16(40001, 50001, 10, 0))
        return udp(be16(rest), source, destination)
    six = {"source": A6, "destination": B6}
    return pcap([
        eth4(UDP, udp(pattern(16), length=7)), eth4(UDP, udp(pattern(16), length=0)), eth4(UDP, udp(pattern(16), length=12)),
        eth4(UDP, udp(pattern(16), length=2000)), eth4(UDP, udp(pattern(16), check=0)), eth4(UDP, udp(pattern(16),
            check=0x1234)),
        eth4(UDP, zero_sum(A4, B4)), eth4(UDP, udp(b"")), eth4(UDP, udp(b"", sport=0, dport=0)), eth4(UDP, udp(b"x")[:7]),
        eth4(UDP, b""), eth4(UDP, udp(pattern(100)), flags=MF), eth4(UDP, pattern(64), offset=104),
        eth6(UDP, udp(pattern(16), check=0, **six)), eth6(UDP, udp(pattern(16), check=0x1234, **six)), eth6(UDP, zero_sum(A6,
            B6)),
        eth6(UDP, udp(pattern(16), length=0, **six)), eth6(UDP, udp(pattern(16), length=9, **six)), eth6(UDP, udp(b"",
            **six)[:5]),
        eth4(UDP, udp(ip4(UDP, udp(b"inner looks like a packet\n"), "198.51.100.1", "198.51.100.2"))),
    ])


@capture("tcp-options.pcap", "one segment a TCP option of the registry, well formed")
def tcp_options():
    def sack(*edges):
        return option(5, be32(*edges))
    options = [
        (SYN, option(2, be16(1460))), (SYN, option(2, be16(1460)) + option(4) + option(8, be32(1, 0)) + be8(1) + option(3,
            be8(7))),
        (SYN | ACK, option(2, be16(536)) + option(3, be8(14))), (ACK, be8(1, 1) + option(8, be32(100, 99))),
        (ACK, be8(1, 1) + sack(1000, 2000)), (ACK, be8(1, 1) + sack(1000, 2000, 3000, 4000)),
        (ACK, be8(1, 1) + sack(1000, 2000, 3000, 4000, 5000, 6000)), (ACK, be8(1, 1) + sack(*range(1000, 9000, 1000))),
        (SYN, option(34)), (SYN, option(34, pattern(8))), (SYN, option(34, pattern(16))), (SYN, option(254,
            be16(0xf989) + pattern(8))),
        (SYN, option(28, be16(0x8005))), (ACK, option(19, pattern(16))), (ACK, option(29, be8(1, 2) + pattern(12))),
        (ACK, option(6, pattern(4))), (ACK, option(7, pattern(4))), (ACK, option(9)), (ACK, option(10, b"\x40")),
        (SYN, option(11, be32(1))), (SYN, option(12, be32(2))), (SYN, option(13, be32(3))), (SYN, option(14, be8(1))),
        (ACK, option(15, pattern(2))), (ACK, option(18, be8(3))), (ACK, option(27, pattern(6))), (ACK, option(253,
            be16(0x1234))),
        (ACK, option(99, pattern(3))), (ACK, be8(1, 1, 1, 1)), (ACK, be8(0) + pattern(3)), (SYN, option(3, be8(15)) + be8(0)),
    ]
    return pcap([eth4(TCP, tcp(flags=f, options=o)) for f, o in options])


@capture("tcp-options-hostile.pcap", "TCP options with lengths of 0, 1, wrong for the kind, past the header")
def tcp_options_hostile():
    options = [be8(2, 0, 0, 0), be8(2, 1, 0, 0), be8(2, 3, 5, 1), be8(2, 8) + bytes(6), be8(3, 2, 1, 1), be8(4, 4, 0, 0),
               be8(8, 9) + bytes(10), be8(8, 40, 0, 0), be8(5, 3, 0, 0), be8(5, 9) + bytes(10), be8(5, 2, 0, 0), be8(5,
                   34) + bytes(10),
               be8(1, 1, 1, 2), be8(19, 17) + bytes(18), be8(34, 3, 0, 0), be8(99, 0, 0, 0), be8(99, 1, 0, 0), be8(255, 255,
                   255, 255)]
    return pcap([eth4(TCP, tcp(flags=SYN, options=o)) for o in options])


@capture("tcp-odd.pcap", "TCP whose header length, flags or checksum lies, in both families")
def tcp_odd():
    six = {"source": A6, "destination": B6}
    return pcap([
        eth4(TCP, tcp(pattern(8), words=4)), eth4(TCP, tcp(pattern(8), words=0)), eth4(TCP, tcp(pattern(8), words=15)),
        eth4(TCP, tcp(flags=0)), eth4(TCP, tcp(flags=0x1ff)), eth4(TCP, tcp(flags=FIN | PSH | URG)), eth4(TCP,
            tcp(flags=SYN | FIN)),
        eth4(TCP, tcp(flags=SYN | RST)), eth4(TCP, tcp(flags=ACK | 0xe00)), eth4(TCP, tcp(pattern(4), flags=RST)),
        eth4(TCP, tcp(b"reason\r\n", flags=RST | ACK)), eth4(TCP, tcp(flags=ACK, check=0x1234)), eth4(TCP, tcp(flags=ACK,
            check=0)),
        eth4(TCP, tcp(flags=ACK, urgent=9)), eth4(TCP, tcp(pattern(4), flags=ACK | URG, urgent=9999)), eth4(TCP, tcp(flags=ACK,
            window=0)),
        eth4(TCP, tcp(seq=0xffffffff, flags=SYN)), eth4(TCP, tcp(pattern(16), flags=ACK | PSH, seq=0xfffffff8)),
        eth4(TCP, tcp(sport=0, dport=0, flags=SYN)), eth4(TCP, tcp()[:19]), eth4(TCP, tcp()[:4]), eth4(TCP, b""),
        eth4(TCP, tcp(pattern(100)), flags=MF), eth4(TCP, pattern(64), offset=120),
        eth6(TCP, tcp(pattern(8), **six)), eth6(TCP, tcp(flags=ACK, check=0x1234, **six)), eth6(TCP, tcp(words=3, **six)),
        eth6(TCP, tcp(flags=SYN | ECE | CWR, **six)),
    ])


# --- ICMP ----------------------------------------------------------------------------------------------------------------------

QUOTED4 = ip4(UDP, udp(pattern(20)), ident=4660, ttl=1)
QUOTED_TCP4 = ip4(TCP, tcp(pattern(20), flags=SYN), ident=4661, ttl=1, flags=DF)
QUOTED6 = ip6(UDP, udp(pattern(20), A6, B6), hops=1)


def error4(kind, code, rest=0, quoted=QUOTED4[:28], **fields):
    return eth4(ICMP, icmp4(kind, code, rest, quoted, **fields), source=B4, destination=A4)


def error6(kind, code, rest=0, quoted=QUOTED6, **fields):
    body = icmp6(kind, code, (rest if isinstance(rest, bytes) else be32(rest)) + quoted, B6, A6, **fields)
    return eth6(ICMP6, body, source=B6, destination=A6)


@capture("icmp4-all-codes.pcap", "every ICMP type and code of the registry that carries a quoted packet, and some past its end")
def icmp4_all_codes():
    return pcap([error4(3, code, 1400 if code == 4 else 0) for code in range(18)]
                + [error4(5, code, ip("192.0.2.254")) for code in range(5)] + [error4(11, code) for code in range(3)]
                + [error4(12, code, be8(20) + bytes(3)) for code in range(4)] + [error4(4, 0), error4(3, 4, 0)]
                + [error4(3, 3, quoted=QUOTED_TCP4), error4(11, 0, quoted=QUOTED4[:20]), error4(3, 1, quoted=b""),
                   error4(3, 3, quoted=QUOTED4[:27]), error4(3, 3, quoted=QUOTED4[:12])])


@capture("icmp4-all-types.pcap", "ICMP queries, router discovery, obsolete and unassigned types")
def icmp4_all_types():
    stamps = be32(1000, 2000, 86400000)
    messages = [
        icmp4(8, 0, 0x12340001, pattern(8)), icmp4(0, 0, 0x12340001, pattern(8)), icmp4(8, 7, 0x12340002), icmp4(0, 0,
            0xffffffff),
        icmp4(9, 0, be8(2, 2) + be16(1800), ip("192.0.2.254") + be32(0) + ip("192.0.2.253") + be32(0xffffffff)),
        icmp4(9, 16, be8(1, 2) + be16(65535), ip("192.0.2.254") + be32(5)), icmp4(9, 0, be8(9, 2) + be16(30),
            ip("192.0.2.254")),
        icmp4(9, 0, be8(1, 1) + be16(30), ip("192.0.2.254")), icmp4(10, 0, 0), icmp4(13, 0, 0x12340003, stamps),
        icmp4(14, 0, 0x12340003, be32(1, 86399999, 0x80000001)), icmp4(15, 0, 0x12340004), icmp4(16, 0, 0x12340004),
        icmp4(17, 0, 0x12340005, bytes(4)), icmp4(18, 0, 0x12340005, ip("255.255.255.0")), icmp4(18, 0, 0x12340005, b"\xff"),
        icmp4(6, 0, 0), icmp4(30, 0, 0x00010001, pattern(12)), icmp4(31, 0, 4, QUOTED4), icmp4(32, 0, 0, pattern(8)),
        icmp4(33, 0, 0), icmp4(34, 0, 0, bytes(16)), icmp4(35, 0, 0, pattern(8)), icmp4(36, 0, 0, pattern(8)), icmp4(37, 0, 1),
        icmp4(38, 0, 1, pattern(12)), icmp4(39, 0, 0), icmp4(40, 4, 8, QUOTED4), icmp4(41, 0, 0), icmp4(42, 0, 0x00010101,
            pattern(12)),
        icmp4(43, 1, 0x00010144), icmp4(1, 0, 0), icmp4(100, 3, 0, pattern(8)), icmp4(253, 0, 0), icmp4(255, 255, 0),
        icmp4(8, 0, 0x12340006, pattern(9), check=0x1234), icmp4(8, 0, 0)[:7], icmp4(13, 0, 0, stamps)[:14], icmp4(8, 0,
            0)[:2], b""]
    return pcap([eth4(ICMP, message) for message in messages])


def extensions(*objects, version=0x20, check=None):
    return with_checksum(be8(version, 0) + be16(0) + b"".join(objects), 2, value=check)


def extension_object(number, kind, data, length=None):
    return be16(4 + len(data) if length is None else length) + be8(number, kind) + data


def label(value, traffic_class, bottom, ttl):
    return be32(value << 12 | traffic_class << 9 | bottom << 8 | ttl)


STACK = extension_object(1, 1, label(16001, 5, 0, 1) + label(24, 0, 1, 255))


def interface(role, index=b"", address=b"", name=b"", mtu=b""):
    """RFC 5837 section 4: bits of the kind say which parts follow."""
    kind = role << 6 | bool(index) << 3 | bool(address) << 2 | bool(name) << 1 | bool(mtu)
    return extension_object(2, kind, index + address + name + mtu)


def interface_name(text):
    size = (len(text) + 4) & ~3
    return be8(size) + text + bytes(size - 1 - len(text))


INTERFACES = [interface(0, be32(2), be16(1, 0) + ip("192.0.2.254"), interface_name(b"eth0"), be32(1500)), interface(2, be32(7)),
              interface(1, name=interface_name(b"ge-0/0/1")), interface(3, address=be16(2, 0) + ip("2001:db8::fe"))]


def extended4(kind, code, structure, length=32):
    """RFC 4884 section 4.1: the quoted packet is padded to 128 octets, the length counts words."""
    return error4(kind, code, be8(0, length, 0, 0), pad(QUOTED4, 128) + structure)


def extended6(kind, code, structure, length=16):
    """RFC 4884 section 4.4: the length counts units of 8 octets."""
    return error6(kind, code, be8(length, 0, 0, 0), pad(QUOTED6, 128) + structure)


@capture("icmp4-extensions.pcap", "RFC 4884 extensions in time exceeded, unreachable, parameter problem: MPLS (4950), interfaces (5837), lies")
def icmp4_extensions():
    return pcap([
        extended4(11, 0, extensions(STACK)), extended4(11, 0, extensions(STACK), length=0), extended4(3, 3, extensions(STACK)),
        *[extended4(11, 0, extensions(i)) for i in INTERFACES], extended4(11, 0, extensions(STACK, INTERFACES[0])),
        extended4(3, 1, extensions(extension_object(3, 1, b"eth0"))), extended4(11, 0, extensions(extension_object(200, 9,
            pattern(8)))),
        extended4(11, 0, extensions()), extended4(11, 0, extensions(STACK, check=0)), extended4(11, 0, extensions(STACK,
            check=0x1234)),
        extended4(11, 0, extensions(STACK, version=0x10)), extended4(11, 0, extensions(extension_object(1, 1, b"", 0))),
        extended4(11, 0, extensions(extension_object(1, 1, pattern(4), 3))), extended4(11, 0, extensions(extension_object(1, 1,
            b"", 900))),
        extended4(11, 0, extensions(extension_object(1, 1, pattern(6)))), extended4(11, 0, extensions(interface(0,
            name=be8(200) + b"x" * 7))),
        extended4(11, 0, extensions(STACK), length=255), extended4(11, 0, b"\x20"), extended4(12, 0, extensions(STACK)),
        extended4(5, 0, extensions(STACK)),
    ])


@capture("icmp6-extensions.pcap", "RFC 4884 extensions in ICMPv6 time exceeded and unreachable")
def icmp6_extensions():
    return pcap([extended6(3, 0, extensions(STACK)), extended6(1, 4, extensions(STACK)), extended6(3, 0,
        extensions(*INTERFACES)),
                 extended6(3, 0, extensions(STACK), length=0), extended6(3, 0, extensions(STACK), length=255),
                 extended6(3, 0, extensions(STACK, check=0x1234)), extended6(3, 0, extensions(extension_object(1, 1, b"", 0)))])


@capture("icmp6-all-codes.pcap", "every ICMPv6 error type and code of the registry, and some past its end")
def icmp6_all_codes():
    return pcap([error6(1, code) for code in range(10)] + [error6(2, 0, 1280), error6(2, 1, 1279)]
                + [error6(3, code) for code in range(3)] + [error6(4, code, 40) for code in range(12)]
                + [error6(1, 4, check=0x1234), error6(1, 4, quoted=QUOTED6[:40]), error6(1, 4, quoted=QUOTED6[:44]),
                   error6(1, 0, quoted=b""), error6(100, 1), error6(101, 1), error6(127, 0), error6(0, 0)])


@capture("icmp6-all-types.pcap", "ICMPv6 informational types by the registry, without and with bodies")
def icmp6_all_types():
    bodies = [(128, be32(0x12340001) + pattern(8)), (129, be32(0x12340001) + pattern(8)), (128, be32(0x12340001)), (128, b""),
              (138, pattern(12)), (139, be16(2, 0) + pattern(24)), (140, be16(2, 0) + pattern(24)), (141, be32(0)), (142,
                  be32(0)),
              (144, be32(0x00010000)), (145, be32(0x00010000) + ip("2001:db8::a")), (146, be32(0x00010000)),
              (147, be32(0x00018000)), (148, pattern(8)), (149, pattern(8)), (150, pattern(8)), (154, pattern(8)),
              (157, pattern(20)), (158, pattern(20)), (160, be32(0x00010001)), (161, be32(0x00010001)), (200, pattern(4)),
                  (255, b"")]
    return pcap([eth6(ICMP6, icmp6(kind, 0, body)) for kind, body in bodies])


# --- ARP and neighbour discovery -----------------------------------------------------------------------------------------------

def arp(operation, sender=A4, target=B4, hardware=1, protocol=IP4, hlen=6, plen=4, ether=None):
    addresses = MAC_A[:hlen] + bytes(max(0, hlen - 6)) + ip(sender)[:plen] + bytes(hlen) + ip(target)[:plen]
    return ethernet(ARP, be16(hardware, protocol) + be8(hlen, plen) + be16(operation) + addresses, ether or b"\xff" * 6)


@capture("arp-odd.pcap", "ARP of every operation, other hardware and protocol types and lengths, short and padded")
def arp_odd():
    return pcap([arp(operation) for operation in (1, 2, 3, 4, 8, 9, 10, 0, 24, 25, 999)] + [
        arp(1, hardware=6), arp(1, hardware=24, hlen=8), arp(1, hlen=0), arp(1, plen=0), arp(1, hlen=255), arp(1, protocol=IP6,
            plen=4),
        arp(2, sender="0.0.0.0"), arp(1, sender=B4), arp(1, target="0.0.0.0"), pad(arp(1)), arp(1)[:41], arp(1)[:22],
            arp(1)[:15],
        ethernet(0x8035, arp(3)[14:])])


def nd_option(kind, data, units=None):
    data += bytes(-(len(data) + 2) % 8)
    return be8(kind, (len(data) + 2) // 8 if units is None else units) + data


def nd(kind, body, source="fe80::200:5eff:fe00:5302", destination="ff02::1", hops=255, **fields):
    packet = ip6(ICMP6, icmp6(kind, 0, body, source, destination, **fields), source, destination, hops)
    return ethernet(IP6, packet, multicast_mac(destination) if destination.startswith("ff") else MAC_B)


def advertisement(*options, hop_limit=64, flags=0, lifetime=1800):
    return nd(134, be8(hop_limit, flags) + be16(lifetime) + be32(0, 0) + b"".join(options))


def prefix(length, flags, valid, preferred, address):
    return nd_option(3, be8(length, flags) + be32(valid, preferred, 0) + ip(address))


def names(*domains):
    return b"".join(b"".join(be8(len(part)) + part.encode() for part in d.split(".")) + b"\0" for d in domains)


@capture("nd-options.pcap", "router advertisements with one option of the registry each, well formed, and every flag")
def nd_options():
    routes = [(8, 0, b""), (16, 64, ip("2001:db8:88::")[:8]), (24, 128, ip("2001:db8:88::9"))]
    options = [
        nd_option(1, MAC_A), nd_option(2, MAC_A), prefix(64, 0xc0, 2592000, 604800, "2001:db8::"),
        prefix(64, 0xe0, 0xffffffff, 0xffffffff, "2001:db8::1"), prefix(0, 0, 0, 0, "::"), nd_option(5, be16(0) + be32(1480)),
        nd_option(7, be16(0) + be32(30000)), nd_option(8, be16(0, 10, 1800)), nd_option(14, pattern(6)),
        *[nd_option(24, be8(bits, prf) + be32(600) + pattern_prefix) for (_, bits, pattern_prefix), prf in zip(routes, (0,
            0x08, 0x18))],
        nd_option(25, be16(0) + be32(600) + ip("2001:db8::53")), nd_option(25,
            be16(0) + be32(0) + ip("2001:db8::53") + ip("2001:db8::54")),
        nd_option(31, be16(0) + be32(600) + names("example.net")), nd_option(31, be16(0) + be32(600) + names("lab.example.org",
            "example.com")),
        nd_option(26, be8(0x40, 0) + bytes(4)), nd_option(37, b"https://example.net/captive"), nd_option(38,
            be16(600 << 3) + ip("64:ff9b::")[:12]),
        nd_option(33, be8(2, 16) + be16(1) + pattern(16)), nd_option(9, pattern(30)), nd_option(17, be8(1,
            64) + be32(0) + ip("2001:db8::")),
        nd_option(253, pattern(6)), nd_option(200, pattern(14))]
    return pcap([advertisement(o) for o in options] + [advertisement(flags=f) for f in (0x80, 0x40, 0xc0, 0x20, 0x08, 0x18,
        0x10, 0x04, 0xff)]
                + [advertisement(lifetime=0, hop_limit=0), advertisement(lifetime=65535)])


@capture("nd-odd.pcap", "ND that breaks one rule each: hop limit, option lengths of 0 and past the end, targets, checksums, short bodies")
def nd_odd():
    solicited = be32(0x60000000) + ip(B6)
    return pcap([
        advertisement(nd_option(1, MAC_A, 0)), advertisement(nd_option(1, MAC_A, 9)), advertisement(be8(1)),
            advertisement(be8(3, 1) + bytes(6)),
        advertisement(nd_option(5, bytes(14))), advertisement(nd_option(25, be16(0) + be32(600))), advertisement(nd_option(25,
            bytes(14))),
        advertisement(nd_option(31, be16(0) + be32(600) + be8(63) + b"cut")), advertisement(nd_option(31,
            be16(0) + be32(600) + b"\xc0\x0c")),
        advertisement(prefix(129, 0xc0, 1, 2, "fe80::")), advertisement(nd_option(24, be8(200, 0x10) + be32(1))),
        nd(133, be32(0), destination="ff02::2"), nd(133, be32(0) + nd_option(1, MAC_A), source="::", destination="ff02::2"),
        nd(133, be32(0), hops=64, destination="ff02::2"), nd(135, be32(0) + ip(B6) + nd_option(1, MAC_A),
            destination="ff02::1:ff00:2"),
        nd(135, be32(0) + ip("ff02::1"), destination="ff02::1:ff00:2"), nd(135, be32(0) + ip(B6), source="::"),
        nd(135, be32(0) + ip(B6), hops=1), nd(136, solicited + nd_option(2, MAC_B), destination="fe80::9"), nd(136, solicited),
        nd(136, be32(0xe0000000) + ip(B6), destination="fe80::9"), nd(136, be32(0x20000000) + ip("ff02::9") + nd_option(2,
            MAC_B)),
        nd(137, be32(0) + ip(A6) + ip(B6) + nd_option(2, MAC_B) + nd_option(4, bytes(6) + QUOTED6 + bytes(4)),
            destination="fe80::9"),
        nd(137, be32(0) + ip(A6) + ip(A6), destination="fe80::9"), nd(137, be32(0) + ip(A6), destination="fe80::9"),
        nd(135, be32(0) + ip(B6), check=0x1234), nd(134, be8(64)), nd(135, be32(0)), nd(136, b""), nd(133, b"")])


# --- tunnels -------------------------------------------------------------------------------------------------------------------

INNER4 = ip4(UDP, udp(b"inner\n", "10.1.0.1", "10.1.0.2"), "10.1.0.1", "10.1.0.2")
INNER6 = ip6(UDP, udp(b"inner\n", "2001:db8:1::1", "2001:db8:1::2"), "2001:db8:1::1", "2001:db8:1::2")
INNER_ETHERNET = ethernet(IP4, INNER4)


def gre(protocol, payload, flags=0, fields=b"", version=0):
    return be16(flags | version, protocol) + fields + payload


def gre_checked(protocol, payload):
    """RFC 2784 section 2.1: checksum over header and payload."""
    return with_checksum(be16(0x8000, protocol) + bytes(4) + payload, 4)


@capture("gre.pcap", "GRE over both families with key, sequence number, checksum, Ethernet inside, versions 1 and 2, lies")
def gre_packets():
    packets = [
        gre(IP4, INNER4), gre(IP6, INNER6), gre(0x6558, INNER_ETHERNET), gre(IP4, INNER4, 0x2000, be32(0xdeadbeef)),
        gre(IP4, INNER4, 0x1000, be32(7)), gre(IP4, INNER4, 0x3000, be32(42, 7)), gre_checked(IP4, INNER4),
        gre(IP4, INNER4, 0x8000, be16(0x1234, 0)), gre(0x1234, pattern(16)), gre(0, b""),
        gre(IP4, b""), gre(IP4, INNER4, 0x4000, be16(0, 0) + be32(0)), gre(IP4, INNER4, 0x0700), gre(IP4, INNER4, version=2),
        gre(0x880b, pattern(12), 0x3000, be16(12, 1) + be32(5), version=1), gre(IP4, INNER4, 0x2000)[:6], be8(0x20)]
    return pcap([eth4(GRE, p) for p in packets] + [eth6(GRE, gre(IP4, INNER4)), eth6(GRE, gre(IP6, INNER6, 0x2000, be32(1)))])


@capture("ip-in-ip.pcap", "IPIP, 6in4, 4in6, 6in6, options and fragments around them, nested deeper than any layer table")
def ip_in_ip():
    deep = INNER4
    for _ in range(20):
        deep = ip4(IPIP, deep)
    return pcap([
        eth4(IPIP, INNER4), eth4(IP6IN, INNER6), eth6(IPIP, INNER4), eth6(IP6IN, INNER6), eth4(IPIP, INNER4,
            options=ROUTER_ALERT4),
        eth6(DSTOPTS, extension(IP6IN, option6(4, be8(4)), INNER6)), eth4(IPIP, INNER4, flags=MF), eth4(IPIP, INNER6),
            eth4(IP6IN, INNER4),
        eth4(IPIP, ip4(IP6IN, ip6(ICMP6, echo6(1)))), eth4(IPIP, INNER4[:15]), eth4(IPIP, deep[20:]),
        error4(3, 3, quoted=ip4(IPIP, INNER4)), eth4(AH, be8(UDP, 4) + be16(0) + be32(9, 1) + pattern(12) + udp(b"inside\n")),
        eth4(AH, be8(IPIP, 4) + be16(0) + be32(9, 2) + pattern(12) + INNER4), eth4(ESP, be32(9, 3) + pattern(40)), eth4(ESP,
            be32(9)),
        eth4(AH, be8(UDP, 1) + be16(0))])


@capture("vxlan-odd.pcap", "VXLAN without the I flag, with reserved bits, with tags inside, cut, on a source port only")
def vxlan_odd():
    def vxlan(payload, flags=8, vni=42, reserved=0, **fields):
        return eth4(UDP, udp(be32(flags << 24 | reserved, vni << 8) + payload, dport=4789, **fields))
    tagged = ethernet(VLAN, tag(9, IP4, INNER4))
    return pcap([vxlan(INNER_ETHERNET), vxlan(INNER_ETHERNET, flags=0), vxlan(INNER_ETHERNET, reserved=0x123456), vxlan(tagged),
                 vxlan(INNER_ETHERNET, vni=0xffffff), vxlan(INNER_ETHERNET[:12]), vxlan(b""), vxlan(INNER_ETHERNET, check=0),
                 eth4(UDP, udp(b"\x08\0\0", dport=4789))])


# --- link layers ---------------------------------------------------------------------------------------------------------------

def llc(payload, dsap, ssap, control=b"\x03", length=None, destination=MAC_B):
    body = be8(dsap, ssap) + control + payload
    return ethernet(len(body) if length is None else length, body, destination)


def snap(oui, protocol, payload):
    return llc(be32(oui)[1:] + be16(protocol) + payload, 0xaa, 0xaa)


@capture("llc-snap.pcap", "802.3 frames: SNAP around IP, ARP and private types, LLC by service access point, padding, lengths that lie")
def llc_snap():
    return pcap([
        snap(0, IP4, INNER4), snap(0, IP6, INNER6), snap(0, ARP, arp(1)[14:]), snap(0xf8, IP4, INNER4), snap(0x00000c, 0x4242,
            pattern(20)),
        snap(0x0080c2, 1, INNER_ETHERNET), snap(0x00005e, 1, pattern(20)), pad(snap(0, IP4, INNER4), 90), llc(pattern(10),
            0x10, 0x10),
        llc(pattern(10), 8, 8, length=900), llc(b"", 0xaa, 0xab), llc(pattern(6), 4, 5, b"\xbf"), llc(pattern(6), 0, 1,
            b"\xf3"),
        llc(pattern(10), 8, 8, be8(0x02, 0x04)), llc(pattern(4), 8, 8, be8(0x01, 0x07)), ethernet(0, pattern(40)), ethernet(3,
            b"\xaa\xaa\x03"),
        ethernet(2, b"\xaa\xaa"), ethernet(0x5dc, pattern(46)), ethernet(0x5dd, pattern(46))])


@capture("ethernet-types.pcap", "Ethernet types with a name or none, short frames, a trailer, broadcast and multicast, local addresses")
def ethernet_types():
    types = (0x0600, 0x0842, 0x22f0, 0x88b5, 0x88b6, 0xfffe, 0xffff)
    return pcap([ethernet(t, pattern(46)) for t in types] + [
        ethernet(IP4, b""), MAC_B + MAC_A, MAC_B[:3], b"", eth4(UDP, udp(b"x")) + b"\xde\xad\xbe\xef",
        pad(eth4(UDP, udp(b"x"))) + b"\x12\x34\x56\x78", ethernet(IP4, INNER4, b"\xff" * 6), ethernet(IP6, INNER4),
            ethernet(IP4, INNER6)])


@capture("vlan-odd.pcap", "priority tags, DEI, 802.1ad, three and twenty tags, old double tags, tags around LLC and ARP, cut tags")
def vlan_odd():
    many = tag(20, IP4, INNER4)
    for vid in range(19, 0, -1):
        many = tag(vid, VLAN, many)
    return pcap([
        ethernet(VLAN, tag(0, IP4, INNER4, priority=7)), ethernet(VLAN, tag(4095, IP4, INNER4)), ethernet(VLAN, tag(5, IP4,
            INNER4, 2, 1)),
        ethernet(QINQ, tag(100, VLAN, tag(5, IP6, INNER6))), ethernet(QINQ, tag(100, IP4, INNER4)), ethernet(VLAN, tag(1, VLAN,
            tag(2, VLAN, tag(3, IP4, INNER4)))),
        ethernet(VLAN, tag(1, QINQ, tag(2, IP4, INNER4))), ethernet(0x9100, tag(1, VLAN, tag(2, IP4, INNER4))),
            ethernet(0x9200, tag(1, IP4, INNER4)),
        ethernet(VLAN, tag(9, ARP, arp(1)[14:])), ethernet(VLAN, tag(9, 49, llc(b"", 0xaa,
            0xaa)[14:] + bytes(3) + be16(IP4) + INNER4[:40])),
        ethernet(VLAN, tag(9, 0x88b5, pattern(20))), ethernet(VLAN, many), ethernet(VLAN, tag(9, IP4, b"")), ethernet(VLAN,
            b"\0\1\x08"),
        ethernet(VLAN, b""), pad(ethernet(VLAN, tag(9, IP4, ip4(UDP, udp(b"x")))), 64),
        igmp_frame(igmp(0x16, 0, ip("239.1.1.1")), "239.1.1.1")[:12] + be16(VLAN) + tag(9, IP4, igmp_frame(igmp(0x16, 0,
            ip("239.1.1.1")), "239.1.1.1")[14:]),
        mld_frame(mld(131, 0, "ff15::1"), "ff15::1")[:12] + be16(VLAN) + tag(9, IP6, mld_frame(mld(131, 0, "ff15::1"),
            "ff15::1")[14:])])


def network_packets():
    return [INNER4, INNER6, ip4(ICMP, icmp4(8, 0, 0x00010001, pattern(8))), ip6(ICMP6, echo6(1)), ip4(TCP, tcp(flags=SYN,
        options=option(2, be16(1460))))]


@capture("null.pcap", "link type NULL: address family in both byte orders, every number for IPv6, unknown families, cut")
def null():
    families = [(2, INNER4), (24, INNER6), (28, INNER6), (30, INNER6), (10, INNER6), (7, pattern(8)), (0xffff, INNER4)]
    return pcap([struct.pack("<I", f) + p for f, p in families] + [be32(2) + INNER4, be32(30) + INNER6, b"\2\0", b""],
        linktype=0)


@capture("loop.pcap", "link type LOOP: address family in network byte order")
def loop():
    return pcap([be32(2) + INNER4, be32(24) + INNER6, be32(28) + INNER6, be32(30) + INNER6, be32(99) + pattern(8),
        struct.pack("<I", 2) + INNER4, b"\0"], linktype=108)


@capture("raw-12.pcap", "link type 12 (RAW as BSD files have it)")
def raw_12():
    return pcap(network_packets(), linktype=12)


@capture("raw-14.pcap", "link type 14 (RAW as OpenBSD files have it)")
def raw_14():
    return pcap(network_packets(), linktype=14)


@capture("raw-odd.pcap", "link type 101 (RAW) with versions other than 4 and 6, and cut")
def raw_odd():
    return pcap(network_packets() + [b"", b"\x00", b"\x55" + bytes(30), b"\x45", b"\x60\0\0\0"], linktype=101)


@capture("ipv4-linktype.pcap", "link type IPV4, with an IPv6 packet in the wrong place")
def ipv4_linktype():
    return pcap([INNER4, ip4(ICMP, icmp4(8, 0, 0x00010001, pattern(8))), INNER6, b""], linktype=228)


@capture("ipv6-linktype.pcap", "link type IPV6, with an IPv4 packet in the wrong place")
def ipv6_linktype():
    return pcap([INNER6, ip6(ICMP6, echo6(1)), INNER4, b""], linktype=229)


@capture("ppp.pcap", "link type PPP: IPv4, IPv6, with and without address and control, compressed protocol field, cut")
def ppp():
    return pcap([b"\xff\x03\x00\x21" + INNER4, b"\xff\x03\x00\x57" + INNER6, b"\x00\x21" + INNER4, b"\x21" + INNER4,
        b"\xff\x03\x21" + INNER4,
                 b"\x00\x57" + INNER6, b"\xff\x03\x40\x01" + pattern(12), b"\xff\x03", b"\xff", b""], linktype=9)


def sll(kind, protocol, payload, hardware=1, size=6):
    return be16(kind, hardware, size) + MAC_A + bytes(2) + be16(protocol) + payload


def sll2(kind, protocol, payload, hardware=1, size=6, index=3):
    return be16(protocol, 0) + be32(index) + be16(hardware) + be8(kind, size) + MAC_A + bytes(2) + payload


@capture("sll-odd.pcap", "LINUX_SLL with every packet type, tags, LLC, other hardware, address lengths that lie, cut")
def sll_odd():
    return pcap([sll(kind, IP4, INNER4) for kind in range(6)] + [
        sll(0, IP6, INNER6), sll(0, ARP, arp(1)[14:]), sll(0, VLAN, tag(9, IP4, INNER4)), sll(4, 4, llc(b"", 0x42, 0x42)[14:]),
            sll(0, 1, pattern(20)),
        sll(0, IP4, INNER4, 772, 0), sll(0, IP4, INNER4, 65534, 0), sll(0, IP4, INNER4, size=20), sll(0, 0x1234, pattern(8)),
        sll(0, IP4, INNER4)[:15], b""], linktype=113)


@capture("sll2-odd.pcap", "LINUX_SLL2 with every packet type, tags, other hardware, address lengths that lie, cut")
def sll2_odd():
    return pcap([sll2(kind, IP4, INNER4) for kind in range(6)] + [
        sll2(0, IP6, INNER6), sll2(0, ARP, arp(1)[14:]), sll2(0, VLAN, tag(9, IP4, INNER4)), sll2(0, IP4, INNER4, 772, 0),
            sll2(0, IP4, INNER4, size=9),
        sll2(0, 0x1234, pattern(8)), sll2(0, IP4, INNER4)[:19], b""], linktype=276)


@capture("linktype-unknown.pcap", "a link type that nobody decodes (USER0)")
def linktype_unknown():
    return pcap([pattern(20), b""], linktype=147)


# --- pcap files ----------------------------------------------------------------------------------------------------------------

@capture("pcap-modified.pcap", "Kuznetzov's modified pcap: 8 more octets in each record header")
def pcap_modified():
    return pcap([eth4(UDP, udp(b"probe\n")), echo4(1), echo4(2)], magic=MODIFIED)


@capture("pcap-modified-big-endian.pcap", "the same in the other byte order")
def pcap_modified_big():
    return pcap([eth4(UDP, udp(b"probe\n")), echo4(1), echo4(2)], magic=MODIFIED, order=">")


@capture("pcap-nanoseconds-big-endian.pcap", "nanosecond pcap in the other byte order")
def pcap_nanoseconds_big():
    return pcap([eth4(UDP, udp(b"probe\n")), echo4(1), echo4(2)], magic=NANOSECONDS, order=">", step_us=123456789)


@capture("pcap-empty.pcap", "a pcap file without packets")
def pcap_empty():
    return pcap([])


@capture("pcap-snap-length-0.pcap", "a pcap file whose header claims a snap length of 0")
def pcap_snap_0():
    return pcap([echo4(1), echo4(2)], snaplen=0)


@capture("pcap-wire-length.pcap", "records cut at each layer, longer on the wire; the last claims less on the wire than it has")
def pcap_wire_length():
    whole = eth4(TCP, tcp(pattern(200), flags=ACK | PSH, options=be8(1, 1) + option(8, be32(1, 2))))
    six = eth6(0, extension(ICMP6, ROUTER_ALERT6, echo6(1)))
    return pcap([(whole[:n], len(whole)) for n in (0, 6, 14, 20, 33, 34, 36, 46, 54, 60, 66, 100)] + [(six[:n],
        len(six)) for n in (14, 30, 54, 58, 62, 66)]
                + [(whole, 60)], snaplen=100)


@capture("pcap-odd-times.pcap", "time stamps of 0, the last second of 32 bits, and more than a million microseconds")
def pcap_odd_times():
    data = pcap([echo4(i) for i in range(4)])
    size = 16 + len(echo4(0))
    times = [(0, 0), (0xffffffff, 999999), (START, 1000000), (START, 0xffffffff)]
    records = [struct.pack("<II", *t) + data[24 + i * size + 8:24 + (i + 1) * size] for i, t in enumerate(times)]
    return data[:24] + b"".join(records)


@capture("pcap-record-too-long.pcap", "two good records, then one that claims 4,294,967,295 octets")
def pcap_record_too_long():
    return pcap([echo4(1), echo4(2)]) + struct.pack("<IIII", START, 0, 0xffffffff, 0xffffffff) + pattern(40)


# --- pcapng files --------------------------------------------------------------------------------------------------------------

def ng_option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def ng_options(order, *pairs):
    """Options and their end; none at all without pairs."""
    return b"".join(ng_option(code, value, order) for code, value in pairs) + (bytes(4) if pairs else b"")


def section(order="<", *options, length=-1, minor=0):
    return block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, minor, length) + ng_options(order, *options), order)


def interface_block(linktype=ETHERNET, snaplen=0, order="<", *options):
    return block(1, struct.pack(order + "HHI", linktype, 0, snaplen) + ng_options(order, *options), order)


def enhanced(data, interface_id=0, stamp=START * 1000000, order="<", *options, wire=None):
    body = struct.pack(order + "IIIII", interface_id, stamp >> 32, stamp & 0xffffffff, len(data),
        len(data) if wire is None else wire)
    return block(6, body + data + b"\0" * (-len(data) % 4) + ng_options(order, *options), order)


def simple(data, order="<", wire=None):
    return block(3, struct.pack(order + "I", len(data) if wire is None else wire) + data, order)


def obsolete(data, order="<", stamp=START * 1000000, drops=0):
    return block(2, struct.pack(order + "HHIIII", 0, drops, stamp >> 32, stamp & 0xffffffff, len(data), len(data)) + data,
        order)


def name_records(order, *records):
    return b"".join(ng_option(kind, value, order) for kind, value in records) + bytes(4)


def every_block(order):
    """One section with every standard block; PEN 32473 is the documentation's own (RFC 5612)."""
    stamp = struct.pack(order + "II", START * 1000000 >> 32, START * 1000000 & 0xffffffff)
    flags = struct.pack(order + "I", 0x00000005)
    return b"".join([
        section(order, (1, b"every block once"), (4, b"make-captures")),
        interface_block(ETHERNET, 262144, order, (2, b"eth0"), (3, b"the only interface"), (9, b"\6"), (4,
            ip(A4) + ip("255.255.255.0")),
                        (6, MAC_A), (8, struct.pack(order + "Q", 1000000000)), (11, b"\0icmp")),
        enhanced(echo4(1), 0, START * 1000000, order, (1, b"a packet comment"), (2, flags), (4, struct.pack(order + "Q", 3))),
        enhanced(echo4(2), 0, START * 1000000 + 250000, order, (2, struct.pack(order + "I", 0x00000082)), (3,
            b"\2" + bytes(4)), (5, bytes(8))),
        simple(echo4(3), order), obsolete(echo4(4), order, drops=2),
        block(4, name_records(order, (1, ip(A4) + b"a.example.net\0"), (2, ip(B6) + b"b.example.net\0bb.example.net\0")),
            order),
        block(5, struct.pack(order + "I", 0) + stamp + ng_options(order, (1, b"end"), (2, stamp), (3, stamp), (4,
            struct.pack(order + "Q", 6)),
                                                                 (5, struct.pack(order + "Q", 1))), order),
        block(10, struct.pack(order + "II", 0x544c534b, 32) + b"CLIENT_RANDOM 00 11 documentation"[:32], order),
        block(0xbad, struct.pack(order + "I", 32473) + b"custom, may be copied", order),
        block(0x40000bad, struct.pack(order + "I", 32473) + b"custom, not copied", order),
        block(9, b"__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=documentation\n", order), block(0x7fffffff,
            b"nobody knows me", order),
        enhanced(echo4(5), 0, START * 1000000 + 500000, order)])


@capture("pcapng-every-block.pcapng", "every standard block once, custom and unknown ones too, little-endian")
def pcapng_every_block():
    return every_block("<")


@capture("pcapng-big-endian.pcapng", "every standard block once, big-endian")
def pcapng_big_endian():
    return every_block(">")


@capture("pcapng-two-orders.pcapng", "two sections of different byte order, each with its own interfaces")
def pcapng_two_orders():
    return every_block("<") + section(">") + interface_block(101, 0, ">") + enhanced(INNER6, 0, START * 1000000, ">")


@capture("pcapng-mixed-links.pcapng", "six interfaces with different link types and snap lengths in one section")
def pcapng_mixed_links():
    packets = [(ETHERNET, echo4(1)), (101, INNER6), (113, sll(0, IP4, INNER4)), (276, sll2(0, IP4, INNER4)), (0,
        struct.pack("<I", 2) + INNER4), (147, pattern(9))]
    out = section() + b"".join(interface_block(link, 96 + 16 * i) for i, (link, _) in enumerate(packets))
    return out + b"".join(enhanced(data, i, START * 1000000 + i) for i, (_,
        data) in enumerate(packets)) + enhanced(echo4(2)[:40], 0, wire=58)


@capture("pcapng-time-resolution.pcapng", "interfaces with if_tsresol of powers of ten and of two, if_tsoffset, and the extremes")
def pcapng_time_resolution():
    def resolution(value):
        return (9, be8(value))
    interfaces = [(resolution(0), START), (resolution(3), START * 1000 + 123), (resolution(6), START * 10**6 + 123456),
        (resolution(9), START * 10**9 + 123456789),
                  (resolution(12), START * 10**12 + 123456789012 & 2**64 - 1), (resolution(0x80), START), (resolution(0x8a),
                      START * 1024 + 512),
                  (resolution(0x94), START * 2**20 + 1), (resolution(0x9e), START * 2**30 + 1), (resolution(0xa0),
                      START * 2**32 + 2**31),
                  ((14, struct.pack("<q", START)), 5000000), ((14, struct.pack("<q", -100)), START * 10**6)]
    out = section() + b"".join(interface_block(ETHERNET, 0, "<", option_pair) for option_pair, _ in interfaces)
    return out + b"".join(enhanced(echo4(i), i, stamp) for i, (_, stamp) in enumerate(interfaces))


@capture("pcapng-simple-snap.pcapng", "simple packet blocks under a snap length of 40")
def pcapng_simple_snap():
    return section() + interface_block(ETHERNET, 40) + simple(echo4(1)[:40], wire=58) + simple(b"", wire=0)


@capture("pcapng-comments.pcapng", "comments everywhere, of several lines, in UTF-8, with control characters, repeated")
def pcapng_comments():
    return (section("<", (1, b"first"), (1, "second: gr\u00fc\u00dfe".encode())) + interface_block(ETHERNET, 0, "<", (1,
        b"an\ninterface"), (2, b"eth\x1b[31m0"))
            + enhanced(echo4(1), 0, START * 1000000, "<", (1, b"tab\there"), (1, b"esc \x1b[2J"), (1,
                b"")) + enhanced(echo4(2), 0, START * 1000000, "<", (1, b"\xff\xfe not UTF-8")))


@capture("pcapng-no-interface.pcapng", "a packet whose interface was never described: an error after nothing")
def pcapng_no_interface():
    return section() + enhanced(echo4(1))


@capture("pcapng-bad-trailer.pcapng", "the second packet block's trailing length differs from its leading one")
def pcapng_bad_trailer():
    body = enhanced(echo4(2))
    return section() + interface_block() + enhanced(echo4(1)) + body[:-4] + struct.pack("<I", 8) + enhanced(echo4(3))


@capture("pcapng-block-length-0.pcapng", "a block of length 0 behind one packet")
def pcapng_block_length_0():
    return section() + interface_block() + enhanced(echo4(1)) + struct.pack("<III", 6, 0, 0)


@capture("pcapng-block-length-odd.pcapng", "a block whose length is no multiple of 4 behind one packet")
def pcapng_block_length_odd():
    return section() + interface_block() + enhanced(echo4(1)) + block(6, pattern(21), size=33)


@capture("pcapng-packet-past-block.pcapng", "a packet that claims more octets than its block holds, behind a good one")
def pcapng_packet_past_block():
    lie = struct.pack("<IIIII", 0, 0, 0, 5000, 5000) + echo4(2)
    return section() + interface_block() + enhanced(echo4(1)) + block(6, lie)


@capture("pcapng-cut.pcapng", "cut in the middle of its second packet block")
def pcapng_cut():
    return section() + interface_block() + enhanced(echo4(1)) + enhanced(echo4(2))[:50]


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
        frames = FRAMES[name]()
        for data in frames if isinstance(frames, tuple) else (frames,):
            link.send(data)


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
