#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The daemon on a private bus: what each caller sees and may do, what it is told, and a bus that comes and goes."""

import contextlib
import email.message
import os
import re
import signal
import smtplib
import socket
import subprocess
import time
import unittest
import xml.etree.ElementTree

import bus
import daemon
import tap

OWNER, OTHER = daemon.ordinary_users()
STRANGER = "man" if daemon.IS_ROOT else None
INFO, SALES, GONE = "info@agents.test", "sales@agents.test", "x@b.test"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
CALLS = 1000
LETTERS = 40
ON_THEIR_WAY = 1000
# What all doors together get for their end is 35 s.
END_SECONDS = 15

needs_root = unittest.skipUnless(daemon.IS_ROOT, "only root can be several users")


class Case(unittest.TestCase):
    def setUp(self):
        self.bus = bus.Bus()
        self.addCleanup(self.bus.close)
        self.server = daemon.Daemon(domains=("agents.test", "b.test"), env={"DBUS_SYSTEM_BUS_ADDRESS": self.bus.address},
                                    mailboxes={INFO: OWNER, SALES: OTHER, GONE: OWNER})
        self.addCleanup(self.server.close)
        self.wait_on_bus(1)

    def wait_on_bus(self, times):
        daemon.wait_for(lambda: self.server.log().count("on the bus as") == times, "the daemon on the bus")

    def peer(self, user=None):
        peer = bus.Peer(self.bus.address, user)
        self.addCleanup(peer.close)
        return peer

    def deliver(self, *recipients, subject="news"):
        made = email.message.EmailMessage()
        made["From"], made["To"], made["Subject"] = "ann@sender.test", ", ".join(recipients), subject
        made.set_content("text\n")
        with smtplib.SMTP("127.0.0.1", self.server.port, "client.test", timeout=daemon.PATIENCE) as client:
            client.send_message(made)

    def assert_error(self, name, peer, *call):
        with self.assertRaises(bus.BusError) as caught:
            peer.call(*call)
        self.assertEqual(caught.exception.name, name)
        return caught.exception.message

    @staticmethod
    def nodes(peer, path=bus.ROOT):
        """All paths at and below path, as introspection tells them."""
        tree = xml.etree.ElementTree.fromstring(peer.call(path, bus.INTROSPECTABLE, "Introspect")[0])
        found = [path]
        for child in tree.findall("node"):
            found += Case.nodes(peer, f"{path}/{child.get('name')}")
        return found


class Visibility(Case):
    def test_root_sees_everything(self):
        peer = self.peer()
        domains = [bus.domain_path("agents.test"), bus.domain_path("b.test")]
        mailboxes = [bus.mailbox_path(name) for name in (INFO, SALES, GONE)]
        self.assertEqual(sorted(peer.objects()), sorted(domains + mailboxes))
        self.assertEqual(self.nodes(peer), [bus.ROOT, f"{bus.ROOT}/domain", *domains, f"{bus.ROOT}/mailbox", *mailboxes])
        properties = peer.objects()[domains[0]][bus.DOMAIN]
        self.assertEqual(properties, {"Name": "agents.test", "Default": True, "DkimLoaded": True, "DkimSelector": "aimx",
                                      "MailboxCount": 2, "Overrides": []})
        self.assertEqual(peer.call(domains[1], bus.PROPERTIES, "GetAll", f'("{bus.DOMAIN}",)')[0]["MailboxCount"], 1)
        self.assertEqual(peer.call(mailboxes[0], bus.PROPERTIES, "Get", f'("{bus.MAILBOX}", "Owner")'), [OWNER])
        self.assertEqual(peer.call(bus.ROOT, bus.PROPERTIES, "Get", f'("{bus.MANAGER}", "Version")'), ["dev"])

    @needs_root
    def test_what_is_not_yours_is_not_there(self):
        for user, own in ((OWNER, [INFO, GONE]), (OTHER, [SALES]), (STRANGER, [])):
            peer = self.peer(user)
            paths = [bus.mailbox_path(name) for name in own]
            with self.subTest(user=user):
                self.assertEqual(sorted(peer.objects()), sorted(paths))
                self.assertEqual(self.nodes(peer), [bus.ROOT, f"{bus.ROOT}/mailbox", *paths])
                self.assertEqual(self.nodes(peer, f"{bus.ROOT}/domain"), [f"{bus.ROOT}/domain"])

    @needs_root
    def test_hidden_and_missing_are_answered_alike(self):
        peer = self.peer(STRANGER)
        for hidden, missing in ((bus.mailbox_path(INFO), bus.mailbox_path("nobody@agents.test")),
                                (bus.domain_path("agents.test"), bus.domain_path("nowhere.test"))):
            interface = bus.MAILBOX if "mailbox" in hidden else bus.DOMAIN
            for call in ((bus.INTROSPECTABLE, "Introspect", "()"), (bus.PROPERTIES, "GetAll", f'("{interface}",)'),
                         (bus.PROPERTIES, "Get", f'("{interface}", "Name")'),
                         (interface, "MarkRead" if interface == bus.MAILBOX else "SetDefault",
                          '("a",)' if interface == bus.MAILBOX else "()")):
                with self.subTest(path=hidden, call=call):
                    said = [self.assert_error(UNKNOWN_OBJECT, peer, path, *call) for path in (hidden, missing)]
                    self.assertEqual(said[0].replace(hidden, ""), said[1].replace(missing, ""))
            for call in ((bus.PROPERTIES, "GetAll", '("no.such.Interface",)'), (interface, "NoSuchMethod", "()"),
                         (bus.PROPERTIES, "Set", f'("{interface}", "Name", <"x">)')):
                with self.subTest(path=hidden, call=call):
                    said = []
                    for path in (hidden, missing):
                        with self.assertRaises(bus.BusError) as caught:
                            peer.call(path, *call)
                        said.append(str(caught.exception).replace(path, ""))
                    self.assertEqual(said[0], said[1])

    def test_introspection_is_for_people(self):
        peer = self.peer()
        text = peer.call(bus.ROOT, bus.INTROSPECTABLE, "Introspect")[0]
        self.assertIn("<!-- Reads the configuration again", text)
        self.assertIn("The mail server, at /email/aimx/Aimx1.", text)
        done = subprocess.run(["gdbus", "introspect", "--address", self.bus.address, "--dest", bus.NAME, "--recurse",
                               "--object-path", bus.ROOT], capture_output=True, text=True, timeout=daemon.PATIENCE, check=True)
        for line in ("node /email/aimx/Aimx1/domain/agents_2etest {", "Call(in  s verb,", "readonly as TrustedSenders = [];",
                     "MessageReceived(s mailbox,"):
            self.assertIn(line, done.stdout)


class Methods(Case):
    @needs_root
    def test_a_stranger_may_do_what_anybody_may(self):
        peer = self.peer(STRANGER)
        self.assertEqual(peer.verb("VERSION")[1]["tag"], "dev")
        self.assertEqual(peer.verb("MAILBOX-LIST")[1], [])
        self.assertIn('"MAILBOX-CREATE"', peer.call(bus.ROOT, bus.MANAGER, "Verbs")[0])
        self.assertEqual(peer.call(bus.ROOT, bus.MANAGER, "Subscribe"), [])
        self.assertEqual(peer.call(bus.ROOT, bus.OBJECT_MANAGER, "GetManagedObjects"), [{}])
        for method in ("Modules", "Reload", "Figures"):
            self.assert_error(f"{bus.NAME}.Error.EACCES", peer, bus.ROOT, bus.MANAGER, method)
        for path, interface, method, arguments in (
                (bus.domain_path("b.test"), bus.DOMAIN, "Remove", "(true,)"),
                (bus.domain_path("b.test"), bus.DOMAIN, "SetDefault", "()"),
                (bus.mailbox_path(INFO), bus.MAILBOX, "MarkRead", '("x",)'),
                (bus.mailbox_path(INFO), bus.MAILBOX, "MarkUnread", '("x",)'),
                (bus.mailbox_path(INFO), bus.MAILBOX, "Delete", "(true,)"),
                (bus.mailbox_path(INFO), bus.MAILBOX, "Show", "()")):
            self.assert_error(UNKNOWN_OBJECT, peer, path, interface, method, arguments)
        for verb, headers, code in (("DOMAIN-REMOVE", {"Domain": "b.test", "Force": "true"}, "EACCES"),
                                    ("MAILBOX-DELETE", {"Name": INFO}, "MAILBOX"),
                                    ("MARK-READ", {"Mailbox": INFO, "Id": "x"}, "EACCES"),
                                    ("RELOAD", {}, "EACCES")):
            with self.assertRaises(bus.BusError) as caught:
                peer.verb(verb, **headers)
            self.assertEqual(caught.exception.name, f"{bus.NAME}.Error.{code}")
        self.assertEqual(len(self.peer().objects()), 5)

    def test_an_owner_works_with_the_own_mail(self):
        self.deliver(INFO)
        stem = daemon.wait_for(lambda: self.server.messages(INFO), "the message")[0].stem
        peer = self.peer(OWNER if daemon.IS_ROOT else None)
        path = bus.mailbox_path(INFO)
        peer.call(path, bus.MAILBOX, "MarkRead", f'("{stem}",)')
        self.assertIn("\nread = true\n", self.server.messages(INFO)[0].read_text(encoding="utf-8"))
        peer.call(path, bus.MAILBOX, "MarkUnread", f'("{stem}",)')
        self.assertIn('"total":1', peer.call(path, bus.MAILBOX, "Show")[0])
        self.assertIn("inbox has 1", self.assert_error(f"{bus.NAME}.Error.NONEMPTY", peer, path, bus.MAILBOX, "Delete", "(false,)"))
        self.assert_error(f"{bus.NAME}.Error.NOTFOUND", peer, path, bus.MAILBOX, "MarkRead", '("nothing",)')
        self.assert_error(f"{bus.NAME}.Error.MALFORMED", peer, path, bus.MAILBOX, "MarkRead", '("a\\nb",)')
        peer.call(path, bus.MAILBOX, "Delete", "(true,)")
        self.assert_error(UNKNOWN_OBJECT, peer, path, bus.MAILBOX, "Show")

    def test_a_wrong_call_is_an_error_and_no_more(self):
        peer = self.peer()
        for call in ((bus.ROOT, bus.MANAGER, "Call", '("VERSION",)'), (bus.ROOT, bus.MANAGER, "NoSuch", "()"),
                     (bus.ROOT, "no.such.Interface", "Call", "()"), (f"{bus.ROOT}/domain", bus.MANAGER, "Reload", "()"),
                     (f"{bus.ROOT}/nothing", bus.MANAGER, "Reload", "()"), (bus.ROOT, bus.INTROSPECTABLE, "Introspect", "(1,)"),
                     (bus.ROOT, bus.PROPERTIES, "Set", f'("{bus.MANAGER}", "Version", <"x">)'),
                     (f"{bus.ROOT}/mailbox/x/y", bus.INTROSPECTABLE, "Introspect", "()"),
                     (f"{bus.ROOT}/mailbox/_zz", bus.INTROSPECTABLE, "Introspect", "()"),
                     (f"{bus.ROOT}/domain/AGENTS_2etest", bus.DOMAIN, "SetDefault", "()")):
            with self.subTest(call=call), self.assertRaises(bus.BusError):
                peer.call(*call)
        for verb, code in (("NO\nSUCH", "PROTOCOL"), ("", "PROTOCOL"), ("MARK-READ", "MALFORMED")):
            with self.assertRaises(bus.BusError) as caught:
                peer.verb(verb)
            self.assertEqual(caught.exception.name, f"{bus.NAME}.Error.{code}")
        self.assertEqual(peer.verb("VERSION")[1]["tag"], "dev")

    def test_a_body_goes_through(self):
        peer = self.peer()
        _, answer = peer.verb("INGEST", b"From: ann@sender.test\r\nSubject: by bus\r\n\r\ntext\r\n", Rcpt=INFO)
        self.assertEqual(answer["id"], self.server.messages(INFO)[0].stem)
        _, answer = peer.verb("VERIFY", b"")
        self.assertEqual(answer["dkim"], [])

    def test_figures_count_clients_and_locks(self):
        peer = self.peer()

        def figures():
            return peer.call(bus.ROOT, bus.MANAGER, "Figures")[0]

        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=daemon.PATIENCE):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.server.runtime_dir / "aimx.sock"))
                daemon.wait_for(lambda: figures()["socket_connections"] == 1, "the client to be counted")
                self.assertEqual(figures()["smtp_connections"], 1)
            daemon.wait_for(lambda: figures()["socket_connections"] == 0, "the client to be gone")
        daemon.wait_for(lambda: figures()["smtp_connections"] == 0, "the sender to be gone")
        before = figures()["locks_acquired"]
        self.deliver(INFO)
        self.assertGreater(figures()["locks_acquired"], before)

    def test_a_thousand_calls_are_answered_while_mail_comes_in(self):
        peer = self.peer()
        numbers = []
        for i in range(CALLS):
            numbers.append(peer.send(bus.ROOT, bus.MANAGER, "Call", '("VERSION", @a{ss} {}, @ay [])') if i % 2 else
                           peer.send(bus.mailbox_path(INFO), bus.PROPERTIES, "GetAll", f'("{bus.MAILBOX}",)'))
            if i % (CALLS // LETTERS) == 0:
                self.deliver(INFO, subject=f"number {i}")
            # The bus itself lets 128 calls of a connection wait for their answers.
            if len(numbers) == 100:
                for number in numbers:
                    peer.answer(number)
                numbers.clear()
        for number in numbers:
            peer.answer(number)
        peer.wait(lambda: len([None for signal in peer.signals if signal[2] == "MessageReceived"]) == LETTERS, "all signals")
        figures = peer.call(bus.ROOT, bus.MANAGER, "Figures")[0]
        self.assertEqual((figures["bus_connections"], figures["bus_calls_running"], figures["bus_calls_waiting"]), (1, 0, 0))
        self.assertGreaterEqual(figures["locks_acquired"], LETTERS)


    @unittest.skipIf(os.environ.get("AIMX_SANITIZER"), "a sanitizer keeps what is freed")
    def test_calls_leave_nothing_behind(self):
        peer = self.peer()
        for call in ((bus.ROOT, bus.OBJECT_MANAGER, "GetManagedObjects"), (bus.ROOT, bus.INTROSPECTABLE, "Introspect"),
                     (bus.mailbox_path(INFO), bus.PROPERTIES, "GetAll", f'("{bus.MAILBOX}",)'),
                     (bus.ROOT, bus.MANAGER, "Verbs"), (bus.ROOT, bus.MANAGER, "Call", '("VERSION", @a{ss} {}, @ay [])'),
                     (bus.mailbox_path("nobody@agents.test"), bus.MAILBOX, "Show")):
            with self.subTest(call=call):
                self.repeat(peer, call, CALLS)
                before = self.server.resident_kib()
                self.repeat(peer, call, CALLS)
                self.assertLess(self.server.resident_kib() - before, CALLS, "less than a KiB a call")

    @staticmethod
    def repeat(peer, call, times):
        for _ in range(times // 50):
            for number in [peer.send(*call) for _ in range(50)]:
                with contextlib.suppress(bus.BusError):
                    peer.answer(number)


class Signals(Case):
    def setUp(self):
        super().setUp()
        self.root = self.peer()
        self.root.call(bus.ROOT, bus.MANAGER, "Subscribe")

    def subscribed(self, user):
        peer = self.peer(user)
        peer.call(bus.ROOT, bus.MANAGER, "Subscribe")
        return peer

    @needs_root
    def test_each_hears_what_is_theirs_and_nothing_else(self):
        owner, stranger, silent = self.subscribed(OWNER), self.subscribed(STRANGER), self.peer(OWNER)
        self.deliver(INFO, SALES)
        received = [(bus.mailbox_path(name), bus.MAILBOX, "MessageReceived", name, self.server.messages(name)[0].stem)
                    for name in (INFO, SALES)]
        self.root.wait(lambda: len(self.root.signals) == 2, "two signals")
        self.assertEqual(sorted(self.root.signals), received)
        owner.wait_for_signal(*received[0])
        self.root.verb("DOMAIN-REMOVE", Domain="b.test", Force="true")
        owner.wait_for_signal(bus.ROOT, bus.MANAGER, "MailboxRemoved", GONE)
        self.root.wait_for_signal(bus.ROOT, bus.MANAGER, "DomainRemoved", "b.test")
        gone = [(bus.ROOT, bus.OBJECT_MANAGER, "InterfacesRemoved", bus.mailbox_path(GONE), [bus.MAILBOX]),
                (bus.ROOT, bus.MANAGER, "MailboxRemoved", GONE)]
        self.assertEqual(owner.signals, [received[0], *gone])
        self.assertEqual(self.root.signals[2:],
                         [*gone, (bus.ROOT, bus.OBJECT_MANAGER, "InterfacesRemoved", bus.domain_path("b.test"), [bus.DOMAIN]),
                          (bus.ROOT, bus.MANAGER, "DomainRemoved", "b.test")])
        # An answer comes after whatever was sent before it.
        stranger.call(bus.ROOT, bus.MANAGER, "Subscribe")
        silent.call(bus.ROOT, bus.MANAGER, "Subscribe")
        self.assertEqual(stranger.signals + silent.signals, [])

    @needs_root
    def test_a_mailbox_comes_for_its_owner(self):
        owner, other = self.subscribed(OWNER), self.subscribed(OTHER)
        owner.verb("MAILBOX-CREATE", Name="new@agents.test")
        owner.wait_for_signal(bus.ROOT, bus.MANAGER, "MailboxAdded", "new@agents.test")
        self.assertEqual(owner.signals[0][:4], (bus.ROOT, bus.OBJECT_MANAGER, "InterfacesAdded",
                                                bus.mailbox_path("new@agents.test")))
        self.assertEqual(owner.signals[0][4][bus.MAILBOX]["Owner"], OWNER)
        self.root.wait_for_signal(bus.domain_path("agents.test"), bus.PROPERTIES, "PropertiesChanged", bus.DOMAIN,
                                  {"MailboxCount": 3}, [])
        text = self.server.config_file.read_text(encoding="utf-8")
        table = text.rindex('owner = ')
        self.server.config_file.write_text(text[:table] + f'owner = "{OTHER}"\n', encoding="utf-8")
        self.root.call(bus.ROOT, bus.MANAGER, "Reload")
        owner.wait_for_signal(bus.ROOT, bus.MANAGER, "MailboxRemoved", "new@agents.test")
        other.wait_for_signal(bus.ROOT, bus.MANAGER, "MailboxAdded", "new@agents.test")
        self.root.wait_for_signal(bus.mailbox_path("new@agents.test"), bus.PROPERTIES, "PropertiesChanged", bus.MAILBOX,
                                  {"Owner": OTHER}, [])
        self.assert_error(UNKNOWN_OBJECT, owner, bus.mailbox_path("new@agents.test"), bus.MAILBOX, "Show")

    def test_changes_of_domains_are_told(self):
        self.root.verb("DOMAIN-ADD", Domain="c.test")
        self.root.wait_for_signal(bus.ROOT, bus.MANAGER, "DomainAdded", "c.test")
        self.root.call(bus.domain_path("c.test"), bus.DOMAIN, "SetDefault")
        for name, default in (("c.test", True), ("agents.test", False)):
            self.root.wait_for_signal(bus.domain_path(name), bus.PROPERTIES, "PropertiesChanged", bus.DOMAIN,
                                      {"Default": default}, [])
        self.root.verb("DKIM-KEYGEN", Domain="b.test")
        self.root.wait_for_signal(bus.domain_path("b.test"), bus.PROPERTIES, "PropertiesChanged", bus.DOMAIN,
                                  {"DkimLoaded": True}, [])

    def test_mail_is_told_while_domains_come_and_go(self):
        for i in range(10):
            self.root.verb("DOMAIN-ADD", Domain=f"d{i}.test")
            self.deliver(INFO, subject=f"number {i}")
            self.root.verb("DOMAIN-REMOVE", Domain=f"d{i}.test", Force="false")
        self.root.wait_for_signal(bus.ROOT, bus.MANAGER, "DomainRemoved", "d9.test")
        told = [signal[4] for signal in self.root.signals if signal[2] == "MessageReceived"]
        self.assertEqual(sorted(told), sorted(path.stem for path in self.server.messages(INFO)))
        self.assertEqual([signal[3] for signal in self.root.signals if signal[2] in ("DomainAdded", "DomainRemoved")],
                         [f"d{i // 2}.test" for i in range(20)])


class Life(Case):
    def test_a_bus_that_goes_away_is_found_again(self):
        for times in (2, 3):
            self.bus.stop()
            daemon.wait_for(lambda: self.server.log().count("not on the bus at") == times - 1, "the log to say so")
            self.deliver(INFO, subject=f"without a bus, {times}")
            self.assertEqual(self.server.aimx("mailboxes", "list").returncode, 0)
            self.bus.start()
            self.wait_on_bus(times)
            self.assertEqual(len(self.peer().objects()), 5)
        self.assertIsNone(self.server.process.poll())

    def test_without_a_bus_everything_else_works(self):
        with daemon.Daemon() as server:
            daemon.wait_for(lambda: "not on the bus at" in server.log(), "the log to say so")
            self.assertEqual(server.stop(), 0)
            lines = [line for line in server.log().splitlines() if re.search("dbus: ", line)]
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith("info "), lines)

    def test_a_bus_that_hangs_holds_nothing_up(self):
        peer = self.peer()
        peer.call(bus.ROOT, bus.MANAGER, "Subscribe")
        self.bus.process.send_signal(signal.SIGSTOP)
        for i in range(20):
            self.deliver(INFO, subject=f"number {i}")
        self.assertEqual(self.server.aimx("mailboxes", "list").returncode, 0)
        start = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - start, END_SECONDS)

    def test_the_name_is_waited_for(self):
        with daemon.Daemon(env={"DBUS_SYSTEM_BUS_ADDRESS": self.bus.address}) as second:
            daemon.wait_for(lambda: "another program has the name" in second.log(), "the log to say so")
            self.assertEqual(self.server.stop(), 0)
            daemon.wait_for(lambda: "on the bus as" in second.log(), "the second daemon on the bus")
            self.assertEqual(sorted(self.peer().objects()), [bus.domain_path("agents.test"), bus.mailbox_path(INFO)])

    def send_many(self, peer, number):
        return [peer.send(bus.ROOT, bus.MANAGER, "Call", '("DOMAIN-LIST", @a{ss} {}, @ay [])') for _ in range(number)]

    def assert_answered(self, peer, numbers):
        for number in numbers:
            try:
                peer.answer(number)
            except bus.BusError as error:
                self.assertIn(error.name, (f"{bus.NAME}.Error.TEMP", "org.freedesktop.DBus.Error.UnknownMethod",
                                           "org.freedesktop.DBus.Error.LimitsExceeded",
                                           "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"))

    def test_calls_that_run_are_answered_at_the_end(self):
        peer = self.peer()
        numbers = self.send_many(peer, 50)
        peer.answer(numbers[0])
        self.assertEqual(self.server.stop(), 0)
        self.assert_answered(peer, numbers[1:])

    def test_calls_that_are_on_their_way_at_the_end_are_answered(self):
        peer = self.peer()
        self.server.signal(signal.SIGSTOP)
        numbers = self.send_many(peer, ON_THEIR_WAY)
        # For the bus to have them; what comes later has to be answered all the same.
        time.sleep(1)
        self.server.signal(signal.SIGTERM)
        self.server.signal(signal.SIGCONT)
        self.assertEqual(self.server.wait(), 0)
        self.assert_answered(peer, numbers)

    def test_connections_that_end_are_forgotten(self):
        peer = self.peer()
        for _ in range(5):
            other = self.peer()
            other.call(bus.ROOT, bus.MANAGER, "Subscribe")
            other.send(bus.ROOT, bus.MANAGER, "Verbs")
            other.close()
        daemon.wait_for(lambda: peer.call(bus.ROOT, bus.MANAGER, "Figures")[0]["bus_connections"] == 1, "one to be left")


if __name__ == "__main__":
    tap.main()
