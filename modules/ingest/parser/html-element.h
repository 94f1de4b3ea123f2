/* SPDX-License-Identifier: MIT */
/*
 * Questions to an element of libxml2's tree.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/** html_element_is: Returns: whether @node is an element called @name */
gboolean html_element_is (const xmlNode *node, const char *name);
/** html_element_get: Returns: (transfer full) (nullable): the value of an attribute */
char *html_element_get (const xmlNode *node, const char *attribute);
/** html_element_get_number: Returns: the leading number of an attribute, @fallback when there is none */
guint html_element_get_number (const xmlNode *node, const char *attribute, guint fallback);
/** html_element_is_hidden: Returns: whether nobody sees it: hidden by attribute or style, or an image of a pixel */
gboolean html_element_is_hidden (const xmlNode *node);
/** html_element_is_sizeless: Returns: whether text in @node has the font size 0; @around: whether text around it has */
gboolean html_element_is_sizeless (const xmlNode *node, gboolean around);
/** html_element_keeps_lines: Returns: whether line breaks in the text of @node are some; @around: whether those around
 * it are */
gboolean html_element_keeps_lines (const xmlNode *node, gboolean around);
/** html_element_get_url: Returns: (transfer full) (nullable): where a link leads, if that is somewhere a person may be
 * sent */
char *html_element_get_url (const xmlNode *node);
/** html_element_append_text: appends the text within @node to @out as it is, with line breaks for `<br>`; @sizeless:
 * whether text around it has the font size 0 */
void html_element_append_text (const xmlNode *node, gboolean sizeless, GString *out);

G_END_DECLS
