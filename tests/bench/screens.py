"""The cost of a key through a pseudo-terminal: idle, with 100,000 numbers, under load; and in other programs."""

import os
import shutil
import statistics
import struct
import subprocess
import time

import ami_source
from figures import NOT_THERE
from screen import Screen, p95, writes_per_key

PEERS = ("htop", "tig", "sngrep")
UNDER_LOAD = {"live": 2000, "rate": 20000}


def write_config(folder, url, port=None):
    path = os.path.join(folder, "config")
    with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(f"[store]\nurl = {url}\n")
        if port:
            f.write(f"[server bench]\nhost = 127.0.0.1\nport = {port}\nuser = bench\nsecret = bench\nroutes = none\n")
    return path


# --- data for the other programs ---

def make_repository(folder):
    """300 commits for tig; fast-import makes them in one go."""
    path = os.path.join(folder, "repository")
    subprocess.run(["git", "init", "-q", path], check=True)
    commits = "".join(f"commit refs/heads/master\ncommitter Bench <bench@example.net> {1700000000 + i} +0000\n"
                      f"data <<END\nCommit number {i}\nEND\n" for i in range(300))
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=commits.encode(), check=True)
    subprocess.run(["git", "-C", path, "symbolic-ref", "HEAD", "refs/heads/master"], check=True)
    return path


def make_capture(folder):
    """300 INVITEs for sngrep: Ethernet, IPv4, UDP, SIP."""
    path = os.path.join(folder, "calls.pcap")
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(300):
            sip = (f"INVITE sip:+1415{i:07}@198.51.100.2 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK{i}\r\n"
                   f"From: <sip:{i}@198.51.100.1>;tag={i}\r\nTo: <sip:+1415{i:07}@198.51.100.2>\r\nCall-ID: {i}@bench\r\n"
                   f"CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n").encode()
            udp = struct.pack(">HHHH", 5060, 5060, 8 + len(sip), 0) + sip
            ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, 0xc6336401, 0xc6336402) + udp
            frame = bytes(12) + b"\x08\x00" + ip
            out.write(struct.pack("<IIII", 1700000000 + i, 0, len(frame), len(frame)) + frame)
    return path


def peer_commands(folder):
    """(name, command, folder to run it in, keys that leave it) of the installed ones."""
    if shutil.which("htop"):
        yield "htop", ["htop"], None, b"q"
    if shutil.which("tig") and shutil.which("git"):
        yield "tig", ["tig"], make_repository(folder), b"Q"
    if shutil.which("sngrep"):
        yield "sngrep", ["sngrep", "-I", make_capture(folder)], None, b"\x1b\r"


# --- a cursor move ---

class Move:
    """Down and up in turn, so that the list never scrolls; measured in the same way in every program."""

    KEYS = [b"\x1b[B", b"\x1b[A"] * 20

    def __init__(self, argv, home, log, quit_keys=b"q", cwd=None):
        screen = Screen(argv, home, cwd=cwd)
        _, first, _ = screen.frame(silence=0.6, limit=8)
        self.first_paint_ms = (first - screen.started) * 1000 if first else NOT_THERE
        screen.press(b"\x1b[B", 0.1)
        presses = [p for p in (screen.press(key, 0.02) for key in self.KEYS) if p[0]]
        self.p95_ms = p95([p[2] for p in presses]) * 1000 if presses else NOT_THERE
        self.bytes = statistics.median(p[0] for p in presses) if presses else NOT_THERE
        self.idle = screen.drain(5) / 5
        screen.quit(quit_keys)
        self.writes = writes_per_key(argv, home, log, self.KEYS[:20], quit_keys, cwd=cwd) if shutil.which("strace") else NOT_THERE


MOVE_FIGURES = (
    ("p95_ms", "cursor move at 80x24: p95 to the last byte", "ms", 1),
    ("bytes", "cursor move at 80x24: median", "B", 96),
    ("writes", "write(2) per cursor move", "writes", 1),
    ("idle", "idle output", "B/s", 0),
)


def bench_moves(t, url):
    log = os.path.join(t.folder, "strace.log")
    ours = Move([t.program, "--config", write_config(t.folder, url)], t.home, log)
    theirs = dict.fromkeys(PEERS)
    for name, command, cwd, leave in peer_commands(t.folder):
        theirs[name] = Move(command, t.home, log, leave, cwd)
    for member, what, unit, bar in MOVE_FIGURES:
        if getattr(ours, member) is NOT_THERE:
            t.table.line(what, "no strace", "", "")
            continue
        t.table.add(what, getattr(ours, member), unit, bar=bar,
                    peers={name: getattr(move, member, NOT_THERE) for name, move in theirs.items()})


# --- many numbers ---

def bench_many_numbers(t, url):
    config = write_config(t.folder, url)
    times = []
    for _ in range(11):
        screen = Screen([t.program, "--config", config], t.home)
        _, first, _ = screen.frame(silence=0.005)
        times.append((first - screen.started) * 1000)
        screen.quit()
    t.table.add("first paint, 100,000 numbers in the store: median", statistics.median(times), "ms", bar=10)
    screen = Screen([t.program, "--config", config], t.home)
    _, _, last = screen.frame(silence=0.6, limit=10)
    t.table.add("100,000 numbers loaded and shown", (last - screen.started) * 1000, "ms", bar=150)
    screen.press(b"E", 0.1)
    moves = [screen.press(b"j") for _ in range(40)]
    t.table.add("cursor move, 100,000 rows open: p95", p95([m[2] for m in moves]) * 1000, "ms", bar=1)
    screen.press(b"/", 0.1)
    keys = [screen.press(bytes([c]), 0.05) for c in b"5551 agent:a"]
    t.table.add("filter as you type, 100,000 numbers: p95", p95([k[2] for k in keys]) * 1000, "ms", bar=8)
    screen.quit()


# --- under load ---

def bench_load(t, url):
    source = ami_source.AmiSource(**UNDER_LOAD)
    config = write_config(t.folder, url, source.port)
    screen = Screen([t.program, "--config", config], t.home)
    screen.frame(silence=0.3, limit=3)
    screen.drain(2)
    begun, sent = time.perf_counter(), source.sent()
    moves = []
    for _ in range(60):
        screen.drain(0.05)
        moves.append(screen.press(b"j", 0.004))
    t.table.add("  events a second sent meanwhile", (source.sent() - sent) / (time.perf_counter() - begun), "events/s")
    t.table.add("cursor move at 20,000 events/s, 2,000 live calls: p95", p95([m[2] for m in moves]) * 1000, "ms", bar=1)
    screen.quit()
    source.stop()


def bench_ticking(t, url):
    source = ami_source.AmiSource(live=20, rate=0)
    screen = Screen([t.program, "--config", write_config(t.folder, url, source.port)], t.home, size=(40, 120))
    screen.press(b"2", 0.5)
    screen.drain(3)
    t.table.add("output with 20 live calls ticking", screen.drain(5) / 5, "B/s", bar=160)
    screen.quit()
    source.stop()


def bench_event_to_screen(t, url):
    source = ami_source.AmiSource(live=0, rate=0)
    screen = Screen([t.program, "--config", write_config(t.folder, url, source.port)], t.home, size=(40, 120))
    screen.frame(silence=1.0, limit=5)
    times = []
    for _ in range(20):
        begin = source.call()
        _, first, _ = screen.frame(silence=0.25, limit=2)
        times.append((first - begin) * 1000)
    t.table.add("event to screen, idle before: p95", p95(times), "ms", bar=20)
    screen.quit()
    source.stop()
