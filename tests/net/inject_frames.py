#!/usr/bin/env python3
"""The packets of inject.sh, and what must come of them at the other end; built and judged without libpkt.

    inject_frames.py make KIND SOURCE_MAC DESTINATION_MAC      one packet a line, as hexadecimal
    inject_frames.py check KIND LOG CAPTURE SOURCE_MAC DESTINATION_MAC
        the packets that the log says were sent are those in the capture: bytes and order
    inject_frames.py filled CAPTURE                            headers that the kernel filled in are right
    inject_frames.py stamps SENT RECEIVED COUNT POINTS FIRST [some]
        one stamp each, numbered, before it was received; some: or its number is not known, and that is counted
    inject_frames.py gaps RECEIVED TIME_NS                     spacing of what was received
"""
import struct
import sys

SOURCE4, DESTINATION4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SOURCE6 = bytes.fromhex('20010db8000000000000000000000001')
DESTINATION6 = bytes.fromhex('20010db8000000000000000000000002')
MTU = 1500
PORT, DROPPED_PORT = 50001, 50002


def fold(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def checksum(data):
    return fold(data) ^ 0xffff


def payload(length):
    return bytes((7 * i + length) & 0xff for i in range(length))


def udp(length, pseudo, port):
    size = 8 + length
    head = struct.pack('!HHHH', 40000, port, size, 0)
    value = checksum(pseudo + struct.pack('!HH', 17, size & 0xffff) + head + payload(length)) or 0xffff
    return struct.pack('!HHHH', 40000, port, size, value) + payload(length)


def ip4(length, identification, port=PORT):
    body = udp(length, SOURCE4 + DESTINATION4, port)
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(body), identification, 0x4000, 9, 17, 0) + SOURCE4 + DESTINATION4
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def ip6(length, port=PORT):
    body = udp(length, SOURCE6 + DESTINATION6, port)
    return struct.pack('!IHBB', 0x60012345, len(body), 17, 9) + SOURCE6 + DESTINATION6 + body


def echo(kind, length, sequence):
    return struct.pack('!BBHHH', 128 if kind == 'icmp6' else 8, 0, 0xdead, 0xbeef, sequence) + payload(length)


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def unfilled():
    """IPv4 headers with nothing in the fields that the kernel fills, or something wrong."""
    for total, identification, source in ((0, 0, bytes(4)), (9999, 0, SOURCE4), (0, 0x1234, bytes(4))):
        yield struct.pack('!BBHHHBBH', 0x45, 0, total, identification, 0, 9, 17, 0xaaaa) + source + DESTINATION4 + \
            udp(20, SOURCE4 + DESTINATION4, PORT)


LENGTHS4 = (1, 0, 18, 700, MTU - 28, MTU - 27, 2, 4000, 19)
LENGTHS6 = (1, 0, 18, 700, MTU - 48, MTU - 47, 2, 4000, 19)


def packets(kind, source, destination):
    link4 = mac(destination) + mac(source) + b'\x08\x00'
    link6 = mac(destination) + mac(source) + b'\x86\xdd'
    if kind in ('packet', 'libnet'):
        yield from (link4 + ip4(length, 0) for length in LENGTHS4)
        yield from (link6 + ip6(length) for length in LENGTHS6)
        yield mac(destination) + mac(source) + b'\x88\xb5' + b'x'
    elif kind == 'raw4':
        yield from (ip4(length, i and 77 * i) for i, length in enumerate(LENGTHS4))
        yield b'\x45'
    elif kind == 'raw6':
        yield from (ip6(length) for length in LENGTHS6)
        yield b'\x60'
    elif kind == 'unfilled':
        yield from unfilled()
    elif kind == 'dropped4':
        yield from (ip4(30 + i, 5, DROPPED_PORT if i % 3 == 1 else PORT) for i in range(200))
    elif kind == 'dropped6':
        yield from (ip6(30 + i, DROPPED_PORT if i % 3 == 1 else PORT) for i in range(200))
    elif kind == 'many':
        yield from (link4 + ip4(50 + i, i) for i in range(300))
    elif kind == 'many4':
        yield from (ip4(50 + i, i + 1) for i in range(300))
    elif kind == 'stamp':
        yield link4 + ip4(32, 1)
    elif kind == 'stamp4':
        yield ip4(32, 1)
    elif kind == 'stamp6':
        yield ip6(32)
    elif kind == 'stamp-icmp4':
        yield echo('icmp4', 32, 1)
    else:
        longest = MTU - (48 if kind == 'icmp6' else 28)
        yield from (echo(kind, length, i) for i, length in enumerate((1, 0, 18, 700, longest, 66000, 2)))
        yield b'\x09'
        yield b'\x09' * 8


def wanted_refusals(kind):
    """Place of each refused packet, and why."""
    too_long = {5: 'EMSGSIZE', 7: 'EMSGSIZE'}
    if kind in ('packet', 'libnet'):
        return {**too_long, **{9 + i: name for i, name in too_long.items()}}
    if kind in ('raw4', 'raw6'):
        return {**too_long, 9: 'EINVAL'}
    if kind in ('icmp4', 'icmp6'):
        return {5: 'EMSGSIZE', 7: 'EINVAL', 8: 'EINVAL'}
    if kind in ('dropped4', 'dropped6'):
        return {i: 'EPERM' for i in range(200) if i % 3 == 1}
    return {}


def read_pcap(path):
    with open(path, 'rb') as file:
        data = file.read()
    magic = struct.unpack('<I', data[:4])[0]
    assert magic in (0xa1b2c3d4, 0xa1b23c4d), hex(magic)
    at = 24
    while at + 16 <= len(data):
        captured, length = struct.unpack('<8xII', data[at:at + 16])
        assert captured == length, 'cut'
        yield data[at + 16:at + 16 + captured]
        at += 16 + captured


def read_log(path):
    with open(path, encoding='ascii') as file:
        lines = [line.split() for line in file]
    return [line for line in lines if line[0] in ('sent', 'refused')]


def strip(kind, frame, source, destination):
    """What the sender was given of a captured frame, after a look at what was put around it."""
    if kind in ('packet', 'libnet', 'many'):
        return frame
    ip6_kind = kind in ('raw6', 'icmp6', 'dropped6')
    assert frame[:14] == mac(destination) + mac(source) + (b'\x86\xdd' if ip6_kind else b'\x08\x00'), frame[:14].hex()
    if not kind.startswith('icmp'):
        return frame[14:]
    if kind == 'icmp6':
        assert frame[14 + 6:14 + 8] == bytes([58, 33]), 'next header and hop limit'
        assert frame[14:16] == b'\x60\x10' or frame[14:16] == b'\x61\x00'[:1] + frame[15:16], frame[14:16].hex()
        size = struct.pack('!II', len(frame) - 54, 58)
        assert fold(frame[22:54] + size + frame[54:]) == 0xffff, 'ICMPv6 checksum'
        return frame[54:]
    assert fold(frame[14:34]) == 0xffff and frame[14 + 8] == 33 and frame[15] == 0x10, frame[14:34].hex()
    return frame[34:]


def check(kind, log_path, capture, source, destination):
    given = list(packets(kind, source, destination))
    log = read_log(log_path)
    assert len(log) == len(given), f'{len(given)} packets, {len(log)} results'
    refusals = {i: line[1] for i, line in enumerate(log) if line[0] == 'refused'}
    if kind == 'raw6' and refusals.get(9) == 'ENETUNREACH':
        refusals[9] = 'EINVAL'  # one byte has no destination, and a bound socket looks for a route first
    assert refusals == wanted_refusals(kind), refusals
    sent = [bytes.fromhex(line[1]) for line in log if line[0] == 'sent']
    captured = [strip(kind, frame, source, destination) for frame in read_pcap(capture)]
    assert len(sent) == len(captured), f'{len(sent)} sent, {len(captured)} captured'
    for i, (ours, theirs) in enumerate(zip(sent, captured)):
        if kind == 'icmp6':
            ours = ours[:2] + theirs[2:4] + ours[4:]
        assert ours == theirs, f'packet {i}:\n{ours.hex()}\n{theirs.hex()}'
    as_given(kind, [p for i, p in enumerate(given) if i not in refusals], captured)


def as_given(kind, given, captured):
    """Only what the kernel owns may differ from what was given."""
    owned = {'icmp4': ((2, 6),), 'icmp6': ((2, 6),)}.get(kind, ())
    for i, (ours, theirs) in enumerate(zip(given, captured)):
        if kind == 'raw4' and ours[4:6] == b'\0\0':
            assert theirs[4:6] != b'\0\0', 'an identification'
            ours, theirs = ours[:4] + ours[6:10] + ours[12:], theirs[:4] + theirs[6:10] + theirs[12:]
        for start, end in owned:
            ours, theirs = ours[:start] + ours[end:], theirs[:start] + theirs[end:]
        assert ours == theirs, f'packet {i} was changed:\n{ours.hex()}\n{theirs.hex()}'


def filled(capture):
    frames = list(read_pcap(capture))
    assert len(frames) == 3, len(frames)
    for frame, given in zip(frames, unfilled()):
        header = frame[14:34]
        assert fold(header) == 0xffff, 'header checksum'
        assert struct.unpack('!H', header[2:4])[0] == len(frame) - 14, 'total length'
        assert header[4:6] == given[4:6] or (given[4:6] == b'\0\0' and header[4:6] != b'\0\0'), 'identification'
        assert header[12:16] == SOURCE4, 'source'
        assert frame[34:] == given[20:], 'the rest is as given'


def stamps(sent_path, received_path, count, points, first, some):
    received, stamped, refused, unnumbered = {}, {}, set(), None
    with open(received_path, encoding='ascii') as file:
        for line in file:
            if line[0].isdigit():
                number, ns = map(int, line.split())
                assert number not in received, f'{number} came twice'
                received[number] = ns
    with open(sent_path, encoding='ascii') as file:
        for line in file:
            word = line.split()
            if word[0] == 'refused':
                refused.add(int(word[1]))
            if word[0] == 'stamp':
                key = int(word[1]) - first, int(word[2])
                assert key not in stamped, f'{key} was stamped twice'
                stamped[key] = int(word[3])
            if word[0] == 'counts' and some:
                unnumbered = int(word[-1])
    wanted = {(number, point) for number in range(count) if number not in refused for point in points}
    assert set(received) == {number for number, _ in wanted}, f'{len(received)} received'
    if unnumbered is None:
        assert set(stamped) == wanted, f'{len(stamped)} stamps of {len(wanted)}; {sorted(wanted ^ set(stamped))[:9]}'
    else:
        assert set(stamped) <= wanted, f'{sorted(set(stamped) - wanted)[:9]}'
        assert len(stamped) + unnumbered == len(wanted), f'{len(stamped)} and {unnumbered} stamps of {len(wanted)}'
    order = sorted(received)
    before = dict(zip(order[1:], (received[number] for number in order)))
    for (number, point), ns in stamped.items():
        assert ns <= received[number], f'{number} is stamped later than it was received'
        # The cable takes one packet after the other: a stamp belongs to this packet and to no other. (Not the first ones:
        # until the kernel has begun to stamp what comes, a receive stamp is taken when the packet is read.)
        assert point != 2 or number < 256 or ns >= before.get(number, 0), f'{number} is stamped before its forerunner was received'
        assert point != 1 or len(points) < 2 or ns <= stamped[number, 2], f'{number} is scheduled after it left'
    print(f'{len(stamped)} stamps, {len(refused)} refused packets')


def gaps(received_path, time_ns):
    with open(received_path, encoding='ascii') as file:
        rows = [tuple(map(int, line.split())) for line in file if line[0].isdigit()]
    assert [number for number, _ in rows] == list(range(len(rows))), 'order'
    times = [ns for _, ns in rows]
    errors = sorted(abs(b - a - time_ns) for a, b in zip(times, times[1:]))
    rate = (len(times) - 1) * 1e9 / (times[-1] - times[0])
    off = abs(rate * time_ns / 1e9 - 1)
    print(f'{len(rows)} packets, {rate:.2f} a second, {100 * off:.3f} % off; error of gaps in us: median '
          f'{errors[len(errors) // 2] / 1e3:.1f}, 95 % {errors[len(errors) * 95 // 100] / 1e3:.1f}, '
          f'99 % {errors[len(errors) * 99 // 100] / 1e3:.1f}, most {errors[-1] / 1e3:.1f}')


def main(argv):
    if argv[1] == 'make':
        for packet in packets(*argv[2:5]):
            print(packet.hex())
    elif argv[1] == 'check':
        check(*argv[2:7])
    elif argv[1] == 'filled':
        filled(argv[2])
    elif argv[1] == 'stamps':
        stamps(argv[2], argv[3], int(argv[4]), [int(p) for p in argv[5].split(',')], int(argv[6]),
               argv[7:] == ['some'])
    elif argv[1] == 'gaps':
        gaps(argv[2], int(argv[3]))


try:
    main(sys.argv)
except AssertionError as error:
    sys.exit(f'inject_frames: {" ".join(sys.argv[1:3])}: {error}')
