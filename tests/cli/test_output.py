#!/usr/bin/env python3
"""Output formats, usage errors, the audit trail, and replay."""

import csv
import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import termios
import pwd
import unittest

from deck import DONE, SOURCE, TIMEOUT, USAGE, DeckTest

ERROR_KEYS = ["code", "message", "field", "hint"]


class Forms(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()

    def test_json_is_accepted_in_every_place(self):
        expected = self.done("number", "list", "--json").out
        self.assertEqual([n["number"] for n in map(json.loads, expected.splitlines())], ["+15551234567"])
        for args in (["--json", "number", "list"], ["--format", "json", "number", "list"],
                     ["number", "list", "--format=json"], ["--format=csv", "number", "list", "--format", "json"]):
            self.assertEqual(self.done(*args).out, expected)

    def test_failures_in_json(self):
        cases = {
            "NUMBER_FORMAT": ("number", ["number", "add", "555"]),
            "NUMBER_EXISTS": ("number", ["number", "add", "+15551234567", "--provider", "twilio", "--agent", "support"]),
            "TRUNK_NOT_FOUND": ("trunkId", ["number", "add", "+15551234568", "--provider", "x"]),
            "AGENT_REQUIRED": ("agentId", ["number", "add", "+15551234568", "--provider", "twilio"]),
            "FIELD_INVALID": ("sipDomain", ["provider", "add", "x", "--sip-domain", "a b"]),
            "FIELD_REQUIRED": ("title", ["agent", "add", "x", "--dial", "WebSocket/x"]),
        }
        for code, (field, args) in cases.items():
            result = self.refused(*args, "--json")
            self.assertEqual(result.out, "")
            self.assertEqual([*result.failure()], ERROR_KEYS)
            self.assertEqual((result.failure()["code"], result.failure()["field"]), (code, field))
        usage = self.refused("number", "add", "--nonsense", "--json", code=USAGE).failure()
        self.assertEqual((usage["code"], usage["message"]), ("USAGE", "unknown option --nonsense"))
        self.assertEqual(self.refused("--json", "numbr", code=USAGE).failure()["code"], "USAGE")
        self.assertIn("trunkdeck: title", self.refused("agent", "add", "x", "--dial", "WebSocket/x", "--title", " ",
                                                       "--voice-problem", "--json").err)

    def test_csv_round_trip(self):
        label = 'Say "hi", then; =1+1 ünï'
        self.done("number", "edit", "+15551234567", "--label", label, "--param", "note=a,b")
        result = self.done("number", "list", "--format", "csv")
        self.assertTrue(result.out.endswith("\r\n"))
        rows = list(csv.DictReader(io.StringIO(result.out, newline="")))
        shown = self.done("number", "list", "--json").json()[0]
        self.assertEqual([*rows[0]], [*shown])
        self.assertEqual((rows[0]["number"], rows[0]["label"], rows[0]["enabled"]), ("+15551234567", label, "yes"))
        self.assertEqual(json.loads(rows[0]["additionalParams"]), {"note": "a,b"})
        one = self.done("number", "show", "+15551234567", "--format", "csv")
        self.assertEqual(one.out, result.out)

    def test_table_is_aligned_by_width(self):
        self.done("agent", "edit", "sales", "--title", "営業")
        lines = self.done("agent", "list").lines()
        self.assertEqual(lines[0].split()[:3], ["Id", "Title", "Region"])
        at = lines[0].index("Region")
        plain = next(line for line in lines if line.startswith("support"))
        wide = next(line for line in lines if line.startswith("sales"))
        self.assertEqual(plain.index("na"), at)
        self.assertEqual(wide.index("na"), at - 2)	# two characters of two columns each

    def test_a_table_is_cut_on_a_terminal_only(self):
        self.done("number", "edit", "+15551234567", "--label", "x" * 100)
        self.assertIn("x" * 100, self.done("number", "list").out)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        run = self.start("number", "list", stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        while seen.count(b"\n") < 2:
            seen += os.read(ours, 4096)
        self.assertEqual(run.wait(TIMEOUT), DONE)
        os.close(ours)
        self.assertEqual(max(len(line) for line in seen.decode().replace("\r", "").splitlines()), 60)

    def test_a_full_device_is_reported(self):
        for command in (["number", "list"], ["number", "list", "--json"], ["config"], ["help"], ["changes"]):
            with open("/dev/full", "wb") as full:
                self.refused(*command, code=USAGE, says="No space left", stdout=full)

    def test_a_closed_pipe_is_no_failure(self):
        read, write = os.pipe()
        os.close(read)
        for command in (["changes"], ["number", "list"], ["help"], ["config", "--json"]):
            result = self.deck(*command, stdout=write)
            self.assertEqual((result.code, result.err), (DONE, ""))
        os.close(write)


class Usage(DeckTest):
    def test_help_names_every_command(self):
        text = self.done("help").out
        for words in ("init", "provider add NAME", "number add NUMBER", "number delete [NUMBER]", "undo CHANGE", "agent list", "changes",
                      "config", "replay FILE", "Exit status"):
            self.assertIn(words, text)
        self.assertIn(text, self.done("--help").out)

    def test_help_of_a_command(self):
        text = self.done("help", "number", "add").out
        for words in ("--provider PROVIDER", "--agent ID", "--region na|eu", "--param KEY=VALUE", "--json"):
            self.assertIn(words, text)
        self.assertEqual(self.done("number", "add", "--help").out, text)
        self.assertIn("number edit [NUMBER]", self.done("help", "number").out)
        self.assertEqual(self.done("number", "--help").out, self.done("help", "number").out)
        self.refused("help", "nonsense", code=USAGE, says="unknown command")

    def test_help_needs_no_configuration(self):
        self.config("[nonsense]\nx = 1\n")
        self.done("help")
        self.done("number", "list", "--help")
        self.refused("number", "list", code=USAGE)

    def test_unknown_commands(self):
        self.refused("numbers", "list", code=USAGE, says=["\"numbers\"", "did you mean 'trunkdeck number'?", "number add"])
        self.refused("number", "lsit", code=USAGE, says="did you mean 'trunkdeck number list'?")
        self.assertNotIn("did you mean", self.refused("frobnicate", code=USAGE, says="provider add").err)
        self.refused("provider", code=USAGE, says=["provider: a command is missing", "provider add NAME"])

    def test_options(self):
        self.refused("number", "add", "--frob", "1", code=USAGE, says=["--frob", "--provider, --agent, --split"])
        self.refused("number", "add", "-x", code=USAGE, says="unknown option -x")
        self.refused("number", "list", "--where", code=USAGE, says="--where needs a value")
        self.refused("number", "list", "--json=yes", code=USAGE, says="--json takes no value")
        self.refused("number", "show", code=USAGE, says=["an argument is missing", "number show NUMBER"])
        self.refused("number", "show", "a", "b", code=USAGE, says="\"b\" is an unexpected argument")
        self.refused("number", "list", "--format", "xml", code=USAGE, says="table, json, csv")
        self.refused("--format", "xml", "number", "list", code=USAGE, says="table, json, csv")
        self.refused("changes", "--since", "x", code=USAGE, says="--since x")
        self.refused("number", "show", "--", "--json", says="Invalid phone number format")


class Changes(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.done("number", "edit", "+15551234567", "--agent", "sales")
        self.done("number", "delete", "+15551234567", "--yes")

    def test_in_order(self):
        changes = self.done("changes", "--json").json()
        self.assertEqual([c["id"] for c in changes], sorted(c["id"] for c in changes))
        last = changes[-3:]
        self.assertEqual([(c["action"], c["entity"], c["key"], c["actor"]) for c in last],
                         [(action, "number", "+15551234567", pwd.getpwuid(os.getuid()).pw_name) for action in ("add", "edit", "delete")])
        self.assertEqual((last[0]["before"], last[2]["after"]), (None, None))
        self.assertEqual((last[1]["before"]["agentId"], last[1]["after"]["agentId"]), ("support", "sales"))

    def test_since_last_and_max(self):
        ids = [c["id"] for c in self.done("changes", "--json").json()]
        shown = lambda *args: [c["id"] for c in self.done("changes", "--json", *args).json()]
        self.assertEqual(shown("--since", str(ids[2])), ids[3:])
        self.assertEqual(shown("--since", str(ids[2]), "--max", "2"), ids[3:5])
        self.assertEqual(shown("--last", "2"), ids[-2:])
        self.assertEqual(shown("--last", "0"), [])
        self.assertEqual(shown("--last", "999"), ids)

    def test_by_record_actor_and_time(self):
        shown = lambda *args: [(c["action"], c["key"]) for c in self.done("changes", "--json", *args).json()]
        number = [(action, "+15551234567") for action in ("add", "edit", "delete")]
        self.assertEqual(shown("--record", "+15551234567"), number)
        self.assertEqual(shown("--record", "+15551234567", "--max", "2"), number[:2])
        everything = shown()
        actor = self.done("changes", "--json").json()[-1]["actor"]
        self.assertEqual(shown("--actor", actor.upper()), everything)
        self.assertEqual(shown("--actor", "nobody-else"), [])
        self.assertEqual(shown("--since", "1h"), everything)
        self.assertEqual(shown("--until", "1h"), [])
        self.assertEqual(shown("--since", "1h", "--until", "1h"), [])
        self.refused("changes", "--until", "soon", code=USAGE, says=["--until soon", "today"])

    def test_table_shows_the_difference(self):
        self.assertIn("agent support -> sales", self.done("changes", "--last", "2").lines()[0])

    def test_follow(self):
        run = self.start("changes", "--json", "--last", "1", "--follow", "--max", "3", stdout=subprocess.PIPE)
        self.assertEqual(json.loads(run.stdout.readline())["action"], "delete")
        self.done("agent", "edit", "sales", "--title", "New")
        self.assertEqual(json.loads(run.stdout.readline())["after"]["title"], "New")
        self.done("agent", "edit", "sales", "--title", "Newer")
        self.assertEqual(json.loads(run.stdout.readline())["after"]["title"], "Newer")
        self.assertEqual(run.wait(TIMEOUT), DONE)

    def test_follow_ends_with_its_reader(self):
        run = self.start("changes", "--follow", stdout=subprocess.PIPE)
        run.stdout.readline()
        run.stdout.close()
        self.assertEqual(run.wait(TIMEOUT), DONE)


class Replay(DeckTest):
    STREAM = SOURCE / "tests/data/ami/lab_answered_websocket.ami"

    def test_json(self):
        result = self.done("replay", str(self.STREAM), "--format", "json").json()[0]
        self.assertEqual((result["calls"], result["live"], result["frames_rejected"]), (1, 0, 0))
        (number,) = result["numbers"].values()
        self.assertEqual((number["offered"], number["answered"]), (1, 1))

    def test_standard_input_and_repeat(self):
        with open(self.STREAM, "rb") as stream:
            piped = self.done("replay", "-", "--json", stdin=stream).json()[0]
        self.assertEqual(piped["calls"], 1)
        again = self.done("replay", str(self.STREAM), "--repeat", "3", "--json").json()[0]
        self.assertEqual((again["calls"], again["events"]), (3, 3 * piped["events"]))

    def test_table(self):
        lines = self.done("replay", str(self.STREAM)).lines()
        self.assertEqual(lines[0].split()[:3], ["Number", "Offered", "answered"])
        self.assertNotIn("busy", lines[0])
        self.assertIn("1 calls", lines[-2])

    def test_needs_no_configuration(self):
        self.config("[nonsense]\nx = 1\n")
        self.done("replay", str(self.STREAM))

    def test_refusals(self):
        self.refused("replay", self.path("nothing.ami"), code=USAGE, says="No such file")
        self.refused("replay", str(self.STREAM), "--repeat", "0", code=USAGE, says="--repeat 0")
        self.refused("replay", code=USAGE, says="replay FILE")
        self.refused("replay", str(self.STREAM), "--speed", "0", code=USAGE, says="--speed 0")

    def test_other_files_are_refused(self):
        for name, content, says in (("garbage", bytes(range(256)) * 40, "not a recorded AMI stream"), ("empty", b"", "not a recorded"),
                                    ("packed", b"\x1f\x8b\x08\x00", "is compressed")):
            path = self.path(name)
            with open(path, "wb") as out:
                out.write(content)
            self.refused("replay", path, code=USAGE, says=says)

    def test_a_cut_off_stream_is_reported(self):
        path = self.path("cut.ami")
        with open(path, "wb") as out:
            out.write(self.STREAM.read_bytes()[:-9])
        self.assertTrue(self.done("replay", path, "--json").json()[0]["cut_off"])
        self.assertEqual(self.done("replay", path).lines()[-1], "the stream ends inside a frame")

    def test_speed_without_a_terminal_gives_figures(self):
        self.assertEqual(self.done("replay", str(self.STREAM), "--speed", "8", "--json").json()[0]["calls"], 1)
        self.assertIn("1 calls", self.done("replay", str(self.STREAM), "--speed", "8").out)


if __name__ == "__main__":
    unittest.main()
