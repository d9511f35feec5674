#!/usr/bin/env python3
"""The configuration: file, environment and flags, refusals and their messages, and the source of each value."""

import hashlib
import os
import socket
import subprocess
import unittest

from deck import DONE, TIMEOUT, UNREACHABLE, USAGE, DeckTest

SERVER = "[server na-1]\nhost = 127.0.0.1\n"


class Config(DeckTest):
    def values(self, *args, env=None):
        """Returns {(section, key): (value, origin, where)}."""
        rows = self.done(*args, "config", "--json", env=env).json()
        return {(r["section"], r["key"]): (r["value"], r["origin"], r["where"]) for r in rows}

    def wrong(self, text, line, says, mode=0o600, env=None, args=()):
        """The file must be refused at this line with all of `says`; line None = the message names no line."""
        path = self.config(text, mode)
        result = self.refused(*args, "config", code=USAGE, says=says, env=env)
        if line is not None:
            self.assertTrue(result.err.startswith(f"trunkdeck: {path}:{line}: "), result)
        self.assertEqual(result.out, "")
        return result


class Sources(Config):
    def test_defaults(self):
        values = self.values()
        self.assertEqual(values["store", "url"],
                         (f"sqlite:{self.home}/.local/share/trunkdeck/trunkdeck.db", "default", "default"))
        self.assertEqual(values["screen", "fps"], ("10", "default", "default"))

    def test_written_files_are_private(self):
        """With any umask, only the owner can access the log, the store and their folders."""
        script = self.path("script")
        with open(script, "w", encoding="utf-8") as file:
            file.write("wait settled\n")
        self.done("init", umask=0)
        self.done("--script", script, "--size", "80x24", umask=0)
        for name, mode in ((".local/share/trunkdeck", 0o700), (".local/share/trunkdeck/trunkdeck.db", 0o600),
                           (".local/state/trunkdeck", 0o700), (".local/state/trunkdeck/log", 0o600)):
            self.assertEqual(os.stat(self.path(name)).st_mode & 0o777, mode, name)

    def test_xdg_folders(self):
        env = {"XDG_CONFIG_HOME": self.path("c"), "XDG_DATA_HOME": self.path("d")}
        os.makedirs(self.path("c", "trunkdeck"))
        with open(self.path("c", "trunkdeck", "config"), "w", encoding="utf-8") as file:
            file.write("[screen]\nfps = 7\n")
        values = self.values(env=env)
        self.assertEqual(values["screen", "fps"], ("7", "file", f"{self.home}/c/trunkdeck/config:2"))
        self.assertEqual(values["store", "url"][0], f"sqlite:{self.home}/d/trunkdeck/trunkdeck.db")

    def test_the_later_source_wins(self):
        path = self.config("; mine\n[store]\nurl = sqlite:/file.db\n\n[screen]\nfps = 20\ncolor = never\n")
        env = {"TRUNKDECK_STORE_URL": "sqlite:/environment.db", "TRUNKDECK_SCREEN_FPS": "30"}
        values = self.values("--store", "sqlite:/flag.db", env=env)
        self.assertEqual(values["store", "url"], ("sqlite:/flag.db", "flag", "--store"))
        self.assertEqual(values["screen", "fps"], ("30", "environment", "TRUNKDECK_SCREEN_FPS"))
        self.assertEqual(values["screen", "color"], ("never", "file", f"{path}:7"))
        self.assertEqual(values["screen", "mouse"], ("no", "default", "default"))
        values = self.values(env=env)
        self.assertEqual(values["store", "url"], ("sqlite:/environment.db", "environment", "TRUNKDECK_STORE_URL"))

    def test_which_file(self):
        other = self.path("other")
        with open(other, "w", encoding="utf-8") as file:
            file.write("[screen]\nfps = 3\n")
        self.config("[screen]\nfps = 4\n")
        self.assertEqual(self.values()["screen", "fps"][0], "4")
        self.assertEqual(self.values(env={"TRUNKDECK_CONFIG": other})["screen", "fps"][0], "3")
        self.assertEqual(self.values("--config", other, env={"TRUNKDECK_CONFIG": "/nowhere"})["screen", "fps"][0], "3")
        self.assertEqual(self.values(env={"TRUNKDECK_CONFIG": ""})["screen", "fps"][0], "4")

    def test_servers(self):
        path = self.config("[server na-1]\nhost = 192.0.2.1\ntls = yes\n[server eu.2]\nregion = eu\nhost = a.example\n"
                           "tls = no\nroutes = odbc\n")
        values = self.values(env={"TRUNKDECK_SERVER_NA_1_PORT": "15038", "TRUNKDECK_SERVER_EU_2_USER": "me"})
        self.assertEqual(values["server na-1", "host"], ("192.0.2.1", "file", f"{path}:2"))
        self.assertEqual(values["server na-1", "port"], ("15038", "environment", "TRUNKDECK_SERVER_NA_1_PORT"))
        self.assertEqual(values["server eu.2", "user"], ("me", "environment", "TRUNKDECK_SERVER_EU_2_USER"))
        self.assertEqual(values["server na-1", "trunk_techs"], ("PJSIP", "default", "default"))
        self.assertEqual(values["server na-1", "cache_hours"], ("24", "default", "default"))

    def test_table(self):
        self.config("[screen]\nfps = 20\n")
        lines = self.done("config").lines()
        self.assertEqual(lines[0].split(), ["Section", "Key", "Value", "From"])
        self.assertTrue(any(line.startswith("screen") and line.endswith("config:2") for line in lines))

    def test_read_only(self):
        self.config("[store]\nread_only = yes\n")
        self.refused("init", "--name", "x", code=UNREACHABLE)	# there is no store, and none is created
        self.done("init", env={"TRUNKDECK_STORE_READ_ONLY": "no"})
        self.refused("init", "--name", "x", says="Read-only mode")


class Refusals(Config):
    def test_unknown_key(self):
        self.wrong("[screen]\nfps = 20\ncolour = never\n", 3, ['unknown key "colour"', "color, ascii, mouse, fps"])
        self.wrong(SERVER + "pass = x\n", 3, ['unknown key "pass"', "allowed in [server]: region, host, port"])

    def test_unknown_section(self):
        self.wrong("[screens]\nfps = 20\n", 2, ["unknown section [screens]", "[store], [server NAME], [agents], [history], [screen]"])
        self.wrong("fps = 20\n", 1, ["before the first [section]", "[store], [server NAME], [agents]"])
        self.wrong("[server]\nhost = x\n", 2, ["no server name", "[server NAME]"])
        self.wrong("[server a b]\nhost = x\n", 2, ["no server name", "at most 32"])

    def test_bad_value(self):
        self.wrong("[screen]\nfps = 61\n", 2, ['fps: "61" is not allowed', "1 to 60"])
        self.wrong("[screen]\nfps = many\n", 2, ["is not allowed", "1 to 60"])
        self.wrong("[screen]\ncolor = blue\n", 2, ["is not allowed", "auto|always|never"])
        self.wrong("[screen]\nmouse = perhaps\n", 2, ["is not allowed", "yes or no"])
        self.wrong(SERVER + "port = 65536\n", 3, ["is not allowed", "1 to 65535"])
        self.wrong(SERVER + "region = asia\n", 3, ["is not allowed", "na|eu"])
        for path in ("ca.pem", "/a:\\\\b", "/" + 128 * "x"):
            self.wrong(SERVER + f"agent_ca_file = {path}\n", 3, "at most 128 bytes")
        self.wrong("[store]\nurl = mysql://x\n", 2, ["is not allowed", "sqlite:PATH or postgresql://"])

    def test_not_understood(self):
        self.wrong("[screen]\nwhat is this\n", 2, ["this line is not understood", "key = value"])
        self.wrong("[screen\nfps = 3\n", 1, "this line is not understood")
        self.wrong("[server na-1]\nhost = ::1\n  continued\n", 3, "this line is not understood")
        self.wrong("[server na-1]\nhost = ::1\nuser = \"me\n", 3, "a quote is not closed")
        self.wrong("[screen]\nfps = 3\0\n", 2, "not text")
        self.wrong("[server na-1]\nhost = ::1\nsecret_command = " + "x" * 5000 + "\n[screen]\n", 3, "too long")

    def test_no_host(self):
        self.wrong("[screen]\nfps = 3\n[server na-1]\nuser = me\n", 4, ["server na-1 has no host", "host = ..."])

    def test_same_messages_for_the_environment(self):
        self.config(SERVER)
        for name, value, says in (("SCREEN_FPS", "0", "1 to 60"), ("SCREEN_FSP", "3", "no such option"),
                                  ("SERVER_NA_2_HOST", "x", "no such option"), ("STORE_URL", "x", "sqlite:PATH")):
            result = self.refused("config", env={f"TRUNKDECK_{name}": value}, code=USAGE, says=says)
            self.assertTrue(result.err.startswith(f"trunkdeck: TRUNKDECK_{name}: "), result)
        self.refused("--color", "blue", "config", code=USAGE, says=["--color: ", "auto|always|never"])

    def test_named_file_must_be_there(self):
        self.refused("--config", self.path("nothing"), "config", code=USAGE, says=["nothing", "No such file"])
        self.refused("--config", self.home, "config", code=USAGE, says="Is a directory")
        self.refused("config", env={"TRUNKDECK_CONFIG": self.path("nothing")}, code=USAGE, says="No such file")

    def test_in_json(self):
        path = self.config("[screen]\nfps = 61\n")
        failure = self.refused("number", "list", "--json", code=USAGE).failure()
        self.assertEqual(failure["code"], "CONFIG")
        self.assertTrue(failure["message"].startswith(f"{path}:2: "))


class Secrets(Config):
    def test_masked_everywhere(self):
        self.config("[store]\nurl = postgresql://deck:geheim@127.0.0.1:1/deck?sslpassword=geheim&connect_timeout=2\n"
                    + SERVER + "secret = geheim\n")
        for form in ("table", "json", "csv"):
            result = self.done("config", "--format", form)
            self.assertNotIn("geheim", result.out + result.err)
            self.assertIn("postgresql://deck:***@127.0.0.1:1/deck?sslpassword=***&connect_timeout=2", result.out)
        result = self.refused("number", "list", code=UNREACHABLE)
        self.assertNotIn("geheim", result.err)

    def password_sent(self, *args, **env):
        """Runs with a server that asks for a password, and returns it. No other process may see it meanwhile."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = f"127.0.0.1:{server.getsockname()[1]}/deck?sslmode=disable"
            self.env.update({name: value.replace("ADDRESS", address) for name, value in env.items()})
            run = self.start(*[a.replace("ADDRESS", address) for a in args], "number", "list", stderr=subprocess.DEVNULL)
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                self.assert_hidden(run.pid)
                ps = subprocess.run(["ps", "-o", "args=", "-p", str(run.pid)], capture_output=True, check=True, text=True)
                self.assertIn("number list", ps.stdout)
                self.assertNotIn("geheim", ps.stdout)
                peer.sendall(b"R\0\0\0\x08\0\0\0\x03")
                answer = peer.recv(1000)
            for name in env:
                del self.env[name]
        return answer[5:-1].decode()

    def test_the_password_is_seen_by_no_other_process(self):
        url = "postgresql://deck:geheim@ADDRESS"
        self.assertEqual(self.password_sent("--store", url), "geheim")
        self.assertEqual(self.password_sent(f"--store={url}"), "geheim")
        self.assertEqual(self.password_sent("--store", "postgresql://deck@ADDRESS", PGPASSWORD="geheim"), "geheim")
        self.assertEqual(self.password_sent(TRUNKDECK_STORE_URL=url), "geheim")

    def assert_hidden(self, pid):
        """The secret "geheim" is neither in the command line of the process nor in its environment."""
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                self.assertNotIn(b"geheim", file.read(), name)

    def test_a_secret_of_a_server_in_the_environment_is_used_and_hidden(self):
        """The server gets it in the answer to the challenge. The command that gives another server's secret does not."""
        def line_from(stream, beginning):
            for line in stream:
                if line.startswith(beginning):
                    return line[len(beginning):].strip()
            return None

        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(TIMEOUT)
            port = server.getsockname()[1]
            self.config(f"[server na-1]\nhost = 127.0.0.1\nport = {port}\nuser = deck\n"
                        "[server eu-1]\nhost = 127.0.0.1\nport = 1\nuser = deck\n"
                        f"secret_command = env >{self.path('env')}; echo other\n")
            self.done("init")
            self.env["TRUNKDECK_SERVER_NA_1_SECRET"] = "geheim"
            run = self.start("sync", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            peer, _ = server.accept()
            with peer, peer.makefile("rw", newline="\r\n", encoding="ascii") as stream:
                self.assert_hidden(run.pid)
                stream.write("Asterisk Call Manager/9.0.0\n")
                stream.flush()
                action = line_from(stream, "ActionID: ")
                stream.write(f"Response: Success\nActionID: {action}\nChallenge: 4711\n\n")
                stream.flush()
                self.assertEqual(line_from(stream, "Key: "), hashlib.md5(b"4711geheim").hexdigest())
                self.assert_hidden(run.pid)
        with open(self.path("env"), encoding="utf-8") as env:
            self.assertNotRegex(env.read(), "geheim|TRUNKDECK_")

    def test_odd_urls(self):
        for url in ("postgresql://deck:geheim@h:5432/x", "postgresql://deck:ge@heim@h/x", "postgres://:geheim@h",
                    "postgresql://deck:p?geheim@h/x", "postgresql://h/x?user=a&password=geheim",
                    "postgresql://deck:a:geheim@h"):
            shown = self.values(env={"TRUNKDECK_STORE_URL": url})["store", "url"][0]
            self.assertNotIn("heim", shown, url)
            self.assertIn("***", shown)
        self.assertEqual(self.values("--store", "postgresql://deck@h:5432/x")["store", "url"][0],
                         "postgresql://deck@h:5432/x")
        for url in ("mysql://u:geheim@h/x", "postgres:td:geheim@h", "postgres:td:geheim", "postgresql:/td:geheim@h/x", "td:geheim@h",
                    "POSTGRES://td:geheim@h/x", "pg://td:geheim", "host=h user=td password=geheim"):
            for form in ("table", "json"):
                result = self.refused("config", "--format", form, env={"TRUNKDECK_STORE_URL": url}, code=USAGE, says="***")
                self.assertNotIn("geheim", result.err, url)
                self.assertNotIn("geheim", self.refused("--store", url, "config", "--format", form, code=USAGE).err, url)
        for url in ("postgresql://td:geheim", "postgresql://td:geheim/x", "postgresql://td:geheim?sslmode=require"):
            self.assertNotIn("geheim", self.values("--store", url)["store", "url"][0], url)
            self.assertNotIn("geheim", self.refused("--store", url, "number", "list", code=USAGE).err, url)
        for url in ("sqlite:/srv/a@b.db", "postgresql://h1:5432,h2:5433/db", "postgresql://[::1]:5432/x", "postgresql://h/x?a=b:c"):
            self.assertEqual(self.values("--store", url)["store", "url"][0], url)

    def test_readable_by_others(self):
        for mode in (0o644, 0o640, 0o604):
            self.wrong(SERVER + "secret = geheim\n", None, ["other users can read it", "chmod 600"], mode)
        self.wrong("[store]\nurl = postgresql://u:geheim@h/x\n", None, "other users can read it", 0o644)
        self.config("[store]\nurl = postgresql://u@h:5432/x\n" + SERVER, 0o644)
        self.done("config")

    def test_writable_by_others(self):
        """Anybody who can write or replace the file can choose the commands that it runs."""
        for mode in (0o620, 0o602, 0o666):
            self.wrong(SERVER, None, ["other users can write to", "chmod go-w"], mode)
        path = self.config(SERVER)
        for folder in (os.path.dirname(path), self.home):
            os.chmod(folder, 0o777)
            self.refused("config", code=USAGE, says=["other users can write to " + folder, "chmod go-w " + folder])
            os.chmod(folder, 0o1777)
            self.done("config")
            os.chmod(folder, 0o755)
        if os.getuid() == 0:
            os.chown(path, 12345, -1)
            self.refused("config", code=USAGE, says=["belongs to another user"])
            os.chown(path, 0, -1)
        self.config(SERVER + f"secret_command = touch {self.path('ran')}\n", 0o602)
        self.refused("sync", code=USAGE, says="other users can write to")
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_only_when_a_server_is_asked(self):
        """A command that needs no server does not read the secret. One that needs it names the wrong line."""
        path = self.config(SERVER + f"secret_command = echo x >>{self.path('ran')}; echo geheim\n")
        self.workspace()
        for words in (["config"], ["server", "list"], ["number", "list"], ["calls"], ["server", "setup", "na-1"]):
            self.done(*words)
            self.assertFalse(os.path.exists(self.path("ran")), words)
        self.assertIn("secret = geheim", self.done("server", "setup", "na-1", "--show-secret").out)
        self.config(SERVER + f"secret_file = {self.path('nothing')}\n")
        for words in (["sync"], ["doctor"], ["test", "+15551234567"], ["number", "list", "--routes"], ["record"],
                      ["number", "delete", "+15551234567", "--yes", "--cut"], []):
            self.refused(*words, code=USAGE, says=[f"{path}:3: no secret from secret_file", "No such file"])
        self.done("number", "show", "+15551234567")

    def test_plain_connections_off_this_machine(self):
        """Without TLS everything is sent in clear text, and so are the callers' numbers."""
        text = "[server na-1]\nregion = na\nhost = 192.0.2.1\n"
        self.wrong(text, 3, ["would not be encrypted", "'tls = yes'", "'tls = no'", "[server na-1]"])
        self.wrong("[server a]\nhost = 127.example.net\n", 2, "would not be encrypted")
        for host in ("localhost", "127.0.0.1", "::1"):
            self.config(f"[server na-1]\nhost = {host}\n")
            self.assertEqual(self.done("server", "list").err, "")
        self.config(text + "tls = yes\n")
        self.assertEqual(self.done("server", "list").err, "")
        self.config(text + "tls = no\n")
        result = self.done("server", "list")
        self.assertIn("na-1: the connection to 192.0.2.1 is not encrypted", result.err)
        self.assertEqual(self.done("server", "list", "--json").json()[0]["plain"], True)
        self.config(text)
        self.done("config", env={"TRUNKDECK_SERVER_NA_1_TLS": "no"})

    def test_odd_lines(self):
        """Inputs from public bug reports of other programs."""
        values = self.values_of("[server na-1]\nregion = na\nhost = pbx1.example.net\ntls = yes\n  user = trunkdeck\n")
        self.assertEqual((values["server na-1", "host"][0], values["server na-1", "user"][0]),
                         ("pbx1.example.net", "trunkdeck"))
        values = self.values_of("\ufeff[server na-1]\r\n\thost = ::1 # here\r\nuser = \"a ;b\" ; why\r\n")
        self.assertEqual((values["server na-1", "host"][0], values["server na-1", "user"][0]), ("::1", "a ;b"))

    def values_of(self, text):
        self.config(text)
        return self.values()

    def test_from_a_file_or_a_command(self):
        with open(self.path("secret"), "w", encoding="utf-8") as file:
            file.write("geheim\nmore\n")
        self.config(SERVER + f"secret_file = {self.path('secret')}\n", 0o644)
        self.assertNotIn("geheim", self.done("config").out)
        self.config(SERVER + f"secret_command = cat {self.path('secret')}\n", 0o644)
        self.assertNotIn("geheim", self.done("config").out)
        path = self.config(SERVER + "secret_command = echo x && exit 3\n")
        self.refused("sync", code=USAGE, says=[f"{path}:3: no secret from secret_command", "status 3"])

    def test_the_url_of_the_store(self):
        """A file or a command may give the URL, like a secret. It is read when the store is opened, and never shown."""
        ran, file = self.path("ran"), self.path("url")
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"sqlite:{self.path('other.db')}\n")
        for line in (f"url_file = {file}", f"url_command = echo x >>{ran}; env >{self.path('env')}; cat {file}"):
            self.config(f"[store]\n{line}\n", 0o644)
            self.assertEqual(self.values()["store", "url"], ("", "default", "default"))
            self.done("server", "list")
            self.assertFalse(os.path.exists(ran))
            self.done("init", "--name", "acme", env={"TRUNKDECK_SCREEN_FPS": "7", "PGPASSWORD": "geheim"})
            self.assertTrue(os.path.exists(self.path("other.db")))
            os.remove(self.path("other.db"))
        with open(ran, encoding="utf-8") as lines:
            self.assertEqual(lines.read(), "x\n")
        with open(self.path("env"), encoding="utf-8") as env:
            self.assertNotRegex(env.read(), "geheim|TRUNKDECK_")
        self.done("--store", f"sqlite:{self.path('flag.db')}", "init")	# a flag wins over the file, and runs nothing
        self.assertTrue(os.path.exists(self.path("flag.db")))
        path = self.config("[store]\nurl_command = exit 3\n")
        for words in (["init"], ["number", "list"], ["calls"], ["sync"], []):
            if words in (["sync"], []):
                path = self.config("[store]\nurl_command = exit 3\n" + SERVER + "secret = x\n")
            self.refused(*words, code=USAGE, says=[f"{path}:2: no url from url_command", "status 3"])
        os.chmod(file, 0o622)
        self.config(f"[store]\nurl_file = {file}\n")
        self.refused("number", "list", code=USAGE, says=["no url from url_file", "other users can write to"])
        path = self.config("[store]\nurl_command = echo postgres:td:geheim@h\n")
        result = self.refused("number", "list", code=USAGE, says=[f'{path}:2: url: "postgres:td:***@h" is not allowed', "sqlite:PATH"])
        self.assertNotIn("geheim", result.err)
        self.wrong(f"[store]\nurl_file = {file}\nurl_command = cat {file}\n", 3, ["more than one url", "one of url, url_file"])
        self.wrong(f"[store]\nurl = sqlite:/x\nurl_file = {file}\n", 3, "more than one url")

    def test_only_one_source(self):
        self.wrong(SERVER + "secret = a\nsecret_command = echo b\n", 4, ["more than one secret", "one of secret"])
        self.config(SERVER + "secret_file = /nowhere\n")
        result = self.deck("config", env={"TRUNKDECK_SERVER_NA_1_SECRET": "geheim"})
        self.assertEqual(result.code, DONE, result)	# the environment wins over the file
        self.assertNotIn("geheim", result.out)
        self.config(SERVER + "secret = geheim\n")
        self.refused("sync", env={"TRUNKDECK_SERVER_NA_1_SECRET_FILE": "/nowhere"}, code=USAGE,
                     says="no secret from secret_file")


if __name__ == "__main__":
    unittest.main()
