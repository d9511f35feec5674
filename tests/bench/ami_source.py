"""A source of AMI events at a chosen rate: a stand-in for a server under a load no test machine could make with real calls.
It runs in its own process, so that making events does not slow the measuring one."""

import multiprocessing
import selectors
import socket
import time

CHANNEL = ("Channel: {tech}/{name}\r\nChannelState: {state}\r\nChannelStateDesc: x\r\nCallerIDNum: +4915112345678\r\n"
           "CallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\n"
           "AccountCode: \r\nContext: from-trunk\r\nExten: +14155{number:06d}\r\nPriority: 1\r\n"
           "Uniqueid: {id}\r\nLinkedid: {linked}\r\n")


def event(name, block, extra=""):
    return f"Event: {name}\r\nPrivilege: call,all\r\nTimestamp: {time.time():.6f}\r\n{block}{extra}\r\n"


class Call:
    def __init__(self, serial):
        self.trunk = f"{int(time.time())}.{serial * 2}"
        self.agent = f"{int(time.time())}.{serial * 2 + 1}"
        self.serial = serial

    def block(self, tech, ident, state):
        return CHANNEL.format(tech=tech, name=f"twilio-{self.serial:08x}", state=state, number=self.serial % 300,
                              id=ident, linked=self.trunk)

    def dest(self):
        return "".join("Dest" + line + "\r\n" for line in self.block("AudioSocket", self.agent, 0).split("\r\n") if line)

    def begin(self):
        trunk = self.block("PJSIP", self.trunk, 4)
        return [event("Newchannel", trunk), event("Newchannel", self.block("AudioSocket", self.agent, 0)),
                event("DialBegin", trunk, self.dest() + "DialString: x\r\n"),
                event("DialEnd", trunk, self.dest() + "DialStatus: ANSWER\r\n"),
                event("Newstate", self.block("PJSIP", self.trunk, 6)),
                event("ChannelTalkingStart", self.block("AudioSocket", self.agent, 6))]

    def end(self):
        trunk = self.block("PJSIP", self.trunk, 6)
        return [event("HangupRequest", trunk), event("Hangup", self.block("AudioSocket", self.agent, 6), "Cause: 16\r\n"),
                event("Hangup", trunk, "Cause: 16\r\nCause-txt: Normal\r\n")]

    def listed(self, action_id):
        return (f"Event: CoreShowChannel\r\nActionID: {action_id}\r\n" + self.block("PJSIP", self.trunk, 6) +
                "BridgeId: \r\nApplication: Dial\r\nDuration: 00:00:01\r\n\r\n")


class Server:
    """Runs in the process: answers logins, and sends events to the connections that asked for them."""

    def __init__(self, listener, live, rate, sent, orders):
        self.listener, self.rate, self.sent, self.orders = listener, rate, sent, orders
        self.calls = [Call(i) for i in range(live)]
        self.next = live
        self.tails, self.selector = [], selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, None)

    def accept(self):
        conn, _ = self.listener.accept()
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        self.selector.register(conn, selectors.EVENT_READ, bytearray())

    def answer(self, conn, action):
        ident = action.get("ActionID", "")
        head = f"Response: Success\r\nActionID: {ident}\r\n"
        if action.get("Action") == "Login":
            conn.sendall((head + "Message: Authentication accepted\r\n\r\n").encode())
            if action.get("Events", "off") != "off":
                conn.sendall(b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 100\r\nLastReload: 100\r\nStatus: x\r\n\r\n")
                self.tails.append(conn)
                self.push([e for call in self.calls for e in call.begin()])
        elif action.get("Action") == "CoreShowChannels":
            body = "".join(call.listed(ident) for call in self.calls)
            conn.sendall((head + "EventList: start\r\nMessage: Channels will follow\r\n\r\n" + body +
                          f"Event: CoreShowChannelsComplete\r\nActionID: {ident}\r\nEventList: Complete\r\n"
                          f"ListItems: {len(self.calls)}\r\n\r\n").encode())
        elif action.get("Action") == "Ping":
            conn.sendall((head + f"Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n\r\n").encode())
        else:
            conn.sendall((head + "Challenge: 1\r\nMessage: ok\r\n\r\n").encode())

    def read(self, conn, buffer):
        try:
            data = conn.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.selector.unregister(conn)
            self.tails = [t for t in self.tails if t is not conn]
            return
        buffer += data
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            lines = buffer[:end].decode().split("\r\n")
            del buffer[:end + 4]
            self.answer(conn, dict(line.split(": ", 1) for line in lines if ": " in line))

    def push(self, events):
        data = "".join(events).encode()
        for conn in self.tails:
            conn.sendall(data)
        self.sent.value += len(events)

    def churn(self, count):
        """Makes about `count` events: the oldest calls end, new ones begin."""
        events = []
        while len(events) < count:
            call = Call(self.next)
            self.next += 1
            self.calls.append(call)
            events += self.calls.pop(0).end() + call.begin()
        self.push(events)

    def step(self):
        for key, _ in self.selector.select(0.01):
            if key.data is None:
                self.accept()
            else:
                self.read(key.fileobj, key.data)

    def run(self):
        slice_s, due = 0.02, time.perf_counter()
        while True:
            self.step()
            if self.orders.poll():
                self.orders.recv()
                self.calls.append(Call(self.next))
                self.next += 1
                self.orders.send(time.perf_counter())
                self.push(self.calls[-1].begin())
            if self.rate and self.tails and time.perf_counter() >= due:
                due = time.perf_counter() + slice_s
                self.churn(int(self.rate * slice_s))


class AmiSource:
    def __init__(self, live, rate):
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._sent = multiprocessing.Value("Q", 0)
        self._orders, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=lambda: Server(listener, live, rate, self._sent, theirs).run(), daemon=True)
        self._process.start()

    def sent(self):
        return self._sent.value

    def call(self):
        """Makes one more call; returns when (perf_counter) its events were about to be sent."""
        self._orders.send(True)
        return self._orders.recv()

    def stop(self):
        self._process.terminate()
        self._process.join()
