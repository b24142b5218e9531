# Sends the frames that helper_fragment prints on the interface named: in order, or "backwards".
import socket
import sys

frames = [bytes.fromhex(line) for line in sys.stdin]
if sys.argv[2] == "backwards":
    frames.reverse()
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
    link.bind((sys.argv[1], 0))
    for frame in frames:
        link.send(frame)
print(len(frames))
