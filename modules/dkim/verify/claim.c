/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include "domain-name.h"
#include "tag-list.h"

#include <string.h>

/* ---- the tags, each with its reader ---- */

static gboolean
read_version (DkimClaim *self, const DkimTag *tag, GError **error)
{
  return dkim_tag_is (tag, "1") || dkim_refuse (error, DKIM_FAULT_PERMERROR, "v= is not 1");
}

/* Names of algorithms are short; others are not worth showing. */
#define ALGORITHM_LENGTH_MAX 32

static gboolean
read_algorithm (DkimClaim *self, const DkimTag *tag, GError **error)
{
  g_autofree char *text = dkim_tag_dup (tag);

  if (tag->length > ALGORITHM_LENGTH_MAX || !g_str_is_ascii (text))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "a= is no algorithm that is known");
  self->shown.algorithm = g_ascii_strdown (text, -1);
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autofree char *name = g_strconcat (dkim_algorithm_to_string (i), "-sha256", NULL);

      if (strcmp (self->shown.algorithm, name) == 0)
        {
          self->algorithm = i;
          return TRUE;
        }
    }
  if (strcmp (self->shown.algorithm, "rsa-sha1") == 0)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "rsa-sha1 is not accepted any more (RFC 8301)");
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "the algorithm '%s' is not known", self->shown.algorithm);
}

static gboolean
read_signature (DkimClaim *self, const DkimTag *tag, GError **error)
{
  self->signature = dkim_tag_decode (tag, error);
  return self->signature != NULL;
}

static gboolean
read_body_hash (DkimClaim *self, const DkimTag *tag, GError **error)
{
  self->body_hash = dkim_tag_decode (tag, error);
  if (self->body_hash == NULL)
    return FALSE;
  return g_bytes_get_size (self->body_hash) == DKIM_HASH_SIZE ||
         dkim_refuse (error, DKIM_FAULT_PERMERROR, "bh= is no SHA-256");
}

static gboolean
read_form (const char *text, gsize length, DkimCanonicalization *form)
{
  if (length == strlen ("simple") && g_ascii_strncasecmp (text, "simple", length) == 0)
    *form = DKIM_SIMPLE;
  else if (length == strlen ("relaxed") && g_ascii_strncasecmp (text, "relaxed", length) == 0)
    *form = DKIM_RELAXED;
  else
    return FALSE;
  return TRUE;
}

/* Without a word for the body that is simple. */
static gboolean
read_canonicalization (DkimClaim *self, const DkimTag *tag, GError **error)
{
  const char *slash = memchr (tag->value, '/', tag->length);
  gsize length = slash != NULL ? (gsize) (slash - tag->value) : tag->length;

  if (read_form (tag->value, length, &self->header_form) &&
      (slash == NULL || read_form (slash + 1, tag->length - length - 1, &self->body_form)))
    return TRUE;
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "c= names no canonicalization that is known");
}

static gboolean
read_domain (DkimClaim *self, const DkimTag *tag, GError **error)
{
  self->shown.domain = dkim_domain_name_parse (tag->value, tag->length);
  return (self->shown.domain != NULL && strchr (self->shown.domain, '.') != NULL) ||
         dkim_refuse (error, DKIM_FAULT_PERMERROR, "d= is no domain name");
}

static gboolean
read_selector (DkimClaim *self, const DkimTag *tag, GError **error)
{
  self->shown.selector = dkim_domain_name_parse (tag->value, tag->length);
  return self->shown.selector != NULL || dkim_refuse (error, DKIM_FAULT_PERMERROR, "s= is no selector");
}

/* The user or agent: an address, of which the local part may be missing (RFC 6376, 3.5). */
static gboolean
read_identity (DkimClaim *self, const DkimTag *tag, GError **error)
{
  const char *at = memrchr (tag->value, '@', tag->length);
  g_autofree char *name = NULL;

  if (self->shown.domain == NULL)
    return FALSE;
  if (at != NULL)
    name = dkim_domain_name_parse (at + 1, tag->length - (gsize) (at + 1 - tag->value));
  if (name == NULL)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "i= has no @ with a domain name");
  if (strcmp (name, self->shown.domain) == 0)
    return TRUE;
  self->for_subdomain = TRUE;
  return (g_str_has_suffix (name, self->shown.domain) &&
          name[strlen (name) - strlen (self->shown.domain) - 1] == '.') ||
         dkim_refuse (error, DKIM_FAULT_PERMERROR, "i= is outside of %s", self->shown.domain);
}

static gboolean
read_instance (DkimClaim *self, const DkimTag *tag, GError **error)
{
  gint64 number = 0;

  if (!dkim_tag_read_number (tag, 2, &number, error))
    return FALSE;
  if (number < 1 || number > AIMX_ARC_SETS_MAX)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "i= is not between 1 and %d", AIMX_ARC_SETS_MAX);
  self->shown.instance = (guint) number;
  return TRUE;
}

/* The names are kept without white space. */
static gboolean
read_signed_fields (DkimClaim *self, const DkimTag *tag, GError **error)
{
  const char *item;
  gsize position = 0, length;

  while (dkim_tag_next_item (tag, &position, &item, &length))
    {
      if (length == 0)
        return dkim_refuse (error, DKIM_FAULT_PERMERROR, "h= has an empty name in it");
      for (gsize i = 0; i < length; i++)
        if (!g_ascii_isgraph (item[i]))
          return dkim_refuse (error, DKIM_FAULT_PERMERROR, "h= has something in it that is no name");
    }
  self->shown.signed_fields = dkim_tag_dup (tag);
  /* RFC 8617, 4.1.2 */
  if (self->shown.kind == AIMX_SIGNATURE_ARC_MESSAGE && dkim_tag_has_item (tag, "ARC-Seal"))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "h= names ARC-Seal, which it must not");
  return dkim_tag_has_item (tag, "From") || dkim_refuse (error, DKIM_FAULT_PERMERROR, "h= does not name From");
}

/* RFC 8617, 4.1.3 */
static gboolean
refuse_signed_fields (DkimClaim *self, const DkimTag *tag, GError **error)
{
  return dkim_refuse (error, DKIM_FAULT_PERMERROR, "a seal has no h=");
}

static gboolean
read_limit (DkimClaim *self, const DkimTag *tag, GError **error)
{
  if (!dkim_tag_read_number (tag, 76, &self->limit, error))
    return FALSE;
  self->limit = MIN (self->limit, DKIM_NO_LIMIT - 1);
  self->shown.whole_body = FALSE;
  return TRUE;
}

static gboolean
read_query_methods (DkimClaim *self, const DkimTag *tag, GError **error)
{
  return dkim_tag_has_item (tag, "dns/txt") || dkim_refuse (error, DKIM_FAULT_PERMERROR, "q= does not name dns/txt");
}

static gboolean
read_timestamp (DkimClaim *self, const DkimTag *tag, GError **error)
{
  return dkim_tag_read_number (tag, 12, &self->timestamp, error);
}

static gboolean
read_expiration (DkimClaim *self, const DkimTag *tag, GError **error)
{
  return dkim_tag_read_number (tag, 12, &self->expiration, error);
}

static gboolean
read_chain_validation (DkimClaim *self, const DkimTag *tag, GError **error)
{
  if (!dkim_tag_is (tag, "none") && !dkim_tag_is (tag, "pass") && !dkim_tag_is (tag, "fail"))
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "cv= is neither none, pass nor fail");
  self->shown.chain_validation = g_ascii_strdown (tag->value, (gssize) tag->length);
  return TRUE;
}

/* Kinds of fields, as bits. */
#define DKIM (1u << AIMX_SIGNATURE_DKIM)
#define AMS  (1u << AIMX_SIGNATURE_ARC_MESSAGE)
#define SEAL (1u << AIMX_SIGNATURE_ARC_SEAL)

/* In the order in which mistakes are named; `i=` follows what it is compared with. */
static const struct
{
  const char *name;
  guint kinds;  /* that know it */
  guint needed; /* by these */
  gboolean (*read) (DkimClaim *self, const DkimTag *tag, GError **error);
} tags[] = {
  { "v", DKIM, DKIM, read_version },
  { "i", AMS | SEAL, AMS | SEAL, read_instance },
  { "d", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_domain },
  { "s", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_selector },
  { "a", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_algorithm },
  { "i", DKIM, 0, read_identity },
  { "c", DKIM | AMS, 0, read_canonicalization },
  { "h", DKIM | AMS, DKIM | AMS, read_signed_fields },
  { "h", SEAL, 0, refuse_signed_fields },
  { "cv", SEAL, SEAL, read_chain_validation },
  { "l", DKIM | AMS, 0, read_limit },
  { "q", DKIM | AMS, 0, read_query_methods },
  { "t", DKIM | AMS | SEAL, 0, read_timestamp },
  { "x", DKIM | AMS, 0, read_expiration },
  { "bh", DKIM | AMS, DKIM | AMS, read_body_hash },
  { "b", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_signature },
};

/* Reads on after a mistake, so that people see whose signature it is; @error is the first. */
static gboolean
read_tags (DkimClaim *self, const DkimTagList *list, GError **error)
{
  guint kind = 1u << self->shown.kind;
  g_autoptr (GError) first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      const DkimTag *tag = (tags[i].kinds & kind) != 0 ? dkim_tag_list_find (list, tags[i].name) : NULL;

      if (tag != NULL)
        tags[i].read (self, tag, first == NULL ? &first : NULL);
      else if ((tags[i].needed & kind) != 0 && first == NULL)
        dkim_refuse (&first, DKIM_FAULT_PERMERROR, "it has no %s=", tags[i].name);
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* ---- the whole ---- */

static gboolean
check_time (const DkimClaim *self, gint64 at, GError **error)
{
  if (self->expiration >= 0 && self->expiration <= self->timestamp)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "it expires before it is made: x= is not after t=");
  if (self->expiration >= 0 && self->expiration < at)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "it has expired");
  if (self->timestamp - DKIM_CLOCK_TOLERANCE > at)
    return dkim_refuse (error, DKIM_FAULT_POLICY, "its time t= lies in the future");
  return TRUE;
}

static gboolean
name_key (DkimClaim *self, GError **error)
{
  g_autofree char *name = g_strconcat (self->shown.selector, "._domainkey.", self->shown.domain, NULL);

  if (strlen (name) > DKIM_DOMAIN_NAME_MAX)
    return dkim_refuse (error, DKIM_FAULT_PERMERROR, "s= and d= are too long together");
  self->shown.key_name = g_steal_pointer (&name);
  return TRUE;
}

gboolean
dkim_claim_init (DkimClaim *self, AimxSignatureKind kind, const DkimField *field, gint64 at, GError **error)
{
  const char *value = (const char *) memchr (field->data, ':', field->length) + 1;
  DkimTagList list;
  const DkimTag *signature;

  self->shown.kind = kind;
  self->shown.whole_body = kind != AIMX_SIGNATURE_ARC_SEAL;
  /* RFC 8617, 5.1.1: seals have one form */
  self->header_form = kind == AIMX_SIGNATURE_ARC_SEAL ? DKIM_RELAXED : DKIM_SIMPLE;
  self->body_form = DKIM_SIMPLE;
  self->limit = DKIM_NO_LIMIT;
  self->timestamp = self->expiration = -1;
  if (!dkim_tag_list_parse (&list, value, field->length - (gsize) (value - field->data), error))
    {
      read_tags (self, &list, NULL);
      return FALSE;
    }
  if (!read_tags (self, &list, error))
    return FALSE;
  signature = dkim_tag_list_find (&list, "b");
  self->cut_begin = (gsize) (signature->begin - field->data);
  self->cut_end = (gsize) (signature->end - field->data);
  return check_time (self, at, error) && name_key (self, error);
}

void
dkim_claim_clear (DkimClaim *self)
{
  g_clear_pointer (&self->shown.domain, g_free);
  g_clear_pointer (&self->shown.selector, g_free);
  g_clear_pointer (&self->shown.algorithm, g_free);
  g_clear_pointer (&self->shown.chain_validation, g_free);
  g_clear_pointer (&self->shown.key_name, g_free);
  g_clear_pointer (&self->shown.reason, g_free);
  g_clear_pointer (&self->shown.signed_fields, g_free);
  g_clear_pointer (&self->body_hash, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
}

/* Who finds a chain broken seals the own set only (RFC 8617, 5.1.2). */
guint
dkim_claim_get_first_sealed (const DkimClaim *self)
{
  return g_strcmp0 (self->shown.chain_validation, "fail") == 0 ? self->shown.instance : 1;
}
