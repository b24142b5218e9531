# What ping_trouble.sh wants of the lines of a run: ping_trouble_check.py WORD [ARGUMENT...] <LINES
import json
import re
import statistics
import struct
import sys

text = sys.stdin.read()


def objects():
    return [json.loads(line) for line in text.splitlines()]


def summary():
    last = objects()[-1]
    assert last["type"] == "summary" and last["complete"] | last["interrupted"], last
    return last


def of_type(kind):
    return [line for line in objects() if line["type"] == kind]


def frames(path):
    """Time in microseconds, and bytes from the IP header on, of each packet of a pcap file of a TUN device."""
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    assert struct.unpack_from("<I", data, 20)[0] in (12, 101), "not raw IP"
    while at + 16 <= len(data):
        second, micro, kept, _ = struct.unpack_from("<IIII", data, at)
        yield second * 1000000 + micro, data[at + 16:at + 16 + kept]
        at += 16 + kept


def echoes_on_wire(path):
    """Sequence number: round-trip time of the true reply, by the capture alone."""
    asked, times = {}, {}
    for time, packet in frames(path):
        header = 20 if packet[0] >> 4 == 4 else 40
        kind, payload = packet[header], packet[header + 4:]
        source = packet[12:16] if header == 20 else packet[8:24]
        target = packet[16:20] if header == 20 else packet[24:40]
        if kind in (8, 128):
            asked[payload] = (time, target)
        elif payload in asked and asked[payload][1] == source:
            times.setdefault(struct.unpack_from(">H", payload, 2)[0], time - asked[payload][0])
    return times


def forged(kind, path):
    result = summary()
    wire = echoes_on_wire(path)
    assert (result["sent"], result["received"], result["lost"], result["errors"]) == (100, 100, 0, 0), result
    assert result["duplicates"] == result["late"] == result["corrupted"] == 0, result
    # Of the 1,000 beside each reply, those with another identifier are the kernel's affair, and those without a whole header;
    # those behind the last reply come too late to be read.
    reached = result["forged"] + result["dropped"]
    assert 94000 <= reached <= 96000, result
    replies = of_type("reply")
    assert [line["seq"] for line in replies] == list(range(1, 101))
    assert all(0 < line["rtt_us"] <= line["rtt_user_us"] for line in replies)
    kernel = [line for line in replies if line["rtt_clock"] == "kernel"]
    assert len(kernel) >= 50, len(kernel)
    off = [line["rtt_us"] - wire[line["seq"]] for line in kernel if line["seq"] in wire]
    assert len(off) >= 40, len(off)  # a capture on a busy machine has holes
    assert abs(statistics.median(off)) < 100, off


def lengths():
    result = summary()
    assert (result["sent"], result["received"], result["lost"]) == (20, 20, 0), result
    answers = [line for line in objects() if line["type"] in ("reply", "duplicate")]
    short = [line for line in answers if line["bytes"] == 8 + 28]
    assert short and all(line["truncated"] for line in short)
    assert any(line["bytes"] == 64 and not line["truncated"] for line in answers)
    assert any(line["bytes"] == 64 + 32 and not line["truncated"] for line in answers)
    assert len(answers) == result["received"] + result["duplicates"]


def clock(by):
    result = summary()
    assert (result["sent"], result["received"]) == (50, 50), result
    replies = of_type("reply")
    assert all(0 <= line["rtt_us"] <= line["rtt_user_us"] for line in replies)
    assert all(line["rtt_us"] < 2000000 for line in replies)
    assert any(line["rtt_clock"] == "kernel" for line in replies[25:])
    assert 979000 <= result["elapsed_us"] < 5000000, result
    # The step was seen at all: the first line's time and the last one's are by the program's own clock.
    stamps = [line["ts_s"] for line in objects() if "ts_s" in line]
    seen = stamps[-1] - stamps[0]
    assert abs(seen - int(by)) < 30, stamps


def adds_up(result):
    """An echo that ended in an error has no reply and is lost, too."""
    return result["sent"] == result["received"] + result["lost"] + result["waiting"] and result["errors"] <= result["lost"]


def changes():
    result = summary()
    assert adds_up(result), result
    assert result["received"] == len(of_type("reply")) + len(of_type("late")), result
    assert result["errors"] == sum(line["settles"] for line in of_type("error")), result
    assert result["lost"] == len(of_type("timeout")) + result["errors"] - len(of_type("late")), result
    assert result["interrupted"] and len(of_type("error")) >= 9, result


def queue():
    result = summary()
    assert result["sent"] == result["received"] and result["lost"] == result["errors"] == 0, result


def signals(messages):
    assert re.search(r"^200 packets transmitted, 200 received, 0% packet loss, time (\d+)ms$", text, re.M), text[-300:]
    spent = int(re.search(r"time (\d+)ms$", text, re.M).group(1))
    assert 1989 <= spent < 2500, spent
    assert [int(n) for n in re.findall(r"icmp_seq=(\d+)", text)] == list(range(1, 201))
    with open(messages, newline="") as file:
        lines = file.read().split("\n")[:-1]
    assert 10 <= len(lines) <= 250, len(lines)
    form = re.compile(r"\r\d+/\d+ packets, \d+% loss, min/avg/ewma/max = (\d+\.\d{3}/){3}\d+\.\d{3} ms")
    assert all(form.fullmatch(line) for line in lines), lines[:3]


def overflow(messages):
    assert re.search(r"^20 packets transmitted, \d+ received", text, re.M), text[-300:]
    with open(messages) as file:
        said = re.search(r"warning: (\d+) messages were lost on this machine, by a full receive buffer", file.read())
    assert said and int(said.group(1)) > 0, "no word of lost messages"


globals()[sys.argv[1]](*sys.argv[2:])
