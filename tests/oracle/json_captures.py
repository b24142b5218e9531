#!/usr/bin/env python3
"""Checks pktsniff --json over captures/; see json_captures.sh."""

import collections
import json
import os
import subprocess
import sys

SOURCE = os.environ.get("PKT_SOURCE_DIR", ".")
BINARY = os.environ.get("PKT_BINARY_DIR", "build/dev")
SNIFF = os.path.join(BINARY, "tools", "pktsniff")
LIST = os.path.join(os.environ.get("PKT_ORACLE_DIR", os.path.join(BINARY, "tests", "oracle")), "helper_fields")
CHUNK = 200  # names that one run of pktsniff takes
PACKET_KEYS = ["type", "number", "len", "caplen", "linktype", "diagnoses"]


def lines(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.split(b"\n")[:-1]


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice: {keys}")
    return dict(pairs)


def count_leaves(value, counts):
    """Values under each key, objects and arrays left out."""
    if isinstance(value, list):
        for item in value:
            count_leaves(item, counts)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(item, (dict, list)):
                counts[key] += 1
                if isinstance(item, (int, float)) and abs(item) > 2**53:
                    raise ValueError(f"{key}: {item} is beyond 2^53")
            count_leaves(item, counts)
    return counts


def layers_of(packet):
    """The packet without what stands around its layers."""
    outside = {"type", "number", "ts", "ts_s", "ts_ns", "len", "caplen", "linktype", "interface_id", "diagnoses"}
    outside |= {"diagnoses_lost", "direction", "drop_count", "comments"}
    return {key: value for key, value in packet.items() if key not in outside}


def cells(capture, names):
    """Occurrences of each name in each packet, by number."""
    found = collections.defaultdict(dict)
    for i in range(0, len(names), CHUNK):
        part = names[i : i + CHUNK]
        for line in lines([SNIFF, "-r", capture, "--fields", ",".join(["frame.number"] + part)]):
            number, *values = line.split(b"\t")
            found[int(number)].update({n: v.count(b",") + 1 if v else 0 for n, v in zip(part, values)})
    return found


def check(capture, rows):
    base = os.path.basename(capture)
    objects = [json.loads(line, object_pairs_hook=unique) for line in lines([SNIFF, "-r", capture, "--json"])]
    if objects[0]["type"] != "start" or objects[-1]["type"] != "summary":
        raise ValueError(f"{base}: begins with {objects[0]['type']}, ends with {objects[-1]['type']}")
    packets = [o for o in objects if o["type"] == "packet"]
    names = sorted({name for name, _ in rows})
    occurrences = cells(capture, names)
    if sorted(occurrences) != [p["number"] for p in packets]:
        raise ValueError(f"{base}: other packets than --fields")
    for packet in packets:
        missing = [key for key in PACKET_KEYS if key not in packet]
        leaves = count_leaves(layers_of(packet), collections.Counter())
        expected = collections.Counter()
        for name, short_name in set(rows):
            expected[short_name] += occurrences[packet["number"]][name]
        wrong = [f"{k}: {leaves[k]} in JSON, {n} in cells" for k, n in expected.items() if leaves[k] != n]
        if missing or wrong:
            raise ValueError(f"{base} packet {packet['number']}: lacks {missing}; {'; '.join(wrong)}")
    return len(packets)


def main():
    rows = set()
    never = set()
    for line in lines([LIST]):
        name, _, short_name, presence = line.decode().split("\t")
        if presence == "always" and not name.startswith(("frame.", "pkt.frame.")):
            rows.add((name, short_name))
        if presence == "never":
            never.add(name)
    # A name with hidden places as well (icmp.unused) has more occurrences in cells than in JSON.
    mixed = {short_name for name, short_name in rows if name in never}
    rows = [row for row in rows if row[1] not in mixed]
    directory = os.path.join(SOURCE, "captures")
    captures = sorted(os.path.join(directory, f) for f in os.listdir(directory) if ".pcap" in f)
    if sys.argv[1:]:
        captures = [c for c in captures if any(part in os.path.basename(c) for part in sys.argv[1:])]
    packets = sum(check(capture, rows) for capture in captures)
    print(f"{packets} packets of {len(captures)} captures")
    return 0 if packets > 0 else 1


sys.exit(main())
