#!/bin/sh
# What savers write, read by others: by tshark and capinfos with every detail, by tcpdump packet for packet; and
# copies of all captures, byte for byte.
set -u
for tool in python3 tshark capinfos tcpdump gzip zstd; do
    command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
exec python3 "$(dirname "$0")/saver.py" "$@"
