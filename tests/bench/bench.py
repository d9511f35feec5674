#!/usr/bin/python3
"""One table of figures: the program as a whole, against the bars of the design and against peers on the same data.

usage: bench.py [--json | --markdown] [PART...]    parts: streams clients stores screens; all when none is named

Absolute figures depend on the machine; the table is for reading, and nothing here passes or fails. `make bench` says by the
environment what is measured: TRUNKDECK, BENCH_STORE, BENCH_AMI, BENCH_DATA, BENCH_PG. The client libraries are where `./dev bench`
has put them, or in BENCH_CACHE. The table names a missing peer as not there."""

import os
import shutil
import sys
import tempfile

import screens
import stores
import streams
from figures import Table


class Target:
    """The programs and places to measure; every part gets it."""

    def __init__(self, quiet):
        self.program, self.bench_store, self.bench_ami, self.pg, self.data = (
            os.path.abspath(os.environ[name]) for name in ("TRUNKDECK", "BENCH_STORE", "BENCH_AMI", "BENCH_PG", "BENCH_DATA"))
        self.cache = os.environ.get("BENCH_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "trunkdeck/bench")
        self.folder = tempfile.mkdtemp(prefix="trunkdeck-bench-")
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        self.table = Table(quiet)


def part_streams(t):
    streams.bench_alone(t)


def part_clients(t):
    streams.unpack(t.data, t.folder, "lean")
    streams.bench_clients(t)


def part_stores(t):
    stores.bench_sqlite(t)
    stores.bench_postgres(t)
    stores.bench_sync(t)


def part_screens(t):
    few, many = stores.sqlite_url(t, "few"), stores.sqlite_url(t, "hundred-thousand")
    stores.fill(t, few, 300)
    stores.fill(t, many, 100000)
    screens.bench_many_numbers(t, many)
    screens.bench_moves(t, few)
    screens.bench_load(t, few)
    screens.bench_ticking(t, few)
    screens.bench_event_to_screen(t, few)


PARTS = {"streams": part_streams, "clients": part_clients, "stores": part_stores, "screens": part_screens}
FORMS = {"--json": Table.json, "--markdown": Table.markdown}


def main(words):
    forms = [word for word in words if word in FORMS]
    names = [word for word in words if word not in FORMS] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"no part is called {unknown[0]}; there are: {' '.join(PARTS)}")
    t = Target(quiet=bool(forms))
    try:
        for name in names:
            PARTS[name](t)
    finally:
        shutil.rmtree(t.folder, ignore_errors=True)
    for form in forms:
        print(FORMS[form](t.table))


main(sys.argv[1:])
