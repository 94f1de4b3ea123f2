#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the interface for plugins to what was recorded of it: exported symbols, sizes and offsets of public structs, and
values of public enumerators.

    check.py LIBRARY INCLUDE-DIR CC [CFLAG...]            compare with interface.txt
    check.py --record LIBRARY INCLUDE-DIR CC [CFLAG...]   write it

What a plugin was built with must not change below a major number: a line that changes or goes means AIMX_ABI_MAJOR.  A
line that is new means AIMX_ABI_MINOR, and to be recorded.
"""

import pathlib
import re
import struct
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).with_name("interface.txt")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRUCT = re.compile(r"(?:typedef struct\s*\{(?P<typedef>[^{}]*)\}\s*(?P<alias>Aimx\w+);)|(?:struct _(?P<tag>Aimx\w+)\s*\{(?P<body>[^{}]*)\};)")
ENUM = re.compile(r"typedef enum\s*\{([^{}]*)\}\s*Aimx\w+;")


def field_name(declaration):
    pointer = re.search(r"\(\*\s*(\w+)\)", declaration)
    return pointer.group(1) if pointer else re.search(r"(\w+)\s*(?:\[[^\]]*\])?\s*$", declaration).group(1)


def fields(body):
    for declaration in body.split(";"):
        if declaration.strip():
            for part in [declaration] if "(" in declaration else declaration.split(","):
                yield field_name(part.strip())


def describe(include):
    """Yields C statements that print a line for everything in the headers."""
    for header in sorted((include / "aimx").glob("*.h")):
        text = COMMENT.sub("", header.read_text(encoding="utf-8"))
        for match in STRUCT.finditer(text):
            name = match.group("alias") or match.group("tag")
            yield f'printf ("struct {name} %zu\\n", sizeof ({name}));'
            for field in fields(match.group("typedef") or match.group("body")):
                yield f'printf ("field {name}.{field} %zu\\n", offsetof ({name}, {field}));'
        for match in ENUM.finditer(text):
            for member in re.findall(r"\b(AIMX_\w+)\b(?=\s*(?:,|=|$|\n))", match.group(1)):
                yield f'printf ("enum {member} %lld\\n", (long long) {member});'


def lines_of_headers(include, compiler):
    statements = list(dict.fromkeys(describe(include)))
    program = "#include <aimx/aimx.h>\n#include <stddef.h>\n#include <stdio.h>\nint main (void)\n{\n" + "\n".join(statements) + "\n}\n"
    with tempfile.TemporaryDirectory() as place:
        source, binary = pathlib.Path(place, "print.c"), pathlib.Path(place, "print")
        source.write_text(program, encoding="utf-8")
        subprocess.run([*compiler, f"-I{include}", "-o", binary, source], check=True)
        return subprocess.run([binary], check=True, capture_output=True, text=True).stdout.splitlines()


def lines_of_library(library):
    done = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True)
    return sorted(f"symbol {line.split()[2]}" for line in done.stdout.splitlines() if " aimx_" in line)


def main():
    arguments = sys.argv[1:]
    record = arguments[:1] == ["--record"]
    library, include, *compiler = arguments[record:]
    found = lines_of_headers(pathlib.Path(include), compiler) + lines_of_library(library)
    if record:
        BASELINE.write_text("\n".join(found) + "\n", encoding="utf-8")
        return 0
    if struct.calcsize("P") != 8:
        print("sizes are recorded for 64 bits")
        return 77
    known = BASELINE.read_text(encoding="utf-8").splitlines()
    gone, new = [line for line in known if line not in set(found)], [line for line in found if line not in set(known)]
    for line in gone:
        print(f"changed or gone: {line}")
    for line in new:
        print(f"new: {line}")
    if gone:
        print("raise AIMX_ABI_MAJOR: plugins that are there would break")
    elif new:
        print("raise AIMX_ABI_MINOR where the last release has not, and record it: tests/abi/check.py --record ...")
    return 1 if gone or new else 0


if __name__ == "__main__":
    sys.exit(main())
