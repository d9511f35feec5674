"""A program on a pseudo terminal, as a shell would run it: with job control, sizes, and everything it writes.

Terminal starts a small shim that is the session leader; the program is its foreground process group, so that Ctrl-Z stops it
as it would under a shell. Nothing here sleeps for a fixed time: it polls for a condition until a limit, or for silence.
"""
import errno
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time

LIMIT = 20.0            # seconds after which waiting for a condition fails
QUIET = 0.2             # seconds of silence that end a frame

ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b[=>78MD]|\x0f|\x0e")


def plain(data):
    """Output without its escape sequences, to search for words in a full paint."""
    return ESCAPES.sub(b" ", data).decode("utf-8", "replace")


def read_file(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Terminal:
    """argv on a pty of rows x columns. `controlling` False: the pty is its stdin and stdout, but not its controlling terminal."""

    def __init__(self, argv, rows=24, columns=80, env=None, controlling=True):
        self.master, self.slave = os.openpty()
        self.set_size(rows, columns)
        self.modes_before = termios.tcgetattr(self.slave)
        self.output = b""
        self.events_fd, events = os.pipe()
        commands, self.commands = os.pipe()
        self.shim = os.fork()
        if self.shim == 0:
            try:
                self._shim(argv, dict(os.environ, **(env or {})), controlling, events, commands)
            finally:
                os._exit(127)
        os.close(events)
        os.close(commands)
        self.events = ""
        self.pid = int(self.wait_event("started ").split()[1])

    # --- the shim: a shell's job control, reported as lines ---

    def _shim(self, argv, env, controlling, events, commands):
        os.setsid()
        if controlling:
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            if controlling:
                os.tcsetpgrp(self.slave, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            for fd in (0, 1, 2):
                os.dup2(self.slave, fd)
            os.closerange(3, 256)
            os.execvpe(argv[0], argv, env)
        os.write(events, b"started %d\n" % child)
        os.close(self.master)
        if not controlling:
            os.close(self.slave)
        os.set_blocking(commands, False)
        while True:
            pid, status = os.waitpid(child, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                os.write(events, b"stopped\n")
                select.select([commands], [], [], LIMIT)
                os.read(commands, 1)
                os.tcsetpgrp(self.slave, child)
                os.killpg(child, signal.SIGCONT)
                continue
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
            os.write(events, b"ended %d\n" % code)
            os._exit(0)

    def wait_event(self, word):
        """The next line of the shim that begins with word. Output is read meanwhile."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            for line in self.events.splitlines(True):
                if line.startswith(word) and line.endswith("\n"):
                    self.events = self.events.replace(line, "", 1)
                    return line.strip()
            for fd in select.select([self.events_fd, self.master], [], [], 0.1)[0]:
                if fd == self.events_fd:
                    data = os.read(self.events_fd, 4096)
                    if not data:
                        raise AssertionError("the shim ended before: " + word)
                    self.events += data.decode()
                else:
                    self._read()
        raise AssertionError("never came: " + word)

    def ended(self):
        """Waits for the end; returns the exit code, or the negative signal."""
        code = int(self.wait_event("ended").split()[1])
        self.read_until_quiet()
        return code

    def ended_unread(self, limit):
        """The same while nobody reads the terminal; None: it has not ended within limit seconds."""
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0:
            if select.select([self.events_fd], [], [], left)[0]:
                self.events += os.read(self.events_fd, 4096).decode()
                for line in self.events.splitlines():
                    if line.startswith("ended"):
                        return int(line.split()[1])
        return None

    def fg(self):
        os.write(self.commands, b"f")

    # --- the terminal ---

    def set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self.slave)

    def send(self, data):
        os.write(self.master, data if isinstance(data, bytes) else data.encode())

    def _read(self):
        try:
            data = os.read(self.master, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            data = b""
        self.output += data
        return data

    def _at_work(self):
        """Has the program unread input, or is it running? On a busy machine it may be silent before it is done."""
        try:
            state = read_file("/proc/%d/task/%d/stat" % (self.pid, self.pid)).rpartition(")")[2].split()[0]
            unread = struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, b"\0\0\0\0"))[0]
        except OSError:
            return False
        return state == "R" or (state == "S" and unread > 0)

    def read_until_quiet(self, quiet=QUIET, limit=LIMIT):
        """Returns the output until the program has been silent for `quiet` seconds, and is not busy."""
        data, end = b"", time.monotonic() + limit
        while time.monotonic() < end:
            if not select.select([self.master], [], [], quiet)[0]:
                if self._at_work():
                    continue
                break
            part = self._read()
            if not part:
                break
            data += part
        return data

    def read_for(self, seconds):
        data, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                data += self._read()
        return data

    def wait_for(self, text, limit=LIMIT):
        """Reads until the words written since the call contain text."""
        data, end = b"", time.monotonic() + limit
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                data += self._read()
            if text in plain(data):
                return data + self.read_until_quiet()
        raise AssertionError("never shown: %r in %r" % (text, plain(data)[-2000:]))

    def press(self, data):
        """Presses a key; returns the output."""
        self.send(data)
        return self.read_until_quiet()

    def repaint(self):
        """The whole screen as words."""
        return plain(self.press(b"\x0c"))

    def signal(self, number):
        os.kill(self.pid, number)

    def main_thread_io(self):
        """Calls of write(2) and bytes of the main thread so far."""
        fields = dict(line.split(": ") for line in read_file("/proc/%d/task/%d/io" % (self.pid, self.pid)).splitlines())
        return int(fields["syscw"]), int(fields["wchar"])

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for fd in (self.master, self.slave, self.events_fd, self.commands):
            try:
                os.close(fd)
            except OSError:
                pass
        os.waitpid(self.shim, 0)
