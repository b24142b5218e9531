#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ping_output_test.sh PKTPING: no shape of pktping's output is lost in silence, and none can hang.
#
# Each goes to a full device, to a closed standard output and into a pipe that nobody reads any more: status 2 and one line that
# says so, or the death by SIGPIPE; also of runs that would never end by themselves. While a reader sleeps, a signal ends the run.

set -u
pktping=$1
if [ -z "${PING_OUTPUT_INSIDE-}" ]; then
    unshare --net --map-root-user ip link set lo up 2>/dev/null || {
        echo 'SKIP: no network namespaces can be made here'
        exit 77
    }
    PING_OUTPUT_INSIDE=1 exec unshare --net --map-root-user "$0" "$@"
fi
ip link set lo up
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkfifo "$work/pipe"

fail() {
    echo "FAIL: pktping $*: $(cat "$work/errors")" >&2
    exit 1
}

# ends STATUS ARGUMENT...: with the standard output of the caller. The shell must not see how it died.
ends() {
    local wanted=$1 status=0
    shift
    timeout --foreground 20 "$pktping" "$@" 2>"$work/errors" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: status $status instead of $wanted"
}

says_so() {
    [ "$(grep -c 'standard output: ' "$work/errors")" -eq 1 ] || fail "$*: not said in one line"
}

lost() {
    ends 2 "$@" >/dev/full
    says_so "$@"
    ends 2 "$@" >&-
    says_so "$@"
    # The reader is gone before the first byte: the writer starts when the pipe has no other end.
    (
        exec 3<>"$work/pipe"
        exec 4>"$work/pipe" 3<&-
        ends 141 "$@" >&4
    ) || exit 1
}

# A sleeping reader; a signal ends the process, though the run cannot be ended by it.
stuck() {
    local signal=$1 number=$2 status=0 reader writer state=''
    shift 2
    # shellcheck disable=SC2217 # to hold it open, and not to read, is the task
    sleep 60 <"$work/pipe" &
    reader=$!
    env --default-signal "$pktping" "$@" >"$work/pipe" 2>"$work/errors" </dev/null &
    writer=$!
    # Its output waits for room: it sends no more.
    until [ "$state" = "$(sent)" ] && [ "$state" -gt 100 ]; do
        state=$(sent)
        sleep 1
        kill -0 "$writer" 2>/dev/null || fail "$*: ended by itself"
    done
    kill "-$signal" "$writer"
    wait "$writer" || status=$?
    kill "$reader"
    [ "$status" -eq $((128 + number)) ] || fail "$*: status $status after SIG$signal"
}

# Echoes so far.
sent() {
    awk '/^Icmp:/ && !names { names = split($0, name); next } /^Icmp:/ { for (i = 2; i <= NF; i++) if (name[i] == "OutEchos") print $i }' \
        /proc/net/snmp
}

ends 0 -c 1 --save "$work/saved.pcapng" 127.0.0.1 >/dev/null
lost -c 3 -i 5ms 127.0.0.1
lost -q -c 2 -i 5ms ::1
lost --json -c 3 -i 5ms 127.0.0.1
lost 127.0.0.0/29
lost --json 127.0.0.0/29
lost --alive 127.0.0.0/29
lost --unreachable -W 50ms 192.0.2.1 127.0.0.1 -c 1
lost --json -c 1 host.invalid
lost --json --arp -I lo 127.0.0.2
lost --pmtu 127.0.0.1
lost --json --pmtu 127.0.0.1
lost --read "$work/saved.pcapng"
lost --json --read "$work/saved.pcapng"
lost -c 3 -i 5ms --histogram 127.0.0.1
# These have no end of their own.
lost -i 5ms 127.0.0.1
lost -f 127.0.0.1
lost -q --report-every 10ms -i 5ms 127.0.0.1
lost --json -i 5ms 127.0.0.1 ::1
lost --json --loop -i 5ms 127.0.0.0/29
stuck INT 2 --json -f 127.0.0.1
stuck TERM 15 -v -f 127.0.0.1
# Nothing to print, so nothing is lost.
ends 0 --unreachable 127.0.0.0/30 >/dev/full
