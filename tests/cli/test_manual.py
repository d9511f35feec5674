#!/usr/bin/env python3
"""The manual page and the completion: sound to groff and bash, and complete."""

import subprocess
import unittest

from deck import DeckTest, TIMEOUT


class Manual(DeckTest):
    def page(self):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-P-c", "-ww", "-rLL=100n"], input=self.done("manual").out, text=True,
                              capture_output=True, timeout=TIMEOUT, check=True, env=self.env)
        self.assertEqual(done.stderr, "")
        return subprocess.run(["col", "-b"], input=done.stdout, text=True, capture_output=True, timeout=TIMEOUT, check=True).stdout

    def test_every_command_is_in_it(self):
        page = self.page()
        usage = self.done("help").out
        commands = [line[2:28].split("  ")[0] for line in usage.split("Commands:\n")[1].split("\n\n")[0].splitlines() if line[2] != " "]
        self.assertGreater(len(commands), 20)
        for command in commands:
            self.assertRegex(page, r"(?m)^ +" + command.replace("[", r"\[").replace("]", r"\]"))

    def test_sections(self):
        page = self.page()
        for title in ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "KEYS", "CONFIGURATION", "EXIT STATUS"):
            self.assertRegex(page, "(?m)^" + title + "$")
        for words in ("--read-only", "trunk_contexts", "[server NAME]", "Default: 300.", "the store was unreachable"):
            self.assertIn(words, " ".join(page.split()))


class Completion(DeckTest):
    def complete(self, *words):
        """What would be offered for the last word."""
        script = ('%s\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trunkdeck; printf "%%s\\n" "${COMPREPLY[@]}"'
                  % self.done("completion").out)
        done = subprocess.run(["bash", "-eu", "-c", script, "bash", "trunkdeck", *words], text=True, capture_output=True,
                              timeout=TIMEOUT, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands(self):
        self.assertEqual(self.complete("numb"), ["number"])
        self.assertEqual(self.complete("number", "e"), ["edit"])
        self.assertEqual(self.complete("--re"), ["--read-only"])

    def test_options(self):
        self.assertEqual(self.complete("number", "add", "+15551234567", "--prov"), ["--provider"])
        self.assertEqual(self.complete("number", "list", "--format", "j"), ["json"])

    def test_arguments_of_options_before_the_command_are_no_command(self):
        self.assertEqual(self.complete("--store", "sqlite:x", "agent", "sy"), ["sync"])


if __name__ == "__main__":
    unittest.main()
