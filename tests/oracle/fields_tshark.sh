#!/bin/sh
# Every field of the registry that tshark knows, in every packet of captures/: the cells of `pktsniff --fields` against
# those of `tshark -T fields`, checksum states included. What differs stands with its reason in field_divergences.txt,
# and a line there that explains nothing fails, too.
set -u
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
exec python3 "$(dirname "$0")/fields_tshark.py" "$@"
