#!/usr/bin/env python3
"""Hostile names and numbers of callers, from the server's event through tracker and store to every form of output. It
has nothing that a terminal obeys, a spreadsheet calculates or a JSON reader refuses, and every call is counted."""

import csv
import io
import json
import unicodedata
import unittest

import prometheus
from test_history import OUTCOMES, HistoryTest, channel, event

CALLERS = [
    "\x1b[2J\x1b]0;owned\x07+49301",
    "\x9b31m\x85\x90\x9c",
    "\u202e10394+\u202c \u2066x\u2069\u200f\u200e\u061c",
    "\u05e9\u05dc\u05d5\u05dd 123",
    "a" * 300,
    "\udcff\udcfe\udcc3(",
    "e" + "\u0301" * 30 + "\u6f22\u5b57",
    '=HYPERLINK("http://x.invalid","y")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    'quo"te\\back,comma;semi\ttab',
    "<b>&amp;</b>{{x}}%s%n",
    "+4930123456",
]
UNSAFE = {"Cc", "Cf", "Cs"}
FORMULA = "=+-@"


def lines_of(text):
    return text.replace("\r\n", "\n").split("\n")


class Hostile(HistoryTest):
    """Each text is once the caller of a configured number, and once the number of a call without a route."""

    def setUp(self):
        super().setUp()
        run = self.recorder()
        for text in CALLERS:
            self.manager.call("+15551234567", caller=text)
            self.manager.call("+1555" + text, answered=False)
        self.recorded(2 * len(CALLERS))
        self.stop_well(run)

    def assert_harmless(self, text):
        for line in lines_of(text):
            bad = {char for char in line if unicodedata.category(char) in UNSAFE}
            self.assertEqual(bad, set(), ascii(line))

    def rows(self, *args):
        out = self.done(*args, "--csv").out
        self.assert_harmless(out)
        rows = list(csv.reader(io.StringIO(out, newline=""), strict=True))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        for cell in (cell for row in rows for cell in row):
            if cell.lstrip()[:1] in tuple(FORMULA):
                self.assertRegex(cell, r"^[+-][0-9.]+$")
        return [dict(zip(rows[0], row)) for row in rows[1:]]

    def test_json(self):
        out = self.done("calls", "--json").out
        self.assert_harmless(out)
        calls = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(calls), 2 * len(CALLERS))
        mine = [call["caller"] for call in calls if call["number"] == "+15551234567"]
        self.assertEqual(len(mine), len(CALLERS))
        # The texts are escaped and not altered: a reader gets the original, shortened to the size of the field.
        for text in CALLERS[0], CALLERS[2], CALLERS[3], CALLERS[11]:
            self.assertTrue(any(caller and text.startswith(caller) for caller in mine), ascii(text))
        self.assert_harmless(self.done("metrics", "--json", "--window", "1h").out)

    def test_csv(self):
        calls = self.rows("calls")
        self.assertEqual(len(calls), 2 * len(CALLERS))
        callers = [call["caller"] for call in calls if call["number"] == "+15551234567"]
        self.assertIn("+4930123456", callers)
        self.assertIn("'@SUM(1)", callers)
        self.assertIn("'-2+3", callers)
        self.assertTrue(any(caller.startswith("'=HYPERLINK(") for caller in callers))
        self.rows("metrics")

    def test_tables(self):
        for command in "calls", "metrics", "changes":
            self.assert_harmless(self.done(command).out)

    def test_metrics_count_every_call(self):
        total, *groups = self.done("metrics", "--json").json()
        self.assertEqual(total["offered"], 2 * len(CALLERS))
        self.assertEqual(total["answered"], len(CALLERS))
        self.assertEqual(sum(group["offered"] for group in groups), total["offered"])

    def test_prometheus(self):
        series = prometheus.parse(self.done("metrics", "--prometheus").out)
        numbers = {dict(labels)["number"] for name, labels in series if name == "trunkdeck_calls_total"}
        self.assertEqual(numbers, {"", "+15551234567"})
        self.assertEqual(series["trunkdeck_calls_total", (("number", ""), ("outcome", "abandoned"))], len(CALLERS))
        self.assertEqual(series["trunkdeck_calls_total", (("number", "+15551234567"), ("outcome", "answered"))], len(CALLERS))

    def test_forged_events_change_nothing(self):
        """A caller's number contains lines and complete events. They name live, finished and unknown calls. No other
        call changes."""
        before = self.done("metrics", "--json", "--window", "1h").json()
        run = self.recorder()
        live = channel(900, 0, 4, "+15551234568")
        self.manager.tell(event("Newchannel", **live))
        for smuggled in (
                f"Event: Hangup\r\nUniqueid: {live['Uniqueid']}\r\nCause: 17",
                f"Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: {live['Uniqueid']}",
                "Event: Newchannel\r\nChannel: PJSIP/x-1\r\nUniqueid: 1700009999.1",
                "Event: UserEvent\r\nUserEvent: TrunkdeckUnmapped\r\nNumber: +15551234567",
                "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1",
                "Event: Shutdown\r\nPrivilege: system,all"):
            for start in "+4930\r\n\r\n", "+4930\r\n":
                self.manager.serial += 1
                hostile = channel(self.manager.serial, 0, 4, "+15550000000", caller=(start + smuggled)[:79])
                plain = channel(self.manager.serial, 0, 4, "+15550000000", caller="+4930")
                self.manager.tell(event("Newchannel", **hostile), event("HangupRequest", **plain),
                                  event("Hangup", **plain, Cause=16, **{"Cause-txt": "Normal Clearing"}))
        self.manager.tell(event("HangupRequest", **live), event("Hangup", **live, Cause=16, **{"Cause-txt": "x"}))
        self.recorded(1, "--number", "+15551234568")
        self.stop_well(run)
        after = self.done("metrics", "--json", "--window", "1h").json()
        figures = {row["key"]: {word: row[word] for word in OUTCOMES} for row in after[1:] if row["key"] != "+15550000000"}
        self.assertEqual(figures.pop("+15551234568"), {word: int(word == "abandoned") for word in OUTCOMES})
        self.assertEqual(figures, {row["key"]: {word: row[word] for word in OUTCOMES} for row in before[1:]})

    def test_an_operators_own_texts(self):
        """An operator's text may have any characters that are allowed; the audit trail shows it safely too."""
        self.deck("number", "edit", "+15551234567", "--label", "\u202eevil\x1b[31m")
        self.deck("number", "edit", "+15551234567", "--label", "shop e\u0301\u0301\u0301\u0301\u0301")
        for args in ("changes",), ("changes", "--json"), ("changes", "--csv"), ("number", "list"), ("number", "list", "--json"):
            self.assert_harmless(self.done(*args).out)


if __name__ == "__main__":
    unittest.main()
