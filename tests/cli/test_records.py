#!/usr/bin/env python3
"""provider, agent, number, workspace: the documented messages, the exit codes, and the records written."""

import datetime
import os
import pty
import pwd
import time
import unittest

from deck import DONE, REFUSED, TIMEOUT, UNREACHABLE, USAGE, DeckTest

NUMBER_KEYS = ["number", "trunkId", "agentId", "region", "label", "enabled", "additionalParams"]
ADD = ("--provider", "Twilio", "--agent", "support")


class Messages(DeckTest):
    """Every message of the product document, with its hint."""

    def setUp(self):
        super().setUp()
        self.workspace()

    def test_number_required(self):
        self.refused("number", "add", "", *ADD, says="Phone number is required")
        self.refused("number", "add", *ADD, says="Phone number is required")

    def test_number_format(self):
        self.refused("number", "add", "+1 (555) 123-4568", *ADD,
                     says=["Invalid phone number format", "did you mean +15551234568?"])
        self.refused("number", "add", "tel:+15551234568", *ADD, says=["Invalid phone number format", "+15551234568"])
        self.refused("number", "add", "+999123456789", *ADD, says="Invalid phone number format")
        self.assertEqual(len(self.done("number", "list", "--json").json()), 1)

    def test_a_national_form_is_read_with_the_country_of_its_provider(self):
        self.done("provider", "edit", "twilio", "--inbound-prefix", "+44")
        self.refused("number", "add", "2079460958", *ADD, says="did you mean +442079460958?")
        self.done("provider", "edit", "twilio", "--inbound-prefix", "")
        said = self.refused("number", "add", "2079460958", *ADD, says="start with + and the country code")
        self.assertNotIn("did you mean", said.err)

    def test_a_number_that_may_be_a_mistake_is_warned_of(self):
        usual = "numbers of +1 have 10 digits after it"
        run = self.done("number", "add", "+1555123456", *ADD)
        self.assertIn(usual, run.err)
        run = self.done("number", "add", "+10551234567", *ADD, "--json")
        self.assertIn(usual, run.json()[0]["warnings"][0])
        run = self.done("number", "add", "+41791234567", *ADD, "--json")
        self.assertNotIn("warnings", run.json()[0])
        self.assertEqual(run.err.count("warning"), 0)

    def test_the_number_of_show_edit_delete_is_checked(self):
        for verb in ("show", "edit", "delete"):
            more = {"edit": ["--label", "x"], "delete": ["--yes"]}.get(verb, [])
            self.refused("number", verb, "+1 555 1234567", *more, says="did you mean +15551234567?")

    def test_agent_required(self):
        self.refused("number", "add", "+15551234568", "--provider", "twilio", says="Agent is required")
        self.refused("number", "add", "+15551234568", "--provider", "twilio", "--agent", "", says="Agent is required")

    def test_agent_not_found(self):
        self.refused("number", "add", "+15551234568", "--provider", "twilio", "--agent", "nobody",
                     says=["Agent not found", "trunkdeck agent list"])
        self.refused("number", "add", "+15551234568", "--provider", "twilio", "--agent", "customer support",
                     says=["Agent not found", "the id support"])

    def test_agent_unusable(self):
        self.refused("number", "add", "+15551234568", "--provider", "twilio", "--agent", "mute",
                     says=["Agent can't take calls", "no transcriber is set"])
        self.done("agent", "edit", "sales", "--disabled", "yes")
        self.refused("number", "edit", "+15551234567", "--agent", "sales",
                     says=["Agent can't take calls", "disabled"])

    def test_trunk_not_found(self):
        self.refused("number", "add", "+15551234568", "--provider", "Vonage", "--agent", "support",
                     says=["Trunk not found", "Vonage"])
        self.refused("number", "add", "+15551234568", "--agent", "support", says="Trunk is required")

    def test_duplicate_names_the_holder(self):
        self.refused("number", "add", "+15551234567", "--provider", "Peoplefone AG", "--agent", "support",
                     says=["Phone number already exists", "already on provider Twilio"])
        self.refused("provider", "add", "Twilio", "--sip-domain", "x.org", says="Provider already exists")
        self.refused("agent", "add", "support", "--title", "x", "--dial", "WebSocket/x", says="Agent already exists")

    def test_limit(self):
        for i in range(4):
            result = self.done("number", "add", f"+1555123457{i}", *ADD)
            self.assertEqual("4 of 5 numbers used" in result.err, i == 2)
        self.assertIn("5 of 5 numbers used", result.err)
        self.refused("number", "add", "+15551234599", *ADD,
                     says=["Phone number limit reached", "5 of 5 used (plan free)"])
        self.done("init", "--max-numbers", "6")
        self.done("number", "add", "+15551234599", *ADD)
        self.refused("number", "add", "+15551234600", *ADD, says="6 of 6 used")

    def test_sip_domain(self):
        self.refused("provider", "add", "X", "--sip-domain", "sip:x.org:5060", says=["sipDomain", "write x.org"])
        self.refused("provider", "add", "X", says=["sipDomain", "required"])
        self.refused("provider", "add", "--sip-domain", "x.org", says=["name", "required"])

    def test_control_characters_are_refused(self):
        self.refused("number", "add", "+15551234568", *ADD, "--label", "a\r\nAction: Originate", says="label")
        self.refused("agent", "edit", "support", "--title", "a\x1b[2Jb", says="title")
        self.refused("agent", "edit", "support", "--dial", "WebSocket/a\r\nb", says="dial")

    def test_in_use(self):
        self.refused("agent", "delete", "support", "--yes", says=["Agent is in use", "1 number"])
        self.refused("provider", "delete", "twilio", "--yes", says=["Provider still has numbers", "1 number"])

    def test_not_found(self):
        for verb, more in (("show", []), ("edit", ["--label", "x"]), ("delete", ["--yes"])):
            self.refused("number", verb, "+15550000000", *more, says="Phone number not found")
        self.refused("provider", "show", "nobody", says="Trunk not found")
        self.refused("agent", "show", "nobody", says="Agent not found")


class Editing(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()

    def number(self, e164="+15551234567"):
        return self.done("number", "show", e164, "--json").json()[0]

    def test_add_shows_what_was_stored(self):
        added = self.done("number", "add", "+442071234567", "--provider", "peoplefone-ag", "--agent", "sales",
                          "--label", "Büro", "--json").json()[0]
        self.assertEqual([k for k in added if k in NUMBER_KEYS], NUMBER_KEYS)
        self.assertEqual([added[k] for k in NUMBER_KEYS],
                         ["+442071234567", "peoplefone-ag", "sales", "eu", "Büro", True, {}])
        self.assertEqual(added["version"], 1)
        self.assertEqual(added["createdBy"], pwd.getpwuid(os.getuid()).pw_name)
        self.assertIn("The agent runs in na, the number is in eu", added.pop("warnings")[0])
        self.assertEqual(added, self.number("+442071234567"))

    def test_region_of_the_provider_unless_given(self):
        self.done("number", "add", "+41445550101", "--provider", "peoplefone ag", "--agent", "sales")
        self.assertEqual(self.number("+41445550101")["region"], "eu")
        self.done("number", "add", "+41445550102", "--provider", "peoplefone ag", "--agent", "sales", "--region=na")
        self.assertEqual(self.number("+41445550102")["region"], "na")

    def test_region_mismatch_is_a_warning(self):
        result = self.done("number", "edit", "+15551234567", "--region", "eu")
        self.assertIn("warning: ", result.err)
        self.assertEqual(self.done("number", "edit", "+15551234567", "--region", "na").err, "")

    def test_edit_changes_only_what_was_given(self):
        before = self.number()
        self.done("number", "edit", "+15551234567", "--agent", "sales", "--enabled", "no")
        after = self.number()
        self.assertEqual((after["agentId"], after["enabled"], after["version"]), ("sales", False, 2))
        for key in ("trunkId", "region", "label", "additionalParams", "createdAt", "createdBy"):
            self.assertEqual(after[key], before[key])

    def test_edit_needs_something(self):
        self.refused("number", "edit", "+15551234567", code=USAGE, says="nothing to change")

    def test_a_renamed_provider_keeps_its_id(self):
        self.done("provider", "edit", "Twilio", "--name", "Twilio US")
        shown = self.done("provider", "show", "twilio us", "--json").json()[0]
        self.assertEqual((shown["id"], shown["name"]), ("twilio", "Twilio US"))

    def test_parameters_keep_their_types(self):
        self.done("number", "edit", "+15551234567", "--param", "department=sales", "--param", "priority=3",
                  "--param", "vip=true", "--param", "none=null", "--param", 'text="3"', "--param", "tel=+1555",
                  "--param", "list=[1,2]", "--param", "share=0.1", "--param", "empty=", "--param", "eq=a=b")
        self.assertEqual(self.number()["additionalParams"],
                         {"department": "sales", "priority": 3, "vip": True, "none": None, "text": "3", "tel": "+1555",
                          "list": [1, 2], "share": 0.1, "empty": "", "eq": "a=b"})
        self.assertIn('"share":0.1,', self.done("number", "show", "+15551234567", "--json").out)
        self.done("number", "edit", "+15551234567", "--param", "priority=high", "--unset-param", "vip")
        params = self.number()["additionalParams"]
        self.assertEqual(params["priority"], "high")
        self.assertNotIn("vip", params)
        self.done("number", "edit", "+15551234567", "--param", "hash=9e058250000cfa")
        self.assertEqual(self.number()["additionalParams"]["hash"], "9e058250000cfa")
        self.done("number", "edit", "+15551234567", "--params", '{"a": 1}', "--param", "b=2")
        self.assertEqual(self.number()["additionalParams"], {"a": 1, "b": 2})

    def test_parameters_refused(self):
        before = self.number()
        self.refused("number", "edit", "+15551234567", "--param", "novalue", says="KEY=VALUE")
        self.refused("number", "edit", "+15551234567", "--param", "n=99999999999999999999", says="additionalParams")
        self.refused("number", "edit", "+15551234567", "--param", "n=[1e999999]", says="additionalParams")
        self.refused("number", "edit", "+15551234567", "--params", "[1]", says="JSON object")
        self.refused("number", "edit", "+15551234567", "--unset-param", "x", says="no such parameter")
        self.assertEqual(self.number(), before)

    def test_where(self):
        self.done("number", "add", "+15551234568", "--provider", "twilio", "--agent", "sales", "--label", "Sales Line")
        found = lambda *where: [n["number"] for n in self.done("number", "list", "--json", *where).json()]
        self.assertEqual(found("--where", "agent:sales"), ["+15551234568"])
        self.assertEqual(found("--where", "!agent:sales"), ["+15551234567"])
        self.assertEqual(found("--where", "line"), ["+15551234568"])
        self.assertEqual(found("--where", "agent:sales label:nothing"), [])
        self.done("number", "edit", "+15551234567", "--param", "department=Sales desk", "--param", "vip=true")
        self.assertEqual(found("--where", 'params.department:"sales desk"'), ["+15551234567"])
        self.assertEqual(found("--where", "params.vip:true"), ["+15551234567"])
        self.assertEqual(found("--where", "!params.vip:true"), ["+15551234568"])
        self.assertEqual(self.done("number", "list", "--where", "label:nothing").out, "")
        self.refused("number", "list", "--where", "agnt:sales", code=USAGE, says=["no such field: agnt", "fields are number, provider"])

    def test_provider_list_counts_numbers(self):
        rows = self.done("provider", "list", "--json").json()
        self.assertEqual({r["name"]: r["numbers"] for r in rows}, {"Twilio": 1, "Peoplefone AG": 0})

    def test_workspace(self):
        self.done("workspace", "edit", "--time-zone", "Europe/Berlin", "--max-numbers", "unlimited")
        shown = self.done("workspace", "show", "--json").json()[0]
        self.assertEqual((shown["name"], shown["plan"], shown["timeZone"], shown["maxPhoneNumbers"]),
                         ("acme", "free", "Europe/Berlin", None))
        self.refused("workspace", "edit", "--plan", "gold", says="free, pro or enterprise")
        self.refused("init", "--time-zone", "/etc/passwd", says="Europe/Berlin")

    def test_init_again_changes_nothing(self):
        before = self.done("workspace", "show", "--json").out
        self.assertIn("1 of 5 used", self.done("init").out)
        self.assertEqual(self.done("init", "--json").out, before)

    def test_read_only(self):
        for command in (["number", "add", "+15551234568", *ADD], ["number", "edit", "+15551234567", "--label", "x"],
                        ["number", "delete", "+15551234567", "--yes"], ["init", "--name", "x"]):
            self.refused("--read-only", *command, says="Read-only mode")
        self.assertEqual(self.done("--read-only", "number", "list", "--json").json(), [self.number()])
        self.assertEqual(self.number()["version"], 1)

    def test_route_note(self):
        self.config("[server na-1]\nhost = 127.0.0.1\n")
        note = "writes it to the servers"
        self.assertIn(note, self.done("number", "edit", "+15551234567", "--label", "x").err)
        self.assertNotIn(note, self.done("number", "edit", "+15551234567", "--label", "y", "--json").err)
        self.assertNotIn(note, self.done("provider", "edit", "Twilio", "--notes", "y").err)
        self.assertNotIn(note, self.done("workspace", "edit", "--time-zone", "Europe/Berlin").err)
        for change in (["provider", "edit", "Twilio", "--max-calls", "5"], ["workspace", "edit", "--max-calls-per-caller", "3"],
                       ["schedule", "add", "office"], ["block", "add", "+4179*"], ["block", "delete", "+4179*", "--yes"]):
            self.assertIn(note, self.done(*change).err, change)
        self.config("[server na-1]\nhost = 127.0.0.1\nroutes = none\n")
        self.assertNotIn(note, self.done("number", "edit", "+15551234567", "--label", "z").err)


class AgentsThatStop(DeckTest):
    def test_numbers_that_lose_their_route_are_named(self):
        self.workspace()
        self.done("workspace", "edit", "--plan", "pro")
        for i in range(6):
            self.done("number", "add", f"+1555123457{i}", "--provider", "Twilio", "--agent", "support")
        self.done("number", "edit", "+15551234570", "--enabled", "no")	# has no route
        result = self.done("agent", "edit", "support", "--disabled", "yes", "--yes")
        before, after = result.err.splitlines()[:2]
        listed = "+15551234567, +15551234571, +15551234572, +15551234573, +15551234574 and 1 more"
        self.assertEqual(before, f"warning: 6 numbers lose their agent (agent is disabled): {listed}")
        self.assertEqual(after, f"warning: the agent of 6 numbers takes no calls now: {listed}")
        self.assertNotIn("warning", self.done("agent", "edit", "support", "--title", "Support").err)
        self.assertNotIn("warning", self.done("agent", "edit", "support", "--disabled", "no").err)
        self.assertIn("not voice-enabled", self.done("agent", "edit", "support", "--voice-enabled", "no", "--yes").err)


class Deleting(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()

    def on_terminal(self, answer, *args, meanwhile=None):
        """Runs on its own terminal, answers the question, and returns (exit code, output)."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        run = self.start(*args, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(ours, 4096)
        if meanwhile:
            self.done(*meanwhile)
        os.write(ours, answer)
        try:
            while more := os.read(ours, 4096):
                seen += more
        except OSError:		# the other end is closed
            pass
        return run.wait(TIMEOUT), seen.decode()

    def test_without_a_terminal_it_needs_yes(self):
        self.refused("number", "delete", "+15551234567", code=USAGE, says=["no terminal", "--yes"])
        self.assertEqual(len(self.done("number", "list", "--json").json()), 1)

    def test_yes(self):
        gone = self.done("number", "delete", "+15551234567", "--yes", "--json").json()[0]
        self.assertEqual((gone["number"], gone["agentId"]), ("+15551234567", "support"))
        self.assertEqual(self.done("number", "list", "--json").out, "")

    def test_asks_on_a_terminal(self):
        code, seen = self.on_terminal(b"n\n", "number", "delete", "+15551234567")
        self.assertEqual(code, REFUSED)
        self.assertIn("Calls to +15551234567 will be refused", seen)
        self.assertEqual(len(self.done("number", "list", "--json").json()), 1)
        code, seen = self.on_terminal(b"y\n", "number", "delete", "+15551234567")
        self.assertEqual(code, DONE)
        self.assertEqual(self.done("number", "list", "--json").out, "")

    def test_a_change_during_the_question_stops_the_deletion(self):
        code, seen = self.on_terminal(b"y\n", "number", "delete", "+15551234567",
                                      meanwhile=["number", "edit", "+15551234567", "--label", "new"])
        self.assertEqual(code, REFUSED)
        self.assertIn("Changed by somebody else meanwhile", seen)
        self.assertEqual(self.done("number", "show", "+15551234567", "--json").json()[0]["label"], "new")

    def test_cascade(self):
        code, seen = self.on_terminal(b"\n", "provider", "delete", "Twilio", "--cascade")
        self.assertEqual(code, REFUSED)
        self.assertIn("1 number of this provider is deleted too", seen)
        self.done("provider", "delete", "Twilio", "--cascade", "--yes")
        self.assertEqual(self.done("number", "list", "--json").out, "")
        self.assertEqual([p["id"] for p in self.done("provider", "list", "--json").json()], ["peoplefone-ag"])

    def test_unused_agent(self):
        self.done("agent", "delete", "sales", "--yes")
        self.refused("agent", "show", "sales", says="Agent not found")


class WhatACallerGets(DeckTest):
    """Schedules, blocked callers, URLs, and what numbers refer to."""

    URL = "wss://user:geheim@agents.example.com:8443/voice?key=geheim"

    def setUp(self):
        super().setUp()
        self.workspace()

    def one(self, *args):
        return self.done(*args, "--json").json()[0]

    def test_a_schedule(self):
        added = self.one("schedule", "add", "office", "--title", "Office hours", "--zone", "Europe/Berlin", "--open", "mon-fri 09:00-18:00",
                         "--open", "Sat 22:00-02:00", "--on", "2026-12-31 10:00-14:00", "--on", "2026-12-24 closed")
        self.assertEqual(added, {"id": "office", "title": "Office hours", "timeZone": "Europe/Berlin",
                                 "open": [{"days": "mon-fri", "from": "09:00", "to": "18:00"}, {"days": "sat", "from": "22:00", "to": "02:00"}],
                                 "exceptions": [{"date": "2026-12-24", "open": []},
                                                {"date": "2026-12-31", "open": [{"from": "10:00", "to": "14:00"}]}], "version": 1})
        edited = self.one("schedule", "edit", "office", "--open", "sun 10:00-12:00", "--on", "2026-12-24 10:00-11:00")
        self.assertEqual(edited["open"], [{"days": "sun", "from": "10:00", "to": "12:00"}])
        self.assertEqual([e["date"] for e in edited["exceptions"]], ["2026-12-24", "2026-12-31"])
        self.assertEqual(edited["exceptions"][0]["open"], [{"from": "10:00", "to": "11:00"}])
        self.assertEqual(self.one("schedule", "edit", "office", "--on", "")["exceptions"], [])
        self.refused("schedule", "edit", "office", "--on", " 2026-12-24", says="exceptions: ")
        self.refused("schedule", "edit", "office", "--open", "someday", says="open: ")
        self.refused("schedule", "edit", "office", "--on", "2026-02-30 closed", says="exceptions: ")
        self.refused("schedule", "add", "office", says=["Schedule already exists", "Office hours"])
        self.refused("schedule", "show", "nothing", says=["Schedule not found", "trunkdeck schedule list"])

    def test_a_blocked_caller(self):
        before = time.time()
        added = self.one("block", "add", "+4479*", "--reason", "calls at night", "--until", "30d")
        end = datetime.datetime.fromisoformat(added["until"]).timestamp()
        self.assertTrue(before + 30 * 86400 - 1 <= end <= time.time() + 30 * 86400 + 1, added)
        self.assertEqual(self.one("block", "add", "anonymous")["until"], None)
        self.done("workspace", "edit", "--time-zone", "Europe/Berlin")
        self.assertEqual(self.one("block", "add", "+15550001111", "--until", "2026-12-24T18:00")["until"], "2026-12-24T17:00:00.000000Z")
        self.assertEqual([b["caller"] for b in self.done("block", "list", "--json").json()], ["+15550001111", "+4479*", "anonymous"])
        self.assertEqual([b["caller"] for b in self.done("block", "list", "--json", "--where", "reason:night").json()], ["+4479*"])
        self.refused("block", "add", "+4479*", says="Caller is blocked already")
        self.refused("block", "add", "4479", says="caller: ")
        self.refused("block", "add", "+4478*", "--until", "soon", says="until: ")
        self.refused("block", "add", "+4478*", "--until", "yesterday", says="until: this time is in the past")
        self.done("block", "delete", "+4479*", "--yes")
        self.refused("block", "delete", "+4479*", "--yes", says=["Caller is not blocked", "trunkdeck block list"])

    def test_a_url_is_never_printed(self):
        for name, text in (("a", self.URL + "\n"), ("b", self.URL.replace("geheim", "anders") + "\r\n"), ("two", "wss://a.example.com\nx")):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        self.done("agent", "add", "web", "--title", "Web", "--url-file", self.path("a"))
        self.done("number", "edit", "+15551234567", "--agent", "web")
        with open(self.path("b"), encoding="utf-8") as file:
            self.done("agent", "edit", "web", "--url-file", "-", stdin=file)
        self.done("agent", "edit", "web", "--title", "Other")
        for args in (("agent", "list"), ("agent", "show", "web"), ("changes",)):
            for form in "table", "csv", "json":
                shown = self.done(*args, "--format", form).out
                self.assertNotIn("geheim", shown)
                self.assertNotIn("anders", shown)
                if (args, form) != (("agent", "list"), "table"):
                    self.assertIn("wss://agents.example.com:8443/...", shown)
        self.assertIn("another url", self.done("changes").out)
        self.refused("agent", "edit", "web", "--url-file", self.path("two"), says="url: ")
        result = self.refused("agent", "edit", "web", "--url-file", self.path("none"), code=USAGE, says=self.path("none"))
        self.assertNotIn("geheim", result.err)
        self.refused("agent", "edit", "web", "--url-file", "/dev/null", code=USAGE, says="holds no URL")
        self.assertEqual(self.one("agent", "edit", "web", "--url-file", "", "--dial", "WebSocket/web")["url"], "")

    def test_numbers_that_are_closed_now(self):
        """By schedules that are the same at any moment."""
        self.done("number", "add", "+15551234568", "--provider", "twilio", "--agent", "sales")
        self.done("schedule", "add", "always", "--open", "mon-sun 00:00-24:00")
        self.done("schedule", "add", "never")
        self.done("number", "edit", "+15551234567", "--schedule", "always")

        def found(where):
            result = self.done("number", "list", "--json", "--where", where)
            return [number["number"] for number in result.json()]

        self.assertEqual(found("hours:open"), ["+15551234567"])
        self.assertEqual(found("closed:yes"), [])
        self.assertEqual(found("closed:no"), ["+15551234567", "+15551234568"])
        self.done("number", "edit", "+15551234567", "--schedule", "never")
        self.assertEqual(found("hours:never"), ["+15551234567"])
        self.assertEqual(found("closed:yes"), ["+15551234567"])
        self.assertEqual(found("!closed:yes"), ["+15551234568"])
        self.assertEqual(found("opens"), [])
        # The zone is named where it is not that of the workspace.
        self.done("schedule", "edit", "always", "--zone", "Asia/Kathmandu", "--open", "mon 00:00-24:00")
        self.done("number", "edit", "+15551234568", "--schedule", "always")
        self.assertEqual(found("hours:until hours:Kathmandu"), ["+15551234568"])
        self.done("workspace", "edit", "--time-zone", "Asia/Kathmandu")
        self.assertEqual(found("hours:until !hours:Kathmandu"), ["+15551234568"])
        self.assertNotIn("hours", self.done("number", "list", "--csv", "--where", "closed:yes").lines()[0])

    def test_settings_of_a_number(self):
        self.done("schedule", "add", "office")
        edited = self.one("number", "edit", "+15551234567", "--split", "support:90,sales:10", "--fallback", "sales", "--schedule", "office",
                          "--closed-agent", "sales", "--max-calls", "10", "--max-duration", "1h30m", "--notes", "asked for by Anna")
        self.assertEqual({key: edited[key] for key in ("split", "fallbackAgentId", "scheduleId", "closedAgentId", "maxCalls",
                                                       "maxDurationSeconds", "notes")},
                         {"split": [{"agentId": "support", "weight": 90}, {"agentId": "sales", "weight": 10}], "fallbackAgentId": "sales",
                          "scheduleId": "office", "closedAgentId": "sales", "maxCalls": 10, "maxDurationSeconds": 5400,
                          "notes": "asked for by Anna"})
        for where in "fallback:sales", "schedule:office", "split:sales", "notes:anna":
            self.assertEqual(len(self.done("number", "list", "--json", "--where", where).json()), 1, where)
        for where, count in (("max-calls:>9", 1), ("max-calls:>10", 0), ("!max-calls:<11", 0), ("version:>1", 1)):
            self.assertEqual(len(self.done("number", "list", "--json", "--where", where).json()), count, where)
        self.assertEqual([p["id"] for p in self.done("provider", "list", "--json", "--where", "numbers:>0").json()], ["twilio"])
        self.refused("number", "list", "--where", "max-calls:>x", code=USAGE, says=["--where: max-calls:>x compares with no number"])
        for option, value, says in (("--fallback", "mute", ["Agent can't take calls", "no transcriber"]), ("--fallback", "nobody", "Agent not found"),
                                    ("--schedule", "none", "Schedule not found"), ("--split", "sales:1", "support"),
                                    ("--max-calls", "0.5", "maxCalls: "), ("--max-duration", "2d", "maxDurationSeconds: ")):
            self.refused("number", "edit", "+15551234567", option, value, says=says)
        self.assertEqual(self.refused("number", "edit", "+15551234567", "--fallback", "nobody", "--json").failure()["field"], "fallbackAgentId")
        for option in "--split", "--fallback", "--schedule", "--closed-agent", "--max-calls", "--max-duration", "--notes":
            self.done("number", "edit", "+15551234567", option, "")
        edited = self.one("number", "show", "+15551234567")
        self.assertEqual((edited["split"], edited["fallbackAgentId"], edited["maxCalls"], edited["maxDurationSeconds"]), ([], "", None, None))
        provider = self.one("provider", "edit", "Twilio", "--default-agent", "sales", "--default-max-calls", "5", "--max-calls", "100",
                            "--routing", "my-routing")
        self.assertEqual((provider["defaultAgentId"], provider["defaultMaxCalls"], provider["maxCalls"], provider["routing"]),
                         ("sales", 5, 100, "my-routing"))
        workspace = self.one("workspace", "edit", "--max-calls-per-caller", "3", "--max-duration", "2h")
        self.assertEqual((workspace["maxCallsPerCaller"], workspace["maxDurationSeconds"]), (3, 7200))

    def test_an_unknown_zone_is_told(self):
        said = "warning: this machine does not know the time zone Europe/Berlinn"
        self.assertIn(said, self.done("workspace", "edit", "--time-zone", "Europe/Berlinn").err)
        self.assertNotIn("zone", self.done("workspace", "edit", "--time-zone", "Europe/Berlin").err)
        self.assertIn(said, self.done("schedule", "add", "office", "--zone", "Europe/Berlinn").err)
        self.assertNotIn("warning", self.done("schedule", "edit", "office", "--zone", "Europe/Berlin").err)

    def test_what_is_used_is_replaced_or_kept(self):
        self.done("provider", "edit", "Twilio", "--default-agent", "support")
        self.refused("agent", "delete", "support", "--yes", says=["Agent is in use", "+15551234567", "1 provider (twilio)", "--replace-with"])
        self.refused("agent", "delete", "support", "--replace-with", "mute", "--yes", says=["+15551234567: Agent can't take calls"])
        self.refused("agent", "delete", "support", "--replace-with", "nobody", "--yes", says="Agent not found")
        self.done("agent", "delete", "support", "--replace-with", "sales", "--yes")
        self.assertEqual(self.one("number", "show", "+15551234567")["agentId"], "sales")
        self.assertEqual(self.one("provider", "show", "twilio")["defaultAgentId"], "sales")
        self.done("schedule", "add", "office")
        self.done("number", "edit", "+15551234567", "--schedule", "office")
        self.refused("schedule", "delete", "office", "--yes", says=["Schedule is in use", "+15551234567"])

    def test_an_agent_with_numbers_is_not_disabled_unasked(self):
        self.done("number", "add", "+15551234568", "--provider", "Twilio", "--agent", "sales", "--fallback", "support")
        self.refused("agent", "edit", "support", "--disabled", "yes", code=USAGE,
                     says=["1 number loses its agent", "+15551234567", "1 record more", "agent: +15551234568", "--yes"])
        self.assertFalse(self.one("agent", "show", "support")["disabled"])
        self.done("agent", "edit", "support", "--disabled", "yes", "--yes")

    def test_deleting_a_number_tells_of_the_default_agent(self):
        self.done("provider", "edit", "Twilio", "--default-agent", "sales")
        self.assertIn("answered by sales, the default agent of Twilio", self.done("number", "delete", "+15551234567", "--yes").err)


class Unreachable(DeckTest):
    def test_exit_code(self):
        for url in ("sqlite:/dev/null/x/y.db", f"sqlite:{self.home}", "postgresql://u:geheim@127.0.0.1:1/x"):
            for command in (["number", "list"], ["init"], ["changes"]):
                result = self.refused("--store", url, *command, code=UNREACHABLE)
                self.assertTrue(result.err.startswith("trunkdeck: "), result)
                self.assertNotIn("geheim", result.err)
                self.assertEqual(result.out, "")

    def test_code_in_json(self):
        failure = self.refused("--store", "postgresql://127.0.0.1:1/x", "number", "list", "--json",
                               code=UNREACHABLE).failure()
        self.assertEqual(failure["code"], "STORE_UNREACHABLE")


if __name__ == "__main__":
    unittest.main()
