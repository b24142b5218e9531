#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Values of pktping's options at their limits, each of them on its own.

    ping_limits.py PKTPING OPTIONS

A value is taken where the man page says so; else there is one line on standard error that names the option, nothing on standard
output, no echo was sent, and the exit status is 2. OPTIONS is the list that the tool's generator writes: every option of it that
takes a value must be in the tables below. The test runs in a network namespace of its own, whose counters say what was sent.
"""
import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
WORDS = ['', ' 1', '1 ', '-1', '+1', '0', '1', '1.5', '1,5', '1x', '0x', '0x10', '0xffffffff', '255', '256', '65507', '65508', '65535',
         '65536', '65537', '1048575', '1048576', '2147483647', '2147483648', '4294967295', '4294967296', '9223372036854775807',
         '9223372036854775808', '18446744073709551615', '18446744073709551616', '1e308', 'nan', 'inf', '1s', '1k', 'max']
INT_MAX = 2**31 - 1
DECIMAL, HEX = r'[0-9]+', r'0[xX][0-9a-fA-F]+|[0-9]+'


def number(least, most, form=DECIMAL):
    """A whole number."""
    return lambda word: bool(re.fullmatch(form, word)) and least <= int(word, 0 if word[1:2] in 'xX' and word[1:] else 10) <= most


def scaled(least, most, units, also=()):
    """A whole number with a unit."""
    def takes(word):
        match = re.fullmatch('([0-9]+)(' + '|'.join(units) + ')?', word)
        return word in also or bool(match) and least <= int(match[1]) * units.get(match[2], 1) <= most
    return takes


def duration(least_ns, form=r'([0-9]+(?:\.[0-9]+)?)(s?)'):
    """Seconds, INT_MAX at most."""
    def takes(word):
        match = re.fullmatch(form, word)
        return bool(match) and least_ns <= float(match[1]) * 1e9 <= INT_MAX * 1e9
    return takes


def never(_):
    return False


# What an option takes of WORDS.
TAKES = {
    '-c': number(1, 2**63 - 1), '-i': duration(0), '-W': duration(0), '-l': number(1, 65536), '-s': number(0, 65507),
    '-w': duration(1, r'([0-9]+)(s?)'), '-t': number(1, 255), '-Q': number(0, 255, HEX), '-e': number(0, 65535, HEX),
    '-F': number(0, 0xfffff, HEX), '-m': number(0, 2**32 - 1, HEX), '-S': scaled(1, INT_MAX, {'k': 1024}),
    '--rate': scaled(1, 2**32 - 1, {'k': 1000}, ('max',)), '--report-every': duration(1e6),
    '-p': lambda word: bool(re.fullmatch('[0-9a-fA-F]{1,32}', word)),
    '--until': never, '--fail-if': never, '-M': never, '-T': never, '--socket': never, '--timestamping': never,
}
TAKES.update({'--packets': TAKES['-c'], '--interval': TAKES['-i'], '--for': TAKES['-w'], '--wait': TAKES['-W'],
              '--size': TAKES['-s'], '--ttl': TAKES['-t'], '--tos': TAKES['-Q'], '--pattern': TAKES['-p']})
# Names of something: any word may be one, the empty one is not.
NAMES = {'-I', '--interface', '--file', '--netns', '--lan', '--save', '--read', '--prometheus'}
# What ends a run whose option does not.
BOUNDS = {'-c': ['-w', '1ms'], '--packets': ['-w', '1ms']}
# Values with which the kernel may refuse to send, or nobody answers.
MAY_FAIL = {'-c', '--packets', '-W', '--wait', '-S'}
failures = []


def sent():
    """Echo requests of both families so far."""
    with open('/proc/net/snmp', encoding='ascii') as file:
        rows = [line.split() for line in file if line.startswith('Icmp:')]
    with open('/proc/net/snmp6', encoding='ascii') as file:
        six = dict(line.split() for line in file)
    return int(dict(zip(*rows))['OutEchos']) + int(six.get('Icmp6OutEchos', 0)) + int(six.get('Icmp6OutType128', 0))


def run(pktping, option, word):
    target = '::1' if option == '-F' else '127.0.0.1'
    bound = BOUNDS.get(option, ['-c', '1'])
    return subprocess.run([pktping, *bound, option, word, *([] if option in ('--read', '--lan') else [target])],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False, text=True, errors='replace')


def complain(option, word, done, what):
    failures.append(f'{option} {word!r}: {what}; status {done.returncode}, {done.stdout!r}, {done.stderr!r}')


def check_refused(pktping, option, word):
    before = sent()
    done = run(pktping, option, word)
    if done.returncode != 2 or done.stdout or done.stderr.count('\n') != 1 or f'option {option}:' not in done.stderr:
        complain(option, word, done, 'is not refused in one line')
    if sent() != before:
        complain(option, word, done, 'something was sent')


def check_taken(pktping, option, word):
    before = sent()
    done = run(pktping, option, word)
    if done.returncode not in ((0, 1) if option in MAY_FAIL else (0,)) or done.stderr.count('option '):
        complain(option, word, done, 'is not taken')
    if sent() == before:
        complain(option, word, done, 'nothing was sent')


def main():
    pktping, listed = sys.argv[1:3]
    with open(listed, encoding='utf-8') as file:
        options = [line.split('\t')[0] for line in file if not line.rstrip('\n').endswith(('\t-', '\t[all]'))]
    if unknown := [option for option in options if option not in TAKES and option not in NAMES]:
        sys.exit(f'FAIL: not in the tables of this test: {unknown}')
    if len(options) < 30:
        sys.exit(f'FAIL: only {options} in {listed}')
    taken = refused = 0
    for option in options:
        for word in WORDS if option in TAKES else ['']:
            if option in TAKES and TAKES[option](word):
                taken += 1
                check_taken(pktping, option, word)
            else:
                refused += 1
                check_refused(pktping, option, word)
    print(f'{taken} values taken, {refused} refused')
    if failures:
        sys.exit('\n'.join(failures))


if __name__ == '__main__':
    if os.environ.get('PING_LIMITS_INSIDE') is None:
        os.environ['PING_LIMITS_INSIDE'] = '1'
        prefix = ['unshare', '--net', '--map-root-user']
        if subprocess.run([*prefix, 'sh', '-c', 'ip link set lo up'], capture_output=True, check=False).returncode != 0:
            print('SKIP: no network namespaces can be made here')
            sys.exit(SKIPPED)
        os.execvp('unshare', [*prefix, 'sh', '-c', 'ip link set lo up && exec "$@"', '-', sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as scratch:
        sys.argv[1:] = [os.path.abspath(argument) for argument in sys.argv[1:]]
        os.chdir(scratch)
        main()
