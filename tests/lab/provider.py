#!/usr/bin/python3
"""A provider's side apart from calls: answers every SIP OPTIONS and REGISTER on the given addresses with 200.

Calls are made by SIPp; this keeps the contact reachable and lets a server register. Standard library only.
"""

import asyncio
import sys

COPIED = ("via", "from", "to", "call-id", "cseq", "contact", "expires")


def answer(request):
    """The 200 for one request; None for other requests than OPTIONS and REGISTER."""
    lines = request.decode("utf-8", "replace").split("\r\n\r\n")[0].split("\r\n")
    if lines[0].split(" ")[0] not in ("OPTIONS", "REGISTER"):
        return None
    copied = [h for h in lines[1:] if h.split(":")[0].strip().lower() in COPIED]
    copied = [h + ";tag=lab" if h.lower().startswith("to:") else h for h in copied]
    return "\r\n".join(["SIP/2.0 200 OK"] + copied + ["Content-Length: 0", "", ""]).encode()


class Provider(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        reply = answer(data)
        if reply:
            self.transport.sendto(reply, addr)


async def run(addresses):
    loop = asyncio.get_running_loop()
    for address in addresses:
        await loop.create_datagram_endpoint(Provider, local_addr=(address, 5060))
    await asyncio.Event().wait()


asyncio.run(run(sys.argv[1:]))
