/* SPDX-License-Identifier: MIT */
/* Promises of modules/dbus/interfaces.c: introspection data that programs can parse and people can read. */
#include "dbus/interfaces.h"
#include "dbus/names.h"

#include <string.h>

static const char *const no_names[] = { NULL };

static GDBusNodeInfo *
parse (const char *xml)
{
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (xml, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_every_interface_is_found (void)
{
  static const char *const names[] = { BUS_MANAGER,    BUS_DOMAIN,         BUS_MAILBOX, BUS_OBJECT_MANAGER,
                                       BUS_PROPERTIES, BUS_INTROSPECTABLE, BUS_PEER };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (bus_interface_find (names[i])->name, ==, names[i]);
}

static void
test_a_description_has_what_was_asked_for_and_the_standard (void)
{
  static const char *const names[] = { BUS_MANAGER, BUS_OBJECT_MANAGER, NULL };
  static const char *const children[] = { "domain", "mailbox", NULL };
  g_autofree char *xml = bus_interface_describe (names, children);
  g_autoptr (GDBusNodeInfo) node = parse (xml);

  g_assert_cmpstr (node->interfaces[0]->name, ==, BUS_MANAGER);
  g_assert_cmpstr (node->interfaces[1]->name, ==, BUS_OBJECT_MANAGER);
  g_assert_cmpstr (node->interfaces[2]->name, ==, BUS_PROPERTIES);
  g_assert_cmpstr (node->interfaces[3]->name, ==, BUS_INTROSPECTABLE);
  g_assert_cmpstr (node->interfaces[4]->name, ==, BUS_PEER);
  g_assert_null (node->interfaces[5]);
  g_assert_cmpstr (node->nodes[0]->path, ==, "domain");
  g_assert_cmpstr (node->nodes[1]->path, ==, "mailbox");
  g_assert_null (node->nodes[2]);
}

static void
test_a_place_without_interfaces_has_the_standard_ones (void)
{
  g_autofree char *xml = bus_interface_describe (no_names, no_names);
  g_autoptr (GDBusNodeInfo) node = parse (xml);

  g_assert_cmpstr (node->interfaces[0]->name, ==, BUS_PROPERTIES);
  g_assert_null (node->interfaces[3]);
}

static void
test_comments_are_kept (void)
{
  static const char *const names[] = { BUS_MAILBOX, NULL };
  g_autofree char *xml = bus_interface_describe (names, no_names);

  g_assert_nonnull (strstr (xml, "<!-- A mailbox. There for root and its owner only."));
  g_assert_nonnull (strstr (xml, "force: with all its mail; else only when there is none"));
  g_assert_nonnull (strstr (xml, "EmitsChangedSignal"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-interfaces/every-interface-is-found", test_every_interface_is_found);
  g_test_add_func ("/bus-interfaces/a-description-has-what-was-asked-for-and-the-standard",
                   test_a_description_has_what_was_asked_for_and_the_standard);
  g_test_add_func ("/bus-interfaces/a-place-without-interfaces-has-the-standard-ones",
                   test_a_place_without_interfaces_has_the_standard_ones);
  g_test_add_func ("/bus-interfaces/comments-are-kept", test_comments_are_kept);
  return g_test_run ();
}
