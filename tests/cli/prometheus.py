"""Reads Prometheus' text format, version 0.0.4, strictly: everything that its documentation does not allow, or that its
naming conventions advise against, is an error."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+(?:\.[0-9]+)?)")
TYPES = {"counter", "gauge", "summary"}
SUFFIXES = {"summary": ("", "_sum", "_count")}
ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n"}


class Wrong(ValueError):
    """An error, with its place."""


def need(true, line, why):
    if not true:
        raise Wrong(f"{why}: {line!r}")


def labels_of(text, line):
    labels = {}
    for name, value in re.findall(LABEL, text or ""):
        need(name not in labels, line, "label twice")
        labels[name] = re.sub(r'\\["\\n]', lambda m: ESCAPES[m.group()], value)
    return labels


def check_name(name, kind, line):
    need(name.startswith("trunkdeck_"), line, "foreign name")
    need((kind == "counter") == name.endswith("_total"), line, "_total is for counters, and for all of them")
    need(not re.search(r"_(ms|milliseconds|minutes|percent)(_|$)", name), line, "no base unit")
    need(not name.endswith(("_sum", "_count", "_bucket")), line, "a reserved end")


def check_sample(name, kind, labels, value, line):
    need("quantile" not in labels or (kind == "summary" and not name.endswith(("_sum", "_count"))), line, "quantile")
    if kind == "counter" or name.endswith("_count"):
        need(float(value) >= 0 and "." not in value, line, "counts are whole")


class Family:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.names = {name + suffix for suffix in SUFFIXES.get(kind, ("",))}


def parse(text):
    """Returns {(name, labels as sorted pairs): value}; raises Wrong."""
    need(text == "" or text.endswith("\n"), text[-40:], "the last line has no end")
    samples, families, family, helped = {}, set(), None, None
    for line in text.split("\n")[:-1]:
        need(all(char.isprintable() for char in line), line, "unprintable")
        if line.startswith("# HELP "):
            helped, rest = line[7:].split(" ", 1)
            need(rest.strip() and helped not in families, line, "help is empty or there twice")
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            need(name == helped and kind in TYPES and name not in families, line, "type without its help, or twice")
            check_name(name, kind, line)
            families.add(name)
            family = Family(name, kind)
        else:
            match = SAMPLE.fullmatch(line)
            need(match, line, "no sample")
            name, labels, value = match.group(1), labels_of(match.group(2), line), match.groups()[-1]
            need(family and name in family.names, line, "not among its own")
            check_sample(name, family.kind, labels, value, line)
            key = (name, tuple(sorted(labels.items())))
            need(key not in samples, line, "series twice")
            samples[key] = float(value)
    return samples
