#!/usr/bin/env python3
"""The doctor's checks of agents, ways and servers, with an Asterisk that says what each test needs. tests/lab has real servers."""

import datetime
import hashlib
import re
import sqlite3
import time
import unittest
import zoneinfo

from deck import USAGE, DeckTest
from test_history import Manager, listed

NUMBER = "+15551234567"
WIZARDS = ["websocket_client=config,websocket_client.conf,criteria=type=websocket_client", "websocket_client=astdb,ws"]


class Asterisk(Manager):
    """Answers Getvar and GetConfig from dictionaries. It knows every time zone but `unknown_zone`, which it takes as UTC."""

    def __init__(self):
        self.version, self.variables, self.files, self.denied, self.unknown_zone = "22.11.0", {}, {}, set(), None
        self.dialplan, self.held, self.asked = 0, {}, []
        super().__init__()

    def variable(self, name):
        asked = re.fullmatch(r"STRFTIME\(([0-9]+),([^,]*),%u %H%M %Y%m%d\)", name)
        if not asked:
            return self.variables.get(name, "")
        zone = zoneinfo.ZoneInfo("UTC" if asked[2] == self.unknown_zone else asked[2])
        return datetime.datetime.fromtimestamp(int(asked[1]), zone).strftime("%u %H%M %Y%m%d")

    def answer(self, frame):
        action, plain = frame.get("Action", ""), super().answer(frame)
        self.asked.append(frame)

        def error(message):
            return plain.replace(b"Success", b"Error").replace(b"Message: ok", b"Message: " + message)

        if action in self.denied:
            return error(b"Permission denied")
        if action == "CoreSettings":
            return plain.replace(b"Message: ok", f"AsteriskVersion: {self.version}".encode())
        if action == "Getvar":
            value = self.variable(frame["Variable"])
            return plain.replace(b"Message: ok", f"Variable: {frame['Variable']}\r\nValue: {value}".encode())
        if action == "GetConfig":
            if (frame["Filename"], frame.get("Category")) not in self.files:
                return error(b"Config file not found")
            lines = self.files[frame["Filename"], frame.get("Category")]
            key = "Line-000000-%06d" if "Category" in frame else "Category-%06d"
            return plain.replace(b"Message: ok", "\r\n".join(f"{key % i}: {line}" for i, line in enumerate(lines)).encode())
        tag = {"ActionID": frame.get("ActionID", "")}
        begin, end = plain.replace(b"Message: ok", b"EventList: start\r\nMessage: list"), \
            listed("ListComplete", EventList="Complete", ListItems=1, **tag)
        if action == "DBGet":
            key = frame["Family"], frame["Key"]
            return begin + listed("DBGetResponse", Val=self.held[key], **tag) + end if key in self.held else \
                error(b"Database entry not found")
        if action in ("ShowDialPlan", "PJSIPShowEndpoint"):
            told = listed("ListDialplan", **tag, Context="trunkdeck-version", Extension=self.dialplan) if self.dialplan else b""
            return begin + told + end
        return plain


class Doctor(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.server = Asterisk()
        self.addCleanup(self.server.listener.close)
        self.config("".join(f"[server {name}]\nhost = 127.0.0.1\nport = {self.server.port}\nuser = x\nsecret = y\n"
                            for name in ("na-1", "na-2")))

    def found(self, check, *args):
        rows = [f for f in self.deck("doctor", *(args or (NUMBER,)), "--json").json() if f["check"] == check]
        self.assertTrue(rows, check)
        return rows

    def finds(self, check, result, text, *args):
        """Every finding of the check has this result, and the text in what it saw or advises."""
        for row in self.found(check, *args):
            self.assertEqual(row["result"], result, row)
            self.assertIn(text, row["seen"] + " " + row["todo"])

    def edit(self, *args):
        self.done("number", "edit", NUMBER, *args)

    def sql(self, text, *values):
        with sqlite3.connect(self.path(".local", "share", "trunkdeck", "trunkdeck.db")) as db:
            db.execute(text, values)

    def url_agent(self, url="wss://u:secret@agent.example.com/m"):
        with open(self.path("url"), "w", encoding="utf-8") as file:
            file.write(url + "\n")
        self.done("agent", "add", "robot", "--title", "Robot", "--url-file", self.path("url"))
        self.edit("--agent", "robot")

    def in_force(self, url):
        self.server.variables["AST_SORCERY(res_websocket_client,websocket_client,td-robot,uri)"] = url


class Agents(Doctor):
    def test_features_of_releases(self):
        rows = [("22.11.0", "pass", "all that agents can use"), ("22.10.1~dfsg", "warn", "a proxy with time limits"),
                ("22.8.0", "warn", "a time limit"), ("22.7.0", "warn", "update to 22.8"), ("22.5.2", "fail", "update to 22.6"),
                ("20.21.0", "pass", "all"), ("certified-20.7-cert2", "fail", "20.7 lacks"), ("21.12.0", "warn", "MEDIA_START"),
                ("23.5.0", "pass", "all"), ("24.0.0", "pass", "all"), ("GIT-master-1a2b3c", "unknown", "GIT-master"),
                ("19.8.0", "fail", "WebSocket agents")]
        for version, result, text in rows:
            with self.subTest(version):
                self.server.version = version
                self.finds("features", result, text)
        self.done("agent", "edit", "support", "--dial", "PJSIP/support")
        self.done("agent", "edit", "mute", "--dial", "PJSIP/mute")
        self.server.version = "22.5.2"
        self.finds("features", "pass", "lacks: WebSocket agents")

    def test_the_wizard(self):
        sorcery = ("sorcery.conf", "res_websocket_client")
        self.finds("wizard", "pass", "no agent is given by a URL")
        for lines, text in ((["websocket_client=realtime,x"], "realtime"), (["websocket_client/cache=memory_cache,x"], "memory_cache")):
            self.server.files[sorcery] = WIZARDS + lines
            self.finds("wizard", "warn", text)
        self.url_agent()
        self.server.files.clear()
        self.finds("wizard", "fail", "server setup na-")
        self.server.files[sorcery] = WIZARDS
        self.finds("wizard", "warn", "restart Asterisk once")
        self.in_force("wss://u:secret@agent.example.com/m")
        self.finds("wizard", "pass", "finds the objects")
        self.server.files[sorcery] = WIZARDS[::-1]
        self.finds("wizard", "warn", "before websocket_client.conf")
        self.server.files[sorcery] = WIZARDS[1:]
        self.finds("wizard", "warn", "sections are not found")
        self.server.denied = {"GetConfig"}
        self.finds("wizard", "pass", "can't be read")
        self.in_force("")
        self.finds("wizard", "unknown", "system")

    def test_sections(self):
        self.url_agent()
        self.finds("sections", "pass", "no section")
        self.server.files["websocket_client.conf", None] = ["support", "td-other"]
        self.finds("sections", "warn", "[td-other]")
        self.server.files["websocket_client.conf", None] = ["td-robot"]
        self.finds("sections", "fail", "[td-robot]")
        self.server.denied = {"GetConfig"}
        self.finds("sections", "unknown", "system")

    def test_the_object_in_force(self):
        self.url_agent()
        self.finds("object", "fail", "no WebSocket client td-robot")
        self.in_force("wss://u:secret@agent.example.com/m")
        self.finds("object", "pass", "the same")
        self.in_force("wss://u:secret@elsewhere.example.com/m")
        self.finds("object", "fail", "another URL")
        self.assertNotIn("secret", self.deck("doctor", NUMBER).out)

    def test_dial_strings_of_sections(self):
        rows = [("WebSocket/a/c(ulaw)", "pass", "with f(json)"), ("WebSocket/a/c(ulaw)f(json)", "pass", "f(json)"),
                ("WebSocket/a/v(x=1)f(json)", "warn", "take v(...) out"), ("WebSocket/a/c(v(x)", "pass", "c(v(x)"),
                ("PJSIP/a", "pass", "PJSIP/a")]
        for dial, result, text in rows:
            with self.subTest(dial):
                self.done("agent", "edit", "support", "--dial", dial)
                self.finds("options", result, text)

    def test_parameters(self):
        self.finds("parameters", "pass", "it has none")
        self.edit("--param", "a=1", "--param", "b=2")
        self.finds("parameters", "warn", "no f(json)")
        self.done("agent", "edit", "support", "--dial", "WebSocket/support/f(json)")
        self.finds("parameters", "pass", "all 2")
        self.done("agent", "edit", "support", "--dial", "PJSIP/support")
        self.edit("--param", "a=" + 790 * "x")
        self.finds("parameters", "warn", "bytes of headers")

    def test_parameters_of_the_former_version(self):
        self.sql("UPDATE number SET params = ?", '{"a b":1,"c":"x\\ny","d":2}')
        self.finds("parameters", "warn", "2 of 3 do not: a b (a key has")


class Ways(Doctor):
    def test_fallback(self):
        self.finds("fallback", "pass", "none")
        self.edit("--fallback", "sales")
        self.finds("fallback", "pass", "sales")
        self.sql("UPDATE agent SET disabled = 1 WHERE id = 'sales'")
        self.finds("fallback", "fail", "fallback sales: agent is disabled")

    def test_a_circle(self):
        self.done("agent", "edit", "sales", "--dial", "Local/15551234568@trunkdeck-in")
        self.edit("--fallback", "sales")
        self.finds("fallback", "pass", "sales")
        self.done("agent", "add", "back", "--title", "Back", "--dial", f"Local/{NUMBER}@trunkdeck-in/n")
        self.done("number", "add", "+15551234568", "--provider", "twilio", "--agent", "back")
        self.finds("fallback", "fail", "the agent sales leads back")
        self.finds("fallback", "fail", "the agent back leads back", "+15551234568")

    def test_split(self):
        self.edit("--split", "support:90,sales:10")
        self.finds("split", "pass", "support:90,sales:10")
        self.sql("UPDATE agent SET disabled = 1 WHERE id = 'sales'")
        self.finds("split", "fail", "split sales: agent is disabled")

    def test_hours(self):
        self.finds("hours", "pass", "always open")
        self.done("schedule", "add", "office", "--title", "Office", "--zone", "Europe/Berlin", "--open", "mon-sun 00:00-24:00")
        self.edit("--schedule", "office", "--closed-agent", "sales")
        self.finds("hours", "pass", "office: ")
        self.sql("UPDATE agent SET disabled = 1 WHERE id = 'sales'")
        self.finds("hours", "fail", "closed agent sales: agent is disabled")
        self.sql("UPDATE agent SET disabled = 0")
        self.done("schedule", "add", "never", "--title", "Never", "--on", "2020-01-01 10:00-11:00")
        self.edit("--schedule", "never")
        self.finds("hours", "warn", "go to the closed agent")
        self.edit("--closed-agent", "")
        self.finds("hours", "warn", "480")
        self.done("schedule", "edit", "office", "--zone", "Europe/Berlinn")
        self.edit("--schedule", "office")
        self.finds("hours", "warn", "does not know the time zone Europe/Berlinn")

    def test_zones(self):
        self.done("schedule", "add", "office", "--title", "Office", "--zone", "Europe/Berlin", "--open", "mon 09:00-18:00")
        self.done("schedule", "add", "shop", "--title", "Shop", "--zone", "Asia/Kathmandu", "--open", "mon 09:00-18:00")
        self.finds("zones", "pass", "zones compared: 2")
        self.server.unknown_zone = "Asia/Kathmandu"
        self.finds("zones", "fail", "Asia/Kathmandu (schedule shop): Asterisk and this machine")
        self.server.denied = {"Getvar"}
        self.finds("zones", "unknown", "reporting")

    def test_caps_hold_per_server(self):
        self.finds("caps", "pass", "no caps")
        self.edit("--max-calls", "10")
        self.finds("caps", "pass", "number 10 on each server, 20 on 2 servers")
        self.done("workspace", "edit", "--max-calls-per-caller", "2")
        self.finds("caps", "pass", "caller 2 on each server")

    def test_forms_with_two_meanings(self):
        self.finds("forms", "pass", "no other number")
        self.done("provider", "edit", "peoplefone-ag", "--inbound-prefix", "+34")
        self.done("number", "add", "+945945945", "--provider", "twilio", "--agent", "support")
        self.done("number", "add", "+34945945945", "--provider", "peoplefone-ag", "--agent", "support")
        for number in "+945945945", "+34945945945":
            self.finds("forms", "warn", "945945945 from Peoplefone AG could mean +945945945 or +34945945945", number)
        self.finds("forms", "pass", "no other number")

    def test_providers(self):
        self.finds("routing", "pass", "none")
        self.finds("default", "pass", "404")
        self.done("provider", "edit", "twilio", "--routing", "my-routing", "--default-agent", "sales")
        self.finds("routing", "fail", "no my-routing,s,1")
        self.server.variables["DIALPLAN_EXISTS(my-routing,s,1)"] = "1"
        self.finds("routing", "pass", "my-routing")
        self.finds("default", "pass", "sales")
        self.finds("configured", "warn", "the default agent sales answers when it comes through Twilio", "+15551234999")
        self.sql("UPDATE agent SET disabled = 1 WHERE id = 'sales'")
        self.finds("default", "fail", "provider edit twilio --default-agent")


class Calls(Doctor):
    def calls(self, count, audio_after=None, **columns):
        """Stores answered calls of the last minutes, whose agent was heard so long after its answer; None = never."""
        now = int(time.time() * 1e6)
        with sqlite3.connect(self.path(".local", "share", "trunkdeck", "trunkdeck.db")) as db:
            known = {row[1]: "" if row[2] == "TEXT" else 0 for row in db.execute("PRAGMA table_info(call)")}
            for i in range(count):
                self.serial = getattr(self, "serial", 0) + 1
                start = now - 1000000 * (60 + i)
                row = {**known, "server": "na-1", "linkedid": f"{start // 1000000}.{self.serial}", "number": NUMBER, "agent": "support",
                       "region": "na", "started_us": start, "answered_us": start + 1000000, "ended_us": start + 9000000,
                       "first_audio_us": start + 1000000 + int(audio_after * 1e6) if audio_after is not None else 0,
                       "state": "ended", "outcome": "answered", "knows": 0, "loss": -1, **columns}
                db.execute(f"INSERT INTO call ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))

    def test_a_guard_is_advised(self):
        self.finds("guard", "pass", "fewer than 20 calls")
        self.calls(40, audio_after=1.2)
        self.finds("guard", "pass", "--speaks-first-within 4s")
        self.calls(10, audio_after=None)
        self.assertNotIn("speaks-first-within", str(self.found("guard")))
        self.calls(60, audio_after=9)
        self.assertNotIn("speaks-first-within", str(self.found("guard")))

    def test_a_guard_that_is_too_short(self):
        self.done("agent", "edit", "support", "--speaks-first-within", "4s")
        self.calls(40, audio_after=1.2)
        self.finds("guard", "pass", "4 s; the agent spoke within 1.2 s")
        self.calls(40, audio_after=3.5)
        self.finds("guard", "warn", "--speaks-first-within 9s")

    def test_a_number_that_never_had_a_call(self):
        """The carrier may not know yet where to send it. A new number needs no advice, nor one with a call at any time."""
        self.finds("calls", "pass", "0 calls recorded in the last 24 h")
        self.sql("UPDATE number SET created_at = created_at - 86401000000")
        self.calls(1, is_test=1)
        self.finds("calls", "pass", "no call was ever recorded")
        self.finds("calls", "pass", f"'trunkdeck test {NUMBER}'")
        week = int((time.time() - 7 * 86400) * 1e6)
        self.calls(1, started_us=week, answered_us=week, ended_us=week + 1000000)
        self.finds("calls", "pass", "0 calls recorded in the last 24 h")

    def test_the_form_that_arrived(self):
        self.finds("arrived", "pass", "no call yet")
        self.calls(3, arrived=NUMBER)
        self.finds("arrived", "pass", "the last 3 calls came as it is written here")
        self.calls(2, arrived="5551234567")
        self.finds("arrived", "pass", "2 of the last 5 calls came as 5551234567: a national form")


class Keys(Doctor):
    def setUp(self):
        super().setUp()
        self.server.dialplan = 3
        self.edit("--fallback", "sales", "--param", "a=1")
        self.server.held = {
            ("trunkdeckagent", "support"): "3,section,0,0,WebSocket/support/c(ulaw)",
            ("trunkdeckagent", "sales"): "3,audiosocket,0,0,AudioSocket/127.0.0.1:9001",
            ("trunkdecktrunk", "twilio"): "3,twilio,,0,,,0,na", ("trunkdecktrunk", "peoplefone-ag"): "3,peoplefone-ag,,0,,,0,eu",
            ("trunkdeckmeta", "has"): "3,0,,0,0,0,0"}
        text = "td_provider=twilio,td_region=na,td_p_a=1"
        gen = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.chunk = ("trunkdecktell", f"{NUMBER}.{gen}.1")
        self.server.held[self.chunk] = text
        self.server.held["trunkdeck", NUMBER] = f"3,on,{gen},{len(text)},twilio,twilio,support,,sales,,,0,0"

    def test_every_key_of_a_number(self):
        self.finds("keys", "pass", "4 keys")
        for key in [("trunkdeckagent", "sales"), self.chunk]:
            with self.subTest(key):
                held = self.server.held.pop(key)
                self.finds("keys", "fail", f"{key[0]}/{key[1]} is not there")
                self.server.held[key] = held + "x"
                self.finds("keys", "fail", f"{key[0]}/{key[1]} has another value")
                self.server.held[key] = held
        held = self.server.held.pop(("trunkdeck", NUMBER))
        self.finds("keys", "unknown", "without its route")
        self.server.held["trunkdeck", NUMBER] = held.replace(",sales,", ",,")
        self.finds("keys", "fail", f"trunkdeck/{NUMBER} has another value")
        self.server.denied = {"DBGet"}
        self.finds("keys", "unknown", "reporting")

    def test_an_agent_that_takes_no_calls(self):
        """The number keeps its key, so that the fallback answers; a former dialplan has no route."""
        self.sql("UPDATE agent SET disabled = 1 WHERE id = 'support'")
        self.server.held["trunkdeckagent", "support"] = "3,off,0,0,"
        self.finds("route", "pass", "to support")
        self.finds("dial", "pass", "nothing, because")
        self.finds("keys", "pass", "4 keys")
        self.server.dialplan = 2
        self.finds("route", "fail", "was left behind")

    def test_a_former_dialplan(self):
        self.server.dialplan = 2
        self.finds("keys", "pass", "former version")
        self.finds("dialplan", "warn", "install the new dialplan")

    def test_standing_keys(self):
        self.finds("standing", "pass", "3 keys")
        self.done("block", "add", "+4479*")
        self.finds("standing", "fail", "trunkdeckblock/+4479* is not there")
        self.server.held["trunkdeckblock", "+4479*"] = "3,0"
        self.finds("standing", "fail", "trunkdeckmeta/has has another value")

    def test_an_agent_whose_object_is_not_in_force(self):
        self.url_agent()
        self.server.held["trunkdeckagent", "robot"] = "3,off,0,0,"
        uri = "wss://u:secret@agent.example.com/m"
        self.server.held["ws/websocket_client", "td-robot"] = (
            f'{{"uri":"{uri}","protocols":"media","connection_type":"per_call_config","reconnect_attempts":"1",'
            '"connection_timeout":"1000","tls_enabled":"yes","ca_list_file":"/etc/ssl/certs/ca-certificates.crt"}')
        self.finds("keys", "fail", "the agent robot is off there")
        self.assertNotIn("secret", self.deck("doctor", NUMBER).out)


class TestCall(Doctor):
    """What the server would dial is read before the call is placed."""

    def place(self):
        return self.deck("test", NUMBER, "--server", "na-1", "--timeout", "1")

    def test_every_agent_of_the_servers_key(self):
        self.server.held = {("trunkdeckagent", "support"): "3,section,0,0,WebSocket/support/c(ulaw)",
                            ("trunkdeckagent", "line"): "3,pjsip,0,0,PJSIP/15550001111@twilio"}
        for split, fallback, closed in (("", "", ""), ("support:9/line:1", "", ""), ("", "line", ""), ("", "", "line")):
            with self.subTest(split=split, fallback=fallback, closed=closed):
                self.server.held["trunkdeck", NUMBER] = f"3,on,x,0,twilio,twilio,support,{split},{fallback},,{closed},0,0"
                run = self.place()
                self.assertEqual("leads through the provider" in run.out + run.err, "line" in split + fallback + closed, run)

    def test_every_agent_of_the_store(self):
        self.done("agent", "add", "line", "--title", "Line", "--dial", "PJSIP/15550001111@twilio")
        for option in "--fallback", "--closed-agent":
            with self.subTest(option):
                self.edit(option, "line")
                self.assertIn("leads through the provider", self.place().err)
                self.edit(option, "")


class TestAt(Doctor):
    def originated(self, *args):
        self.server.asked.clear()
        self.deck("test", NUMBER, "--server", "na-1", "--timeout", "1", *args)
        (frame,) = [f for f in self.server.asked if f.get("Action") == "Originate"]
        return frame.get("Variable")

    def test_the_instant_goes_with_the_call(self):
        self.assertIsNone(self.originated())
        self.assertEqual(self.originated("--at", "2026-12-24T10:30:00Z"), "TRUNKDECK_AT=1798108200")
        self.done("schedule", "add", "office", "--title", "Office", "--zone", "Asia/Kathmandu", "--open", "mon 09:00-18:00")
        self.edit("--schedule", "office")
        self.assertEqual(self.originated("--at", "2026-12-24 16:15"), "TRUNKDECK_AT=1798108200")

    def test_mistakes(self):
        self.refused("test", NUMBER, "--at", "someday", code=USAGE, says=["--at someday", "Sat 22:00"])
        self.done("schedule", "add", "office", "--title", "Office", "--zone", "Asia/Kathmandu", "--open", "mon 09:00-18:00")
        self.edit("--schedule", "office")
        self.refused("test", NUMBER, "--at", "Sat 25:00", code=USAGE, says="in Asia/Kathmandu")


if __name__ == "__main__":
    unittest.main()
