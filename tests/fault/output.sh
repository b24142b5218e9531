#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# output.sh COMMAND [ARGUMENT...]: no tool loses output silently.
#
# The command must print something to standard output and end with 0. It is run with its standard output a full
# device, closed, a closed pipe, beyond a size limit and on a full disk; each must give exit status 2 and one line on
# standard error that names standard output, except the closed pipe: silent, SIGPIPE's status.

set -u

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
    echo "FAIL: $*" >&2
    sed 's/^/    /' "$work/errors" >&2
    failed=1
}

# must_be_said WHAT STATUS: the status is 2 and standard error names the place
must_be_said()
{
    [ "$2" -eq 2 ] || fail "$1: exit status $2 instead of 2"
    [ "$(grep -c 'standard output: ' "$work/errors")" -eq 1 ] || fail "$1: not said in one line"
}

"$@" >"$work/output" 2>"$work/errors"
status=$?
if [ $status -eq 2 ] && grep -q 'ping_group_range' "$work/errors"; then
    echo "skipped: echo requests are not permitted here"
    exit 77
fi
[ $status -eq 0 ] || fail "the command itself: exit status $status"
size=$(wc -c <"$work/output")
[ "$size" -gt 0 ] || fail "the command prints nothing, so nothing can be tested"

"$@" >/dev/full 2>"$work/errors"
must_be_said "full device" $?

"$@" >&- 2>"$work/errors"
must_be_said "closed standard output" $?

# Half of what it prints, in the shell's unit of 512 bytes; standard error goes through a pipe, which has no limit.
limit=$((size / 1024))
if [ "$limit" -gt 0 ]; then
    { (
        ulimit -f "$limit"
        "$@" >"$work/limited"
        echo $? >&3
    ) 2>&1 | cat >"$work/errors"; } 3>"$work/status"
    must_be_said "size limit" "$(cat "$work/status")"
fi

# The reader is gone before the first byte: the writer starts when the pipe has no other end.
mkfifo "$work/pipe"
(
    exec 3<>"$work/pipe"
    exec 4>"$work/pipe" 3<&-
    "$@" >&4 2>"$work/errors"
)
status=$?
[ "$status" -eq 141 ] || fail "closed pipe: exit status $status instead of 141"
[ ! -s "$work/errors" ] || fail "closed pipe: not silent"

# A disk of one page, which only this command sees; with a network of its own, whose sockets it may open.
if [ "$size" -gt 4096 ]; then
    mkdir -p "$work/disk"
    unshare --mount --net --map-root-user sh -c '
        ip link set lo up 2>/dev/null
        mount -t tmpfs -o size=4096 none "$0" 2>/dev/null || exit 77
        exec "$@" >"$0/output"' "$work/disk" "$@" 2>"$work/errors"
    status=$?
    if [ "$status" -eq 77 ] || grep -q '^unshare: ' "$work/errors"; then
        echo "full disk: not tested, no permission to mount" >&2
    else
        must_be_said "full disk" "$status"
    fi
fi

exit "$failed"
