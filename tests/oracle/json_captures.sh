#!/bin/sh
# pktsniff --json over all captures: valid JSON without a key twice, numbers that every reader holds, one object a
# packet between start and summary, and in each packet as many values of every name as pktsniff --fields prints.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
exec python3 "$(dirname "$0")/json_captures.py" "$@"
