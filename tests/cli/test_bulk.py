#!/usr/bin/env python3
"""number edit --where, number delete --where, undo: many numbers in one transaction, and taking changes back."""

import os
import pty
import subprocess
import unittest

from deck import REFUSED, TIMEOUT, USAGE, DeckTest

FIRST = "+15551234567"
NUMBERS = [FIRST, "+15551230001", "+15551230002", "+15551230003"]


class BulkTest(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        for number, label in zip(NUMBERS[1:], ("hotline", "hotline", "test")):
            self.done("number", "add", number, "--provider", "Twilio", "--agent", "support", "--label", label)

    def values(self, field):
        return {row["number"]: row[field] for row in self.done("number", "list", "--json").json()}

    def changes(self):
        return self.done("changes", "--json").json()

    def unchanged(self, *args, **options):
        """Runs a command that must fail and change nothing."""
        before = self.done("number", "list", "--json").out, len(self.changes())
        result = self.refused(*args, **options)
        self.assertEqual((self.done("number", "list", "--json").out, len(self.changes())), before)
        return result


class Editing(BulkTest):
    def test_those_that_match_are_changed_and_named(self):
        run = self.done("number", "edit", "--where", "label:hotline", "--agent", "sales", "--notes", "moved", "--param", "a=1", "--yes")
        self.assertEqual(run.lines(), ["changed 2 numbers"])
        self.assertIn("+15551230001, +15551230002: 2 numbers", run.err)
        self.assertEqual(self.values("agentId"), {FIRST: "support", NUMBERS[1]: "sales", NUMBERS[2]: "sales", NUMBERS[3]: "support"})
        self.assertEqual(self.values("additionalParams")[NUMBERS[2]], {"a": 1})
        self.assertEqual(self.values("notes")[NUMBERS[1]], "moved")
        self.assertEqual([change["action"] for change in self.changes()[-2:]], ["edit", "edit"])

    def test_only_some_of_many_are_named(self):
        self.done("init", "--max-numbers", "10")
        for i in range(3):
            self.done("number", "add", f"+1555123100{i}", "--provider", "Twilio", "--agent", "support")
        run = self.done("number", "edit", "--all", "--label", "all", "--yes")
        self.assertIn(" and 2 more: 7 numbers", run.err)
        self.assertEqual(set(self.values("label").values()), {"all"})

    def test_each_number_has_its_result(self):
        self.done("number", "edit", FIRST, "--label", "hotline")
        before = len(self.changes())
        run = self.done("number", "edit", "--where", "label:t", "--label", "hotline", "--yes", "--json")
        self.assertEqual({row["number"]: row["result"] for row in run.json()},
                         {FIRST: "unchanged", NUMBERS[1]: "unchanged", NUMBERS[2]: "unchanged", NUMBERS[3]: "changed"})
        self.assertEqual(len(self.changes()), before + 1)
        run = self.done("number", "edit", "--where", "number:0003", "--label", "x", "--yes", "--csv")
        self.assertEqual(run.lines(), ["number,result", "+15551230003,changed"])

    def test_a_parameter_that_some_lack_is_removed(self):
        self.done("number", "edit", NUMBERS[1], "--param", "shop=3")
        run = self.done("number", "edit", "--where", "label:hotline", "--unset-param", "shop", "--yes")
        self.assertIn("1 number had these values already", run.err)
        self.assertEqual(self.values("additionalParams")[NUMBERS[1]], {})
        self.done("number", "edit", "--where", "params.shop:3", "--label", "x", "--yes", "--expect", "0")

    def test_a_refused_number_keeps_all_from_changing(self):
        self.unchanged("number", "edit", "--where", "label:hotline", "--agent", "mute", "--yes",
                       says=["+15551230001: Agent can't take calls"])
        self.unchanged("number", "edit", "--where", "label:hotline", "--param", "a=b\nc", "--yes", says="+15551230001: ")
        # The first one is right, and the second is refused: its agent is not in the split.
        self.done("agent", "add", "night", "--title", "Night", "--dial", "WebSocket/night")
        self.done("number", "edit", NUMBERS[2], "--agent", "night")
        self.unchanged("number", "edit", "--where", "label:hotline", "--split", "support:90,sales:10", "--yes", says="+15551230002: ")

    def test_the_filter_is_that_of_the_list(self):
        self.done("schedule", "add", "never", "--title", "Never", "--zone", "UTC")
        self.done("number", "edit", NUMBERS[3], "--schedule", "never", "--max-calls", "9")
        for where in ("closed:yes", "max-calls:>5"):
            listed = [row["number"] for row in self.done("number", "list", "--where", where, "--json").json()]
            self.assertEqual(listed, [NUMBERS[3]])
            run = self.done("number", "edit", "--where", where, "--notes", where, "--yes", "--json")
            self.assertEqual(run.json(), [{"number": NUMBERS[3], "result": "changed"}])

    def test_counts(self):
        self.unchanged("number", "edit", "--where", "label:hotline", "--label", "x", "--yes", "--expect", "3",
                       says=["2 numbers match, and 3 were expected", "nothing was changed"])
        self.unchanged("number", "delete", "--where", "label:nothing", "--yes", "--expect", "1", says="0 numbers match")
        self.unchanged("number", "edit", "--where", "label:test", "--label", "x", "--expect", "x", code=USAGE, says="--expect x is not allowed")
        self.done("number", "edit", "--where", "label:hotline", "--label", "x", "--yes", "--expect", "2")
        self.assertIn("nothing matches", self.done("number", "edit", "--where", "label:hotline", "--label", "y").err)

    def test_unclear_words_are_refused(self):
        for words, says in (
                ([], "a number, or --where, is missing"),
                (["--where", ""], "the filter is empty"),
                (["--where", "  "], "the filter is empty"),
                (["--expect", "4"], "the filter is empty"),
                (["--where", "label:"], "a word has no text"),
                (["--where", "label: agent:support"], "a word has no text"),
                (["--where", "max-calls:> label:test"], "a word has no text"),
                (["--where", "label:test !"], "a word has no text"),
                (["--where", "label:", "--all"], "a word has no text"),
                (["--where", "label:test", "--all"], "can't be used together"),
                (["--where", "lable:test"], "no such field: lable"),
                ([FIRST, "--where", "label:test"], "can't be used together"),
                ([FIRST, "--all"], "can't be used together"),
                ([FIRST, "--expect", "1"], "can't be used together")):
            with self.subTest(words=words):
                self.unchanged("number", "edit", *words, "--label", "x", "--yes", code=USAGE, says=says)
                self.unchanged("number", "delete", *words, "--yes", code=USAGE, says=says)
        self.unchanged("number", "edit", "--where", "label:test", "--yes", code=USAGE, says="nothing to change")

    def test_it_asks(self):
        self.unchanged("number", "edit", "--where", "label:test", "--label", "x", code=USAGE, says="--yes")
        for answer, code in ((b"n\n", REFUSED), (b"y\n", 0)):
            ours, theirs = pty.openpty()
            os.write(ours, answer)
            run = self.start("number", "delete", "--where", "label:test", stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
            self.assertEqual(run.wait(TIMEOUT), code)
            said = os.read(ours, 4096).decode()
            self.assertIn("+15551230003: 1 number", said)
            self.assertIn("Delete 1 number?", said)
            self.assertEqual(NUMBERS[3] in self.values("label"), code == REFUSED)
            os.close(ours)
            os.close(theirs)

    def test_a_number_that_another_operator_changed_is_kept(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        run = self.start("number", "edit", "--where", "label:hotline", "--label", "moved", stdin=theirs, stderr=theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 4096)
        self.done("number", "edit", NUMBERS[2], "--notes", "mine")
        os.write(ours, b"y\n")
        self.assertEqual(run.wait(TIMEOUT), REFUSED)
        os.close(theirs)
        self.assertIn("+15551230002: Changed by somebody else meanwhile", os.read(ours, 4096).decode())
        self.assertEqual([self.values("label")[number] for number in NUMBERS[1:3]], ["hotline", "hotline"])

    def test_a_read_only_store(self):
        self.unchanged("--read-only", "number", "edit", "--all", "--label", "x", "--yes", says="Read-only mode")
        self.unchanged("--read-only", "number", "delete", "--all", "--yes", says="Read-only mode")
        self.unchanged("--read-only", "undo", "1", "--yes", says="Read-only mode")


class Deleting(BulkTest):
    def test_those_that_match_are_deleted(self):
        run = self.done("number", "delete", "--where", "!label:hotline", "--yes", "--expect", "2")
        self.assertEqual(run.lines(), ["deleted 2 numbers"])
        self.assertEqual(set(self.values("label")), {NUMBERS[1], NUMBERS[2]})

    def test_all(self):
        run = self.done("number", "delete", "--all", "--yes", "--json")
        self.assertEqual({(row["number"], row["result"]) for row in run.json()}, {(number, "deleted") for number in NUMBERS})
        self.assertEqual(self.values("label"), {})


class Undoing(BulkTest):
    def last(self):
        return self.changes()[-1]["id"]

    def test_an_edit_of_many_is_undone_one_by_one(self):
        self.done("number", "edit", "--where", "label:hotline", "--label", "moved", "--yes")
        last = self.last()
        run = self.done("undo", str(last - 1), "--yes")
        self.assertEqual(run.lines(), ["Undone: number +15551230001: label moved -> hotline"])
        self.assertEqual([self.values("label")[number] for number in NUMBERS[1:3]], ["hotline", "moved"])
        self.done("undo", str(last), "--yes")
        self.assertEqual([self.values("label")[number] for number in NUMBERS[1:3]], ["hotline", "hotline"])

    def test_deletions_and_additions(self):
        before = self.values("label")
        self.done("number", "delete", "--where", "label:hotline", "--yes")
        last = self.last()
        self.assertEqual(self.done("undo", str(last), "--yes").lines(), ["Undone: number +15551230002 added"])
        self.done("undo", str(last - 1), "--yes")
        self.assertEqual(self.values("label"), before)
        self.done("number", "delete", FIRST, "--yes")
        self.done("block", "add", "+44790*", "--reason", "x")
        self.assertEqual(self.done("undo", str(self.last()), "--yes").lines(), ["Undone: block +44790* deleted"])

    def test_the_row_that_it_made_is_printed(self):
        self.done("number", "edit", FIRST, "--label", "AAA")
        made = self.last()
        row, = self.done("undo", str(made), "--yes", "--json").json()
        self.assertEqual((row["undoes"], row["action"], row["key"], row["after"]["label"]), (made, "edit", FIRST, ""))
        self.assertEqual(row["id"], self.last())
        # Undoing it makes the change again.
        self.done("undo", str(row["id"]), "--yes")
        self.assertEqual(self.values("label")[FIRST], "AAA")

    def test_a_later_change_is_in_the_way_and_named(self):
        self.done("number", "edit", FIRST, "--label", "AAA")
        made = self.last()
        self.done("number", "edit", FIRST, "--label", "BBB")
        self.unchanged("undo", str(made), "--yes", says=["Changed by somebody else meanwhile", "changed it at", f"{made + 1} (", "label AAA -> BBB"])
        failure = self.unchanged("undo", str(made), "--yes", "--json").failure()
        self.assertEqual(failure["code"], "CHANGED_MEANWHILE")
        self.assertIn("label AAA -> BBB", failure["hint"])
        self.done("undo", str(made + 1), "--yes")
        self.unchanged("undo", str(made + 1), "--yes", says="undid this already")
        self.done("undo", str(made), "--yes")
        self.assertEqual(self.values("label")[FIRST], "")

    def test_words(self):
        self.unchanged("undo", "99999", "--yes", says=["there is no change 99999", "trunkdeck changes"])
        for word in ("0", "x", "9223372036854775807", "1x", ""):
            self.unchanged("undo", word, "--yes", code=USAGE, says="is not the id of a change")
        self.unchanged("undo", str(self.last()), code=USAGE, says="--yes")
        self.unchanged("undo", "1", "--yes", says="Changed by somebody else meanwhile")


if __name__ == "__main__":
    unittest.main()
