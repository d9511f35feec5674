"""The store: writes and reads 100,000 numbers, on SQLite and a PostgreSQL; writes 10,000 routes to a server."""

import json
import subprocess
import time

from screens import write_config

VERIFY_WAIT_S = 1.5             # a route is read back again after this time in any case


def fill(t, url, numbers):
    """The times that bench_store measured, in ms by name."""
    out = subprocess.run([t.bench_store, url, str(numbers)], check=True, capture_output=True, text=True).stdout
    return {line[:28].strip(): float(line[28:].split("rows")[1].split("ms")[0]) for line in out.splitlines() if "rows" in line}


def sqlite_url(t, name):
    return f"sqlite:{t.folder}/{name}.db"


def bench_sqlite(t):
    took = fill(t, sqlite_url(t, "many"), 100000)
    t.table.add("import of 100,000 numbers, validated and audited: SQLite", took["import"] / 1000, "s", bar=1.5)
    t.table.add("reading them back", took["read, again"], "ms")


def bench_postgres(t):
    server = subprocess.Popen([t.pg], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = server.stdout.readline().split(None, 1)
    if said[:1] == ["ok"]:
        took = fill(t, said[1].strip(), 100000)
        t.table.add("import of 100,000 numbers, validated and audited: PostgreSQL", took["import"] / 1000, "s", bar=2.5)
    else:
        t.table.line("import of 100,000 numbers: PostgreSQL", "not there", "", " ".join(said))
    server.stdin.close()
    server.wait()


def bench_sync(t):
    url = sqlite_url(t, "routes")
    fill(t, url, 10000)
    server = subprocess.Popen([t.bench_ami, "pbx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    config = write_config(t.folder, url)
    with open(config, "a", encoding="ascii") as f:
        f.write(f"[server bench]\nhost = 127.0.0.1\nport = {int(server.stdout.readline())}\nuser = bench\nsecret = bench\n")
    begin = time.perf_counter()
    run = subprocess.run([t.program, "--config", config, "sync", "--json"], capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    server.stdin.close()
    server.wait()
    last = json.loads(run.stdout.splitlines()[-1]) if run.stdout else run.stderr
    if run.returncode == 0:
        t.table.add("10,000 routes onto a server, less the verification wait", took - VERIFY_WAIT_S, "s", bar=0.2)
    else:
        t.table.line("10,000 routes onto a server", "failed", "", str(last))
