#!/bin/sh
# Writes captures/expected/ anew from the pktsniff given: scripts/expected.sh [PKTSNIFF] [CAPTURE...]
#
# The expectations of tests/replay. What this changes is the change in behaviour: read `git diff captures/expected`
# line by line before you commit it.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
sniff=${1:-$top/build/release/tools/pktsniff}
[ $# -eq 0 ] || shift
sniff=$(realpath "$sniff")
export TZ=UTC LC_ALL=C.UTF-8

cd "$top/captures"
mkdir -p expected
[ $# -gt 0 ] || set -- *.pcap*
record() { # record SUFFIX FILE OPTION...: both streams and the exit status
    suffix=$1 file=$2 status=0
    shift 2
    "$sniff" -r "$file" "$@" >"expected/$file.$suffix" 2>&1 || status=$?
    echo "exit status $status" >>"expected/$file.$suffix"
}

for file; do
    record txt "$file" -nvve -tttt --diag
    record json "$file" --json
done
