#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What every file keeps to: a licence line, no trailing white space, a README of under 40 lines a module folder,
one subject a file as far as its length tells."""

import re
import sys

import sources

WITH_LICENCE = ("*.c", "*.h", "*.py", "*meson.build", "dev", ".ci/run")
LINES_MAX = 750


def check_licence(path, text):
    if "SPDX-License-Identifier: MIT" not in "\n".join(text.splitlines()[:3]):
        yield f"{path}:1: no SPDX-License-Identifier line"


def check_lines(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end of the line"
        if "\t" in line and path.suffix in (".c", ".h", ".py"):
            yield f"{path}:{number}: a tab"
    if not text.endswith("\n"):
        yield f"{path}: no line feed at the end"
    if path.suffix in (".c", ".h", ".py") and text.count("\n") > LINES_MAX:
        yield f"{path}: {text.count(chr(10))} lines: it holds more than one subject"


def check_readmes():
    folders = {path.parent for path in sources.files("modules/*/meson.build", "plugins/*/meson.build")
               if len(path.parts) == 3}
    for folder in sorted(folders):
        readme = sources.ROOT / folder / "README.md"
        if not readme.is_file():
            yield f"{folder}: no README.md"
        elif len(readme.read_text(encoding="utf-8").splitlines()) >= 40:
            yield f"{folder}/README.md: 40 lines or more"


def main():
    problems = []
    for path in sources.files(*WITH_LICENCE):
        text = sources.read(path)
        if text:
            problems += check_licence(path, text)
    for path in sources.files("*.c", "*.h", "*.py", "*meson.build", "*.md", "dev"):
        if not re.match(r"tests/(unit|fuzz)/corpus/", str(path)) and "data" not in path.parts[1:3]:
            problems += check_lines(path, sources.read(path))
    return sources.report(problems + list(check_readmes()))


if __name__ == "__main__":
    sys.exit(main())
