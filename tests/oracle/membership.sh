#!/bin/sh
# Membership messages made up at random, built by the library, read by tshark and (IGMPv3) by scapy: no packet malformed,
# each value as asked for, the records and sources of split messages complete.
set -u
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; exit 77; }
/usr/bin/python3 -c 'import scapy.contrib.igmpv3' 2>/dev/null || { echo "skipped: scapy is not installed"; exit 77; }
exec /usr/bin/python3 "$(dirname "$0")/membership.py"
