#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cppcheck over the project's own C.  Leaks are left to AddressSanitizer, which sees who owns what."""

import os
import subprocess
import sys

import sources

ROOMS = ("core", "modules", "plugins", "cli", "bench")


def main():
    paths = [str(path) for path in sources.files(*(f"{room}/*.c" for room in ROOMS))]
    return subprocess.run(
        ["cppcheck", "--quiet", "--error-exitcode=1", "--inline-suppr", "--library=gtk", "--std=c11",
         "--enable=warning,portability", "--suppress=missingInclude", "--suppress=unknownMacro",
         "--suppress=preprocessorErrorDirective", "--suppress=memleak", f"-j{os.cpu_count()}", "-Iinclude", "-Icore",
         "-DG_DEFINE_AUTOPTR_CLEANUP_FUNC(a,b)=", "-DG_BEGIN_DECLS=", "-DG_END_DECLS=", *paths],
        cwd=sources.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
