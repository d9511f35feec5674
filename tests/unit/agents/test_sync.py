#!/usr/bin/env python3
"""trunkdeck agent sync with a directory that answers correctly, wrongly, or not at all."""

import os
import pathlib
import socket
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "kit"), str(HERE.parent.parent / "cli")]

from deck import REFUSED, UNREACHABLE, USAGE, DeckTest  # noqa: E402
from agent_directory import SECRET, VOICE, Directory, agent, make_certificate  # noqa: E402

GONE = "no longer in the directory"


def free_port():
    """Returns a port on which nothing listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class SyncTest(DeckTest):
    def setUp(self):
        super().setUp()
        self.done("init", "--name", "acme")

    def directory(self, *args, **options):
        server = Directory(*args, **options)
        self.addCleanup(server.stop)
        return server

    def use(self, na=None, eu=None, secret=SECRET, **more):
        """Writes the configuration. There is one try by default, because a test must not wait."""
        given = {"source": "api", "na_url": na, "eu_url": eu, "secret": secret, "tries": 1, "timeout": 20, **more}
        lines = [f"{key} = {getattr(value, 'url', value)}" for key, value in given.items() if value is not None]
        return self.config("[agents]\n" + "\n".join(lines) + "\n")

    def rows(self, result):
        """Returns {id: row}."""
        rows = {row["id"]: row for row in result.json()}
        self.assertEqual(len(rows), len(result.json()), result)
        return rows

    def sync(self, *args):
        """Runs a sync that must succeed; returns {id: action}."""
        return {ident: row["action"] for ident, row in self.rows(self.done("agent", "sync", "--json", *args)).items()}

    def fails(self, code, says=(), *args):
        """Runs a sync that must fail and not print the secret; returns {id: row}."""
        result = self.deck("agent", "sync", "--json", *args)
        self.assertEqual(result.code, code, result)
        self.assertNotIn(SECRET, result.out + result.err)
        failure = result.failure()
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, failure["message"] + " " + failure["hint"])
        return self.rows(result)

    def agents(self):
        return {row["id"]: row for row in self.done("agent", "list", "--json").json()}

    def changes(self):
        return len(self.done("changes", "--json").lines())


class WhatItDoes(SyncTest):
    def test_new_agents_are_added(self):
        silent = {"transcriber": None, "speechGen": {"provider": "azure"}}
        server = self.directory([
            agent("support", "Customer Support"),
            agent("none", voiceConfig=None),
            agent("deaf", voiceConfig=silent),
            agent("mute", voiceConfig={"transcriber": {"provider": "gladia"}, "speechGen": {"provider": ""}}),
            agent("empty", voiceConfig={}),
            agent("off", disabled=True),
            agent("untitled", title=" "),
            {"ID": "bare"},
        ])
        self.use(server, dial="WebSocket/gw/c(ulaw)v(agent={agent_id})")
        self.assertEqual(set(self.sync().values()), {"added"})
        agents = self.agents()
        self.assertEqual(agents["support"], {
            "id": "support", "title": "Customer Support", "region": "na", "voiceEnabled": True, "voiceProblem": "",
            "url": "", "dial": "WebSocket/gw/c(ulaw)v(agent=support)", "speaksFirstWithin": None, "maxCalls": None,
            "disabled": False, "source": "api", "version": 1})
        problems = {ident: a["voiceProblem"] for ident, a in agents.items() if not a["voiceEnabled"]}
        self.assertEqual(problems, {
            "none": "no voice configuration", "bare": "no voice configuration", "deaf": "no transcriber is set",
            "mute": "no speech provider is set", "empty": "neither transcriber nor speech provider is set"})
        self.assertTrue(agents["off"]["disabled"])
        self.assertEqual((agents["untitled"]["title"], agents["bare"]["title"]), ("untitled", "bare"))

    def test_the_request(self):
        server = self.directory([agent("a")])
        self.use(server.url + "/", workspace="w 1&x")
        self.sync()
        path, headers = server.requests[0]
        self.assertEqual(path, "/v3/agents/search?page=1&limit=50&sortBy=firstCreated&workspaceId=w%201%26x")
        self.assertEqual(headers["Authorization"], f"Bearer {SECRET}")

    def test_an_unchanged_directory_writes_nothing(self):
        server = self.directory([agent("a"), agent("b", voiceConfig=None)])
        self.use(server)
        self.sync()
        before = self.changes()
        self.assertEqual(self.sync(), {})
        self.assertEqual(self.changes(), before)

    def test_changes(self):
        server = self.directory([agent("a"), agent("b"), agent("c")])
        self.use(server)
        self.sync()
        server.agents = [agent("a", "New title"), agent("b", voiceConfig=None), agent("c")]
        rows = self.rows(self.done("agent", "sync", "--json"))
        self.assertEqual({i: (r["action"], r["detail"]) for i, r in rows.items()},
                         {"a": ("changed", "title"), "b": ("changed", "voiceEnabled, voiceProblem")})
        self.assertEqual(self.agents()["a"]["title"], "New title")
        self.assertEqual(self.agents()["a"]["version"], 2)

    def test_a_lost_agent_is_kept_marked_and_restored(self):
        server = self.directory([agent("a"), agent("b")])
        self.use(server)
        self.sync()
        self.done("provider", "add", "Twilio", "--sip-domain", "pstn.twilio.com")
        self.done("number", "add", "+15551234567", "--provider", "twilio", "--agent", "a")
        server.remove("a")
        self.assertEqual(self.sync(), {"a": "gone"})
        lost = self.agents()["a"]
        self.assertEqual((lost["voiceEnabled"], lost["voiceProblem"]), (False, GONE))
        self.refused("number", "add", "+15551234568", "--provider", "twilio", "--agent", "a", says=GONE)
        self.assertEqual(self.done("number", "list", "--json").json()[0]["agentId"], "a")
        self.assertEqual(self.sync(), {})
        server.add(agent("a"))
        self.assertEqual(self.sync(), {"a": "restored"})
        self.assertEqual((self.agents()["a"]["voiceEnabled"], self.agents()["a"]["voiceProblem"]), (True, ""))

    def test_local_agents_are_not_touched(self):
        self.done("agent", "add", "mine", "--title", "Mine", "--dial", "WebSocket/mine")
        self.done("agent", "add", "other", "--title", "Other", "--dial", "WebSocket/other")
        before = self.agents()
        server = self.directory([agent("mine", "Theirs"), agent("a")])
        self.use(server)
        rows = self.rows(self.done("agent", "sync", "--json"))
        self.assertEqual(rows["mine"]["action"], "refused")
        self.assertIn("local agent", rows["mine"]["detail"])
        self.assertEqual({i: a for i, a in self.agents().items() if i != "a"}, before)

    def test_unusable_entries_are_reported_and_change_nothing(self):
        server = self.directory([agent("a"), agent("b"), agent("c"), agent("d"), agent("e"), agent("f")])
        self.use(server, workspace="ours")
        self.sync()
        before = self.agents()
        server.agents = [
            agent("a", disabled="no"), agent("b", region="mars"), agent("c", title=["x"]), agent("d", voiceConfig=7),
            agent("e", ownerID="theirs"), agent("f", ownerID="ours"), agent("x,1)&System(id)"), agent("x\r\nAction: Originate"),
            agent("y" * 65), agent("nul\0"), {"title": "nameless"}, "text", agent(""), agent("ß"), agent("g" * 64)]
        result = self.done("agent", "sync", "--json")
        refused = [row for row in result.json() if row["action"] == "refused"]
        self.assertEqual(len(refused), 13, result)
        self.assertEqual(self.agents().pop("g" * 64)["source"], "api")
        self.assertEqual({i: a for i, a in self.agents().items() if i in before}, before)
        self.assertEqual(len(self.agents()), len(before) + 1)

    def test_hostile_titles(self):
        server = self.directory([agent("a", "\x1b[31mred\r\nline\0end"), agent("b", "é" * 200), agent("c", "x\u202ey")])
        self.use(server)
        self.sync()
        agents = self.agents()
        self.assertNotRegex(agents["a"]["title"], r"[\x00-\x1f]")
        self.assertEqual(agents["b"]["title"], "é" * 60)
        self.assertEqual(agents["c"]["title"], "xy")

    def test_starred_agents_count_once(self):
        server = self.directory([agent(f"a{i}") for i in range(5)], per_page=2)
        server.starred = [agent("a1"), agent("star")]
        self.use(server)
        self.assertEqual(len(self.sync()), 6)
        self.assertEqual(len(server.requests), 3)
        self.assertEqual(self.sync(), {})

    def test_dry_run_and_read_only(self):
        server = self.directory([agent("a")])
        self.use(server)
        before = self.changes()
        self.assertEqual(self.sync("--dry-run"), {"a": "added"})
        self.assertEqual((self.agents(), self.changes()), ({}, before))
        self.refused("--read-only", "agent", "sync", says="--dry-run")
        result = self.done("--read-only", "agent", "sync", "--dry-run")
        self.assertIn("nothing was changed", result.out)

    def test_table(self):
        server = self.directory([agent("a", "Support"), agent("no good")])
        self.use(server)
        out = self.done("agent", "sync").out
        self.assertRegex(out, r"a +added +na +Support")
        self.assertRegex(out, r"no good +refused")
        self.assertIn("2 in the directory: 1 added, 0 changed, 0 restored, 0 gone, 0 unchanged, 1 refused", out)

    def test_two_at_once(self):
        server = self.directory([agent(f"a{i}") for i in range(40)])
        self.use(server)
        meeting = threading.Barrier(2, timeout=20)
        server.on_request = lambda path: meeting.wait()
        results = []
        runs = [threading.Thread(target=lambda: results.append(self.deck("agent", "sync", "--json"))) for _ in range(2)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        self.assertEqual([r.code for r in results], [0, 0], results)
        self.assertEqual(sum(len(r.lines()) for r in results), 40, results)
        self.assertEqual(len(self.agents()), 40)


class Regions(SyncTest):
    def test_each_host_has_its_region(self):
        self.use(self.directory([agent("a"), agent("b", region="na")]), self.directory([agent("c")]))
        self.sync()
        self.assertEqual({i: a["region"] for i, a in self.agents().items()}, {"a": "na", "b": "na", "c": "eu"})

    def test_a_host_that_lists_the_other_regions_agents(self):
        everyone = [agent("a", region="na"), agent("c", region="eu")]
        na, eu = self.directory(everyone), self.directory(everyone)
        self.use(na, eu)
        self.assertEqual(self.sync(), {"a": "added", "c": "added"})
        self.assertEqual({i: a["region"] for i, a in self.agents().items()}, {"a": "na", "c": "eu"})

    def test_an_agent_of_an_unread_region_is_refused(self):
        self.use(self.directory([agent("a"), agent("c", region="eu")]))
        rows = self.rows(self.done("agent", "sync", "--json"))
        self.assertEqual(rows["c"]["action"], "refused")
        self.assertIn("other region", rows["c"]["detail"])

    def test_an_agent_in_both_regions(self):
        self.use(self.directory([agent("a", "NA")]), self.directory([agent("a", "EU"), agent("b")]))
        result = self.done("agent", "sync", "--json")
        self.assertIn("both regions", result.out)
        self.assertEqual((self.agents()["a"]["title"], self.agents()["a"]["region"]), ("NA", "na"))
        self.assertEqual(len(self.done("agent", "sync", "--json").json()), 1)

    def test_one_region_away(self):
        na, eu = self.directory([agent("a"), agent("b")]), self.directory([agent("c")])
        self.use(na, eu)
        self.sync()
        na.remove("a")
        na.add(agent("new"))
        eu.faults = ["503"]
        rows = self.fails(UNREACHABLE, ["503", "try again later"])
        self.assertEqual(list(rows), ["new"])
        self.assertTrue(self.agents()["a"]["voiceEnabled"], "gone is not believed while a region is away")
        self.assertEqual(self.sync(), {"a": "gone"})

    def test_moved_agents(self):
        na, eu = self.directory([agent("a"), agent("b")]), self.directory([agent("c")])
        self.use(na, eu)
        self.sync()
        na.remove("a")
        eu.add(agent("a"))
        na.faults = ["500"]
        self.assertEqual(self.fails(UNREACHABLE), {})
        self.assertEqual(self.agents()["a"]["region"], "na")
        self.assertEqual(self.sync(), {"a": "changed"})
        self.assertEqual(self.agents()["a"]["region"], "eu")

    def test_a_region_without_an_address(self):
        na, eu = self.directory([agent("a")]), self.directory([agent("c")])
        self.use(na, eu)
        self.sync()
        self.use(na)
        self.assertEqual(self.sync(), {})

    def test_all_gone_is_not_believed(self):
        server = self.directory([agent(f"a{i}") for i in range(3)])
        self.use(server)
        self.sync()
        server.agents = [agent("somebody-elses")]
        self.assertEqual(self.fails(REFUSED, ["none of the known agents of na", "--all-gone"]), {})
        self.assertEqual(len(self.agents()), 3)
        self.assertEqual(sorted(self.sync("--all-gone").values()), ["added", "gone", "gone", "gone"])
        self.assertEqual(self.sync(), {})


class Paging(SyncTest):
    def start(self, agents=7, per_page=3):
        server = self.directory([agent(f"a{i}") for i in range(agents)], per_page=per_page)
        self.use(server)
        self.assertEqual(len(self.sync()), agents)
        self.assertEqual(len(server.requests), -(-agents // per_page))
        server.requests.clear()
        return server

    def test_one_read_is_enough_when_none_is_missing(self):
        server = self.start()
        server.add(agent("new"))
        self.assertEqual(self.sync(), {"new": "added"})
        self.assertEqual(len(server.requests), 3)

    def test_a_list_that_shrinks_while_it_is_read(self):
        """a0 is deleted after the first page, so a3 moves onto it and is in no page of that read."""
        server = self.start()
        server.faults = ["shrink"]
        self.assertEqual(self.sync(), {"a0": "gone"})

    def test_a_deletion_and_an_addition_that_balance(self):
        """The total stays the same. Only a second read shows that a3 is still there."""
        server = self.start()
        server.faults = ["swap"]
        actions = self.sync()
        self.assertEqual(actions.pop("a0"), "gone")
        self.assertEqual(list(actions.values()), ["added"])

    def test_a_list_that_always_changes(self):
        server = self.start(agents=30)
        server.faults = ["swap"] * 200
        rows = self.fails(UNREACHABLE, "are kept for now")
        self.assertEqual({row["action"] for row in rows.values()}, {"added"})
        self.assertTrue(all(a["voiceEnabled"] for a in self.agents().values()))

    def test_fewer_agents_than_the_total(self):
        server = self.start(agents=3)
        server.faults = ['json:{"agents": [{"ID": "a0"}], "total": 3, "hasMore": false}'] * 4
        self.fails(UNREACHABLE, "listed fewer agents than it says it has")
        self.assertTrue(self.agents()["a1"]["voiceEnabled"])
        self.assertEqual(len(server.requests), 4)

    def test_the_same_page_for_ever(self):
        server = self.start()
        server.faults = ["again"] * 100
        self.fails(UNREACHABLE, "are kept for now")
        self.assertEqual(len(server.requests), 8)

    def test_neither_total_nor_has_more(self):
        server = self.start()
        server.remove("a1")
        server.faults = ["bare"] * 20
        self.assertEqual(self.sync(), {"a1": "gone"})

    def test_a_failure_on_a_later_page(self):
        server = self.start()
        server.remove("a6")
        server.faults = ["", "502"]
        self.assertEqual(self.fails(UNREACHABLE, "502"), {})
        self.assertTrue(self.agents()["a6"]["voiceEnabled"])


class Failures(SyncTest):
    def one(self, fault, code, says=()):
        server = self.directory([agent("a")], [fault])
        self.use(server)
        self.assertEqual(self.fails(code, says), {})
        self.assertEqual(self.agents(), {})
        return server

    def test_refusals(self):
        self.one("401", REFUSED, ["HTTP 401: status 401", "check the secret"])
        self.one("403", REFUSED, ["HTTP 403: status 403", "plan"])
        self.one("404", REFUSED, ["HTTP 404", "check the address"])
        self.one("400", REFUSED, "HTTP 400")

    def test_wrong_secret(self):
        self.use(self.directory([agent("a")], secret="another"))
        self.fails(REFUSED, "HTTP 401")

    def test_away_or_busy(self):
        self.one("500", UNREACHABLE, "HTTP 500")
        self.one("503:120", UNREACHABLE, "120 seconds")
        self.one("429:60", UNREACHABLE, "60 seconds")
        self.one("close", UNREACHABLE)
        self.one("reset", UNREACHABLE)
        self.one("cut", UNREACHABLE)

    def test_nobody_there(self):
        self.use(f"http://127.0.0.1:{free_port()}/v3")
        self.fails(UNREACHABLE, "127.0.0.1")

    def test_tried_again(self):
        server = self.directory([agent("a")], ["503", "close", "429:1"])
        self.use(server, tries=4)
        self.assertEqual(self.sync(), {"a": "added"})
        self.assertEqual(len(server.requests), 4)

    def test_refusals_are_not_tried_again(self):
        for fault in ("401", "html", "to:http://127.0.0.1:9/"):
            server = self.directory([agent("a")], [fault])
            self.use(server, tries=4)
            self.fails(REFUSED)
            self.assertEqual(len(server.requests), 1)

    def test_a_long_retry_after_fails_at_once(self):
        server = self.directory([agent("a")], ["429:3600"])
        self.use(server, tries=4)
        self.fails(UNREACHABLE, "3600 seconds")
        self.assertEqual(len(server.requests), 1)

    def test_time_out(self):
        server = self.directory([agent("a")], ["stall"])
        self.use(server, timeout=1)
        self.fails(UNREACHABLE, ["127.0.0.1", "timed out"])

    def test_bodies(self):
        self.one("html", REFUSED, "not JSON")
        self.one("empty", REFUSED, "the answer is empty")
        self.one("scalar", REFUSED, "not a JSON object")
        self.one("brackets", REFUSED, "too many parts")
        self.one("huge", REFUSED, "too large")
        self.one("long", REFUSED, "too large")
        for body in ('{}', '{"agents": {}}', '{"agents": [], "hasMore": "no"}', '{"agents": [], "total": "3"}',
                     '{"agents": [], "total": -1}', '{"agents": [], "starredAgents": 3}', '[]', '{"agents": ['):
            self.one("json:" + body, REFUSED, "answer")

    def test_redirects_are_not_followed(self):
        other = self.directory([agent("a")])
        server = self.one(f"to:{other.url}/agents/search?page=1&limit=50", REFUSED, ["redirect to 127.0.0.1", "not sent to another address"])
        self.assertEqual(len(server.requests), 1)
        self.assertEqual(other.requests, [])

    def test_no_message_has_the_secret(self):
        self.one("echo", REFUSED, "bad header Bearer ***")
        self.one(f"to:http://{SECRET}.example/{SECRET}", REFUSED)
        self.one(f"json:{SECRET}", REFUSED)
        result = self.deck("config", "--json")
        self.assertNotIn(SECRET, result.out + result.err)
        self.assertIn('"***"', result.out)

    def test_store_away(self):
        server = self.directory([agent("a")])
        path = self.use(server)
        result = self.deck("--store", f"sqlite:{path}/no-folder.db", "agent", "sync")
        self.assertEqual(result.code, UNREACHABLE, result)
        self.assertEqual(server.requests, [])


class Tls(SyncTest):
    def setUp(self):
        super().setUp()
        self.ca, self.pair = make_certificate(self.home)

    def test_verified(self):
        server = self.directory([agent("a")], tls=self.pair)
        self.use(server, ca_file=self.ca)
        self.assertEqual(self.sync(), {"a": "added"})

    def test_unknown_authority(self):
        server = self.directory([agent("a")], tls=self.pair)
        self.use(server)
        self.fails(UNREACHABLE, "ca_file")
        self.assertEqual(server.requests, [])

    def test_other_authority(self):
        server = self.directory([agent("a")], tls=self.pair)
        os.mkdir(self.path("other"))
        self.use(server, ca_file=make_certificate(self.path("other"))[0])
        self.fails(UNREACHABLE, "ca_file")

    def test_wrong_name(self):
        ca, pair = make_certificate(self.home, "directory.example")
        server = self.directory([agent("a")], tls=pair)
        self.use(server, ca_file=ca)
        self.fails(UNREACHABLE, "ca_file")
        self.assertEqual(server.requests, [])

    def test_no_ca_file(self):
        server = self.directory([agent("a")], tls=self.pair)
        self.use(server, ca_file=self.path("missing.pem"))
        self.fails(UNREACHABLE, "ca_file")

    def test_no_tls_there(self):
        server = self.directory([agent("a")])
        self.use(server.url.replace("http:", "https:"), ca_file=self.ca)
        self.fails(UNREACHABLE)
        self.assertEqual(server.requests, [])

    def test_faults_over_tls(self):
        server = self.directory([agent(f"a{i}") for i in range(5)], tls=self.pair, per_page=2)
        self.use(server, ca_file=self.ca, tries=3)
        server.faults = ["", "cut", "close", ""]
        self.assertEqual(len(self.sync()), 5)
        server.faults = ["shrink"]
        self.assertEqual(self.sync(), {"a0": "gone"})


class Configuration(SyncTest):
    def wrong(self, says, **options):
        self.use(**options)
        self.refused("agent", "sync", code=USAGE, says=says)

    def test_local(self):
        self.refused("agent", "sync", code=USAGE, says=["agents are local", "source = api"])

    def test_mistakes(self):
        there = "https://directory.example/v3"
        self.wrong("has no address")
        self.wrong("has no secret", na=there, secret=None)
        self.wrong("has no secret, or one with other", na=there, secret="two words")
        self.wrong("has no {agent_id}", na=there, dial="WebSocket/x")
        self.wrong("not allowed", na=there, dial="{agent_id}")
        self.wrong("no comma", na=there, dial="WebSocket/{agent_id},30")
        for url in ("http://directory.example/v3", "http://127.example.net/v3", "ftp://127.0.0.1/", "directory.example",
                    "https://user:pw@directory.example/", "https://directory.example/?a=b", "https://"):
            self.wrong("https://HOST", na=url)

    def test_passwords_in_addresses_are_not_shown(self):
        self.use("https://user:hidden@directory.example/")
        result = self.refused("agent", "sync", code=USAGE, says="***")
        self.assertNotIn("hidden", result.err)

    def test_the_secret_from_elsewhere(self):
        server = self.directory([agent("a")])
        path = self.path("secret")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SECRET + "\nmore\n")
        self.use(server, secret=None, secret_file=path)
        self.assertEqual(self.sync(), {"a": "added"})
        self.use(server, secret=None, secret_command=f"cat {path}")
        self.assertEqual(self.sync(), {})
        self.use(server, secret_command=f"cat {path}")
        self.refused("agent", "sync", code=USAGE, says="more than one secret")

    def test_the_secret_from_the_environment(self):
        server = self.directory([agent("a")])
        self.use(server, secret=None)
        self.done("agent", "sync", env={"TRUNKDECK_AGENTS_SECRET": SECRET})

    def test_local_agents_need_no_secret(self):
        self.config("[agents]\nna_url = https://directory.example/v3\nsecret_command = touch ran; false\n")
        self.done("agent", "list")


if __name__ == "__main__":
    unittest.main()
