#!/bin/sh
# What pktsend writes for descriptions in its language, read by tshark: no malformed packet, fields as asked.
set -u
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
exec python3 "$(dirname "$0")/send_language.py" "$(dirname "$0")/send_language.txt" "$PKT_BINARY_DIR/tools/pktsend" "$@"
