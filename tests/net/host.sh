#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# host.sh HELPER: interfaces, addresses, routes, neighbours and their changes, as ip(8) tells them.

set -u
# shellcheck source=tests/lab.sh
. "${PKT_SOURCE_DIR:?}/tests/lab.sh"
checks=0

lab_start
command -v jq >/dev/null || lab_skip 'jq is not installed'
# Where an ordinary user can reach it.
chmod 711 "$LAB_DIR"
helper=$LAB_DIR/helper_host
install -m 755 "$1" "$helper"

# ours COMMAND...: what the helper says inside A.
ours() {
    lab_in A "$helper" "$@"
}

# same WHAT EXPECTED FOUND
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && [ -n "$2" ] && return
    lab_fail "$1:
$(diff -u --label expected --label found <(echo "$2") <(echo "$3"))"
}

# says WHAT PATTERN COMMAND...: the helper's answer matches an extended regular expression.
says() {
    local what=$1 pattern=$2 found
    shift 2
    checks=$((checks + 1))
    found=$(ours "$@")
    [[ $found =~ ^$pattern$ ]] || lab_fail "$what: helper $* says: $found
expected: $pattern"
}

# --- what ip(8) says, in the helper's words ---

ip_interfaces() {
    ip -n "$(lab_ns A)" -d -j link show | jq -r '
        (map({key: .ifname, value: .ifindex}) | from_entries) as $index | .[] |
        "\(.ifindex) \(.ifname) mtu \(.mtu) \(.operstate) up \(if .flags | index("UP") then 1 else 0 end) kind \(.linkinfo.info_kind // "-") master \(if .master then $index[.master] else 0 end) peer \(.link_index // (if .link then $index[.link] else 0 end)) outside \(if has("link_netnsid") then 1 else 0 end) mac \(.address)"'
}

ip_addresses() {
    { ip -n "$(lab_ns A)" -4 -j address show; ip -n "$(lab_ns A)" -6 -j address show; } | jq -r '
        {"global": 0, "link": 253, "host": 254} as $scope | .[] | .ifname as $name | .addr_info[]? |
        "\($name) \(.local)/\(.prefixlen) scope \($scope[.scope]) broadcast \(.broadcast // "-") peer \(.address // "-") tentative \(if .tentative then 1 else 0 end)"'
}

ip_neighbours() {
    ip -n "$(lab_ns A)" -j neighbour show nud all | jq -r '.[] | select(.state != ["NOARP"]) |
        "\(.dev) \(.dst) \(.state[0]) \(.lladdr // "-")"'
}

# ip_route WORDS...: without the table, which ip tells only where it is not main.
ip_route() {
    ip -n "$(lab_ns A)" -j route get "$@" | jq -r '.[0] |
        "\(.type // "unicast") dev \(.dev) source \([.from, .prefsrc | select(. != null and . != "::")][0] // "-") gateway \(.gateway // .via.host // "-") mtu \([.metrics[]?.mtu // empty][0] // 0)"'
}

our_route() {
    ours route "$@" | sed 's/ table .*//'
}

# --- A has two cables, B and C at their ends ---

build() {
    lab_host A B C
    lab_link A eth0 B eth0
    lab_link A eth1 C eth0
    lab_address A eth0 192.0.2.1/24 2001:db8:1::1/64
    lab_address B eth0 192.0.2.2/24 2001:db8:1::2/64
    lab_address A eth1 198.51.100.1/24 2001:db8:2::1/64
    lab_address C eth0 198.51.100.2/24 2001:db8:2::2/64
    ip -n "$(lab_ns A)" link add p0 type veth peer name p1
    ip -n "$(lab_ns A)" link add down0 type veth peer name down1
    ip -n "$(lab_ns A)" link add br0 type bridge
    ip -n "$(lab_ns A)" link set p1 up master br0
    ip -n "$(lab_ns A)" link set p0 up
    ip -n "$(lab_ns A)" link property add dev eth1 altname a-name-longer-than-sixteen
    ip -n "$(lab_ns A)" address add 203.0.113.1 peer 203.0.113.2/32 dev p0
    lab_route A default via 192.0.2.2
    lab_route A 10.1.0.0/16 via 198.51.100.2 mtu 1300
    lab_route A 10.2.0.0/16 via inet6 2001:db8:2::2 dev eth1
    lab_route A 2001:db8:9::/48 via 2001:db8:2::2 mtu 1400
    lab_route A unreachable 10.66.1.0/24
    lab_route A prohibit 10.66.2.0/24
    lab_route A blackhole 10.66.3.0/24
    lab_route A unreachable 2001:db8:66:1::/64
    lab_route A prohibit 2001:db8:66:2::/64
    lab_route A blackhole 2001:db8:66:3::/64
    ip -n "$(lab_ns A)" rule add fwmark 5 table 100
    lab_route A default via 198.51.100.2 table 100
    lab_ready A B C
}

test_lists() {
    local type
    same 'interfaces' "$(ip_interfaces)" "$(ours interfaces | sed 's/ type [0-9]* / /')"
    same 'addresses' "$(ip_addresses)" "$(ours addresses)"
    for type in 'lo 772' 'eth0 1' 'br0 1'; do
        says 'type' ".* type ${type#* } .*" find "${type% *}"
    done
    says 'alternative name' '[0-9]+ eth1 mtu .*' find a-name-longer-than-sixteen
    says 'no interface' 'error ENODEV: interface eth7: No such device' find eth7
    says 'no name' 'error argument: .*' find "$(printf '%0200d' 0)"
}

# route WORDS-OF-IP -- WORDS-OF-HELPER
route() {
    local words=()
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift
    same "route get ${words[*]}" "$(ip_route "${words[@]}")" "$(our_route "$@")"
}

test_routes() {
    local address
    for address in 192.0.2.2 198.51.100.77 192.0.2.1 127.0.0.1 192.0.2.255 255.255.255.255 8.8.8.8 10.1.2.3 \
        10.2.2.3 224.0.0.1 239.1.1.1 203.0.113.2 2001:db8:1::2 2001:db8:2::1 2001:db8:9::1 ::1 ff02::1; do
        route "$address" -- "$address"
    done
    route 8.8.8.8 oif eth1 -- 8.8.8.8 interface eth1
    route 239.1.1.1 oif eth1 -- 239.1.1.1 interface eth1
    route fe80::1 oif eth1 -- fe80::1 interface eth1
    route ff02::1 oif eth1 -- ff02::1 interface eth1
    route 8.8.8.8 mark 5 -- 8.8.8.8 mark 5
    route 8.8.8.8 from 198.51.100.1 -- 8.8.8.8 source 198.51.100.1
    route 2001:db8:1::2 from 2001:db8:2::1 -- 2001:db8:1::2 source 2001:db8:2::1
    says 'the gateway of policy routing' 'unicast dev eth1 source 198.51.100.1 gateway 198.51.100.2 .* table 100' \
        route 8.8.8.8 mark 5
    says 'a gateway of the other family' '.* gateway 2001:db8:2::2 .*' route 10.2.0.1
    says 'the mtu of a route' '.* mtu 1300 .*' route 10.1.0.1
}

test_no_route() {
    says 'unreachable' 'error EHOSTUNREACH: 10.66.1.1: a route says that it is unreachable' route 10.66.1.1
    says 'prohibit' 'error EACCES: 10.66.2.1: a route prohibits it' route 10.66.2.1
    says 'blackhole' 'error EINVAL: 10.66.3.1: a blackhole .*' route 10.66.3.1
    says 'unreachable' 'error EHOSTUNREACH: 2001:db8:66:1::1: .*' route 2001:db8:66:1::1
    says 'prohibit' 'error EACCES: 2001:db8:66:2::1: .*' route 2001:db8:66:2::1
    says 'blackhole' 'error EINVAL: 2001:db8:66:3::1: .*' route 2001:db8:66:3::1
    says 'none' 'error ENETUNREACH: 2001:db8:77::1: there is no route' route 2001:db8:77::1
    says 'none over loopback' 'error E[A-Z]*UNREACH: .*' route 2001:db8:77::1 interface lo
    says 'foreign source' 'error ENETUNREACH: .* source is not .*' route 8.8.8.8 source 203.0.113.77
    says 'group as source' 'error argument: .*' route 8.8.8.8 source 224.0.0.1
    says 'unlike versions' 'error argument: .*' route 8.8.8.8 source ::1
    says 'link-local' 'error argument: .*interface.*' route fe80::1
}

# What ip tells of the table that an address family's neighbours stand in, and of how an interface asks.
ip_table() {
    printf 'thresh3 %s mcast_probes %s retrans %s\n' \
        "$(ip -n "$(lab_ns A)" ntable show name "$1" | sed -n 's/.*thresh3 \([0-9]*\).*/\1/p')" \
        "$(ip -n "$(lab_ns A)" ntable show name "$1" dev eth0 | sed -n 's/.*mcast_probes \([0-9]*\).*/\1/p')" \
        "$(ip -n "$(lab_ns A)" ntable show name "$1" dev eth0 | sed -n 's/.*retrans \([0-9]*\).*/\1/p')"
}

test_table() {
    lab_in A sh -c 'echo 5 >/proc/sys/net/ipv4/neigh/eth0/mcast_solicit'
    lab_in A sh -c 'echo 700 >/proc/sys/net/ipv6/neigh/eth0/retrans_time_ms'
    same 'table' "$(ip_table arp_cache)" "$(ours table eth0 4)"
    same 'its questions' 5 "$(ours table eth0 4 | awk '{ print $4 }')"
    same 'table, IPv6' "$(ip_table ndisc_cache)" "$(ours table eth0 6)"
    same 'its interval' 700 "$(ours table eth0 6 | awk '{ print $6 }')"
    lab_in A sh -c 'echo 3 >/proc/sys/net/ipv4/neigh/eth0/mcast_solicit'
    lab_in A sh -c 'echo 1000 >/proc/sys/net/ipv6/neigh/eth0/retrans_time_ms'
    says 'no interface' 'error [A-Z]*: .*' table eth7 4
    says 'no version' 'error argument: .*' table eth0 5
}

test_neighbours() {
    local mac
    mac=$(lab_in B cat /sys/class/net/eth0/address)
    says 'not known' 'error ETIMEDOUT: .*' resolve eth0 192.0.2.2 0
    for address in 192.0.2.2 2001:db8:1::2; do
        lab_capture_start A eth0 "$LAB_DIR/resolve.pcap"
        says 'resolved' "$mac" resolve eth0 "$address" 5000
        lab_capture_sees 'arp[6:2] == 2 or (icmp6 and ip6[40] == 136)'
        lab_capture_stop
        # The kernel's own membership reports may fall into the capture: IGMP, and MLD behind a Hop-by-Hop header.
        same 'nothing but questions and answers' none "$(tcpdump -nr "$LAB_DIR/resolve.pcap" \
            'not arp and not icmp6 and not igmp and not ip6 proto 0' 2>/dev/null | grep . || echo none)"
        says 'known' "$mac" resolve eth0 "$address" 0
    done
    same 'neighbours' "$(ip_neighbours | sort)" "$(ours neighbours | sort)"
    says 'no answer' 'error EHOSTUNREACH: neighbour 192.0.2.99: it does not answer' resolve eth0 192.0.2.99 20000
    says 'failed before' 'error EHOSTUNREACH: .*' resolve eth0 192.0.2.99 0
    says 'failed before, asked again' 'error ETIMEDOUT: .*' resolve eth0 192.0.2.99 100
    says 'not yet' 'error ETIMEDOUT: .*no answer yet' resolve eth0 192.0.2.98 100
    says 'address of nobody here' 'error [A-Z]*: .*' resolve eth7 192.0.2.98 100
    says 'interface down' 'error ENETDOWN: .*' resolve down0 203.0.113.2 100
}

# Without CAP_NET_ADMIN the kernel is made to ask by a datagram; it is sent to the link alone.
test_unprivileged() {
    local mac
    mac=$(lab_in B cat /sys/class/net/eth0/address)
    for address in 192.0.2.2 2001:db8:1::2; do
        ip -n "$(lab_ns A)" neighbour flush all
        same 'resolved without privilege' "$mac" "$(lab_in A setpriv --reuid 65534 --regid 65534 --clear-groups \
            "$helper" resolve eth0 "$address" 5000)"
    done
}

test_next_hop() {
    local mac
    mac=$(lab_in B cat /sys/class/net/eth0/address)
    says 'by the gateway' "$mac" next-hop 8.8.8.8 5000
    says 'group' '01:00:5e:01:02:03' next-hop 239.129.2.3 0
    says 'group' '33:33:00:00:00:fb' next-hop ff02::fb 0 eth0
    says 'broadcast' 'ff:ff:ff:ff:ff:ff' next-hop 192.0.2.255 0
    says 'ourselves' 'none' next-hop 192.0.2.1 0
    says 'a gateway of the other family' "$(lab_in C cat /sys/class/net/eth0/address)" next-hop 10.2.0.1 5000
}

# An interface that goes while its neighbour is waited for.
test_gone_meanwhile() {
    lab_link A tmp0 B tmp0
    lab_background A "$helper" resolve tmp0 192.0.2.97 20000
    lab_wait_for "ip -n $(lab_ns A) neighbour show dev tmp0 | grep -q 192.0.2.97"
    ip -n "$(lab_ns A)" link delete tmp0
    wait "$LAB_LAST_PID"
    grep -Eq '^error (ENODEV|EHOSTUNREACH|ENETDOWN|ENXIO): ' "$LAB_DIR/log" || lab_fail 'an interface that went is not said'
    checks=$((checks + 1))
}

# seen PATTERN: waits until the watch has said so.
seen() {
    lab_wait_for "grep -Eq '^$1\$' '$LAB_DIR/log'"
    checks=$((checks + 1))
}

test_watch() {
    local ns index again
    ns=$(lab_ns A)
    : >"$LAB_DIR/log"
    lab_background A "$helper" watch
    seen watching
    ip -n "$ns" link add w0 type veth peer name w0p
    index=$(lab_in A cat /sys/class/net/w0/ifindex)
    seen "interface $index w0 there up 0"
    ip -n "$ns" link set w0 up
    seen "interface $index w0 there up 1"
    ip -n "$ns" address add 192.0.2.65/32 dev w0
    seen "address $index 192.0.2.65 there"
    ip -n "$ns" route add 10.77.0.0/16 dev w0
    seen "route $index 10.77.0.0/16 there"
    ip -n "$ns" neighbour add 10.77.0.1 lladdr 00:00:5e:00:53:77 dev w0
    seen "neighbour $index 10.77.0.1 PERMANENT there"
    ip -n "$ns" neighbour delete 10.77.0.1 dev w0
    seen "neighbour $index 10.77.0.1 [A-Z]+ gone"
    ip -n "$ns" route delete 10.77.0.0/16 dev w0
    seen "route $index 10.77.0.0/16 gone"
    ip -n "$ns" address delete 192.0.2.65/32 dev w0
    seen "address $index 192.0.2.65 gone"
    ip -n "$ns" link set w0 down
    lab_wait_for "[ \$(grep -c '^interface $index w0 there up 0\$' '$LAB_DIR/log') -ge 2 ]"
    ip -n "$ns" link set w0 name w1
    seen "interface $index w1 there up 0"
    ip -n "$ns" link delete w1
    seen "interface $index w1 gone up 0"
    ip -n "$ns" link add w0 type veth peer name w0p
    again=$(lab_in A cat /sys/class/net/w0/ifindex)
    seen "interface $again w0 there up 0"
    [ "$again" != "$index" ] || lab_fail 'an interface made again keeps its index'
    lab_kill "$LAB_LAST_PID"
}

# More events than the buffer holds, and then some that it does hold again.
test_lost() {
    local ns i found
    ns=$(lab_ns A)
    mkfifo "$LAB_DIR/go"
    lab_in A "$helper" watch 4096 <"$LAB_DIR/go" >"$LAB_DIR/lost" &
    LAB_PIDS+=("$!")
    local pid=$!
    exec 9>"$LAB_DIR/go"
    lab_wait_for "grep -q watching '$LAB_DIR/lost'"
    for ((i = 1; i <= 100; i++)); do
        echo "route add 10.78.$i.0/24 dev eth0"
    done | ip -n "$ns" -batch -
    exec 9>&-
    wait "$pid" || lab_fail "the watch ends with $?"
    found=$(grep -c '^route' "$LAB_DIR/lost")
    same 'a loss is said' 1 "$(grep -c '^lost$' "$LAB_DIR/lost")"
    if [ "$found" -eq 0 ] || [ "$found" -ge 100 ]; then lab_fail "$found of 100 events in a buffer for a few"; fi
}

# The opener as an ordinary user: who may send echoes is decided by the group, all else by a capability.
test_opener() {
    local someone=(setpriv --reuid 65534 --regid 65534 --clear-groups "$helper" socket)
    lab_sysctl A net.ipv4.ping_group_range='1 0'
    same 'nobody may' "error EACCES: ICMP datagram socket: group 65534 is not in net.ipv4.ping_group_range (1 0): \
sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'
error EACCES: ICMPv6 datagram socket: group 65534 is not in net.ipv4.ping_group_range (1 0): \
sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'
error EPERM: raw IPv4 socket: CAP_NET_RAW is missing: run it by sudo
error EPERM: raw IPv6 socket: CAP_NET_RAW is missing: run it by sudo
error EPERM: packet socket: CAP_NET_RAW is missing: run it by sudo
error EPERM: cooked packet socket: CAP_NET_RAW is missing: run it by sudo" "$(lab_in A "${someone[@]}" 1 2 3 4 5 6)"
    says 'root is not exempt' 'error EACCES: .*' socket 1
    # The very line of the sentence.
    lab_in A sysctl -q -w net.ipv4.ping_group_range='0 2147483647'
    same 'all may' 'ICMP datagram socket is open
ICMPv6 datagram socket is open' "$(lab_in A "${someone[@]}" 1 2)"
    same 'root may all' "$(printf '%s is open\n' 'ICMP datagram socket' 'ICMPv6 datagram socket' 'raw IPv4 socket' \
        'raw IPv6 socket' 'packet socket' 'cooked packet socket')" "$(ours socket 1 2 3 4 5 6)"
    # A way out that the advice names.
    if lab_in A setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urn true 2>/dev/null; then
        same 'in a user namespace' 'packet socket is open' \
            "$(lab_in A setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urn "$helper" socket 5)"
    fi
}

test_netns() {
    local there pid
    there=$(lab_in A "$helper" interfaces)
    same 'by name' "$there" "$("$helper" in "$(lab_ns A)" interfaces)"
    same 'by path' "$there" "$("$helper" in "/run/netns/$(lab_ns A)" interfaces)"
    lab_background A sleep 1000
    pid=$LAB_LAST_PID
    lab_wait_for "[ \"\$(readlink /proc/$pid/ns/net)\" = \"\$(ip netns exec $(lab_ns A) readlink /proc/self/ns/net)\" ]"
    same 'by process' "$there" "$("$helper" in "$pid" interfaces)"
    lab_kill "$pid"
    same 'without privilege' 'error EPERM' "$(setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$helper" in "$(lab_ns A)" interfaces | cut -d: -f1)"
    same 'none' 'error ENOENT' "$("$helper" in "$(lab_ns Z)" interfaces | cut -d: -f1)"
    same 'hostile' 'error argument' "$("$helper" in "../netns/$(lab_ns A)" interfaces | cut -d: -f1)"
}

# Each packet is stamped once before the queue and once at the driver, under its number.
test_stamps() {
    local kind
    lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
    for kind in udp icmp4 raw4 packet; do
        same "stamps of $kind" "$(for ((i = 0; i < 8; i++)); do echo "$i 1 1"; done)" \
            "$(ours stamps "$kind" eth0 192.0.2.2 8)"
    done
}

build
test_opener
test_netns
test_lists
test_routes
test_no_route
test_table
test_neighbours
test_unprivileged
test_next_hop
test_stamps
test_gone_meanwhile
test_watch
test_lost
echo "host: $checks answers as ip(8) tells them"
