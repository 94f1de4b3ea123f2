#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Spelling of everything that people read."""

import subprocess
import sys

import sources

# Words that are right here, in lower case.
FINE = "adress,inout,fo,nd,te,hel,keypair,gir"


def main():
    paths = [str(path) for path in sources.files("*.c", "*.h", "*.py", "*.md", "*meson.build", "*.txt", "dev")
             if "corpus" not in path.parts]
    return subprocess.run(["codespell", "--ignore-words-list", FINE, *paths], cwd=sources.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
