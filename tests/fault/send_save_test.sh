#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# send_save_test.sh PKTSEND PKTSNIFF: pktsend --save never ends with 0 when packets are lost, says how many are saved, and
# leaves as many behind, whole.

set -u -o pipefail

send=$1
sniff=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
packets='eth src=02:00:00:00:00:01 dst=02:00:00:00:00:02 / ip src=192.0.2.1 dst=192.0.2.2 / udp dport=1..2000 / "hello"'

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

# held FILE: how many packets it has; of a compressed file that a full disk ended the reader says that it is cut short
held() {
    "$sniff" --quiet -r "$1" --fields frame.number 2>"$work/reading" | wc -l
}

# save FILE: its exit status in $status, standard error in $work/errors, the count of the error in $said
save() {
    "$send" "$packets" --save "$1" 2>"$work/errors"
    status=$?
    said=$(sed -n 's/.*; \([0-9]*\) packets\{0,1\} \(is\|are\) saved.*/\1/p' "$work/errors")
}

for suffix in pcap pcapng pcap.gz pcapng.zst; do
    save "$work/whole.$suffix"
    [ "$status" -eq 0 ] || fail "$suffix: exit status $status: $(cat "$work/errors")"
    [ "$(held "$work/whole.$suffix")" -eq 2000 ] || fail "$suffix: not all packets: $(cat "$work/reading")"
    [ ! -s "$work/reading" ] || fail "$suffix: $(cat "$work/reading")"

    ln -sf /dev/full "$work/full.$suffix"
    save "$work/full.$suffix"
    { [ "$status" -eq 2 ] && [ "$said" = 0 ]; } || fail "full device, $suffix: $status: $(cat "$work/errors")"

    # In the shell's unit of 512 or 1024 bytes; standard error is a pipe, which has no limit.
    for blocks in 1 3 20 90; do
        out=$work/limited.$suffix
        rm -f "$out"
        {
            ulimit -f "$blocks"
            "$send" "$packets" --save "$out"
            echo "status $?" >&2
        } 2> >(cat >"$work/errors") &
        wait $!
        for _ in $(seq 200); do grep -q '^status' "$work/errors" && break; sleep 0.02; done
        [ "$(wc -c <"$out")" -le $((blocks * 1024)) ] || fail "limit of $blocks, $suffix: the limit does not work"
        if [ "$(held "$out")" -eq 2000 ]; then # it fits
            grep -qx 'status 0' "$work/errors" || fail "limit of $blocks, $suffix: whole, but $(cat "$work/errors")"
            continue
        fi
        said=$(sed -n 's/.*; \([0-9]*\) packets\{0,1\} \(is\|are\) saved.*/\1/p' "$work/errors")
        grep -qx 'status 2' "$work/errors" || fail "limit of $blocks, $suffix: $(cat "$work/errors")"
        [ "$(held "$out")" = "$said" ] || fail "limit of $blocks, $suffix: $(held "$out") packets, but '$said' are said"
        case $suffix in
        pcap | pcapng) [ ! -s "$out" ] || [ ! -s "$work/reading" ] || fail "$suffix: not whole: $(cat "$work/reading")" ;;
        esac
    done
done

exit "$failed"
