#!/usr/bin/python3
"""A provider's side of the qualify check: answers every SIP OPTIONS on the given addresses with 200.

Calls are made by SIPp; this only keeps the contact reachable. Standard library only.
"""

import asyncio
import sys

COPIED = ("via", "from", "to", "call-id", "cseq")


def answer(request):
    """The 200 for one request; None for what is not an OPTIONS."""
    lines = request.decode("utf-8", "replace").split("\r\n\r\n")[0].split("\r\n")
    if not lines[0].startswith("OPTIONS "):
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
