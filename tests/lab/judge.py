"""Compares recorded calls and figures with SIPp's results: judge.py exactly|honestly CALLS METRICS SIPP..., JSON lines each.

Exactly: of each number and outcome as many calls as SIPp saw, none in doubt, and the figures are complete. Honestly: no call that was
not, none with an outcome that it did not have (lost is the word for one whose end was not seen), and when any is missing or in doubt
the figures are marked as incomplete."""

import collections
import json
import sys

OUTCOMES = {"200": "answered", "486": "busy", "480": "no_answer", "500": "unreachable", "404": "unmapped"}


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    how, calls, metrics = sys.argv[1], lines(sys.argv[2]), lines(sys.argv[3])[0]
    truth, of_number = collections.Counter(), collections.Counter()
    for path in sys.argv[4:]:
        for said in lines(path):
            for code, count in said["codes"].items():
                truth[said["number"], OUTCOMES[code]] += count
                of_number[said["number"]] += count
    recorded = collections.Counter((call["number"], call["outcome"]) for call in calls if call["outcome"] != "lost")
    wrong = dict(recorded - truth)
    doubtful = [call for call in calls if call["uncertain"] or call["joined_late"] or call["outcome"] == "lost"]
    missing = truth - recorded
    invented = collections.Counter(call["number"] for call in calls) - of_number
    print("sipp", dict(truth), "recorded", dict(recorded), "doubtful", len(doubtful), "missing", dict(missing), "wrong", wrong,
          "complete", metrics["complete"], "gap_s", metrics["gap_s"], "offered", metrics["offered"])
    well = not wrong and not invented and metrics["offered"] == len(calls)
    if how == "exactly":
        well = well and not missing and not doubtful and metrics["complete"]
    else:
        well = well and not metrics["complete"] and metrics["gap_s"] > 0 and doubtful
    sys.exit(not well)


main()
