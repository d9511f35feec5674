#!/usr/bin/env python3
"""Import and export: the lists of other programs, round trips, memory, cancelling."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import unittest

from deck import DONE, PROGRAM, REFUSED, SOURCE, TIMEOUT, USAGE, DeckTest

LISTS = SOURCE / "tests" / "data" / "imports"
FILE_WIDE = ["--provider", "P", "--agent", "a"]


class ListTest(DeckTest):
    def setUp(self):
        super().setUp()
        self.done("init", "--name", "acme", "--plan", "enterprise")
        for name in ("P", "West trunk", "London trunk", "Berlin", "Alpen trunk", "west-trunk", "west carrier", "london carrier",
                     "west", "london"):
            self.done("provider", "add", name, "--sip-domain", "p.example.net")
        for agent in ("a", "b", "lobby", "nacht"):
            self.done("agent", "add", agent, "--title", agent, "--dial", "WebSocket/" + agent)

    def numbers(self, *fields):
        rows = self.done("number", "list", "--json").json()
        return {row["number"]: tuple(row[f] for f in fields) if len(fields) > 1 else row[fields[0]] for row in rows}

    def imports(self, name, *options, code=DONE):
        """Imports a list; returns the results, and checks that no secret of it is printed or stored."""
        path = name if os.path.isabs(str(name)) else str(LISTS / name)
        result = self.deck("number", "import", path, *options, "--json")
        self.assertEqual(result.code, code, result)
        stored = self.done("number", "list", "--json").out + self.done("changes", "--json").out
        for secret in ("not-a-token", "not-a-password", "0000\"", "+14155550190", "14155550190"):
            self.assertNotIn(secret, result.out + result.err + stored)
        return result.json()

    def write(self, content, name="list.csv"):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path


# File, options, labels of the numbers that are stored, place and hint (or message) of the lines that are not.
US = ["--country", "US"]
PARTIAL = ["--partial"]
SAMPLES = [
    ("twilio_api.json", [], {"+14155550101": "(415) 555-0101", "+14155550102": "Night desk", "+442079460103": "Harbour café",
                             "+18005550104": "Parcel hotline"}, {}),
    ("telnyx_v2.json", [], {"+14155550101": "", "+14155550102": "", "+493023125103": ""}, {}),
    ("telnyx_v2.json", ["--map", "customer_reference=label"],
     {"+14155550101": "shop-7", "+14155550102": "", "+493023125103": "Büro Süd"}, {}),
    ("vonage_numbers.json", [], {}, {1: "+14155550101?", 2: "+442079460102?", 3: "+33199000103?"}),
    ("vonage_numbers.json", US, {}, {2: "+442079460102?", 3: "+33199000103?"}),
    ("vonage_numbers.json", ["--international"], {"+14155550101": "", "+442079460102": "", "+33199000103": ""}, {}),
    ("voipms_dids.json", [], {}, {1: "no country: with --country US it is +14155550101", 2: "US it is +14155550102",
                                  3: "US it is +12125550103"}),
    ("voipms_dids.json", US, {"+14155550101": "Front desk", "+14155550102": "", "+12125550103": "Press office\nafter six"}, {}),
    ("livekit_trunks.json", [], {"+14155550101": "", "+14155550102": "", "+442079460103": ""}, {}),
    ("vapi_numbers.json", [], {}, {3: "no number", 4: "too short"}),
    ("vapi_numbers.json", PARTIAL, {"+14155550101": "Front desk", "+442079460102": "Harbour café"}, {3: "", 4: ""}),
    ("freepbx_dids.csv", [], {}, {2: "no number", 4: "+14155550101?", 5: "caller 14155550199 alone", 6: "1,000 numbers"}),
    ("freepbx_dids.csv", US + PARTIAL, {"+442079460101": "London office", "+14155550101": "Front desk"},
     {2: "", 5: "the same number as line 4", 6: ""}),
    ("fusionpbx_destinations.csv", [], {}, {3: "+14155550102?"}),
    ("fusionpbx_destinations.csv", US, {"+14155550101": "Front desk", "+14155550102": "Night desk",
                                        "+442079460103": "London, parked"}, {}),
    ("fspbx_phone_numbers.csv", [], {}, {5: "no country: with --country US it is +14155550104"}),
    ("fspbx_phone_numbers.csv", US, {"+14155550101": "Front desk", "+14155550102": "Night desk", "+442079460103": "London office",
                                     "+14155550104": "No country code kept"}, {}),
    ("excel_unicode_text.txt", [], {"+14155550101": "Front desk", "+442079460102": "Café “Hafen”", "+493023125103": "Büro Süd"}, {}),
    ("excel_semicolon_bom.csv", [], {"+41446681800": "Empfang, Zürich", "+41446681801": "Nachtdienst; Pikett",
                                     "+493023125102": "Büro Süd"}, {}),
    ("excel_scientific.csv", US, {}, {2: "+14155550000 to +14155649999", 3: "digits are lost", 4: "+442078500000 to +442079499999",
                                      5: "+14155550104?", 6: "+14155550105?"}),
    ("sheets_damage.csv", [], {}, {2: "+14155550101?", 3: "+14155550102?", 4: "calculated this", 5: "calculated this",
                                   6: "+14155550105?", 7: "+14155550106?"}),
    ("sheets_damage.csv", US, {}, {3: "", 4: "", 5: "", 6: "", 7: ""}),
    ("guarded_export.csv", [], {"+14155550101": "Leading blank", "+14155550102": "Leading tab", "+14155550103": "No-break space",
                                "+14155550104": "Copied from a chat"}, {}),
    ("multiline_label.csv", [], {"+14155550101": "Front desk\nground floor, \"east\" door",
                                 "+14155550102": "Ends with a backslash \\", "+14155550103": ""}, {}),
    ("numbers.jsonl", [], {"+14155550101": "", "+442079460102": "", "+493023125103": "Büro Süd"}, {}),
]


class Samples(ListTest):
    def test_every_sample(self):
        for name, options, labels, refused in SAMPLES:
            with self.subTest(name=name, options=options):
                rows = self.imports(name, *FILE_WIDE, *options, code=REFUSED if refused else DONE)
                self.assertEqual(self.numbers("label"), labels)
                places = {row.get("line", row.get("item")): row["message"] + " " + row["hint"] for row in rows if row["result"] == "refused"}
                self.assertEqual(sorted(places), sorted(refused))
                for place, text in refused.items():
                    self.assertIn(text, places[place])
                for number in labels:
                    self.done("number", "delete", number, "--yes")

    def test_fields_besides_the_label(self):
        self.imports("excel_unicode_text.txt", "--agent", "a")
        self.assertEqual(self.numbers("trunkId", "region", "notes"),
                         {"+14155550101": ("west-trunk", "na", "first floor"), "+442079460102": ("london-trunk", "eu", "tab\there"),
                          "+493023125103": ("berlin", "eu", "5\" sign")})

    def test_notes_and_lines(self):
        rows = self.imports("multiline_label.csv", *FILE_WIDE)
        self.assertEqual([row["line"] for row in rows], [2, 5, 6])
        self.assertEqual(self.numbers("notes"), {"+14155550101": "opens 08:00\ncloses 18:00", "+14155550102": "plain", "+14155550103": ""})

    def test_what_a_file_names(self):
        self.imports("numbers.jsonl", "--agent", "a")
        self.assertEqual(self.numbers("trunkId", "additionalParams")["+14155550101"], ("west", {"greeting": "Hello", "retries": 3}))
        self.assertEqual(self.numbers("additionalParams")["+493023125103"], {"note": "line one\nline two"})
        rows = self.imports("livekit_trunks.json", "--agent", "a", code=REFUSED)
        self.assertEqual([row["result"] for row in rows], ["refused", "not added", "not added", "skipped"])
        self.assertIn("anything goes", rows[3]["record"])

    def test_trunks_of_livekit(self):
        self.imports("livekit_trunks.json", "--agent", "a")
        self.assertEqual(self.numbers("trunkId"), {"+14155550101": "west-carrier", "+14155550102": "west-carrier",
                                                   "+442079460103": "london-carrier"})

    def test_disabled_and_warned(self):
        self.imports("fusionpbx_destinations.csv", *FILE_WIDE, *US)
        self.assertEqual(self.numbers("enabled")["+442079460103"], False)
        rows = self.imports("twilio_api.json", *FILE_WIDE, "--dry-run", code=REFUSED)
        self.assertEqual([row["warning"] for row in rows], ["", "", "", "capabilities.voice: false"])


class Kinds(ListTest):
    """Other lists of the same kinds."""

    GOOD = {"+14155550101": "one", "+442079460102": "two"}
    LISTS = {
        "sep line": "sep=;\r\nDID;Description\r\n+14155550101;one\r\n+442079460102;two\r\n",
        "UTF-16BE": b"\xfe\xff" + "number\tlabel\n+14155550101\tone\n+442079460102\ttwo".encode("utf-16-be"),
        "UTF-16LE without BOM": "number,label\n+14155550101,one\n+442079460102,two\n".encode("utf-16-le"),
        "CR": "number,label\r+14155550101,one\r+442079460102,two",
        "array": '[{"phoneNumber":"+14155550101","id":"+14155550199","friendlyName":"one"},{"e164":"+442079460102","did":"1","nickname":"two"}]',
        "keys": '{"data":{"+14155550101":{"label":"one"},"+442079460102":{"label":"two"}}}',
        "over lines": '{\n"number": "+14155550101",\n"label": "one"}\n\n{\n"number":"+442079460102","label":"two"\n}',
        "pages": '{"page":1,"items":[{"number":"+14155550101","name":"one"}]}\n{"page":2,"items":[{"number":"+442079460102","name":"two"}]}',
        "JSON:API": '{"data":[{"id":"7","attributes":{"number":"+14155550101","alias":"one"}},'
                    '{"id":"8","attributes":{"number":"+442079460102","alias":"two"}}],"links":{"next":null}}',
    }

    def test_forms(self):
        for kind, content in self.LISTS.items():
            with self.subTest(kind=kind):
                self.imports(self.write(content), *FILE_WIDE)
                self.assertEqual(self.numbers("label"), self.GOOD)
                for number in self.GOOD:
                    self.done("number", "delete", number, "--yes")

    def test_windows(self):
        path = self.write("Number;Label\n+41446681800;Büro €\n".encode("cp1252"))
        self.assertIn("Windows-1252", self.done("number", "import", path, *FILE_WIDE).err)
        self.assertEqual(self.numbers("label"), {"+41446681800": "Büro €"})
        self.refused("number", "import", self.write(b"Number\n+41446681800\x81\n"), *FILE_WIDE, code=USAGE, says="UTF-8")

    def test_lists_ranges_and_patterns(self):
        path = self.write('number,label\n"+14155550101, +14155550102",x\n+14155550110-+14155550119,\n+14155550120-29,\n_+1415555XX[1-3]Z,\n'
                          '+44 (0)20 7946 0101,\n"4,42079E+11",\n')
        rows = self.imports(path, *FILE_WIDE, "--partial", code=REFUSED)
        self.assertEqual(list(self.numbers("label")), ["+14155550101", "+14155550102"])
        for row, text in zip(rows[2:], ("range of 10 ", "range of 10 ", "2,700 numbers", "+442079460101?", "digits are lost")):
            self.assertIn(text, row["hint"])

    def test_columns(self):
        self.refused("number", "import", self.write("+14155550101,one\n"), *FILE_WIDE, code=USAGE, says="--map 1=number")
        self.imports(self.write("+14155550101,one,7\n"), *FILE_WIDE, "--map", "1=number", "--map", "2=label", "--map", "3=params.shop")
        self.assertEqual(self.numbers("label", "additionalParams"), {"+14155550101": ("one", {"shop": "7"})})
        self.refused("number", "import", self.write("did,number\n+14155550101,+14155550102\n"), *FILE_WIDE, code=USAGE,
                     says=["did, number", "--map"])
        self.refused("number", "import", self.write("x,y\n1,2\n"), *FILE_WIDE, code=USAGE, says=["x, y", "--map"])
        self.refused("number", "import", self.write("number\n+14155550103\n"), *FILE_WIDE, "--map", "z=label", code=USAGE, says="no such column")
        self.refused("number", "import", self.write('number,label\n+14155550103,"x\n'), *FILE_WIDE, code=USAGE, says="line 2")
        self.refused("number", "import", self.write("number\n"), *FILE_WIDE, says="empty")
        self.refused("number", "import", str(LISTS / "telnyx_v2.json"), "--provider", "P", code=REFUSED)
        self.assertIn("--agent", self.imports("telnyx_v2.json", "--provider", "P", code=REFUSED)[1]["hint"])


class Changing(ListTest):
    LIST = "number,label,notes\n+14155550101,one,\n+14155550102,two,x\n"

    def test_unchanged_refused_and_updated(self):
        path = self.write(self.LIST)
        self.imports(path, *FILE_WIDE)
        self.assertEqual({row["result"] for row in self.imports(path, "--provider", "P", "--agent", "b")}, {"unchanged"})
        self.done("number", "edit", "+14155550101", "--notes", "kept", "--enabled", "no")
        row = self.imports(path, *FILE_WIDE, code=REFUSED)[0]
        self.assertEqual((row["result"], row["code"]), ("refused", "NUMBER_EXISTS"))
        before = len(self.done("changes", "--json").lines())
        self.assertEqual([row["result"] for row in self.imports(path, "--update", "--dry-run")], ["would be changed", "unchanged"])
        self.assertEqual(len(self.done("changes", "--json").lines()), before)
        self.assertEqual([row["result"] for row in self.imports(path, "--update")], ["changed", "unchanged"])
        self.assertEqual(self.numbers("notes", "enabled", "agentId")["+14155550101"], ("", False, "a"))
        self.imports(path, "--update", "--agent", "b")
        self.assertEqual(set(self.numbers("agentId").values()), {"b"})

    def test_all_or_nothing(self):
        path = self.write(self.LIST + "+1415555,short,\n+14155550101,again,\n")
        rows = self.imports(path, *FILE_WIDE, code=REFUSED)
        self.assertEqual([row["result"] for row in rows], ["not added", "not added", "not added", "refused"])
        self.assertIn("line 2", rows[3]["message"])
        self.assertEqual(self.numbers("label"), {})

    def test_round_trip(self):
        label = "=1+1 \"x\"; ü\nsecond\tline"
        for number, text in (("+14155550101", label), ("+14155550102", "'quoted"), ("+14155550103", " blanks "), ("+14155550104", "-1")):
            self.imports(self.write(json.dumps({"number": number, "label": text, "maxCalls": 3, "maxDurationSeconds": 90,
                                                "split": [{"agentId": "a", "weight": 9}, {"agentId": "b", "weight": 1}],
                                                "additionalParams": {"x": [1, 0.1], "y": "2"}})), *FILE_WIDE)
        self.done("schedule", "add", "office", "--zone", "Europe/Berlin", "--open", "mon-fri 09:00-18:00", "--on", "2026-12-24 closed")
        self.done("provider", "edit", "west", "--inbound-prefix", "+44", "--notes", "@x")
        self.assertEqual(self.numbers("label")["+14155550101"], label)
        before = self.done("changes", "--json").out
        for kind in ("number", "provider", "agent", "schedule"):
            for form in ([], ["--json"]):
                text = self.done(kind, "export", *form).out
                path = self.write(text)
                self.assertEqual({row["result"] for row in self.done(kind, "import", path, "--update", "--json").json()}, {"unchanged"})
        self.assertEqual(self.done("changes", "--json").out, before)
        rows = {row["number"]: row["label"] for row in csv.DictReader(io.StringIO(self.done("number", "export").out, newline=""))}
        self.assertEqual(rows["+14155550101"], "'" + label)
        self.assertEqual(rows["+14155550102"], "''quoted")

    def test_urls_are_not_exported(self):
        path = self.write("wss://user:geheim@agents.example.com/voice\n")
        self.done("agent", "edit", "a", "--url-file", path)
        for form in ([], ["--json"]):
            self.assertNotIn("agents.example.com", self.done("agent", "export", *form).out)
            self.done("agent", "import", self.write(self.done("agent", "export", *form).out), "--update")
        self.assertIn("agents.example.com", self.done("agent", "show", "a", "--json").out)


class Large(ListTest):
    def peak(self, *args):
        """Runs the program; returns its largest memory in kB."""
        run = subprocess.Popen([PROGRAM, *args], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(run.returncode, DONE)
        return used.ru_maxrss

    def test_memory_is_flat(self):
        """The address sanitizer keeps what is freed: with it only the results count."""
        with open(PROGRAM, "rb") as program:
            counts = b"libasan" not in program.read()
        peaks = {}
        for count in (5000, 100000):
            for form, line in (("csv", "+1415{0},desk {0}\n"), ("json", '{{"number":"+1415{0}","label":"desk {0}"}}\n')):
                path = self.write(("number,label\n" if form == "csv" else "") + "".join(line.format(5000000 + i) for i in range(count)))
                # Adding 100,000 numbers fills the cache of SQLite, which has a bound of its own.
                peak = self.peak("number", "import", path, *FILE_WIDE)
                if counts:
                    self.assertLess(peak, 150000)
                peaks[form, count] = self.peak("number", "import", path, "--update")
        for form in ("csv", "json") if counts else ():
            self.assertLess(peaks[form, 100000], 2 * peaks[form, 5000])
        self.assertEqual(len(self.done("number", "export").lines()), 100001)

    def test_cancelled_with_nothing_done(self):
        read, write = os.pipe()
        run = self.start("number", "import", "-", *FILE_WIDE, stdin=read, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(read)
        os.write(write, b"number\n+14155550101\n")
        # The program reads the pipe: it is past the point where it takes the signal.
        while len(os.listdir(f"/proc/{run.pid}/fd")) and not self.handles_sigint(run.pid):
            pass
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(TIMEOUT), REFUSED)
        self.assertIn("cancelled", run.stderr.read().decode())
        run.stderr.close()
        os.close(write)
        self.assertEqual(self.numbers("label"), {})

    @staticmethod
    def handles_sigint(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return any(line.startswith("SigCgt:") and int(line.split()[1], 16) & 1 << signal.SIGINT - 1 for line in file)

    def test_a_bar_on_a_terminal(self):
        ours, theirs = pty.openpty()
        path = self.write("number\n" + "".join(f"+1415{5000000 + i}\n" for i in range(20000)))
        run = self.start("number", "import", path, *FILE_WIDE, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while True:
                seen += os.read(ours, 4096)
        except OSError:
            pass
        self.assertEqual(run.wait(TIMEOUT), DONE)
        os.close(ours)
        self.assertRegex(seen.decode(), r"\[#* *\] \d+ lines, \d+/s, \d+:\d\d left")


if __name__ == "__main__":
    unittest.main()
