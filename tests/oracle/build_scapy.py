# See build_scapy.sh. Every packet is written here from its standard's words, not from what the library prints.
import os
import struct
import subprocess
import sys

from scapy.all import (ARP, Dot1AD, Dot1Q, Ether, GRE, ICMP, IP, LLC, PPP, SNAP, TCP, UDP, VXLAN, CookedLinux,
                       CookedLinuxV2, HDLC, IPOption, IPOption_NOP, IPOption_Router_Alert, IPOption_RR, IPv6, Loopback,
                       Padding, Raw, fragment)
from scapy.contrib import icmp_extensions as extensions
from scapy.contrib.igmp import IGMP
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mq, IGMPv3mr
from scapy.contrib.mpls import MPLS
from scapy.layers import inet6
from scapy.layers.ipsec import AH, ESP
from scapy.utils import checksum

# Name: why scapy 2.5's bytes are others. A name that is not here must match, and one that is here must not.
DIVERGENCES = {
    "ppp": "protocols below 256 take one octet, which the peer must have agreed to (RFC 1661 6.5): see ppp_compressed",
    "ppp6": "the same",
    "ah": "no checksum behind an authentication header over IPv6: UDP's is left 0",
    "icmp_mpls": "the checksum of the extension structure sums its first 4 bytes only (RFC 4884 7: all of it)",
}

A, B = "02:00:00:00:00:01", "02:00:00:00:00:02"
A4, B4, C4, GROUP4 = "192.0.2.1", "198.51.100.2", "203.0.113.3", "239.1.2.3"
A6, B6, C6, LINK6, GROUP6 = "2001:db8::1", "2001:db8::2", "2001:db8::3", "fe80::1", "ff15::9"

ether = Ether(dst=B, src=A)
ip4 = IP(src=A4, dst=B4, ttl=17, tos=0xb8, id=0x1234)
ip6 = IPv6(src=A6, dst=B6, hlim=17, fl=0xabcde)
udp = UDP(sport=40000, dport=33434)
udp4, udp6 = ip4 / udp / b"hello", ip6 / udp / b"hello"


def igmp(dst, message):
    """RFC 9776 4: time to live 1, internetwork control, Router Alert."""
    return IP(src=A4, dst=dst, ttl=1, tos=0xc0, id=0, options=[IPOption_Router_Alert()]) / message


def mld(dst, message):
    """RFC 9777 5: hop limit 1, Router Alert in a hop-by-hop header, padded."""
    options = inet6.IPv6ExtHdrHopByHop(options=[inet6.RouterAlert(value=0)])
    return IPv6(src=LINK6, dst=dst, hlim=1) / options / message


def nd(dst, message):
    return IPv6(src=LINK6, dst=dst, hlim=255) / message


def icmp(text):
    """A message that scapy has no fields for: it fills the checksum."""
    message = ICMP(bytes.fromhex(text))
    del message.chksum
    return ip4 / message


def extended(kind, code, structure):
    """A quotation padded to 128 bytes, and its length in words of 4 (RFC 4884)."""
    quoted = bytes(udp4).ljust(128, b"\0")
    return ip4 / ICMP(type=kind, code=code, length=32) / Raw(quoted + structure)


def structure(*objects):
    """Of objects of class, C-type and data: version 2, and a checksum over all of it (RFC 4884 7)."""
    body = b"".join(struct.pack("!HBB", 4 + len(data), *kind) + data for *kind, data in objects)
    return b"\x20\0" + struct.pack("!H", checksum(b"\x20\0\0\0" + body)) + body


def advertisement():
    options = [
        inet6.ICMPv6NDOptPrefixInfo(prefixlen=64, L=1, A=1, validlifetime=86400, preferredlifetime=14400,
                                    prefix="2001:db8::"),
        inet6.ICMPv6NDOptMTU(mtu=1492),
        inet6.ICMPv6NDOptRouteInfo(plen=48, prf=1, rtlifetime=600, prefix="2001:db8::", len=2),
        inet6.ICMPv6NDOptRDNSS(lifetime=300, dns=[B6, C6]),
        inet6.ICMPv6NDOptDNSSL(lifetime=300, searchlist=["example.org", "lan"])]
    message = inet6.ICMPv6ND_RA(chlim=64, M=1, prf=3, routerlifetime=1800, reachabletime=30000, retranstimer=1000)
    for option in options:
        message = message / option
    return nd("ff02::1", message)


def igmp3_report():
    records = [IGMPv3gr(rtype=4, maddr=GROUP4), IGMPv3gr(rtype=5, maddr=GROUP4, srcaddrs=[B4, C4])]
    return igmp("224.0.0.22", IGMPv3(type=0x22, mrcode=0) / IGMPv3mr(records=records))


def mld2_report():
    records = [inet6.ICMPv6MLDMultAddrRec(rtype=2, dst=GROUP6),
               inet6.ICMPv6MLDMultAddrRec(rtype=6, dst=GROUP6, sources=[C6])]
    return mld("ff02::16", inet6.ICMPv6MLReport2(records=records, records_number=2))


def redirect():
    message = inet6.ICMPv6ND_Redirect(tgt=LINK6, dst=B6) / inet6.ICMPv6NDOptDstLLAddr(lladdr=A)
    return nd(C6, message / inet6.ICMPv6NDOptRedirectedHdr(pkt=b"0123456789abcdef", len=3))


def tcp6():
    edges = (100, 200, 300, 400)
    return ip6 / TCP(sport=443, dport=40000, seq=9, ack=10, flags=0x158, window=512, urgptr=3,
                     options=[("SAck", edges)]) / b"hello"


def packets():
    sack = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (0x11111111, 0)), ("NOP", None), ("WScale", 7)]
    segments = inet6.IPv6ExtHdrSegmentRouting(addresses=[C6, B6], segleft=1, lastentry=1)
    index = structure((3, 2, struct.pack("!I", 3)))
    name = structure((3, 1, b"wlan0\0\0\0"))
    # RFC 5837 4: role 2, then index, address, name and MTU; their data in that order
    interface = structure((2, 0x8f, struct.pack("!IHH4s8sI", 3, 1, 0, bytes([192, 0, 2, 1]), b"\x08eth0", 1500)))
    return {
        "ethernet_udp4": ether / udp4,
        "vlan": ether / Dot1Q(vlan=100, prio=5, id=1) / udp4,
        "qinq": ether / Dot1AD(vlan=200) / Dot1Q(vlan=100) / udp6,
        "arp": ether / ARP(op=2, hwsrc=A, psrc=A4, hwdst=B, pdst=B4),
        "llc": Ether(dst=B, src=A, type=8) / LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(b"hello"),
        "snap": Ether(dst=B, src=A, type=8 + 33) / LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(OUI=0, code=0x800) / udp4,
        "padded": ether / udp4 / Padding(b"\0" * 13),
        "loopback4": Loopback(type=2) / udp4,
        "loopback6": Loopback(type=30) / udp6,
        "cooked": CookedLinux(pkttype=4, lladdrtype=1, lladdrlen=6, src=bytes.fromhex(A.replace(":", ""))) / udp4,
        "cooked2": CookedLinuxV2(pkttype=4, lladdrtype=1, lladdrlen=6, src=bytes.fromhex(A.replace(":", "")),
                                 ifindex=3) / udp6,
        "ppp": HDLC() / PPP() / udp4,
        "ppp6": HDLC() / PPP(proto=0x57) / udp6,
        "ppp_compressed": HDLC() / PPP() / udp4,
        "ipv4_options": IP(src=A4, dst=B4, ttl=17, tos=0xb8, id=0x1234, options=[
            IPOption_RR(pointer=4, routers=["0.0.0.0", "0.0.0.0"]), IPOption_NOP(), IPOption_Router_Alert()]) / udp /
            b"hello",
        "ipv4_fragment": IP(src=A4, dst=B4, proto=17, id=0, flags="MF", frag=185) / Raw(b"x" * 16),
        "udp6": udp6,
        "ipv6_hopopts": ip6 / inet6.IPv6ExtHdrHopByHop(options=[inet6.RouterAlert(value=0)]) / udp / b"hello",
        "ipv6_dstopts": ip6 / inet6.IPv6ExtHdrDestOpt(options=[inet6.HAO(hoa=C6)]) / udp / b"hello",
        "ipv6_routing": ip6 / inet6.IPv6ExtHdrRouting(addresses=[B6, C6], segleft=2) / udp / b"hello",
        "ipv6_segments": ip6 / segments / udp / b"hello",
        "ipv6_fragment": ip6 / inet6.IPv6ExtHdrFragment(nh=17, offset=181, m=1, id=0xdeadbeef) / Raw(b"x" * 16),
        "ah": ip6 / AH(nh=17, payloadlen=4, spi=5, seq=6, icv=b"0123456789ab") / udp / b"hello",
        "esp": ip4 / ESP(spi=5, seq=6, data=b"x" * 16),
        "ipip": ip4 / udp4,
        "six_in_four": ip4 / udp6,
        "udp_zero": ip4 / UDP(sport=1, dport=2, chksum=0) / b"hello",
        "udp_ffff": ip4 / UDP(sport=1, dport=2) / b"\x13\xa0",
        "tcp": ip4 / TCP(sport=40000, dport=443, seq=0x01020304, flags="S", window=65535, options=sack),
        "tcp6": tcp6(),
        "gre": ip4 / GRE(chksum_present=1, key_present=1, seqnum_present=1, key=0x01020304, sequence_number=7) / udp6,
        "gre_bridged": ip4 / GRE() / ether / udp4,
        "vxlan": ip4 / UDP(sport=50000, dport=4789) / VXLAN(flags=8, vni=0x123456) / ether / udp4,
        "icmp_echo": ip4 / ICMP(type=8, id=0x1234, seq=7) / b"hello",
        "icmp_reply": ip4 / ICMP(type=0, id=0x1234, seq=7) / b"hello",
        "icmp_information": ip4 / ICMP(type=15, id=1, seq=2),
        "icmp_timestamp": ip4 / ICMP(type=14, id=1, seq=2, ts_ori=1000, ts_rx=2000, ts_tx=3000),
        "icmp_mask": ip4 / ICMP(type=18, id=1, seq=0, addr_mask="255.255.255.0"),
        "icmp_router_solicitation": ip4 / ICMP(type=10),
        "icmp_router": icmp("0900000001020708" + "cb007103" + "ffffffff"),
        "icmp_unreachable": ip4 / ICMP(type=3, code=4, nexthopmtu=1400) / udp4,
        "icmp_quench": ip4 / ICMP(type=4) / udp4,
        "icmp_redirect": ip4 / ICMP(type=5, code=1, gw=C4) / udp4,
        "icmp_time_exceeded": ip4 / ICMP(type=11) / Raw(bytes(udp4)[:28]),
        "icmp_parameter": ip4 / ICMP(type=12, ptr=8) / udp4,
        "icmp_mpls": extended(11, 0, bytes(extensions.ICMPExtensionHeader() / extensions.ICMPExtensionMPLS(
            stack=[MPLS(label=16001, cos=3, s=1, ttl=1)]))),
        "icmp_interface": extended(3, 1, interface),
        "icmp_extended_reply": icmp("2b000000" + "00050645"),
        "icmp_traceroute": icmp("1e010000" + "12340000" + "00030004" + "0001e848" + "000005dc"),
        "icmp_extended_echo": icmp("2a000000" + "00050601" + index.hex()),
        "icmp6_echo": ip6 / inet6.ICMPv6EchoRequest(id=0x1234, seq=7, data=b"hello"),
        "icmp6_unreachable": ip6 / inet6.ICMPv6DestUnreach(code=4) / udp6,
        "icmp6_too_big": ip6 / inet6.ICMPv6PacketTooBig(mtu=1280) / udp6,
        "icmp6_time_exceeded": ip6 / inet6.ICMPv6TimeExceeded(code=1) / udp6,
        "icmp6_parameter": ip6 / inet6.ICMPv6ParamProblem(code=1, ptr=40) / udp6,
        "icmp6_extended_echo": ip6 / inet6.ICMPv6Unknown(type=160, code=0, msgbody=b"\0\x05\x06\0" + name),
        "nd_rs": nd("ff02::2", inet6.ICMPv6ND_RS() / inet6.ICMPv6NDOptSrcLLAddr(lladdr=A)),
        "nd_ra": advertisement(),
        "nd_ns": nd("ff02::1:ff00:3", inet6.ICMPv6ND_NS(tgt=C6) / inet6.ICMPv6NDOptSrcLLAddr(lladdr=A)),
        "nd_na": nd("ff02::1", inet6.ICMPv6ND_NA(R=1, S=0, O=1, tgt=C6) / inet6.ICMPv6NDOptDstLLAddr(lladdr=A)),
        "nd_redirect": redirect(),
        "igmp1_query": igmp("224.0.0.1", IGMP(type=0x11, mrcode=0, gaddr="0.0.0.0")),
        "igmp1_report": igmp(GROUP4, IGMP(type=0x12, mrcode=0, gaddr=GROUP4)),
        "igmp2_query": igmp(GROUP4, IGMP(type=0x11, mrcode=10, gaddr=GROUP4)),
        "igmp2_report": igmp(GROUP4, IGMP(type=0x16, mrcode=0, gaddr=GROUP4)),
        "igmp2_leave": igmp("224.0.0.2", IGMP(type=0x17, mrcode=0, gaddr=GROUP4)),
        "igmp3_query": igmp(GROUP4, IGMPv3(type=0x11, mrcode=10) / IGMPv3mq(
            gaddr=GROUP4, s=1, qrv=2, qqic=125, srcaddrs=[B4, C4])),
        "igmp3_report": igmp3_report(),
        "igmp_discovery": igmp("224.0.0.106", IGMP(type=0x30, mrcode=20, gaddr="0.125.0.2")),
        "mld1_query": mld(GROUP6, inet6.ICMPv6MLQuery(mladdr=GROUP6, mrd=1000)),
        "mld1_report": mld(GROUP6, inet6.ICMPv6MLReport(mladdr=GROUP6)),
        "mld1_done": mld(GROUP6, inet6.ICMPv6MLDone(mladdr=GROUP6)),
        "mld2_query": mld(GROUP6, inet6.ICMPv6MLQuery2(mladdr=GROUP6, mrd=1000, QRV=3, QQIC=125, sources=[B6],
                                                       sources_number=1)),
        "mld2_report": mld2_report(),
        "mld_discovery": mld("ff02::6a", inet6.ICMPv6MRD_Advertisement(advinter=20, queryint=125, robustness=2)),
        "mld_solicitation": mld("ff02::2", inet6.ICMPv6MRD_Solicitation()),
    }


def check_fragments(ours):
    """Cut at the same places; what scapy fills by itself is the same too."""
    whole = {"fragments4": fragment(ip4 / udp / (b"x" * 3000), fragsize=1256),
             "fragments6": inet6.fragment6(ip6 / inet6.IPv6ExtHdrFragment(id=7) / udp / (b"x" * 3000), 1280)}
    return {name: (ours.pop(name), [bytes(part) for part in parts]) for name, parts in whole.items()}


def main():
    helper = os.environ["PKT_ORACLE_DIR"] + "/helper_build"
    ours, failed = {}, 0
    for line in subprocess.run([helper], capture_output=True, text=True, check=True).stdout.splitlines():
        name, text = line.split()
        ours.setdefault(name, []).append(bytes.fromhex(text))
    if ours["udp_ffff"][0][26:28] != b"\xff\xff":
        sys.exit("FAILED: udp_ffff has another checksum: its payload no longer makes it 0")
    pairs = check_fragments(ours)
    theirs = packets()
    if set(ours) != set(theirs):
        sys.exit("FAILED: built by one alone: %s" % sorted(set(ours) ^ set(theirs)))
    pairs.update((name, (ours[name], [bytes(packet)])) for name, packet in theirs.items())
    for name, (mine, other) in pairs.items():
        if (mine == other) == (name in DIVERGENCES):
            print("FAILED: %s: %s" % (name, "scapy was mended" if mine == other else "scapy builds other bytes"))
            print("  ours  %s\n  scapy %s" % (" ".join(p.hex() for p in mine), " ".join(p.hex() for p in other)))
            failed = 1
    print("%d packets, %d of them known to differ" % (sum(len(m) for m, _ in pairs.values()), len(DIVERGENCES)))
    return failed


sys.exit(main())
