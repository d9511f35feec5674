#!/usr/bin/env python3
"""The manual page and the completion are complete, and groff and the shells accept them."""

import os
import re
import subprocess
import unittest

from deck import DeckTest, TIMEOUT, USAGE


class Manual(DeckTest):
    def page(self, *which):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-P-c", "-ww", "-rLL=100n"], input=self.done("manual", *which).out,
                              text=True, capture_output=True, timeout=TIMEOUT, check=True, env=self.env)
        self.assertEqual(done.stderr, "")
        return subprocess.run(["col", "-bx"], input=done.stdout, text=True, capture_output=True, timeout=TIMEOUT, check=True).stdout

    def test_every_command_is_in_it(self):
        page = self.page()
        usage = self.done("help").out
        commands = [line[2:28].split("  ")[0] for line in usage.split("Commands:\n")[1].split("\n\n")[0].splitlines() if line[2] != " "]
        self.assertGreater(len(commands), 20)
        for command in commands:
            self.assertRegex(page, r"(?m)^ +" + command.replace("[", r"\[").replace("]", r"\]"))

    def test_sections(self):
        page = self.page()
        for title in ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "KEYS", "EXIT STATUS", "SEE ALSO"):
            self.assertRegex(page, "(?m)^" + title + "$")
        for words in ("--read-only", "trunkdeck.conf(5)", "the store was unreachable"):
            self.assertIn(words, " ".join(page.split()))

    def test_every_option_of_the_configuration_is_in_its_page(self):
        """Each option has a sentence and its allowed values, and man prints no warning."""
        self.config("[server na-1]\nhost = 127.0.0.1\n")
        page = self.page("config")
        options = [row["key"] for row in self.done("config", "--json").json()]
        self.assertGreater(len(options), 30)
        for option in set(options):
            texts = re.findall(r"(?m)^ +" + option + r"(?: +|\n +)([A-Z][^\n]*(?:\n {10,}[^\n]*)*)", page)
            self.assertEqual(len(texts), options.count(option), option)
            for text in texts:
                self.assertRegex(" ".join(text.split()), r"^[A-Z][^.]+\. .*Allowed: \S.*\.$", option)
        for words in ("NAME", "[server NAME]", "Default: 300.", "trunkdeck(1)", ".pgpass"):
            self.assertIn(words, page)
        file = self.path("page.5")
        with open(file, "w", encoding="utf-8") as out:
            out.write(self.done("manual", "config").out)
        done = subprocess.run(["man", "--warnings", "-l", "-E", "UTF-8", file], capture_output=True, timeout=TIMEOUT, check=True,
                              env={**self.env, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}, text=True)
        self.assertEqual(done.stderr, "")

    def test_other_pages_are_refused(self):
        self.refused("manual", "keys", code=USAGE, says=['no page "keys"', "trunkdeck.conf(5)"])


class Completion(DeckTest):
    """Each shell itself completes the words. One that is missing is a failure: ./dev installs all three."""

    def run_shell(self, *command):
        done = subprocess.run(command, text=True, capture_output=True, timeout=TIMEOUT, check=True, env=self.env, cwd=self.path())
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def bash(self, *words):
        """Returns the completions of the last word."""
        script = ('%s\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trunkdeck; printf "%%s\\n" "${COMPREPLY[@]}"'
                  % self.done("completion").out)
        return self.run_shell("bash", "-eu", "-c", script, "bash", "trunkdeck", *words)

    def fish(self, *words):
        script = self.done("completion", "fish").out + "complete -C $argv[1]\n"
        return self.run_shell("fish", "--no-config", "-c", script, " ".join(("trunkdeck", *words)))

    def zsh(self, *words):
        """Types the words and Tab at a prompt, and returns the last word of the command that this runs."""
        with open(self.path("_trunkdeck"), "w", encoding="utf-8") as file:
            file.write(self.done("completion", "zsh").out)
        with open(self.path("setup"), "w", encoding="utf-8") as file:
            file.write("fpath=($PWD $fpath)\nautoload -Uz compinit\ncompinit -u -D\ntrunkdeck() { print -r -- $argv[-1] >typed }\n")
        typed = "source ./setup\n" + " ".join(("trunkdeck", *words)) + "\t\nexit\n"
        subprocess.run(["script", "-qefc", "exec zsh -f -i", "/dev/null"], input=typed, text=True, stdout=subprocess.DEVNULL,
                       timeout=TIMEOUT, check=True, env={**self.env, "TERM": "dumb"}, cwd=self.path())
        with open(self.path("typed"), encoding="utf-8") as file:
            return file.read().split()

    def completes(self, *words, to):
        for shell in self.bash, self.zsh, self.fish:
            with self.subTest(shell=shell.__name__):
                self.assertEqual(shell(*words), to)

    def test_commands(self):
        self.completes("numb", to=["number"])
        self.completes("number", "ed", to=["edit"])
        self.completes("--re", to=["--read-only"])

    def test_options(self):
        self.completes("number", "add", "+15551234567", "--prov", to=["--provider"])
        self.completes("number", "list", "--format", "j", to=["json"])

    def test_an_argument_of_an_option_is_not_taken_for_the_command(self):
        self.completes("--store", "sqlite:x", "agent", "sy", to=["sync"])

    def test_files(self):
        with open(self.path("my-unique.conf"), "w", encoding="utf-8"):
            pass
        self.completes("--config", "my-uni", to=["my-unique.conf"])

    def test_another_shell(self):
        self.refused("completion", "tcsh", code=USAGE, says=['no completion for "tcsh"', "bash, zsh and fish"])


if __name__ == "__main__":
    unittest.main()
