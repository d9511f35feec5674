#!/usr/bin/python3
"""The lab's AI agents: a WebSocket server (chan_websocket, subprotocol "media"), an AudioSocket server and a SIP user agent.

Each call an agent serves is one JSON line in the log given by --log: agent, id, kind, at, and what the agent was told: the
WebSocket's query string (raw, and decoded as told) and the channel variables of a JSON MEDIA_START, the headers of the INVITE,
or the UUID of the AudioSocket (its id). An agent answers after answer_ms, says a tone after audio_ms, and then speaks a second
in every five. The last part of a WebSocket's path, or the user part of a SIP address, is the agent's name. These behave
differently: slow never answers, silent answers and sends nothing, refuse hangs up instead of answering, reject answers the
WebSocket's request with 503; a SIP user part of three digits answers with that code. Standard library only.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import math
import struct
import time
import urllib.parse
import uuid

FRAME_S = 0.02
RATE = 8000
SAMPLES = int(RATE * FRAME_S)
WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def tone(hz=440, amplitude=8000):
    """20 ms of a tone as 16-bit samples; 440 Hz does not fit 20 ms exactly, which does not matter here."""
    return [int(amplitude * math.sin(2 * math.pi * hz * n / RATE)) for n in range(SAMPLES)]


def ulaw(sample):
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def as_slin(samples):
    return struct.pack("<%dh" % len(samples), *samples)


def as_ulaw(samples):
    return bytes(ulaw(s) for s in samples)


class Speech:
    """The times at which an agent speaks: silence for audio_ms, then one second of tone in every five."""

    def __init__(self, audio_ms, encode):
        self.audio_s = audio_ms / 1000
        self.loud = encode(tone())
        self.quiet = encode([0] * SAMPLES)

    async def speak(self, send):
        loop = asyncio.get_running_loop()
        begin = due = loop.time()
        while True:
            since = due - begin - self.audio_s
            await send(self.loud if since >= 0 and since % 5 < 1 else self.quiet)
            due += FRAME_S
            await asyncio.sleep(max(0, due - loop.time()))


class CallLog:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1)

    def served(self, agent, kind, ident, **told):
        line = {"agent": agent, "kind": kind, "id": ident, "at": round(time.time(), 3), **told}
        self.file.write(json.dumps(line) + "\n")


class WebSocketAgent:
    """One conversation on one WebSocket: waits for MEDIA_START, answers, speaks, until the other side closes."""

    def __init__(self, log, answer_ms, audio_ms):
        self.log, self.answer_ms = log, answer_ms
        self.speech = Speech(audio_ms, as_ulaw)

    async def serve(self, ws, name, query):
        start = await ws.receive_text()
        as_json = start.startswith("{")
        words = json.loads(start) if as_json else dict(w.split(":", 1) for w in start.split() if ":" in w)
        told = {"query": query, "told": dict(urllib.parse.parse_qsl(query, keep_blank_values=True))} if query else {}
        if as_json:
            told["variables"] = words.get("channel_variables", {})
        self.log.served(name, "websocket", words.get("channel", start), **told)
        talking = asyncio.create_task(self.talk(ws, name, as_json))
        try:
            while await ws.receive() is not None:
                pass
        finally:
            talking.cancel()

    async def talk(self, ws, name, as_json):
        if name == "slow":
            return
        await asyncio.sleep(self.answer_ms / 1000)
        command = "HANGUP" if name == "refuse" else "ANSWER"
        await ws.send_text(json.dumps({"command": command}) if as_json else command)
        if name not in ("silent", "refuse"):
            await self.speech.speak(ws.send_binary)


class WebSocket:
    """The server's side of RFC 6455, as far as chan_websocket uses it."""

    TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def accept(self):
        """Answers the handshake and returns the agent's name and the query string that were asked for."""
        request = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(h.split(": ", 1) for h in request[1:] if ": " in h)
        headers = {k.lower(): v for k, v in headers.items()}
        path, _, query = request[0].split()[1].partition("?")
        name = path.strip("/").split("/")[-1]
        if name == "reject":
            self.writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            raise EOFError
        key = headers["sec-websocket-key"].encode()
        answer = base64.b64encode(hashlib.sha1(key + WEBSOCKET_GUID).digest()).decode()
        self.writer.write(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: media\r\n\r\n" % answer).encode())
        return name, query

    async def receive(self):
        """The next text (str) or binary (bytes) message; None when the peer closed."""
        while True:
            opcode, payload = await self.receive_frame()
            if opcode == self.CLOSE:
                return None
            if opcode == self.PING:
                await self.send(self.PONG, payload)
            elif opcode == self.TEXT:
                return payload.decode("utf-8", "replace")
            elif opcode == self.BINARY:
                return payload

    async def receive_text(self):
        while True:
            message = await self.receive()
            if message is None:
                raise EOFError
            if isinstance(message, str):
                return message

    async def receive_frame(self):
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack(">H", await self.reader.readexactly(2))
        elif length == 127:
            length, = struct.unpack(">Q", await self.reader.readexactly(8))
        mask = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
        payload = await self.reader.readexactly(length)
        return first & 0x0F, bytes(b ^ mask[i & 3] for i, b in enumerate(payload))

    async def send(self, opcode, payload):
        size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
        self.writer.write(bytes([0x80 | opcode]) + size + payload)
        await self.writer.drain()

    async def send_text(self, text):
        await self.send(self.TEXT, text.encode())

    async def send_binary(self, data):
        await self.send(self.BINARY, data)


class WebSocketServer:
    def __init__(self, agent):
        self.agent = agent

    async def serve(self, reader, writer):
        ws = WebSocket(reader, writer)
        try:
            await self.agent.serve(ws, *await ws.accept())
        except (EOFError, ConnectionError, KeyError):
            pass
        finally:
            writer.close()


class AudioSocketServer:
    """Every connection is a call: a UUID first, then audio both ways until it ends."""

    HANGUP, UUID, AUDIO = 0x00, 0x01, 0x10

    def __init__(self, name, log, audio_ms):
        self.name, self.log = name, log
        self.speech = Speech(audio_ms, as_slin)

    async def serve(self, reader, writer):
        async def send(audio):
            writer.write(struct.pack(">BH", self.AUDIO, len(audio)) + audio)
            await writer.drain()

        talking = None
        try:
            while True:
                kind, length = struct.unpack(">BH", await reader.readexactly(3))
                payload = await reader.readexactly(length)
                if kind == self.HANGUP:
                    break
                if kind == self.UUID:
                    self.log.served(self.name, "audiosocket", str(uuid.UUID(bytes=payload)))
                    talking = asyncio.create_task(self.speech.speak(send))
        except (EOFError, ConnectionError):
            pass
        finally:
            if talking:
                talking.cancel()
            writer.close()


class SipAgent(asyncio.DatagramProtocol):
    """Answers INVITE and BYE over UDP; sends no audio. An INVITE that comes again is answered again and logged once."""

    def __init__(self, log):
        self.log, self.seen = log, {}

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        head = data.decode("utf-8", "surrogateescape").split("\r\n\r\n")[0].split("\r\n")
        method, uri = head[0].split(" ")[:2]
        headers = [tuple(h.split(":", 1)) for h in head[1:] if ":" in h]
        headers = [(name.strip(), value.removeprefix(" ")) for name, value in headers]
        if method in ("INVITE", "BYE", "CANCEL", "OPTIONS"):
            user = uri.removeprefix("sip:").split("@")[0]
            refused = method == "INVITE" and len(user) == 3 and user.isdigit()
            self.reply(headers, addr, "%s Lab" % user if refused else "200 OK", method)
            call = dict(headers)["Call-ID"]
            if method == "INVITE" and call not in self.seen:
                self.seen[call] = True
                self.log.served(user, "sip", call, headers=headers)

    def reply(self, headers, addr, status, method):
        copied = ["%s: %s%s" % (name, value, ";tag=lab" if name.lower() == "to" and "tag=" not in value else "")
                  for name, value in headers if name.lower() in ("via", "from", "to", "call-id", "cseq")]
        host, port = self.transport.get_extra_info("sockname")
        body = ""
        if method == "INVITE" and status.startswith("200"):
            copied += ["Contact: <sip:agent@%s:%d>" % (host, port), "Content-Type: application/sdp"]
            body = ("v=0\r\no=agent 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 17000 RTP/AVP 0\r\n"
                    "a=rtpmap:0 PCMU/8000\r\n").format(host)
        answer = ["SIP/2.0 " + status] + copied + ["Content-Length: %d" % len(body), "", body]
        self.transport.sendto("\r\n".join(answer).encode("utf-8", "surrogateescape"), addr)


async def run(args):
    log = CallLog(args.log)
    websocket = WebSocketServer(WebSocketAgent(log, args.answer_ms, args.audio_ms))
    audiosocket = AudioSocketServer("sales", log, args.audio_ms)
    servers = [
        await asyncio.start_server(websocket.serve, args.host, args.websocket_port, backlog=1024),
        await asyncio.start_server(audiosocket.serve, args.host, args.audiosocket_port, backlog=1024),
    ]
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: SipAgent(log), local_addr=(args.host, args.sip_port))
    await asyncio.gather(*(s.serve_forever() for s in servers))


def main():
    p = argparse.ArgumentParser(description="the lab's AI agents")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--websocket-port", type=int, default=8787)
    p.add_argument("--audiosocket-port", type=int, default=9092)
    p.add_argument("--sip-port", type=int, default=5070)
    p.add_argument("--answer-ms", type=int, default=50, help="WebSocket: from MEDIA_START to ANSWER")
    p.add_argument("--audio-ms", type=int, default=600, help="from answer to the first tone")
    p.add_argument("--log", required=True)
    asyncio.run(run(p.parse_args()))


main()
