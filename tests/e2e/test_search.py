#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Search as people and agents use it: with a daemon, after a daemon was killed, with an index that is gone or damaged, and
with no daemon at all."""

import email.message
import json
import os
import shutil
import smtplib
import socket
import sqlite3
import unittest

import daemon
import tap
import terminal

INFO, BOX = "info@agents.test", "box@b.test"
OWNER, OTHER = daemon.ordinary_users()
PLAIN = {"user": OWNER} if daemon.IS_ROOT else {}
INDEX = (".plugins", "search", "index.sqlite")

needs_root = unittest.skipUnless(daemon.IS_ROOT, "only root has mailboxes of several people")


def letter(subject, body, attachment=None, sender="Ann Müller <ann@sender.test>"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, INFO, subject
    message["Message-ID"] = f"<{abs(hash((subject, body)))}@sender.test>"
    message.set_content(body)
    if attachment:
        message.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename=attachment)
    return message


def put(server, count, address=INFO, word="stored", first=0):
    """Messages as the daemon would have stored them, while it is not there."""
    folder = server.folder(address)
    for parent in (folder.parent.parent, folder.parent):
        parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(first, first + count):
        path = folder / f"2024-03-01-{number // 3600:02}{number // 60 % 60:02}{number % 60:02}-{word}-{number}.md"
        part = path.with_suffix(".part")
        part.write_text(f'+++\nfrom = "Bob <bob@sender.test>"\nsubject = "{word} {number}"\n'
                        f'date = "2024-03-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"\nread = false\n'
                        f"+++\n\nThe {word} message number{number}\n", encoding="utf-8")
        # Whole at once: a daemon that runs may read it any time.
        part.rename(path)
    if daemon.IS_ROOT:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, OWNER if address == INFO else OTHER)


class Case(unittest.TestCase):
    def make(self, **kwargs):
        kwargs.setdefault("mailboxes", {INFO: OWNER, BOX: OTHER})
        server = daemon.Daemon(domains=("agents.test", "b.test"), start=False, **kwargs)
        self.addCleanup(server.close)
        os.chmod(server.config_file, 0o644)
        return server

    def serve(self, **kwargs):
        server = self.make(**kwargs)
        server.start()
        return server

    def send(self, server, *messages, to=INFO):
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            for message in messages:
                client.send_message(message, "ann@sender.test", [to])

    def call(self, server, *headers, status=0, **kwargs):
        done = server.aimx("call", "SEARCH", *headers, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr + server.log())
        return json.loads(done.stdout) if status == 0 else done.stderr

    def ask(self, server, request):
        """Like call(), sooner."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(server.runtime_dir / "aimx.sock"))
            client.sendall(request)
            head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\n\n")
        self.assertTrue(head.startswith(b"AIMX/1 OK\n"), head)
        return json.loads(body)

    def settled(self, server, *headers, **kwargs):
        """The answer of an index that is up to date."""
        def ask():
            answer = self.call(server, *headers, **kwargs)
            return answer if not answer["indexing"] else None
        return daemon.wait_for(ask, "the index")

    def subjects(self, server, *headers, **kwargs):
        return [result["subject"] for result in self.settled(server, *headers, **kwargs)["results"]]


class Searching(Case):
    def test_delivered_mail_is_found_by_its_words_through_the_socket_and_by_the_command(self):
        server = self.serve()
        self.send(server, letter("Rechnung März", "Pay net 30 days\nplease"), letter("Lunch", "pizza?", "menu.csv"))
        answer = self.settled(server, "Query=NET")
        self.assertEqual(sorted(answer), ["indexing", "next_cursor", "results"])
        self.assertIsNone(answer["next_cursor"])
        (found,) = answer["results"]
        self.assertEqual({key: found[key] for key in ("mailbox", "folder", "from", "subject", "read", "snippet")},
                         {"mailbox": INFO, "folder": "inbox", "from": "Ann Müller <ann@sender.test>", "read": False,
                          "subject": "Rechnung März", "snippet": "Pay net 30 days please"})
        self.assertTrue((server.folder(INFO) / f"{found['id']}.md").exists())
        for query, subjects in (("marz", ["Rechnung März"]), ('"net 30"', ["Rechnung März"]), ('"30 net"', []),
                                ("piz*", ["Lunch"]), ("from:ann", ["Lunch", "Rechnung März"]), ("ann -pizza", ["Rechnung März"]),
                                ("subject:pizza", []), ("body:(pizza OR net)", ["Lunch", "Rechnung März"]),
                                ("attachment:menu", ["Lunch"]), ("ann@sender.test", ["Lunch", "Rechnung März"])):
            with self.subTest(query=query):
                self.assertEqual(sorted(self.subjects(server, f"Query={query}")), subjects)
        done = server.aimx("search", "pizza")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Lunch", done.stdout)
        self.assertIn("MAILBOX", done.stdout)
        self.assertEqual(server.aimx("search", "net", "30").stdout, server.aimx("search", "net 30").stdout)
        self.assertIn("--has-attachment", server.aimx("search", "--help").stdout)
        status, shown = terminal.run([str(server.command), "--data-dir", str(server.data_dir), "search", "pizza"],
                                     server.environment(), columns=80)
        self.assertEqual(status, 0)
        self.assertIn("subject: Lunch\r\n", shown)
        self.assertEqual(len(json.loads(server.aimx("search", "--json", "--has-attachment").stdout)["results"]), 1)

    def test_a_word_inside_of_text_without_spaces_is_found_and_shown_as_it_stands(self):
        server = self.serve()
        text = "私は日本語を話します。" + "東京都に住んでいる。" * 20 + "ｶﾞｽの請求書を送る。" + "よろしくお願いします。" * 20
        self.send(server, letter("日程", text), letter("Lunch", "pizza?"))
        (found,) = self.settled(server, "Query=ガスの請求")["results"]
        self.assertEqual(found["subject"], "日程")
        self.assertIn("ｶﾞｽの請求書を送る", found["snippet"])
        self.assertIn(found["snippet"].strip("…"), text)
        self.assertGreater(len(found["snippet"]), 40)
        self.assertEqual(self.subjects(server, "Query=subject:日程 -京都"), [])

    def test_filters_narrow_and_can_stand_alone(self):
        server = self.serve()
        put(server, 3)
        self.send(server, letter("New", "text"), letter("With a file", "text", "a.csv"))
        # What is put there by hand is noticed within seconds.
        daemon.wait_for(lambda: len(self.subjects(server)) == 5, "all to be found")
        for headers, count in (((), 5), (("Since=2024-03-02",), 2), (("Until=2024-03-01",), 3), (("From=bob",), 3),
                               (("Until=2024-03-01T00:00:01Z",), 2), (("Subject=file",), 1), (("Has-Attachment=true",), 1),
                               (("Has-Attachment=false",), 4), (("Folder=sent",), 0), (("Folder=inbox",), 5),
                               (("Mailbox=info",), 5), (("Mailbox=info", "From=ann", "Query=text -file"), 1)):
            with self.subTest(headers=headers):
                self.assertEqual(len(self.subjects(server, *headers)), count)

    def test_what_was_accepted_is_found_or_said_to_be_missing(self):
        server = self.serve()
        self.settled(server)
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            for number in range(50):
                client.send_message(letter("Now", f"word{number}"), "ann@sender.test", [INFO])
                answer = self.ask(server, b"AIMX/1 SEARCH\nQuery: word%d\n\n" % number)
                self.assertTrue(answer["results"] or answer["indexing"], number)
        self.assertEqual(len(self.subjects(server, "Subject=now")), 50)

    def test_what_is_wrong_is_said(self):
        server = self.serve()
        for header, says in (('Query="open', "not closed"), ("Query=(a", "not closed"), ("Query=!!!", "letter or a digit"),
                             ("Query=OR", "missing"), ("Limit=501", "500"), ("Limit=0", "from 1"), ("Cursor=x", "next_cursor"),
                             ("Folder=spam", "inbox or sent"), ("Since=soon", "RFC 3339"), ("Subject=subject:x", "subject")):
            with self.subTest(header=header):
                self.assertIn(says, self.call(server, header, status=1))

    def test_pages_follow_each_other_newest_first_while_mail_comes(self):
        server = self.make()
        put(server, 25)
        server.start()
        self.settled(server)
        seen, cursor = [], []
        for page in range(3):
            answer = self.call(server, "Query=stored", "Limit=10", *cursor)
            seen += [result["subject"] for result in answer["results"]]
            cursor = [f"Cursor={answer['next_cursor']}"]
            put(server, 1, first=25 + page)
            self.settled(server)
        self.assertEqual(seen, [f"stored {number}" for number in range(24, -1, -1)])
        self.assertIsNone(answer["next_cursor"])

    def test_read_and_unread_are_as_the_files_say(self):
        server = self.serve()
        self.send(server, letter("One", "text"), letter("Two", "text", "a.csv"))
        both = {result["subject"]: result["id"] for result in self.settled(server)["results"]}
        for subject in both:
            server.aimx("call", "MARK-READ", "Mailbox=info", f"Id={both[subject]}")
            self.assertNotIn(subject, [result["subject"] for result in self.call(server, "Unread=true")["results"]])
            self.assertIn(subject, self.subjects(server, "Unread=false"))
        server.aimx("call", "MARK-UNREAD", "Mailbox=info", f"Id={both['Two']}")
        self.assertEqual(self.subjects(server, "Unread=true"), ["Two"])

    def test_what_an_owner_deletes_or_adds_by_hand_is_seen(self):
        server = self.make()
        put(server, 3)
        server.start()
        self.settled(server)
        server.messages(INFO)[0].unlink()
        self.assertEqual([result["subject"] for result in self.call(server, "Query=stored")["results"]], ["stored 2", "stored 1"])
        put(server, 1, first=7)
        daemon.wait_for(lambda: len(self.call(server, "Query=number7")["results"]) == 1, "the new file")
        put(server, 1, first=8)
        self.call(server, "Query=number8")
        daemon.wait_for(lambda: self.indexed(server, "number8"), "what one search too soon after another missed")

    def test_a_text_that_a_message_has_no_more_is_not_shown(self):
        server = self.make()
        put(server, 1)
        server.start()
        self.assertIn("number0", self.settled(server)["results"][0]["snippet"])
        message = server.messages(INFO)[0]
        message.write_text(message.read_text(encoding="utf-8").replace("number0", "another"), encoding="utf-8")
        # It is looked up by what the index knows of it, which is its old text.
        self.assertEqual([result["snippet"] for result in self.call(server, "Query=number0")["results"]], [""])
        daemon.wait_for(lambda: self.indexed(server, "another"), "the new text")
        self.assertIn("another", self.settled(server)["results"][0]["snippet"])

    @staticmethod
    def indexed(server, word):
        with sqlite3.connect(f"file:{server.data_dir.joinpath(*INDEX)}?mode=ro", uri=True) as index:
            # Only the plugin can look words up; the texts they came from are in a table that anybody can read.
            return index.execute("SELECT count(*) FROM text_content WHERE instr(c3 || c5, ?)", [word]).fetchone()[0]

    def test_what_is_removed_is_gone(self):
        server = self.make()
        put(server, 2)
        put(server, 3, BOX, "removed")
        server.start()
        if daemon.IS_ROOT:
            self.assertEqual(len(self.subjects(server)), 5)
            done = server.aimx("call", "DOMAIN-REMOVE", "Domain=b.test", "Force=true")
            self.assertEqual(self.subjects(server), ["stored 1", "stored 0"], done.stderr)
            self.settled(server)
            server.stop()
            self.assertEqual(self.indexed(server, "removed"), 0)


class Whose(Case):
    @needs_root
    def test_nobody_sees_what_is_not_theirs(self):
        for up in (True, False):
            with self.subTest(daemon=up):
                server = self.make()
                put(server, 2)
                put(server, 2, BOX)
                server.start()
                self.settled(server)
                if not up:
                    server.stop()
                self.assertEqual({result["mailbox"] for result in self.call(server)["results"]}, {INFO, BOX})
                own = self.call(server, **PLAIN)
                self.assertEqual({result["mailbox"] for result in own["results"]}, {INFO})
                hidden = self.call(server, f"Mailbox={BOX}", status=1, **PLAIN)
                missing = self.call(server, "Mailbox=nobody@b.test", status=1, **PLAIN)
                self.assertEqual(hidden.replace(BOX, "X"), missing.replace("nobody@b.test", "X"))
                done = server.aimx("search", "stored", **PLAIN)
                self.assertIn(INFO, done.stdout)
                self.assertNotIn(BOX, done.stdout)

    def test_the_index_is_for_the_daemon_alone(self):
        server = self.serve()
        self.settled(server)
        for depth, mode in ((1, 0o700), (2, 0o700), (3, 0o600)):
            status = server.data_dir.joinpath(*INDEX[:depth]).stat()
            self.assertEqual((status.st_mode & 0o777, status.st_uid), (mode, os.geteuid()))


class Mending(Case):
    def test_a_daemon_killed_while_it_indexes_goes_on_when_it_is_back(self):
        server = self.make()
        put(server, 3000)
        server.start()
        daemon.wait_for(lambda: self.call(server, "Limit=1")["results"], "the first messages")
        server.kill()
        put(server, 1, word="late", first=86000)
        server.start()
        self.settled(server)
        for number in (0, 1500, 2999):
            self.assertEqual(self.subjects(server, f"Query=number{number}"), [f"stored {number}"])
        self.assertEqual(self.subjects(server, "Query=late"), ["late 86000"])
        seen, cursor = 0, []
        while cursor != ["Cursor=None"]:
            answer = self.call(server, "Limit=500", *cursor)
            seen, cursor = seen + len(answer["results"]), [f"Cursor={answer['next_cursor']}"]
        self.assertEqual(seen, 3001)

    def test_an_index_that_is_removed_or_damaged_is_made_anew(self):
        server = self.make()
        put(server, 20)
        index = server.data_dir.joinpath(*INDEX)

        def zero():
            with open(index, "r+b") as file:
                file.write(b"\0" * 4096)

        def garble():
            size = index.stat().st_size
            with open(index, "r+b") as file:
                file.seek(4096)
                file.write(b"\xaa" * (size - 4096))

        def other_version():
            with sqlite3.connect(index) as database:
                database.execute("PRAGMA user_version = 99")

        def replace():
            shutil.rmtree(index.parent)
            index.parent.mkdir(mode=0o755)
            index.write_text("no database at all, but long enough to be looked at\n" * 100)

        for damage in (zero, garble, other_version, replace, lambda: shutil.rmtree(index.parent.parent)):
            with self.subTest(damage=damage.__name__):
                server.start()
                self.assertEqual(len(self.subjects(server, "Query=stored")), 20)
                server.stop()
                damage()
                server.start()
                daemon.wait_for(lambda: server.aimx("call", "SEARCH").returncode == 0, "a new index")
                self.assertEqual(len(self.subjects(server, "Query=stored")), 20)
                server.stop()

    def test_an_index_removed_under_a_running_daemon_is_made_anew(self):
        server = self.make()
        put(server, 20)
        server.start()
        self.assertEqual(len(self.subjects(server, "Query=stored")), 20)
        shutil.rmtree(server.data_dir / ".plugins")
        self.assertEqual(len(self.subjects(server, "Query=stored")), 20)
        self.assertTrue(server.data_dir.joinpath(*INDEX).exists())
        self.assertEqual(server.stop(), 0)

    def test_a_start_reads_no_mail_that_has_not_changed(self):
        server = self.make()
        put(server, 20)
        server.start()
        self.settled(server)
        # Until the folder is older than the steps of its file system's clock.
        daemon.wait_for(lambda: self.stamp(server) not in (0, 1), "a settled folder")
        server.stop()
        before = len(server.log())
        server.start(AIMX_LOG="debug")
        self.assertEqual(len(self.subjects(server, "Query=stored")), 20)
        self.assertIn(": 0 messages came", server.log()[before:])

    def stamp(self, server):
        self.call(server)
        with sqlite3.connect(f"file:{server.data_dir.joinpath(*INDEX)}?mode=ro", uri=True) as index:
            return index.execute("SELECT stamp FROM folder WHERE name = 'inbox' AND mailbox = ?", [INFO]).fetchone()[0]

    @needs_root
    def test_something_else_in_the_place_of_the_index_is_told_and_left(self):
        server = self.make()
        put(server, 1)
        server.data_dir.mkdir(exist_ok=True)
        os.symlink("/tmp", server.data_dir / ".plugins")
        server.start()
        self.assertIn("no index", daemon.wait_for(lambda: self.refusal(server), "the refusal"))
        self.send(server, letter("Mail", "comes in"))
        self.assertEqual(len(server.messages(INFO)), 2)

    def refusal(self, server):
        done = server.aimx("call", "SEARCH")
        return done.stderr if done.returncode else None


class Without(Case):
    """No daemon: what can be read is searched, and nothing is written."""

    def test_answers_are_those_of_the_daemon(self):
        server = self.make()
        put(server, 30)
        server.start()
        questions = (("Query=stored",), ("Query=number3*", "Limit=2"), ("Until=2024-02-01",), ("Mailbox=nobody",), ('Query="',))
        self.settled(server)
        up = [server.aimx("call", "SEARCH", *question) for question in questions]
        server.stop()
        for question, before in zip(questions, up):
            after = server.aimx("call", "SEARCH", *question)
            self.assertEqual((after.returncode, after.stdout, after.stderr), (before.returncode, before.stdout, before.stderr))

    def test_everybody_searches_their_own_mail_and_nothing_is_written(self):
        server = self.make()
        put(server, 3)
        put(server, 3, BOX)
        server.start()
        server.stop()
        before = sorted((str(path), path.lstat().st_mtime_ns) for path in server.path.rglob("*"))
        done = server.aimx("search", "number2", **PLAIN)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("stored 2", done.stdout)
        self.assertEqual(sorted((str(path), path.lstat().st_mtime_ns) for path in server.path.rglob("*")), before)

    def test_a_disabled_plugin_is_not_there(self):
        server = self.serve(config='[modules]\ndisabled = ["search"]\n')
        self.assertNotEqual(server.aimx("call", "SEARCH").returncode, 0)
        self.assertNotEqual(server.aimx("search", "x").returncode, 0)
        self.assertFalse((server.data_dir / ".plugins").exists())


if __name__ == "__main__":
    tap.main()
