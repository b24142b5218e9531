#!/bin/sh
# pktsniff on input and options of every bad kind: one clear line, the right exit status, nothing lost.
# usage: sniff_test.sh PKTSNIFF
set -u

sniff=$1
captures=$(cd "$(dirname "$0")/../../captures" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
passes=0

report() { # report OK NAME
    if [ "$1" -eq 0 ]; then
        passes=$((passes + 1))
    else
        failures=$((failures + 1))
        echo "not ok: $2"
        sed 's/^/    /' "$scratch/out" "$scratch/err" | head -n 12
    fi
}

# expect NAME STATUS STDERR_PATTERN ARGUMENT...: the status, and one line on standard error that matches
expect() {
    name=$1 status=$2 pattern=$3
    shift 3
    "$sniff" --quiet "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    got=$?
    ok=0
    [ "$got" -eq "$status" ] || ok=1
    if [ -n "$pattern" ]; then
        [ "$(wc -l <"$scratch/err")" -eq 1 ] && grep -qE "$pattern" "$scratch/err" || ok=1
    elif [ -s "$scratch/err" ]; then
        ok=1
    fi
    report "$ok" "$name (status $got)"
}

lines() { # lines NAME N: standard output of the last run has N lines
    ok=0
    [ "$(wc -l <"$scratch/out")" -eq "$2" ] || ok=1
    report "$ok" "$1 prints $2 lines"
}

ping=$captures/ping4.pcap

expect 'reads' 0 '' -r "$ping"
lines 'reads' 6
expect 'long spelling' 0 '' --read "$ping" --packets 2
lines '--packets' 2
expect 'skips and stops' 0 '' -r "$ping" --skip 2 -c 3
lines '--skip 2 -c 3' 3
expect 'counts' 0 '' -r "$ping" --count
grep -qx '6 packets' "$scratch/out"
report $? 'the count'
expect 'counts what is chosen' 0 '' -r "$ping" --count 'icmp[icmptype] = icmp-echo'
grep -qx '3 packets' "$scratch/out"
report $? 'the count of a filter'
expect 'no packet matches' 0 '' -r "$ping" tcp
lines 'no packet matches' 0

expect 'each packet at once' 0 '' -r "$ping" -U
lines 'each packet at once' 6

expect 'no input' 2 'no input: give a capture file with -r' -n
expect 'no such file' 2 'nowhere.pcap.*No such file' -r "$scratch/nowhere.pcap"
expect 'a directory' 2 'a directory' -r "$scratch"
: >"$scratch/empty.pcap"
expect 'an empty file' 2 'empty.pcap.*empty' -r "$scratch/empty.pcap"
echo 'this is no capture file, whatever its name says' >"$scratch/text.pcap"
expect 'no capture file' 2 'text.pcap' -r "$scratch/text.pcap"
expect 'nothing on standard input' 2 'standard input' -r -
expect 'a cut file' 2 'ping4-cut.pcap.*(byte|offset)' -r "$captures/ping4-cut.pcap"
head -c 30 "$ping" >"$scratch/cut-header.pcap"
expect 'a cut record header' 2 'cut-header.pcap' -r "$scratch/cut-header.pcap"
lines 'a cut record header' 0

expect 'a bad filter' 2 'syntax error' -r "$ping" icmp and and
expect 'an unknown option' 2 'option' -r "$ping" --frobnicate
expect 'a bad number' 2 "option -c: 'five'" -r "$ping" -c five
expect 'no packets at all' 2 "option -c: '0'" -r "$ping" -c 0
expect 'two outputs' 2 'exclude each other' -r "$ping" --json --count
expect 'an unknown field' 2 "'ip.sorce' is not the name of a field" -r "$ping" --fields ip.src,ip.sorce
expect 'an empty field' 2 "'' is not the name of a field" -r "$ping" --fields ip.src,,ip.dst
expect 'a long separator' 2 'option --separator' -r "$ping" --fields ip.src --separator ab
expect 'a link type of no name' 2 "option -y: 'NONSENSE'" -d -y NONSENSE icmp
expect 'a link type and a file' 2 'option -y' -r "$ping" -y EN10MB -d icmp
expect 'a missing filter file' 2 'nowhere: No such file' -r "$ping" -F "$scratch/nowhere"

printf 'icmp  # only these\n and src 192.0.2.1\n' >"$scratch/filter"
expect 'a filter file' 0 '' -r "$ping" -F "$scratch/filter"
lines 'a filter file' 3
expect 'a filter file and words' 2 'option -F' -r "$ping" -F "$scratch/filter" icmp

expect 'the compiled filter' 0 '' -ddd -y EN10MB ip
head -n 1 "$scratch/out" | grep -qx 4
report $? 'four instructions'

# Standard input, a pipe, and a pipe that pauses: lines come before the writer ends.
"$sniff" --quiet -r - <"$ping" >"$scratch/out" 2>"$scratch/err"
report $? 'a file on standard input'
lines 'a file on standard input' 6
mkfifo "$scratch/pipe"
"$sniff" --quiet -r - <"$scratch/pipe" >"$scratch/out" 2>"$scratch/err" &
reader=$!
exec 3>"$scratch/pipe"
head -c 138 "$ping" >&3
tries=0
until [ -s "$scratch/out" ] || [ $tries -ge 500 ]; do
    tries=$((tries + 1))
    sleep 0.02
done
lines 'a pipe that pauses' 1
tail -c +139 "$ping" >&3
exec 3>&-
wait "$reader"
report $? 'a pipe that ends'
lines 'a pipe that ends' 6

# A signal while it waits: what was read is shown, a line says that the rest is missing, and JSON has its summary.
mkfifo "$scratch/pipe2"
"$sniff" -r - --json <"$scratch/pipe2" >"$scratch/out" 2>"$scratch/err" &
reader=$!
exec 3>"$scratch/pipe2"
head -c 138 "$ping" >&3
tries=0
until [ "$(wc -l <"$scratch/out")" -ge 2 ] || [ $tries -ge 500 ]; do
    tries=$((tries + 1))
    sleep 0.02
done
kill -INT "$reader"
wait "$reader"
[ $? -eq 2 ] && tail -n 1 "$scratch/out" | grep -q '"type":"summary".*"interrupted":true' &&
    grep -q 'interrupted after 1 packet' "$scratch/err"
report $? 'an interrupted reading'
exec 3>&-

# JSON ends in its summary after every error.
for case in "$scratch/nowhere.pcap" "$captures/ping4-cut.pcap" "$scratch/empty.pcap"; do
    "$sniff" --quiet -r "$case" --json >"$scratch/out" 2>"$scratch/err"
    head -n 1 "$scratch/out" | grep -q '^{"type":"start","schema":"pkt.sniff/1"' &&
        tail -n 1 "$scratch/out" | grep -q '"type":"summary".*"complete":false.*"error":'
    report $? "JSON of $(basename "$case")"
done

# The opening line says which meaning the filter has.
"$sniff" -r "$ping" icmp 2>&1 >/dev/null | grep -q 'filter sees through VLAN tags'
report $? 'the meaning of a filter'
"$sniff" -r "$ping" --strict-filter icmp 2>&1 >/dev/null | grep -q "filter has tcpdump's meaning"
report $? 'the strict meaning of a filter'

echo "$passes passed, $failures failed"
[ "$failures" -eq 0 ]
