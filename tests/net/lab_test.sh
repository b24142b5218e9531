#!/bin/bash
# Proves that each topology of tests/lab.sh is what it says: packets cross it, both equal paths carry, the querier is heard.
# shellcheck disable=SC2016,SC2317 # awk programs; the tests are called by name
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"

# reaches HOST ADDRESS [OPTION...]: one echo, answered.
reaches() {
    lab_quiet "$1" ping -c 1 -W 2 "${@:3}" "$2" || lab_fail "$1 does not reach $2"
}

test_lan() {
    lab_lan A B C
    reaches A 192.0.2.3
    reaches C 2001:db8::1
}

test_chain() {
    lab_chain 3
    reaches A 10.9.3.2
    reaches B 2001:db8:0::1
    # Time to live 3 ends at R3, 4 arrives.
    lab_quiet A ping -c 1 -W 1 -t 3 10.9.3.2 && lab_fail 'three hops are enough for three routers'
    reaches A 10.9.3.2 -t 4
}

test_ecmp() {
    local port
    lab_ecmp
    reaches A 10.9.9.2
    reaches A 2001:db8:9::2
    for port in $(seq 40000 40031); do
        echo probe | lab_quiet A socat -u - "UDP4:10.9.9.2:50001,sourceport=$port"
        echo probe | lab_quiet A socat -u - "UDP6:[2001:db8:9::2]:50001,sourceport=$port"
    done
    carried M1
    carried M2
}

# carried HOST: both families went through this router.
carried() {
    lab_in "$1" awk '$1 == "Ip:" && $7 ~ /^[0-9]+$/ { exit $7 > 3 ? 0 : 1 }' /proc/net/snmp || lab_fail "$1 carried no IPv4"
    lab_in "$1" awk '$1 == "Ip6OutForwDatagrams" { exit $2 > 3 ? 0 : 1 }' /proc/net/snmp6 || lab_fail "$1 carried no IPv6"
}

test_snooping_bridge() {
    local ns
    lab_snooping_bridge 3 2 A B
    lab_capture_start B eth0 "$LAB_DIR/query.pcap"
    lab_capture_sees 'igmp[0] == 0x11 and src host 192.0.2.254'
    lab_capture_sees 'ip6[48] == 130'
    lab_background A socat -u UDP4-RECV:50001,ip-add-membership=233.252.0.1:eth0 /dev/null
    ns=$(lab_ns switch)
    lab_wait_for "bridge -n $ns mdb show | grep -q 'port p1 grp 233.252.0.1'"
    bridge -n "$ns" mdb show | grep -q 'port p2 grp 233.252.0.1' && lab_fail 'B never joined'
    lab_capture_stop
}

# A capture is armed when lab_capture_start returns: the very next packet is in it.
test_capture() {
    lab_lan A B
    lab_capture_start A eth0 "$LAB_DIR/armed.pcap" icmp
    reaches A 192.0.2.2
    lab_capture_wait 2
    lab_capture_stop
    lab_capture_dumpcap A "$LAB_DIR/armed.pcapng" -q -i eth0 -f icmp
    reaches A 192.0.2.2
    lab_capture_wait 2
    lab_capture_stop
}

# Offload off leaves good checksums on the cable, offload on leaves partial ones.
test_offload() {
    lab_lan A B
    checksum_is ok
    lab_offload A eth0 on
    checksum_is wrong
}

# checksum_is ok|wrong: how tcpdump sees the UDP checksum of a datagram from A.
checksum_is() {
    lab_capture_start A eth0 "$LAB_DIR/$1.pcap" udp
    echo probe | lab_quiet A socat -u - UDP4:192.0.2.2:50001
    lab_capture_wait 1
    lab_capture_stop
    case $1 in
    ok) tcpdump -nvvr "$LAB_DIR/ok.pcap" 2>/dev/null | grep -q 'udp sum ok' || lab_fail 'offload is still on' ;;
    wrong) tcpdump -nvvr "$LAB_DIR/wrong.pcap" 2>/dev/null | grep -q 'bad udp cksum' || lab_fail 'offload is still off' ;;
    esac
}

lab_start
for test in lan chain ecmp snooping_bridge capture offload; do
    "test_$test"
    lab_clear
    echo "ok: $test"
done
ip netns list | grep -q "^$LAB_PREFIX-" && lab_fail 'a namespace stayed behind'
exit 0
