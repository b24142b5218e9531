# Appends a line to the file named for each datagram that arrives at UDP port 5000: its length, and whether its bytes are those
# that helper_fragment puts.
import socket
import sys

with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp, open(sys.argv[1], "w") as log:
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.bind(("::", 5000))
    while True:
        data = udp.recv(70000)
        right = data == bytes((i * 7 + i // 256) & 255 for i in range(len(data)))
        print(len(data), "right" if right else "wrong", file=log, flush=True)
