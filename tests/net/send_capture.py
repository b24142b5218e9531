#!/usr/bin/env python3
"""Captures for send.sh, made and judged without libpkt.

    send_capture.py make FILE COUNT                     packets of many lengths at uneven moments, for replaying
    send_capture.py same CAPTURE CAPTURE COUNT          the same packets in the same order, so many
    send_capture.py shown FILE CAPTURE                  the packets of lines in hexadecimal, with or without a link-layer header
    send_capture.py replayed CAPTURE ARRIVED ROUNDS [SPEED]
        what arrived is the capture, ROUNDS times over; prints how well its gaps were kept at that speed, which is the machine's
        affair as well
"""
import struct
import sys

GAP_NS = 100000  # within which a gap counts as kept


def fold(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def frame(number):
    source, destination = bytes([198, 51, 100, 1]), bytes([198, 51, 100, 2])
    body = bytes((number * 31 + i) & 0xff for i in range(18 + number * 37 % 1400))
    udp = struct.pack('!HHHH', 40000, 9, 8 + len(body), 0) + body
    check = fold(source + destination + struct.pack('!HH', 17, len(udp)) + udp) ^ 0xffff or 0xffff
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0) + source + destination
    head = head[:10] + struct.pack('!H', fold(head) ^ 0xffff) + head[12:]
    return bytes.fromhex('02000000000202000000000108 00') + head + udp[:6] + struct.pack('!H', check) + udp[8:]


def make(path, count):
    """Bursts, gaps from some microseconds to ten milliseconds."""
    gaps = (0, 7000, 150000, 1000000, 400, 2500000, 10000000, 50000, 5000000, 300000)
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHIIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        time_ns = 1700000000 * 10**9
        for number in range(count):
            data = frame(number)
            time_ns += gaps[number * 7 % len(gaps)] + number % 13 * 1000
            file.write(struct.pack('<IIII', time_ns // 10**9, time_ns % 10**9, len(data), len(data)) + data)


def read(path):
    """Times in nanoseconds and packets."""
    with open(path, 'rb') as file:
        data = file.read()
    unit = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}[struct.unpack('<I', data[:4])[0]]
    rows, at = [], 24
    while at + 16 <= len(data):
        seconds, part, captured, length = struct.unpack('<IIII', data[at:at + 16])
        assert captured == length, 'cut'
        rows.append((seconds * 10**9 + part * unit, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return rows


def same(one, other, count):
    ours, theirs = read(one), read(other)
    assert len(ours) == len(theirs) == count, f'{len(ours)} and {len(theirs)} packets instead of {count}'
    for i, ((_, a), (_, b)) in enumerate(zip(ours, theirs)):
        assert a == b, f'packet {i}:\n{a.hex()}\n{b.hex()}'


def shown(path, captured):
    with open(path, encoding='ascii') as file:
        ours = [bytes.fromhex(line) for line in file]
    theirs = read(captured)
    assert len(ours) == len(theirs) > 0, f'{len(ours)} packets are shown, {len(theirs)} arrived'
    for i, (a, (_, b)) in enumerate(zip(ours, theirs)):
        assert a in (b, b[14:]), f'packet {i}:\n{a.hex()}\n{b.hex()}'


def replayed(path, arrived_path, rounds, speed):
    wanted, arrived = read(path), read(arrived_path)
    assert len(arrived) == rounds * len(wanted), f'{len(arrived)} packets instead of {rounds} times {len(wanted)}'
    for i, (_, data) in enumerate(arrived):
        assert data == wanted[i % len(wanted)][1], f'packet {i} is another one'
    print(f'{len(arrived)} packets in {(arrived[-1][0] - arrived[0][0]) / 1e9:.3f} s', end='')
    if speed:
        pairs = zip(wanted, wanted[1:], arrived, arrived[1:])
        errors = sorted(abs(d[0] - c[0] - (b[0] - a[0]) / speed) for a, b, c, d in pairs)
        kept = sum(error <= GAP_NS for error in errors)
        print(f'; {100 * kept / len(errors):.1f} % of the gaps within {GAP_NS // 1000} us, median '
              f'{errors[len(errors) // 2] / 1e3:.1f} us off', end='')
    print()


def main(argv):
    if argv[1] == 'make':
        make(argv[2], int(argv[3]))
    elif argv[1] == 'same':
        same(argv[2], argv[3], int(argv[4]))
    elif argv[1] == 'shown':
        shown(argv[2], argv[3])
    elif argv[1] == 'replayed':
        replayed(argv[2], argv[3], int(argv[4]), float(argv[5]) if argv[5:] else 0)


try:
    main(sys.argv)
except AssertionError as error:
    sys.exit(f'send_capture: {" ".join(sys.argv[1:3])}: {error}')
