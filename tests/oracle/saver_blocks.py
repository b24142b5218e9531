#!/usr/bin/env python3
"""Reads with others what savers write; see saver_blocks.sh."""

import os
import re
import struct
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("PKT_SOURCE_DIR", ".")
BINARY = os.environ.get("PKT_BINARY_DIR", "build/dev")
SNIFF = os.path.join(BINARY, "tools", "pktsniff")
HELPER = os.path.join(os.environ.get("PKT_ORACLE_DIR", os.path.join(BINARY, "tests", "oracle")), "helper_saver_blocks")
CAPTURES = os.path.join(SOURCE, "captures")
PACKERS = {".gz": "gzip", ".zst": "zstd"}

# tcpdump reads these not at all, or several link types only in part: tshark stands in
NOT_FOR_TCPDUMP = {"raw-14.pcap", "pcapng-mixed-links.pcapng", "pcapng-no-interface.pcapng"}

# what a conversion puts right, so that others see a difference: file, and why
PUT_RIGHT = {
    "pcap-odd-times.pcap": "a fraction of a second or more is carried into the seconds",
    "pcap-wire-length.pcap": "fewer bytes on the wire than captured become as many",
}

failures = []


def check(good, name, *why):
    if not good:
        failures.append(name)
        print(f"{name}: {' '.join(str(part) for part in why)[:600]}")


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          check=False, timeout=120, **more)


def sniff(*arguments):
    return run([SNIFF, "--quiet", *arguments])


def unpacked(path):
    """The bytes of a file, by gzip and zstd themselves; as much as they give of a cut one."""
    packer = PACKERS.get(os.path.splitext(path)[1])
    if packer is None:
        with open(path, "rb") as file:
            return file.read()
    return run([packer, "-q", "-d", "-c", path]).stdout


def format_of(name):
    return ".pcapng" if ".pcapng" in name else ".pcap"


def captures():
    names = sorted(os.listdir(CAPTURES))
    return [name for name in names if re.search(r"\.(pcap|pcapng)(\.gz|\.zst)?$", name)]


# --- conversions ---

def by_tcpdump(path):
    return run(["tcpdump", "-nn", "-tt", "--nano", "-e", "-XX", "-r", path]).stdout


def by_tshark(path):
    fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type", "frame.protocols"]
    arguments = [part for field in fields for part in ("-e", field)]
    lines = run(["tshark", "-n", "-r", path, "-T", "fields", *arguments]).stdout.split(b"\n")
    # custom and journal blocks are rows as well, without an encapsulation
    return [line for line in lines if line.count(b"\t") == 4 and line.split(b"\t")[3] != b""]


def check_conversion(name, work):
    """Others see the same packets in the other format."""
    path = os.path.join(CAPTURES, name)
    other = ".pcap" if format_of(name) == ".pcapng" else ".pcapng"
    converted, plain = os.path.join(work, "converted" + other), os.path.join(work, "plain" + format_of(name))
    if os.path.exists(converted):
        os.unlink(converted)
    done = sniff("-r", path, "-w", converted)
    what = f"{name} as {other}"
    if done.returncode != 0:
        refused = b"link type" in done.stderr and other == ".pcap"
        damaged = sniff("-r", path, "--count").returncode != 0
        return check(done.returncode == 2 and (refused or damaged), what, "failed:", done.stderr)
    with open(plain, "wb") as file:
        file.write(unpacked(path))
    read = by_tshark if name in NOT_FOR_TCPDUMP else by_tcpdump
    equal = read(plain) == read(converted)
    if name in PUT_RIGHT:
        return check(not equal, what, "is equal, although", PUT_RIGHT[name])
    return check(equal and len(read(converted)) > 0 or unpacked(path) == b"" or is_empty(path), what,
                 "is read otherwise by", read.__name__)


def is_empty(path):
    return sniff("-r", path, "--count").stdout == b"0 packets\n"


# --- every detail ---

RICH = """\
1\t1700000000.000000001\t100\t64\tlan0\tthe wired side\tfirst,\u2603 second\t0x00000401\t\t1
2\t1700000000.123456789\t100\t64\tlan0\tthe wired side\t\t0x00000a02\t5000000000\t1
3\t1700086400.999999999\t100\t64\ttun0\t\t\t\t\t7
4\t1.000000000\t100\t64\tunknown\t\t\t\t\t1
"""


RICH_DISSECTED = """\
icmp or arp\t4\t10\t1\t9\t1099511627776\t\t""" \
    "Nov 14, 2023 22:13:20.000000001 UTC,Nov 14, 2023 22:13:20.123456789 UTC,Nov 15, 2023 22:13:20.999999999 UTC," \
    "Jan  1, 1970 00:00:01.000000000 UTC,Nov 14, 2023 22:15:00.000000000 UTC\n"


def tshark_fields(path, fields, *more):
    arguments = [part for field in fields for part in ("-e", field)]
    return run(["tshark", "-n", "-r", path, *more, "-T", "fields", *arguments]).stdout.decode()


def time_option(code, ns):
    """isb_starttime and isb_endtime (draft-ietf-opsawg-pcapng section 4.6): the upper half first."""
    return struct.pack("<HHII", code, 8, ns >> 32, ns & 0xffffffff)


def check_blocks(path):
    """The file as a packet of its own, which is how Wireshark shows blocks; not in packed files."""
    prefix = "pcapng.options.option.data.interface."
    fields = [prefix + name for name in ("filter.string", "fcs_length", "received", "dropped", "accepted_by_filter",
                                         "dropped_by_os", "delivered_to_user")]
    seen = tshark_fields(path, [*fields, "pcapng.timestamp"], "-X", "read_format:MIME Files Format")
    check(seen == RICH_DISSECTED, path, "is to tshark's dissector\n" + seen)
    data = unpacked(path)
    check(time_option(2, 1700000000000000001) in data, path, "has no isb_starttime")
    check(time_option(3, 1700000099000000002) in data, path, "has no isb_endtime")


def check_rich(packing, work):
    path = os.path.join(work, "rich.pcapng" + packing)
    what = os.path.basename(path)
    done = run([HELPER, "rich", path])
    check(done.returncode == 0, what, done.stderr)
    fields = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_name",
              "frame.interface_description", "frame.comment", "frame.packet_flags", "frame.drop_count",
              "frame.encap_type"]
    seen = tshark_fields(path, fields)
    check(seen == RICH, what, "is to tshark\n" + seen)
    seen = run(["capinfos", "-M", "-I", "-c", "-k", "-F", path]).stdout.decode()
    for pattern in RICH_INFOS:
        check(re.search(pattern, seen, re.S), what, "has to capinfos no", pattern, "\n", seen)
    if packing == "":
        check_blocks(path)


RICH_INFOS = [
    r"Number of packets: +4\n",
    r"Capture hardware: +a card with care\n",
    r"Capture oper-sys: +some system 1\.2\n",
    r"Capture application: +helper of a test\n",
    r"Number of interfaces in file: 3\n",
    r"Name = lan0\n.*Description = the wired side\n.*Encapsulation = Ethernet .*Capture length = 128\n"
    r".*Time precision = nanoseconds \(9\)\n.*Number of stat entries = 1\n.*Number of packets = 2\n",
    r"Encapsulation = Ethernet .*FCS length = 4\n",
    r"Name = tun0\n.*Encapsulation = Raw IP .*Capture length = 262144\n.*Number of packets = 1\n",
]


def check_many(suffix, work):
    """More than any buffer: no packet is lost between two of them, and the peers' own tests agree."""
    path = os.path.join(work, "many" + suffix)
    check(run([HELPER, "many", path, "30000"]).returncode == 0, path, "not written")
    packer = PACKERS.get(os.path.splitext(path)[1])
    if packer is not None:
        check(run([packer, "-q", "-t", path]).returncode == 0, path, "is damaged to", packer)
    seen = run(["capinfos", "-M", "-c", "-d", path]).stdout.decode()
    check(re.search(r"Number of packets: +30000\n.*Data size: +1800000 bytes", seen, re.S), path, seen)
    times = run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.time_epoch"]).stdout.decode().split()
    expected = [f"{1700000000 + i // 1000}.{i % 1000:03}000000" for i in range(1, 30001)]
    check(times == expected, path, "has other times")
    os.unlink(path)


def main():
    with tempfile.TemporaryDirectory() as work:
        names = captures()
        check(len(names) > 150, "captures", len(names), "files only")
        for name in names:
            check_conversion(name, work)
        for packing in ("", ".gz", ".zst"):
            check_rich(packing, work)
            check_many(".pcap" + packing, work)
            check_many(".pcapng" + packing, work)
    print(f"{len(names)} captures, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
