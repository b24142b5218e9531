#!/bin/sh
# What savers write, block by block as Wireshark dissects it; files of many buffers; conversions of every capture that a
# peer reads, those of several interfaces and orders among them.
set -u
for tool in python3 tshark capinfos tcpdump gzip zstd; do
    command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
exec python3 "$(dirname "$0")/saver_blocks.py" "$@"
