#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin of the tutorial, typed as it stands, and one in C++: built out of the tree against an installed AIMX with
nothing but pkg-config, and run by that."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

import bus
import daemon
import tap

TUTORIAL = daemon.ROOT / "docs" / "plugin-tutorial.md"
MESSAGE = "From: a@b.test\r\nSubject: hi\r\n\r\nbody\r\n"


def run(*command, **kwargs):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **kwargs)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def blocks(language):
    """The code of the tutorial, in its order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class Installed:
    """AIMX installed below a prefix of its own; root loads nothing from below a directory that others may write."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="prefix-", dir=daemon.BUILD))
        self.path.chmod(0o755)
        build = self.path / "build"
        prefix = self.path / "usr"
        run("meson", "setup", build, f"--prefix={prefix}", "--libdir=lib", "-Dtests=false", cwd=daemon.ROOT)
        run("ninja", "-C", build, "install")
        self.aimx = prefix / "bin" / "aimx"
        self.env = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig"),
                    "LD_LIBRARY_PATH": str(prefix / "lib"), "PATH": f"{prefix / 'bin'}:{os.environ['PATH']}"}
        self.plugins = pathlib.Path(run("pkg-config", "--variable=pluginsdir", "aimx-plugin-1", env=self.env).strip())

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


@unittest.skipIf(os.environ.get("AIMX_SANITIZER"), "plugins are built by the system's compiler as it is")
class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.installed = Installed()
        cls.addClassCleanup(cls.installed.close)
        cls.libraries = {"LD_LIBRARY_PATH": cls.installed.env["LD_LIBRARY_PATH"]}

    def start(self, more=None, **kwargs):
        """A daemon of the installed AIMX."""
        server = daemon.Daemon(command=self.installed.aimx, env={**self.libraries, **(more or {})}, **kwargs)
        self.addCleanup(server.close)
        return server

    def aimx(self, server, *args, status=0, **kwargs):
        done = server.aimx(*args, env=self.libraries, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def type_tutorial(self):
        with tempfile.TemporaryDirectory() as place:
            pathlib.Path(place, "hello.c").write_text(blocks("c")[0], encoding="utf-8")
            built = run("sh", "-ec", blocks("sh")[0], cwd=place, env=self.installed.env)
            self.assertEqual(built, "")

    def test_the_tutorial_is_the_plugin_in_the_tree(self):
        self.assertEqual(blocks("c")[0], (daemon.ROOT / "plugins" / "hello" / "hello.c").read_text(encoding="utf-8"))

    def test_the_tutorial_as_it_stands(self):
        self.type_tutorial()
        server = self.start()
        self.aimx(server, "ingest", "info@agents.test", stdin=MESSAGE)
        daemon.wait_for(lambda: '"received":1' in self.aimx(server, "hello", "--json").stdout, "the event")
        self.assertEqual(self.aimx(server, "hello", "Ann").stdout, "text: Hello, Ann!\nreceived: 1\n")
        loud = {"text": "HELLO, ANN!", "received": 1}
        self.assertEqual(json.loads(self.aimx(server, "hello", "Ann", "--loud", "--json").stdout), loud)
        self.assertEqual(json.loads(self.aimx(server, "call", "HELLO", "Name=Ann", "Loud=true").stdout), loud)
        with open(server.config_file, "a", encoding="utf-8") as config:
            config.write("\n" + blocks("toml")[0])
        self.aimx(server, "reload")
        self.assertIn("Moin, world!", self.aimx(server, "hello").stdout)
        self.assertEqual(server.stop(), 0)
        self.assertIn("Moin, world!", self.aimx(server, "hello").stdout)

    def test_its_verb_on_the_bus(self):
        self.type_tutorial()
        private = bus.Bus()
        self.addCleanup(private.close)
        server = self.start(more={"DBUS_SYSTEM_BUS_ADDRESS": private.address})
        daemon.wait_for(lambda: "on the bus" in server.log(), "the bus")
        command = blocks("sh")[1][blocks("sh")[1].index("gdbus"):]
        answer = run("sh", "-ec", command, env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": private.address})
        self.assertIn(", ".join(f"0x{byte:02x}" for byte in b"Hello, Ann!"), answer)

    def test_a_wrong_setting_keeps_the_plugin_out_and_nothing_else(self):
        self.type_tutorial()
        server = self.start(config="[plugin.hello]\ngreeting = 5\n")
        self.assertIn("plugin.hello.greeting: it is an integer but must be a string", server.log())
        modules = {one["name"]: one for one in json.loads(self.aimx(server, "modules", "--json").stdout)}
        self.assertEqual(modules["hello"]["state"], "refused")
        self.assertIn("line ", modules["hello"]["reason"])
        self.assertEqual({one["state"] for name, one in modules.items() if name not in ("hello", "dbus")}, {"loaded"})

    def test_a_reload_with_a_wrong_setting_is_refused(self):
        self.type_tutorial()
        server = self.start()
        with open(server.config_file, "a", encoding="utf-8") as config:
            config.write("\n[plugin.hello]\ngreeting = [1]\n")
        self.assertIn("greeting", self.aimx(server, "reload", status=1).stderr)
        self.assertIn("Hello, world!", self.aimx(server, "hello").stdout)

    def test_the_template_copied_built_and_tested(self):
        readme = (daemon.ROOT / "data" / "plugin-template" / "README.md").read_text(encoding="utf-8")
        copy, build = (textwrap.dedent(block) for block in re.findall(r"^   ```sh\n(.*?)^   ```$", readme, re.M | re.S))
        with tempfile.TemporaryDirectory() as place:
            run("sh", "-ec", copy + build, cwd=place, env=self.installed.env)
        self.addCleanup((self.installed.plugins / "words.so").unlink)
        server = self.start()
        self.assertEqual(self.aimx(server, "words", stdin="one two\n").stdout, "words: 2\n")
        self.assertIn("the text is not UTF-8", self.aimx(server, "words", stdin=b"\xff", status=1).stderr)

    def test_the_template_under_another_name(self):
        with tempfile.TemporaryDirectory() as place:
            copy = pathlib.Path(place, "mine")
            shutil.copytree(self.installed.aimx.parents[1] / "share" / "aimx" / "plugin-template", copy)
            meson = copy / "meson.build"
            meson.write_text(meson.read_text(encoding="utf-8").replace("project('words'", "project('mine'"), encoding="utf-8")
            run("sh", "-ec", "meson setup build --werror && meson install -C build", cwd=copy, env=self.installed.env)
        self.addCleanup((self.installed.plugins / "mine.so").unlink)
        server = self.start()
        modules = {one["name"]: one for one in json.loads(self.aimx(server, "modules", "--json").stdout)}
        self.assertEqual((modules["mine"]["state"], modules["mine"]["verbs"]), ("loaded", ["WORDS"]))

    def test_the_template_in_cplusplus(self):
        with tempfile.TemporaryDirectory() as place:
            copy = pathlib.Path(place, "polyglot-words")
            shutil.copytree(self.installed.aimx.parents[1] / "share" / "aimx" / "plugin-template", copy)
            for source in copy.glob("*.c"):
                source.rename(source.with_suffix(".cc"))
            meson = (copy / "meson.build").read_text(encoding="utf-8")
            for in_c, in_cplusplus in (("'words', 'c'", "'polyglot-words', 'cpp'"), ("c_std=gnu17", "cpp_std=c++20"),
                                       ("c_args", "cpp_args"), (".c'", ".cc'")):
                self.assertIn(in_c, meson)
                meson = meson.replace(in_c, in_cplusplus)
            (copy / "meson.build").write_text(meson, encoding="utf-8")
            run("sh", "-ec", "meson setup build --werror && meson test -C build && meson install -C build", cwd=copy,
                env=self.installed.env)
        self.addCleanup((self.installed.plugins / "polyglot-words.so").unlink)
        self.assertEqual(self.aimx(self.start(), "words", stdin="one two\n").stdout, "words: 2\n")

    def build_in_cplusplus(self, source, name):
        flags = run("pkg-config", "--cflags", "--libs", "aimx-plugin-1", env=self.installed.env).split()
        built = self.installed.plugins / f"{name}.so"
        run("g++", "-std=c++20", "-Wall", "-Werror", "-shared", "-fPIC", "-o", built, "-x", "c++", source, "-x", "none", *flags)
        self.addCleanup(built.unlink)

    def test_the_tutorial_in_cplusplus(self):
        self.build_in_cplusplus(daemon.ROOT / "plugins" / "hello" / "hello.c", "hello")
        self.assertEqual(self.aimx(self.start(), "hello", "Ann").stdout, "text: Hello, Ann!\nreceived: 0\n")

    def test_the_same_written_for_cplusplus(self):
        self.build_in_cplusplus(daemon.ROOT / "tests" / "e2e" / "plugin" / "polyglot.cc", "polyglot")
        server = self.start()
        self.assertIn("text: Ciao, Ann!", self.aimx(server, "polyglot", "Ann").stdout)
        self.assertIn("'Name' is missing", self.aimx(server, "call", "POLYGLOT", status=1).stderr)


if __name__ == "__main__":
    tap.main()
