# Floods a host with foreign ARP replies and neighbour advertisements: ping_trouble_flood.py MAC FILE
# FILE tells how many were sent. Ends when it is told to.
import os
import socket
import struct
import sys
import time

victim = bytes.fromhex(sys.argv[1].replace(":", ""))
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("eth0", 0))


def arp(number):
    mac = struct.pack(">HI", 0x0200, number)
    sender = bytes([192, 0, 2, 100 + number % 100])
    return (victim + mac + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + mac + sender + victim +
            bytes([192, 0, 2, 1]))


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def advertisement(number):
    mac = struct.pack(">HI", 0x0200, number)
    prefix = bytes.fromhex("20010db8000000000000000000")
    source, target = prefix + struct.pack(">HB", 1, number & 0xff), prefix + b"\0\0\x01"
    message = bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + source + b"\x02\x01" + mac
    pseudo = source + target + struct.pack(">II", len(message), 58)
    message = message[:2] + struct.pack(">H", checksum(pseudo + message)) + message[4:]
    return (victim + mac + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(message), 58, 255) + source + target +
            message)


def tell(count):
    with open(sys.argv[2] + ".new", "w") as file:
        print(count, file=file)
    os.replace(sys.argv[2] + ".new", sys.argv[2])


frames = [make(number) for number in range(500) for make in (arp, advertisement)]
sent = 0
while True:
    for number, frame in enumerate(frames):
        try:
            out.send(frame)
            sent += 1
        except OSError:
            pass
        if number % 100 == 0:
            time.sleep(0.004)  # the queues of this machine are not to be what is tested
    tell(sent)
