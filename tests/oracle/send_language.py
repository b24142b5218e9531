#!/usr/bin/env python3
"""Reads with tshark what descriptions of packets make; see send_language.txt for the format, send_language.sh to run it.

usage: send_language.py TABLE PKTSEND [PART_OF_A_DESCRIPTION]
"""

import os
import struct
import subprocess
import sys
import tempfile

# Every frame is read for itself, and every checksum is looked at.
PREFERENCES = [
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "eth.fcs:Never",
    "icmp.favor_icmp_mpls:TRUE",  # else a long quotation hides the extension
]
CHECKSUMS = ["ip", "udp", "tcp", "icmp", "icmpv6", "igmp", "gre"]
BAD = "0"


class Case:
    """A description, its expectations, and the packets that it made."""

    def __init__(self, text):
        self.text = text
        self.fields = {}
        self.faults = []
        self.packets = []  # (linktype, bytes)


def read_table(path):
    cases = []
    with open(path) as file:
        for line in file.read().split("\n"):
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith(" "):
                cases.append(Case(line))
                continue
            name, *values = line.split()
            if name == "faults":
                cases[-1].faults = values
            else:
                cases[-1].fields[name] = values
    return cases


def read_pcap(data):
    linktype, off, packets = struct.unpack_from("=I", data, 20)[0], 24, []
    while off < len(data):
        length = struct.unpack_from("=I", data, off + 8)[0]
        packets.append((linktype, data[off + 16 : off + 16 + length]))
        off += 16 + length
    return packets


def make_packets(pktsend, case, path):
    command = [pktsend, "--quiet", "--save", path, case.text]
    made = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode != 0:
        raise SystemExit("not ok: %s: %s" % (case.text, made.stdout))
    with open(path, "rb") as file:
        case.packets = read_pcap(file.read())


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("=II", kind, len(body) + 12) + body + struct.pack("=I", len(body) + 12)


def write_pcapng(path, packets):
    """One file for all link types, so that tshark starts once."""
    linktypes = sorted({linktype for linktype, _ in packets})
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("=IHHq", 0x1A2B3C4D, 1, 0, -1)))
        for linktype in linktypes:
            file.write(block(1, struct.pack("=HHI", linktype, 0, 0)))
        for number, (linktype, data) in enumerate(packets):
            head = struct.pack("=IIIII", linktypes.index(linktype), 0, number, len(data), len(data))
            file.write(block(6, head + data))


def read_fields(path, names):
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for name in names:
        command += ["-e", name]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit("tshark: " + run.stderr)
    return [dict(zip(names, line.split("|"))) for line in run.stdout.split("\n")[:-1]]


def faults_of(case, rows):
    """Malformed packets, and checksums whose state is not the one that was asked for."""
    for number, row in enumerate(rows, 1):
        if row["_ws.malformed"] != "":
            yield "packet %d is malformed" % number
        for protocol in CHECKSUMS:
            is_bad = BAD in row[protocol + ".checksum.status"].split(",")
            if is_bad != (protocol in case.faults):
                yield "packet %d: the checksum of %s is %s" % (number, protocol, "wrong" if is_bad else "right")


def differences(case, rows):
    yield from faults_of(case, rows)
    for name, values in case.fields.items():
        got = [row[name] or "-" for row in rows]
        if got != values:
            yield "%s is %s, expected %s" % (name, " ".join(got), " ".join(values))


def main():
    table, pktsend = sys.argv[1], sys.argv[2]
    cases = [case for case in read_table(table) if all(part in case.text for part in sys.argv[3:])]
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "packets.pcap")
        for case in cases:
            make_packets(pktsend, case, path)
        names = sorted({name for case in cases for name in case.fields} | {"_ws.malformed"})
        names += sorted({protocol + ".checksum.status" for protocol in CHECKSUMS} - set(names))
        write_pcapng(path, [packet for case in cases for packet in case.packets])
        rows = read_fields(path, names)
    failed = 0
    for case in cases:
        own, rows = rows[: len(case.packets)], rows[len(case.packets) :]
        problems = list(differences(case, own))
        failed += bool(problems)
        for problem in problems:
            print("not ok: %s: %s" % (case.text, problem))
    print("%d descriptions, %d failed" % (len(cases), failed))
    return 1 if failed or not cases or rows else 0


if __name__ == "__main__":
    sys.exit(main())
