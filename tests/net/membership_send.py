# Sends the packets that helper_membership prints on the interface named.
import socket
import sys

with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
    link.bind((sys.argv[1], 0))
    packets = [line.split(" ")[1] for line in sys.stdin]
    for packet in packets:
        link.send(bytes.fromhex(packet))
sys.exit(0 if packets else 1)
