/* SPDX-License-Identifier: MIT */
/*
 * What objects have, read from the XML in data/dbus/, which is compiled in.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** bus_interface_find: Returns: (transfer none): the interface @name, one of those that this module serves; any thread
 */
GDBusInterfaceInfo *bus_interface_find (const char *name);
/**
 * bus_interface_describe:
 * @interfaces: (nullable) (array zero-terminated=1): names of those that the object has beside the standard ones
 * @children: (array zero-terminated=1): names of the objects right below it
 *
 * The interfaces are given word by word as in their files, comments included. Any thread.
 *
 * Returns: (transfer full): introspection data
 */
char *bus_interface_describe (const char *const *interfaces, const char *const *children);

G_END_DECLS
