#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reads what pktping --json printed as docs/json-ping.md says it is to be read, and no otherwise.

    ping_json.py DOCUMENT COUNTERS FILE [EXPRESSION...]
    ping_json.py DOCUMENT --each FILE...

Each line is an object with the members of the document, of its types, and no others; start comes first, the summary last; events,
counted one by one, give the counts, and times the statistics. Then each EXPRESSION must hold. It is of Python and may use
    start, s     the members of start and of summary
    n            how many objects of each type
    lines        all objects; of(TYPE) those of one type
    t            the objects of targets, by address
    c            what the responder of tests/sim counted, from the file COUNTERS (- is none)
"""
import collections
import datetime
import json
import math
import re
import sys

NUMBERS = set('''errno icmp_type icmp_code ttl tos seq ident bytes wrong_at wrong_is wrong_should mtu pointer targets
    data_bytes packets rate_per_s replies sent received waiting lost late duplicates corrupted errors reordered longest_loss_run
    outages responders forged saved ts_s ts_ns label traffic_class index size refused reported interface_mtu probes not_believed
    unresolved answered conflicts dropped unfit unasked used unmatched
    repeated fragments cut damaged untimed filtered'''.split())
TEXTS = set('''type schema version ts target name source interface mode socket sandbox from rtt_clock error gateway quoted_hex
    extensions_hex why sentence mac role address result how found_by read'''.split())
TRUTHS = set('''checksum_bad truncated local settles extensions_damaged bottom complete interrupted reached believed conflict query
    duplicate fragments_pass'''.split())
WORDS = {
    'schema': ('pkt.ping/1',),
    'socket': ('datagram', 'raw'),
    'rtt_clock': ('kernel', 'card', 'user', 'capture'),
    'role': ('incoming', 'sub-IP component', 'outgoing', 'next hop'),
    'mode': ('pmtu', 'arp', 'nd', 'dad', 'lan'),
}
TIME = {'ts', 'ts_s', 'ts_ns'}
COUNTS = set('sent received waiting lost late duplicates corrupted errors reordered loss_percent longest_loss_run outages '
             'longest_outage_us'.split())
# What an object must have in any case. What it may have is what the document says.
REPLY = TIME | set('target from seq ident bytes rtt_us rtt_clock rtt_user_us checksum_bad truncated'.split())
SEQ = TIME | {'target', 'seq'}
NEEDED = {
    'start': TIME | set('schema version targets data_bytes socket sandbox'.split()),
    'reply': REPLY, 'late': REPLY, 'duplicate': REPLY,
    'error': TIME | set('target seq local error settles'.split()),
    'timeout': SEQ, 'waiting': SEQ,
    'unresolved': {'name', 'error'},
    'why': {'target', 'why', 'sentence'},
    'status': TIME | COUNTS,
    'window': TIME | COUNTS | {'window_us'},
    'responder': set('target from replies rtt_min_us rtt_avg_us rtt_max_us'.split()),
    'target': COUNTS | {'target', 'alive'},
    'summary': TIME | COUNTS | set('targets alive unresolved responders forged elapsed_us complete interrupted'.split()),
    'capture': set('packets used unmatched repeated fragments cut damaged untimed filtered'.split()),
    'pmtu start': TIME | set('schema version targets mode socket sandbox'.split()),
    'pmtu probe': TIME | set('target seq size result'.split()),
    'pmtu pmtu': TIME | set('target reached how probes not_believed'.split()),
    'pmtu summary': TIME | set('targets alive unresolved sent received forged complete interrupted'.split()),
    'lan start': TIME | set('schema version mode targets query sandbox'.split()),
    'lan reply': TIME | set('target mac seq bytes rtt_us rtt_clock conflict'.split()),
    'lan responder': {'address', 'mac', 'ways'},
    'lan target': set('target alive sent received'.split()),
    'lan summary': TIME | set('targets alive answered responders conflicts sent refused dropped unfit unasked complete interrupted'.split()),
}
NEEDED['pmtu why'] = NEEDED['why']
NEEDED['pmtu unresolved'] = NEEDED['unresolved']
NOT_READ = {'data_bytes', 'rtt_user_us'}  # of no meaning with --read
MEMBERS = {
    'mpls': set('label traffic_class bottom ttl'.split()),
    'interfaces': {'role'},
}


def fail(*words):
    sys.exit('FAIL: ' + ' '.join(str(word) for word in words))


def keys_in(text):
    return set(re.findall(r'`([a-z0-9_]+)`', text))


def read_document(path):
    """The members of each type. Those that a sentence tells instead of a table stand here."""
    may = collections.defaultdict(set)
    mode, types = '', []
    for line in open(path, encoding='utf-8'):
        if line.startswith('## '):
            title = line[3:].strip()
            mode = {'With --pmtu': 'pmtu ', 'On one link': 'lan '}.get(title, '')
            types = [] if mode else title.split(', ')
        elif match := re.match(r'((?:`[a-z]+`(?:, )?)+):$', line.strip()):
            types = sorted(keys_in(match[1]))
        elif line.startswith('| `'):
            for kind in types:
                may[mode + kind] |= keys_in(line.split('|')[1])
    if not may['start'] or not may['target'] or not may['pmtu probe'] or not may['lan start']:
        fail('no tables in', path)
    # "target is the address of a target, and name what it was called"; "where an event has a time".
    for kind, needed in NEEDED.items():
        may[kind] |= needed & TIME | (needed & {'target'} and {'target', 'name'})
    may['start'] |= {'target', 'name'}
    may['target'] |= {'alive'}
    may['timeout'] |= {'seq'}
    may['waiting'] |= {'seq'}
    may['why'] |= {'why', 'sentence'}
    may['pmtu start'] |= may['start']
    may['pmtu why'] |= may['why']
    may['pmtu unresolved'] |= may['unresolved']
    may['responder'] |= set('from mac replies rtt_min_us rtt_avg_us rtt_max_us'.split())
    counts = may['target'] - {'alive', 'target', 'name'}
    may['status'] |= counts
    may['window'] |= counts | {'window_us'}
    may['summary'] |= counts
    may['pmtu summary'] |= set('targets alive unresolved sent received forged complete interrupted error'.split())
    return may


class Decimal(str):
    """A number with a point, as it was written."""


def check_value(kind, key, value):
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if key.endswith('_us') or key == 'loss_percent':
        good = isinstance(value, Decimal) and re.fullmatch(r'(0|[1-9][0-9]*)\.[0-9]{3}', value)
    elif key == 'alive':
        good = isinstance(value, bool) if kind in ('target', 'lan target') else is_number
    elif kind == 'lan summary' and key == 'refused' or key in NUMBERS:
        good = is_number
    elif key in TRUTHS:
        good = isinstance(value, bool)
    elif key == 'socket' and value is None:
        good = True
    elif key in WORDS:
        good = value in WORDS[key]
    elif key in TEXTS:
        good = isinstance(value, str) and value != ''
        if key.endswith('_hex'):
            good = good and re.fullmatch('([0-9a-f]{2})+', value)
    elif key == 'ways':
        good = isinstance(value, list) and value and all(isinstance(way, str) for way in value)
    elif key in MEMBERS:
        good = isinstance(value, list) and value
        for member in value if good else ():
            if not MEMBERS[key] <= member.keys() <= MEMBERS[key] | set('name index address mtu'.split()):
                fail(f'{key} has {member}')
            for inner, one in member.items():
                check_value(kind, inner, one)
    else:
        fail(f'no type is known of {key} in {kind}')
    if not good:
        fail(f'{key} of {kind} is {value!r}')


def check_time(line):
    match = re.fullmatch(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z', line['ts'])
    when = match and datetime.datetime.fromisoformat(match[1] + '+00:00').timestamp()
    if not match or when != line['ts_s'] or int(match[2]) != line['ts_ns']:
        fail('times differ:', line)


def check_line(line, mode, may, reads):
    kind = mode + line['type']
    if kind not in NEEDED:
        fail('no such type:', line)
    if missing := NEEDED[kind] - line.keys() - (NOT_READ if reads else set()):
        fail(f'{kind} lacks {sorted(missing)}: {line}')
    if more := line.keys() - may[kind] - {'type'}:
        fail(f'{kind} has {sorted(more)}, of which the document knows nothing: {line}')
    for key, value in line.items():
        check_value(kind, key, value)
    if 'ts' in line:
        check_time(line)


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        fail('a key is there twice:', pairs)
    return members


def forbid(word):
    fail('no JSON:', word)


def read(path, may):
    lines = []
    with open(path, encoding='utf-8') as file:
        for text in file:
            if not text.endswith('}\n'):
                fail('no whole line:', text)
            try:
                lines.append(json.loads(text, parse_float=Decimal, parse_constant=forbid, object_pairs_hook=unique))
            except ValueError as problem:
                fail(problem, text)
    if len(lines) < 2 or lines[0].get('type') != 'start' or lines[-1].get('type') != 'summary':
        fail('no start and summary:', lines)
    if any(line['type'] in ('start', 'summary') for line in lines[1:-1]):
        fail('start or summary in between')
    kinds = {line['type'] for line in lines}
    mode = {'pmtu': 'pmtu ', None: ''}.get(lines[0].get('mode'), 'lan ')
    reads = 'read' in lines[0]
    for line in lines:
        check_line(line, mode, may, reads)
        if reads and NOT_READ & line.keys() or reads != ('capture' in kinds):
            fail('--read:', line)
    for line in lines:
        for key, value in line.items():
            line[key] = float(value) if isinstance(value, Decimal) else value
    return lines, mode


# --- figures ---


def near(what, found, expected, within=0.0021):
    if abs(found - expected) > within:
        fail(f'{what} is {found}, the events make it {expected}')


def same(what, found, expected):
    if found != expected:
        fail(f'{what} is {found}, the events make it {expected}')


def is_counted(line):
    """The first reply to an echo."""
    return line['type'] in ('reply', 'late') and not line['checksum_bad']


def count(events):
    return {
        'received': sum(map(is_counted, [e for e in events if 'checksum_bad' in e])),
        'late': sum(e['type'] == 'late' and not e['checksum_bad'] for e in events),
        'duplicates': sum(e['type'] == 'duplicate' and not e['checksum_bad'] for e in events),
        'corrupted': sum(e.get('checksum_bad', False) for e in events),
        'errors': sum(e['type'] == 'error' and e['settles'] for e in events),
    }


def check_counts(what, line, events):
    for key, number in count(events).items():
        same(f'{key} of {what}', line[key], number)


def quantile(times, share):
    return times[max(math.ceil(len(times) * share - 1e-9), 1) - 1]


def check_times(what, line, times):
    keys = [key for key in line if key.startswith('rtt_') or key == 'jitter_us']
    if not times:
        return same(f'times of {what}', keys, [])
    ordered = sorted(times)
    mean = sum(times) / len(times)
    near(f'min of {what}', line['rtt_min_us'], ordered[0])
    near(f'max of {what}', line['rtt_max_us'], ordered[-1])
    near(f'mean of {what}', line['rtt_avg_us'], mean)
    if 'rtt_mdev_us' in line:
        deviation = math.sqrt(sum((time - mean) ** 2 for time in times) / len(times))
        near(f'deviation of {what}', line['rtt_mdev_us'], deviation, 0.01 + deviation * 1e-3)
        ewma, jitter = times[0], 0
        for before, time in zip(times, times[1:]):
            ewma += (time - ewma) / 8
            jitter += (abs(time - before) - jitter) / 16
        near(f'moving mean of {what}', line['rtt_ewma_us'], ewma, 0.02)
        near(f'jitter of {what}', line['jitter_us'], jitter, 0.02)
    if 'rtt_p50_us' in line:
        for key, share in (('p50', .5), ('p90', .9), ('p95', .95), ('p99', .99), ('p999', .999)):
            exact = quantile(ordered, share)
            near(f'{key} of {what}', line[f'rtt_{key}_us'], exact, 0.0021 if len(times) <= 32 else exact * 0.01 + 0.002)
    return None


def check_order(target, events):
    greatest, reordered = 0, 0
    for event in filter(is_counted, events):
        reordered += event['seq'] < greatest
        greatest = max(greatest, event['seq'])
    same('reordered', target['reordered'], reordered)


def check_losses(target, lost):
    runs = []
    for seq in sorted(lost):
        if runs and runs[-1][-1] == seq - 1:
            runs[-1].append(seq)
        else:
            runs.append([seq])
    same('longest_loss_run', target['longest_loss_run'], max(map(len, runs), default=0))
    same('outages', target['outages'], len(runs))


def check_target(target, lines):
    events = [line for line in lines if line.get('target') == target['target'] and 'seq' in line]
    check_counts(target['target'], target, events)
    replies = [line for line in events if 'checksum_bad' in line and not line['checksum_bad']]
    first = [line['seq'] for line in replies if is_counted(line)]
    timeouts = [line['seq'] for line in events if line['type'] == 'timeout']
    errors = {line['seq'] for line in events if line['type'] == 'error' and line['settles']}
    late = {line['seq'] for line in replies if line['type'] == 'late'}
    if len(set(first)) != len(first) or len(set(timeouts)) != len(timeouts):
        fail('an echo was answered or given up twice:', target)
    if any(not 1 <= line['seq'] <= target['sent'] for line in events):
        fail('an echo that was not sent:', target)
    if set(timeouts) & set(first) - late or not late <= set(timeouts) | errors or set(timeouts) & errors:
        fail('an echo was both answered and given up:', target)
    for line in replies:
        if line['type'] == 'duplicate' and line['seq'] not in first:
            fail('a duplicate of nothing:', line)
    lost = (set(timeouts) | errors) - set(first)
    same('lost', target['lost'], len(lost))
    same('waiting', target['waiting'], target['sent'] - len(lost | set(first)))
    same('alive', target['alive'], bool(first))
    check_order(target, replies)
    check_times(target['target'], target, [line['rtt_us'] for line in replies if is_counted(line)])
    if not late and not target['reordered'] and not target['waiting']:
        check_losses(target, lost)


def check_share(line):
    same('sent', line['sent'], line['received'] + line['waiting'] + line['lost'])
    missing = line['sent'] - line['received']
    near('loss', line['loss_percent'], 100 * missing / line['sent'] if line['sent'] else 0, 0.0005001)


def check_responders(lines):
    for line in (line for line in lines if line['type'] == 'responder'):
        times = [e['rtt_us'] for e in lines if 'checksum_bad' in e and not e['checksum_bad'] and
                 (e['from'], e['target']) == (line['from'], line['target'])]
        same('replies of a responder', line['replies'], len(times))
        near('min of a responder', line['rtt_min_us'], min(times))
        near('max of a responder', line['rtt_max_us'], max(times))
        near('mean of a responder', line['rtt_avg_us'], sum(times) / len(times))


def check_window(line, events, has_errors):
    """An echo that was given up stays lost, and its late reply is late alone."""
    found = count(events)
    found['received'] -= found['late']
    for key, number in found.items():
        same(f'{key} of a window', line[key], number)
    same('sent of a window', line['sent'], line['received'] + line['lost'] + line['waiting'])
    decided = line['sent'] - line['waiting']
    near('loss of a window', line['loss_percent'], 100 * line['lost'] / decided if decided else 0, 0.0005001)
    if not has_errors:
        same('lost of a window', line['lost'], sum(e['type'] == 'timeout' for e in events))


def check_windows(windows, summary):
    """Each echo is in one of them."""
    def of_all(*keys):
        return sum(line[key] for line in windows for key in keys)
    for key in ('sent', 'waiting', 'late', 'duplicates', 'corrupted', 'errors'):
        same(f'{key} of all windows', of_all(key), summary[key])
    same('received of all windows', of_all('received', 'late'), summary['received'])
    same('lost of all windows', of_all('lost') - of_all('late'), summary['lost'])
    for line in windows[:-1]:
        same('waiting of a window', line['waiting'], 0)


def check_progress(lines):
    """What windows and lines of status say is what came before them."""
    window = 0
    has_errors = any(line['type'] == 'error' for line in lines)
    for i, line in enumerate(lines):
        if line['type'] == 'status':
            check_counts('status', line, lines[:i])
        if line['type'] == 'window':
            check_window(line, lines[window:i], has_errors)
            window = i


def check_figures(lines):
    start, summary = lines[0], lines[-1]
    targets = [line for line in lines if line['type'] == 'target']
    check_progress(lines)
    windows = [line for line in lines if line['type'] == 'window']
    if windows:
        check_windows(windows, summary)
    for target in targets:
        check_target(target, lines)
        check_share(target)
    check_share(summary)
    check_counts('the summary', summary, lines)
    if 'read' not in start:
        same('targets of start', start['targets'], summary['targets'])
    same('targets', len(targets), summary['targets'])
    same('alive', sum(target['alive'] for target in targets), summary['alive'])
    for key in ('sent', 'received', 'lost', 'waiting', 'late', 'duplicates', 'corrupted', 'errors', 'reordered'):
        same(key, sum(target[key] for target in targets), summary[key])
    if len(targets) == 1:
        same('the only target', {k: v for k, v in targets[0].items() if k in COUNTS or 'rtt' in k or k == 'jitter_us'},
             {k: v for k, v in summary.items() if k in COUNTS or 'rtt' in k or k == 'jitter_us'})
    elif 'rtt_mdev_us' in summary or 'rtt_p50_us' in summary:
        fail('times of several targets in', summary)
    check_responders(lines)
    same('responders', summary['responders'], sum(line['type'] == 'responder' for line in lines))


def judge(may, path):
    lines, mode = read(path, may)
    if mode == '':
        check_figures(lines)
    return lines


def main():
    document, counters, path, *expressions = sys.argv[1:]
    may = read_document(document)
    if counters == '--each':
        for one in [path] + expressions:
            judge(may, one)
        return
    lines = judge(may, path)
    names = {
        'start': lines[0],
        's': lines[-1],
        'lines': lines,
        'n': collections.Counter(line['type'] for line in lines),
        'of': lambda kind: [line for line in lines if line['type'] == kind],
        't': {line['target']: line for line in lines if line['type'] == 'target'},
        'c': {} if counters == '-' else json.load(open(counters, encoding='utf-8')),
    }
    for expression in expressions:
        if not eval(expression, names):  # pylint: disable=eval-used # the test's own words
            fail(f'{expression} does not hold in {lines} {names["c"]}')


main()
