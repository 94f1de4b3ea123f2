/* SPDX-License-Identifier: MIT */
/*
 * check_host() (RFC 7208, 4), and the explanation after it.
 */
#include "check-private.h"

#include <string.h>

#define NAME_MAX_BYTES 253
#define LABEL_MAX      63

/* What decided: nothing of it outlives a step. */
typedef struct
{
  const SpfRecord *record;
  const SpfTerm *term;
  char *domain;
} Decision;

static void
decision_clear (Decision *decision)
{
  g_free (decision->domain);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decision, decision_clear)

static SpfResult check_host (SpfCheck *self, const char *domain, Decision *decision);

/* ---- names ---- */

/* Of ASCII only: a name of an internationalized local part never matches (RFC 8616, 4). Nor does one with a backslash:
 * it would hide a dot, and lead out of the zone that the text ends in (RFC 1035, 5.1). */
gboolean
spf_check_is_name (const char *name)
{
  gsize total = strlen (name);
  gsize label = 0;

  if (total == 0 || total > NAME_MAX_BYTES || name[total - 1] == '.')
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    {
      if (!g_ascii_isprint (*at) || *at == '\\')
        return FALSE;
      if (*at == '.' ? label == 0 : label == LABEL_MAX)
        return FALSE;
      label = *at == '.' ? 0 : label + 1;
    }
  return TRUE;
}

static char *
make_domain (const char *text)
{
  g_autofree char *ascii = NULL;
  char *domain;
  gsize length;

  if (g_hostname_is_non_ascii (text) && g_utf8_validate (text, -1, NULL))
    ascii = g_hostname_to_ascii (text);
  domain = g_ascii_strdown (ascii != NULL ? ascii : text, -1);
  length = strlen (domain);
  if (length > 0 && domain[length - 1] == '.')
    domain[length - 1] = '\0';
  return domain;
}

/* Macros repeat what strangers send as often as a record says. */
static const char *
limit (const char *text)
{
  return text != NULL && strlen (text) <= SPF_SENDER_MAX ? text : "";
}

/* `postmaster` where there is no local part (RFC 7208, 4.3). */
static void
set_sender (SpfCheck *self, const char *mail_from)
{
  const char *at = strrchr (mail_from, '@');

  self->domain = make_domain (at != NULL ? at + 1 : mail_from);
  if (at != NULL && at > mail_from)
    self->sender = g_strdup_printf ("%.*s@%s", (int) (at - mail_from), mail_from, self->domain);
  else
    self->sender = g_strconcat ("postmaster@", self->domain, NULL);
}

/* ---- one check ---- */

static void
question_free (gpointer data)
{
  SpfQuestion *question = data;

  g_free (question->name);
  g_clear_object (&question->answer);
  g_clear_pointer (&question->record, spf_record_free);
  g_free (question->reason);
  g_free (question);
}

SpfCheck *
spf_check_new (const SpfClient *client)
{
  SpfAddress address;
  SpfCheck *self;

  g_return_val_if_fail (client->address != NULL && client->receiver != NULL, NULL);

  if (!spf_address_parse (&address, client->address))
    return NULL;
  self = g_new0 (SpfCheck, 1);
  self->address = address;
  self->helo = g_strdup (limit (client->helo));
  self->receiver = g_strdup (client->receiver);
  self->now = client->now;
  self->questions = g_ptr_array_new_with_free_func (question_free);
  self->positions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  set_sender (self, client->mail_from == NULL || *client->mail_from == '\0' ? self->helo : limit (client->mail_from));
  return self;
}

void
spf_check_free (SpfCheck *self)
{
  g_free (self->sender);
  g_free (self->domain);
  g_free (self->helo);
  g_free (self->receiver);
  g_ptr_array_unref (self->questions);
  g_hash_table_unref (self->positions);
  g_free (self->mechanism);
  g_free (self->explanation);
  g_free (self->reason);
  g_free (self);
}

/* ---- questions ---- */

SpfQuestion *
spf_check_ask (SpfCheck *self, const char *name, AimxDnsType type)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *key = g_strdup_printf ("%d %s", (int) type, lower);
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (self->positions, key));
  SpfQuestion *question;

  if (position > 0)
    return self->questions->pdata[position - 1];
  question = g_new0 (SpfQuestion, 1);
  question->name = g_steal_pointer (&lower);
  question->type = type;
  g_ptr_array_add (self->questions, question);
  g_hash_table_insert (self->positions, g_steal_pointer (&key), GUINT_TO_POINTER (self->questions->len));
  return question;
}

guint
spf_check_get_n_questions (SpfCheck *self)
{
  return self->questions->len;
}

const char *
spf_check_get_question (SpfCheck *self, guint index, AimxDnsType *type)
{
  const SpfQuestion *question;

  g_return_val_if_fail (index < self->questions->len, NULL);

  question = self->questions->pdata[index];
  *type = question->type;
  return question->name;
}

void
spf_check_answer (SpfCheck *self, guint index, AimxDnsAnswer *answer)
{
  SpfQuestion *question;

  g_return_if_fail (index < self->questions->len);

  question = self->questions->pdata[index];
  g_return_if_fail (question->answer == NULL);
  question->answer = g_object_ref (answer);
}

/* ---- limits and reasons ---- */

void
spf_check_explain (SpfCheck *self, const char *format, ...)
{
  va_list args;

  g_free (self->reason);
  va_start (args, format);
  self->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

gboolean
spf_check_count (SpfCheck *self)
{
  if (self->lookups < SPF_LOOKUPS_MAX)
    {
      self->lookups++;
      return TRUE;
    }
  spf_check_explain (self, "the SPF record needs more than %d look-ups", SPF_LOOKUPS_MAX);
  return FALSE;
}

SpfMatch
spf_check_match_failed (SpfCheck *self, const SpfQuestion *question)
{
  const char *reason = aimx_dns_answer_get_reason (question->answer);

  spf_check_explain (self, "the DNS did not answer for %s%s%s", question->name, reason != NULL ? ": " : "",
                     reason != NULL ? reason : "");
  return SPF_MATCH_TEMPERROR;
}

/* ---- records ---- */

/* Of several TXT records one may be SPF (RFC 7208, 4.5). Returns: %SPF_NEUTRAL when there is one. */
static SpfResult
select_record (SpfCheck *self, SpfQuestion *question)
{
  const char *found = NULL;
  gsize found_length = 0;

  for (guint i = 0; i < aimx_dns_answer_get_n_records (question->answer); i++)
    {
      GBytes *bytes = aimx_dns_answer_get_record (question->answer, i)->data;
      gsize length;
      const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

      if (data == NULL || !spf_record_is (data, length))
        continue;
      if (found != NULL)
        {
          spf_check_explain (self, "%s has several SPF records", question->name);
          return SPF_PERMERROR;
        }
      found = data;
      found_length = length;
    }
  if (found == NULL)
    {
      spf_check_explain (self, "%s has no SPF record", question->name);
      return SPF_NONE;
    }
  if (question->record == NULL && question->reason == NULL)
    question->record = spf_record_parse (found, found_length, &question->reason);
  if (question->record != NULL)
    return SPF_NEUTRAL;
  spf_check_explain (self, "%s: %s", question->name, question->reason);
  return SPF_PERMERROR;
}

/* Returns: %SPF_NEUTRAL when there is a record. */
static SpfResult
fetch_record (SpfCheck *self, const char *domain, const SpfRecord **record)
{
  SpfQuestion *question;
  SpfResult result;

  /* Names of one label and address literals have no record (RFC 7208, 4.3). */
  if (!spf_check_is_name (domain) || strchr (domain, '.') == NULL || *domain == '[')
    {
      spf_check_explain (self, "'%.100s' is no domain that could have an SPF record", domain);
      return SPF_NONE;
    }
  question = spf_check_ask (self, domain, AIMX_DNS_TXT);
  if (question->answer == NULL)
    return SPF_PENDING;
  if (aimx_dns_answer_get_status (question->answer) == AIMX_DNS_FAILED)
    {
      spf_check_match_failed (self, question);
      return SPF_TEMPERROR;
    }
  result = select_record (self, question);
  *record = question->record;
  return result;
}

/* ---- evaluation ---- */

/* A record of another domain. Returns: %SPF_NONE when that has none. */
static SpfResult
check_other (SpfCheck *self, const char *spec, const char *domain, Decision *decision)
{
  g_autofree char *target = NULL;

  if (!spf_check_count (self))
    return SPF_PERMERROR;
  switch (spf_check_expand (self, spec, domain, spf_macro_expand_domain, &target))
    {
    case SPF_MATCH_PENDING:
      return SPF_PENDING;
    case SPF_MATCH_YES:
      return check_host (self, target, decision);
    case SPF_MATCH_NO:
    case SPF_MATCH_TEMPERROR:
    case SPF_MATCH_PERMERROR:
    default:
      return SPF_PERMERROR;
    }
}

static SpfMatch
match_include (SpfCheck *self, const SpfTerm *term, const char *domain)
{
  g_auto (Decision) ignored = { 0 };

  switch (check_other (self, term->domain, domain, &ignored))
    {
    case SPF_PENDING:
      return SPF_MATCH_PENDING;
    case SPF_PASS:
      return SPF_MATCH_YES;
    case SPF_TEMPERROR:
      return SPF_MATCH_TEMPERROR;
    case SPF_NONE:
    case SPF_PERMERROR:
      return SPF_MATCH_PERMERROR;
    case SPF_NEUTRAL:
    case SPF_FAIL:
    case SPF_SOFTFAIL:
    default:
      return SPF_MATCH_NO;
    }
}

static SpfResult
get_qualified (const SpfTerm *term)
{
  switch (term->qualifier)
    {
    case '-':
      return SPF_FAIL;
    case '~':
      return SPF_SOFTFAIL;
    case '?':
      return SPF_NEUTRAL;
    default:
      return SPF_PASS;
    }
}

static SpfResult
decide (Decision *decision, const SpfRecord *record, const SpfTerm *term, const char *domain, SpfMatch match)
{
  switch (match)
    {
    case SPF_MATCH_PENDING:
      return SPF_PENDING;
    case SPF_MATCH_TEMPERROR:
      return SPF_TEMPERROR;
    case SPF_MATCH_YES:
      decision->record = record;
      decision->term = term;
      decision->domain = g_strdup (domain);
      return get_qualified (term);
    case SPF_MATCH_NO:
    case SPF_MATCH_PERMERROR:
    default:
      return SPF_PERMERROR;
    }
}

/* check_host() (RFC 7208, 4). It calls itself as deep as there may be look-ups. */
static SpfResult
check_host (SpfCheck *self, const char *domain, Decision *decision)
{
  const SpfRecord *record = NULL;
  SpfResult result = fetch_record (self, domain, &record);

  if (result != SPF_NEUTRAL)
    return result;
  for (guint i = 0; i < record->terms->len; i++)
    {
      const SpfTerm *term = record->terms->pdata[i];
      SpfMatch match =
          term->mechanism == SPF_INCLUDE ? match_include (self, term, domain) : spf_check_match (self, term, domain);

      if (match != SPF_MATCH_NO)
        return decide (decision, record, term, domain, match);
    }
  if (record->redirect == NULL)
    return SPF_NEUTRAL;
  result = check_other (self, record->redirect, domain, decision);
  return result == SPF_NONE ? SPF_PERMERROR : result;
}

/* ---- explanation ---- */

/* The text of the one TXT record, when it can be used (RFC 7208, 6.2). */
static char *
get_explain_string (const SpfQuestion *question)
{
  GBytes *bytes;
  gsize length = 0;
  const char *data;
  g_autofree char *text = NULL;

  if (aimx_dns_answer_get_n_records (question->answer) != 1)
    return NULL;
  bytes = aimx_dns_answer_get_record (question->answer, 0)->data;
  data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  if (data == NULL || length > SPF_RECORD_MAX || memchr (data, '\0', length) != NULL)
    return NULL;
  text = g_strndup (data, length);
  return spf_macro_check (text, SPF_MACRO_EXPLANATION) ? g_steal_pointer (&text) : NULL;
}

/* Senders choose local parts: what comes of them is made fit to be shown. */
static char *
make_shown (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) shown = g_string_new (NULL);

  for (const char *at = valid; *at != '\0' && shown->len < SPF_EXPLANATION_MAX; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (shown, g_unichar_isprint (c) ? c : ' ');
    }
  return g_string_free (g_steal_pointer (&shown), FALSE);
}

/* Returns: whether everything is there that the explanation needs. */
static gboolean
explain_fail (SpfCheck *self, const Decision *decision)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expanded = NULL;
  SpfQuestion *question;

  if (decision->record == NULL || decision->record->explanation == NULL)
    return TRUE;
  if (spf_check_expand (self, decision->record->explanation, decision->domain, spf_macro_expand_domain, &name) !=
      SPF_MATCH_YES)
    return FALSE;
  if (!spf_check_is_name (name))
    return TRUE;
  question = spf_check_ask (self, name, AIMX_DNS_TXT);
  if (question->answer == NULL)
    return FALSE;
  text = get_explain_string (question);
  if (text == NULL)
    return TRUE;
  if (spf_check_expand (self, text, decision->domain, spf_macro_expand, &expanded) != SPF_MATCH_YES)
    return FALSE;
  self->explanation = make_shown (expanded);
  return TRUE;
}

/* ---- result ---- */

SpfResult
spf_check_step (SpfCheck *self)
{
  g_auto (Decision) decision = { 0 };
  SpfResult result;

  if (self->result != SPF_PENDING)
    return self->result;
  self->lookups = 0;
  self->void_lookups = 0;
  self->names_counted = FALSE;
  self->explaining = FALSE;
  g_clear_pointer (&self->reason, g_free);

  result = check_host (self, self->domain, &decision);
  self->explaining = TRUE;
  if (result == SPF_FAIL && !explain_fail (self, &decision))
    return SPF_PENDING;
  self->result = result;
  if (decision.term != NULL)
    {
      self->mechanism = g_strdup (decision.term->text);
      g_clear_pointer (&self->reason, g_free);
    }
  return self->result;
}

const char *
spf_check_get_domain (SpfCheck *self)
{
  return self->domain;
}

const char *
spf_check_get_mechanism (SpfCheck *self)
{
  return self->mechanism;
}

const char *
spf_check_get_explanation (SpfCheck *self)
{
  return self->explanation;
}

const char *
spf_check_get_reason (SpfCheck *self)
{
  return self->reason;
}

guint
spf_check_get_lookups (SpfCheck *self)
{
  return self->lookups;
}

const char *
spf_result_get_word (SpfResult result)
{
  static const char *const words[] = {
    [SPF_PENDING] = "temperror",   [SPF_NONE] = "none",           [SPF_NEUTRAL] = "neutral",
    [SPF_PASS] = "pass",           [SPF_FAIL] = "fail",           [SPF_SOFTFAIL] = "softfail",
    [SPF_TEMPERROR] = "temperror", [SPF_PERMERROR] = "permerror",
  };

  return words[result];
}
