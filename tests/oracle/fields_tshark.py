#!/usr/bin/env python3
"""Compares pktsniff --fields with tshark -T fields; see fields_tshark.sh.

Arguments restrict the captures to those whose names contain one of them; the check for stale lines is then off.
"""

import concurrent.futures
import fnmatch
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("PKT_SOURCE_DIR", ".")
BINARY = os.environ.get("PKT_BINARY_DIR", "build/dev")
SNIFF = os.path.join(BINARY, "tools", "pktsniff")
LIST = os.path.join(os.environ.get("PKT_ORACLE_DIR", os.path.join(BINARY, "tests", "oracle")), "helper_fields")
TABLE = os.path.join(SOURCE, "tests", "oracle", "field_divergences.txt")
CHUNK = 200  # names that one run of pktsniff takes

# Only what this library decodes: what tshark's other dissectors make of the payload is not compared.
PROTOCOLS = set(
    "frame eth ethertype vlan ieee8021ad llc null sll raw raw_ip ppp arp rarp ip ipv6 ipv6.hopopts ipv6.routing "
    "ipv6.fraghdr ipv6.dstopts ah esp icmp icmpv6 igmp udp tcp gre vxlan data".split()
)
PROTOCOL_PREFIXES = ("tcp.options", "ip.options", "_ws", "ipv6.routing")

# Checksums are looked at; every frame is read for itself; the last four bytes of a frame are not guessed to be an FCS.
PREFERENCES = [
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
    "eth.fcs:Never",
]


def output(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, **more).stdout


def lines(text):
    return text.decode("utf-8", "replace").split("\n")[:-1]


class Divergence:
    """A line of the table: field, capture (and packets), condition, kind, reason."""

    def __init__(self, number, text):
        self.number = number
        self.used = False
        self.field, self.capture, self.when, self.kind, self.reason = text.split(None, 4)

    def explains(self, field, capture, conditions, theirs, ours):
        name, _, packet = self.capture.partition("#")
        if not fnmatch.fnmatchcase(field, self.field) or not fnmatch.fnmatchcase(capture, name):
            return False
        if packet and conditions["frame.number"] not in packet.split(","):
            return False
        if self.when != "-" and conditions.get(self.when, "") == "":
            return False
        joint = ":" if field == "frame.protocols" else ","
        return fits(self.kind, theirs.split(joint) if theirs else [], ours.split(joint) if ours else [])


def is_subsequence(short, long):
    rest = iter(long)
    return all(item in rest for item in short)


def fits(kind, theirs, ours):
    """Whether the cells differ in the way that kind says."""
    if kind == "*":
        return True
    if kind == "more":
        return is_subsequence(theirs, ours)
    if kind == "fewer":
        return is_subsequence(ours, theirs)
    changes = [tuple(change.split(">")) for change in kind.split("|")]
    return len(theirs) == len(ours) and all(pair[0] == pair[1] or pair in changes for pair in zip(theirs, ours))


def read_table():
    with open(TABLE, encoding="utf-8") as table:
        return [Divergence(i, line) for i, line in enumerate(table, 1) if line.strip() and not line.startswith("#")]


def known_names():
    """Fields that tshark knows, with their types."""
    known = {}
    for line in lines(output(["tshark", "-G", "fields"])):
        cells = line.split("\t")
        if cells[0] == "F":
            known[cells[2]] = cells[3]
    return known


def write_profile(directory):
    """A configuration that turns off all protocols but ours."""
    protocols = [line.split("\t")[2] for line in lines(output(["tshark", "-G", "protocols"]))]
    with open(os.path.join(directory, "disabled_protos"), "w", encoding="utf-8") as off:
        for name in protocols:
            if name not in PROTOCOLS and not name.startswith(PROTOCOL_PREFIXES):
                off.write(name + "\n")


def tshark_cells(capture, names, directory):
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "separator=/t"]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for name in names:
        command += ["-e", name]
    rows = [line.split("\t") for line in lines(output(command, env={**os.environ, "WIRESHARK_CONFIG_DIR": directory}))]
    # Blocks of a pcapng file that are no packets are rows as well: they have no length on the wire.
    return [row for row in rows if row[names.index("frame.encap_type")] != ""]


def sniff_cells(capture, names):
    columns = []
    for i in range(0, len(names), CHUNK):
        rows = lines(output([SNIFF, "-r", capture, "--fields", ",".join(names[i : i + CHUNK])]))
        columns.append([row.split("\t") for row in rows])
    return [sum(parts, []) for parts in zip(*columns)]


def compare(capture, names, extra, table, directory):
    """Differences that no line of the table explains, the count of cells, and the lines that explained one."""
    theirs = tshark_cells(capture, names + extra, directory)
    ours = sniff_cells(capture, names)
    base = os.path.basename(capture)
    if len(theirs) != len(ours):
        return [f"{base}: tshark shows {len(theirs)} packets, pktsniff {len(ours)}"], 0, set()
    found, cells, used = [], 0, set()
    for number, (a, b) in enumerate(zip(theirs, ours), 1):
        conditions = dict(zip(names + extra, a))
        conditions.update({"quoted": "yes" if is_error(conditions) else ""})
        for name, x, y in zip(names, a, b):
            cells += x != ""
            if x == y:
                continue
            reason = next((d for d in table if d.explains(name, base, conditions, x, y)), None)
            if reason is None:
                found.append(f"{base} packet {number} {name}: tshark '{x}' pktsniff '{y}'")
            else:
                used.add(reason.number)
    return found, cells, used


def is_error(conditions):
    """Whether the packet holds an ICMP error, which quotes another packet."""
    v4 = {"3", "4", "5", "11", "12"} & set(conditions["icmp.type"].split(","))
    v6 = {"1", "2", "3", "4"} & set(conditions["icmpv6.type"].split(","))
    return bool(v4 or v6)


def check_names(registry, known):
    """Names and types of the registry against tshark's."""
    types = {
        "uint": {"FT_UINT8", "FT_UINT16", "FT_UINT24", "FT_UINT32", "FT_UINT40", "FT_UINT64", "FT_INT32"},
        "int": {"FT_INT32"},
        "bool": {"FT_BOOLEAN", "FT_UINT16"},  # ieee8021ad.dei is one bit, and called an integer
        "ip4": {"FT_IPv4"},
        "ip6": {"FT_IPv6"},
        "mac": {"FT_ETHER"},
        "bytes": {"FT_BYTES"},
        "string": {"FT_STRING"},
        "time": {"FT_RELATIVE_TIME", "FT_ABSOLUTE_TIME"},
        "checksum": {"FT_UINT8"},
        "protocols": {"FT_STRING"},
        "link": {"FT_BYTES"},
    }
    wrong = []
    for name, kind in registry:
        if name.startswith("pkt."):
            if name[4:] in known:
                wrong.append(f"{name}: Wireshark has {name[4:]}")
        elif name not in known:
            wrong.append(f"{name}: Wireshark has no such field")
        elif known[name] not in types[kind]:
            wrong.append(f"{name}: {kind} here, {known[name]} there")
    return wrong


def main():
    registry = [tuple(line.split("\t")[:2]) for line in lines(output([LIST]))]
    known = known_names()
    failures = check_names(registry, known)
    names = list(dict.fromkeys(name for name, _ in registry if name in known))
    table = read_table()
    extra = [x for x in dict.fromkeys([d.when for d in table] + ["frame.encap_type"]) if (x in known or x.startswith("_ws.")) and x not in names]
    directory = os.path.join(SOURCE, "captures")
    captures = sorted(os.path.join(directory, f) for f in os.listdir(directory) if ".pcap" in f)
    if sys.argv[1:]:
        captures = [c for c in captures if any(part in os.path.basename(c) for part in sys.argv[1:])]
    cells, used = 0, set()
    with tempfile.TemporaryDirectory() as profile, concurrent.futures.ThreadPoolExecutor(2) as pool:
        write_profile(profile)
        jobs = [pool.submit(compare, c, names, extra, table, profile) for c in captures]
        for job in jobs:
            found, count, explained = job.result()
            failures += found
            cells += count
            used |= explained
    if not sys.argv[1:]:
        failures += [f"{TABLE}:{d.number}: explains nothing any more: {d.field} {d.capture}" for d in table if d.number not in used]
    print(f"{len(names)} fields of {len({n for n, _ in registry})}, {len(captures)} captures, {cells} cells of tshark")
    print("\n".join(failures[: int(os.environ.get("PKT_ORACLE_SHOWN", "40"))]))
    print(f"{len(failures)} differences without a reason")
    return 1 if failures or cells == 0 else 0


sys.exit(main())
