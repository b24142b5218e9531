#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pktping --save and --read: a run and its file have the same numbers; tshark finds nothing wrong with the file, and the same
# times in captures that others made.
#
#     ping_record.sh PKTPING COMPARE
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
compare=$2

lab_start
command -v tshark >/dev/null || lab_skip 'tshark is not installed'
file=$LAB_DIR/run.pcapng
live=$LAB_DIR/live.json
read=$LAB_DIR/read.json

# sound FILE LEAST: tshark reads at least so many packets, none of them malformed or with a wrong checksum (status 0).
sound() {
    tshark -r "$1" -o ip.check_checksum:TRUE -T fields -E separator=/s -E quote=d -e frame.number -e _ws.malformed -e _ws.short \
        -e ip.checksum.status -e icmp.checksum.status -e icmpv6.checksum.status >"$LAB_DIR/sound" 2>"$LAB_DIR/tshark" ||
        lab_fail "tshark cannot read $1: $(cat "$LAB_DIR/tshark")"
    [ "$(wc -l <"$LAB_DIR/sound")" -ge "$2" ] || lab_fail "fewer than $2 packets in $1"
    ! grep -vE '^"[0-9]+"   *("[12](,[12])*" *)+$' "$LAB_DIR/sound" || lab_fail "tshark objects to $1"
}

# both HOST STATUS EXPECTED ARGUMENT...: runs pktping with --save; --read makes the same of the file. EXPECTED are counts of the
# summary, such as 'sent=5 received=4', so that both are not wrong alike. -W, where it is given, comes first.
both() {
    local host=$1 wanted=$2 expected=$3 status=0 wait=()
    shift 3
    [ "$1" != -W ] || wait=(-W "$2")
    lab_in "$host" timeout 60 "$pktping" --json --no-why "$@" --save "$file" >"$live" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status: $(cat "$LAB_DIR/err" "$live")"
    status=0
    timeout 60 "$pktping" --json "${wait[@]}" --read "$file" >"$read" 2>"$LAB_DIR/err" || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "--read after $*: status $status: $(cat "$LAB_DIR/err" "$read")"
    # shellcheck disable=SC2086 # words
    python3 "$compare" "$live" "$read" $expected || lab_fail "pktping $*: --read differs"
    [ ! -s "$LAB_DIR/err" ] || lab_fail "--read after $*: $(cat "$LAB_DIR/err")"
}

# like_tshark FILE: --read finds the round-trip times that tshark finds, in microseconds.
like_tshark() {
    tshark -r "$1" -Y 'icmp.type == 0 or icmpv6.type == 129' -T fields -e icmp.resptime -e icmpv6.resptime 2>/dev/null |
        awk '{ printf "%.3f\n", $1 * 1000 }' >"$LAB_DIR/theirs"
    timeout 60 "$pktping" --json --read "$1" | sed -n 's/^{"type":"reply".*"rtt_us":\([0-9.]*\).*/\1/p' >"$LAB_DIR/ours"
    [ -s "$LAB_DIR/ours" ] || lab_fail "--read finds no reply in $1"
    cmp -s "$LAB_DIR/ours" "$LAB_DIR/theirs" || lab_fail "other times than tshark's in $1: $(diff "$LAB_DIR/ours" "$LAB_DIR/theirs")"
}

# --- between two kernels -------------------------------------------------------------------------------------------------------

lab_lan A B
lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
lab_sysctl B net.ipv4.icmp_echo_ignore_broadcasts=0
lab_in A ping -c 1 -W 5 192.0.2.2 >/dev/null || lab_fail 'no neighbour'
lab_in A ping -c 1 -W 5 2001:db8::2 >/dev/null || lab_fail 'no neighbour'
for socket in raw datagram; do
    both A 0 'sent=40 received=40' --socket "$socket" -c 40 -i 2ms 192.0.2.2
    sound "$file" 80
    both A 0 'sent=40 received=40' --socket "$socket" -c 40 -i 2ms -s 1400 -Q 32 2001:db8::2
    sound "$file" 80
done
both A 0 'sent=10 received=10' -c 10 -i 2ms --timestamping user 192.0.2.2
tshark -r "$file" -Y 'icmp.type == 0' -T fields -e frame.comment 2>/dev/null | grep -q 'monotonic clock' ||
    lab_fail 'no comment on replies whose time the monotonic clock took'
both A 0 'sent=20 received=20 targets=2' --loop -c 10 -i 4ms 192.0.2.2 192.0.2.1
both A 0 'sent=2 received=2 responders=1' -c 2 -i 20ms -b 192.0.2.255
both A 0 'sent=3 received=3' -c 3 -i 2ms -s 8 192.0.2.2
both A 0 'sent=3 received=3' -c 3 -i 2ms -s 0 192.0.2.2
both A 0 'sent=3 received=3' -c 3 -i 2ms -R 192.0.2.2
sound "$file" 6

# --- a file that cannot be written ---------------------------------------------------------------------------------------------

# unsaved STATUS WORDS ARGUMENT...: pktping ends with the status, and one line that matches.
unsaved() {
    local wanted=$1 words=$2 status=0
    shift 2
    lab_in A timeout 60 "$pktping" "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || lab_fail "pktping $*: status $status instead of $wanted: $(cat "$LAB_DIR/err")"
    grep -qE -- "$words" "$LAB_DIR/err" || lab_fail "pktping $*: no '$words' in: $(cat "$LAB_DIR/err")"
    [ "$(wc -l <"$LAB_DIR/err")" -eq 1 ] || lab_fail "pktping $*: more than one line: $(cat "$LAB_DIR/err")"
}

unsaved 2 '/dev/full: cannot write: No space left on device; 0 packets are saved, of 6$' -c 3 -i 2ms --save /dev/full 192.0.2.2
grep -q '^3 packets transmitted, 3 received' "$LAB_DIR/out" || lab_fail "no summary: $(cat "$LAB_DIR/out")"
unsaved 2 'Is a directory' -c 1 --save "$LAB_DIR" 192.0.2.2
unsaved 2 'No such file' -c 1 --save "$LAB_DIR/none/x.pcapng" 192.0.2.2
unsaved 2 'standard output' -c 1 --save - 192.0.2.2
unsaved 2 '^pktping: option --packets means nothing with --read: leave it out' -c 1 --read "$file"
unsaved 2 'is no address' --read "$file" example.org
unsaved 1 'no echo request' -6 --read "$file"
unsaved 2 'No such file' --read "$LAB_DIR/none"
# A disk that fills up in mid-run: what the line says is on it is on it.
mkdir "$LAB_DIR/small"
mount -t tmpfs -o size=512k none "$LAB_DIR/small" 2>/dev/null || lab_skip 'no tmpfs can be mounted here'
unsaved 2 'No space left on device; [0-9]+ packets are saved, of [0-9]+$' -q -c 600 -i 1ms -s 1400 --save "$LAB_DIR/small/x.pcapng" 192.0.2.2
said=$(sed -n 's/.*; \([0-9]*\) packets are saved.*/\1/p' "$LAB_DIR/err")
found=$(capinfos -Mc "$LAB_DIR/small/x.pcapng" 2>/dev/null | sed -n 's/^Number of packets: *//p')
umount "$LAB_DIR/small"
[ "$said" = "$found" ] || lab_fail "$said packets are said to be on the full disk, $found are"
[ "$found" -gt 0 ] || lab_fail 'nothing is on the full disk'

# --- captures of others --------------------------------------------------------------------------------------------------------

lab_capture_start A eth0 "$LAB_DIR/other.pcap" 'icmp or (icmp6 and (ip6[40] = 128 or ip6[40] = 129))'
lab_in A ping -q -n -c 20 -i 0.01 192.0.2.2 >/dev/null || lab_fail 'ping fails'
lab_in A ping -q -n -c 20 -i 0.01 -s 200 2001:db8::2 >/dev/null || lab_fail 'ping fails'
lab_in A "$pktping" -q -c 20 -i 10ms 192.0.2.2 >/dev/null || lab_fail 'pktping fails'
lab_capture_wait 120
lab_capture_stop
like_tshark "$LAB_DIR/other.pcap"
[ "$(wc -l <"$LAB_DIR/ours")" -eq 60 ] || lab_fail "not 60 replies: $(wc -l <"$LAB_DIR/ours")"
[ "$(timeout 60 "$pktping" --json --read - 192.0.2.2 <"$LAB_DIR/other.pcap" | grep -c '"type":"target"')" -eq 2 ] ||
    lab_fail 'two programs that ping one host are not two targets'

# --- what befalls echoes -------------------------------------------------------------------------------------------------------

# befall STATUS EXPECTED ARGUMENT...: both, with the scene on standard input, once by each kind of socket and in each family.
befall() {
    local wanted=$1 expected=$2 way
    shift 2
    cat >"$LAB_DIR/scene"
    for way in 'raw 198.51.100.1' 'datagram 2001:db8:51::1'; do
        lab_sim A "$LAB_DIR/scene" --seed 7
        both A "$wanted" "$expected" "$@" --socket "${way% *}" "${way#* }"
        lab_sim_stop A
    done
}

# The delays are far from the timeout, on either side. The late reply is out of order, too.
befall 0 'sent=16 received=13 lost=3 waiting=0 duplicates=1 reordered=2 late=1 longest_loss_run=2' -W 300ms -c 16 -i 30ms <<'SCENE'
target 198.51.100.1 2001:db8:51::1
delay 1ms
lose 3,6-7
duplicate 2
reorder 9 150ms
late 1 500ms
SCENE
befall 1 'sent=4 received=0 errors=4' -c 4 -i 20ms <<'SCENE'
target 198.51.100.1 2001:db8:51::1
delay 1ms
error ttl from 198.51.100.2 2001:db8:51::2 for 1
error host for 2
error admin for 3
error parameter 20 for 4
SCENE
sound "$file" 8
# The last echo is not waited for as long as the others: it is lost all the same, in the file as well.
befall 0 'sent=4 received=3 lost=1 waiting=0' -c 4 -i 20ms <<'SCENE'
target 198.51.100.1 2001:db8:51::1
lose 4
SCENE
# pcap has no room for the end of the run: where that makes a difference, it is said.
pcap=$LAB_DIR/run.pcap
printf 'target 198.51.100.1\nlose 7\n' >"$LAB_DIR/scene"
lab_sim A "$LAB_DIR/scene" --seed 7
for count in 3 4; do
    lab_in A "$pktping" --json --no-why -c "$count" -i 20ms --save "$pcap" 198.51.100.1 >"$live" 2>"$LAB_DIR/err" ||
        lab_fail "pktping -c $count: $(cat "$LAB_DIR/err")"
    [ "$(grep -c '^pktping: a pcap file does not tell when the run ended' "$LAB_DIR/err")" -eq "$((count - 3))" ] ||
        lab_fail "after $count echoes: $(cat "$LAB_DIR/err")"
done
lab_sim_stop A
tail -n 1 "$live" | grep -q '"sent":4,"received":3,"lost":1,"waiting":0' || lab_fail "run: $(tail -n 1 "$live")"
timeout 60 "$pktping" --json --read "$pcap" >"$read" || lab_fail '--read of pcap fails'
tail -n 1 "$read" | grep -q '"sent":4,"received":3,"lost":0,"waiting":1' || lab_fail "pcap: $(tail -n 1 "$read")"
# A run that is ended early has echoes that wait still.
befall 0 'sent=2 received=1 lost=0 waiting=1' -w 1 -i 600ms <<'SCENE'
target 198.51.100.1 2001:db8:51::1
lose 2
SCENE
# Forged replies are not in the file; a raw socket tells of wrong checksums.
cat >"$LAB_DIR/scene" <<'SCENE'
target 198.51.100.1 2001:db8:51::1
delay 1ms
corrupt checksum 2
forge tag 3 for 1
SCENE
lab_sim A "$LAB_DIR/scene" --seed 7
lab_in A "$pktping" --json --socket raw -c 4 -i 20ms -W 300ms --save "$file" 198.51.100.1 >"$live" || lab_fail 'pktping fails'
lab_sim_stop A
timeout 60 "$pktping" --json -W 300ms --read "$file" >"$read" || lab_fail '--read fails'
for one in "$live" "$read"; do
    tail -n 1 "$one" | grep -q '"sent":4,"received":3,.*"duplicates":0,"corrupted":1,' || lab_fail "counts: $(tail -n 1 "$one")"
done
[ "$(capinfos -Mc "$file" 2>/dev/null | sed -n 's/^Number of packets: *//p')" -eq 8 ] || lab_fail 'forged replies are in the file'
