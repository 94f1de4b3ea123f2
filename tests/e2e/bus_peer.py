#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A connection of the bus, as whoever runs this: bus_peer.py ADDRESS.  Takes calls from stdin, a JSON array a line:
number, path, interface, method and the arguments as GVariant text; writes to stdout, a JSON object a line, the answers
and the signals as they come."""

import json
import os
import sys

from gi.repository import Gio, GLib

NAME = "email.aimx.Aimx1"
FLAGS = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION


def say(**what):
    print(json.dumps(what), flush=True)


def on_signal(_connection, _sender, path, interface, member, parameters):
    say(signal=[path, interface, member, *parameters.unpack()])


def on_answer(connection, result, number):
    try:
        say(number=number, value=connection.call_finish(result).unpack())
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error) or ""
        say(number=number, error=name, message=error.message.removeprefix(f"GDBus.Error:{name}: "))


def call(connection, line):
    number, path, interface, method, arguments = json.loads(line)
    connection.call(NAME, path, interface, method, GLib.Variant.parse(None, arguments, None, None), None,
                    Gio.DBusCallFlags.NONE, 120000, None, on_answer, number)


def on_input(descriptor, _condition, connection, loop, pending):
    data = os.read(descriptor, 65536)
    if not data:
        loop.quit()
        return False
    pending += data
    *lines, rest = bytes(pending).split(b"\n")
    pending[:] = rest
    for line in lines:
        call(connection, line)
    return True


def main(address):
    loop = GLib.MainLoop()
    connection = Gio.DBusConnection.new_for_address_sync(address, FLAGS, None, None)
    # Whatever anybody may hear, and what is said to this connection alone.
    connection.signal_subscribe(NAME, None, None, None, None, Gio.DBusSignalFlags.NONE, on_signal)
    GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sys.stdin.fileno(), GLib.IOCondition.IN | GLib.IOCondition.HUP,
                          on_input, connection, loop, bytearray())
    say(ready=connection.get_unique_name())
    loop.run()


if __name__ == "__main__":
    main(sys.argv[1])
