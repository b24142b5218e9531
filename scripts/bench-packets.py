#!/usr/bin/env python3
"""Writes a pcap file of mixed packets for the benchmarks: bench-packets.py FILE PACKETS DIFFERENT

PACKETS packets in which DIFFERENT ones repeat, each from a host of its own: TCP and UDP over IPv4 and IPv6, with and
without a VLAN tag, ICMP and ICMPv6 echo, ARP, ND, IGMP. All checksums are right. The same call writes the same file.
"""
import struct
import sys


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def payload(n, length):
    return bytes((n * 7 + i * 13) & 0xff for i in range(length))


def ip4(n, protocol, data, dst=b'\x0a\xff\x00\x01', options=b'', ttl=64):
    src = struct.pack('>BBH', 10, n >> 16 & 0xff, n & 0xffff)
    header = struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(data), n & 0xffff, 0x4000,
                         ttl, protocol, 0) + src + dst + options
    header = header[:10] + struct.pack('>H', checksum(header)) + header[12:]
    return header + data, src + dst


def ip6(n, protocol, data, hop_limit=64):
    addresses = bytes.fromhex('20010db8') + struct.pack('>QI', 0, n + 1) + bytes.fromhex('20010db8') + \
        struct.pack('>QI', 0xffff, 1)
    return struct.pack('>IHBB', 0x60000000, len(data), protocol, hop_limit) + addresses + data, addresses


def with_checksum(data, off, pseudo):
    value = checksum(pseudo + data)
    return data[:off] + struct.pack('>H', value) + data[off + 2:]


def pseudo4(n, protocol, data):
    return ip4(n, protocol, data)[1] + struct.pack('>BBH', 0, protocol, len(data))


def pseudo6(n, protocol, data):
    return ip6(n, protocol, data)[1] + struct.pack('>IHBB', len(data), 0, 0, protocol)


def tcp(n, length):
    flags = (0x10, 0x18, 0x02, 0x11)[n % 4]
    options = bytes.fromhex('0101080a') + struct.pack('>II', n * 1000, n * 999)
    if flags == 2:
        options = bytes.fromhex('020405b40402080a') + struct.pack('>II', n * 1000, 0) + bytes.fromhex('01030307')
        length = 0
    return struct.pack('>HHIIBBHHH', 32768 + n % 28000, 443, n * 7919 & 0xffffffff, n * 104729 & 0xffffffff,
                       (20 + len(options)) // 4 << 4, flags, 501, 0, 0) + options + payload(n, length)


def udp(n, length):
    return struct.pack('>HHHH', 32768 + n % 28000, 9999, 8 + length, 0) + payload(n, length)


def echo(n, kind, length):
    return struct.pack('>BBHHH', kind, 0, 0, n & 0xffff, n >> 16) + payload(n, length)


def make(n):
    kind, length = n % 12, (0, 5, 100, 512, 1400)[n // 12 % 5]
    if kind in (0, 1, 2):
        packet, ethertype = ip4(n, 6, with_checksum(tcp(n, length), 16, pseudo4(n, 6, tcp(n, length))))[0], 0x0800
    elif kind in (3, 4):
        packet, ethertype = ip4(n, 17, with_checksum(udp(n, length), 6, pseudo4(n, 17, udp(n, length))))[0], 0x0800
    elif kind == 5:
        packet, ethertype = ip4(n, 1, with_checksum(echo(n, 8, 56), 2, b''))[0], 0x0800
    elif kind == 6:
        report = struct.pack('>BBHHHBBH', 0x22, 0, 0, 0, 1, 4, 0, 0) + bytes([239, 1, n >> 8 & 0xff, n & 0xff])
        packet, ethertype = ip4(n, 2, with_checksum(report, 2, b''), b'\xe0\x00\x00\x16', b'\x94\x04\0\0', 1)[0], 0x0800
    elif kind == 7:
        packet, ethertype = struct.pack('>HHBBH', 1, 0x0800, 6, 4, 1) + b'\x02\0' + struct.pack('>I', n) + \
            struct.pack('>BBH', 10, n >> 16 & 0xff, n & 0xffff) + bytes(6) + b'\x0a\xff\x00\x01', 0x0806
    elif kind == 8:
        packet, ethertype = ip6(n, 6, with_checksum(tcp(n, length), 16, pseudo6(n, 6, tcp(n, length))))[0], 0x86dd
    elif kind == 9:
        packet, ethertype = ip6(n, 17, with_checksum(udp(n, length), 6, pseudo6(n, 17, udp(n, length))))[0], 0x86dd
    elif kind == 10:
        packet, ethertype = ip6(n, 58, with_checksum(echo(n, 128, 56), 2, pseudo6(n, 58, echo(n, 128, 56))))[0], 0x86dd
    else:
        message = struct.pack('>BBHI', 135, 0, 0, 0) + bytes.fromhex('20010db8') + struct.pack('>QI', 0xffff, 1) + \
            b'\x01\x01\x02\0' + struct.pack('>I', n)
        packet, ethertype = ip6(n, 58, with_checksum(message, 2, pseudo6(n, 58, message)), 255)[0], 0x86dd
    tag = struct.pack('>HH', 0x8100, n % 4094 + 1) if n % 10 == 9 else b''
    return b'\x02\xff\0\0\0\1\x02\0' + struct.pack('>I', n) + tag + struct.pack('>H', ethertype) + packet


def main():
    path, count, different = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    frames = [make(n) for n in range(different)]
    with open(path, 'wb', buffering=1 << 20) as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for i in range(count):
            frame = frames[i % different]
            file.write(struct.pack('<IIII', 1700000000 + i // 10000, i % 10000 * 100, len(frame), len(frame)))
            file.write(frame)


main()
