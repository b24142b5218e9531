#!/bin/sh
# The builders against scapy, a third voice beside libnet: the same packets by name, byte for byte, but for a table of those
# where scapy is known to build others.
set -u
/usr/bin/python3 -c 'import scapy.contrib.igmpv3' 2>/dev/null || { echo "skipped: scapy is not installed"; exit 77; }
exec /usr/bin/python3 "$(dirname "$0")/build_scapy.py"
