#!/usr/bin/env python3
"""Answers every echo request with "time exceeded" that carries an extension structure (RFC 4884): an MPLS label stack.

    icmp_socket_extend.py ADDRESS [damaged]

With "damaged" it is an echo reply with a wrong checksum instead (IPv4 only). ADDRESS is our own; says "ready" when it listens. The quotation is padded to 128 bytes, as section 4.1 of the RFC has it.
"""

import socket
import struct
import sys

MPLS = struct.pack("!HBBI", 8, 1, 1, 0x12345140)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def extension():
    summed = checksum(struct.pack("!HH", 0x2000, 0) + MPLS)
    return struct.pack("!HH", 0x2000, summed) + MPLS


def answer4(sock):
    packet, (sender, _) = sock.recvfrom(65535)
    if packet[20] != 8:
        return
    body = packet[:128].ljust(128, b"\0") + extension()
    head = struct.pack("!BBHBBH", 11, 0, 0, 0, 32, 0)
    head = struct.pack("!BBHBBH", 11, 0, checksum(head + body), 0, 32, 0)
    sock.sendto(head + body, (sender, 0))


def answer_damaged(sock):
    packet, (sender, _) = sock.recvfrom(65535)
    if packet[20] == 8:
        sock.sendto(b"\0\0\xba\xad" + packet[24:], (sender, 0))


def answer6(sock, address):
    message, (sender, *_) = sock.recvfrom(65535)
    if message[0] != 128:
        return
    addresses = socket.inet_pton(socket.AF_INET6, sender) + socket.inet_pton(socket.AF_INET6, address)
    packet = struct.pack("!IHBB", 6 << 28, len(message), 58, 1) + addresses + message
    body = packet[:128].ljust(128, b"\0") + extension()
    sock.sendto(struct.pack("!BBHBBH", 3, 0, 0, 16, 0, 0) + body, (sender, 0))


def main():
    address = sys.argv[1]
    ip6 = ":" in address
    family, protocol = (socket.AF_INET6, 58) if ip6 else (socket.AF_INET, 1)
    with socket.socket(family, socket.SOCK_RAW, protocol) as sock:
        print("ready", flush=True)
        while True:
            if "damaged" in sys.argv:
                answer_damaged(sock)
            elif ip6:
                answer6(sock, address)
            else:
                answer4(sock)


main()
