#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns a text file into a C header: embed-text.py NAME INPUT OUTPUT."""

import json
import pathlib
import sys


def main(name, source, target):
    lines = pathlib.Path(source).read_text(encoding="ascii").splitlines(keepends=True)
    literals = "\n".join("  " + json.dumps(line) for line in lines)
    pathlib.Path(target).write_text(f"static const char {name}[] =\n{literals};\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
