/* SPDX-License-Identifier: MIT */
/* The interfaces: as text for people, and parsed for GDBus. */
#include "interfaces.h"

#include "domain-xml.h"
#include "mailbox-xml.h"
#include "manager-xml.h"
#include "names.h"
#include "standard-xml.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text; /* a file with it */
} Source;

static const Source sources[] = {
  { BUS_MANAGER, bus_manager_xml },     { BUS_DOMAIN, bus_domain_xml },
  { BUS_MAILBOX, bus_mailbox_xml },     { BUS_OBJECT_MANAGER, bus_standard_xml },
  { BUS_PROPERTIES, bus_standard_xml }, { BUS_INTROSPECTABLE, bus_standard_xml },
  { BUS_PEER, bus_standard_xml },
};

static const Source *
find_source (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (strcmp (sources[i].name, name) == 0)
      return &sources[i];
  g_assert_not_reached ();
}

/* Parsed once for the whole process. */
GDBusInterfaceInfo *
bus_interface_find (const char *name)
{
  static GDBusNodeInfo *nodes[G_N_ELEMENTS (sources)];
  gsize i = (gsize) (find_source (name) - sources);

  if (g_once_init_enter (&nodes[i]))
    {
      g_autoptr (GError) error = NULL;
      GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (sources[i].text, &error);

      if (node == NULL)
        g_error ("%s: %s", name, error->message);
      g_once_init_leave (&nodes[i], node);
    }
  return g_dbus_node_info_lookup_interface (nodes[i], name);
}

/* What a file says about @name, with the comment before it. */
static void
append_text (GString *xml, const char *name)
{
  static const char node[] = "<node>\n", end[] = "</interface>\n";
  const char *text = strstr (find_source (name)->text, node) + strlen (node);
  g_autofree char *tag = g_strdup_printf ("<interface name=\"%s\">", name);
  const char *tail = strstr (strstr (text, tag), end) + strlen (end);
  const char *before;

  while ((before = strstr (text, end)) != NULL && before + strlen (end) < tail)
    text = before + strlen (end);
  g_string_append_len (xml, text, tail - text);
}

char *
bus_interface_describe (const char *const *interfaces, const char *const *children)
{
  GString *xml = g_string_new ("<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
                               " \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node>\n");

  for (; interfaces != NULL && *interfaces != NULL; interfaces++)
    append_text (xml, *interfaces);
  append_text (xml, BUS_PROPERTIES);
  append_text (xml, BUS_INTROSPECTABLE);
  append_text (xml, BUS_PEER);
  for (; *children != NULL; children++)
    g_string_append_printf (xml, "  <node name=\"%s\"/>\n", *children);
  g_string_append (xml, "</node>\n");
  return g_string_free (xml, FALSE);
}
