/* SPDX-License-Identifier: MIT */
/*
 * Names are compared without case; the tree is at most as deep as html-guard.c lets it be, so recursion is fine.
 */
#include "parser/html-element.h"

#include "parser/html-style.h"

#include <string.h>

gboolean
html_element_is (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && g_ascii_strcasecmp ((const char *) node->name, name) == 0;
}

char *
html_element_get (const xmlNode *node, const char *attribute)
{
  const xmlAttr *at;

  for (at = node->properties; at != NULL; at = at->next)
    if (g_ascii_strcasecmp ((const char *) at->name, attribute) == 0)
      break;
  if (at == NULL)
    return NULL;
  return g_strdup (at->children != NULL && at->children->content != NULL ? (const char *) at->children->content : "");
}

guint
html_element_get_number (const xmlNode *node, const char *attribute, guint fallback)
{
  g_autofree char *value = html_element_get (node, attribute);
  guint64 number;
  char *end;

  if (value == NULL)
    return fallback;
  number = g_ascii_strtoull (value, &end, 10);
  return end > value && number <= G_MAXINT ? (guint) number : fallback;
}

gboolean
html_element_is_hidden (const xmlNode *node)
{
  g_autofree char *hidden = html_element_get (node, "hidden");
  g_autofree char *style = html_element_get (node, "style");

  if (hidden != NULL)
    return TRUE;
  if (html_element_is (node, "img") && (html_element_get_number (node, "width", G_MAXUINT) <= 1 ||
                                        html_element_get_number (node, "height", G_MAXUINT) <= 1))
    return TRUE;
  return style != NULL && html_style_hides (style);
}

gboolean
html_element_is_sizeless (const xmlNode *node, gboolean around)
{
  g_autofree char *style = node->type == XML_ELEMENT_NODE ? html_element_get (node, "style") : NULL;

  return style != NULL ? html_style_is_sizeless (style, around) : around;
}

gboolean
html_element_keeps_lines (const xmlNode *node, gboolean around)
{
  g_autofree char *style = node->type == XML_ELEMENT_NODE ? html_element_get (node, "style") : NULL;

  return style != NULL ? html_style_keeps_lines (style, around) : around;
}

/* ---- links ---- */

static gboolean
is_scheme_shown (const char *url)
{
  static const char *const schemes[] = { "http://", "https://", "mailto:", "tel:", "sms:", "ftp://", "ftps://" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Browsers drop controls in a URL, so `java\nscript:` is a scheme; blanks and brackets would end it in Markdown. */
static char *
clean_url (const char *url)
{
  GString *clean = g_string_new (NULL);

  for (; *url != '\0'; url++)
    if ((guchar) *url < ' ' || *url == 0x7F)
      continue;
    else if (strchr (" <>()\\\"`|", *url) != NULL)
      g_string_append_printf (clean, "%%%02X", (guint) (guchar) *url);
    else
      g_string_append_c (clean, *url);
  return g_string_free (clean, FALSE);
}

char *
html_element_get_url (const xmlNode *node)
{
  g_autofree char *href = html_element_get (node, "href");
  g_autofree char *url = NULL;

  if (href == NULL)
    return NULL;
  url = clean_url (g_strstrip (href));
  return is_scheme_shown (url) ? g_steal_pointer (&url) : NULL;
}

void
html_element_append_text (const xmlNode *node, gboolean sizeless, GString *out)
{
  if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
    {
      if (node->content != NULL && !sizeless)
        g_string_append (out, (const char *) node->content);
    }
  else if (html_element_is (node, "br"))
    g_string_append_c (out, '\n');
  else if (node->type == XML_ELEMENT_NODE && !html_element_is_hidden (node))
    {
      sizeless = html_element_is_sizeless (node, sizeless);
      for (const xmlNode *child = node->children; child != NULL; child = child->next)
        html_element_append_text (child, sizeless, out);
    }
}
