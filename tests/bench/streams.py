"""Recorded streams: read by the program alone, and over a socket by the program and by other client libraries."""

import json
import lzma
import os
import select
import shutil
import statistics
import subprocess
import sys

from figures import NOT_THERE
from stream_server import BANNER, StreamServer

PASSES = 4                      # of the recorded load, each with its own ids and time stamps
FIRST_STAMP = 17953             # beginning of the time stamps in the recording
SOCKET_ROUNDS = 7
PEER_SECONDS = 60               # a peer that takes longer is taken as hung


def unpack(data, folder, kind):
    path = os.path.join(folder, f"{kind}.ami")
    with open(path, "wb") as out, lzma.open(os.path.join(data, f"load_1020_{kind}.ami.xz")) as packed:
        shutil.copyfileobj(packed, out)
    return path


def peak_kib(pid):
    """Peak memory since exec. wait4() would include this program's own memory before it."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return max((int(line.split()[1]) for line in f if line.startswith("VmHWM")), default=0)
    except OSError:
        return 0


def replay(program, path, repeat):
    """(result, peak KiB)"""
    child = subprocess.Popen([program, "replay", path, "--repeat", str(repeat), "--format", "json"],
                             stdout=subprocess.PIPE)
    peak = 0
    while not select.select([child.stdout], [], [], 0.05)[0]:
        peak = max(peak, peak_kib(child.pid))
    result = json.loads(child.stdout.read())
    child.wait()
    return result, peak


def rate(result):
    return result["events"] / result["cpu_s"]


def ami_rate(bench_ami, mode, path, repeat):
    return rate(json.loads(subprocess.run([bench_ami, mode, path, str(repeat)], check=True, capture_output=True).stdout))


def bench_alone(t):
    full, lean = (unpack(t.data, t.folder, kind) for kind in ("full", "lean"))
    for kind, path, repeat in (("full", full, 20), ("lean", lean, 60)):
        parsed = statistics.median(ami_rate(t.bench_ami, "parse", path, repeat) for _ in range(3))
        t.table.add(f"recorded load ({kind}), one core: parse only", parsed, "events/s")
        whole = statistics.median(rate(replay(t.program, path, repeat)[0]) for _ in range(3))
        t.table.add(f"recorded load ({kind}), one core: parse, track, metrics", whole, "events/s", bar=1e6,
                    more_is_better=True)
    result, peak = replay(t.program, lean, 981)
    t.table.add(f"peak memory while replaying {result['calls']:,} calls", peak / 1024, "MB", bar=16)


def several_passes(lean, path):
    """Gives each pass its own ids: repeated ids on one connection would be taken for ended channels."""
    with open(lean, "rb") as file:
        once = file.read()[len(BANNER):]
    once = once[once.index(b"Event: Newchannel"):]
    with open(path, "wb") as out:
        for i in range(PASSES):
            out.write(once.replace(b"%d" % FIRST_STAMP, b"%d" % (FIRST_STAMP + i)))
    return path


def peers(t):
    """Name and command of each, or None for the command."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
    modules = os.path.join(t.cache, "node_modules")
    for name, script in (("ami-io", "ami_io.js"), ("asterisk-manager", "asterisk_manager.js")):
        there = shutil.which("node") and os.path.isdir(os.path.join(modules, name))
        yield f"{name} (node)", ["node", os.path.join(here, script), modules] if there else None
    python = subprocess.run([sys.executable, "-c", "import panoramisk"], stderr=subprocess.DEVNULL, check=False)
    yield "panoramisk (Python)", [sys.executable, os.path.join(here, "panoramisk_client.py")] if python.returncode == 0 else None


def measure(command):
    """A client prints {"events", "cpu_s"} when it has read the marker."""
    try:
        run = subprocess.run(command, capture_output=True, timeout=PEER_SECONDS, check=True)
        return rate(json.loads(run.stdout.splitlines()[-1]))
    except (subprocess.SubprocessError, ValueError, IndexError) as why:
        print(f"{command[1]}: {why} {getattr(why, 'stderr', b'') or b''}", file=sys.stderr)
        return NOT_THERE


def bench_clients(t):
    path = several_passes(os.path.join(t.folder, "lean.ami"), os.path.join(t.folder, "passes.ami"))
    events = replay(t.program, path, 1)[0]["events"]
    server = StreamServer(path)
    theirs = {name: measure(command + [str(server.port)]) if command else NOT_THERE for name, command in peers(t)}
    # In turns, so that the load of the machine affects all three alike.
    naive, memory, socket = (statistics.median(rates) for rates in zip(*(
        (ami_rate(t.bench_ami, "count", path, 1), ami_rate(t.bench_ami, "replay", path, 1),
         measure([t.bench_ami, "client", str(server.port), str(events)])) for _ in range(SOCKET_ROUNDS))))
    server.stop()
    t.table.add(f"{events:,} events replayed, one core; the others: received, counted", memory, "events/s",
                more_is_better=True, times_best=12, peers=theirs)
    t.table.add("  the same events: a naive C program counts their keys", naive, "events/s")
    t.table.add("  replayed, against the naive program", memory / naive, "times", bar=1, more_is_better=True)
    t.table.add("the same received over a socket: parse, track, report calls", socket, "events/s", bar=min(1e6, 0.8 * memory),
                more_is_better=True)
    t.table.add("  against the best client library", socket, "events/s", more_is_better=True, times_best=20, peers=theirs)
    t.table.add("  over a socket, against from memory", socket / memory, "times")
