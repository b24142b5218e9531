"""What pktping --prometheus writes, as Prometheus' own parser reads it.

    ping_prometheus_check.py figures FILE JSON         counts and times are those of the JSON report
    ping_prometheus_check.py sample FILE NAME TARGET VALUE
    ping_prometheus_check.py series FILE NAME COUNT
    ping_prometheus_check.py label FILE NAME VALUE
    ping_prometheus_check.py versions FILE COUNT       reads on until so many versions were seen, all of them whole
    ping_prometheus_check.py growth FILE               echoes were counted
"""
import json
import re
import sys
import time

from prometheus_client.parser import text_string_to_metric_families

LAST = "pktping_last_run_timestamp_seconds"
COUNTS = {"sent": "sent", "received": "received", "late": "late", "duplicates": "duplicates", "corrupted": "corrupted",
          "errors": "errors", "reordered": "reordered"}
TIMES = {"rtt_min_us": "rtt_min", "rtt_avg_us": "rtt_avg", "rtt_max_us": "rtt_max", "rtt_mdev_us": "rtt_mdev",
         "jitter_us": "rtt_jitter", "rtt_p50_us": "rtt_p50", "rtt_p90_us": "rtt_p90", "rtt_p95_us": "rtt_p95",
         "rtt_p99_us": "rtt_p99", "rtt_p999_us": "rtt_p999", "longest_outage_us": "outage_longest"}


def check_family(family):
    """Naming rules, and what a reader refuses."""
    assert re.fullmatch(r"pktping_[a-z0-9_]+", family.name), family.name
    assert family.documentation and family.type in ("counter", "gauge", "histogram"), family
    seen = set()
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        assert key not in seen, f"twice: {key}"
        seen.add(key)
        assert sample.name.endswith("_total") == (family.type == "counter"), sample
        assert sample.value >= 0, sample


def check_histogram(family):
    by_target = {}
    for sample in family.samples:
        key = (sample.labels["target"], sample.labels["address"])
        by_target.setdefault(key, {}).setdefault(sample.name, []).append(sample)
    for samples in by_target.values():
        buckets = [(float(one.labels["le"]), one.value) for one in samples[family.name + "_bucket"]]
        assert buckets == sorted(buckets), buckets
        assert [one[1] for one in buckets] == sorted(one[1] for one in buckets), buckets
        assert buckets[-1] == (float("inf"), samples[family.name + "_count"][0].value), buckets


def read(path):
    """Families by name; fails for a file that is not whole."""
    with open(path, encoding="utf-8", newline="") as stream:
        text = stream.read()
    assert text.endswith("\n"), "cut off"
    families = {family.name: family for family in text_string_to_metric_families(text)}
    for family in families.values():
        check_family(family)
    check_histogram(families["pktping_rtt_seconds"])
    assert len(families[LAST].samples) == 1, "cut off"
    return families


def samples(families, name):
    return [sample for family in families.values() for sample in family.samples if sample.name == name]


def value(families, name, target):
    found = [sample.value for sample in samples(families, name) if sample.labels.get("target", "") == target]
    assert len(found) <= 1, f"{name} of {target}: {found}"
    return found[0] if found else None


def figures(path, report):
    families = read(path)
    with open(report, encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    targets = [line for line in lines if line["type"] == "target"]
    alive = [line for line in targets if line["alive"]]
    assert len(targets) == 4 and len(alive) == 3, targets
    # 192.0.2.2 was given twice: one series.
    assert len(samples(families, "pktping_up")) == 3
    assert value(families, "pktping_targets_unlisted", "") == 1
    twice = [line for line in targets if line["target"] == "192.0.2.2"]
    for line in targets:
        name = line["target"]
        if line not in twice:
            for key, metric in TIMES.items():
                got = value(families, f"pktping_{metric}_seconds", name)
                assert (got is None) == (line.get(key) is None), (name, key, got)
                assert got is None or abs(got * 1e6 - line[key]) < 0.001, (name, key, got, line[key])
        for key, metric in COUNTS.items():
            assert value(families, f"pktping_{metric}_total", name) == line[key], (name, key)
        assert value(families, "pktping_lost_total", name) == line["lost"] + line["late"], name
        assert value(families, "pktping_up", name) == (1 if line["alive"] else 0), name
        assert value(families, "pktping_loss_ratio", name) == (0 if line["alive"] else 1), name
        assert value(families, "pktping_rtt_seconds_count", name) == line["received"], name
        if line["alive"] and line not in twice:
            total = value(families, "pktping_rtt_seconds_sum", name) * 1e6
            assert abs(total - line["rtt_avg_us"] * line["received"]) < 0.01, (name, total)
    dead = value(families, "pktping_outage_current_seconds", "192.0.2.77")
    assert 0.1 < dead < 60, dead
    assert {sample.labels["family"] for sample in samples(families, "pktping_up")} == {"4", "6"}
    assert value(families, "pktping_targets", "") == 4 and value(families, "pktping_targets_alive", "") == 3
    assert abs(value(families, LAST, "") - time.time()) < 60


def sample(path, name, target, wanted):
    assert value(read(path), name, target) == float(wanted), value(read(path), name, target)


def series(path, name, count):
    assert len(samples(read(path), name)) == int(count), len(samples(read(path), name))


def label(path, name, wanted):
    found = {one.labels[name] for one in samples(read(path), "pktping_up")}
    assert found == {wanted}, found


def versions(path, count):
    seen, deadline = set(), time.monotonic() + 15
    while len(seen) < int(count):
        assert time.monotonic() < deadline, f"{len(seen)} versions"
        try:
            seen.add(value(read(path), LAST, ""))
        except FileNotFoundError:
            assert not seen, "it was gone for a moment"
            time.sleep(0.01)


def growth(path):
    for target in ("192.0.2.2", "2001:db8::2"):
        assert value(read(path), "pktping_sent_total", target) >= 10


if __name__ == "__main__":
    {"figures": figures, "sample": sample, "series": series, "label": label, "versions": versions,
     "growth": growth}[sys.argv[1]](*sys.argv[2:])
