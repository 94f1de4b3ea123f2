# SPDX-License-Identifier: MIT
"""What it costs to find out who sent a message: the same load from one domain and from a domain of its own for each
message, unsigned and signed, with a name server that answers at once and with one that takes its time.

The first row does not ask who sent it; the ratio is to that one.  Turns alternate; each figure is the median of the
rounds, `wait` is from the end of the data to the `250`.
"""

import base64
import contextlib
import pathlib
import subprocess
import tempfile

import measure

SIZE = 4096
SESSIONS = 10
DELAY = 0.060
ONE, EACH = "load@load.test", "load@d%.test"
ZONE = '@ TXT "v=spf1 ip4:127.0.0.1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\ns1._domainkey TXT {key}\n'

HEADER = ["", "a second", "ratio", "wait p50 us", "p99 us", "cpu us"]


def write_signed(path, key):
    """A message that load.test signed."""
    import dkim  # pylint: disable=import-outside-toplevel
    body = b"".join(b"%06d of a body that is as long as others\r\n" % line for line in range(SIZE // 45))
    raw = b"From: Load <load@load.test>\r\nSubject: Signed\r\nDate: Tue, 01 Oct 2024 12:00:00 +0000\r\n\r\n" + body
    path.write_bytes(dkim.sign(raw, b"s1", b"load.test", key, canonicalize=(b"relaxed", b"relaxed"),
                               include_headers=[b"from", b"subject"]) + raw)


def key_record(key):
    done = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True)
    text = "v=DKIM1; p=" + base64.b64encode(done.stdout).decode()
    return " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))


def start(stack, daemon, place, config, resolver):
    config += "\n[smtp]\nmax_connections_per_address = 1000\n"
    return stack.enter_context(daemon.Daemon(mailboxes={measure.MAILBOX: daemon.ordinary_users()[0]}, config=config, parent=place,
                                             env={"AIMX_LOG": "message", "AIMX_RESOLVER": resolver}))


def measure_turn(server, build, messages, options):
    measure.settle()
    return measure.inbound(server, build, SESSIONS, messages, SIZE, *options)


def report(daemon, build, disk, options):
    import zones  # pylint: disable=import-outside-toplevel
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="senders-", dir=disk)))
        place.chmod(0o755)
        key = daemon.signing_key()
        signed = place / "signed.eml"
        write_signed(signed, key)
        dns = stack.enter_context(zones.Zones({"load.test": ZONE.format(key=key_record(key)),
                                               "test": '* TXT "v=spf1 ip4:127.0.0.1 -all"'}))
        slow = stack.enter_context(zones.Relay(dns.port, delay=DELAY))
        asks_nobody = start(stack, daemon, place, '[modules]\ndisabled = ["mailauth"]', dns.server)
        quick = start(stack, daemon, place, "", dns.server)
        late = start(stack, daemon, place, "", slow.server)
        message = ["--message", signed]
        rows = {
            "nobody asks": (asks_nobody, []),
            "one domain": (quick, []),
            "one domain, signed": (quick, message),
            f"one domain, signed, DNS {DELAY * 1000:.0f} ms": (late, message),
            "new domains": (quick, ["--from", EACH]),
            f"new domains, DNS {DELAY * 1000:.0f} ms": (late, ["--from", EACH]),
        }
        results = {name: [] for name in rows}
        for turn in range(options.rounds):
            for name, (server, extra) in rows.items():
                # A domain that is new is new in every round.
                extra = [f"load@r{turn}d%.test" if word == EACH else word for word in extra]
                results[name].append(measure_turn(server, build, options.messages, extra))
    print_table(results)


def print_table(results):
    medians = {name: {key: measure.median([turn[key] for turn in turns]) for key in ("rate", "p50_us", "p99_us", "cpu")}
               for name, turns in results.items()}
    base = medians["nobody asks"]["rate"]
    measure.table(HEADER, [[name, f"{row['rate']:.0f}", f"{row['rate'] / base:.2f}", f"{row['p50_us']:.0f}",
                            f"{row['p99_us']:.0f}", f"{row['cpu']:.0f}"] for name, row in medians.items()])
