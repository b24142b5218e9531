#!/bin/bash
# Records the captures of captures/ from real programs and kernels in network namespaces, and writes captures/MANIFEST.
#
#   scripts/record-captures.sh              all of them, the hand-made ones (scripts/make-captures.py) too
#   scripts/record-captures.sh NAME...      the named ones, with or without suffix
#   scripts/record-captures.sh --list       what there is
#   scripts/record-captures.sh --check      whether MANIFEST, the recipes and the directory agree
#   scripts/record-captures.sh --manifest   writes MANIFEST anew from the files that are there
#
# CAPTURES=DIRECTORY records elsewhere, to try a recipe without touching what the tests expect.
#
# A recipe is a function below: the comment above it names the file and says, for MANIFEST, which program put what on the wire.
# A recipe that starts from a recorded file (compressed, cut, another byte order) stands behind it and reads it from captures/.
# shellcheck disable=SC2016,SC2317 # programs in other languages; the recipes are called by name

set -u
here=$(cd "$(dirname "$0")" && pwd)
captures=${CAPTURES:-$here/../captures}
maker=$here/make-captures.py
# shellcheck source=tests/lab.sh
. "$here/../tests/lab.sh"

# --- words that the recipes are made of ----------------------------------------------------------------------------------------

# capture HOST IFACE [OPTION... [FILTER]]: starts recording into the file of this recipe.
capture() {
    lab_capture_start "$1" "$2" "$FILE" "${@:3}"
}

# finish N: waits for N packets and ends the recording.
finish() {
    lab_capture_wait "$1"
    lab_capture_stop
}

# send HOST FRAME...: puts frames that no program sends on eth0, by the names that make-captures.py --frames lists.
send() {
    local host=$1
    shift
    lab_quiet "$host" python3 "$maker" --send eth0 "$@" || lab_fail "cannot send $*"
}

# datagram HOST SOCAT-ADDRESS: one UDP datagram of 6 octets.
datagram() {
    echo probe | lab_quiet "$1" socat -u - "$2"
}

# python HOST PROGRAM [ARGUMENT...]: runs a few lines that ask the kernel for what no program asks for.
python() {
    lab_quiet "$1" python3 -c "$2" "${@:3}" </dev/null
}

# member HOST: starts a program that joins and leaves on demand, see tell.
member() {
    mkfifo "$LAB_DIR/member-$1"
    lab_background "$1" python3 -c "$MEMBER" "$LAB_DIR/member-$1"
    exec {MEMBER_FD}>"$LAB_DIR/member-$1"
}

# tell WORD: +GROUP or +GROUP@SOURCE joins, -GROUP or -GROUP@SOURCE leaves, !GROUP@SOURCE blocks, ?GROUP@SOURCE unblocks.
tell() {
    echo "$*" >&"$MEMBER_FD"
}

# Joins by RFC 3678 section 5; the option numbers are Linux's (42 join, 43 block, 44 unblock, 45 leave, 46 and 47 for a source).
MEMBER='
import socket, struct, sys
sockets = {2: socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 10: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)}
index = socket.if_nametoindex("eth0")
def address(text):
    if ":" in text:
        return struct.pack("=HHI16sI100x", 10, 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)
    return struct.pack("=HH4s120x", 2, 0, socket.inet_aton(text))
def do(word):
    group, _, source = word[1:].partition("@")
    option = {"+": 46 if source else 42, "-": 47 if source else 45, "!": 43, "?": 44}[word[0]]
    value = struct.pack("=I4x", index) + address(group) + (address(source) if source else b"")
    six = ":" in group
    sockets[10 if six else 2].setsockopt(socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP, option, value)
for line in open(sys.argv[1]):
    for word in line.split():
        do(word)
'

# quick_reports HOST...: state-change reports within a tenth of a second instead of ten seconds.
quick_reports() {
    local host
    for host; do
        lab_sysctl "$host" net.ipv4.conf.eth0.igmpv2_unsolicited_report_interval=100 \
            net.ipv4.conf.eth0.igmpv3_unsolicited_report_interval=100 \
            net.ipv6.conf.eth0.mldv1_unsolicited_report_interval=100 net.ipv6.conf.eth0.mldv2_unsolicited_report_interval=100
    done
}

# no_limits HOST: lets a host send every ICMP error that it owes.
no_limits() {
    lab_sysctl "$1" net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

# bridged GROUP: waits until the snooping bridge knows a member; only then does a leave make it ask.
bridged() {
    lab_wait_for "bridge -n $(lab_ns switch) mdb show | grep -q 'port p1 grp $1 '"
}

IGMP='igmp'
MLD='ip6[6] == 0 and (ip6[48] == 130 or ip6[48] == 131 or ip6[48] == 132 or ip6[48] == 143)'

# --- echo ----------------------------------------------------------------------------------------------------------------------

# ping4.pcap: iputils ping, three echoes
record_ping4() {
    lab_lan A B
    capture A eth0 icmp
    lab_quiet A ping -c 3 -i 0.2 192.0.2.2
    finish 6
}

# ping6.pcap: iputils ping -6, three echoes behind the neighbour discovery that they need
record_ping6() {
    lab_lan A B
    capture A eth0 icmp6
    lab_quiet A ping -6 -c 3 -i 0.2 2001:db8::2
    finish 8
}

# ping4-broadcast.pcap: iputils ping -b to 192.0.2.255, answered by two kernels
record_ping4_broadcast() {
    lab_lan A B C
    lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
    lab_sysctl C net.ipv4.icmp_echo_ignore_broadcasts=0
    capture A eth0 icmp
    lab_quiet A ping -b -c 2 -i 0.2 192.0.2.255
    finish 6
}

# ping4-all-systems.pcap: iputils ping to 224.0.0.1, answered by two kernels
record_ping4_all_systems() {
    lab_lan A B C
    lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
    lab_sysctl C net.ipv4.icmp_echo_ignore_broadcasts=0
    capture A eth0 icmp
    lab_quiet A ping -c 2 -i 0.2 -I eth0 -t 1 224.0.0.1
    finish 6
}

# ping6-all-nodes.pcap: iputils ping to ff02::1, answered by two kernels
record_ping6_all_nodes() {
    lab_lan A B C
    capture A eth0 'icmp6 and (ip6[40] == 128 or ip6[40] == 129)'
    lab_quiet A ping -6 -c 2 -i 0.2 -I eth0 ff02::1
    finish 6
}

# ping4-record-route.pcap: iputils ping -R over three routers
record_ping4_record_route() {
    lab_chain 3
    capture A eth0 icmp
    lab_quiet A ping -R -c 2 -i 0.2 10.9.3.2
    finish 4
}

# ping4-timestamp-only.pcap: iputils ping -T tsonly over three routers
record_ping4_timestamp_only() {
    lab_chain 3
    capture A eth0 icmp
    lab_quiet A ping -T tsonly -c 2 -i 0.2 10.9.3.2
    finish 4
}

# ping4-timestamp-address.pcap: iputils ping -T tsandaddr over five routers, so that it overflows
record_ping4_timestamp_address() {
    lab_chain 5
    capture A eth0 icmp
    lab_quiet A ping -T tsandaddr -c 2 -i 0.2 10.9.5.2
    finish 4
}

# ping4-timestamp-prespecified.pcap: iputils ping -T tsprespec with the addresses of two routers
record_ping4_timestamp_prespecified() {
    lab_chain 3
    capture A eth0 icmp
    lab_quiet A ping -T tsprespec -c 2 -i 0.2 10.9.0.2 10.9.1.2 10.9.3.2
    finish 4
}

# ping4-fragments.pcap: iputils ping -s 4000, three fragments each way
record_ping4_fragments() {
    lab_lan A B
    capture A eth0 icmp
    lab_quiet A ping -s 4000 -c 1 192.0.2.2
    finish 6
}

# ping6-fragments.pcap: iputils ping -6 -s 4000, fragment headers both ways
record_ping6_fragments() {
    lab_lan A B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture A eth0 'ip6[6] == 44'
    lab_quiet A ping -6 -s 4000 -c 1 2001:db8::2
    finish 6
}

# ping4-dont-fragment.pcap: iputils ping with DF, with TOS and precedence, with ECN bits, with a pattern, with no payload
record_ping4_dont_fragment() {
    lab_lan A B
    capture A eth0 icmp
    lab_quiet A ping -M 'do' -s 1472 -c 1 192.0.2.2
    lab_quiet A ping -M dont -Q 0xb8 -c 1 192.0.2.2
    lab_quiet A ping -Q 0x03 -t 255 -p 5a -c 1 192.0.2.2
    lab_quiet A ping -s 0 -c 1 192.0.2.2
    finish 8
}

# ping6-traffic-class.pcap: iputils ping -6 with traffic class, flow label, hop limit 255 and no payload
record_ping6_traffic_class() {
    lab_lan A B
    capture A eth0 'icmp6 and (ip6[40] == 128 or ip6[40] == 129)'
    lab_quiet A ping -6 -Q 0x2e -c 1 2001:db8::2
    lab_quiet A ping -6 -F 0x12345 -c 1 2001:db8::2
    lab_quiet A ping -6 -t 255 -s 0 -c 1 2001:db8::2
    finish 6
}

# ping6-node-information.pcap: iputils ping -6 -N name and -N ipv6, node information queries (RFC 4620)
record_ping6_node_information() {
    lab_lan A B
    capture A eth0 'icmp6 and (ip6[40] == 139 or ip6[40] == 140)'
    lab_quiet A ping -6 -N name -c 1 -W 0.2 2001:db8::2
    lab_quiet A ping -6 -N ipv6 -c 1 -W 0.2 2001:db8::2
    finish 2
}

# ping4-no-reply.pcap: fping to one host that is there and two that are not
record_ping4_no_reply() {
    lab_lan A B
    capture A eth0 'icmp or arp'
    lab_quiet A fping -r 0 -t 100 192.0.2.2 192.0.2.77 192.0.2.78
    finish 6
}

# icmp4-timestamp-mask.pcap: hping3 with ICMP timestamp (answered) and address mask (not answered) requests
record_icmp4_timestamp_mask() {
    lab_lan A B
    capture A eth0 icmp
    lab_quiet A hping3 --icmp --icmptype 13 -c 1 192.0.2.2
    lab_quiet A hping3 --icmp --icmptype 17 -c 1 192.0.2.2
    finish 3
}

# --- paths and errors ----------------------------------------------------------------------------------------------------------

# trace FAMILY ROUTERS PACKETS OPTION...: one traceroute from A to B.
trace() {
    local target=10.9.$2.2 filter='icmp or udp or tcp'
    [ "$1" = 4 ] || target=2001:db8:$2::2 filter='(icmp6 and (ip6[40] < 130)) or udp or tcp'
    lab_chain "$2"
    no_limits B
    capture A eth0 "$filter"
    lab_quiet A traceroute "-$1" -n -q 1 -N 1 -w 2 "${@:4}" "$target"
    finish "$3"
}

# traceroute4-udp-3.pcap: traceroute over three routers, time exceeded and port unreachable
record_traceroute4_udp_3() {
    trace 4 3 8
}

# traceroute4-udp-8.pcap: traceroute over eight routers
record_traceroute4_udp_8() {
    trace 4 8 18
}

# traceroute4-icmp-3.pcap: traceroute -I over three routers
record_traceroute4_icmp_3() {
    trace 4 3 8 -I
}

# traceroute4-icmp-8.pcap: traceroute -I over eight routers
record_traceroute4_icmp_8() {
    trace 4 8 18 -I
}

# traceroute4-tcp-3.pcap: traceroute -T over three routers to a closed port
record_traceroute4_tcp_3() {
    trace 4 3 8 -T -p 7777
}

# traceroute4-tcp-8.pcap: traceroute -T over eight routers to a closed port
record_traceroute4_tcp_8() {
    trace 4 8 18 -T -p 7777
}

# traceroute6-udp-3.pcap: traceroute -6 over three routers, hop limit exceeded and port unreachable
record_traceroute6_udp_3() {
    trace 6 3 8
}

# traceroute6-udp-8.pcap: traceroute -6 over eight routers
record_traceroute6_udp_8() {
    trace 6 8 18
}

# traceroute6-icmp-3.pcap: traceroute -6 -I over three routers
record_traceroute6_icmp_3() {
    trace 6 3 8 -I
}

# traceroute6-tcp-8.pcap: traceroute -6 -T over eight routers to a closed port
record_traceroute6_tcp_8() {
    trace 6 8 18 -T -p 7777
}

# traceroute4-loose-source-route.pcap: traceroute -g, loose source route option through two routers that allow it
record_traceroute4_loose_source_route() {
    lab_chain 3
    local host
    for host in R1 R2 R3 B; do
        lab_sysctl "$host" net.ipv4.conf.all.accept_source_route=1 net.ipv4.conf.eth0.accept_source_route=1
    done
    no_limits B
    capture A eth0 'icmp or udp'
    lab_quiet A traceroute -n -q 1 -N 1 -w 1 -m 5 -g 10.9.0.2 -g 10.9.1.2 10.9.3.2
    finish 6
}

# tracepath4.pcap: tracepath over a narrow cable, fragmentation needed in the middle
record_tracepath4() {
    lab_chain 2
    ip -n "$(lab_ns R2)" link set eth1 mtu 1300
    no_limits B
    capture A eth0 'icmp or udp'
    lab_quiet A tracepath -n -m 6 10.9.2.2
    finish 6
}

# rejected HOST RULE...: B rejects each datagram with the next rule, and A sees each answer.
rejected() {
    local rule count=0
    lab_quiet B nft add table inet lab
    lab_quiet B nft 'add chain inet lab in { type filter hook input priority 0; }'
    for rule in "${@:2}"; do
        lab_quiet B nft flush chain inet lab in
        lab_quiet B nft add rule inet lab in meta l4proto '{ udp, tcp }' reject with "$rule" || lab_fail "nft: $rule"
        datagram A "$1"
        count=$((count + 2))
        lab_capture_wait "$count"
    done
}

# icmp4-unreachable-codes.pcap: nftables reject with every code it can send: net, host, prot, port, net-prohibited, host-prohibited, admin-prohibited
record_icmp4_unreachable_codes() {
    lab_lan A B
    no_limits B
    capture A eth0 'icmp or udp'
    rejected UDP4:192.0.2.2:50001,sourceport=40001 'icmp type net-unreachable' 'icmp type host-unreachable' \
        'icmp type prot-unreachable' 'icmp type port-unreachable' 'icmp type net-prohibited' 'icmp type host-prohibited' \
        'icmp type admin-prohibited'
    finish 14
}

# icmp6-unreachable-codes.pcap: nftables reject with every code it can send: no-route, admin-prohibited, addr, port, policy-fail, reject-route
record_icmp6_unreachable_codes() {
    lab_lan A B
    no_limits B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture A eth0 '(icmp6 and ip6[40] < 5) or udp'
    rejected 'UDP6:[2001:db8::2]:50001,sourceport=40001' 'icmpv6 type no-route' 'icmpv6 type admin-prohibited' \
        'icmpv6 type addr-unreachable' 'icmpv6 type port-unreachable' 'icmpv6 type policy-fail' 'icmpv6 type reject-route'
    finish 12
}

# icmp4-unreachable-routes.pcap: kernel routes of type unreachable, blackhole's neighbours prohibit and throw, and no route at all
record_icmp4_unreachable_routes() {
    lab_chain 1
    lab_route R1 unreachable 198.51.100.0/24
    lab_route R1 prohibit 203.0.113.0/24
    capture A eth0 icmp
    lab_quiet A ping -c 1 -W 1 198.51.100.1
    lab_quiet A ping -c 1 -W 1 203.0.113.1
    lab_quiet A ping -c 1 -W 1 233.252.9.9
    lab_quiet A ping -c 1 -W 1 10.200.0.1
    lab_quiet A ping -c 1 -W 4 10.9.1.77
    finish 8
}

# icmp6-unreachable-routes.pcap: kernel routes of type unreachable and prohibit, no route, and an address that nobody answers for
record_icmp6_unreachable_routes() {
    lab_chain 1
    lab_route R1 unreachable 2001:db8:a::/64
    lab_route R1 prohibit 2001:db8:b::/64
    capture A eth0 'icmp6 and (ip6[40] < 5 or ip6[40] == 128)'
    lab_quiet A ping -6 -c 1 -W 1 2001:db8:a::1
    lab_quiet A ping -6 -c 1 -W 1 2001:db8:b::1
    lab_quiet A ping -6 -c 1 -W 1 2001:db8:c::1
    lab_quiet A ping -6 -c 1 -W 4 2001:db8:1::77
    finish 8
}

# icmp4-protocol-unreachable.pcap: datagrams of protocols that the kernel does not serve, sent through a raw socket
record_icmp4_protocol_unreachable() {
    lab_lan A B
    no_limits B
    capture A eth0 'ip and not igmp'
    python A 'import socket
for number in (253, 254, 200):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, number).sendto(bytes(range(24)), ("192.0.2.2", 0))'
    finish 6
}

# icmp4-time-exceeded.pcap: iputils ping -t 1 and -t 2 over routers, and a fragment that never became whole
record_icmp4_time_exceeded() {
    lab_chain 3
    lab_sysctl B net.ipv4.ipfrag_time=1
    capture A eth0 'icmp or udp'
    lab_quiet A ping -t 1 -c 1 10.9.3.2
    lab_quiet A ping -t 2 -c 1 -s 700 10.9.3.2
    send A lone-fragment-4
    finish 6
}

# icmp6-time-exceeded.pcap: iputils ping -6 -t 1 and -t 2 over routers, and a fragment that never became whole
record_icmp6_time_exceeded() {
    lab_chain 3
    lab_sysctl B net.ipv6.ip6frag_time=1
    capture A eth0 '(icmp6 and (ip6[40] < 130)) or ip6[6] == 44'
    lab_quiet A ping -6 -t 1 -c 1 2001:db8:3::2
    lab_quiet A ping -6 -t 2 -c 1 -s 1300 2001:db8:3::2
    send A lone-fragment-6
    finish 6
}

# icmp4-frag-needed.pcap: iputils ping -M 'do' over a cable with MTU 1300
record_icmp4_frag_needed() {
    lab_chain 1
    ip -n "$(lab_ns R1)" link set eth1 mtu 1300
    capture A eth0 icmp
    lab_quiet A ping -M 'do' -s 1400 -c 1 -W 1 10.9.1.2
    lab_quiet A ping -M want -s 1400 -c 1 -W 1 10.9.1.2
    finish 4
}

# icmp6-packet-too-big.pcap: iputils ping -6 over a cable with MTU 1280, then in fragments
record_icmp6_packet_too_big() {
    lab_chain 1
    ip -n "$(lab_ns R1)" link set eth1 mtu 1280
    capture A eth0 '(icmp6 and (ip6[40] < 130)) or ip6[6] == 44'
    lab_quiet A ping -6 -s 1400 -c 2 -i 0.2 -W 1 2001:db8:1::2
    finish 4
}

# icmp4-redirect.pcap: kernel redirect for host, as R1 sends A to R2 on the same LAN
record_icmp4_redirect() {
    redirect_lan
    capture A eth0 icmp
    lab_quiet A ping -c 3 -i 0.2 198.51.100.1
    finish 7
}

# nd-redirect.pcap: kernel ND redirect with target link-layer address and redirected header
record_nd_redirect() {
    redirect_lan
    capture A eth0 'icmp6 and (ip6[40] < 130 or ip6[40] == 137)'
    lab_quiet A ping -6 -c 3 -i 0.2 2001:db8:100::1
    finish 7
}

# redirect_lan: A sends everything to R1; behind R2, on the same LAN, are 198.51.100.1 and 2001:db8:100::1.
redirect_lan() {
    lab_lan A R1 R2
    lab_forward R1 R2
    lab_sysctl R1 net.ipv4.conf.all.send_redirects=1 net.ipv4.conf.eth0.send_redirects=1
    lab_address R2 lo 198.51.100.1/32 2001:db8:100::1/128
    lab_route R1 198.51.100.0/24 via 192.0.2.3
    lab_route R1 2001:db8:100::/64 via "$(link_local R2)" dev eth0
    lab_route A default via 192.0.2.2
    lab_route A ::/0 via "$(link_local R1)" dev eth0
}

# link_local HOST: its link-local address on eth0.
link_local() {
    ip -n "$(lab_ns "$1")" -6 -o address show dev eth0 scope link | awk '{ sub("/.*", "", $4); print $4 }'
}

# icmp4-parameter-problem.pcap: kernel answers to IP options with a pointer, a length and an overflow that are wrong (sent through AF_PACKET)
record_icmp4_parameter_problem() {
    lab_lan A B
    no_limits B
    capture A eth0 icmp
    send A bad-option-pointer bad-option-length bad-option-source-route
    finish 5
}

# icmp6-parameter-problem.pcap: kernel answers to an unknown next header, an unknown option and a wrong routing header (sent through AF_PACKET)
record_icmp6_parameter_problem() {
    lab_lan A B
    no_limits B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture A eth0 'ip6 and not (ip6[6] == 58 and ip6[40] > 130)'
    send A unknown-next-header unknown-option-6 routing-header-0
    finish 6
}

# icmp4-extended-echo.pcap: PROBE requests (RFC 8335) by name, by index, by address, sent through AF_PACKET and answered by the kernel
record_icmp4_extended_echo() {
    lab_lan A B
    no_limits B
    lab_sysctl B net.ipv4.icmp_echo_enable_probe=1
    capture A eth0 icmp
    send A probe-by-name probe-by-index probe-by-address
    finish 6
}

# --- ARP and neighbour discovery -----------------------------------------------------------------------------------------------

# arp-request-reply.pcap: the kernel resolves a neighbour, then probes it by unicast
record_arp_request_reply() {
    lab_lan A B
    capture A eth0 arp
    lab_quiet A ping -c 1 192.0.2.2
    lab_quiet A arping -c 1 -I eth0 192.0.2.2
    finish 4
}

# arp-gratuitous.pcap: arping -U and -A, and the kernel's own arp_notify as the MAC address changes
record_arp_gratuitous() {
    lab_lan A B
    lab_sysctl A net.ipv4.conf.eth0.arp_notify=1
    capture B eth0 arp
    lab_quiet A arping -U -c 1 -w 1 -I eth0 192.0.2.1
    lab_quiet A arping -A -c 1 -w 1 -I eth0 192.0.2.1
    ip -n "$(lab_ns A)" link set eth0 address 00:00:5e:00:53:aa
    finish 3
}

# arp-probe.pcap: arping -D for an address that nobody has
record_arp_probe() {
    lab_lan A B
    capture B eth0 arp
    lab_quiet A arping -D -c 2 -w 3 -I eth0 192.0.2.99
    finish 2
}

# arp-conflict.pcap: arping -D for an address in use, and a gratuitous request for somebody else's address
record_arp_conflict() {
    lab_lan A B
    capture A eth0 arp
    lab_quiet A arping -D -c 1 -w 1 -I eth0 192.0.2.2
    lab_address A eth0 192.0.2.2/24
    lab_quiet A arping -U -c 1 -w 1 -I eth0 192.0.2.2
    finish 3
}

# nd-solicitation-advertisement.pcap: ndisc6 asks by multicast, the kernel then probes by unicast
record_nd_solicitation_advertisement() {
    lab_lan A B
    capture A eth0 'icmp6 and (ip6[40] == 135 or ip6[40] == 136)'
    lab_quiet A ndisc6 -1 2001:db8::2 eth0
    lab_quiet A ping -6 -c 1 2001:db8::2
    lab_quiet A ping -6 -c 1 "$(link_local B)%eth0"
    finish 6
}

# nd-duplicate-address-detection.pcap: the kernel's DAD for a free and for a used address, with the advertisement that denies it
record_nd_duplicate_address_detection() {
    lab_lan A B
    lab_sysctl A net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1
    capture B eth0 'icmp6 and (ip6[40] == 135 or ip6[40] == 136)'
    LAB_DAD=1 lab_address A eth0 2001:db8::99/64
    LAB_DAD=1 lab_address A eth0 2001:db8::2/64
    lab_wait_for "ip -n $(lab_ns A) -6 address show dadfailed | grep -q 2001:db8::2"
    finish 3
}

# nd-unsolicited-advertisement.pcap: the kernel with ndisc_notify after a link came up
record_nd_unsolicited_advertisement() {
    lab_lan A B
    lab_sysctl A net.ipv6.conf.eth0.ndisc_notify=1 net.ipv6.conf.eth0.keep_addr_on_down=1
    capture B eth0 'icmp6 and ip6[40] == 136'
    ip -n "$(lab_ns A)" link set eth0 down
    ip -n "$(lab_ns A)" link set eth0 up
    finish 1
}

# nd-router-solicitation.pcap: the kernel's solicitations as a link comes up, and rdisc6's
record_nd_router_solicitation() {
    lab_lan A B
    lab_sysctl A net.ipv6.conf.eth0.router_solicitations=2 net.ipv6.conf.eth0.router_solicitation_interval=1 \
        net.ipv6.conf.eth0.router_solicitation_delay=0
    capture B eth0 'icmp6 and ip6[40] == 133'
    ip -n "$(lab_ns A)" link set eth0 down
    ip -n "$(lab_ns A)" link set eth0 up
    finish 2
    lab_capture_start B eth0 "$LAB_DIR/second" 'icmp6 and ip6[40] == 133'
    lab_quiet A rdisc6 -1 -w 200 -r 1 eth0
    lab_capture_wait 1
    lab_capture_stop
    append "$LAB_DIR/second"
}

# append FILE: adds the packets of another recording with the same link type to the file of this recipe.
append() {
    tail -c +25 "$1" >>"$FILE"
}

# advertise CONFIGURATION: radvd on R advertises as told, A solicits.
advertise() {
    lab_lan A R
    lab_forward R
    printf '%s\n' "$1" >"$LAB_DIR/radvd.conf"
    capture A eth0 'icmp6 and (ip6[40] == 133 or ip6[40] == 134)'
    lab_background R radvd -n -m stderr -C "$LAB_DIR/radvd.conf" -p "$LAB_DIR/radvd.pid"
    lab_capture_wait 1
    lab_quiet A rdisc6 -1 -w 2000 -r 1 eth0
    lab_capture_wait 3
}

# nd-router-advertisement.pcap: radvd with two prefixes, MTU, source link-layer address, RDNSS, DNSSL and a route
record_nd_router_advertisement() {
    advertise 'interface eth0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; MinDelayBetweenRAs 1; AdvManagedFlag on; AdvOtherConfigFlag on;
    AdvLinkMTU 1480; AdvDefaultPreference high; AdvCurHopLimit 61; AdvReachableTime 30000; AdvRetransTimer 1000;
    prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous on; AdvRouterAddr on; };
    prefix 2001:db8:77::/64 { AdvOnLink off; AdvAutonomous on; AdvValidLifetime infinity; AdvPreferredLifetime 600; };
    route 2001:db8:88::/48 { AdvRoutePreference low; AdvRouteLifetime 1800; };
    route 2001:db8:99:aa::/64 { AdvRoutePreference medium; AdvRouteLifetime infinity; };
    RDNSS 2001:db8::53 2001:db8::54 { AdvRDNSSLifetime 600; };
    DNSSL example.net lab.example.org { AdvDNSSLLifetime 600; }; };'
    lab_capture_stop
}

# nd-router-advertisement-last.pcap: radvd as mobile home agent with advertisement interval and home agent option, then its farewell with lifetime 0
record_nd_router_advertisement_last() {
    advertise 'interface eth0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; MinDelayBetweenRAs 1; AdvIntervalOpt on; AdvHomeAgentFlag on;
    AdvHomeAgentInfo on; HomeAgentLifetime 1800; HomeAgentPreference 10; AdvDefaultPreference low; AdvSourceLLAddress off;
    prefix ::/64 { AdvOnLink on; AdvAutonomous off; AdvValidLifetime 300; AdvPreferredLifetime 120; }; };'
    lab_kill "$LAB_LAST_PID"
    finish 4
}

# --- IGMP and MLD --------------------------------------------------------------------------------------------------------------

# querier IGMP MLD: a snooping bridge that queries, A and B as members.
querier() {
    lab_snooping_bridge "$1" "$2" A B
    quick_reports A B
}

# igmp1-report.pcap: kernel with force_igmp_version=1 joins two groups, and answers the bridge's queries
record_igmp1_report() {
    querier 2 1
    lab_sysctl A net.ipv4.conf.eth0.force_igmp_version=1
    member A
    capture A eth0 "$IGMP"
    tell +233.252.0.1 +233.252.0.2
    lab_capture_sees 'igmp[0] == 0x12'
    lab_capture_sees 'igmp[0] == 0x11'
    tell -233.252.0.1
    finish 6
}

# igmp2-join-leave.pcap: kernel with force_igmp_version=2 joins and leaves; the bridge asks generally and for the group
record_igmp2_join_leave() {
    querier 2 1
    lab_sysctl A net.ipv4.conf.eth0.force_igmp_version=2
    member A
    capture A eth0 "$IGMP"
    tell +233.252.0.1
    lab_capture_sees 'igmp[0] == 0x16'
    lab_capture_sees 'igmp[0] == 0x11'
    bridged 233.252.0.1
    tell -233.252.0.1
    lab_capture_sees 'igmp[0] == 0x17'
    lab_capture_sees 'igmp[0] == 0x11 and igmp[4:4] == 0xe9fc0001'
    lab_capture_stop
}

# igmp3-join-leave.pcap: kernel joins and leaves; the bridge asks generally and for the group
record_igmp3_join_leave() {
    querier 3 2
    member A
    capture A eth0 "$IGMP"
    tell +233.252.0.1
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 4'
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 2'
    bridged 233.252.0.1
    tell -233.252.0.1
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 3'
    lab_capture_sees 'igmp[0] == 0x11 and igmp[4:4] == 0xe9fc0001'
    lab_capture_stop
}

# igmp3-source-specific.pcap: kernel allows and blocks sources of a group: ALLOW, BLOCK, TO_IN, IS_IN, and the bridge asks for the sources
record_igmp3_source_specific() {
    querier 3 2
    member A
    capture A eth0 "$IGMP"
    tell +232.1.1.1@198.51.100.1 +232.1.1.1@198.51.100.2 +232.1.1.1@198.51.100.3
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 5'
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 1'
    bridged 232.1.1.1
    tell -232.1.1.1@198.51.100.2
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 6'
    lab_capture_sees 'igmp[0] == 0x11 and igmp[4:4] == 0xe8010101 and igmp[10:2] > 0'
    lab_capture_stop
}

# igmp3-exclude-sources.pcap: kernel joins a group but blocks sources: TO_EX with sources, IS_EX, BLOCK, ALLOW
record_igmp3_exclude_sources() {
    querier 3 2
    member A
    capture A eth0 "$IGMP"
    tell +233.252.0.7 '!233.252.0.7@198.51.100.8' '!233.252.0.7@198.51.100.9'
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 2 and igmp[10:2] > 0'
    tell '?233.252.0.7@198.51.100.9'
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 5'
    lab_capture_stop
}

# igmp3-several-groups.pcap: kernel joins twelve groups at once, answered in reports of many records
record_igmp3_several_groups() {
    local words='' i
    querier 3 2
    for i in $(seq 1 12); do
        words="$words +233.252.0.$i"
    done
    member A
    capture A eth0 "$IGMP"
    tell "$words"
    lab_capture_sees 'igmp[0] == 0x22 and igmp[6:2] >= 12'
    lab_capture_stop
}

# igmp3-many-sources.pcap: kernel joins one group with sixty sources
record_igmp3_many_sources() {
    local words='' i
    querier 3 2
    lab_sysctl A net.ipv4.igmp_max_msf=64
    for i in $(seq 1 60); do
        words="$words +232.1.1.9@198.51.100.$i"
    done
    member A
    capture A eth0 "$IGMP"
    tell "$words"
    lab_capture_sees 'igmp[0] == 0x22 and igmp[8] == 1 and igmp[10:2] == 60'
    lab_capture_stop
}

# igmp-bridge-own.pcap: the querying bridge itself without address: queries and reports from 0.0.0.0
record_igmp_bridge_own() {
    lab_lan A B
    capture A eth0 "$IGMP"
    ip -n "$(lab_ns switch)" link set br0 type bridge mcast_igmp_version 3 mcast_snooping 1 mcast_querier 1
    lab_capture_sees 'igmp[0] == 0x11 and src host 0.0.0.0'
    lab_capture_stop
}

# igmp-smcroute.pcap: smcroute joins any-source and source-specific groups and leaves them at its end
record_igmp_smcroute() {
    querier 3 2
    printf '%s\n' 'phyint eth0 enable' 'mgroup from eth0 group 233.252.0.20' \
        'mgroup from eth0 source 198.51.100.7 group 232.2.2.2' >"$LAB_DIR/smcroute.conf"
    capture A eth0 "$IGMP"
    smcroute A
    lab_capture_sees 'igmp[0] == 0x11'
    bridged 233.252.0.20
    lab_kill "$LAB_LAST_PID"
    lab_capture_sees 'igmp[0] == 0x11 and igmp[4:4] == 0xe9fc0014'
    lab_capture_stop
}

# smcroute HOST: starts the daemon with $LAB_DIR/smcroute.conf.
smcroute() {
    lab_background "$1" smcrouted -n -N -f "$LAB_DIR/smcroute.conf" -P "$LAB_DIR/smcroute.pid" -u "$LAB_DIR/smcroute.sock"
}

# mrd-advertisement.pcap: smcroute as multicast router discovery speaker: two advertisements (RFC 4286)
record_mrd_advertisement() {
    lab_lan A B
    echo 'phyint eth0 enable mrdisc' >"$LAB_DIR/smcroute.conf"
    capture B eth0 'igmp[0] == 0x30 or igmp[0] == 0x32 or (ip6[6] == 0 and ip6[48] >= 151 and ip6[48] <= 153)'
    lab_background A smcrouted -n -N -m 4 -f "$LAB_DIR/smcroute.conf" -P "$LAB_DIR/smcroute.pid" -u "$LAB_DIR/smcroute.sock"
    finish 2
}

# mld1-join-done.pcap: kernel with force_mld_version=1 joins and leaves; the bridge asks generally and for the address
record_mld1_join_done() {
    querier 2 1
    lab_sysctl A net.ipv6.conf.eth0.force_mld_version=1
    member A
    capture A eth0 "$MLD"
    tell +ff15::1
    lab_capture_sees 'ip6[48] == 131 and ip6[71] == 1'
    lab_capture_sees 'ip6[48] == 130'
    bridged ff15::1
    tell -ff15::1
    lab_capture_sees 'ip6[48] == 132'
    lab_capture_sees 'ip6[48] == 130 and ip6[56] == 0xff'
    lab_capture_stop
}

# mld2-join-leave.pcap: kernel joins and leaves; the bridge asks generally and for the address
record_mld2_join_leave() {
    querier 3 2
    member A
    capture A eth0 "$MLD"
    tell +ff15::1
    lab_capture_sees 'ip6[48] == 143 and ip6[56] == 4'
    lab_capture_sees 'ip6[48] == 130'
    bridged ff15::1
    tell -ff15::1
    lab_capture_sees 'ip6[48] == 130 and ip6[56:4] == 0xff150000'
    lab_capture_stop
}

# mld2-source-specific.pcap: kernel allows and blocks sources of a group, and the bridge asks for the sources
record_mld2_source_specific() {
    querier 3 2
    member A
    capture A eth0 "$MLD"
    tell +ff3e::1@2001:db8::a1 +ff3e::1@2001:db8::a2 +ff3e::1@2001:db8::a3
    lab_capture_sees 'ip6[48] == 143 and ip6[56] == 5'
    lab_capture_sees 'ip6[48] == 130'
    bridged ff3e::1
    tell -ff3e::1@2001:db8::a2
    lab_capture_sees 'ip6[48] == 143 and ip6[56] == 6'
    lab_capture_sees 'ip6[48] == 130 and ip6[56:4] == 0xff3e0000 and ip6[74:2] > 0'
    lab_capture_stop
}

# mld2-several-groups.pcap: kernel joins eight groups, one of them with a source list that excludes
record_mld2_several_groups() {
    querier 3 2
    member A
    capture A eth0 "$MLD"
    tell +ff15::1 +ff15::2 +ff15::3 +ff15::4 +ff15::5 +ff15::6 +ff15::7 +ff15::8 '!ff15::8@2001:db8::b1' '!ff15::8@2001:db8::b2'
    lab_capture_sees 'ip6[48] == 143 and ip6[54:2] >= 8'
    lab_capture_stop
}

# mld-smcroute.pcap: smcroute joins an IPv6 group and leaves it at its end
record_mld_smcroute() {
    querier 3 2
    printf '%s\n' 'phyint eth0 enable' 'mgroup from eth0 group ff2e::42' >"$LAB_DIR/smcroute.conf"
    capture A eth0 "$MLD"
    smcroute A
    lab_capture_sees 'ip6[48] == 130'
    bridged ff2e::42
    lab_kill "$LAB_LAST_PID"
    lab_capture_sees 'ip6[48] == 130 and ip6[56:4] == 0xff2e0000'
    lab_capture_stop
}

# --- UDP -----------------------------------------------------------------------------------------------------------------------

# udp4.pcap: socat, a datagram and its echo, good checksums, lengths 0, 1 and 1400
record_udp4() {
    lab_lan A B
    lab_background B socat -T 5 UDP4-RECVFROM:50001,fork EXEC:cat
    lab_listening B 50001
    capture A eth0 udp
    datagram A UDP4:192.0.2.2:50001,sourceport=40001
    lab_capture_wait 2
    python A 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 40002))
for size in (0, 1, 1400):
    s.sendto(bytes(i & 255 for i in range(size)), ("192.0.2.2", 50001))'
    finish 5
}

# udp6.pcap: socat, a datagram and its echo over IPv6, and a port unreachable
record_udp6() {
    lab_lan A B
    lab_quiet A ping -6 -c 1 2001:db8::2
    lab_background B socat -T 5 UDP6-RECVFROM:50001,fork EXEC:cat
    lab_listening B 50001
    capture A eth0 'udp or (icmp6 and ip6[40] == 1)'
    datagram A 'UDP6:[2001:db8::2]:50001,sourceport=40001'
    datagram A 'UDP6:[2001:db8::2]:50002,sourceport=40001'
    finish 4
}

# udp4-zero-checksum.pcap: socat with SO_NO_CHECK
record_udp4_zero_checksum() {
    lab_lan A B
    capture A eth0 udp
    datagram A UDP4:192.0.2.2:50001,sourceport=40001,setsockopt-int=1:11:1
    finish 1
}

# udp4-partial-checksum.pcap: socat with transmit checksum offload on, the checksum field holds the pseudo-header sum
record_udp4_partial_checksum() {
    lab_lan A B
    lab_offload A eth0 on
    capture A eth0 udp
    datagram A UDP4:192.0.2.2:50001,sourceport=40001
    datagram A 'UDP6:[2001:db8::2]:50001,sourceport=40001'
    finish 2
}

# udp4-bad-checksum.pcap: hping3 -b
record_udp4_bad_checksum() {
    lab_lan A B
    capture A eth0 'udp or icmp'
    lab_quiet A hping3 --udp -b -p 50001 -s 40001 -k -d 20 -c 2 -i u10000 192.0.2.2
    finish 2
}

# udp4-fragments.pcap: one datagram of 3,000 octets in three fragments
record_udp4_fragments() {
    lab_lan A B
    capture A eth0 'ip and not igmp'
    head -c 3000 /dev/zero | lab_quiet A socat -u -b 3000 - UDP4:192.0.2.2:50001,sourceport=40001
    finish 3
}

# udp6-fragments.pcap: one datagram of 3,000 octets over IPv6 in three fragments
record_udp6_fragments() {
    lab_lan A B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture A eth0 'ip6[6] == 44'
    head -c 3000 /dev/zero | lab_quiet A socat -u -b 3000 - 'UDP6:[2001:db8::2]:50001,sourceport=40001'
    finish 3
}

# udp-multicast.pcap: socat sends to groups of both families
record_udp_multicast() {
    lab_lan A B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture B eth0 udp
    datagram A UDP4:233.252.0.1:50001,sourceport=40001,ip-multicast-if=192.0.2.1
    datagram A UDP4:192.0.2.255:50001,sourceport=40001,broadcast
    datagram A 'UDP6:[ff02::1234%eth0]:50001,sourceport=40001'
    finish 3
}

# --- TCP -----------------------------------------------------------------------------------------------------------------------

# echo_server HOST FAMILY: a TCP server on port 7777 that answers what it is sent.
echo_server() {
    lab_background "$1" socat "TCP$2-LISTEN:7777,fork,reuseaddr" EXEC:cat
    lab_listening "$1" 7777
}

# talk ADDRESS: A sends a line to an echo server and reads it back.
talk() {
    echo hello | lab_quiet A socat -t 2 - "$1"
}

# tcp4.pcap: socat, handshake, data both ways, close
record_tcp4() {
    lab_lan A B
    echo_server B 4
    capture A eth0 tcp
    talk TCP4:192.0.2.2:7777,sourceport=40001
    finish 8
}

# tcp6.pcap: socat over IPv6, handshake, data both ways, close
record_tcp6() {
    lab_lan A B
    echo_server B 6
    capture A eth0 tcp
    talk 'TCP6:[2001:db8::2]:7777,sourceport=40001'
    finish 8
}

# tcp4-refused.pcap: connection refused over both families
record_tcp4_refused() {
    lab_lan A B
    capture A eth0 tcp
    talk TCP4:192.0.2.2:7777,sourceport=40001
    talk 'TCP6:[2001:db8::2]:7777,sourceport=40001'
    finish 4
}

# tcp4-no-options.pcap: kernels with timestamps, SACK and window scaling switched off
record_tcp4_no_options() {
    lab_lan A B
    lab_sysctl A net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0
    echo_server B 4
    capture A eth0 tcp
    talk TCP4:192.0.2.2:7777,sourceport=40001,mss=536
    finish 8
}

# tcp4-ecn.pcap: kernels that negotiate explicit congestion notification
record_tcp4_ecn() {
    lab_lan A B
    lab_sysctl A net.ipv4.tcp_ecn=1
    lab_sysctl B net.ipv4.tcp_ecn=1
    echo_server B 4
    capture A eth0 tcp
    talk TCP4:192.0.2.2:7777,sourceport=40001
    finish 8
}

# tcp4-sack.pcap: nftables drops segments, so that the receiver sends SACK blocks and the sender retransmits
record_tcp4_sack() {
    lab_lan A B
    lab_background B socat -u TCP4-LISTEN:7777,reuseaddr /dev/null
    lab_listening B 7777
    lab_quiet B nft add table ip lab
    lab_quiet B nft 'add chain ip lab in { type filter hook prerouting priority -300; }'
    lab_quiet B nft add rule ip lab in tcp dport 7777 meta length '>' 1000 numgen inc mod 6 '{ 2, 4 }' drop
    capture A eth0 -s 120 tcp
    head -c 20000 /dev/zero | lab_quiet A socat -u - TCP4:192.0.2.2:7777,sourceport=40001
    lab_capture_sees 'tcp[tcpflags] & tcp-fin != 0 and src host 192.0.2.2'
    lab_capture_stop
}

# tcp4-retransmission.pcap: nftables drops every second segment, SYN included
record_tcp4_retransmission() {
    lab_lan A B
    echo_server B 4
    lab_quiet B nft add table ip lab
    lab_quiet B nft 'add chain ip lab in { type filter hook prerouting priority -300; }'
    lab_quiet B nft add rule ip lab in tcp dport 7777 numgen inc mod 2 0 drop
    capture A eth0 tcp
    talk TCP4:192.0.2.2:7777,sourceport=40001
    lab_capture_sees 'tcp[tcpflags] & tcp-fin != 0 and src host 192.0.2.2'
    lab_capture_stop
}

# tcp4-reset.pcap: a client that closes with unread data and linger 0
record_tcp4_reset() {
    lab_lan A B
    echo_server B 4
    capture A eth0 tcp
    python A 'import socket, struct
s = socket.create_connection(("192.0.2.2", 7777), 5, ("", 40001))
s.send(b"hello")
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
s.close()'
    lab_capture_sees 'tcp[tcpflags] & tcp-rst != 0'
    lab_capture_stop
}

# tcp4-urgent.pcap: out-of-band data with the urgent pointer
record_tcp4_urgent() {
    lab_lan A B
    echo_server B 4
    capture A eth0 tcp
    python A 'import socket
s = socket.create_connection(("192.0.2.2", 7777), 5, ("", 40001))
s.send(b"hello")
s.send(b"now!", socket.MSG_OOB)
s.shutdown(socket.SHUT_WR)
while s.recv(100): pass'
    finish 8
}

# tcp4-data.pcap: 6,000 octets in segments of the MSS, window updates
record_tcp4_data() {
    lab_lan A B
    echo_server B 4
    capture A eth0 tcp
    head -c 6000 /dev/zero | tr '\0' x | lab_quiet A socat -t 2 - TCP4:192.0.2.2:7777,sourceport=40001
    lab_capture_sees 'tcp[tcpflags] & tcp-fin != 0 and src host 192.0.2.2'
    lab_capture_stop
}

# tcp4-fast-open.pcap: kernels with TCP Fast Open: cookie request, cookie, then data in the SYN
record_tcp4_fast_open() {
    lab_lan A B
    lab_sysctl A net.ipv4.tcp_fastopen=1
    lab_sysctl B net.ipv4.tcp_fastopen=2
    lab_background B python3 -c 'import socket
s = socket.socket(); s.bind(("", 7777)); s.setsockopt(6, 23, 5); s.listen(5)
for i in range(2):
    c = s.accept()[0]; c.recv(100); c.close()'
    lab_listening B 7777
    capture A eth0 tcp
    python A 'import socket
for i in range(2):
    s = socket.socket(); s.bind(("", 40001 + i)); s.sendto(b"hello", socket.MSG_FASTOPEN, ("192.0.2.2", 7777)); s.recv(100); s.close()'
    finish 13
}

# tcp4-md5.pcap: kernels with the MD5 signature option (RFC 2385) on both ends
record_tcp4_md5() {
    lab_lan A B
    lab_background B python3 -c "$SIGNED"'
s.bind(("192.0.2.2", 7777)); sign(s, "192.0.2.1"); s.listen(5); c = s.accept()[0]; c.send(c.recv(100)); c.close()'
    lab_listening B 7777
    capture A eth0 tcp
    python A "$SIGNED"'
s.bind(("", 40001)); sign(s, "192.0.2.2"); s.connect(("192.0.2.2", 7777)); s.send(b"hello"); s.recv(100); s.close()'
    finish 8
}

# struct tcp_md5sig of linux/tcp.h, option 14.
SIGNED='import socket, struct
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
def sign(s, peer):
    address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton(peer))
    s.setsockopt(socket.IPPROTO_TCP, 14, address + struct.pack("=BBHI80s", 0, 0, 6, 0, b"secret"))
'

# tcp4-odd-flags.pcap: hping3 with flag combinations that no stack sends, and the answers
record_tcp4_odd_flags() {
    lab_lan A B
    capture A eth0 tcp
    local flags
    for flags in -FPU -SF -A -SPAFRU -X -Y; do
        lab_quiet A hping3 "$flags" -p 7777 -s 40001 -k -c 1 -i u10000 -d 4 192.0.2.2
    done
    lab_quiet A hping3 -p 7777 -s 40001 -k -c 1 -i u10000 192.0.2.2
    finish 8
}

# tcp4-partial-checksum.pcap: socat with transmit offload on: partial checksums and segments larger than the MTU
record_tcp4_partial_checksum() {
    lab_lan A B
    lab_offload A eth0 on
    lab_offload B eth0 on
    lab_background B socat -u TCP4-LISTEN:7777,reuseaddr /dev/null
    lab_listening B 7777
    capture A eth0 -s 200 tcp
    head -c 9000 /dev/zero | lab_quiet A socat -u -b 9000 - TCP4:192.0.2.2:7777,sourceport=40001
    lab_capture_sees 'tcp[tcpflags] & tcp-fin != 0 and src host 192.0.2.2'
    lab_capture_stop
}

# --- VLAN tags -----------------------------------------------------------------------------------------------------------------

# The laboratory's kernel has neither VLAN devices nor a bridge that tags, so make-captures.py sends the frames.

# tagged FRAMES: A sends tagged frames, B hears them.
tagged() {
    lab_lan A B
    capture B eth0 'not (ip6 and ip6[6] == 0)'
    send A "$1"
    finish 6
}

# vlan-tag.pcap: ARP, ICMP, ICMPv6, UDP, TCP and a priority tag in 802.1Q, sent through AF_PACKET, recorded at the receiver
record_vlan_tag() {
    tagged tagged
}

# vlan-service-tag.pcap: the same with 802.1ad tags alone
record_vlan_service_tag() {
    tagged service-tagged
}

# vlan-qinq.pcap: the same with a customer tag behind the service tag
record_vlan_qinq() {
    tagged double-tagged
}

# --- other link types ----------------------------------------------------------------------------------------------------------

# any-sll.pcap: tcpdump -i any -y LINUX_SLL on a host that pings, is pinged and hears broadcast and multicast
record_any_sll() {
    any_interface LINUX_SLL
}

# any-sll2.pcap: the same with -y LINUX_SLL2
record_any_sll2() {
    any_interface LINUX_SLL2
}

any_interface() {
    lab_lan A B
    capture A any -y "$1"
    lab_quiet A ping -c 1 192.0.2.2
    lab_quiet A ping -c 1 127.0.0.1
    lab_quiet B ping -6 -c 1 2001:db8::1
    lab_quiet A ping -6 -c 1 ::1
    datagram B UDP4:192.0.2.255:50001,sourceport=40001,broadcast
    datagram B UDP4:233.252.0.1:50001,sourceport=40001,ip-multicast-if=192.0.2.2
    lab_capture_sees 'dst host 233.252.0.1'
    lab_capture_stop
}

# loopback.pcap: ping, UDP and TCP over lo, with the addresses 0 in the Ethernet header and partial checksums
record_loopback() {
    lab_host A
    echo_server A 4
    capture A lo
    lab_quiet A ping -c 1 127.0.0.1
    lab_quiet A ping -6 -c 1 ::1
    datagram A UDP4:127.0.0.1:50001,sourceport=40001
    talk TCP4:127.0.0.1:7777,sourceport=40001
    lab_capture_sees 'tcp[tcpflags] & tcp-fin != 0 and src port 7777'
    lab_capture_stop
}

# tun-raw.pcap: ping of both families and UDP through a socat tunnel between two TUN devices, link type RAW
record_tun_raw() {
    lab_lan A B
    lab_background B socat -T 20 UDP4-DATAGRAM:192.0.2.1:50009,bind=192.0.2.2:50009 TUN:10.8.0.2/24,up,tun-name=tun0
    lab_background A socat -T 20 UDP4-DATAGRAM:192.0.2.2:50009,bind=192.0.2.1:50009 TUN:10.8.0.1/24,up,tun-name=tun0
    lab_wait_for "ip -n $(lab_ns A) link show tun0 up 2>/dev/null | grep -q LOWER_UP"
    lab_wait_for "ip -n $(lab_ns B) link show tun0 up 2>/dev/null | grep -q LOWER_UP"
    lab_address A tun0 2001:db8:8::1/64
    lab_address B tun0 2001:db8:8::2/64
    capture A tun0 'icmp or udp or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))'
    lab_quiet A ping -c 2 -i 0.2 10.8.0.2
    lab_quiet A ping -6 -c 1 2001:db8:8::2
    datagram A UDP4:10.8.0.2:50001,sourceport=40001
    lab_capture_sees 'udp'
    lab_capture_sees 'ip6'
    lab_capture_stop
}

# stp.pcap: the spanning tree protocol of two bridges with two cables between them: configuration and topology change
record_stp() {
    lab_bridge left
    lab_bridge right
    lab_link left one right one
    lab_link left two right two
    local bridge port
    capture left one
    for bridge in left right; do
        for port in one two; do
            ip -n "$(lab_ns "$bridge")" link set "$port" master br0
        done
        ip -n "$(lab_ns "$bridge")" link set br0 type bridge stp_state 1 hello_time 100 forward_delay 200 max_age 600
    done
    lab_capture_wait 3
    ip -n "$(lab_ns right)" link set two down
    ip -n "$(lab_ns right)" link set two up
    lab_capture_sees 'ether[20] == 0x80 or ether[21] & 1 == 1' 20
    lab_capture_stop
}

# --- tunnels and extension headers ---------------------------------------------------------------------------------------------

# vxlan.pcap: ping of both families through kernel VXLAN devices, VNI 42
record_vxlan() {
    lab_lan A B
    vxlan_end A 192.0.2.1 192.0.2.2 10.42.0.1/24 2001:db8:42::1/64
    vxlan_end B 192.0.2.2 192.0.2.1 10.42.0.2/24 2001:db8:42::2/64
    lab_ready A B
    capture A eth0 'udp port 4789'
    lab_quiet A ping -c 2 -i 0.2 10.42.0.2
    lab_quiet A ping -6 -c 1 2001:db8:42::2
    lab_capture_sees 'udp port 4789'
    lab_capture_wait 8
    lab_capture_stop
}

vxlan_end() {
    lab_mac
    ip -n "$(lab_ns "$1")" link add vx0 address "$LAB_MAC" type vxlan id 42 local "$2" remote "$3" dstport 4789 dev eth0
    ip -n "$(lab_ns "$1")" link set vx0 up
    lab_address "$1" vx0 "$4" "$5"
}

# vxlan6.pcap: the same over IPv6, where the kernel's outer UDP checksum is zero on request
record_vxlan6() {
    lab_lan A B
    ip -n "$(lab_ns A)" link add vx0 address 00:00:5e:00:53:a1 type vxlan id 4242 local 2001:db8::1 remote 2001:db8::2 dstport 4789 dev eth0 udp6zerocsumtx
    ip -n "$(lab_ns B)" link add vx0 address 00:00:5e:00:53:b1 type vxlan id 4242 local 2001:db8::2 remote 2001:db8::1 dstport 4789 dev eth0 udp6zerocsumrx
    ip -n "$(lab_ns A)" link set vx0 up
    ip -n "$(lab_ns B)" link set vx0 up
    lab_address A vx0 10.42.0.1/24
    lab_address B vx0 10.42.0.2/24
    capture A eth0 'udp port 4789'
    lab_quiet A ping -c 1 10.42.0.2
    finish 4
}

# ip6-segment-routing.pcap: kernel SRv6 routes, inline and encapsulating, over two routers
record_ip6_segment_routing() {
    lab_chain 2
    local host
    for host in A R1 R2 B; do
        lab_sysctl "$host" net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.eth0.seg6_enabled=1
    done
    lab_address B lo 2001:db8:ff::1/128 2001:db8:fe::1/128
    lab_route A 2001:db8:ff::1/128 encap seg6 mode inline segs 2001:db8:0::2,2001:db8:1::2,2001:db8:2::2 dev eth0
    lab_route A 2001:db8:fe::1/128 encap seg6 mode encap segs 2001:db8:0::2,2001:db8:2::2 dev eth0
    capture A eth0 'ip6[6] == 43 or ip6[6] == 41 or (icmp6 and ip6[40] < 130)'
    lab_quiet A ping -6 -I 2001:db8:0::1 -c 1 -W 1 2001:db8:ff::1
    lab_quiet A ping -6 -I 2001:db8:0::1 -c 1 -W 1 2001:db8:fe::1
    finish 2
}

# ip6-extension-options.pcap: hop-by-hop and destination options that a program sets on its UDP socket, also with fragments
record_ip6_extension_options() {
    lab_lan A B
    lab_quiet A ping -6 -c 1 2001:db8::2
    capture A eth0 'ip6[6] == 0 or ip6[6] == 60'
    python A 'import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(("2001:db8::1", 40001))
hop = bytes([0, 0, 5, 2, 0, 0, 1, 0]); destination = bytes([0, 0, 1, 4, 0, 0, 0, 0])
for options in ((54,), (59,), (54, 59)):
    for o in (54, 59): s.setsockopt(socket.IPPROTO_IPV6, o, b"")
    for o in options: s.setsockopt(socket.IPPROTO_IPV6, o, hop if o == 54 else destination)
    s.sendto(b"probe\n", ("2001:db8::2", 50001))
s.sendto(bytes(2000), ("2001:db8::2", 50001))'
    finish 5
}

# --- capture files -------------------------------------------------------------------------------------------------------------

# ping4-nanoseconds.pcap: ping recorded by tcpdump with nanosecond time stamps
record_ping4_nanoseconds() {
    lab_lan A B
    capture A eth0 --time-stamp-precision=nano icmp
    lab_quiet A ping -c 2 -i 0.2 192.0.2.2
    finish 4
}

# short-snap-length.pcap: ping and TCP of both families recorded by tcpdump -s 68
record_short_snap_length() {
    lab_lan A B
    echo_server B 6
    capture A eth0 -s 68 'icmp or icmp6 or tcp'
    lab_quiet A ping -c 1 -s 200 192.0.2.2
    lab_quiet A ping -6 -c 1 -s 200 2001:db8::2
    talk 'TCP6:[2001:db8::2]:7777,sourceport=40001'
    lab_capture_sees 'ip6 and ip6[6] == 6 and ip6[53] & 1 == 1 and src port 7777'
    lab_capture_stop
}

# dumpcap-two-interfaces.pcapng: dumpcap on a router's two interfaces as a ping crosses it, comments of the machine taken out
record_dumpcap_two_interfaces() {
    lab_chain 1
    lab_capture_dumpcap R1 "$FILE" -q -i eth0 -f 'icmp or arp' -i eth1 -f 'icmp or arp'
    lab_quiet A ping -c 2 -i 0.2 10.9.1.2
    finish 8
    scrub
}

# dumpcap-nanoseconds-comment.pcapng: dumpcap with a capture comment, statistics and a snap length of 80
record_dumpcap_nanoseconds_comment() {
    lab_lan A B
    lab_capture_dumpcap A "$FILE" -q -i eth0 -s 80 -f 'udp or icmp' --capture-comment 'three datagrams to a closed port'
    local port
    for port in 1 2 3; do
        datagram A "UDP4:192.0.2.2:5000$port,sourceport=40001"
    done
    finish 6
    scrub
}

# scrub: takes the names of machine and system out of what dumpcap wrote.
scrub() {
    python3 "$maker" --scrub "$FILE" "$FILE.new" && mv "$FILE.new" "$FILE"
}

# ping4-big-endian.pcap: hand-made: ping4.pcap with its headers in the other byte order
record_ping4_big_endian() {
    python3 "$maker" --reorder "$captures/ping4.pcap" "$FILE"
}

# ping4-cut.pcap: hand-made: ping4.pcap cut four octets into its fifth packet
record_ping4_cut() {
    head -c 500 "$captures/ping4.pcap" >"$FILE"
}

# tcp4-cut-header.pcap: hand-made: tcp4.pcap cut in the middle of its third record header
record_tcp4_cut_header() {
    head -c 214 "$captures/tcp4.pcap" >"$FILE"
}

# ping4-gzip.pcap.gz: ping4.pcap compressed with gzip -n
record_ping4_gzip() {
    gzip -n9 <"$captures/ping4.pcap" >"$FILE"
}

# igmp3-zstd.pcap.zst: igmp3-join-leave.pcap compressed with zstd
record_igmp3_zstd() {
    zstd -q -19 <"$captures/igmp3-join-leave.pcap" >"$FILE"
}

# dumpcap-gzip.pcapng.gz: dumpcap-two-interfaces.pcapng compressed with gzip -n
record_dumpcap_gzip() {
    gzip -n9 <"$captures/dumpcap-two-interfaces.pcapng" >"$FILE"
}

# dumpcap-zstd.pcapng.zst: dumpcap-two-interfaces.pcapng compressed with zstd
record_dumpcap_zstd() {
    zstd -q -19 <"$captures/dumpcap-two-interfaces.pcapng" >"$FILE"
}

# ping6-gzip-cut.pcap.gz: hand-made: ping6.pcap compressed with gzip -n, then cut
record_ping6_gzip_cut() {
    gzip -n9 <"$captures/ping6.pcap" | head -c 200 >"$FILE"
}

# --- the program ---------------------------------------------------------------------------------------------------------------

# recipes: prints "file<TAB>how" for every recipe, from the comments above the functions.
recipes() {
    awk '/^# [a-z0-9-]+\.(pcap|pcapng)[a-z.0-9]*: / { line = substr($0, 3); next }
         /^record_/ && line { split(line, part, ": "); print part[1] "\t" substr(line, length(part[1]) + 3) }
         { line = "" }' "$here/$(basename "$0")"
}

# packages: names the Debian packages that recording needs and that are missing, in one line to paste.
packages() {
    local missing='' pair
    for pair in tcpdump:tcpdump dumpcap:wireshark-common ping:iputils-ping arping:iputils-arping tracepath:iputils-tracepath \
        traceroute:traceroute fping:fping hping3:hping3 socat:socat smcrouted:smcroute nft:nftables radvd:radvd ndisc6:ndisc6 \
        ip:iproute2 ethtool:ethtool python3:python3 zstd:zstd gzip:gzip; do
        command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
    done
    [ -z "$missing" ] || {
        echo "record-captures: first: apt-get install$missing" >&2
        exit 2
    }
}

# record FILE: runs one recipe and puts its file in place only when it succeeded.
record() {
    local name=${1%%.*}
    FILE=$LAB_DIR/$1
    rm -f "$FILE"
    "record_${name//-/_}"
    lab_clear
    chmod 644 "$FILE"
    mv "$FILE" "$captures/$1"
    rm -f "$LAB_DIR"/member-*
    echo "recorded $1"
}

# manifest: writes captures/MANIFEST: name, kind, how and SHA-256, separated by tabs.
manifest() {
    local file how kind
    {
        printf '# name\tkind\thow it was made\tsha256; written by scripts/record-captures.sh\n'
        { recipes | sed 's/^/recorded\t/'; python3 "$maker" --list | sed 's/^/hand-made\t/'; } |
            while IFS=$'\t' read -r kind file how; do
                case $how in hand-made*) kind=hand-made how=${how#hand-made: } ;; esac
                [ ! -f "$captures/$file" ] ||
                    printf '%s\t%s\t%s\t%s\n' "$file" "$kind" "$how" "$(sha256sum <"$captures/$file" | cut -d' ' -f1)"
            done | LC_ALL=C sort
    } >"$captures/MANIFEST.new"
    mv "$captures/MANIFEST.new" "$captures/MANIFEST"
}

# check: every recipe has a file, every file a line, every line the right sum.
check() {
    local status=0 file
    grep -v '^#' "$captures/MANIFEST" | awk -F'\t' '{ print $4 "  " $1 }' | (cd "$captures" && sha256sum --quiet --check -) || status=1
    for file in $({ recipes; python3 "$maker" --list; } | cut -f1); do
        [ -f "$captures/$file" ] || { echo "record-captures: $file is missing" >&2; status=1; }
    done
    for file in "$captures"/*.pcap* ; do
        grep -q "^$(basename "$file")	" "$captures/MANIFEST" || { echo "record-captures: $(basename "$file") is not in MANIFEST" >&2; status=1; }
    done
    [ "$status" -ne 0 ] || echo "record-captures: $(grep -vc '^#' "$captures/MANIFEST") files agree with MANIFEST"
    return "$status"
}

# wanted NAME...: prints the files of the recipes named, or of all.
wanted() {
    local name
    [ "$#" -gt 0 ] || { recipes | cut -f1; return; }
    for name; do
        recipes | cut -f1 | awk -v name="$name" '$0 == name || index($0, name ".") == 1'
    done
}

main() {
    local file files
    case ${1-} in
    --list) { recipes; python3 "$maker" --list; } | sort; return ;;
    --check) check; return ;;
    --manifest) manifest; return ;;
    esac
    packages
    files=$(wanted "$@")
    lab_start
    for file in $files; do
        record "$file"
    done
    if [ "$#" -eq 0 ]; then
        python3 "$maker" --out "$captures"
    else
        python3 "$maker" --out "$captures" "$@"
    fi || lab_fail 'make-captures.py failed'
    manifest
    check
}

main "$@"
