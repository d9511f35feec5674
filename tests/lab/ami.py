#!/usr/bin/python3
"""A small AMI client for the lab, apart from the program under test. The secret comes from AMI_SECRET.

    ami.py HOST USER send 'Action: X' 'Key: value'...   prints the answer and its list; exit 1 on Response: Error
    ami.py HOST USER record FILE                        writes the raw stream from the banner on, until ended
    ami.py HOST USER kill-when FAMILY KEY PID           ends PID with SIGKILL at the first sight of a key
    ami.py HOST USER fill FAMILY COUNT VALUE            puts the keys +15550000000 and on
    ami.py HOST USER stall FAMILY                       asks for a family's keys, says so, and reads nothing until ended
"""

import os
import signal
import socket
import sys
import time

END = b"\r\n\r\n"


class Ami:
    def __init__(self, host, user):
        self.socket = socket.create_connection((host, 5038), timeout=10)
        self.buffer = b""
        self.user = user

    def login(self, events):
        self.send(["Action: Login", "Username: " + self.user, "Secret: " + os.environ["AMI_SECRET"],
                   "Events: " + events])

    def send(self, lines):
        self.socket.sendall("\r\n".join(lines).encode() + END)

    def frame(self):
        while END not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                raise SystemExit("ami: connection closed")
            self.buffer += data
        frame, self.buffer = self.buffer.split(END, 1)
        return frame.decode("utf-8", "replace").replace("\r\n", "\n")

    def answer(self):
        """The frames that answer one action: the response, and its list where there is one."""
        frames = [self.frame()]
        if "EventList: start" in frames[0]:
            while "EventList: Complete" not in frames[-1]:
                frames.append(self.frame())
        return frames


def send(ami, lines):
    ami.login("off")
    while "Response: " not in ami.frame():
        pass
    ami.send(lines)
    frames = ami.answer()
    print("\n\n".join(frames))
    return 1 if frames[0].startswith("Response: Error") else 0


def record(ami, path):
    ami.login("on")
    ami.socket.settimeout(None)
    with open(path, "wb", buffering=0) as out:
        while True:
            data = ami.socket.recv(65536)
            if not data:
                return 0
            out.write(data)


def fill(ami, family, count, value):
    ami.login("off")
    while "Response: " not in ami.frame():
        pass
    for first in range(0, int(count), 500):
        for n in range(first, min(first + 500, int(count))):
            ami.send(["Action: DBPut", "Family: " + family, "Key: +1555%07d" % n, "Val: " + value])
        for _ in range(first, min(first + 500, int(count))):
            ami.answer()
    return 0


def stall(ami, family):
    ami.login("off")
    while "Response: " not in ami.frame():
        pass
    ami.send(["Action: DBGetTree", "Family: " + family])
    print("asked", os.getpid(), flush=True)
    while True:
        signal.pause()


def kill_when(ami, family, key, pid):
    ami.login("off")
    while "Response: " not in ami.frame():
        pass
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        ami.send(["Action: DBGet", "Family: " + family, "Key: " + key])
        if len(ami.answer()) > 1:
            os.kill(pid, signal.SIGKILL)
            return 0
        time.sleep(0.002)
    return 1


def main():
    host, user, verb, *rest = sys.argv[1:]
    ami = Ami(host, user)
    if verb == "kill-when":
        return kill_when(ami, rest[0], rest[1], int(rest[2]))
    if verb == "fill":
        return fill(ami, *rest)
    if verb == "stall":
        return stall(ami, rest[0])
    return send(ami, rest) if verb == "send" else record(ami, rest[0])


if __name__ == "__main__":
    sys.exit(main())
