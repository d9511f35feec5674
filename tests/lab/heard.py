#!/usr/bin/python3
"""How long callers wait for the first sound: heard.py ADDRESS COUNT SECONDS, while COUNT calls come from ADDRESS, one at a time.

Watches the lab's loopback: from the INVITE to the first RTP packet that is not silence. True if no call waited longer than SECONDS."""

import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35


def datagrams():
    """(when, source, destination, payload) of each UDP datagram, once; None at times when there is none."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    wire.settimeout(0.5)
    print("watching", flush=True)
    while True:
        try:
            packet, ancillary, _, address = wire.recvmsg(65536, 64)
        except TimeoutError:
            yield None
            continue
        if address[2] != socket.PACKET_OUTGOING and packet[9] == socket.IPPROTO_UDP:
            seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
            yield seconds + nanoseconds / 1e9, socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[(packet[0] & 15) * 4 + 8:]


def main():
    address, count, limit = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    calls, waits, began, deadline = set(), [], None, time.monotonic() + 30 * count
    for found in datagrams():
        if len(waits) == count or time.monotonic() > deadline:
            break
        if not found:
            continue
        when, source, destination, payload = found
        if source == address and payload.startswith(b"INVITE "):
            call = [line for line in payload.split(b"\r\n") if line.startswith(b"Call-ID")][0]
            if call not in calls:
                calls.add(call)
                began = when
        elif began and destination == address and len(payload) > 12 and struct.unpack(">H", payload[:2])[0] & 0xff7f == 0x8000:
            # In u-law, the seven low bits are all set in silence, and fewer are the louder it is.
            if min(byte & 0x7f for byte in payload[12:]) < 0x40:
                waits.append(round(when - began, 2))
                began = None
    print("seconds to the first sound:", *waits)
    return len(waits) != count or max(waits) > limit


sys.exit(main())
