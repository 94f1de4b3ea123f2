/* SPDX-License-Identifier: MIT */
#include "published.h"

#include <string.h>

/* Bytes of a value that are shown: more than an RSA key of 4096 bits takes. */
#define SHOWN_MAX 1024

/* ---- words ---- */

const char *
domain_published_to_string (DomainPublished self)
{
  static const char *const words[] = {
    [DOMAIN_PUBLISHED_RIGHT] = "right",     [DOMAIN_PUBLISHED_DIFFERENT] = "different",
    [DOMAIN_PUBLISHED_MISSING] = "missing", [DOMAIN_PUBLISHED_FOUND] = "found",
    [DOMAIN_PUBLISHED_UNKNOWN] = "unknown",
  };

  return words[self];
}

gboolean
domain_published_read_type (const char *name, AimxDnsType *type)
{
  static const struct
  {
    const char *name;
    AimxDnsType type;
  } types[] = {
    { "A", AIMX_DNS_A },     { "AAAA", AIMX_DNS_AAAA }, { "MX", AIMX_DNS_MX },
    { "PTR", AIMX_DNS_PTR }, { "TXT", AIMX_DNS_TXT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, name) == 0)
      {
        *type = types[i].type;
        return TRUE;
      }
  return FALSE;
}

/* ---- what is there, as text ---- */

static char *
show_bytes (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < length && i < SHOWN_MAX; i++)
    if (g_ascii_isprint (data[i]))
      g_string_append_c (text, (char) data[i]);
    else
      g_string_append_printf (text, "\\%03u", data[i]);
  if (length > SHOWN_MAX)
    g_string_append (text, "...");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
show (AimxDnsType type, const AimxDnsRecord *record)
{
  if (record->data != NULL)
    return show_bytes (record->data);
  return type == AIMX_DNS_MX ? g_strdup_printf ("%u %s.", record->preference, record->text) : g_strdup (record->text);
}

/* ---- texts ---- */

/* `v=spf1` of `v=spf1 -all`: which kind of record it is. */
static gboolean
is_same_kind (const char *text, const char *value)
{
  const gsize length = strcspn (value, " ;");

  return g_ascii_strncasecmp (text, value, length) == 0 && strchr (" ;", text[length]) != NULL;
}

/* A key's record may have no `v=`, and its name is for keys alone (RFC 6376, 3.6.1). */
static gboolean
is_key (const char *value)
{
  return is_same_kind (value, "v=DKIM1");
}

static gboolean
counts (AimxDnsType type, const char *text, const char *value)
{
  return type != AIMX_DNS_TXT || is_key (value) || is_same_kind (text, value);
}

static char *
normalize_terms (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GString) terms = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_string_append_printf (terms, "%s ", *word);
  g_string_ascii_down (terms);
  return g_string_free (g_steal_pointer (&terms), FALSE);
}

static gint
compare_tags (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
remove_blanks (const char *text)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (!g_ascii_isspace (*text))
      g_string_append_c (result, *text);
  return g_string_free (g_steal_pointer (&result), FALSE);
}

/* A version that is not the first tag makes a key's record none (RFC 6376, 3.6.1). */
static char *
normalize_tags (const char *text)
{
  static const char *const defaults[] = { "", "k=rsa", "s=*", NULL };
  g_autofree char *joined = remove_blanks (text);
  g_auto (GStrv) all = g_strsplit (joined, ";", -1);
  g_autoptr (GPtrArray) tags = g_ptr_array_new ();

  for (char **tag = all; *tag != NULL; tag++)
    if (!g_strv_contains (defaults, *tag) && (tag != all || strcmp (*tag, "v=DKIM1") != 0))
      g_ptr_array_add (tags, *tag);
  g_ptr_array_sort (tags, compare_tags);
  g_ptr_array_add (tags, NULL);
  return g_strjoinv (";", (GStrv) tags->pdata);
}

static gboolean
is_same_text (const char *text, const char *value)
{
  char *(*normalize) (const char *) = is_same_kind (value, "v=spf1") ? normalize_terms : normalize_tags;
  g_autofree char *a = normalize (text);
  g_autofree char *b = normalize (value);

  return strcmp (a, b) == 0;
}

/* ---- names and addresses ---- */

static gboolean
is_same_name (const char *name, const char *value)
{
  const gsize length = strlen (value) - (g_str_has_suffix (value, ".") ? 1 : 0);

  return strlen (name) == length && g_ascii_strncasecmp (name, value, length) == 0;
}

/* The server that is asked first must be the one that is meant. */
static gboolean
has_mail_host (AimxDnsAnswer *answer, const char *value)
{
  const char *name = value + strspn (value, "0123456789 ");
  guint best = G_MAXUINT;
  gboolean has = FALSE;

  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    best = MIN (best, aimx_dns_answer_get_record (answer, i)->preference);
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    {
      const AimxDnsRecord *record = aimx_dns_answer_get_record (answer, i);

      has = has || (record->preference == best && is_same_name (record->text, name));
    }
  return has;
}

static gboolean
has_name (AimxDnsAnswer *answer, const char *value)
{
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    if (is_same_name (aimx_dns_answer_get_record (answer, i)->text, value))
      return TRUE;
  return FALSE;
}

/* ---- comparing ---- */

static gboolean
is_right (AimxDnsType type, const char *value, AimxDnsAnswer *answer, GPtrArray *found)
{
  switch (type)
    {
    case AIMX_DNS_TXT:
      return found->len == 1 && is_same_text (found->pdata[0], value);
    case AIMX_DNS_MX:
      return has_mail_host (answer, value);
    case AIMX_DNS_A:
    case AIMX_DNS_AAAA:
    case AIMX_DNS_PTR:
    case AIMX_DNS_CNAME:
    case AIMX_DNS_TLSA:
    default:
      return has_name (answer, value);
    }
}

DomainPublished
domain_published_compare (AimxDnsType type, const char *value, gboolean exact, AimxDnsAnswer *answer, GPtrArray *found)
{
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    return DOMAIN_PUBLISHED_UNKNOWN;
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer) && found->len < DOMAIN_PUBLISHED_MAX; i++)
    {
      g_autofree char *text = show (type, aimx_dns_answer_get_record (answer, i));

      if (counts (type, text, value))
        g_ptr_array_add (found, g_steal_pointer (&text));
    }
  if (found->len == 0)
    return DOMAIN_PUBLISHED_MISSING;
  if (!exact)
    return DOMAIN_PUBLISHED_FOUND;
  return is_right (type, value, answer, found) ? DOMAIN_PUBLISHED_RIGHT : DOMAIN_PUBLISHED_DIFFERENT;
}
