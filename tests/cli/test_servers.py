#!/usr/bin/python3
"""server list, server setup, and doctor and test with servers that do not answer. tests/lab has real servers."""

import os
import socket
import unittest

from deck import DONE, REFUSED, UNREACHABLE, USAGE, DeckTest

NUMBER = "+15551234567"


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Servers(DeckTest):
    eu_host = "127.0.0.1"

    def setUp(self):
        super().setUp()
        self.port = closed_port()
        with open(self.path("config"), "w") as f:
            f.write(f"[store]\nurl = sqlite:{self.path('store.db')}\n"
                    f"[server na-1]\nregion = na\nhost = 127.0.0.1\nport = {self.port}\ntls = no\nuser = deck\n"
                    "secret = top;secret\nroutes = astdb\n"
                    f"[server eu-1]\nregion = eu\nhost = {self.eu_host}\nport = {self.port}\ntls = no\nuser = deck\nsecret = other\nroutes = odbc\n")
        os.chmod(self.path("config"), 0o600)

    def run_deck(self, *args):
        return self.deck("--config", self.path("config"), *args)

    def files(self, *args):
        return {f["path"]: f for f in self.run_deck("server", "setup", *args, "--json").json()}

    def furnish(self):
        for args in (("init",), ("provider", "add", "Twilio", "--sip-domain", "pstn.twilio.com"),
                     ("agent", "add", "support", "--title", "Support", "--dial", "WebSocket/support"),
                     ("number", "add", NUMBER, "--provider", "twilio", "--agent", "support")):
            self.assertEqual(self.run_deck(*args).code, DONE)

    def findings(self, *args):
        return {(f["check"], f["server"]): f for f in self.run_deck("doctor", *args, "--json").json()}


class List(Servers):
    def test_all_are_listed_without_their_secrets(self):
        run = self.run_deck("server", "list", "--json")
        self.assertEqual([(s["name"], s["port"], s["routes"]) for s in run.json()],
                         [("na-1", self.port, "astdb"), ("eu-1", self.port, "odbc")])
        self.assertNotIn("secret", run.out)

    def test_as_a_table(self):
        self.assertRegex(self.run_deck("server", "list").lines()[1], r"^na-1 +na +127\.0\.0\.1 .* deck +astdb$")


    def test_ask_shows_version_and_clock(self):
        rows = self.deck("--demo", "server", "list", "--ask", "--json").json()
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual((row["answers"], row["asterisk"]), (True, "22.11.0-demo"))
            self.assertLess(abs(row["clockMs"]), 2000)
        self.assertRegex(self.deck("--demo", "server", "list", "--ask").lines()[1], r" yes +22.11.0-demo +[+-][0-9]+ ms$")
        self.assertEqual({row["clockMs"] for row in self.deck("--demo", "server", "list", "--json").json()}, {None})
        run = self.run_deck("server", "list", "--ask", "--json")
        self.assertIn("warning: na-1: ", self.run_deck("server", "list", "--ask").err)
        self.assertEqual([row["answers"] for row in run.json()], [False, False])


class Setup(Servers):
    eu_host = "pbx.example.net"  # not resolved, because nothing connects

    def test_files_by_mode(self):
        base = {f"/etc/asterisk/{f}_trunkdeck.conf" for f in ("globals", "extensions", "manager", "sorcery")} | {
            "/etc/asterisk/cdr_manager.conf"}
        odbc = base | {"/etc/odbc.ini", "/etc/asterisk/res_odbc.conf", "/etc/asterisk/func_odbc.conf"}
        self.assertEqual(set(self.files("na-1")), base)
        self.assertEqual(set(self.files("eu-1")), odbc)
        self.assertEqual(set(self.files("na-1", "--mode", "odbc")), odbc)

    def test_rights_by_mode(self):
        self.assertIn("\nwrite = system,reporting\n", self.files("na-1")["/etc/asterisk/manager_trunkdeck.conf"]["text"])
        self.assertNotIn("\nwrite = system", self.files("eu-1")["/etc/asterisk/manager_trunkdeck.conf"]["text"])

    def test_the_secret_is_shown_only_on_request(self):
        for args in ((), ("--json",), ("--format", "csv")):
            run = self.run_deck("server", "setup", "na-1", *args)
            self.assertNotIn("top", run.out + run.err)
        shown = self.run_deck("server", "setup", "na-1", "--show-secret").out
        self.assertIn("\nsecret = top\\;secret\n", shown)

    def test_permitted_addresses(self):
        manager = "/etc/asterisk/manager_trunkdeck.conf"
        self.assertIn("permit = 127.0.0.0/255.0.0.0", self.files("na-1")[manager]["text"])
        self.assertIn("permit = <ADDRESS", self.files("eu-1")[manager]["text"])
        self.assertIn("permit = 192.0.2.7/32\n", self.files("eu-1", "--permit", "192.0.2.7/32")[manager]["text"])

    def test_each_file_names_its_path(self):
        lines = self.run_deck("server", "setup", "na-1").lines()
        self.assertEqual(lines[0], ";;; /etc/asterisk/globals_trunkdeck.conf")
        self.assertEqual(lines[1], ";;; then: asterisk -rx 'dialplan reload'")

    def test_mistakes(self):
        self.assertEqual(self.run_deck("server", "setup", "nowhere").code, USAGE)
        self.assertEqual(self.run_deck("server", "setup", "na-1", "--mode", "none").code, USAGE)
        self.assertEqual(self.run_deck("server", "setup").code, USAGE)


class Doctor(Servers):
    def test_a_server_that_is_away(self):
        self.furnish()
        run = self.run_deck("doctor", NUMBER)
        self.assertEqual(run.code, REFUSED)
        found = self.findings(NUMBER)
        self.assertEqual(found["reachable", "na-1"]["result"], "fail")
        self.assertIn(str(self.port), found["reachable", "na-1"]["seen"])
        self.assertEqual(found["route", "na-1"]["result"], "unknown")
        self.assertNotIn(("version", "na-1"), found)
        for check in ("format", "configured", "enabled", "provider", "agent", "usable", "region", "servers"):
            self.assertEqual(found[check, ""]["result"], "pass", check)
        self.assertIn("WRONG    reachable", run.out)

    def test_a_connection_that_others_can_read(self):
        self.furnish()
        with open(self.path("config"), "a") as f:
            f.write("[server na-2]\nhost = 0.0.0.0\nport = 1\ntls = no\n")
        found = self.findings(NUMBER)
        self.assertEqual(found["encrypted", "na-1"]["result"], "pass")
        self.assertEqual(found["encrypted", "na-2"]["result"], "warn")
        self.assertIn("[server na-2]", found["encrypted", "na-2"]["todo"])

    def test_findings_from_the_store_alone(self):
        self.furnish()
        self.run_deck("agent", "edit", "support", "--disabled", "yes", "--yes", "--region", "eu")
        self.run_deck("number", "edit", NUMBER, "--enabled", "no")
        found = self.findings(NUMBER)
        self.assertEqual([found[c, ""]["result"] for c in ("enabled", "usable", "region")], ["fail", "fail", "warn"])
        self.assertEqual(found["enabled", ""]["remedy"],
                         {"action": "enable", "record": "number", "key": NUMBER, "field": "enabled"})
        self.assertEqual(found["usable", ""]["remedy"],
                         {"action": "edit", "record": "agent", "key": "support", "field": "disabled"})
        self.assertEqual(found["region", ""]["remedy"],
                         {"action": "edit", "record": "number", "key": NUMBER, "field": "agentId"})
        self.assertNotIn("remedy", found["format", ""])

    def test_the_worst_is_first(self):
        self.furnish()
        self.run_deck("number", "edit", NUMBER, "--enabled", "no", "--region", "eu")
        results = [line.split()[0] for line in self.run_deck("doctor", NUMBER).out.splitlines() if line.startswith("  ")]
        order = [r for r in results if r in ("WRONG", "warning", "unknown", "ok")]
        self.assertEqual(order, sorted(order, key=["WRONG", "warning", "unknown", "ok"].index))
        self.assertIn("warning", order)

    def test_parameters_of_the_user_part(self):
        self.furnish()
        found = self.findings(NUMBER + ";npdi;rn=+15550000000")
        self.assertEqual((found["format", ""]["result"], found["configured", ""]["result"]), ("warn", "pass"))
        self.assertIn("parameters of a SIP address", found["format", ""]["seen"])

    def test_no_test_call_to_a_number_without_route(self):
        self.furnish()
        self.run_deck("number", "edit", NUMBER, "--enabled", "no")
        run = self.run_deck("test", NUMBER)
        self.assertEqual(run.code, REFUSED)
        self.assertIn(f"{NUMBER} has no route: disabled", run.err)
        self.assertIn(f"trunkdeck number edit {NUMBER} --enabled yes", run.err)
        self.run_deck("number", "edit", NUMBER, "--enabled", "yes")
        self.run_deck("agent", "edit", "support", "--disabled", "yes", "--yes")
        self.assertIn(f"{NUMBER} has no route: agent is disabled", self.run_deck("test", NUMBER).err)

    def test_an_unknown_number_names_similar_numbers(self):
        self.furnish()
        self.assertIn(NUMBER, self.findings("+15551234568")["configured", ""]["todo"])
        self.assertIn(NUMBER, self.findings("555 123 4567")["configured", ""]["todo"])
        self.assertEqual(self.findings(NUMBER[1:])["format", ""]["result"], "warn")
        self.assertNotIn(NUMBER, self.findings("+4930123456")["configured", ""]["todo"])

    def test_usage(self):
        self.furnish()
        for args in ((), (NUMBER, "--all"), ("--all", "--provider", "twilio"), ("--all", "--timeout", "0")):
            self.assertEqual(self.run_deck("doctor", *args).code, USAGE, args)
        self.assertEqual(self.run_deck("doctor", "--provider", "nobody").code, REFUSED)

    def test_a_store_that_is_away(self):
        self.assertEqual(self.run_deck("--store", "postgresql://127.0.0.1:1/x", "doctor", "--all").code, UNREACHABLE)


class TestCall(Servers):
    def test_a_server_that_is_away(self):
        self.furnish()
        run = self.run_deck("test", NUMBER, "--json")
        self.assertEqual(run.code, UNREACHABLE)
        (call,) = run.json()
        self.assertEqual((call["server"], call["ok"], call["arrived_ms"]), ("na-1", False, None))
        self.assertIn(str(self.port), call["cause"])

    def test_an_agent_behind_a_trunk_is_not_dialled(self):
        self.furnish()
        for dial, refused in (("PJSIP/1@twilio", True), ("PJSIP/twilio", True), ("PJSIP/twilio/sip:1@x", True),
                              ("PJSIP/1@twilio2", False), ("PJSIP/1@twi", False), ("PJSIP/twilio@agents", False)):
            self.run_deck("agent", "edit", "support", "--dial", dial)
            self.assertEqual(self.run_deck("test", NUMBER).code, REFUSED if refused else UNREACHABLE, dial)

    def test_mistakes(self):
        self.furnish()
        self.assertEqual(self.run_deck("test", "+15551234568").code, REFUSED)
        self.assertEqual(self.run_deck("test", NUMBER, "--server", "nowhere").code, USAGE)
        self.assertEqual(self.run_deck("test").code, USAGE)


if __name__ == "__main__":
    unittest.main()
