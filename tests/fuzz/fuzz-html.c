/* SPDX-License-Identifier: MIT */
/* Any bytes as HTML: the Markdown is text of bounded size without control characters. */
#include "parser/html-to-markdown.h"
#include "parser/message-parser.h"
#include "parser/parser-limits.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* The caller has converted it from its charset. */
  g_autofree char *html = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (GString) markdown = g_string_new (NULL);

  message_parser_init ();
  html_to_markdown (html, strlen (html), markdown);
  g_assert_true (g_utf8_validate_len (markdown->str, markdown->len, NULL));
  g_assert_cmpuint (markdown->len, <=, 2 * MARKDOWN_MAX);
  for (gsize i = 0; i < markdown->len; i++)
    g_assert_true ((guchar) markdown->str[i] >= ' ' || markdown->str[i] == '\n' || markdown->str[i] == '\t');
  return 0;
}
