#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Layout as .clang-format says."""

import subprocess
import sys

import sources


def main():
    paths = [str(path) for path in sources.files("*.c", "*.h")]
    return subprocess.run(["clang-format-14", "--dry-run", "-Werror", *paths], cwd=sources.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
