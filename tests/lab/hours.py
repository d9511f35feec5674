#!/usr/bin/python3
"""Judges the user events LabHours of a recorded stream: hours.py FILE COUNT SCHEDULE [DATE=RANGES...].

SCHEDULE is the value of the schedule's key; each DATE=RANGES is one of its days. True if there are COUNT events and each says what
the zone's local time and these ranges say."""

import datetime
import re
import sys
import zoneinfo


def is_open(at, zone, week, days):
    local = datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone))
    ranges = days.get(local.strftime("%Y%m%d"), week[local.weekday()])
    return any(a <= local.strftime("%H%M") < b for a, b in (r.split("-") for r in ranges.split("/") if r))


def main():
    path, count, schedule = sys.argv[1:4]
    _, zone, _, *week = schedule.split(",")
    days = dict(word.split("=") for word in sys.argv[4:])
    text = open(path, encoding="utf-8", errors="replace").read()
    found = re.findall(r"\nUserEvent: LabHours\r?\nAt: (\d+)\r?\nSchedule: \S+\r?\nSaid: (\w+)", text)
    wrong = [(at, said) for at, said in found if (said == "open") != is_open(int(at), zone, week, days)]
    print(len(found), "instants,", sum(said == "open" for _, said in found), "open, wrong:", wrong[:10])
    sys.exit(len(found) != int(count) or bool(wrong))


main()
