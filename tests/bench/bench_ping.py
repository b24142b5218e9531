#!/usr/bin/env python3
"""Races pktping against ping and fping in namespaces of its own: bench_ping.py PKTPING SIM_RESPONDER [PART]...

One line a figure: what was seen beside what is wanted. Nothing is asserted. What a packet's round trip took is told by tcpdump
with stamps in nanoseconds, on the interface where the pinger runs. On a veth the driver stamps what is sent after tcpdump has
taken it, so what tcpdump costs is in its round trips and not in those of pktping, and the difference is below 0: the more so
where tcpdump is woken for each packet (--immediate-mode). Both are shown; the figure is the one of tcpdump by itself.
"""
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

NEAR, FAR = 'bping%d-near' % os.getpid(), 'bping%d-far' % os.getpid()
BUSY = [sys.executable, '-c', 'while True: pass']


def line(what, seen, wanted='-'):
    print('%-74s %s  (wanted: %s)' % (what, seen, wanted), flush=True)


def run(command, timeout=120):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)


def inside(namespace, command, timeout=120):
    return run(['ip', 'netns', 'exec', namespace, *command], timeout)


def setup(namespace, commands):
    for command in commands:
        done = inside(namespace, command.split())
        if done.returncode:
            sys.exit('%s: %s' % (command, done.stderr.strip()))


def cable():
    for namespace in NEAR, FAR:
        run(['ip', 'netns', 'add', namespace])
    setup(NEAR, ['ip link set lo up', 'ip link add v0 type veth peer name v1 netns ' + FAR, 'ip address add 10.9.0.1/24 dev v0',
                 'ip address add 10.2.0.1/24 dev v0', 'ip link set v0 up', 'sysctl -qw net.ipv4.ping_group_range=0'])
    setup(FAR, ['ip link set lo up', 'ip address add 10.9.0.2/24 dev v1', 'ip link set v1 up',
                'sysctl -qw net.ipv4.icmp_ratelimit=0', 'ip route add local 10.1.0.0/16 dev lo'])
    setup(FAR, ['ip address add 10.2.0.%d/32 dev v1' % n for n in range(10, 63)] + ['ip route add 10.2.0.0/24 dev v1'])
    setup(NEAR, ['ip route add 10.1.0.0/16 via 10.9.0.2'])
    inside(NEAR, ['sh', '-c', 'echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range'])


class Capture:
    """Echoes on an interface: sent and answered are lists of (nanoseconds, identifier, sequence number)."""

    def __init__(self, interface, immediate=False):
        self.file = os.path.join(WORK, 'capture')
        self.tcpdump = subprocess.Popen(
            ['ip', 'netns', 'exec', NEAR, 'tcpdump', '-i', interface, '-Z', 'root', '-n', '-B', '32768', '-U', '-s', '96',
             *(['--immediate-mode'] if immediate else []), '--time-stamp-precision=nano', '-w', self.file, 'icmp'],
            stderr=subprocess.PIPE, text=True)
        while 'listening' not in (said := self.tcpdump.stderr.readline()):
            if not said:
                sys.exit('tcpdump did not start')

    def stop(self):
        time.sleep(1.5)  # what it has taken comes to it within a second
        self.tcpdump.terminate()
        self.tcpdump.wait()
        with open(self.file, 'rb') as file:
            data = file.read()
        at, self.sent, self.answered = 24, [], []
        while at + 16 <= len(data):
            seconds, nanoseconds, length, _ = struct.unpack_from('<IIII', data, at)
            echo = data[at + 16 + 14:at + 16 + length]
            echo = echo[4 * (echo[0] & 15):]
            identity = struct.unpack_from('>HH', echo, 4)
            {8: self.sent, 0: self.answered}.get(echo[0], []).append((seconds * 10**9 + nanoseconds, *identity))
            at += 16 + length
        return self

    def rtts(self):
        """Microseconds by sequence number."""
        sent = {(i, s): a for a, i, s in self.sent}
        return {s: (a - sent[(i, s)]) / 1000 for a, i, s in self.answered if (i, s) in sent}


def captured(interface, command, immediate=False):
    capture = Capture(interface, immediate)
    done = inside(NEAR, command)
    return done, capture.stop()


def part_pace():
    for count, interval in (100, 10), (300, 1):
        commands = {'pktping': [PKTPING, '-n', '-q', '-c', str(count), '-i', '%dms' % interval, '10.9.0.2'],
                    'ping': ['ping', '-n', '-q', '-c', str(count), '-i', '%.3f' % (interval / 1000), '10.9.0.2'],
                    'fping': ['fping', '-q', '-c', str(count), '-i', '1', '-p', str(interval), '10.9.0.2']}
        ideal = (count - 1) * interval
        for name, command in commands.items():
            _, seen = captured('v0', command)
            wall = (seen.sent[-1][0] - seen.sent[0][0]) / 1e6
            line('%d echoes at %d ms, first to last on the wire; %s' % (count, interval, name),
                 '%8.2f ms, %d sent, %+.2f %% of %d ms' % (wall, len(seen.sent), 100 * (wall / ideal - 1), ideal), 'within 1 %')


def rtts_of(name, done):
    """Microseconds by sequence number, as the pinger says."""
    if name == 'ping':
        return {int(s): float(t) * 1000 for s, t in re.findall(r'icmp_seq=(\d+).*time=([\d.]+)', done.stdout)}
    said = (json.loads(text) for text in done.stdout.splitlines())
    return {reply['seq']: reply['rtt_us'] for reply in said if reply['type'] == 'reply'}


def show_rtt(interface, load, name, command, immediate):
    done, seen = captured(interface, command, immediate)
    said, truth = rtts_of(name.split(' ')[0], done), seen.rtts()
    apart = [said[s] - truth[s] for s in said if s in truth]
    line('round trip less the capture\'s, %s, %s%s; %s' % (interface, load, ', immediate' if immediate else '', name),
         'median %+8.2f us of %d (the capture: %.2f us)' % (
             statistics.median(apart), len(apart), statistics.median(truth.values()))
         if apart else 'nothing: ' + done.stderr.strip(), 'within 5 us')


def part_rtt():
    kinds = {'pktping raw': ['--socket', 'raw'], 'pktping datagram': ['--socket', 'datagram'],
             'pktping user clock': ['--timestamping=user'], 'ping': None}
    for load in 'idle', 'busy':
        loops = [subprocess.Popen(BUSY) for _ in range(os.cpu_count() if load == 'busy' else 0)]
        try:
            for interface, target in ('lo', '127.0.0.1'), ('v0', '10.9.0.2'):
                for name, options in kinds.items():
                    command = ['ping', '-n', '-c', '200', '-i', '0.01', target] if options is None else [
                        PKTPING, '--json', '-c', '200', '-i', '10ms', *options, target]
                    for immediate in False, True:
                        show_rtt(interface, load, name, command, immediate)
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()


def part_first():
    for name in 'pktping', 'ping':
        firsts, seconds = [], []
        for _ in range(10):
            inside(NEAR, ['ip', 'neighbour', 'flush', 'dev', 'v0'])
            command = [PKTPING, '--json', '-c', '2', '-i', '200ms', '10.9.0.2'] if name == 'pktping' else [
                'ping', '-n', '-c', '2', '-i', '0.2', '10.9.0.2']
            said = rtts_of(name, inside(NEAR, command))
            firsts.append(said.get(1, 0))
            seconds.append(said.get(2, 0))
        line('round trip to a neighbour not yet resolved; %s' % name, 'first %8.2f us, second %8.2f us (medians of 10)' % (
            statistics.median(firsts), statistics.median(seconds)), 'no ARP time in the first')


def part_sweep():
    sweeps = {'pktping': [PKTPING, '--rate', 'max', '--alive', '10.1.0.0/16'],
              'pktping, user clock': [PKTPING, '--rate', 'max', '--alive', '--timestamping=user', '10.1.0.0/16'],
              'fping': ['fping', '-i', '0', '-q', '-r', '0', '-a', '-g', '10.1.0.0/16']}
    best = {name: (10**9, 0) for name in sweeps}
    for _ in range(5):
        for name, command in sweeps.items():
            start = time.monotonic()
            done = inside(NEAR, command)
            best[name] = min(best[name], (time.monotonic() - start, len(done.stdout.split())))
    for name, command in sweeps.items():
        calls = os.path.join(WORK, 'calls')
        inside(NEAR, ['strace', '-f', '-c', '-o', calls, *command], 300)
        with open(calls, encoding='ascii') as file:
            total = [text.split() for text in file if text.rstrip().endswith('total')]
        line('sweep of 65,534 living addresses, best of 5; %s' % name, '%6.2f s, %d alive, fping takes %.2f times; %s calls an echo' % (
            *best[name], best['fping'][0] / best[name][0], '%.2f' % (int(total[0][3]) / 65534) if total else '?'),
             'not slower; user clock 1.2 times; none dead; under 0.2 calls')


def part_dead():
    sweeps = {'pktping': [PKTPING, '--alive', '10.2.0.0/24'], 'fping': ['fping', '-a', '-q', '-g', '10.2.0.0/24']}
    verdicts = {}
    for name, command in sweeps.items():
        inside(NEAR, ['ip', 'neighbour', 'flush', 'dev', 'v0'])
        start = time.monotonic()
        verdicts[name] = set(inside(NEAR, command).stdout.split())
        line('/24 on link, 200 dead; %s' % name, '%6.2f s, %d alive' % (time.monotonic() - start, len(verdicts[name])),
             '3 times as fast as fping, 54 alive')
    line('/24 on link: the same verdicts', 'yes' if verdicts['pktping'] == verdicts['fping'] else str(
        sorted(verdicts['pktping'] ^ verdicts['fping'])), 'yes')


def part_many():
    targets = os.path.join(WORK, 'targets')
    with open(targets, 'w', encoding='ascii') as file:
        file.writelines('10.1.%d.%d\n' % (n // 250, n % 250 + 1) for n in range(1000))
    for name, command in {'pktping': [PKTPING, '-q', '--rate', 'max', '-i', '1s', '-c', '10', '--file', targets],
                          'fping': ['fping', '-q', '-i', '1', '-p', '1000', '-c', '10', '-f', targets]}.items():
        done = inside(NEAR, ['/usr/bin/time', '-f', 'used %e %U %S %M', *command])
        wall, user, system, memory = (float(n) for n in re.findall(r'used (\S+) (\S+) (\S+) (\S+)', done.stderr)[-1])
        received = sum(int(n) for n in re.findall(r'(\d+) received', done.stdout)) if name == 'pktping' else sum(
            int(n) for n in re.findall(r'xmt/rcv/%loss = \d+/(\d+)/', done.stderr))
        line('1,000 targets, a packet a second each, 10 s; %s' % name, '%.2f %% CPU of %.2f s, %.1f MiB at most, %d replies' % (
            100 * (user + system) / wall, wall, memory / 1024, received), 'under 3 % of a core, under 16 MiB')


def part_forged():
    scene = os.path.join(WORK, 'scene')
    for flood in '', 'forge flood 100000 during 1s\n':
        ready = os.path.join(WORK, 'ready')
        with open(scene, 'w', encoding='ascii') as file:
            file.write('target 198.51.100.1\ndelay 1ms\n' + flood)
        sim = subprocess.Popen(['ip', 'netns', 'exec', NEAR, SIM, '--ready-file', ready, scene], stdout=subprocess.PIPE, text=True)
        while not os.path.exists(ready) and sim.poll() is None:
            time.sleep(0.02)
        inside(NEAR, ['ip', 'address', 'add', '198.51.100.254/24', 'dev', 'sim0'])
        start = time.monotonic()
        done = inside(NEAR, [PKTPING, '--json', '-c', '100', '-i', '20ms', '198.51.100.1'])
        wall = time.monotonic() - start
        sim.terminate()
        flooded = re.search(r'"flooded":(\d+)', sim.communicate()[0])
        os.remove(ready)
        said = [json.loads(text) for text in done.stdout.splitlines()][-1]
        line('100 echoes at 20 ms beside %s forged replies' % (flooded[1] if flooded else '?'),
             '%.2f s, %s received, %s lost, %s duplicates, %s late, %s forged, median %s us' % (
                 wall, *(said.get(key) for key in ('received', 'lost', 'duplicates', 'late', 'forged', 'rtt_p50_us'))),
             'no figure changes, run time bounded')


def main():
    try:
        cable()
        for part in sys.argv[3:] or ['pace', 'rtt', 'first', 'sweep', 'dead', 'many', 'forged']:
            globals()['part_' + part]()
    finally:
        for namespace in NEAR, FAR:
            run(['ip', 'netns', 'del', namespace])
        shutil.rmtree(WORK)


PKTPING, SIM = (os.path.abspath(path) for path in sys.argv[1:3])
WORK = tempfile.mkdtemp()
main()
