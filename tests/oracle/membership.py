# See membership.sh. What is expected is reckoned here from the descriptions, by the standards' words.
import ipaddress
import os
import random
import struct
import subprocess
import sys
import tempfile

random.seed(9776)
HELPER = os.environ["PKT_ORACLE_DIR"] + "/helper_membership"
QUERY, REPORT, LEAVE, ADVERTISEMENT, SOLICITATION, TERMINATION = range(6)
MESSAGES = int(os.environ.get("PKT_MEMBERSHIP_MESSAGES", "400"))
FIELDS = {
    "4": "ip.dst ip.ttl ip.dsfield ip.opt.ra ip.checksum.status igmp.checksum.status igmp.type igmp.version "
         "igmp.max_resp igmp.qrv igmp.s igmp.record_type igmp.maddr igmp.saddr".split(),
    "6": "ipv6.dst ipv6.hlim ipv6.tclass ipv6.opt.router_alert icmpv6.checksum.status icmpv6.checksum.status "
         "icmpv6.type frame.len icmpv6.mld.maximum_response_delay icmpv6.mld.flag.qrv "
         "icmpv6.mld.flag.s icmpv6.mldr.mar.record_type icmpv6.mldr.mar.multicast_address "
         "icmpv6.mldr.mar.source_address icmpv6.mld.multicast_address icmpv6.mld.source_address "
         "icmpv6.mld.maximum_response_code".split(),
}
ALL = {"4": ("224.0.0.1", "224.0.0.2", "224.0.0.22", "224.0.0.106"), "6": ("ff02::1", "ff02::2", "ff02::16", "ff02::6a")}


def source(family):
    if family == "4":
        return str(ipaddress.IPv4Address(random.randrange(0x0a000000, 0x0b000000)))
    return str(ipaddress.IPv6Address((0x20010db8 << 96) | random.getrandbits(64)))


def group(family, ssm):
    if family == "4":
        return str(ipaddress.IPv4Address((232 if ssm else 239) << 24 | random.randrange(256, 1 << 24)))
    return str(ipaddress.IPv6Address((0xff3e if ssm else 0xff15) << 112 | random.randrange(1, 1 << 31)))


def record(family):
    kind = random.randint(1, 6)
    needs = kind in (1, 5, 6)
    ssm = needs and random.random() < 0.5
    count = random.choice([1, 2, 3, 40, 400]) if needs or random.random() < 0.5 else 0
    return kind, group(family, ssm), [source(family) for _ in range(count)]


def message(family):
    kind = random.choice([QUERY] * 4 + [REPORT] * 6 + [LEAVE, ADVERTISEMENT, SOLICITATION, TERMINATION])
    latest = 3 if family == "4" else 2
    m = dict(family=family, message=kind, version=0, mtu=random.choice([1280, 1500, 9000]), group=None, response=0,
             interval=0, robustness=0, suppress=0, sources=[], records=[])
    if kind in (QUERY, REPORT):
        m["version"] = random.choice([0, latest, latest, 2 if family == "4" else 1, 1])
    old = m["version"] not in (0, latest)
    if kind == LEAVE or (kind == REPORT and old) or (kind == QUERY and m["version"] != 1 and random.random() < 0.7):
        m["group"] = group(family, False)
    if kind == QUERY and not (family == "4" and m["version"] == 1):
        m["response"] = random.choice([0, 100, 2500, 12700, 12800, 25500] + ([] if old else [40000, 99999, 1000000]))
    if kind == QUERY and not old:
        m["interval"] = random.choice([0, 1, 127, 128, 131, 31744])
        m["robustness"] = random.choice([0, 2, 7, 8])
        m["suppress"] = random.randint(0, 1)
        if m["group"]:
            m["sources"] = [source(family) for _ in range(random.choice([0, 1, 5, 100, 700]))]
    if kind == REPORT and not old:
        m["records"] = [record(family) for _ in range(random.choice([1, 2, 10, 100]))]
    return m


def line(m):
    records = ";".join("%d/%s/%s" % (t, g, ",".join(s) or "-") for t, g, s in m["records"])
    return "%s %d %d %d %s %d %d %d %d %s %s\n" % (
        m["family"], m["message"], m["version"], m["mtu"], m["group"] or "-", m["response"], m["interval"],
        m["robustness"], m["suppress"], ",".join(m["sources"]) or "-", records or "-")


def floor8(value):
    """The next lower value that RFC 9776 4.1.1 can say."""
    codes = [c if c < 128 else ((c & 15) | 16) << ((c >> 4 & 7) + 3) for c in range(256)]
    return max(c for c in codes if c <= value)


def floor16(value):
    exponent = max(0, value.bit_length() - 13)
    return value if value < 32768 else value >> exponent << exponent


def destination(m):
    every, routers, reports, snoopers = ALL[m["family"]]
    latest = 3 if m["family"] == "4" else 2
    if m["message"] == QUERY:
        return m["group"] or every
    if m["message"] == REPORT:
        return reports if m["version"] in (0, latest) else m["group"]
    return {LEAVE: routers, SOLICITATION: routers}.get(m["message"], snoopers)


def check(condition, *what):
    if not condition:
        print("FAILED:", *what)
        sys.exit(1)


def tshark(path, fields):
    command = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=|", "-E",
               "occurrence=a", "-e", "_ws.malformed", "-e", "_ws.expert.severity"]
    for field in fields:
        command += ["-e", field]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [dict(zip(["malformed", "expert"] + fields, row.split("|"))) for row in out.splitlines()]


def many(cell):
    return cell.split(",") if cell else []


def check_header(m, cells):
    names = FIELDS[m["family"]]
    v4 = m["family"] == "4"
    check(cells["malformed"] == "", "malformed", m, cells)
    check(cells[names[0]] == destination(m), "destination", cells[names[0]], m)
    check(cells[names[1]] == "1", "hop limit", cells)
    check(int(cells[names[2]], 0) == (0xc0 if v4 else 0), "type of service", cells)
    check(cells[names[3]] in ("0", "0x0000"), "router alert", cells)
    # tshark 4.0 does not sum router discovery in IGMP
    sums = {names[4]} if v4 and m["message"] >= ADVERTISEMENT else {names[4], names[5]}
    check(all(cells[name] == "1" for name in sums), "checksums", cells)


def check_query(m, packet, cells):
    v4 = m["family"] == "4"
    new = m["version"] in (0, 3 if v4 else 2)
    response = m["response"] or (1000 if m["group"] else 10000)
    if v4 and m["version"] != 1:
        wanted = floor8(response // 100) if new else response // 100
        check(int(cells["igmp.max_resp"]) == wanted, "response", cells["igmp.max_resp"], m)
    if not v4 and not new:
        check(int(cells["icmpv6.mld.maximum_response_delay"]) == response, "response", cells, m)
    if not v4 and new:
        said = int(cells["icmpv6.mld.maximum_response_code"])  # decoded, whatever its name says
        check(said == floor16(response), "response", said, m)
    if not new:
        return
    qqic = packet[14 + (24 + 9 if v4 else 48 + 25)]
    said = qqic if qqic < 128 else ((qqic & 15) | 16) << ((qqic >> 4 & 7) + 3)
    check(said == floor8(m["interval"] or 125), "query interval", said, m)
    qrv = m["robustness"] or 2
    check(int(cells["igmp.qrv" if v4 else "icmpv6.mld.flag.qrv"], 0) == (0 if qrv > 7 else qrv), "qrv", cells, m)
    check(int(cells["igmp.s" if v4 else "icmpv6.mld.flag.s"], 0) == m["suppress"], "s", cells, m)


def merge(records):
    """Consecutive records of one type and group say one thing."""
    said = []
    for kind, address, sources in records:
        if said and kind in (1, 3, 5, 6) and said[-1][:2] == (kind, address):
            said[-1][2].extend(sources)
        else:
            said.append((kind, address, list(sources)))
    return said


def read_records(packet, family):
    """The records as the bytes say them: tshark lists the sources of all records in one column."""
    size = 4 if family == "4" else 16
    text = (lambda b: str(ipaddress.ip_address(b)))
    count, off, out = struct.unpack("!H", packet[6:8])[0], 8, []
    for _ in range(count):
        kind, aux, n = struct.unpack("!BBH", packet[off:off + 4])
        check(aux == 0, "auxiliary data")
        body = off + 4 + size
        out.append((kind, text(packet[off + 4:body]), [text(packet[body + i * size:body + (i + 1) * size]) for i in range(n)]))
        off = body + n * size
    check(off == len(packet), "bytes behind the last record")
    return out


def check_records(m, packets, rows):
    v4 = m["family"] == "4"
    size, head = (4, 24 + 8) if v4 else (16, 48 + 8)
    said = []
    for packet, cells in zip(packets, rows):
        records = read_records(packet[14 + head - 8:], m["family"])
        names = ("igmp.record_type", "igmp.maddr", "igmp.saddr") if v4 else (
            "icmpv6.mldr.mar.record_type", "icmpv6.mldr.mar.multicast_address", "icmpv6.mldr.mar.source_address")
        check([str(r[0]) for r in records] == many(cells[names[0]]), "types", cells, m)
        check([r[1] for r in records] == many(cells[names[1]]), "groups", cells)
        check([s for r in records for s in r[2]] == many(cells[names[2]]), "sources", cells)
        said += records
    capacity = (m["mtu"] - head - 4 - size) // size
    wanted = [(t, g, s[:capacity] if t in (2, 4) else s) for t, g, s in m["records"]]
    check(merge(said) == merge(wanted), "records", line(m), said)


def check_discovery(m, packet):
    """RFC 4286 4 to 6, byte by byte: an advertisement every 20 s, of a router that runs no querier."""
    v4 = m["family"] == "4"
    message = packet[14 + (24 if v4 else 48):]
    kind = (0x30 if v4 else 151) + m["message"] - ADVERTISEMENT
    wanted = bytes([kind, 20, 0, 0, 0, 0, 0, 0] if m["message"] == ADVERTISEMENT else [kind, 0, 0, 0])
    check(message[:2] + b"\0\0" + message[4:] == wanted, "router discovery", message.hex())
    if v4:
        total = sum(struct.unpack("!%dH" % (len(message) // 2), message))
        check((total & 0xffff) + (total >> 16) == 0xffff, "checksum", message.hex())


def check_message(m, packets, rows):
    check(packets, "no packet", line(m))
    for packet, cells in zip(packets, rows):
        check(len(packet) - 14 <= m["mtu"], "longer than the MTU", len(packet), line(m))
        check_header(m, cells)
        if m["message"] == QUERY:
            check_query(m, packet, cells)
        if m["message"] >= ADVERTISEMENT:
            check_discovery(m, packet)
    if m["records"]:
        check_records(m, packets, rows)
    if m["sources"]:
        name = "igmp.saddr" if m["family"] == "4" else "icmpv6.mld.source_address"
        check([s for cells in rows for s in many(cells[name])] == m["sources"], "sources", line(m))


def check_scapy(packets):
    """What scapy reads out of IGMPv3 and sums again is the same."""
    from scapy.all import IP, Ether
    from scapy.contrib import igmpv3
    rebuilt = 0
    for packet in packets:
        kind = packet[38]
        if packet[12:14] != b"\x08\x00" or (kind != 0x22 and not (kind == 0x11 and len(packet) > 46)):
            continue
        parsed = Ether(packet)
        check(igmpv3.IGMPv3 in parsed, "scapy sees no IGMPv3", packet.hex())
        del parsed[IP].chksum, parsed[IP].len, parsed[igmpv3.IGMPv3].chksum
        check(bytes(parsed) == packet, "scapy builds", bytes(parsed).hex(), packet.hex())
        rebuilt += 1
    check(rebuilt > MESSAGES // 10, "scapy rebuilt only", rebuilt)
    return rebuilt


def main():
    families = os.environ.get("PKT_MEMBERSHIP_FAMILIES", "46")
    messages = [message(random.choice(families)) for _ in range(MESSAGES)]
    run = subprocess.run([HELPER], input="".join(map(line, messages)), capture_output=True, text=True, check=True)
    packets = [[] for _ in messages]
    for row in run.stdout.splitlines():
        number, text = row.split(" ", 1)
        check(not text.startswith("error"), text, line(messages[int(number)]))
        packets[int(number)].append(bytes.fromhex(text))
    flat = [(i, p) for i, ps in enumerate(packets) for p in ps]
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(struct.pack("!IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for second, (_, packet) in enumerate(flat):
            file.write(struct.pack("!IIII", second, 0, len(packet), len(packet)) + packet)
        file.flush()
        rows = tshark(file.name, sorted(set(FIELDS["4"] + FIELDS["6"])))
    check(len(rows) == len(flat), "tshark read", len(rows), "of", len(flat))
    for i, m in enumerate(messages):
        check_message(m, packets[i], [row for row, (number, _) in zip(rows, flat) if number == i])
    rebuilt = check_scapy([packet for _, packet in flat]) if "4" in families else 0
    print("%d messages in %d packets; %d rebuilt by scapy" % (len(messages), len(flat), rebuilt))


main()
