"""Runs the built program in its own home folder, for the tests of the batch commands."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("TRUNKDECK") or os.path.join(os.environ.get("abs_builddir", os.getcwd()), "trunkdeck")
SOURCE = pathlib.Path(os.environ.get("abs_srcdir") or os.environ.get("srcdir") or ".").resolve()

DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3
TIMEOUT = 60


class Result:
    """The result of a run."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def lines(self):
        return self.out.splitlines()

    def json(self):
        """The objects on standard output, one on each line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def failure(self):
        """The one object on standard error."""
        return json.loads(self.err)

    def __repr__(self):
        return f"exit {self.code}\n{self.out}---\n{self.err}"


class DeckTest(unittest.TestCase):
    """A fresh home folder for each test; self.deck() runs the program with it."""

    maxDiff = None

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="trunkdeck-cli-")
        self.addCleanup(shutil.rmtree, self.home)
        self.env = {**os.environ, "HOME": self.home}

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def deck(self, *args, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        run = subprocess.run([PROGRAM, *args], env={**self.env, **(env or {})}, timeout=TIMEOUT, check=False, **options)
        return Result(run.returncode, (run.stdout or b"").decode(), (run.stderr or b"").decode())

    def start(self, *args, **options):
        """Starts a run beside the test. It is killed when the test ends."""
        run = subprocess.Popen([PROGRAM, *args], env=self.env, **{"stdin": subprocess.DEVNULL, **options})
        self.addCleanup(self.stop, run)
        return run

    @staticmethod
    def stop(run):
        run.kill()
        run.wait(TIMEOUT)
        if run.stdout:
            run.stdout.close()

    def done(self, *args, **options):
        """Runs the program, which must succeed."""
        result = self.deck(*args, **options)
        self.assertEqual(result.code, DONE, f"{args}: {result}")
        return result

    def refused(self, *args, code=REFUSED, says=(), **options):
        """Runs the program, which must fail with the exit code and print all of `says` on standard error."""
        result = self.deck(*args, **options)
        self.assertEqual(result.code, code, f"{args}: {result}")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.err)
        return result

    def workspace(self):
        """Adds two providers, three agents and one number."""
        self.done("init", "--name", "acme", "--plan", "free")
        self.done("provider", "add", "Twilio", "--sip-domain", "pstn.twilio.com")
        self.done("provider", "add", "Peoplefone AG", "--sip-domain", "sip.peoplefone.ch", "--region", "eu")
        self.done("agent", "add", "support", "--title", "Customer Support", "--dial", "WebSocket/support/c(ulaw)")
        self.done("agent", "add", "sales", "--title", "Sales", "--dial", "AudioSocket/127.0.0.1:9001")
        self.done("agent", "add", "mute", "--title", "Mute", "--dial", "WebSocket/mute", "--voice-enabled", "no",
                  "--voice-problem", "no transcriber is set")
        self.done("number", "add", "+15551234567", "--provider", "Twilio", "--agent", "support")

    def config(self, text, mode=0o600):
        """Writes the configuration file where the program looks for it; returns its path."""
        path = self.path(".config", "trunkdeck", "config")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path
