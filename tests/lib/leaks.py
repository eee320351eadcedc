# SPDX-License-Identifier: ISC
"""leaks.py INTERFACE PORT - says which packets come in there that should not

Everything but TCP to PORT, and what addresses need to be resolved on the cable (ARP,
neighbour discovery), is a line of output. Says "listening" first.
"""
import socket
import struct
import sys

interface, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))  # ETH_P_ALL
s.bind((interface, 0))
print("listening", flush=True)


def is_ours(protocol, data):
    if protocol == socket.IPPROTO_TCP:
        return struct.unpack("!H", data[2:4])[0] == port
    # Router and neighbour discovery, multicast listener reports.
    return protocol == socket.IPPROTO_ICMPV6 and 130 <= data[0] <= 143


while True:
    data, (_, kind, direction, _, _) = s.recvfrom(65536)
    if direction == socket.PACKET_OUTGOING or kind == 0x0806:
        continue
    if kind == 0x0800:
        target = socket.inet_ntop(socket.AF_INET, data[16:20])
        protocol, rest = data[9], data[(data[0] & 15) * 4:]
    elif kind == 0x86DD:
        target = socket.inet_ntop(socket.AF_INET6, data[24:40])
        protocol, rest = data[6], data[40:]
        if protocol == 0:  # hop-by-hop options, which listener reports have
            protocol, rest = rest[0], rest[(rest[1] + 1) * 8:]
    else:
        print(f"protocol {kind:#x}", flush=True)
        continue
    if not is_ours(protocol, rest):
        print(f"protocol {protocol} to {target}: {rest[:64].hex()}", flush=True)
