#!/usr/bin/env python3
"""pktsend --rewrite against packets that were built so, against tshark, and against tcprewrite.

    send_rewrite.py PKTSEND CAPTURES
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

# Rules, the packet that is rewritten, and what must come of it.
BUILT = [
    (['ip:10.0.0.1=192.0.2.200'],
     'ip src=10.0.0.1 dst=10.0.0.2 / udp / "x"', 'ip src=192.0.2.200 dst=10.0.0.2 / udp / "x"'),
    (['ip:10.0.0.0/8=172.0.0.0/8'],
     'ip src=10.0.0.1 dst=10.200.0.2 / tcp / "odd"', 'ip src=172.0.0.1 dst=172.200.0.2 / tcp / "odd"'),
    (['ip:10.0.0.0/9=10.128.0.0/9'],
     'ip src=10.1.2.3 dst=10.129.2.3 / icmp', 'ip src=10.129.2.3 dst=10.129.2.3 / icmp'),
    (['ip:2001:db8::/32=2001:db9::/32'],
     'ip6 src=2001:db8::1 dst=2001:db8::2 / udp / "x"', 'ip6 src=2001:db9::1 dst=2001:db9::2 / udp / "x"'),
    (['src:*=2001:db9::1'], 'ip6 src=2001:db8::1 / hopopts opt(padn) / icmp6', 'ip6 src=2001:db9::1 / hopopts opt(padn) / icmp6'),
    # No rule sees what another one wrote, and the first that fits holds.
    (['ip:10.0.0.1=10.0.0.2', 'ip:10.0.0.2=10.0.0.1'],
     'ip src=10.0.0.1 dst=10.0.0.2 / udp', 'ip src=10.0.0.2 dst=10.0.0.1 / udp'),
    (['src:10.0.0.1=10.0.0.9', 'ip:*=10.0.0.8'], 'ip src=10.0.0.1 dst=10.0.0.2 / udp', 'ip src=10.0.0.9 dst=10.0.0.8 / udp'),
    (['port:80=8080', 'port:8080=80'], 'ip / tcp sport=80 dport=8080', 'ip / tcp sport=8080 dport=80'),
    (['sport:*=1', 'dport:*=2'], 'ip6 / udp sport=80 dport=81 / "odd"', 'ip6 / udp sport=1 dport=2 / "odd"'),
    (['dst-mac:*=02:00:00:00:00:99', 'src-mac:02:00:00:00:00:01=02:00:00:00:00:98'],
     'eth / "x"', 'eth src=02:00:00:00:00:98 dst=02:00:00:00:00:99 / "x"'),
    (['vlan:5=6'], 'eth / vlan id=5 priority=3 / vlan id=5 / ip / udp', 'eth / vlan id=6 priority=3 / vlan id=5 / ip / udp'),
    (['vlan:*=none'], 'eth / vlan id=5 / ip / udp', 'eth / ip / udp'),
    (['vlan:none=7'], 'eth / ip / udp', 'eth / vlan id=7 / ip / udp'),
    (['vlan:none=7'], 'eth / vlan id=5 / ip / udp', 'eth / vlan id=5 / ip / udp'),
    (['vlan:none=7', 'ip:10.0.0.1=10.0.0.7'], 'eth / ip src=10.0.0.1 / udp', 'eth / vlan id=7 / ip src=10.0.0.7 / udp'),
    # Wrong stays as wrong as it was, absent stays absent.
    (['ip:10.0.0.1=10.0.0.2'], 'ip src=10.0.0.1 / udp checksum*=0', 'ip src=10.0.0.2 / udp checksum*=0'),
    # ARP and neighbour discovery.
    (['ip:10.0.0.1=10.0.0.7', 'mac:02:00:00:00:00:01=02:00:00:00:00:07'],
     'eth src=02:00:00:00:00:01 dst=ff:ff:ff:ff:ff:ff / arp who-has 10.0.0.2 tell 10.0.0.1',
     'eth src=02:00:00:00:00:07 dst=ff:ff:ff:ff:ff:ff / arp who-has 10.0.0.2 tell 10.0.0.7 src_hw_mac=02:00:00:00:00:07'),
    (['ip:2001:db8::/64=2001:db9::/64', 'mac:02:00:00:00:00:01=02:00:00:00:00:07'],
     'eth src=02:00:00:00:00:01 / ip6 src=2001:db8::1 dst=2001:db8::2 / na 2001:db8::1 opt(target-lla 02:00:00:00:00:01)',
     'eth src=02:00:00:00:00:07 / ip6 src=2001:db9::1 dst=2001:db9::2 / na 2001:db9::1 opt(target-lla 02:00:00:00:00:07)'),
    # Tunnels.
    (['ip:10.0.0.0/8=11.0.0.0/8', 'port:9=10'],
     'ip src=10.0.0.1 dst=10.0.0.2 / gre csum / ip src=10.1.0.1 dst=10.1.0.2 / udp / "x"',
     'ip src=11.0.0.1 dst=11.0.0.2 / gre csum / ip src=11.1.0.1 dst=11.1.0.2 / udp dport=10 / "x"'),
    (['ip:10.0.0.0/8=11.0.0.0/8', 'dst-mac:*=02:00:00:00:00:09'],
     'ip src=10.0.0.1 / udp / vxlan / eth / ip src=10.1.0.1 / tcp', 'eth dst=02:00:00:00:00:09 / ip src=11.0.0.1 / udp / vxlan / '
     'eth dst=02:00:00:00:00:09 / ip src=11.1.0.1 / tcp'),
    # Quotations, whole and cut.
    (['ip:10.0.0.0/8=11.0.0.0/8', 'dport:33434=33435'],
     'ip src=9.0.0.9 dst=10.0.0.1 / icmp time-exceeded / ip src=10.0.0.1 dst=10.0.0.2 / udp dport=33434 / fill:40:7',
     'ip src=9.0.0.9 dst=11.0.0.1 / icmp time-exceeded / ip src=11.0.0.1 dst=11.0.0.2 / udp dport=33435 / fill:40:7'),
    (['ip:10.0.0.0/8=11.0.0.0/8', 'dport:33434=33435'],
     'ip src=9.0.0.9 dst=10.0.0.1 / icmp time-exceeded quote=28 / ip src=10.0.0.1 dst=10.0.0.2 / udp dport=33434 / fill:40:7',
     'ip src=9.0.0.9 dst=11.0.0.1 / icmp time-exceeded quote=28 / ip src=11.0.0.1 dst=11.0.0.2 / udp dport=33435 / fill:40:7'),
    (['ip:2001:db8::/32=2001:db9::/32', 'port:80=81'],
     'ip6 src=2001:db8::9 dst=2001:db8::1 / icmp6 too-big mtu=1280 / ip6 src=2001:db8::1 dst=2001:db8::2 / tcp',
     'ip6 src=2001:db9::9 dst=2001:db9::1 / icmp6 too-big mtu=1280 / ip6 src=2001:db9::1 dst=2001:db9::2 / tcp dport=81'),
    # Fragments: the first has the ports.
    (['ip:10.0.0.1=11.0.0.1', 'dport:9=10'],
     'ip src=10.0.0.1 dst=10.0.0.2 id=7 / udp dport=9 / fill:2000:3 / fragment mtu=576',
     'ip src=11.0.0.1 dst=10.0.0.2 id=7 / udp dport=10 / fill:2000:3 / fragment mtu=576'),
]

# For every capture at once: addresses of its networks, ports and MACs as they occur.
RULES = ['ip:192.0.2.0/24=198.18.77.0/24', 'ip:10.0.0.0/8=11.0.0.0/8', 'ip:2001:db8::/32=2001:dba::/32',
         'ip:fe80::/64=fe80:0:0:1::/64', 'mac:00:00:5e:00:53:02=02:12:34:56:78:9a', 'port:40001=40501', 'port:50001=50777',
         'dport:33434=3434']

# Where tshark finds another checksum right, and why.
DIVERGENCES = {
    'ip6-odd.pcap packet 14': 'twenty extension headers: UDP behind them is out of the sixteen layers that we decode',
    'ip6-extension-headers.pcap packet 16': 'RPL source route: we read no final destination from its compressed addresses (RFC 6554)',
}

STATUS = ['ip.checksum.status', 'tcp.checksum.status', 'udp.checksum.status', 'icmp.checksum.status', 'icmpv6.checksum.status',
          'igmp.checksum.status', 'gre.checksum.status', 'sctp.checksum.status', '_ws.malformed']
CHECK = [word for name in ('ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum') for word in ('-o', f'{name}:TRUE')]

# What tcprewrite does as well: its options, our rules, captures whose packets both know. It leaves the MAC addresses in ARP, and gives
# frames of IPv6 the MAC addresses of groups: these are not compared.
PEER = [
    (['--pnat=192.0.2.0/24:198.18.0.0/24'], ['ip:192.0.2.0/24=198.18.0.0/24'], ['tcp4-data', 'ping4', 'udp4', 'arp-request-reply']),
    (['--portmap=40001:777'], ['port:40001=777'], ['tcp4-data', 'udp4']),
    (['--enet-dmac=02:00:00:00:00:77', '--enet-smac=02:00:00:00:00:78'],
     ['dst-mac:*=02:00:00:00:00:77', 'src-mac:*=02:00:00:00:00:78'], ['tcp4-data', 'udp4']),
    (['--enet-vlan=add', '--enet-vlan-tag=5', '--enet-vlan-pri=0', '--enet-vlan-cfi=0'], ['vlan:none=5'], ['ping4', 'tcp4-data']),
    (['--enet-vlan=del'], ['vlan:*=none'], ['vlan-tag']),
]


def fail(text):
    sys.exit(f'send_rewrite: {text}')


def run(words, wanted=(0,)):
    done = subprocess.run(words, capture_output=True, check=False, timeout=60)
    if done.returncode not in wanted:
        fail(f'{" ".join(words)}: status {done.returncode}: {done.stderr.decode()}')
    return done.stdout


def packets(path):
    """Those of a pcap file of microseconds, without their times."""
    with open(path, 'rb') as file:
        data = file.read()
    assert struct.unpack('<I', data[:4])[0] in (0xa1b2c3d4, 0xa1b23c4d), path
    at, found = 24, []
    while at + 16 <= len(data):
        length = struct.unpack('<I', data[at + 8:at + 12])[0]
        found.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return found


def without_ip6(frames):
    return [frame for frame in frames if frame[12:14] != b'\x86\xdd' and frame[16:18] != b'\x86\xdd']


def blocks(path):
    """Number of packets in a pcapng file of this machine's byte order."""
    with open(path, 'rb') as file:
        data = file.read()
    at = count = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack('=II', data[at:at + 8])
        count += kind == 6
        at += length
    return count


def rules_of(rules):
    return [word for rule in rules for word in ('--rewrite', rule)]


class Bench:
    def __init__(self, pktsend, captures, scratch):
        self.pktsend, self.captures, self.scratch = pktsend, captures, scratch

    def path(self, name):
        return os.path.join(self.scratch, name)

    def build(self, name, description):
        # Frames on both sides: a link layer of its own where the description has none.
        first = description.split()[0]
        framed = description if first == 'eth' else f'eth / {description}'
        run([self.pktsend, '--quiet', '--save', self.path(name), framed])
        return self.path(name)

    def rewrite(self, path, rules, name):
        """Status 2 where the capture has packets that cannot be sent: these are left out."""
        run([self.pktsend, '--quiet', '--save', self.path(name), '-r', path, *rules_of(rules)], (0, 2))
        return self.path(name)

    def built(self):
        for rules, before, after in BUILT:
            rewritten = packets(self.rewrite(self.build('before.pcap', before), rules, 'rewritten.pcap'))
            wanted = packets(self.build('after.pcap', after))
            if rewritten != wanted:
                fail(f'{rules} of {before}:\n' + '\n'.join(f'{a.hex()}\n{b.hex()} wanted' for a, b in zip(rewritten, wanted)))
        print(f'{len(BUILT)} rewritten packets equal built ones')

    def status(self, paths):
        """tshark's verdict on each checksum of each packet of all files."""
        run(['mergecap', '-a', '-w', self.path('all.pcapng'), *paths])
        fields = [word for name in STATUS for word in ('-e', name)]
        return run(['tshark', '-n', '-r', self.path('all.pcapng'), *CHECK, '-T', 'fields', *fields]).decode().splitlines()

    def checked(self):
        places, plain, rewritten = [], [], []
        for name in sorted(os.listdir(self.captures)):
            if '.pcap' not in name:
                continue
            # What cannot be sent is left out on both sides alike.
            path = os.path.join(self.captures, name)
            pair = [self.rewrite(path, rules, f'{name}{end}.pcapng') for rules, end in ((['port:0=0'], '-plain'), (RULES, '-new'))]
            if not all(map(os.path.exists, pair)):
                continue
            places += [f'{name} packet {i + 1}' for i in range(blocks(pair[0]))]
            plain.append(pair[0])
            rewritten.append(pair[1])
        before, after = self.status(plain), self.status(rewritten)
        if not len(places) == len(before) == len(after) or len(places) < 1000:
            fail(f'{len(places)} packets, {len(before)} before, {len(after)} after')
        other = {place: f'{a} became {b}' for place, a, b in zip(places, before, after) if a != b}
        if other.keys() != DIVERGENCES.keys():
            fail('\n'.join(f'{place}: {other.get(place, "no divergence any more")}' for place in other.keys() ^ DIVERGENCES.keys()))
        print(f'checksums of {len(places)} packets are as tshark found them before, but for {len(other)} known ones')

    def peer(self):
        if shutil.which('tcprewrite') is None:
            print('tcprewrite is not installed: left out')
            return
        count = 0
        for options, rules, names in PEER:
            for name in names:
                path = os.path.join(self.captures, f'{name}.pcap')
                if not os.path.exists(path):
                    fail(f'{name}.pcap is no capture')
                run(['tcprewrite', *options, '-i', path, '-o', self.path('peer.pcap')])
                theirs = without_ip6(packets(self.path('peer.pcap')))
                ours = without_ip6(packets(self.rewrite(path, rules, 'ours.pcap')))
                if ours != theirs:
                    fail(f'{name} {options}:\n' + '\n'.join(f'{a.hex()} ours\n{b.hex()} theirs' for a, b in zip(ours, theirs) if a != b))
                if ours == without_ip6(packets(path)):
                    fail(f'{name} {options} changes nothing')
                count += len(ours)
        print(f'{count} packets equal those of tcprewrite')


def main():
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(sys.argv[1], sys.argv[2], scratch)
        bench.built()
        bench.peer()
        bench.checked()


main()
