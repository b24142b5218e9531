#!/bin/sh
# pktsend --rewrite: what it makes equals what is built so from the start; tshark finds each checksum of every capture as right or as
# wrong as before; tcprewrite does the same where it does the same.
set -u
for program in tshark mergecap python3; do
    command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
exec python3 "$(dirname "$0")/send_rewrite.py" "$PKT_BINARY_DIR/tools/pktsend" "$PKT_SOURCE_DIR/captures" "$@"
