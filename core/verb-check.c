/* SPDX-License-Identifier: MIT */
/*
 * The form of a request, checked against the descriptor of its verb: one place for every door. What could not stand in
 * an AIMX/1 frame is refused through the others too.
 */
#include "verb-check.h"

#include "request-private.h"

#include <aimx/error.h>

/* Sets the error; a value to return. */
#define malformed(error, ...) (g_set_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED, __VA_ARGS__), FALSE)

/* ---- values ---- */

static gboolean
is_unsigned (const char *value, guint64 *number)
{
  return g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, number, NULL);
}

/* What the form of @value must be, %NULL when it is. */
static const char *
expected_form (AimxHeaderType type, const char *value)
{
  guint64 number;
  gint64 seconds;

  switch (type)
    {
    case AIMX_HEADER_BOOLEAN:
      return strcmp (value, "true") == 0 || strcmp (value, "false") == 0 ? NULL : "`true` or `false`";
    case AIMX_HEADER_YES_NO:
      return strcmp (value, "yes") == 0 || strcmp (value, "no") == 0 ? NULL : "`yes` or `no`";
    case AIMX_HEADER_INTEGER:
      return is_unsigned (value, &number) ? NULL : "an unsigned decimal number";
    case AIMX_HEADER_TIME:
      return aimx_request_read_time (value, FALSE, &seconds) ? NULL : "a date, or date and time as in RFC 3339";
    case AIMX_HEADER_STRING:
    case AIMX_HEADER_MAILBOX:
    case AIMX_HEADER_DOMAIN:
    case AIMX_HEADER_ADDRESS:
      /* Which names are good is for the handler to say, with a code of its own. */
      return NULL;
    default:
      return "of a known type";
    }
}

static gboolean
check_value (const AimxHeaderSpec *header, AimxRequest *request, const char *sent, GError **error)
{
  g_autofree char *value = g_strstrip (g_strdup (sent));
  const char *form;

  if ((header->flags & AIMX_HEADER_REFUSED) != 0)
    return malformed (error, "%s takes no header '%s': %s", aimx_request_get_verb (request), header->name,
                      header->summary);
  if (aimx_request_get_header (request, header->name) != NULL)
    return malformed (error, "header '%s' is there twice", header->name);
  if (*value == '\0')
    return malformed (error, "header '%s' is empty", header->name);
  if (!g_utf8_validate (value, -1, NULL) || strpbrk (value, "\r\n") != NULL)
    return malformed (error, "header '%s' is not one line of UTF-8", header->name);
  form = expected_form (header->type, value);
  if (form != NULL)
    return malformed (error, "header '%s' must be %s", header->name, form);
  aimx_request_take_value (request, header->name, g_steal_pointer (&value));
  return TRUE;
}

/* ---- headers and body ---- */

static const AimxHeaderSpec *
find_header (const AimxVerbSpec *spec, const char *name)
{
  for (const AimxHeaderSpec *header = spec->headers; header != NULL && header->name != NULL; header++)
    if (g_ascii_strcasecmp (header->name, name) == 0)
      return header;
  return NULL;
}

/* Doors without frames send a body and no Content-Length. An empty one of theirs is none where none is required. */
static gboolean
check_body (const AimxVerbSpec *spec, AimxRequest *request, const char *sent_length, GError **error)
{
  GBytes *body = aimx_request_get_body (request);
  guint64 length = body != NULL ? g_bytes_get_size (body) : 0, said = length;
  g_autofree char *value = sent_length != NULL ? g_strstrip (g_strdup (sent_length)) : NULL;

  if (value != NULL && !is_unsigned (value, &said))
    return malformed (error, "Content-Length must be an unsigned decimal number");
  if (MAX (said, length) > spec->body_limit)
    return spec->body_limit == 0 ? malformed (error, "%s takes no body", spec->name)
                                 : malformed (error, "the body of %s may have at most %" G_GSIZE_FORMAT " bytes",
                                              spec->name, spec->body_limit);
  if (said != length)
    return malformed (error, "the body is not as long as Content-Length says");
  if ((spec->flags & AIMX_VERB_BODY_REQUIRED) == 0)
    {
      if (length == 0)
        aimx_request_set_body (request, NULL);
      return TRUE;
    }
  if (value == NULL && body == NULL)
    return malformed (error, "%s needs a body with its Content-Length", spec->name);
  if (body == NULL)
    {
      g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);

      aimx_request_set_body (request, empty);
    }
  return TRUE;
}

gboolean
aimx_verb_check_request (const AimxVerbSpec *spec, AimxRequest *request, GError **error)
{
  const char *const *sent = aimx_request_get_sent_headers (request);
  const char *length = NULL;

  if ((spec->flags & AIMX_VERB_NO_HEADERS) != 0 && sent[0] != NULL)
    return malformed (error, "%s takes no headers", spec->name);
  for (; sent[0] != NULL; sent += 2)
    {
      const AimxHeaderSpec *header = find_header (spec, sent[0]);

      if (header != NULL && !check_value (header, request, sent[1], error))
        return FALSE;
      if (g_ascii_strcasecmp (sent[0], "Content-Length") != 0)
        continue;
      if (length != NULL)
        return malformed (error, "header 'Content-Length' is there twice");
      length = sent[1];
    }
  for (const AimxHeaderSpec *header = spec->headers; header != NULL && header->name != NULL; header++)
    if ((header->flags & AIMX_HEADER_REQUIRED) != 0 && aimx_request_get_header (request, header->name) == NULL)
      return malformed (error, "header '%s' is missing", header->name);
  return check_body (spec, request, length, error);
}
