/* SPDX-License-Identifier: MIT */
#include "signature-field.h"

#include "canonicalization.h"

#include <string.h>

/* Columns of a line at most, as far as what stands in it can be parted. */
#define COLUMNS 76

static const struct
{
  const char *name;
  gboolean oversigned;
} signed_fields[] = {
  { "From", TRUE },      { "To", FALSE },           { "Cc", FALSE },           { "Subject", TRUE },
  { "Date", FALSE },     { "Message-ID", FALSE },   { "In-Reply-To", FALSE },  { "References", FALSE },
  { "Reply-To", FALSE }, { "MIME-Version", FALSE }, { "Content-Type", FALSE },
};

/* ---- folding ---- */

static gsize
get_column (const GString *text)
{
  const char *line = g_strrstr_len (text->str, (gssize) text->len, "\n");

  return line != NULL ? text->len - (gsize) (line + 1 - text->str) : text->len;
}

static void
fold (GString *text)
{
  g_string_append (text, "\r\n ");
}

/* @gap: what parts it from what stands before, unless a new line does */
static void
append_token (GString *text, const char *gap, const char *token)
{
  if (get_column (text) + strlen (gap) + strlen (token) > COLUMNS)
    fold (text);
  else
    g_string_append (text, gap);
  g_string_append (text, token);
}

G_GNUC_PRINTF (2, 3)
static void
append_tag (GString *text, const char *format, ...)
{
  g_autofree char *tag = NULL;
  va_list args;

  va_start (args, format);
  tag = g_strdup_vprintf (format, args);
  va_end (args);
  append_token (text, " ", tag);
}

/* ---- which fields ---- */

static guint
count_fields (GArray *fields, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < fields->len; i++)
    n += dkim_field_is (&g_array_index (fields, DkimField, i), name);
  return n;
}

/* (element-type utf8): each as often as it is signed */
static GPtrArray *
list_names (GArray *fields)
{
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (signed_fields); i++)
    for (guint n = count_fields (fields, signed_fields[i].name) + signed_fields[i].oversigned; n > 0; n--)
      g_ptr_array_add (names, (gpointer) signed_fields[i].name);
  return names;
}

static void
append_names (GString *text, GArray *fields)
{
  g_autoptr (GPtrArray) names = list_names (fields);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *token = g_strconcat (i == 0 ? "h=" : "", names->pdata[i], i + 1 < names->len ? ":" : ";", NULL);

      append_token (text, i == 0 ? " " : "", token);
    }
}

/* ---- the field ---- */

GString *
dkim_signature_begin (const DkimSignature *self, GArray *fields)
{
  GString *text = g_string_new ("DKIM-Signature:");

  append_tag (text, "v=1;");
  append_tag (text, "a=%s;", self->algorithm);
  append_tag (text, "c=relaxed/relaxed;");
  append_tag (text, "d=%s;", self->domain);
  append_tag (text, "s=%s;", self->selector);
  append_tag (text, "t=%" G_GINT64_FORMAT ";", self->timestamp);
  append_names (text, fields);
  append_tag (text, "bh=%s;", self->body_hash);
  append_tag (text, "b=");
  return text;
}

GString *
dkim_signature_gather (GArray *fields, const GString *begun)
{
  GString *gathered = g_string_new (NULL);

  /* Of several with one name the last is taken first (RFC 6376, 5.4.2); a name too many stands for nothing. */
  for (gsize i = 0; i < G_N_ELEMENTS (signed_fields); i++)
    for (guint n = fields->len; n > 0; n--)
      {
        const DkimField *field = &g_array_index (fields, DkimField, n - 1);

        if (dkim_field_is (field, signed_fields[i].name))
          dkim_header_canonicalize (DKIM_RELAXED, field->data, field->length, gathered);
      }
  dkim_header_canonicalize (DKIM_RELAXED, begun->str, begun->len, gathered);
  /* The signature's own field goes without its line end (RFC 6376, 3.7). */
  g_string_truncate (gathered, gathered->len - 2);
  return gathered;
}

void
dkim_signature_finish (GString *begun, const char *signature)
{
  while (*signature != '\0')
    {
      gsize column = get_column (begun);
      gsize n = MIN (strlen (signature), column < COLUMNS ? COLUMNS - column : 0);

      g_string_append_len (begun, signature, (gssize) n);
      signature += n;
      if (*signature != '\0')
        fold (begun);
    }
  g_string_append (begun, "\r\n");
}
