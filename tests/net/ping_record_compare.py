# SPDX-License-Identifier: BSD-2-Clause
"""Compares the JSON of a live run of pktping with that of --read from the file it saved.

    ping_record_compare.py LIVE READ [COUNTER=NUMBER...]

Everything that was counted and timed must be the same; what follows are counters of the summary that both must have. Left out is
what the clock of the day decides, and the longest outage: live it is counted from calls, in the file from stamps.
"""
import json
import sys

PASSING = {"ts", "ts_s", "ts_ns", "saved", "elapsed_us", "longest_outage_us", "open_outage_us", "name", "rtt_clock", "rtt_user_us", "schema", "version"}
EVENTS = {"reply", "late", "duplicate", "error", "timeout", "responder", "target", "summary"}
# What the receive buffer lost is in no file.
PASSING |= {"dropped"}
# By a datagram socket the kernel keeps these to itself; what --save puts in their place is not theirs.
KEPT_BACK = {"extensions_hex", "quoted_hex", "mac"}


def events(path):
    with open(path, encoding="utf-8") as lines:
        objects = [json.loads(line) for line in lines]
    kept = [
        {key: value for key, value in thing.items() if key not in PASSING | KEPT_BACK}
        for thing in objects
        if thing["type"] in EVENTS
    ]
    # When an echo was given up depends on when somebody looked: which ones were does not.
    return [thing for thing in kept if thing["type"] != "timeout"] + sorted(
        (thing for thing in kept if thing["type"] == "timeout"), key=str
    )


def main():
    live, read = events(sys.argv[1]), events(sys.argv[2])
    for one, other in zip(live, read):
        if one != other:
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            sys.exit(f"{keys} differ:\n live {one}\n read {other}")
    if len(live) != len(read):
        sys.exit(f"{len(live)} events live, {len(read)} read: {(live + read)[min(len(live), len(read))]}")
    summary = next(thing for thing in live if thing["type"] == "summary")
    for wanted in sys.argv[3:]:
        key, number = wanted.split("=")
        if summary[key] != int(number):
            sys.exit(f"{key} is {summary[key]} and not {number}: {summary}")


main()
