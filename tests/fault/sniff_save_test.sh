#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sniff_save_test.sh PKTSNIFF: pktsniff -w never ends with 0 when packets are lost, says how many are saved, and leaves
# whole records behind; it does not write over what it reads.

set -u -o pipefail

sniff=$1
captures=$PKT_SOURCE_DIR/captures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

# status COMMAND...: runs it; its exit status in $status, standard error in $work/errors
run() {
    "$@" 2>"$work/errors"
    status=$?
}

# said_packets: the number that the error states
said_packets() {
    sed -n 's/.*; \([0-9]*\) packets\{0,1\} \(is\|are\) saved.*/\1/p' "$work/errors"
}

# must_be_exact WHAT FILE: exit status 2, one error line, and the file holds exactly as many packets as it states
must_be_exact() {
    [ "$status" -eq 2 ] || fail "$1: exit status $status instead of 2"
    [ "$(wc -l <"$work/errors")" -eq 1 ] || fail "$1: not said in one line: $(cat "$work/errors")"
    said=$(said_packets)
    [ -n "$said" ] || fail "$1: no count in: $(cat "$work/errors")"
    [ -s "$2" ] || { [ "$said" -eq 0 ] || fail "$1: nothing is there, but $said packets are claimed"; return; }
    held=$("$sniff" --quiet -r "$2" --count 2>"$work/reading" | tr -dc 0-9) || fail "$1: not whole: $(cat "$work/reading")"
    [ "$held" -eq "$said" ] || fail "$1: $held packets instead of $said"
}

# A capture of more than 64 KiB, of two kinds.
big=$work/big.pcap
{
    head -c 24 "$captures/icmp6-all-codes.pcap"
    for _ in $(seq 24); do tail -c +25 "$captures/icmp6-all-codes.pcap"; done
} >"$big"
[ "$(wc -c <"$big")" -gt 70000 ] || fail 'the input is too small to test with'
run "$sniff" --quiet -r "$big" -w "$work/big.pcapng"
[ "$status" -eq 0 ] || fail "conversion: $(cat "$work/errors")"

# A full device.
for name in "$big" "$work/big.pcapng"; do
    ln -sf /dev/full "$work/full.${name##*.}"
    run "$sniff" --quiet -r "$name" -w "$work/full.${name##*.}"
    [ "$status" -eq 2 ] || fail "full device: exit status $status instead of 2"
    [ "$(said_packets)" = 0 ] || fail "full device: $(cat "$work/errors")"
    run "$sniff" --quiet -r "$name" -w - >/dev/full
    [ "$status" -eq 2 ] || fail "full standard output: exit status $status instead of 2"
done
run "$sniff" --quiet -r "$big" -w "$work/full.pcap" --json >"$work/json"
[ "$status" -eq 2 ] || fail "full device, --json: exit status $status instead of 2"
tail -n 1 "$work/json" | grep -q '"type":"summary".*"saved":0,"complete":false.*"error":' ||
    fail "full device, --json: $(tail -n 1 "$work/json")"

# A size limit, in the shell's unit of 512 or 1024 bytes; standard error is a pipe, which has none.
for suffix in pcap pcapng; do
    for blocks in 1 5 33 60; do
        out=$work/limited.$suffix
        (ulimit -f "$blocks" && exec "$sniff" --quiet -r "$work/big.$suffix" -w "$out" 2> >(cat >"$work/errors"))
        status=$?
        for _ in $(seq 100); do grep -q saved "$work/errors" && break; sleep 0.05; done
        must_be_exact "limit of $blocks blocks, $suffix" "$out"
    done
done

# A real disk that is full, which only these commands see.
mkdir "$work/disk"
if unshare --mount --map-root-user mount -t tmpfs -o size=4096 none "$work/disk" 2>/dev/null; then
    for size in 4096 8192 20480 61440; do
        for suffix in pcap pcapng; do
            unshare --mount --map-root-user sh -c 'mount -t tmpfs -o size='"$size"' none "$1/disk"
                "$2" --quiet -r "$1/big.$3" -w "$1/disk/out.$3" 2>"$1/errors"
                status=$?
                cp "$1/disk/out.$3" "$1/out.$3"
                exit $status' - "$work" "$sniff" "$suffix"
            status=$?
            must_be_exact "disk of $size bytes, $suffix" "$work/out.$suffix"
        done
    done
else
    echo 'full disk: not tested, no permission to mount' >&2
fi

# A closed pipe: silent, SIGPIPE's status.
mkfifo "$work/pipe"
(
    exec 3<>"$work/pipe"
    exec 4>"$work/pipe" 3<&-
    "$sniff" --quiet -r "$big" -w - >&4 2>"$work/errors"
)
status=$?
[ "$status" -eq 141 ] || fail "closed pipe: exit status $status instead of 141"
[ ! -s "$work/errors" ] || fail "closed pipe: not silent: $(cat "$work/errors")"

# A named pipe and standard output carry the whole file.
cat "$work/pipe" >"$work/through" &
run "$sniff" --quiet -r "$big" -w "$work/pipe"
wait $!
{ [ "$status" -eq 0 ] && cmp -s "$big" "$work/through"; } || fail "named pipe: exit status $status"
run "$sniff" --quiet -r "$big" -w /dev/stdout >"$work/through"
{ [ "$status" -eq 0 ] && cmp -s "$big" "$work/through"; } || fail "/dev/stdout: exit status $status"
run "$sniff" --quiet -r "$big" -w - >"$work/through"
{ [ "$status" -eq 0 ] && cmp -s "$big" "$work/through"; } || fail "standard output: exit status $status"
run "$sniff" --quiet -r "$work/big.pcapng" -w -.pcapng.gz >"$work/through"
{ [ "$status" -eq 0 ] && zcat "$work/through" | cmp -s - "$work/big.pcapng"; } || fail "-.pcapng.gz: $status"

# The file that is read, by any name, stays as it is.
cp "$big" "$work/same.pcap"
ln "$work/same.pcap" "$work/hard.pcap"
ln -s same.pcap "$work/soft.pcap"
for name in same hard soft; do
    run "$sniff" --quiet -r "$work/same.pcap" -w "$work/$name.pcap" icmp6
    [ "$status" -eq 2 ] || fail "over itself ($name): exit status $status instead of 2"
    grep -q 'is being read' "$work/errors" || fail "over itself ($name): $(cat "$work/errors")"
done
run "$sniff" --quiet -r - -w "$work/same.pcap" <"$work/same.pcap"
[ "$status" -eq 2 ] || fail "over standard input: exit status $status instead of 2"
run "$sniff" --quiet -r "$work/same.pcap" -w - >>"$work/same.pcap"
[ "$status" -eq 2 ] || fail "behind itself: exit status $status instead of 2"
cmp -s "$big" "$work/same.pcap" || fail 'the file that was read has changed'

# What cannot begin leaves the file as it was; the mode of a new one is the umask's.
echo kept >"$work/kept.pcap"
run "$sniff" --quiet -r "$big" -w "$work/kept.pcap" 'no filter at all'
[ "$status" -eq 2 ] && [ "$(cat "$work/kept.pcap")" = kept ] || fail 'a wrong filter emptied the file'
run "$sniff" --quiet -r "$big" -w "$work/missing/x.pcap"
[ "$status" -eq 2 ] || fail "missing directory: exit status $status"
(umask 027 && "$sniff" --quiet -r "$big" -w "$work/mode.pcap" && [ "$(stat -c %a "$work/mode.pcap")" = 640 ]) ||
    fail 'mode of a new file'

# A terminal gets no capture.
if command -v script >/dev/null; then
    script -qec "$sniff --quiet -r $big -w -" /dev/null </dev/null >"$work/terminal"
    status=$?
    { [ "$status" -eq 2 ] && grep -q 'a terminal' "$work/terminal"; } || fail "terminal: exit status $status"
fi

exit "$failed"
