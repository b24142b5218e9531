#!/bin/sh
# What pktsend's language makes, read by tshark: no malformed packet, fields as asked.
set -u
command -v tshark >/dev/null || { echo "skipped: no tshark"; exit 77; }
exec python3 "$PKT_SOURCE_DIR/tests/oracle/send_language.py" "$PKT_SOURCE_DIR/tests/oracle/send_language.txt" \
    "$PKT_ORACLE_DIR/helper_language" "$@"
