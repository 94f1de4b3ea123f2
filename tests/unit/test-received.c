/* SPDX-License-Identifier: MIT */
/* Promises of modules/ingest/parser/received.h. */
#include "parser/received.h"

#include <string.h>

#define TRACE "Received: from mx.test (HELO x) "

static const struct
{
  const char *message;
  const char *peer; /* nullable */
} messages[] = {
  { TRACE "([192.0.2.1])\r\n by here\r\nReceived: from y ([192.0.2.2])\r\n\r\n", "192.0.2.1" },
  { "Return-Path: <a@b>\n" TRACE "\n\t(mx.test [192.0.2.1])\n by here\n\n", "192.0.2.1" },
  { "RECEIVED: from x [IPv6:2001:DB8::1]\r\n\r\n", "2001:db8::1" },
  { "Received: from x [2001:db8::2]\r\n\r\n", "2001:db8::2" },
  { TRACE "[not an address] [192.0.2.300] [192.0.2.3]\r\n\r\n", "192.0.2.3" },
  { TRACE "[[192.0.2.5]\r\n\r\n", "192.0.2.5" },
  { TRACE "[127.0.0.1] (from z [192.0.2.4])\r\n\r\n", "192.0.2.4" },
  /* what the client calls itself is not where it is */
  { "Received: from [192.0.2.1] (unknown [203.0.113.9])\r\n by here ([192.0.2.8])\r\n\r\n", "203.0.113.9" },
  { "Received: from [192.0.2.1]\r\n\t([203.0.113.9])\r\n\r\n", "203.0.113.9" },
  { "Received: from [203.0.113.9] (helo=[192.0.2.1])\r\n by here\r\n\r\n", "203.0.113.9" },
  { "Received: from x ([203.0.113.9] helo=[192.0.2.1])\r\n by here\r\n\r\n", "203.0.113.9" },
  { "Received: from x (HELO [192.0.2.1]) ([203.0.113.9])\r\n\r\n", "203.0.113.9" },
  { "Received: from x (HELO [192.0.2.1]) (203.0.113.9)\r\n\r\n", NULL },
  { "Received: from [203.0.113.9] by here (mx [192.0.2.8])\r\n\r\n", "203.0.113.9" },
  { "Received: from [203.0.113.9]\r\n\tBY here ([192.0.2.8])\r\n\r\n", "203.0.113.9" },
  { "Received: from x (by (the way) [203.0.113.9])\r\n\r\n", "203.0.113.9" },
  /* nobody says */
  { "", NULL },
  { "Subject: x\r\n\r\n", NULL },
  { TRACE "[127.0.0.1]\r\n\r\n", NULL },
  { TRACE "[IPv6:::1]\r\n\r\n", NULL },
  { TRACE "[192.0.2.1", NULL },
  { TRACE, NULL },
  { "Received:", NULL },
  { "Received: [192.0.2.1", NULL },
  /* it is not the field */
  { TRACE "by here\r\nReceived: from y ([192.0.2.2])\r\n\r\n", NULL },
  { TRACE "by here\r\nX-Other: [192.0.2.2]\r\n\r\n", NULL },
  { "Subject: x\r\n\r\n" TRACE "[192.0.2.1]\r\n\r\n", NULL },
  { "X-Received: [192.0.2.1]\r\n\r\n", NULL },
};

static void
test_the_topmost_field_says_where_a_message_came_from (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GBytes) raw = g_bytes_new_static (messages[i].message, strlen (messages[i].message));
      g_autofree char *peer = received_find_peer (raw);

      g_assert_cmpstr (peer, ==, messages[i].peer);
    }
}

static void
test_a_long_field_is_read_as_far_as_its_limit (void)
{
  g_autoptr (GString) text = g_string_new (TRACE);
  g_autoptr (GBytes) raw = NULL;

  for (guint i = 0; text->len < 1 << 20; i++)
    g_string_append (text, "[[[[[[[[[[[[[[[[\n ");
  g_string_append (text, "]]]] [192.0.2.9]\n\n");
  raw = g_bytes_new_static (text->str, text->len);
  g_assert_null (received_find_peer (raw));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ingest/received/the-topmost-field-says-where-a-message-came-from",
                   test_the_topmost_field_says_where_a_message_came_from);
  g_test_add_func ("/ingest/received/a-long-field-is-read-as-far-as-its-limit",
                   test_a_long_field_is_read_as_far_as_its_limit);
  return g_test_run ();
}
