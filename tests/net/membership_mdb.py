# What `bridge -d -j mdb show` says of one group: filter mode, and sources in order.
import ipaddress
import json
import sys

for entry in [e for part in json.load(sys.stdin) for e in part.get("mdb", [])]:
    if entry["grp"] == sys.argv[1] and "src" not in entry:
        sources = sorted((s["address"] for s in entry.get("source_list", [])), key=ipaddress.ip_address)
        print(entry.get("filter_mode"), ",".join(sources))
