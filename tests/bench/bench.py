#!/usr/bin/python3
"""One table of figures: the program as a whole, through a pseudo-terminal, against the bars of the design.

usage: bench.py TRUNKDECK BENCH_STORE DATA_DIR

Absolute times depend on the machine; the table is for reading, nothing here passes or fails."""

import fcntl
import json
import lzma
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

import ami_source

ROWS = []


def row(what, measured, bar):
    ROWS.append((what, measured, bar))
    print(f"{what:58} {measured:>24}   {bar}", flush=True)


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


class Screen:
    """A program in a pseudo-terminal of a given size; every byte it writes is counted and timed."""

    def __init__(self, argv, home, size=(24, 80)):
        env = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "USER": "bench"}
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def frame(self, silence=0.02, limit=5.0):
        """Reads until nothing came for `silence`: (bytes, time of the first, time of the last)."""
        data, first, last = b"", None, None
        deadline = time.perf_counter() + limit
        while time.perf_counter() < deadline:
            wait = silence if data else min(limit, deadline - time.perf_counter())
            if not select.select([self.fd], [], [], max(wait, 0))[0]:
                if data:
                    break
                continue
            try:
                data += os.read(self.fd, 65536)
            except OSError:
                break
            last = time.perf_counter()
            first = first or last
        return data, first, last

    def drain(self, seconds):
        total, end = 0, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                continue
            try:
                total += len(os.read(self.fd, 65536))
            except OSError:
                break
        return total

    def press(self, keys, silence=0.02):
        begin = time.perf_counter()
        os.write(self.fd, keys)
        data, first, last = self.frame(silence, limit=1.0)
        if not data:
            return 0, 0.0, 0.0
        return len(data), first - begin, last - begin

    def quit(self):
        os.write(self.fd, b"q")
        self.drain(0.3)
        if os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def peak_kib(pid):
    """Peak memory since exec: what wait4() tells includes this program's own before it."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return max((int(line.split()[1]) for line in f if line.startswith("VmHWM")), default=0)
    except OSError:
        return 0


def run_replay(program, path, repeat):
    child = subprocess.Popen([program, "replay", path, "--repeat", str(repeat), "--format", "json"],
                             stdout=subprocess.PIPE)
    peak = 0
    while not select.select([child.stdout], [], [], 0.05)[0]:
        peak = max(peak, peak_kib(child.pid))
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return json.loads(out), usage.ru_utime, peak


def bench_replay(program, data, folder):
    for kind, repeat in (("full", 20), ("lean", 60)):
        path = os.path.join(folder, f"{kind}.ami")
        with open(path, "wb") as out, lzma.open(os.path.join(data, f"load_1020_{kind}.ami.xz")) as packed:
            shutil.copyfileobj(packed, out)
        rates = []
        for _ in range(3):
            result, user_s, _ = run_replay(program, path, repeat)
            rates.append(result["events"] / user_s)
        row(f"AMI stream ({kind}): parse, track, metrics", f"{statistics.median(rates) / 1e6:.2f} M events/s", ">= 1 M")
    result, _, peak = run_replay(program, os.path.join(folder, "lean.ami"), 981)
    row(f"peak memory while replaying {result['calls']:,} calls", f"{peak / 1024:.1f} MB", "< 64 MB")


def write_config(folder, url, port=None):
    path = os.path.join(folder, "config")
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(f"[store]\nurl = {url}\n")
        if port:
            f.write(f"[server bench]\nhost = 127.0.0.1\nport = {port}\nsecret = bench\nroutes = none\n")
    return path


def fill_store(bench_store, folder, numbers):
    url = f"sqlite:{folder}/{numbers}.db"
    subprocess.run([bench_store, url, str(numbers)], check=True, stdout=subprocess.DEVNULL)
    return url


def bench_first_paint(program, config, home):
    times = []
    for _ in range(11):
        screen = Screen([program, "--config", config], home)
        _, first, _ = screen.frame(silence=0.005)
        times.append((first - screen.started) * 1000)
        screen.quit()
    row("first paint, 100,000 numbers in the store", f"{statistics.median(times):.1f} ms", "<= 20 ms")


def bench_large(program, config, home):
    screen = Screen([program, "--config", config], home)
    _, _, last = screen.frame(silence=0.6, limit=10)
    row("100,000 numbers loaded and shown", f"{(last - screen.started) * 1000:.0f} ms", "<= 300 ms")
    screen.press(b"E", 0.1)
    moves = [screen.press(b"j") for _ in range(40)]
    row("cursor move, 100,000 rows open: p95", f"{p95([m[2] for m in moves]) * 1000:.2f} ms", "<= 2 ms")
    screen.press(b"/", 0.1)
    keys = [screen.press(bytes([c]), 0.05) for c in b"5551 agent:a"]
    row("filter as you type, 100,000 numbers: p95", f"{p95([k[2] for k in keys]) * 1000:.1f} ms", "<= 16 ms")
    screen.quit()


def bench_bytes(program, config, home):
    screen = Screen([program, "--config", config], home)
    screen.frame(silence=0.6, limit=10)
    sizes = [screen.press(b"j")[0] for _ in range(10)]
    row("bytes for a cursor move at 80x24: median", f"{statistics.median(sizes):.0f} B", "<= 200 B")
    row("idle output", f"{screen.drain(5) / 5:.0f} B/s", "0 B/s")
    screen.quit()


def bench_writes(program, config, home, folder):
    if not shutil.which("strace"):
        row("write(2) per frame", "strace is not installed", "1")
        return
    log = os.path.join(folder, "strace.log")
    screen = Screen(["strace", "-qq", "-e", "trace=write,writev", "-o", log, program, "--config", config], home)
    screen.frame(silence=1.0, limit=15)
    before = count_writes(log)
    for _ in range(20):
        screen.press(b"j", 0.1)
    row("write(2) per frame", f"{(count_writes(log) - before) / 20:.2f}", "1")
    screen.quit()


def count_writes(log):
    """Writes to the terminal: their text starts with an escape or a backslash-coded one."""
    with open(log) as f:
        return sum(1 for line in f if re.match(r'writev?\(\d+, "[^"]*\\33', line))


def bench_live(program, url, folder, home):
    source = ami_source.AmiSource(live=2000, rate=20000)
    screen = Screen([program, "--config", write_config(folder, url, source.port)], home)
    screen.frame(silence=0.3, limit=3)
    time.sleep(2)
    moves = []
    for _ in range(60):
        screen.drain(0.05)
        moves.append(screen.press(b"j", 0.004))
    row("cursor move at 20,000 events/s, 2,000 live calls: p95", f"{p95([m[2] for m in moves]) * 1000:.2f} ms", "<= 2 ms")
    row("  (events sent meanwhile)", f"{source.sent():,}", "")
    screen.quit()
    source.stop()


def bench_ticking(program, url, folder, home):
    source = ami_source.AmiSource(live=20, rate=0)
    screen = Screen([program, "--config", write_config(folder, url, source.port)], home, size=(40, 120))
    screen.press(b"2", 0.5)
    screen.drain(3)
    row("output with 20 live calls ticking", f"{screen.drain(5) / 5:.0f} B/s", "<= 1000 B/s")
    screen.quit()
    source.stop()


def bench_event_to_screen(program, url, folder, home):
    source = ami_source.AmiSource(live=0, rate=0)
    screen = Screen([program, "--config", write_config(folder, url, source.port)], home, size=(40, 120))
    screen.frame(silence=1.0, limit=5)
    times = []
    for _ in range(20):
        begin = source.call()
        _, first, _ = screen.frame(silence=0.25, limit=2)
        times.append((first - begin) * 1000)
    row("event to screen: p95", f"{p95(times):.1f} ms", "<= 100 ms")
    screen.quit()
    source.stop()


def bench_store(bench_store, folder):
    out = subprocess.run([bench_store, f"sqlite:{folder}/import.db", "100000"], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        print("  " + line)


def main():
    program, store_program, data = sys.argv[1:4]
    folder = tempfile.mkdtemp(prefix="trunkdeck-bench-")
    home = os.path.join(folder, "home")
    os.mkdir(home)
    try:
        bench_replay(program, data, folder)
        bench_store(store_program, folder)
        small, large = fill_store(store_program, folder, 300), fill_store(store_program, folder, 100000)
        config = write_config(folder, large)
        bench_first_paint(program, config, home)
        bench_large(program, config, home)
        config = write_config(folder, small)
        bench_bytes(program, config, home)
        bench_writes(program, config, home, folder)
        bench_live(program, small, folder, home)
        bench_ticking(program, small, folder, home)
        bench_event_to_screen(program, small, folder, home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
