#!/usr/bin/env python3
"""No action that the program sends has a line end or NUL within a value. The program refuses them as input. If another
program has put them into the store, it refuses to send them. A simulated server keeps every byte that it receives.

Names with invisible characters are refused as input, in batch and on the screen."""

import sqlite3
import unittest

from deck import DONE, REFUSED, DeckTest
from test_history import Manager, listed

NUMBER, OTHER = "+15551234567", "+15551234568"
BREAKS = {"CR": "\r", "LF": "\n", "CR LF": "\r\n", "an action": "\r\n\r\nAction: Originate\r\nX-Smuggled: yes"}
ADD = ("--provider", "Twilio", "--agent", "support")

# The arguments, and the field that is refused; {} is replaced by the line ends.
DOORS = [
    (("number", "add", OTHER, *ADD, "--label", "a{}b"), "label"),
    (("number", "add", OTHER, *ADD, "--label", "a{}"), "label"),
    (("number", "add", OTHER + "{}", *ADD), "Invalid phone number"),
    (("number", "edit", NUMBER, "--label", "{}b"), "label"),
    (("number", "edit", NUMBER, "--agent", "support{}"), "agent"),
    (("agent", "add", "new", "--title", "a{}b", "--dial", "WebSocket/a"), "title"),
    (("agent", "add", "new", "--title", "a", "--dial", "WebSocket/a{}b"), "dial"),
    (("agent", "add", "new{}", "--title", "a", "--dial", "WebSocket/a"), "id"),
    (("agent", "edit", "support", "--title", "{}"), "title"),
    (("agent", "edit", "support", "--dial", "WebSocket/a{}"), "dial"),
    (("agent", "edit", "support", "--voice-problem", "a{}b"), "voiceProblem"),
    (("provider", "add", "New{}", "--sip-domain", "new.example.com"), "name"),
    (("provider", "add", "New", "--sip-domain", "new.example.com{}"), "sipDomain"),
    (("provider", "edit", "Twilio", "--endpoint", "twilio{}"), "endpoint"),
    (("provider", "edit", "Twilio", "--inbound-prefix", "+1{}"), "inboundPrefix"),
    (("workspace", "edit", "--name", "a{}b"), "name"),
    (("number", "edit", NUMBER, "--split", "support:1{}"), "split"),
    (("number", "edit", NUMBER, "--notes", "a{}b"), "notes"),
    (("number", "edit", NUMBER, "--schedule", "office{}"), "scheduleId"),
    (("provider", "edit", "Twilio", "--routing", "mine{}"), "routing"),
    (("schedule", "add", "office{}"), "id"),
    (("schedule", "add", "office", "--zone", "UTC{}"), "timeZone"),
    (("schedule", "add", "office", "--open", "mon 09:00-18:00{}"), "open"),
    (("schedule", "add", "office", "--on", "2026-12-24 closed{}"), "exceptions"),
    (("block", "add", "+4479{}*"), "caller"),
    (("block", "add", "+4479*", "--reason", "a{}b"), "reason"),
]

# Two different names must not look the same.
INVISIBLE = {"zero width space": "\u200b", "zero width joiner": "\u200d", "byte order mark": "\ufeff", "soft hyphen": "\u00ad",
             "right-to-left override": "\u202e", "right-to-left isolate": "\u2067"}
REFUSALS = "invisible characters are not allowed in a name", "characters that change the direction of writing are not allowed"
NAMES = [
    ("provider", "add", "Tw{}ilio", "--sip-domain", "new.example.com"),
    ("provider", "add", "{}Twilio", "--sip-domain", "new.example.com"),
    ("provider", "edit", "Twilio", "--name", "Twilio{}"),
    ("agent", "add", "new", "--title", "Sup{}port", "--dial", "WebSocket/a"),
    ("agent", "edit", "support", "--title", "Support{}"),
    ("workspace", "edit", "--name", "ac{}me"),
]

# The same in rows that other programs wrote: table, key, column, text, and whether an action would contain it.
ROWS = [
    ("agent", "support", "dial", "WebSocket/a{}", True),
    ("agent", "support", "title", "Support{}", False),
    ("number", NUMBER, "label", "a{}b", False),
    ("number", NUMBER, "e164", NUMBER + "{}", True),
    ("provider", "twilio", "endpoint", "twilio{}", True),
    ("provider", "twilio", "inbound_prefix", "+1{}", True),
    ("provider", "twilio", "name", "Twilio{}", False),
]


class Database(Manager):
    """A server with routes in its database. It keeps the bytes it receives and the keys it holds."""

    def __init__(self):
        self.sent, self.held = bytearray(), {}
        super().__init__()

    def heard(self, data):
        self.sent += data

    def answer(self, frame):
        action, key = frame.get("Action", ""), (frame.get("Family"), frame.get("Key"))
        tag = {"ActionID": frame.get("ActionID", "")}
        error = f"Response: Error\r\nActionID: {tag['ActionID']}\r\nMessage: Database entry not found\r\n\r\n".encode()
        if action == "DBPut":
            self.held[key] = frame.get("Val", "")
        elif action == "DBDel":
            return super().answer(frame) if self.held.pop(key, None) is not None else error
        elif action == "DBGet" and key not in self.held:
            return error
        elif action == "DBGet":
            return super().answer({**frame, "Action": "x"}).replace(b"Message: ok", b"EventList: start\r\nMessage: Result will follow") + \
                listed("DBGetResponse", Family=key[0], Key=key[1], Val=self.held[key], **tag) + \
                listed("DBGetComplete", EventList="Complete", ListItems=1, **tag)
        elif action == "DBGetTree":
            return super().answer({**frame, "Action": "x"}).replace(b"Message: ok", b"EventList: start\r\nMessage: Result will follow") + \
                listed("DBGetTreeComplete", EventList="Complete", ListItems=0, **tag)
        elif action == "Getvar":
            return super().answer(frame).replace(b"Message: ok", f"Variable: {frame['Variable']}\r\nValue: ".encode())
        return super().answer(frame)


class Doors(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.server = Database()
        self.addCleanup(self.server.close)
        self.config(f"[server na-1]\nhost = 127.0.0.1\nport = {self.server.port}\nuser = x\nsecret = y\n")

    def state(self):
        return [self.done(*args, "--json").out for args in
                (("changes",), ("number", "list"), ("agent", "list"), ("provider", "list"), ("workspace", "show"))]

    def test_every_input_refuses_every_line_end(self):
        before = self.state()
        for args, field in DOORS:
            for what, ends in BREAKS.items():
                with self.subTest(what, args=args):
                    self.refused(*(arg.format(ends) if "{}" in arg else arg for arg in args), says=field)
        self.assertEqual(self.state(), before)

    def test_every_input_refuses_invisible_characters_in_names(self):
        before = self.state()
        for args in NAMES:
            for what, character in INVISIBLE.items():
                with self.subTest(what, args=args):
                    self.refused(*(arg.format(character) for arg in args), says=REFUSALS[character in "\u202e\u2067"])
        self.assertEqual(self.state(), before)

    def test_the_screen_refuses_invisible_characters_in_names(self):
        """A form removes them from a paste. The name that remains exists already."""
        for what, character in INVISIBLE.items():
            for size in "80x24", "160x50":
                with self.subTest(what, size=size):
                    with open(self.path("names.script"), "w", encoding="utf-8") as script:
                        script.write(f"size {size}\nwait settled\nkey A\npaste Tw{character}ilio\nkey Tab\n"
                                     "type pstn.example.com\nkey ^S\nwait settled\nexpect Add provider\n"
                                     "expect Provider already exists\n")
                    self.done("--demo", "--script", self.path("names.script"))

    def test_parameters_that_are_there_keep_them_escaped(self):
        """New ones are refused. The former version stored them; they stay, and no action contains them."""
        self.refused("number", "edit", NUMBER, "--param", "note=a\r\nb\n", says="additionalParams")
        self.put("number", NUMBER, "params", r'{"note":"a\r\nb\n"}')
        self.done("number", "edit", NUMBER, "--label", "other")
        for form in "--json", "--csv":
            self.assertIn(r"a\r\nb\n", self.done("number", "list", form).out)
        self.done("sync")
        self.assert_nothing_smuggled()

    def assert_nothing_smuggled(self):
        """Every line that was sent is a header that the program intended."""
        self.assertTrue(self.server.sent.endswith(b"\r\n"))
        for action in bytes(self.server.sent).decode().removesuffix("\r\n\r\n").split("\r\n\r\n"):
            for i, line in enumerate(action.split("\r\n")):
                self.assertRegex(line, r"^[A-Za-z]+: [^\r\n\0]*$")
                self.assertEqual(line.startswith("Action: "), i == 0, line)
                self.assertFalse(line.startswith(("Action: Originate", "X-Smuggled")), line)

    def put(self, table, key, column, text):
        key_column = "e164" if table == "number" else "id"
        with sqlite3.connect(self.path(".local", "share", "trunkdeck", "trunkdeck.db")) as db:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {key_column} = ?", (text, key))

    def test_rows_written_by_others(self):
        """Either no action contains the text, or the action is refused with a message. The other work is done."""
        ends = BREAKS["an action"]
        for table, key, column, text, said in ROWS:
            with self.subTest(table=table, column=column):
                self.put(table, key, column, text.format(ends))
                result = self.deck("sync")
                self.assertEqual((result.code, "remove the line break" in result.out), (REFUSED, True) if said else (DONE, False), result)
                for args in ("doctor", "--all"), ("number", "list", "--routes"):
                    self.assertIn(self.deck(*args).code, (DONE, REFUSED))
                self.assert_nothing_smuggled()
            self.put(table, key + ends if column == "e164" else key, column, text.format(""))
        self.done("sync")
        self.assertEqual(self.server.held[("trunkdeckagent", "support")], "WebSocket/a")

    def test_every_line_end_in_a_dial_string(self):
        for what, ends in BREAKS.items():
            with self.subTest(what):
                self.put("agent", "support", "dial", f"WebSocket/a{ends}")
                self.assertIn("remove the line break", self.refused("sync").out)
                self.assertEqual([family for family, _ in self.server.held], ["trunkdeckmeta"])
        self.put("agent", "support", "dial", "WebSocket/a\0\r\nAction: Originate")  # read up to the NUL
        self.done("sync")
        self.assertEqual(self.server.held[("trunkdeckagent", "support")], "WebSocket/a")
        self.assert_nothing_smuggled()


if __name__ == "__main__":
    unittest.main()
