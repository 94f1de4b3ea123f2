#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""clang-tidy over what a build directory compiles: tidy.py BUILD-DIR."""

import json
import os
import pathlib
import subprocess
import sys
from concurrent import futures

import sources

CHECKS = ("-*,bugprone-*,clang-analyzer-*,clang-diagnostic-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,"
          "-bugprone-assignment-in-if-condition,-bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result,"
          "-bugprone-macro-parentheses,-bugprone-branch-clone,-bugprone-suspicious-include,-bugprone-sizeof-expression,"
          "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,"
          "-clang-analyzer-optin.performance.Padding,"
          # Blind to a va_list that is handed on.
          "-clang-analyzer-valist.Uninitialized,"
          # Blind to g_auto cleanup: a leak or dead store to it is what the cleanup is for.
          "-clang-analyzer-unix.Malloc,-clang-analyzer-deadcode.DeadStores")


def tidy(build_dir, path):
    done = subprocess.run(
        ["clang-tidy-14", "--quiet", f"--checks={CHECKS}", "--warnings-as-errors=*", "-p", build_dir,
         # Flags of gcc's that clang does not know, and what it takes for unused: that which a cleanup uses.
         "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Qunused-arguments",
         "--extra-arg=-Wno-unused-variable", path],
        cwd=sources.ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def main(build_dir):
    commands = json.loads((sources.ROOT / build_dir / "compile_commands.json").read_text())
    ours = {str(sources.ROOT / path) for path in sources.files("*.c")}
    paths = sorted({str((pathlib.Path(entry["directory"]) / entry["file"]).resolve()) for entry in commands} & ours)
    failed = False
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for status, output in pool.map(lambda path: tidy(build_dir, path), paths):
            if status:
                failed = True
                print(output)
    print(f"clang-tidy: {len(paths)} files")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
