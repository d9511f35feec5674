#!/usr/bin/env python3
"""The screen on a real terminal: start, cost of a key, end, and everything that may happen in between.

TRUNKDECK names the program (default: $abs_builddir/trunkdeck). PTY_REPORT=1 prints the measured figures.
"""
import base64
import contextlib
import glob
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ptytest import Terminal, plain  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("TRUNKDECK") or os.path.join(os.environ.get("abs_builddir", "."), "trunkdeck"))
CALLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../screens/calls.ami")
CURSOR_MOVE_BYTES = 96
NUMBERS = 40
FIRST = "+14155550100"
LEAVE = b"\x1b[?1049l"          # xterm's rmcup
ENTER = b"\x1b[?1049h"
PASTE_OFF = b"\x1b[?2004l"
CTRL_Z = b"\x1a"
# The Deck's rule with the position of its cursor, longer than 80 columns allow.
RULE_OF_100 = "\u2500{81,} +1 of 41 +\u2500\u2500"
LARGE_FRAME = re.compile(rb"\x1b\[\?2026h.*?\x1b\[\?2026l", re.DOTALL)


def report(name, value):
    if os.environ.get("PTY_REPORT"):
        print("%-44s %s" % (name, value), file=sys.stderr)


class Screen(unittest.TestCase):
    """A workspace with one provider and NUMBERS numbers, no server: only the clock moves by itself."""

    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="trunkdeck-pty.")
        cls.env = {"HOME": cls.home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        for name in ("NO_COLOR", "ESCDELAY", "LINES", "COLUMNS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ.pop(name, None)
        cls.batch("init", "--name", "acme")
        cls.batch("provider", "add", "Twilio", "--sip-domain", "pstn.twilio.com")
        cls.batch("agent", "add", "sales", "--title", "Sales", "--dial", "PJSIP/sales")
        for i in range(NUMBERS):
            cls.batch("number", "add", "+1415555%04d" % (100 + i), "--provider", "twilio", "--agent", "sales")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    @classmethod
    def batch(cls, *words):
        subprocess.run([PROGRAM, *words], env=dict(os.environ, **cls.env), check=True, stdout=subprocess.DEVNULL)

    def start(self, *options, env=None, words="Twilio", **terminal):
        t = Terminal([PROGRAM, *options], env=dict(self.env, **(env or {})), **terminal)
        self.addCleanup(t.close)
        t.wait_for(words)
        return t

    def assert_left(self, t):
        """The terminal is as it was: screen, paste mode, and modes of the line."""
        self.assertIn(LEAVE, t.output[t.output.rfind(ENTER):])
        self.assertIn(PASTE_OFF, t.output[t.output.rfind(ENTER):])
        self.assertEqual(t.modes(), t.modes_before)

    @staticmethod
    def wait_until(condition, limit=20):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if condition():
                return True
            os.sched_yield()
        return False

    # --- start and end ---

    def test_start_and_quit(self):
        begin = time.monotonic()
        t = Terminal([PROGRAM], env=self.env)
        self.addCleanup(t.close)
        while b"trunkdeck" not in t.output:
            t._read()
        report("start to first paint, ms", round((time.monotonic() - begin) * 1000, 1))
        self.assertNotEqual(t.modes(), t.modes_before)
        t.wait_for("Twilio")
        self.assertIn(b"\x1b[?2004h", t.output)
        self.assertNotIn(b"\x1b[?1000h", t.output)
        t.send("q")
        self.assertEqual(t.ended(), 0)
        self.assert_left(t)

    def test_terminals(self):
        for term in ("xterm", "linux", "vt100", "tmux-256color", "screen", "ansi"):
            with self.subTest(term):
                t = self.start(env={"TERM": term})
                t.send("q")
                self.assertEqual(t.ended(), 0)
                self.assertEqual(t.modes(), t.modes_before)

    def test_signals_end_it(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                t = self.start()
                t.signal(number)
                t.ended()
                self.assert_left(t)

    def test_end_of_input(self):
        t = self.start(controlling=False)
        os.close(t.slave)
        os.close(t.master)
        self.assertTrue(self.wait_until(lambda: not os.path.exists("/proc/%d" % t.pid)), "still there without a terminal")

    def test_crash_restores_the_terminal(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE):
            with self.subTest(number):
                t = self.start("--mouse")
                t.signal(number)
                self.assertEqual(t.ended(), -number)
                self.assert_left(t)
                self.assertIn(b"\x1b[?1000l", t.output)

    # --- stop and go on ---

    def check_resumed(self, t):
        t.wait_event("stopped")
        t.read_until_quiet()
        self.assert_left(t)
        t.set_size(30, 100)
        t.fg()
        data = t.wait_for("Twilio")
        self.assertIn(ENTER, data)
        self.assertIn(b"\x1b[?2004h", data)
        self.assertNotEqual(t.modes(), t.modes_before)
        self.assertRegex(t.repaint(), RULE_OF_100)
        t.send("q")
        self.assertEqual(t.ended(), 0)
        self.assert_left(t)

    def test_ctrl_z(self):
        t = self.start()
        t.send(CTRL_Z)
        self.check_resumed(t)

    def test_stopped_from_outside(self):
        t = self.start()
        t.signal(signal.SIGTSTP)
        self.check_resumed(t)

    def test_stop_twice(self):
        t = self.start()
        for _ in range(2):
            t.send(CTRL_Z)
            t.wait_event("stopped")
            t.read_until_quiet()
            t.fg()
            t.wait_for("Twilio")
        t.send("q")
        self.assertEqual(t.ended(), 0)

    def test_stopped_without_a_word(self):
        """SIGSTOP can't be caught: the shell changes the terminal, and after SIGCONT the program sets it up again."""
        t = self.start()
        t.signal(signal.SIGSTOP)
        t.wait_event("stopped")
        termios.tcsetattr(t.slave, termios.TCSANOW, t.modes_before)
        t.fg()
        data = t.wait_for("Twilio")
        self.assertIn(b"\x1b[?2004h", data)
        self.assertNotEqual(t.modes(), t.modes_before)
        t.send("q")
        self.assertEqual(t.ended(), 0)

    # --- sizes ---

    def test_resize_storm(self):
        t = self.start()
        numbers = random.Random(1)
        for _ in range(200):
            t.set_size(numbers.randrange(1, 60), numbers.randrange(1, 200))
        for size in ((1, 1), (2, 300), (100, 1), (30, 100)):
            t.set_size(*size)
            t.read_until_quiet(0.05)
        t.read_until_quiet()
        self.assertRegex(t.repaint(), RULE_OF_100)
        self.assertIn("Keys and actions", plain(t.press("?")))
        t.press("\x1b")
        t.send("q")
        self.assertEqual(t.ended(), 0)

    def test_starts_tiny(self):
        t = self.start(rows=1, columns=1, words="")
        t.set_size(24, 80)
        t.wait_for("Twilio")
        t.send("q")
        self.assertEqual(t.ended(), 0)

    # --- cost ---

    def expanded(self, **terminal):
        t = self.start(**terminal)
        if FIRST not in t.repaint():
            t.press(" ")
        t.press("j")
        return t

    def check_cost_of_a_cursor_move(self, t, view, keys):
        """A message that fades or the clock may be drawn together with one of the moves, but not with half of them."""
        sizes = sorted(len(t.press(key)) for key in keys)
        report("bytes of a cursor move on the %s, median" % view, sizes[len(sizes) // 2])
        self.assertGreater(sizes[0], 0)
        self.assertLessEqual(sizes[len(sizes) // 2], CURSOR_MOVE_BYTES)

    def test_cost_of_a_cursor_move(self):
        for rows, columns in ((24, 80), (50, 160), (60, 240)):
            t = self.expanded(rows=rows, columns=columns)
            self.check_cost_of_a_cursor_move(t, "Deck at %dx%d" % (columns, rows), "jjjkjkj")

    def test_cost_of_a_cursor_move_among_calls(self):
        for rows, columns in ((24, 80), (50, 160)):
            t = self.start("replay", CALLS, "--speed", "1", rows=rows, columns=columns, words="replay")
            t.press("2P")
            for _ in range(20):
                t.press(".")
            self.assertRegex(t.repaint(), "PAUSED|ENDED")            # no clock draws
            t.press("g")
            self.check_cost_of_a_cursor_move(t, "Calls at %dx%d" % (columns, rows), "jjkkjkj")

    def test_one_write_per_frame(self):
        """The kernel's count: a frame is written once into curses' file in memory, and once to the terminal. Something else
        may be drawn while a key is handled, so the minimum of several keys is the cost of one frame."""
        t = self.expanded()
        counts = []
        for _ in range(5):
            before = t.main_thread_io()[0]
            received = len(t.press("j"))
            counts.append(t.main_thread_io()[0] - before)
            self.assertGreater(received, 0)
        self.assertEqual(min(counts), 2)

    def stats(self, t):
        t.send(":stats\r")
        t.read_until_quiet()
        return t.repaint()

    def test_writes_by_its_own_count(self):
        t = self.expanded(rows=50, columns=200)
        for _ in range(5):
            t.press("\x0c")
        words = self.stats(t).split()
        frames, writes = (int(words[words.index(name) + 1]) for name in ("Frames", "Writes"))
        report("frames and writes at 200x50", "%d %d" % (frames, writes))
        self.assertGreater(frames, 5)
        self.assertLessEqual(writes, frames)

    def test_large_frames_are_bracketed(self):
        """Small frames, of the clock or a message that fades, may come before or after the one that is tested."""
        t = self.start()
        frames = LARGE_FRAME.findall(t.press("\x0c"))
        self.assertEqual(len(frames), 1)
        self.assertIn("Twilio", plain(frames[0]))
        self.assertNotIn(b"\x1b[?2026h", t.press("j"))

    def test_silent_when_idle(self):
        t = self.start()
        t.read_until_quiet(1.0)
        while time.time() % 60 > 55:            # not at the end of a minute, when the clock changes
            t.read_for(0.5)
        self.assertEqual(t.read_for(2.0), b"")

    def test_burst_of_keys_is_one_frame(self):
        t = self.expanded()
        one = max(len(t.press("j")) for _ in range(3))
        burst = len(t.press("j" * 20))
        report("bytes of 20 keys at once", burst)
        self.assertLessEqual(burst, 3 * one)

    def stall(self, t):
        """Asks for whole screens that nobody reads until the terminal takes no more. Returns how many it has taken."""
        for repaints in range(500):
            writes = t.main_thread_io()[0]
            t.send(b"\x0c")
            if not self.wait_until(lambda: t.main_thread_io()[0] >= writes + 2, 1.0):       # pylint: disable=cell-var-from-loop
                return repaints
        self.fail("the pty took everything: nothing was stalled")

    def test_stalled_terminal(self):
        """Nobody reads for a while: the program waits, then shows the present state and not those in between."""
        t = self.start()
        repaints = self.stall(t)
        t.send(b"\x0c" * 200 + b"?")
        data = t.wait_for("Keys and actions")
        frames = data.count(b"\x1b[?2026h")
        report("frames after %d repaints and a stall with 200 more" % repaints, frames)
        self.assertLessEqual(frames, repaints + 3)
        t.press("\x1b")
        t.send("q")
        self.assertEqual(t.ended(), 0)

    def test_stalled_terminal_and_the_end(self):
        """A signal ends the program while nobody reads; the terminal is restored."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number):
                t = self.start()
                self.stall(t)
                begin = time.monotonic()
                t.signal(number)
                self.assertEqual(t.ended_unread(5), 0)
                report("a stalled terminal: signal to end, s", round(time.monotonic() - begin, 2))
                self.assertLess(time.monotonic() - begin, 2)
                t.read_until_quiet()
                self.assert_left(t)

    def test_stalled_terminal_and_calls(self):
        """Calls that end while nobody reads still reach the store."""
        t = self.start("--demo", env={"TMPDIR": self.home})
        self.stall(t)
        path, = glob.glob(self.home + "/**/*.db", recursive=True)
        before = self.calls_in(path)
        self.assertTrue(self.wait_until(lambda: self.calls_in(path) > before, 60), "no call reached the store")
        t.signal(signal.SIGTERM)
        self.assertEqual(t.ended_unread(5), 0)

    @staticmethod
    def calls_in(path):
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as db:
            return db.execute("SELECT count(*) FROM call").fetchone()[0]

    # --- keys ---

    def test_escape_is_quick(self):
        t = self.start()
        t.press(":")
        begin = time.monotonic()
        t.send("\x1b")
        while not t._read():
            pass
        took = (time.monotonic() - begin) * 1000
        report("Esc to the frame, ms", round(took, 1))
        self.assertLess(took, 500)              # curses' own default is 1000
        t.read_until_quiet()
        self.assertIn("add", t.repaint())

    def test_torn_sequence(self):
        t = self.start()
        t.send("\x1b")
        t.send("[")
        t.send("B")
        t.read_until_quiet()
        self.assertIn("Twilio", t.repaint())

    def test_paste_is_not_typed(self):
        t = self.expanded()
        self.assertNotIn("Delete", plain(t.press("\x1b[200~dyq\rdy\x1b[201~")))
        self.assertIn("+14155550100", t.repaint())
        t.press("/")
        t.press("\x1b[200~0101\r\x1b[201~")
        screen = t.repaint()
        self.assertIn("/0101", screen)
        self.assertIn("+14155550101", screen)
        self.assertNotIn("+14155550102", screen)

    def test_copy(self):
        t = self.expanded()
        self.assertIn(b"\x1b]52;c;KzE0MTU1NTUwMTAw\x07", t.press("y"))      # +14155550100

    def test_copy_of_hostile_text(self):
        """Whatever a record contains, the terminal gets base64 between the marks of OSC 52, and nothing of it outside."""
        hostile = "a\x1b\\\x1b]52;c;T1dORUQ=\x07\x07\x9c\x1b[2J;\x1bPtmux;\x1b\x1b]0;owned\x07"
        home = tempfile.mkdtemp(prefix="trunkdeck-pty.")
        self.addCleanup(shutil.rmtree, home)
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        with contextlib.closing(sqlite3.connect(os.path.join(home, ".local/share/trunkdeck/trunkdeck.db"))) as db, db:
            self.assertEqual(db.execute("UPDATE number SET label = ? WHERE e164 = ?", (hostile, FIRST)).rowcount, 1)
        plain_osc = rb"\x1b\]52;c;([A-Za-z0-9+/]+=*)\x07"
        wrappings = (({}, plain_osc), ({"TMUX": "/tmp/tmux,1,0"}, plain_osc + rb"\x1bPtmux;\x1b\x1b\]52;c;[A-Za-z0-9+/]+=*\x07\x1b\\"),
                     ({"STY": "1.tty"}, rb"\x1bP\x1b\]52;c;((?:[A-Za-z0-9+/]|\x1b\\\x1bP)+=*)\x07\x1b\\"))
        for env, pattern in wrappings:
            with self.subTest(env):
                t = self.start(env=dict(env, HOME=home))
                t.press("j")
                data = t.press("Y")
                sent = re.search(pattern, data)
                self.assertIsNotNone(sent, data)
                record = json.loads(base64.b64decode(sent[1].replace(b"\x1b\\\x1bP", b"")))
                self.assertEqual(record["number"], FIRST)
                rest = data.replace(sent[0], b"")
                for bad in (b"\x1b]", b"\x1bP", b"\x07", b"\x9c", b"T1dORUQ", b"\x1b\\"):
                    self.assertNotIn(bad, rest)

    def test_keys_that_always_work(self):
        t = self.start()
        t.press(":")
        self.assertIn("Twilio", t.repaint())
        t.send(CTRL_Z)
        t.wait_event("stopped")
        t.fg()
        t.wait_for("Twilio")

    def test_palette_remembers(self):
        t = self.start()
        t.press(":stats\r")
        t.press("\x1b")
        t.send("q")
        self.assertEqual(t.ended(), 0)
        path = os.path.join(self.home, ".local/state/trunkdeck/history")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "a", encoding="utf-8") as f:
            f.write("help\x1b]0;owned\x07\n" * 60 + "expand\n")
        t = self.start()
        t.press(":")
        t.press("\x1b[A\x1b[A")
        self.assertIn("help]0;owned", t.repaint())
        self.assertNotIn(b"\x1b]0;", t.output)
        t.press("\x1b[A")
        self.assertRegex(t.repaint(), r": +stats")
        with open(path, encoding="utf-8") as f:
            self.assertEqual(len(f.readlines()), 3)

    def test_mouse(self):
        t = self.start("--mouse")
        self.assertIn(b"\x1b[?1000h\x1b[?1006h", t.output)
        self.assertIn("No live calls", plain(t.press("\x1b[<0;12;2M\x1b[<0;12;2m")) + t.repaint())

    # --- colour and characters ---

    def test_no_color(self):
        t = self.start(env={"NO_COLOR": "1"})
        t.press("?")
        self.assertNotRegex(t.output, rb"\x1b\[[0-9;]*3[1-7]m")
        t = self.start("--color", "always", env={"NO_COLOR": "1"})
        self.assertRegex(t.output, rb"\x1b\[[0-9;]*3[1-7]m")

    def test_ascii(self):
        for options, env in ((("--ascii",), {}), ((), {"LC_ALL": "C"})):
            t = self.start(*options, env=env)
            t.press("?")
            self.assertTrue(all(byte < 128 for byte in t.output))

    # --- refusals ---

    def refused(self, env=None, **streams):
        done = subprocess.run([PROGRAM], env=dict(os.environ, **dict(self.env, **(env or {}))), stderr=subprocess.PIPE,
                              timeout=20, check=False, **streams)
        self.assertEqual(done.returncode, 2)
        return done.stderr.decode()

    def test_not_a_terminal(self):
        text = self.refused(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.assertIn("needs a terminal", text)
        self.assertIn("trunkdeck number list --json", text)

    def test_output_not_a_terminal(self):
        master, slave = os.openpty()
        self.assertIn("needs a terminal", self.refused(stdin=slave, stdout=subprocess.PIPE))
        os.close(master)
        os.close(slave)

    def test_terminals_that_cant(self):
        for term, words in (("dumb", "can't place the cursor"), ("no-such-terminal", "ncurses-term"), ("", "TERM is not set")):
            with self.subTest(term):
                t = Terminal([PROGRAM], env=dict(self.env, TERM=term))
                self.addCleanup(t.close)
                self.assertEqual(t.ended(), 2)
                self.assertIn(words, plain(t.output))
                self.assertEqual(termios.tcgetattr(t.slave), t.modes_before)


if __name__ == "__main__":
    unittest.main(verbosity=1)
