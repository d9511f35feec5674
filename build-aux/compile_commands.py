#!/usr/bin/env python3
"""Makes a compilation database for the C files of src and tests of what 'make -n V=1' prints. Fails when one is missing.

usage: make -n V=1 ... | compile_commands.py SOURCE-FOLDER BUILD-FOLDER > compile_commands.json
"""
import json
import pathlib
import re
import sys

COMPILES = re.compile(r"(?:^|`;)\s*(\S[^;]* -c -o \S+ (\S+\.c))(?: &&.*)?$")
DEPENDENCIES = re.compile(r" -MT \S+ -MD -MP -MF \S+")

source, build = (pathlib.Path(folder).resolve() for folder in sys.argv[1:])
text = sys.stdin.read().replace("\\\n", " ")
text = re.sub(r"`test -f '[^']*' \|\| echo '([^']*)'`", r"\1", text)    # the source folder, unless the build folder has it
commands = {}
for line in text.splitlines():
    if found := COMPILES.search(DEPENDENCIES.sub("", line)):
        commands[(build / found[2]).resolve()] = found[1]

files = sorted(file for folder in ("src", "tests") for file in (source / folder).rglob("*.c"))
if missing := [str(file.relative_to(source)) for file in files if file not in commands]:
    sys.exit("no command compiles " + " ".join(missing))
json.dump([{"directory": str(build), "file": str(file), "command": commands[file]} for file in files], sys.stdout, indent=1)
print()
