#!/bin/bash
# pktping when things go wrong: forged replies, a clock that is stepped, links and routes that come and go, full queues and
# buffers, storms of signals, floods of foreign ARP and ND. The figures stay right, and it never hangs.
#
#     ping_trouble.sh PKTPING CLOCK_STEP
# shellcheck disable=SC2016 # conditions are evaluated anew
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
clock_step=$2
check=$here/ping_trouble_check.py
limit=60 # seconds for one run: each takes a few; what hangs is ended here, and fails

# judge WORD [ARGUMENT...]: what ping_trouble_check.py says of the lines in $LAB_DIR/out.
judge() {
    python3 "$check" "$@" <"$LAB_DIR/out" ||
        lab_fail "$*: $(cat "$LAB_DIR/err"; tail -n 3 "$LAB_DIR/out")"
}

# ping_in HOST STATUS ARGUMENT...: runs pktping; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
ping_in() {
    local host=$1 wanted=$2 status=0
    shift 2
    lab_in "$host" timeout -k 1 "$limit" "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status instead of $wanted: $(cat "$LAB_DIR/err")"
}

# ping_begin HOST ARGUMENT...: starts pktping in the background as $ping_pid, the process itself. The shell would have it ignore
# two signals.
ping_begin() {
    local ns
    ns=$(lab_ns "$1")
    shift
    : >"$LAB_DIR/out"
    ip netns exec "$ns" env --default-signal=INT,QUIT "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null &
    ping_pid=$!
    LAB_PIDS+=("$ping_pid")
}

# ping_end STATUS: waits for the end of what ping_begin started, and bounds it.
ping_end() {
    local status=0
    lab_wait_for "! kill -0 $ping_pid 2>/dev/null" "$limit"
    wait "$ping_pid" || status=$?
    [ "$status" -eq "$1" ] || lab_fail "status $status instead of $1: $(cat "$LAB_DIR/err")"
}

# lines TYPE: prints how many objects of a type are in the output.
lines() {
    grep -c "\"type\":\"$1\"" "$LAB_DIR/out"
}

# more TYPE: waits for three more objects of a type.
more() {
    local before
    before=$(lines "$1")
    lab_wait_for "[ \"\$(lines $1)\" -ge $((before + 3)) ]" 20
}

# --- forgeries ---

# 1,000 beside each of 100 replies. Another identifier never wakes us; a changed length under the right tag is an answer of the
# target, which ping(8) shows, too, and counts once.
forged_scene() {
    cat <<'SCENE'
target 198.51.100.1 2001:db8:51::1
delay 1ms
forge tag 250 for all
forge sequence 250 for all
forge source 250 for all
forge time 200 for all
forge id 40 for all
forge cut 10 for all
SCENE
}

test_forged() {
    local kind=$1 target=$2
    forged_scene >"$LAB_DIR/scene"
    lab_host S
    lab_sysctl S net.ipv4.ping_group_range='0 2147483647'
    lab_sim S "$LAB_DIR/scene"
    lab_capture_start S sim0 "$LAB_DIR/wire.pcap" -B 65536 -s 160
    local as=()
    [ "$kind" = raw ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
    lab_in S "${as[@]}" timeout -k 1 "$limit" "$pktping" --socket="$kind" --json -c 100 -A "$target" \
        >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || lab_fail "forged: status $?: $(cat "$LAB_DIR/err")"
    lab_wait_quietly '[ "$(lab_capture_count)" -ge 100200 ]' 5 || echo 'note: the capture is not whole'
    lab_capture_stop
    lab_sim_stop S
    [ "$(lab_sim_count S forged)" -eq 100000 ] || lab_fail "the responder forged $(lab_sim_count S forged)"
    judge forged "$kind" "$LAB_DIR/wire.pcap"
    lab_clear
}

test_lengths() {
    printf 'target 198.51.100.1\nforge short 20 for all\nforge long 20 for all\n' >"$LAB_DIR/scene"
    lab_host S
    lab_sim S "$LAB_DIR/scene"
    ping_in S 0 --json -c 20 -A 198.51.100.1
    lab_sim_stop S
    judge lengths
    lab_clear
}

# --- clock ---

# What the program sees of the wall clock goes an hour ahead and back; stamps of the kernel do not.
test_clock() {
    lab_lan A B
    for by in 3600 -3600; do
        CLOCK_STEP=$by LD_PRELOAD=$clock_step ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 \
            ping_in A 0 --json -c 50 -i 20ms 192.0.2.2
        judge clock "$by"
    done
    lab_clear
}

# --- the network comes and goes ---

# event TYPE UNDO COMMAND...: something is taken away, until objects of TYPE tell so; then it comes back, and so do replies.
event() {
    local type=$1 undo=$2
    shift 2
    "$@" || lab_fail "$*"
    more "$type"
    eval "$undo" || lab_fail "$undo"
    more reply
}

test_changes() {
    local ns target=$1 own=$2 length=$3
    lab_lan A B
    ns=$(lab_ns A)
    ping_begin A --json --no-why -i 20ms -W 100ms "$target"
    more reply
    event timeout "ip -n $(lab_ns B) link set eth0 up; ip -n $(lab_ns B) address replace $target/$length dev eth0" \
        ip -n "$(lab_ns B)" link set eth0 down
    event error "ip -n $ns link set eth0 up; ip -n $ns address replace $own/$length dev eth0" \
        ip -n "$ns" link set eth0 down
    event error "ip -n $ns address add $own/$length dev eth0" \
        ip -n "$ns" address flush dev eth0
    event error "ip -n $ns route add $4 dev eth0" \
        ip -n "$ns" route del "$4" dev eth0
    ip -n "$ns" neighbour flush dev eth0
    more reply
    kill -INT "$ping_pid"
    ping_end 0
    judge changes
    lab_clear
}

# --- full queues ---

# A queue with room for a few packets and a slow link behind it: what it does not take is offered again.
test_queue() {
    lab_lan A B
    lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
    lab_quiet A tc qdisc add dev eth0 root tbf rate 2mbit burst 2000 limit 3000 || {
        echo 'note: no tbf in this kernel'
        lab_clear
        return
    }
    lab_in A ping -c 1 -W 5 192.0.2.2 >/dev/null || lab_fail 'nothing passes the queue'
    for kind in raw datagram; do
        ping_in A 0 --json --socket="$kind" -c 100 -i 1ms -s 1000 -S 1000000 192.0.2.2
        judge queue
    done
    # A send buffer that holds one echo.
    ping_in A 0 --json -c 30 -i 1ms -s 1000 -S 1 192.0.2.2
    judge queue
    lab_clear
}

# --- signals ---

test_signals() {
    lab_lan A B
    ping_begin A -c 200 -i 10ms 192.0.2.2
    lab_wait_for '[ "$(grep -c icmp_seq "$LAB_DIR/out")" -ge 3 ]'
    python3 - "$ping_pid" <<'PYTHON' || lab_fail 'the storm'
import os, signal, sys, time
kinds = [signal.SIGQUIT, signal.SIGCONT, signal.SIGWINCH, signal.SIGURG]
for i in range(1000):
    os.kill(int(sys.argv[1]), kinds[i % len(kinds)])
    time.sleep(0.0005)
for i in range(5):
    os.kill(int(sys.argv[1]), signal.SIGSTOP)
    os.kill(int(sys.argv[1]), signal.SIGCONT)
PYTHON
    ping_end 0
    judge signals "$LAB_DIR/err"
    # SIGALRM ends a run, however often it comes.
    ping_begin A --json -i 10ms 192.0.2.2
    more reply
    for _ in 1 2 3; do kill -ALRM "$ping_pid" 2>/dev/null; done
    lab_wait_for "! kill -0 $ping_pid 2>/dev/null" 10
    wait "$ping_pid"
    lab_clear
}

# --- the receive buffer ---

# drops FILE: prints what all sockets of this table lost.
drops() {
    lab_in S awk 'NR > 1 { n += $NF } END { print n + 0 }' "/proc/net/$1"
}

test_overflow() {
    printf 'target 198.51.100.1\ndelay 50ms\nforge flood 20000 during 2s\n' >"$LAB_DIR/scene"
    lab_host S
    lab_sim S "$LAB_DIR/scene"
    ping_begin S --socket=raw -c 20 -i 20ms -W 200ms 198.51.100.1
    lab_wait_for 'grep -q icmp_seq "$LAB_DIR/out"'
    kill -STOP "$ping_pid"
    lab_wait_for '[ "$(drops raw)" -gt 0 ]' 20
    kill -CONT "$ping_pid"
    ping_end 0
    judge overflow "$LAB_DIR/err"
    lab_clear
}

# --- a LAN full of others ---

test_flood() {
    lab_lan A B
    lab_background B python3 "$here/ping_trouble_flood.py" "$(lab_in A cat /sys/class/net/eth0/address)" "$LAB_DIR/flood"
    lab_wait_for '[ -s "$LAB_DIR/flood" ]'
    for target in '--arp 192.0.2.2' '--nd 2001:db8::2'; do
        # shellcheck disable=SC2086 # two words
        ping_in A 0 -c 8 -i 200ms $target
        grep -q '^8 packets transmitted, 8 received, 0% packet loss' "$LAB_DIR/out" ||
            lab_fail "$target: $(cat "$LAB_DIR/out" "$LAB_DIR/err")"
        ! grep -q CONFLICT "$LAB_DIR/out" || lab_fail "$target: $(cat "$LAB_DIR/out")"
    done
    lab_wait_for '[ "$(cat "$LAB_DIR/flood")" -ge 50000 ]' 60
    lab_clear
}

lab_start
for test in 'forged datagram 198.51.100.1' 'forged raw 2001:db8:51::1' lengths clock \
    'changes 192.0.2.2 192.0.2.1 24 192.0.2.0/24' 'changes 2001:db8::2 2001:db8::1 64 2001:db8::/64' \
    queue signals overflow flood; do
    began=$SECONDS
    # shellcheck disable=SC2086 # a function and its arguments
    test_$test
    echo "ok $test ($((SECONDS - began)) s)"
done
