/* SPDX-License-Identifier: MIT */
/* Checks of whole messages with keys that a test publishes, and a signer that makes any signature that it is told. */
#pragma once

#include "dkim/check.h"
#include "dkim/key.h"
#include "dkim/signature/canonicalization.h"
#include "dkim/signature/header-fields.h"

#include <gnutls/crypto.h>
#include <string.h>

/* ---- checking ---- */

/* Returns: (transfer full): as the DNS would answer for @name, from lines of name, space, record */
static inline AimxDnsAnswer *
publish (const char *records, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (records, "\n", -1);
  AimxDnsAnswer *answer = NULL;

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, name) && (*line)[strlen (name)] == ' ')
      {
        const char *record = *line + strlen (name) + 1;
        g_autoptr (GBytes) data = g_bytes_new (record, strlen (record));

        if (answer == NULL)
          answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 0, NULL);
        aimx_dns_answer_add_data (answer, data);
      }
  return answer != NULL ? answer : aimx_dns_answer_new (AIMX_DNS_NO_NAME, AIMX_DNS_INSECURE, 0, NULL);
}

static inline void
judge_all (AimxSignatureCheck *check, const char *records)
{
  GPtrArray *signatures = aimx_signature_check_get_signatures (check);

  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *signature = signatures->pdata[i];

      if (signature->key_name != NULL)
        {
          g_autoptr (AimxDnsAnswer) answer = publish (records, signature->key_name);

          g_assert_null (signature->result);
          aimx_signature_check_judge (check, i, answer);
        }
      g_assert_nonnull (signature->result);
      g_assert_true ((strcmp (signature->result, "pass") == 0) == (signature->reason == NULL));
    }
}

/* Returns: (transfer full): the check of a message that comes in pieces of @step bytes */
static inline AimxSignatureCheck *
check_pieces (const char *message, gsize length, gsize step, gint64 at, const char *records)
{
  AimxSignatureCheck *check = AIMX_SIGNATURE_CHECK (dkim_check_new (at));
  guint n_completed = 0;

  for (gsize i = 0; i < length; i += step)
    n_completed += aimx_signature_check_update (check, message + i, MIN (step, length - i)) ? 1 : 0;
  g_assert_cmpuint (n_completed, <=, 1);
  aimx_signature_check_end (check);
  judge_all (check, records);
  return check;
}

static inline AimxSignatureCheck *
check_message (const char *message, gint64 at, const char *records)
{
  gsize length = strlen (message);

  return check_pieces (message, length, MAX (length, 1), at, records);
}

static inline const AimxSignature *
get_signature (AimxSignatureCheck *check, guint index)
{
  GPtrArray *signatures = aimx_signature_check_get_signatures (check);

  g_assert_cmpuint (index, <, signatures->len);
  return signatures->pdata[index];
}

/* ---- signing, relaxed/relaxed ---- */

static inline void
gather_piece (const char *data, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, data, (gssize) length);
}

static inline char *
make_body_hash (const char *body)
{
  g_autoptr (GString) form = g_string_new (NULL);
  guint8 digest[DKIM_HASH_SIZE];
  DkimBody canonical;

  dkim_body_init (&canonical, DKIM_RELAXED, gather_piece, form);
  dkim_body_feed (&canonical, body, strlen (body));
  dkim_body_finish (&canonical);
  g_assert_cmpint (gnutls_hash_fast (GNUTLS_DIG_SHA256, form->str, form->len, digest), >=, 0);
  return g_base64_encode (digest, sizeof digest);
}

/* Of each name in @names, parted by colons, the lowest field: no name comes twice here. */
static inline void
gather_fields (GString *gathered, GArray *fields, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, ":", -1);

  for (char **name = list; *name != NULL; name++)
    for (guint i = fields->len; i > 0; i--)
      if (dkim_field_is (&g_array_index (fields, DkimField, i - 1), *name))
        {
          const DkimField *field = &g_array_index (fields, DkimField, i - 1);

          dkim_header_canonicalize (DKIM_RELAXED, field->data, field->length, gathered);
          break;
        }
}

/* Returns: (transfer full): @message below the field @name with @tags, a right `bh=` unless there is one, and the
 * signature over the fields @names */
static inline char *
sign_message (DkimKey *key, const char *name, const char *tags, const char *names, const char *message)
{
  g_autoptr (GError) error = NULL;
  gsize body;
  g_autoptr (GArray) fields = dkim_fields_split (message, strlen (message), &body);
  g_autofree char *body_hash = make_body_hash (message + body);
  g_autoptr (GString) gathered = g_string_new (NULL);
  g_autofree char *begun = strstr (tags, "bh=") != NULL ? g_strdup_printf ("%s: %s; b=", name, tags)
                                                        : g_strdup_printf ("%s: %s; bh=%s; b=", name, tags, body_hash);
  g_autofree char *signature = NULL;

  gather_fields (gathered, fields, names);
  dkim_header_canonicalize (DKIM_RELAXED, begun, strlen (begun), gathered);
  g_string_truncate (gathered, gathered->len - 2);
  signature = dkim_key_sign (key, gathered->str, gathered->len, &error);
  g_assert_no_error (error);
  return g_strconcat (begun, signature, "\r\n", message, NULL);
}
