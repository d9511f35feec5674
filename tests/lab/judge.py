"""Recorded calls and figures against what SIPp said: judge.py exactly|honestly CALLS METRICS SIPP..., JSON lines each.

Each number of a load has one outcome. Exactly: as many calls of each as SIPp saw, each with that outcome, none in doubt, and the
figures are complete. Honestly: no call that was not, none with an outcome that it did not have (lost is the word for one whose end was
not seen), and when any is missing or in doubt the figures are said to be incomplete."""

import collections
import json
import sys

OUTCOMES = {"200": "answered", "486": "busy", "480": "no_answer", "500": "unreachable", "404": "unmapped"}


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    how, calls, metrics = sys.argv[1], lines(sys.argv[2]), lines(sys.argv[3])[0]
    truth, outcome_of = collections.Counter(), {}
    for path in sys.argv[4:]:
        for said in lines(path):
            for code, count in said["codes"].items():
                truth[said["number"]] += count
                outcome_of[said["number"]] = OUTCOMES[code]
    recorded = collections.Counter(call["number"] for call in calls)
    wrong = [call for call in calls if call["outcome"] not in (outcome_of.get(call["number"]), "lost")]
    doubtful = [call for call in calls if call["uncertain"] or call["joined_late"] or call["outcome"] == "lost"]
    missing = truth - recorded
    print("sipp", dict(truth), "recorded", dict(recorded), "doubtful", len(doubtful), "missing", dict(missing), "wrong", wrong,
          "complete", metrics["complete"], "gap_s", metrics["gap_s"], "offered", metrics["offered"])
    well = not wrong and not recorded - truth and metrics["offered"] == len(calls)
    if how == "exactly":
        well = well and not missing and not doubtful and metrics["complete"]
    else:
        well = well and not metrics["complete"] and metrics["gap_s"] > 0 and doubtful
    sys.exit(not well)


main()
