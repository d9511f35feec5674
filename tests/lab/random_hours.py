#!/usr/bin/python3
"""Random opening times, and instants at which Asterisk is asked about them.

    random_hours.py make SEED                   prints a zone, the weekly times, the exceptions, and FROM TO pairs of instants
    random_hours.py compare FILE HOURS_AT ARGUMENTS...
                                                true if the user events LabHours of FILE say what HOURS_AT says"""

import collections
import datetime
import random
import re
import subprocess
import sys
import zoneinfo

# Zones whose rules have not changed for years, because the program and the servers may have zone data of different age.
ZONES = ["Europe/Zurich", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
         "America/Sao_Paulo", "Europe/Dublin", "Pacific/Chatham", "America/Los_Angeles", "Europe/London", "Asia/Tehran", "UTC"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FIRST, LAST = 1767225600, 1893456000


def clock(minute):
    return "%02d:%02d" % divmod(minute, 60)


def times(last_end):
    """Times of one day, ascending; the last one may end after midnight, at last_end at most."""
    edges = sorted(random.sample(range(1441), 2 * random.randrange(1, 5)))
    pairs = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    if last_end and random.random() < 0.4 and pairs[-1][0] < 1440:
        pairs[-1] = (pairs[-1][0], random.randrange(1, min(last_end, pairs[-1][0]) + 1) if pairs[-1][0] else 1440)
    return ",".join("%s-%s" % (clock(a), clock(b)) for a, b in pairs)


def make(seed):
    random.seed(seed)
    zone = zoneinfo.ZoneInfo(random.choice(ZONES))
    # A time that ends after midnight may not overlap one of the next day, which is why it is short here.
    week = "; ".join("%s %s" % (day, times(300)) for day in DAYS if random.random() < 0.8) or "mon 09:00-18:00"
    dates = sorted(random.sample(range(4 * 365), random.randrange(0, 12)))
    dates = [datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in dates]
    exceptions = "; ".join("%s %s" % (d, "closed" if random.random() < 0.4 else times(300)) for d in dates)
    spans = [(FIRST, LAST)]
    offset = None
    for hour in range(FIRST, LAST, 3600):
        found = datetime.datetime.fromtimestamp(hour, zone).utcoffset()
        if offset is not None and found != offset and random.random() < 0.25:
            spans.append((hour - 4 * 3600, hour + 4 * 3600))
        offset = found
    for date in random.sample(dates, min(2, len(dates))):
        noon = int(datetime.datetime.combine(date, datetime.time(12), zone).timestamp())
        spans.append((noon - 86400, noon + 2 * 86400))
    return [zone.key, week, exceptions, *("%d %d" % span for span in spans[:4])]


def compare(path, *program):
    text = open(path, encoding="utf-8", errors="replace").read()
    asterisk = re.findall(r"\nUserEvent: LabHours\r?\nAt: (\d+)\r?\nSchedule: \S+\r?\nSaid: (\w+)", text)
    done = subprocess.run(program, input="\n".join(at for at, _ in asterisk), stdout=subprocess.PIPE, text=True, check=True)
    ours = [tuple(line.split()) for line in done.stdout.splitlines()]
    wrong = [(a, b) for a, b in zip(asterisk, ours) if a != b]
    print(len(asterisk), "instants", dict(collections.Counter(said for _, said in asterisk)), len(wrong), "wrong", wrong[:5], *program[1:])
    return not asterisk or len(asterisk) != len(ours) or bool(wrong)


if sys.argv[1] == "make":
    print("\n".join(make(sys.argv[2])))
else:
    sys.exit(compare(*sys.argv[2:]))
