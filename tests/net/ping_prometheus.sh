#!/bin/bash
# pktping --prometheus: what the file holds, that nobody ever sees a part of it, and what happens where it cannot be written.
#
#     ping_prometheus.sh PKTPING CHECK
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1 check=$2
python=/usr/bin/python3 # that Debian's modules belong to
"$python" -c 'import prometheus_client' 2>/dev/null || lab_skip 'python3-prometheus-client is not installed'

# ping_in HOST STATUS ARGUMENT...: runs pktping; its output is in $LAB_DIR/out, its messages in $LAB_DIR/err.
ping_in() {
    local host=$1 wanted=$2 status=0
    shift 2
    lab_in "$host" timeout 60 "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# checks WHAT ARGUMENT...: the checker is content.
checks() {
    "$python" "$check" "$@" || lab_fail "$*"
}

# one_error: exactly one line, and no leftovers in the folder but the files named.
one_error() {
    local lines
    lines=$(wc -l <"$LAB_DIR/err")
    [ "$lines" -eq 1 ] || lab_fail "$lines lines instead of one: $(cat "$LAB_DIR/err")"
}

# holds FILE...: the folder holds these and nothing else.
holds() {
    [ "$(find "$folder" -mindepth 1 -printf '%f\n' | sort)" = "$(printf '%s\n' "$@" | sort)" ] ||
        lab_fail "left behind: $(ls -A "$folder")"
}

# The counts of the file are those of the JSON report; 192.0.2.77 is nobody, 192.0.2.2 is given twice.
test_figures() {
    ping_in A 1 --json --no-why -c3 -i 20ms -W 200ms --prometheus "$folder/ping.prom" 192.0.2.2 2001:db8::2 192.0.2.77 192.0.2.2
    checks figures "$folder/ping.prom" "$LAB_DIR/out"
    ping_in A 0 -q -c40 -i 5ms --prometheus "$folder/ping.prom" 192.0.2.2
    checks sample "$folder/ping.prom" pktping_rtt_seconds_count 192.0.2.2 40
    holds ping.prom
}

test_sweep() {
    ping_in A 1 --prometheus "$folder/ping.prom" -q --file <(echo 127.0.0.0/23) 192.0.2.77
    checks sample "$folder/ping.prom" pktping_targets '' 511
    checks sample "$folder/ping.prom" pktping_targets_alive '' 510
    checks sample "$folder/ping.prom" pktping_targets_unlisted '' 255
    checks series "$folder/ping.prom" pktping_up 256
}

# An interface may be called nearly anything, and a zone names it.
test_escapes() {
    local name=$'q"\\\xff\xc3\xa4'
    lab_quiet A ip link add "$name" type veth peer name other
    lab_quiet A ip link set other up
    lab_quiet A ip link set "$name" up
    lab_quiet A ip -6 address add fe80::77/64 dev "$name" nodad
    ping_in A 0 -c1 --prometheus "$folder/ping.prom" "fe80::77%$name"
    checks label "$folder/ping.prom" target 'fe80::77%q"\\xffä'
    lab_quiet A ip link del "$name"
}

# A reader that reads all the time sees whole files alone, and several versions.
test_whole() {
    rm -f "$folder/ping.prom"
    lab_background A "$pktping" -q -i 10ms --report-every 20ms --prometheus "$folder/ping.prom" 192.0.2.2 2001:db8::2
    checks versions "$folder/ping.prom" 10
    lab_kill "$LAB_LAST_PID" INT
    checks growth "$folder/ping.prom"
    holds ping.prom
}

test_failures() {
    ping_in A 2 -c1 --prometheus "$folder/none/ping.prom" 192.0.2.2
    one_error
    mkdir "$folder/is"
    ping_in A 2 -c1 --prometheus "$folder/is" 192.0.2.2
    one_error
    rmdir "$folder/is"
    ping_in A 2 -c1 --prometheus - 192.0.2.2
    one_error
    ping_in A 2 --arp -c1 --prometheus "$folder/ping.prom" 192.0.2.2
    one_error
    holds ping.prom
}

# On a disk that is full, and one that is read-only, the old file stays as it was.
test_disks() {
    local size=$1 options=$2
    cat >"$LAB_DIR/disk" <<EOF
mount -t tmpfs -o size=$size none "$folder" || exit 99
echo old 1 >"$folder/ping.prom"
mount -o remount,$options "$folder" || exit 99
"$pktping" -q -c200 -i 20ms --report-every 50ms --prometheus "$folder/ping.prom" 192.0.2.2
status=\$?
[ "\$(ls -A "$folder")" = ping.prom ] && [ "\$(cat "$folder/ping.prom")" = "old 1" ] || exit 98
exit \$status
EOF
    local status=0
    lab_in A timeout 60 unshare -m sh "$LAB_DIR/disk" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -ne 99 ] || { echo "no tmpfs here: not tested on disks"; return 0; }
    [ "$status" -eq 2 ] || lab_fail "$options: status $status instead of 2: $(cat "$LAB_DIR/err")"
    one_error
}

lab_start
lab_lan A B
folder=$LAB_DIR/metrics
mkdir "$folder"
for test in figures sweep escapes whole failures 'disks 8k rw' 'disks 64k ro'; do
    # shellcheck disable=SC2086 # words
    test_$test
    echo "ok $test"
done
