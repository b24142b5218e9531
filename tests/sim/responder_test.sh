#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# responder_test.sh: what ping and fping see of a scene is what the responder counted. Times are lower bounds alone: a loaded
# machine may be late, and nothing may be early.

set -u
# shellcheck source=tests/lab.sh
. "${PKT_SOURCE_DIR:?}/tests/lab.sh"
checks=0

lab_start
command -v fping >/dev/null || lab_skip 'fping is not installed'
lab_host A
scene=$LAB_DIR/scene
out=$LAB_DIR/out

# begin: starts the responder with the scene on standard input.
begin() {
    cat >"$scene"
    lab_sim A "$scene" --seed 7 "$@"
}

# run COMMAND...: keeps what it says.
run() {
    timeout 60 ip netns exec "$(lab_ns A)" "$@" >"$out" 2>&1
}

# same WHAT EXPECTED FOUND
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || lab_fail "$1: expected '$2', found '$3'
$(cat "$out")
$(cat "$(lab_sim_file A)")"
}

# lines PATTERN: how many lines match.
lines() {
    grep -cE -- "$1" "$out"
}

# counted COUNTER EXPECTED
counted() {
    same "the responder's $1" "$2" "$(lab_sim_count A "$1")"
}

# --- both families, replies not early, bytes as they were sent ---

begin <<'EOF'
target 198.51.100.1 2001:db8:51::1   # both families
delay uniform 10ms 15ms
ttl 57
EOF
run ping -n -c 4 -i 0.02 -s 1400 -p a5c3 198.51.100.1
same 'IPv4 replies' 4 "$(lines '^1408 bytes from 198\.51\.100\.1: icmp_seq=[1-4] ttl=57 time=[0-9.]+ ms$')"
same 'replies before the least delay' '' "$(sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$out" | awk '$1 < 10')"
run ping -n -c 4 -i 0.02 2001:db8:51::1
same 'IPv6 replies' 4 "$(lines '^64 bytes from 2001:db8:51::1: icmp_seq=[1-4] ttl=57 time=[0-9.]+ ms$')"
same 'IPv6 replies before the least delay' '' "$(sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$out" | awk '$1 < 10')"
run ping -n -c 1 -R 198.51.100.1
same 'recorded route' '198.51.100.254 198.51.100.1 198.51.100.254' "$(grep -oE '(RR: )?\s+[0-9.]+$' "$out" | grep -oE '[0-9.]+$' | xargs)"
run ping -n -c 1 -W 1 198.51.100.2
same 'replies of nobody' 1 "$(lines '100% packet loss')"
lab_sim_stop A
counted received 9
counted replies 9
counted elsewhere 1

# --- loss by order and by chance, duplicates ---

begin <<'EOF'
target 198.51.100.1
lose 2,5-6
duplicate 3 x3
EOF
run ping -n -c 8 -i 0.02 -W 1 198.51.100.1
same 'sequence numbers' '1 3 3 3 4 7 8' "$(sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$out" | xargs)"
same 'duplicates' 2 "$(lines '\(DUP!\)$')"
lab_sim_stop A
counted lost 3
counted duplicated 2
counted answered 5

begin <<'EOF'
target 198.51.100.0/24 2001:db8:51::/64
loss 30%
EOF
run ping -n -q -c 200 -i 0.002 -W 1 198.51.100.1
lab_sim_stop A
received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$out")
counted received 200
counted answered "$received"
counted lost $((200 - received))
if [ "$received" -le 100 ] || [ "$received" -ge 180 ]; then
    lab_fail "30 % of 200 lost leave $received"
fi
first=$received

# The same seed and the same probes: the same fates, whatever the time.
begin <<'EOF'
target 198.51.100.0/24 2001:db8:51::/64
loss 30%
EOF
run ping -n -q -c 200 -i 0.002 -W 1 198.51.100.1
lab_sim_stop A
same 'replies in another run' "$first" "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$out")"

begin <<'EOF'
target 198.51.100.0/24
loss burst 20% 4
EOF
run fping -q -c 3 -p 20 -i 1 -t 500 -g 198.51.100.1 198.51.100.50
lab_sim_stop A
counted received 150
counted answered "$(sed -n 's|.*xmt/rcv/%loss = [0-9]*/\([0-9]*\)/.*|\1|p' "$out" | awk '{ sum += $1 } END { print sum }')"

# --- errors of both families ---

begin <<'EOF'
target 198.51.100.1 2001:db8:51::1
error ttl from 203.0.113.9 2001:db8:99::9 for 1,7 mpls 16001 1 1 interface 3 eth0
error host from 203.0.113.9 2001:db8:99::9 for 2,8
error net for 3,9
error port for 4,10
error admin for 5,11
error parameter 20 for 6,12
EOF
run ping -n -c 6 -i 0.02 -W 1 198.51.100.1
same 'time exceeded' 1 "$(lines '^From 203\.0\.113\.9 icmp_seq=1 Time to live exceeded$')"
same 'host unreachable' 1 "$(lines '^From 203\.0\.113\.9 icmp_seq=2 Destination Host Unreachable$')"
same 'net unreachable' 1 "$(lines '^From 198\.51\.100\.1 icmp_seq=3 Destination Net Unreachable$')"
same 'port unreachable' 1 "$(lines '^From 198\.51\.100\.1 icmp_seq=4 Destination Port Unreachable$')"
same 'filtered' 1 "$(lines '^From 198\.51\.100\.1 icmp_seq=5 Packet filtered$')"
same 'parameter problem' 1 "$(lines '^From 198\.51\.100\.1 icmp_seq=6 Parameter problem: pointer = 20$')"
run ping -n -c 6 -i 0.02 -W 1 2001:db8:51::1
same 'hop limit exceeded' 1 "$(lines '^From 2001:db8:99::9 icmp_seq=1 Time exceeded: Hop limit$')"
same 'address unreachable' 1 "$(lines '^From 2001:db8:99::9 icmp_seq=2 Destination unreachable: Address unreachable$')"
same 'no route' 1 "$(lines '^From 2001:db8:51::1 icmp_seq=3 Destination unreachable: No route$')"
same 'IPv6 port unreachable' 1 "$(lines '^From 2001:db8:51::1 icmp_seq=4 Destination unreachable: Port unreachable$')"
same 'prohibited' 1 "$(lines '^From 2001:db8:51::1 icmp_seq=5 Destination unreachable: Administratively prohibited$')"
same 'IPv6 parameter problem' 1 "$(lines '^From 2001:db8:51::1 icmp_seq=6 Parameter problem: Wrong header field')"
lab_sim_stop A
counted errors 12
counted replies 0

# --- the way's MTU, and a black hole ---

begin <<'EOF'
target 198.51.100.1 2001:db8:51::1
mtu 1400 from 203.0.113.9 2001:db8:99::9
EOF
run ping -n -c 1 -W 1 -M 'do' -s 1400 198.51.100.1
same 'the MTU' 1 "$(lines 'Frag needed and DF set \(mtu = 1400\)$')"
run ping -n -c 1 -W 1 -M 'do' -s 1372 198.51.100.1
same 'a packet of just that length' 1 "$(lines ' 1 received')"
run ping -n -c 1 -W 1 -M 'do' -s 1400 2001:db8:51::1
same 'the IPv6 MTU' 1 "$(lines 'Packet too big: mtu=1400$')"
lab_sim_stop A
counted errors 2

begin <<'EOF'
target 198.51.100.1
blackhole above 1399
EOF
run ping -n -c 1 -W 1 -M 'do' -s 1372 198.51.100.1
same 'a packet that falls into the black hole' 1 "$(lines ' 0 received, 100% packet loss')"
run ping -n -c 1 -W 1 -M 'do' -s 1371 198.51.100.1
same 'a packet that does not' 1 "$(lines ' 1 received')"
lab_sim_stop A
counted blackholed 1

# --- several that answer, forgeries, the log ---

begin --log "$LAB_DIR/log.pcapng" <<'EOF'
answer 224.0.0.1 from 198.51.100.1 198.51.100.2 198.51.100.3
answer ff02::1 from fe80::1 fe80::2
target 198.51.100.1
forge id 5 for 5
forge source 2 for 5
forge cut for 5
delay 20ms for 5
EOF
run ping -n -c 2 -i 0.2 -W 1 224.0.0.1
same 'those who answer' '198.51.100.1 198.51.100.2 198.51.100.3' \
    "$(grep 'icmp_seq=1' "$out" | grep -oE 'from 198\.51\.100\.[123]:' | tr -d ':' | cut -d' ' -f2 | sort | xargs)"
run ping -n -c 2 -i 0.2 -W 1 ff02::1%sim0
same 'who answers over IPv6' 2 "$(lines '^64 bytes from fe80::[12]%sim0: icmp_seq=1 ')"
run ping -n -c 1 -W 1 198.51.100.1
lab_sim_stop A
counted answered 5
counted replies 11
counted forged 8
same 'packets in the log' "$(($(lab_sim_count A packets) + $(lab_sim_count A sent)))" \
    "$(tcpdump -r "$LAB_DIR/log.pcapng" --count 2>/dev/null | sed -n 's/ packets*$//p')"

# --- a flood of forged replies: ping counts them, the responder knows better ---

begin <<'EOF'
target 198.51.100.1
delay 50ms
forge flood 2000 during 300ms
EOF
run ping -n -c 20 -i 0.05 -W 1 198.51.100.1
[ "$(lines 'DIFFERENT ADDRESS')" -gt 0 ] || lab_fail 'no forged reply came'
lab_sim_stop A
counted replies "$(lab_sim_count A received)"
counted sent $(($(lab_sim_count A replies) + $(lab_sim_count A flooded) - $(lab_sim_count A pending)))

# --- a scene that is none ---

printf 'target 198.51.100.1\n\ndelay never\n' >"$scene"
"$PKT_BINARY_DIR/tests/sim/sim_responder" "$scene" >"$out" 2>&1
same 'status for a wrong scene' 2 "$?"
same 'what is wrong' "sim_responder: $scene:3: 'never' is not a time from 0 to 1h, such as 20ms" "$(cat "$out")"

echo "$checks checks"
