"""A program in a pseudo-terminal of a given size; every byte it writes is counted and timed."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time


class Screen:
    def __init__(self, argv, home, size=(24, 80), cwd=None):
        env = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "USER": "bench"}
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            try:
                os.chdir(cwd or ".")
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def read(self, wait):
        """Returns the output within the time; b"" = none, None = the program has ended."""
        if not select.select([self.fd], [], [], max(wait, 0))[0]:
            return b""
        try:
            return os.read(self.fd, 65536) or None
        except OSError:
            return None

    def frame(self, silence=0.02, limit=5.0):
        """Reads until nothing came for `silence`: (bytes, time of the first, time of the last)."""
        data, first, last = b"", None, None
        deadline = time.perf_counter() + limit
        while (left := deadline - time.perf_counter()) > 0:
            more = self.read(silence if data else left)
            if more is None or (not more and data):
                break
            if more:
                data += more
                last = time.perf_counter()
                first = first or last
        return data, first, last

    def drain(self, seconds):
        total, end = 0, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            more = self.read(left)
            if more is None:
                break
            total += len(more)
        return total

    def press(self, keys, silence=0.02):
        """Output of the keys: (bytes, seconds to the first, seconds to the last); zeros when there was none."""
        begin = time.perf_counter()
        os.write(self.fd, keys)
        data, first, last = self.frame(silence, limit=1.0)
        return (len(data), first - begin, last - begin) if data else (0, 0.0, 0.0)

    def quit(self, keys=b"q"):
        os.write(self.fd, keys)
        self.drain(0.3)
        if os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def count_writes(log):
    """Counts the writes to the terminal in a log of strace that names the files."""
    with open(log, encoding="utf-8", errors="replace") as f:
        return sum(1 for line in f if re.search(r"writev?\(\d+</dev/(pts/|tty)", line))


def writes_per_key(argv, home, log, keys, quit_keys=b"q", settle=1.0, cwd=None):
    screen = Screen(["strace", "-f", "-y", "-qq", "-e", "trace=write,writev", "-o", log] + argv, home, cwd=cwd)
    screen.frame(silence=settle, limit=15)
    before = count_writes(log)
    for key in keys:
        screen.press(key, 0.1)
    writes = (count_writes(log) - before) / len(keys)
    screen.quit(quit_keys)
    return writes
