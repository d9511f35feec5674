"""The table: a row per figure, with the bar of the design, and the figures and ratios of peers that did the same."""

import json
import operator
from dataclasses import asdict, dataclass, field

NOT_THERE = None                # a peer that is not installed, or failed


def scaled(value, unit):
    """1,234,567 events/s is 1.23 M events/s; small figures keep their significant digits."""
    if unit.endswith("/s") and unit != "B/s" and value >= 1e6:
        return f"{value / 1e6:.2f} M {unit}"
    if unit.endswith("/s") and unit != "B/s" and value >= 1e3:
        return f"{value / 1e3:.0f} k {unit}"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


@dataclass
class Figure:
    what: str
    value: float
    unit: str
    bar: float = None
    more_is_better: bool = False
    peers: dict = field(default_factory=dict)       # name: value in the same unit, or NOT_THERE
    times_best: float = None                        # the bar against the best peer

    def best_peer(self):
        there = [(value, name) for name, value in self.peers.items() if value is not NOT_THERE]
        return (max(there) if self.more_is_better else min(there)) if there else None

    def ratio(self, value):
        """How many times better than the value; None for a division by zero."""
        ours, theirs = (self.value, value) if self.more_is_better else (value, self.value)
        return ours / theirs if theirs else None

    def reached(self):
        if self.times_best is not None and self.best_peer():
            return self.ratio(self.best_peer()[0]) >= self.times_best
        if self.bar is None:
            return None
        return (operator.ge if self.more_is_better else operator.le)(self.value, self.bar)

    def bar_text(self):
        if self.times_best is not None:
            return f">= {self.times_best:g} x the best"
        if self.bar is None:
            return ""
        return f"{'>=' if self.more_is_better else '<='} {scaled(self.bar, self.unit)}"


WIDTHS = "{:<62} {:>18}  {:<20} {}"
VERDICTS = {True: "reached", False: "MISSED", None: ""}


class Table:
    def __init__(self, quiet):
        self.figures, self.quiet = [], quiet
        self.line("figure", "trunkdeck", "bar", "")

    def line(self, *cells):
        if not self.quiet:
            print(WIDTHS.format(*cells).rstrip(), flush=True)

    def add(self, what, value, unit, **more):
        figure = Figure(what, value, unit, **more)
        self.figures.append(figure)
        self.line(what, scaled(value, unit), figure.bar_text(), VERDICTS[figure.reached()])
        for name, theirs in figure.peers.items():
            if theirs is NOT_THERE:
                self.line(f"  {name}", "not there", "", "")
            else:
                ratio = figure.ratio(theirs)
                self.line(f"  {name}", scaled(theirs, unit), "", f"{ratio:.1f} x" if ratio else "")

    def json(self):
        return json.dumps([{**asdict(f), "reached": f.reached()} for f in self.figures], indent=1)

    def markdown(self):
        """The table of the README: figures with a bar or a peer."""
        rows = ["| figure | trunkdeck | bar | best of the others |", "|---|---|---|---|"]
        for f in self.figures:
            best = f.best_peer()
            ratio = best and f.ratio(best[0])
            theirs = f"{best[1]}: {scaled(best[0], f.unit)}" + (f", {ratio:.1f} x" if ratio else "") if best else ""
            if f.bar_text() or best:
                rows.append(f"| {f.what} | {scaled(f.value, f.unit)} | {f.bar_text()} | {theirs} |")
        return "\n".join(rows)
