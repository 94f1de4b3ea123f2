#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The laws of the house that `#include` lines and string literals show.

1. include/aimx/ includes GLib, GIO, json-glib and itself, nothing else.
2. A module includes <aimx/...>, its own files and its own libraries; core/ includes no module; cli/ reaches the
   daemon through core/wire/, and starts a server through core/server-private.h; a library in subprojects/ knows
   nothing of AIMX; what parses untrusted bytes includes nothing that does I/O.
3. Only the storage room builds paths below the data directory.

docs/architecture.md says why.  `laws.py --self-test` checks that each kind of breach is found.
"""

import pathlib
import re
import sys

import sources

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)

SDK_MAY = re.compile(r"(aimx/|gio/|glib/|glib\.h$|glib-object\.h$|glib-unix\.h$|json-glib/)")
# What a confined process could still include: values, memory and text.
CONFINED_MAY = re.compile(r"(glib\.h|glib-object\.h|string\.h|stdio\.h|stdlib\.h|errno\.h|limits\.h|stddef\.h|stdint\.h"
                          r"|stdbool\.h|ctype\.h|time\.h|math\.h|gmime/.*|libxml/.*|iconv\.h|aimx/(message|utf8)\.h)$")
CONFINED = ("modules/dkim/signature/", "modules/ingest/parser/", "modules/smtp/session/")
CLI_CORE_MAY = re.compile(r"(wire/[a-z-]+\.h|server-private\.h)$")

STORAGE_ROOM = ("core/mail/", "core/io/")
# Directory descriptors are how the storage room reaches files; the configuration directory is changed with them, too.
DIRECTORY_USERS = STORAGE_ROOM + ("core/config/migration", "core/config/config-change-private.h",
                                 "core/config/config-lock.h", "core/config/config-place.h")
BELOW_DATA_DIR = re.compile(r"(^|/)(inbox|sent)(/|$)|(^|/)\.(spool|layout-version)(/|$)")
DATA_DIR_CALL = re.compile(r"\b(g_build_filename|g_build_path|g_strconcat|g_strdup_printf|open|openat|fopen|mkdir|rename"
                           r"|unlink|g_file_[a-z_]+|g_mkdir[a-z_]*)\s*\(([^;]*?data_dir[^;]*?)\)\s*[;,)]", re.DOTALL)


def includes(text):
    """Yields (line number, whether quoted, name) of each #include."""
    for match in INCLUDE.finditer(sources.without_comments(text)):
        yield text.count("\n", 0, match.start(1)) + 1, match.group(1) == '"', match.group(2)


def is_generated(name, directory):
    """Whether the build makes the file in that directory."""
    build = sources.ROOT / directory / "meson.build"
    return build.is_file() and f"output: '{name}'" in build.read_text(encoding="utf-8")


def resolves_in(name, path, room):
    """Whether a quoted include of the file at path leads into room."""
    tree = sources.ROOT
    return is_generated(name, path.parent) or any((tree / base / name).resolve().is_relative_to((tree / room).resolve()) and (tree / base / name).is_file()
               for base in (path.parent, pathlib.PurePosixPath(room)))


def check_include(path, quoted, name):
    """Returns what is wrong with one include, or None."""
    where = str(path)
    room = "/".join(path.parts[:2])
    if where.startswith("include/aimx/"):
        return None if not quoted and SDK_MAY.match(name) else "the SDK includes only GLib, GIO, json-glib and itself"
    if where.startswith(CONFINED) and not quoted and not CONFINED_MAY.match(name):
        return "what parses untrusted bytes must not be able to do I/O"
    if path.parts[0] in ("modules", "plugins"):
        if quoted and not resolves_in(name, path, room):
            return f"a module includes <aimx/...> and files of {room}/ only"
    elif path.parts[0] == "core":
        if "modules/" in name or "cli/" in name:
            return "core/ includes no module"
        if quoted and not resolves_in(name, path, "core"):
            return "not a file of core/"
        if name.startswith("io/directory") and not where.startswith(DIRECTORY_USERS):
            return "only the storage room reaches files below the data directory"
    elif path.parts[0] == "cli":
        if quoted and not CLI_CORE_MAY.match(name) and not resolves_in(name, path, "cli"):
            return "the command reaches the daemon through core/wire/ and starts one through server-private.h"
    elif path.parts[0] == "subprojects":
        if name.startswith("aimx") or (quoted and not resolves_in(name, path, room)):
            return "a library in subprojects/ knows nothing of AIMX"
    return None


def check_includes(path, text):
    for line, quoted, name in includes(text):
        wrong = check_include(path, quoted, name)
        if wrong:
            yield f"{path}:{line}: #include {name}: {wrong}"


def check_paths(path, text):
    """Names below the data directory are spelled, and put together with it, in the storage room only."""
    if str(path).startswith(STORAGE_ROOM):
        return
    for line, string in sources.strings(text):
        if BELOW_DATA_DIR.search(string) and " " not in string:
            yield f'{path}:{line}: "{string}": only the storage room builds paths below the data directory'
    code = sources.without_comments(text)
    for match in DATA_DIR_CALL.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        yield f"{path}:{line}: {match.group(1)}(): only the storage room builds paths below the data directory"


def check(path, text):
    return [*check_includes(path, text), *check_paths(path, text)]


def self_test():
    breaches = {
        "include/aimx/x.h": "#include <gnutls/gnutls.h>",
        "modules/smtp/listener.c": '#include "lock-manager.h"',
        "modules/uds/uds.c": '#include "../../core/server-private.h"',
        "modules/smtp/session/rcpt.c": "#include <sys/socket.h>",
        "modules/dkim/signature/header-fields.c": "#include <gnutls/abstract.h>",
        "core/server.c": '#include "modules/smtp/session/session.h"',
        "core/request.c": '#include "io/directory.h"',
        "cli/main.c": '#include "mail/stem.h"',
        "subprojects/tomledit/parser.c": "#include <aimx/error.h>",
        "modules/mailbox/list.c": 'path = g_build_filename (data_dir, name, NULL);',
        "modules/mailbox/show.c": 'open ("inbox/x", 0);',
        "core/server-verbs.c": 'name = "/.spool";',
    }
    fine = {
        "include/aimx/x.h": "#include <aimx/abi.h>\n#include <gio/gio.h>",
        "modules/smtp/listener.c": '#include <gnutls/gnutls.h>\n#include "session/session.h"',
        "core/mail/stem.c": '#include "mail/stem.h"\n#include <glib.h>\nx = "inbox/";',
        "core/wire/version.c": '#include "version-build.h"',
        "cli/main.c": '#include "wire/client.h"',
        "modules/mailbox/list.c": '/* "inbox/x" */ add (object, "inbox_path"); say ("move it to inbox/ yourself");',
    }
    missed = [f"not found: {path}: {text}" for path, text in breaches.items() if not check(pathlib.PurePosixPath(path), text)]
    wrong = [f"found without reason: {problem}" for path, text in fine.items()
             for problem in check(pathlib.PurePosixPath(path), text)]
    return sources.report(missed + wrong)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    rooms = ("include", "core", "modules", "plugins", "cli", "subprojects")
    paths = [path for path in sources.files(*(f"{room}/*.[ch]" for room in rooms)) if "tests" not in path.parts]
    return sources.report([problem for path in paths for problem in check(path, sources.read(path))])


if __name__ == "__main__":
    sys.exit(main())
