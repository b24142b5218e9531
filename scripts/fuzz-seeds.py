#!/usr/bin/env python3
"""Writes the packets of pcap files as inputs of the fuzz targets: fuzz-seeds.py DIRECTORY FILE...

One directory a target appears in DIRECTORY, to be reduced with the targets' own -merge=1 (scripts/fuzz.sh --merge).
"""
import hashlib
import os
import struct
import sys

# The order is that of tests/fuzz/fuzz_frame.h.
LINKTYPES = [1, 0, 9, 12, 101, 50, 108, 113, 228, 229, 276, 14, 147]
LIST_KINDS = 7


def packets(path):
    """The link type and the bytes of each record; what is no whole pcap file gives what can be read."""
    with open(path, 'rb') as file:
        data = file.read()
    order = {b'\xd4\xc3\xb2\xa1': '<', b'\x4d\x3c\xb2\xa1': '<', b'\xa1\xb2\xc3\xd4': '>', b'\xa1\xb2\x3c\x4d': '>'}
    if data[:4] not in order or len(data) < 24:
        return
    order = order[data[:4]]
    linktype = struct.unpack(order + 'I', data[20:24])[0] & 0xffff
    off = 24
    while off + 16 <= len(data):
        captured, wire = struct.unpack(order + 'II', data[off + 8:off + 16])
        if captured > len(data) - off - 16:
            return
        yield linktype, data[off + 16:off + 16 + captured], wire
        off += 16 + captured


def write(directory, target, data):
    os.makedirs(os.path.join(directory, target), exist_ok=True)
    name = hashlib.sha1(data).hexdigest()
    with open(os.path.join(directory, target, name), 'wb') as file:
        file.write(data)


def main():
    directory = sys.argv[1]
    n = 0
    for path in sys.argv[2:]:
        for linktype, data, wire in packets(path):
            kind = LINKTYPES.index(linktype) if linktype in LINKTYPES else len(LINKTYPES) - 1
            more = min(max(wire - len(data), 0), 0xffff)
            frame = bytes([kind, 0, 0]) + struct.pack('>H', more) + data[:1500]
            n += 1
            write(directory, 'fuzz_decode', frame)
            write(directory, 'fuzz_print', bytes([n & 0xff, 0xc0 | n & 0x3f]) + frame)
            # Lists stand behind a header of some length: the walk of garbage ends soon, the merge keeps what is new.
            for start in (34, 42, 54, 62, 70):
                if len(data) > start:
                    write(directory, 'fuzz_lists', bytes([n % LIST_KINDS, n & 3, 0]) + data[start:start + 200])


main()
