# SPDX-License-Identifier: MIT
"""What the checks read: the project's own files as git knows them, and C with its comments and strings told apart."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')""", re.DOTALL)


def files(*patterns):
    """Returns the paths, relative to the project, that git tracks or would track and that match a pattern."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [pathlib.PurePosixPath(name) for name in listed.split("\0") if name]
    return sorted({path for path in paths if (ROOT / path).is_file()})


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def without_comments(text):
    """Blanks comments out; lines keep their numbers."""
    def blank(match):
        if match.lastgroup != "comment":
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return TOKEN.sub(blank, text)


def strings(text):
    """Yields (line number, contents) of each string literal outside comments."""
    for match in TOKEN.finditer(text):
        if match.lastgroup == "string":
            yield text.count("\n", 0, match.start()) + 1, match.group()[1:-1]


def report(problems):
    """Prints what is wrong, a line each; returns the exit status."""
    for problem in problems:
        print(problem)
    return 1 if problems else 0
