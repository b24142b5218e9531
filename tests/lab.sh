#!/bin/bash
# A network laboratory in namespaces: hosts, links, bridges, routers and captures for tests/net and scripts/record-captures.sh.
#
# Source it, call lab_start once, then build a topology and work in it:
#
#     . tests/lab.sh
#     lab_start
#     lab_lan A B
#     lab_in A ping -c 1 192.0.2.2
#
# Every namespace, process and file is made under a name of this process and removed when the shell exits. MAC and IP addresses
# depend only on the order of the calls. Checksum and segmentation offload are off, so that what is captured is what a wire would
# carry; lab_offload switches them on. Duplicate address detection and router solicitations are off unless LAB_DAD=1, which keeps
# a topology quiet and ready at once. Nothing sleeps for a fixed time: lab_wait_for polls a condition against a deadline.
#
# shellcheck shell=bash

LAB_SKIPPED=77     # the exit status that ctest and automake read as "skipped"
LAB_DIR=''         # scratch directory of this laboratory
LAB_PREFIX=''      # beginning of every namespace name
LAB_HOSTS=()       # namespaces made, by short name
LAB_PIDS=()        # processes started in the background
LAB_NEXT_MAC=1     # last octet of the next MAC address
LAB_CAPTURE_PID='' # the capture that runs, if one does
LAB_CAPTURE_FILE=''
declare -A LAB_SIMS # responders that run, by host

# --- beginning and end ---------------------------------------------------------------------------------------------------------

# lab_start: checks that namespaces can be made here and arranges the cleanup; exits 77 with the reason where they cannot.
lab_start() {
    local tool
    [ "$(id -u)" -eq 0 ] || lab_skip 'network namespaces need root'
    for tool in ip bridge ethtool tcpdump; do
        command -v "$tool" >/dev/null || lab_skip "$tool is not installed"
    done
    LAB_PREFIX="lab$$"
    LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX") || lab_skip 'no scratch directory'
    trap lab_stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    lab_probe
}

# lab_probe: makes one namespace with one pair of interfaces, the smallest thing that every topology needs.
lab_probe() {
    ip netns add "$LAB_PREFIX-probe" 2>"$LAB_DIR/probe" || lab_skip "no network namespaces: $(cat "$LAB_DIR/probe")"
    LAB_HOSTS+=(probe)
    ip -n "$LAB_PREFIX-probe" link add name v0 type veth peer name v1 2>"$LAB_DIR/probe" ||
        lab_skip "no veth interfaces: $(cat "$LAB_DIR/probe")"
    lab_clear
}

# lab_clear: removes every process and namespace, so that one shell can build one topology after another.
lab_clear() {
    local host pid
    for pid in "${LAB_PIDS[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    for host in "${LAB_HOSTS[@]}"; do
        lab_empty "$host"
        ip netns del "$(lab_ns "$host")" 2>/dev/null
    done
    LAB_PIDS=()
    LAB_HOSTS=()
    LAB_NEXT_MAC=1
    LAB_CAPTURE_PID=''
    LAB_SIMS=()
}

# lab_empty HOST: ends what still runs inside a namespace of ours; nothing else can have entered it.
lab_empty() {
    local pids
    pids=$(ip netns pids "$(lab_ns "$1")" 2>/dev/null)
    # shellcheck disable=SC2086 # one word a process
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null
}

# lab_stop: the exit trap; keeps the exit status of the shell.
lab_stop() {
    local status=$?
    trap - EXIT
    lab_clear
    rm -rf "$LAB_DIR"
    exit "$status"
}

# lab_skip REASON: ends the test as skipped.
lab_skip() {
    echo "SKIP: $*"
    exit "$LAB_SKIPPED"
}

# lab_fail REASON: ends the test as failed, with the last words of its programs.
lab_fail() {
    echo "FAIL: $*" >&2
    [ ! -s "$LAB_DIR/log" ] || tail -n 20 "$LAB_DIR/log" >&2
    exit 1
}

# --- hosts and links -----------------------------------------------------------------------------------------------------------

# lab_ns HOST: prints the full namespace name.
lab_ns() {
    printf '%s-%s' "$LAB_PREFIX" "$1"
}

# lab_in HOST COMMAND...: runs a command inside a host.
lab_in() {
    local host=$1
    shift
    ip netns exec "$(lab_ns "$host")" "$@"
}

# lab_quiet HOST COMMAND...: the same, with the output in the log.
lab_quiet() {
    lab_in "$@" >>"$LAB_DIR/log" 2>&1
}

# lab_background HOST COMMAND...: starts a command inside a host; its number is LAB_LAST_PID, its output goes to the log.
lab_background() {
    local host=$1
    shift
    ip netns exec "$(lab_ns "$host")" "$@" >>"$LAB_DIR/log" 2>&1 </dev/null &
    LAB_LAST_PID=$!
    LAB_PIDS+=("$LAB_LAST_PID")
}

# lab_kill PID [SIGNAL]: ends one program that lab_background started, and waits for its end.
lab_kill() {
    kill "-${2:-TERM}" "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

# lab_sysctl HOST KEY=VALUE...: sets kernel parameters of one host.
lab_sysctl() {
    lab_in "$1" sysctl -q -w "${@:2}" || lab_fail "sysctl on $1: ${*:2}"
}

# lab_host HOST...: makes hosts with nothing but a loopback interface.
lab_host() {
    local host
    for host; do
        ip netns add "$(lab_ns "$host")" || lab_fail "cannot make the namespace of $host"
        LAB_HOSTS+=("$host")
        [ "${LAB_DAD:-0}" = 1 ] || lab_sysctl "$host" net.ipv6.conf.default.accept_dad=0 \
            net.ipv6.conf.default.dad_transmits=0 net.ipv6.conf.default.router_solicitations=0
        ip -n "$(lab_ns "$host")" link set lo up
    done
}

# lab_mac: sets LAB_MAC to the next address of the block that RFC 7042 section 2.1.2 keeps for documentation.
lab_mac() {
    LAB_MAC=$(printf '00:00:5e:00:53:%02x' "$LAB_NEXT_MAC")
    LAB_NEXT_MAC=$((LAB_NEXT_MAC + 1))
}

# lab_link HOST1 IFACE1 HOST2 IFACE2: joins two hosts with a cable and sets both ends up.
lab_link() {
    local mac1 mac2
    lab_mac
    mac1=$LAB_MAC
    lab_mac
    mac2=$LAB_MAC
    ip -n "$(lab_ns "$1")" link add name "$2" address "$mac1" type veth \
        peer name "$4" address "$mac2" netns "$(lab_ns "$3")" || lab_fail "no cable between $1 and $3"
    lab_offload "$1" "$2" off
    lab_offload "$3" "$4" off
    ip -n "$(lab_ns "$1")" link set dev "$2" up
    ip -n "$(lab_ns "$3")" link set dev "$4" up
}

# lab_offload HOST IFACE on|off: switches checksum and segmentation offload; on leaves partial checksums in what is captured.
lab_offload() {
    lab_in "$1" ethtool -K "$2" tx "$3" rx "$3" tso "$3" gso "$3" gro "$3" >/dev/null 2>&1
    return 0
}

# lab_address HOST IFACE ADDRESS/LENGTH...: adds addresses of either family.
lab_address() {
    local host=$1 iface=$2 address
    shift 2
    for address; do
        case "$address${LAB_DAD:-0}" in
        *:*0) ip -n "$(lab_ns "$host")" address add "$address" dev "$iface" nodad ;;
        *) ip -n "$(lab_ns "$host")" address add "$address" dev "$iface" ;;
        esac || lab_fail "address $address on $host"
    done
}

# lab_route HOST ROUTE...: adds one route, in the words of ip route.
lab_route() {
    local host=$1
    shift
    ip -n "$(lab_ns "$host")" route add "$@" || lab_fail "route on $host: $*"
}

# lab_forward HOST...: makes routers of hosts: forwarding on, no limit on the errors they send.
lab_forward() {
    local host
    for host; do
        lab_sysctl "$host" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 \
            net.ipv6.icmp.ratelimit=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    done
}

# --- topologies ----------------------------------------------------------------------------------------------------------------

# lab_bridge HOST: makes a host whose bridge br0 forwards at once, floods multicast and says nothing by itself.
lab_bridge() {
    lab_host "$1"
    lab_mac
    lab_sysctl "$1" net.ipv6.conf.default.disable_ipv6=1
    ip -n "$(lab_ns "$1")" link add name br0 address "$LAB_MAC" type bridge forward_delay 0 mcast_snooping 0 ||
        lab_skip 'no bridge in this kernel'
    ip -n "$(lab_ns "$1")" link set br0 up
}

# lab_port BRIDGE PORT HOST IFACE: plugs a host into a bridge.
lab_port() {
    lab_link "$3" "$4" "$1" "$2"
    ip -n "$(lab_ns "$1")" link set dev "$2" master br0 || lab_fail "cannot plug $3 into $1"
}

# lab_lan HOST...: hosts on one bridge (namespace "switch", bridge br0, port pN); host N is 192.0.2.N and 2001:db8::N on eth0.
lab_lan() {
    local host i=1
    lab_bridge switch
    for host; do
        lab_host "$host"
        lab_port switch "p$i" "$host" eth0
        lab_address "$host" eth0 "192.0.2.$i/24" "2001:db8::$i/64"
        i=$((i + 1))
    done
    lab_ready "$@"
}

# lab_chain N: A - R1 - ... - RN - B. Cable i is 10.9.i.0/24 and 2001:db8:i::/64: the left end (eth1; eth0 on A) is .1, the right
# end (eth0) is .2. B is 10.9.N.2. Routers know exactly these networks; the hosts send everything else to their router.
lab_chain() {
    local count=$1 i left=A right
    lab_host A
    for ((i = 0; i <= count; i++)); do
        right=R$((i + 1))
        [ "$i" -lt "$count" ] || right=B
        lab_host "$right"
        lab_cable "$left" "$right" "$i"
        left=$right
    done
    for ((i = 1; i <= count; i++)); do
        lab_forward "R$i"
        lab_chain_routes "$i" "$count"
    done
    lab_default A 10.9.0.2 2001:db8:0::2
    lab_default B "10.9.$count.1" "2001:db8:$count::1"
    lab_ready A B
}

# lab_cable LEFT RIGHT NUMBER: one numbered cable with its addresses.
lab_cable() {
    local iface=eth1
    [ "$1" != A ] || iface=eth0
    lab_link "$1" "$iface" "$2" eth0
    lab_address "$1" "$iface" "10.9.$3.1/24" "2001:db8:$3::1/64"
    lab_address "$2" eth0 "10.9.$3.2/24" "2001:db8:$3::2/64"
}

# lab_chain_routes I COUNT: what router I must know about the cables that it does not touch.
lab_chain_routes() {
    local net
    for ((net = 0; net <= $2; net++)); do
        if [ "$net" -lt $(($1 - 1)) ]; then
            lab_route "R$1" "10.9.$net.0/24" via "10.9.$(($1 - 1)).1"
            lab_route "R$1" "2001:db8:$net::/64" via "2001:db8:$(($1 - 1))::1"
        elif [ "$net" -gt "$1" ]; then
            lab_route "R$1" "10.9.$net.0/24" via "10.9.$1.2"
            lab_route "R$1" "2001:db8:$net::/64" via "2001:db8:$1::2"
        fi
    done
}

# lab_default HOST GATEWAY4 GATEWAY6: default routes of both families.
lab_default() {
    lab_route "$1" default via "$2"
    lab_route "$1" ::/0 via "$3"
}

# lab_ecmp: A - R1 - (M1 | M2) - R2 - B with two equal paths, chosen by addresses and ports. A is 10.9.0.1, B is 10.9.9.2, the
# paths are 10.9.1.0 and 10.9.2.0 (M1), 10.9.3.0 and 10.9.4.0 (M2); 2001:db8:N:: likewise.
lab_ecmp() {
    lab_host A R1 M1 M2 R2 B
    lab_forward R1 M1 M2 R2
    lab_sysctl R1 net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
    lab_cable A R1 0
    lab_ecmp_path M1 eth1 1 2
    lab_ecmp_path M2 eth2 3 4
    lab_link R2 eth9 B eth0
    lab_address R2 eth9 10.9.9.1/24 2001:db8:9::1/64
    lab_address B eth0 10.9.9.2/24 2001:db8:9::2/64
    lab_default A 10.9.0.2 2001:db8:0::2
    lab_default B 10.9.9.1 2001:db8:9::1
    lab_route R1 10.9.9.0/24 nexthop via 10.9.1.2 nexthop via 10.9.3.2
    lab_route R1 2001:db8:9::/64 nexthop via 2001:db8:1::2 nexthop via 2001:db8:3::2
    lab_route R2 10.9.0.0/16 via 10.9.2.1
    lab_route R2 2001:db8::/32 via 2001:db8:2::1
    lab_ready A R1 M1 M2 R2 B
}

# lab_ecmp_path MIDDLE IFACE NET1 NET2: R1 - MIDDLE - R2 over two cables.
lab_ecmp_path() {
    lab_link R1 "$2" "$1" eth0
    lab_link "$1" eth1 R2 "$2"
    lab_address R1 "$2" "10.9.$3.1/24" "2001:db8:$3::1/64"
    lab_address "$1" eth0 "10.9.$3.2/24" "2001:db8:$3::2/64"
    lab_address "$1" eth1 "10.9.$4.1/24" "2001:db8:$4::1/64"
    lab_address R2 "$2" "10.9.$4.2/24" "2001:db8:$4::2/64"
    lab_route "$1" 10.9.9.0/24 via "10.9.$4.2"
    lab_route "$1" 10.9.0.0/24 via "10.9.$3.1"
    lab_route "$1" 2001:db8:9::/64 via "2001:db8:$4::2"
    lab_route "$1" 2001:db8:0::/64 via "2001:db8:$3::1"
}

# lab_snooping_bridge IGMP_VERSION MLD_VERSION [INTERVAL [RESPONSE [LAST_MEMBER]]] HOST...: a LAN whose bridge snoops and queries
# both families from 192.0.2.254 and its link-local address. Times are hundredths of a second (default 100, 20, 20); the kernel
# raises a query interval below 100 to one second.
lab_snooping_bridge() {
    local igmp=$1 mld=$2 times=() ns
    shift 2
    while [[ ${1-} =~ ^[0-9]+$ ]]; do
        times+=("$1")
        shift
    done
    lab_lan "$@"
    ns=$(lab_ns switch)
    lab_sysctl switch net.ipv6.conf.br0.accept_dad=0 net.ipv6.conf.br0.disable_ipv6=0
    lab_address switch br0 192.0.2.254/24
    lab_wait_for "ip -n $ns -6 address show dev br0 scope link | grep -q inet6" 5
    ip -n "$ns" link set br0 type bridge mcast_igmp_version "$igmp" mcast_mld_version "$mld" mcast_query_use_ifaddr 1 \
        mcast_query_interval "${times[0]:-100}" mcast_startup_query_interval 100 mcast_query_response_interval "${times[1]:-20}" \
        mcast_last_member_interval "${times[2]:-20}" mcast_membership_interval $((3 * ${times[0]:-100})) \
        mcast_snooping 1 || lab_fail 'the bridge does not take the multicast parameters'
    ip -n "$ns" link set br0 type bridge mcast_querier 1
}

# --- the internet in one process -----------------------------------------------------------------------------------------------

# lab_sim HOST SCENE [OPTION...]: starts the responder of tests/sim behind the interface sim0 of a host and waits until it
# answers. The host is 198.51.100.254/24 and 2001:db8:51::fe/64 there, and sends into it whatever it has no other route for.
# SCENE is a file; tests/sim/README.md has its grammar and the options.
lab_sim() {
    local host=$1 scene=$2 ns ready status
    local program=${PKT_BINARY_DIR:?}/tests/sim/sim_responder
    shift 2
    ns=$(lab_ns "$host")
    ready=$LAB_DIR/sim-ready-$host
    [ -e /dev/net/tun ] || lab_skip 'no /dev/net/tun'
    rm -f "$ready"
    ip netns exec "$ns" "$program" --ready-file "$ready" "$@" "$scene" >"$(lab_sim_file "$host")" 2>>"$LAB_DIR/log" </dev/null &
    LAB_SIMS[$host]=$!
    LAB_PIDS+=("$!")
    lab_wait_quietly "[ -s '$ready' ] || ! kill -0 $! 2>/dev/null" 10
    if [ ! -s "$ready" ]; then
        wait "${LAB_SIMS[$host]}"
        status=$?
        [ "$status" != 77 ] || lab_skip 'no TUN device can be made here'
        lab_fail "the responder on $host did not start"
    fi
    lab_address "$host" sim0 198.51.100.254/24 2001:db8:51::fe/64
    lab_route "$host" default dev sim0 metric 4000
    lab_route "$host" ::/0 dev sim0 metric 4000
}

# lab_sim_file HOST: prints the name of the file in which the responder leaves its counters.
lab_sim_file() {
    printf '%s/sim-%s.json' "$LAB_DIR" "$1"
}

# lab_sim_stop HOST: ends the responder of a host; its counters are complete then, sim0 is gone.
lab_sim_stop() {
    kill "${LAB_SIMS[$1]}" 2>/dev/null
    wait "${LAB_SIMS[$1]}" || lab_fail "the responder on $1 ended with status $?"
    unset "LAB_SIMS[$1]"
}

# lab_sim_count HOST COUNTER: prints one counter of a responder that has ended.
lab_sim_count() {
    sed -n "s/.*\"$2\":\([0-9]*\)[,}].*/\1/p" "$(lab_sim_file "$1")"
}

# --- waiting -------------------------------------------------------------------------------------------------------------------

# lab_wait_for CONDITION [SECONDS]: evaluates a shell condition until it is true; fails the test at the deadline (10 s).
lab_wait_for() {
    lab_wait_quietly "$@" || lab_fail "waited ${2:-10} s in vain for: $1"
}

# lab_wait_quietly CONDITION [SECONDS]: the same, but only returns false at the deadline.
lab_wait_quietly() {
    local deadline=$((SECONDS + ${2:-10} + 1))
    until eval "$1"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.02
    done
}

# lab_ready HOST...: waits until every interface has carrier and no IPv6 address is tentative any more.
lab_ready() {
    local host ns
    for host; do
        ns=$(lab_ns "$host")
        lab_wait_for "! ip -n $ns -o link show up | grep -q NO-CARRIER"
        lab_wait_for "! ip -n $ns -6 -o address show tentative | grep -q inet6"
    done
}

# lab_listening HOST PORT: waits until a TCP or UDP socket is bound to a port.
lab_listening() {
    lab_wait_for "lab_in $1 ss -Hltun | awk '{print \$5}' | grep -q ':$2\$'"
}

# --- captures ------------------------------------------------------------------------------------------------------------------

# lab_capture_start HOST IFACE FILE [OPTION... [FILTER]]: starts tcpdump and returns when it is armed: it says "listening on" after
# the filter is in the kernel and the file header is written.
lab_capture_start() {
    local host=$1 iface=$2 file=$3
    shift 3
    rm -f "$file"
    : >"$LAB_DIR/capture"
    ip netns exec "$(lab_ns "$host")" tcpdump -i "$iface" -Z root -n --immediate-mode -U -w "$file" "$@" \
        2>"$LAB_DIR/capture" >/dev/null </dev/null &
    lab_capture_armed "$!" "$file" 'listening on'
}

# lab_capture_dumpcap HOST FILE OPTION...: the same with dumpcap, which writes pcapng and takes several interfaces.
lab_capture_dumpcap() {
    local host=$1 file=$2
    shift 2
    command -v dumpcap >/dev/null || lab_skip 'dumpcap is not installed'
    rm -f "$file"
    : >"$LAB_DIR/capture"
    ip netns exec "$(lab_ns "$host")" dumpcap -w "$file" "$@" 2>"$LAB_DIR/capture" >/dev/null </dev/null &
    lab_capture_armed "$!" "$file" '^File:'
}

# lab_capture_armed PID FILE WORDS: remembers a capture and waits for its words of readiness.
lab_capture_armed() {
    LAB_CAPTURE_PID=$1
    LAB_CAPTURE_FILE=$2
    LAB_PIDS+=("$1")
    lab_wait_quietly "grep -q '$3' '$LAB_DIR/capture' || ! kill -0 $1 2>/dev/null" 10
    grep -q "$3" "$LAB_DIR/capture" || lab_fail "the capture did not start: $(cat "$LAB_DIR/capture")"
    lab_wait_for "[ -s '$2' ]"
}

# lab_capture_count: prints how many packets the running capture has written.
lab_capture_count() {
    tcpdump -r "$LAB_CAPTURE_FILE" --count 2>/dev/null | sed -n 's/ packets\{0,1\}$//p'
}

# lab_capture_wait N [SECONDS]: waits until the running capture holds N packets.
lab_capture_wait() {
    # shellcheck disable=SC2016 # evaluated anew at each turn
    lab_wait_for '[ "$(lab_capture_count)" -ge '"$1"' ]' "${2:-10}"
}

# lab_capture_sees FILTER [SECONDS]: waits until the running capture holds a packet that a tcpdump filter matches.
lab_capture_sees() {
    lab_wait_for "tcpdump -nr '$LAB_CAPTURE_FILE' '$1' 2>/dev/null | grep -q ." "${2:-10}"
}

# lab_capture_stop: ends the capture; what the kernel had handed over by then is in the file.
lab_capture_stop() {
    lab_kill "$LAB_CAPTURE_PID" INT
    LAB_CAPTURE_PID=''
}
