/* SPDX-License-Identifier: MIT */
/*
 * A signature checker that believes what the DNS says: `d=`, `s=`, `i=` and `cv=` of a field are read, and a signature
 * passes when its key says `ok`. `l=` in the field: not the whole body; `testing` in the key: a key in testing.
 */
#pragma once

#include <aimx/signature-check.h>

#include <string.h>

#define SCRIPTED_TYPE_CHECK (scripted_check_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedCheck, scripted_check, SCRIPTED, CHECK, GObject)

struct _ScriptedCheck
{
  GObject parent;
  GString *text;
  GBytes *header; /* NULL: not complete */
  GPtrArray *signatures;
};

static inline void
scripted_signature_free (gpointer data)
{
  AimxSignature *signature = data;

  g_free (signature->domain);
  g_free (signature->selector);
  g_free (signature->chain_validation);
  g_free (signature->key_name);
  g_free (signature->reason);
  g_free (signature);
}

static inline void
scripted_signature_read_tag (AimxSignature *self, char *tag)
{
  const char *value = strchr (tag, '=') + 1;

  if (g_str_has_prefix (tag, "d="))
    self->domain = g_strdup (value);
  else if (g_str_has_prefix (tag, "s="))
    self->selector = g_strdup (value);
  else if (g_str_has_prefix (tag, "cv="))
    self->chain_validation = g_strdup (value);
  else if (g_str_has_prefix (tag, "i="))
    self->instance = (guint) g_ascii_strtoull (value, NULL, 10);
  else if (g_str_has_prefix (tag, "l="))
    self->whole_body = FALSE;
}

static inline void
scripted_check_read_line (ScriptedCheck *self, const char *line)
{
  static const char *const names[] = {
    [AIMX_SIGNATURE_DKIM] = "DKIM-Signature: ",
    [AIMX_SIGNATURE_ARC_MESSAGE] = "ARC-Message-Signature: ",
    [AIMX_SIGNATURE_ARC_SEAL] = "ARC-Seal: ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (GStrv) tags = g_str_has_prefix (line, names[i]) ? g_strsplit (line + strlen (names[i]), ";", -1) : NULL;
      AimxSignature *signature;

      if (tags == NULL)
        continue;
      signature = g_new0 (AimxSignature, 1);
      signature->kind = (AimxSignatureKind) i;
      signature->whole_body = TRUE;
      for (char **tag = tags; *tag != NULL; tag++)
        scripted_signature_read_tag (signature, g_strstrip (*tag));
      signature->key_name = g_strdup_printf ("%s._domainkey.%s", signature->selector, signature->domain);
      g_ptr_array_add (self->signatures, signature);
    }
}

static inline void
scripted_check_end_header (ScriptedCheck *self, gsize length)
{
  g_autofree char *header = g_strndup (self->text->str, length);
  g_auto (GStrv) lines = g_strsplit (header, "\n", -1);

  self->header = g_bytes_new (header, length);
  for (char **line = lines; *line != NULL; line++)
    scripted_check_read_line (self, *line);
}

static inline gboolean
scripted_check_update (AimxSignatureCheck *check, const char *data, gsize length)
{
  ScriptedCheck *self = SCRIPTED_CHECK (check);
  const char *end;

  g_string_append_len (self->text, data, (gssize) length);
  end = strstr (self->text->str, "\n\n");
  if (self->header != NULL || end == NULL)
    return FALSE;
  scripted_check_end_header (self, (gsize) (end + 1 - self->text->str));
  return TRUE;
}

static inline void
scripted_check_end (AimxSignatureCheck *check)
{
  ScriptedCheck *self = SCRIPTED_CHECK (check);

  if (self->header == NULL)
    scripted_check_end_header (self, self->text->len);
}

static inline GBytes *
scripted_check_get_header (AimxSignatureCheck *check)
{
  return SCRIPTED_CHECK (check)->header;
}

static inline GPtrArray *
scripted_check_get_signatures (AimxSignatureCheck *check)
{
  return SCRIPTED_CHECK (check)->signatures;
}

static inline guint
scripted_check_count_arc_results (AimxSignatureCheck *check, guint instance)
{
  return 0;
}

static inline void
scripted_check_judge (AimxSignatureCheck *check, guint index, AimxDnsAnswer *key)
{
  AimxSignature *signature = SCRIPTED_CHECK (check)->signatures->pdata[index];
  gboolean is_found = aimx_dns_answer_get_n_records (key) > 0;
  GBytes *bytes = is_found ? aimx_dns_answer_get_record (key, 0)->data : NULL;
  g_autofree char *text = is_found ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;

  signature->testing = text != NULL && strstr (text, "testing") != NULL;
  if (aimx_dns_answer_get_status (key) == AIMX_DNS_FAILED)
    signature->result = "temperror";
  else
    signature->result = text == NULL ? "permerror" : strstr (text, "ok") != NULL ? "pass" : "fail";
  if (strcmp (signature->result, "pass") != 0)
    signature->reason = g_strdup ("the script says so");
}

static inline void
scripted_check_interface_init (AimxSignatureCheckInterface *interface)
{
  interface->update = scripted_check_update;
  interface->end = scripted_check_end;
  interface->get_header = scripted_check_get_header;
  interface->get_signatures = scripted_check_get_signatures;
  interface->judge = scripted_check_judge;
  interface->count_arc_results = scripted_check_count_arc_results;
}

G_DEFINE_TYPE_WITH_CODE (ScriptedCheck,
                         scripted_check,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNATURE_CHECK, scripted_check_interface_init))

static void
scripted_check_finalize (GObject *object)
{
  ScriptedCheck *self = SCRIPTED_CHECK (object);

  g_string_free (self->text, TRUE);
  g_clear_pointer (&self->header, g_bytes_unref);
  g_ptr_array_unref (self->signatures);
  G_OBJECT_CLASS (scripted_check_parent_class)->finalize (object);
}

static void
scripted_check_class_init (ScriptedCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scripted_check_finalize;
}

static void
scripted_check_init (ScriptedCheck *self)
{
  self->text = g_string_new (NULL);
  self->signatures = g_ptr_array_new_with_free_func (scripted_signature_free);
}

/* ---- the service ---- */

#define SCRIPTED_TYPE_CHECKER (scripted_checker_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedChecker, scripted_checker, SCRIPTED, CHECKER, GObject)

struct _ScriptedChecker
{
  GObject parent;
};

static inline AimxSignatureCheck *
scripted_checker_begin (AimxSignatureChecker *checker, gint64 at)
{
  return g_object_new (SCRIPTED_TYPE_CHECK, NULL);
}

static inline void
scripted_checker_interface_init (AimxSignatureCheckerInterface *interface)
{
  interface->begin = scripted_checker_begin;
}

G_DEFINE_TYPE_WITH_CODE (ScriptedChecker,
                         scripted_checker,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNATURE_CHECKER, scripted_checker_interface_init))

static void
scripted_checker_class_init (ScriptedCheckerClass *klass)
{
}

static void
scripted_checker_init (ScriptedChecker *self)
{
}
