/* SPDX-License-Identifier: MIT */
/*
 * The mechanisms that compare addresses and names (RFC 7208, 5), and the names of the client that are proven.
 */
#include "check-private.h"

#include <string.h>

/* ---- addresses ---- */

static AimxDnsType
get_address_type (SpfCheck *self)
{
  return self->address.length == 4 ? AIMX_DNS_A : AIMX_DNS_AAAA;
}

static gboolean
has_address (SpfCheck *self, AimxDnsAnswer *answer, guint prefix4, guint prefix6)
{
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    {
      const char *text = aimx_dns_answer_get_record (answer, i)->text;
      SpfAddress address;

      if (text != NULL && spf_address_parse_as (&address, text, self->address.length) &&
          spf_address_matches (&self->address, &address, self->address.length == 4 ? prefix4 : prefix6))
        return TRUE;
    }
  return FALSE;
}

static SpfMatch
match_void (SpfCheck *self, const SpfTerm *term)
{
  if (++self->void_lookups <= SPF_VOID_LOOKUPS_MAX)
    return SPF_MATCH_NO;
  spf_check_explain (self, "more than %d terms of the SPF record find nothing, '%s' the last of them",
                     SPF_VOID_LOOKUPS_MAX, term->text);
  return SPF_MATCH_PERMERROR;
}

static gboolean
is_void (const SpfQuestion *question)
{
  return aimx_dns_answer_get_n_records (question->answer) == 0;
}

/* Asks, and looks whether there is anything. Returns: %SPF_MATCH_YES when @question is answered with records. */
static SpfMatch
look_up (SpfCheck *self, const SpfTerm *term, const char *name, AimxDnsType type, SpfQuestion **question)
{
  if (!spf_check_is_name (name))
    return SPF_MATCH_NO;
  *question = spf_check_ask (self, name, type);
  if ((*question)->answer == NULL)
    return SPF_MATCH_PENDING;
  if (aimx_dns_answer_get_status ((*question)->answer) == AIMX_DNS_FAILED)
    return spf_check_match_failed (self, *question);
  return is_void (*question) ? match_void (self, term) : SPF_MATCH_YES;
}

static SpfMatch
match_a (SpfCheck *self, const SpfTerm *term, const char *name)
{
  SpfQuestion *question;
  SpfMatch match = look_up (self, term, name, get_address_type (self), &question);

  if (match != SPF_MATCH_YES)
    return match;
  return has_address (self, question->answer, term->prefix4, term->prefix6) ? SPF_MATCH_YES : SPF_MATCH_NO;
}

/* The hosts are asked for together and looked at in their order. */
static SpfMatch
match_hosts (SpfCheck *self, const SpfTerm *term, AimxDnsAnswer *hosts)
{
  gboolean pending = FALSE;
  gboolean any_void = FALSE;
  gboolean any_found = FALSE;

  for (guint i = 0; i < aimx_dns_answer_get_n_records (hosts); i++)
    {
      const char *name = aimx_dns_answer_get_record (hosts, i)->text;
      SpfQuestion *question;

      if (name == NULL || !spf_check_is_name (name))
        continue;
      question = spf_check_ask (self, name, get_address_type (self));
      pending |= question->answer == NULL;
      if (pending)
        continue;
      if (aimx_dns_answer_get_status (question->answer) == AIMX_DNS_FAILED)
        return spf_check_match_failed (self, question);
      if (is_void (question))
        any_void = TRUE;
      else
        any_found = TRUE;
      if (has_address (self, question->answer, term->prefix4, term->prefix6))
        return SPF_MATCH_YES;
    }
  if (pending)
    return SPF_MATCH_PENDING;
  return any_void && !any_found ? match_void (self, term) : SPF_MATCH_NO;
}

static SpfMatch
match_mx (SpfCheck *self, const SpfTerm *term, const char *name)
{
  SpfQuestion *question;
  SpfMatch match = look_up (self, term, name, AIMX_DNS_MX, &question);

  if (match != SPF_MATCH_YES)
    return match;
  if (aimx_dns_answer_get_n_records (question->answer) > SPF_NAMES_MAX)
    {
      spf_check_explain (self, "%s has more than %d MX records", name, SPF_NAMES_MAX);
      return SPF_MATCH_PERMERROR;
    }
  return match_hosts (self, term, question->answer);
}

static SpfMatch
match_exists (SpfCheck *self, const SpfTerm *term, const char *name)
{
  SpfQuestion *question;

  return look_up (self, term, name, AIMX_DNS_A, &question);
}

/* ---- names of the client ---- */

/* How well a name fits a domain: it is that, lies below it, or neither. */
static guint
rank_name (const char *name, const char *domain)
{
  gsize length = strlen (name);
  gsize domain_length = strlen (domain);

  if (length < domain_length || g_ascii_strcasecmp (name + length - domain_length, domain) != 0)
    return 1;
  if (length == domain_length)
    return 3;
  return name[length - domain_length - 1] == '.' ? 2 : 1;
}

/*
 * Looks for the name of the client that leads back to its address and fits @domain best (RFC 7208, 5.5 and 7.3).
 * @least: the rank that it must have
 * @question: (out): that for its names
 */
static SpfMatch
find_client_name (SpfCheck *self, const char *domain, guint least, SpfQuestion **question, const char **found)
{
  g_autofree char *address = spf_address_to_text (&self->address);
  guint best = 0;
  gboolean pending = FALSE;

  *question = spf_check_ask (self, address, AIMX_DNS_PTR);
  if ((*question)->answer == NULL)
    return SPF_MATCH_PENDING;
  for (guint i = 0; i < MIN (aimx_dns_answer_get_n_records ((*question)->answer), SPF_NAMES_MAX); i++)
    {
      const char *name = aimx_dns_answer_get_record ((*question)->answer, i)->text;
      guint rank = name != NULL && spf_check_is_name (name) ? rank_name (name, domain) : 0;
      SpfQuestion *forward;

      if (rank < least || rank <= best)
        continue;
      forward = spf_check_ask (self, name, get_address_type (self));
      if (forward->answer == NULL)
        pending = TRUE;
      else if (has_address (self, forward->answer, 32, 128))
        {
          best = rank;
          *found = name;
        }
    }
  if (pending)
    return SPF_MATCH_PENDING;
  return best > 0 ? SPF_MATCH_YES : SPF_MATCH_NO;
}

/* A failed look-up of the client's names is no match (RFC 7208, 5.5). */
static SpfMatch
match_ptr (SpfCheck *self, const SpfTerm *term, const char *name)
{
  SpfQuestion *question;
  const char *found;
  SpfMatch match = find_client_name (self, name, 2, &question, &found);

  if (match == SPF_MATCH_NO && is_void (question) && aimx_dns_answer_get_status (question->answer) != AIMX_DNS_FAILED)
    return match_void (self, term);
  return match;
}

/* The client has one set of names: they count as one look-up, however often `p` is used. */
static SpfMatch
count_names (SpfCheck *self)
{
  if (self->explaining || self->names_counted)
    return SPF_MATCH_YES;
  self->names_counted = TRUE;
  return spf_check_count (self) ? SPF_MATCH_YES : SPF_MATCH_PERMERROR;
}

SpfMatch
spf_check_expand (SpfCheck *self,
                  const char *text,
                  const char *domain,
                  char *(*expand) (const char *text, const SpfMacroValues *values),
                  char **expanded)
{
  SpfMacroValues values = {
    .sender = self->sender,
    .domain = domain,
    .helo = self->helo,
    .receiver = self->receiver,
    .address = self->address,
    .now = self->now,
  };

  if (spf_macro_needs_validated (text))
    {
      SpfQuestion *question;
      SpfMatch match = count_names (self);

      if (match == SPF_MATCH_YES)
        match = find_client_name (self, domain, 1, &question, &values.validated);
      if (match == SPF_MATCH_PENDING || match == SPF_MATCH_PERMERROR)
        return match;
    }
  *expanded = expand (text, &values);
  return SPF_MATCH_YES;
}

/* ---- terms ---- */

static SpfMatch
match_name (SpfCheck *self, const SpfTerm *term, const char *name)
{
  switch (term->mechanism)
    {
    case SPF_A:
      return match_a (self, term, name);
    case SPF_MX:
      return match_mx (self, term, name);
    case SPF_PTR:
      return match_ptr (self, term, name);
    case SPF_EXISTS:
      return match_exists (self, term, name);
    case SPF_ALL:
    case SPF_IP4:
    case SPF_IP6:
    case SPF_INCLUDE:
    default:
      g_return_val_if_reached (SPF_MATCH_NO);
    }
}

SpfMatch
spf_check_match (SpfCheck *self, const SpfTerm *term, const char *domain)
{
  g_autofree char *name = NULL;
  guint prefix = term->mechanism == SPF_IP4 ? term->prefix4 : term->prefix6;
  SpfMatch match;

  if (term->mechanism == SPF_ALL)
    return SPF_MATCH_YES;
  if (term->mechanism == SPF_IP4 || term->mechanism == SPF_IP6)
    return spf_address_matches (&self->address, &term->network, prefix) ? SPF_MATCH_YES : SPF_MATCH_NO;

  if (!spf_check_count (self))
    return SPF_MATCH_PERMERROR;
  if (term->domain == NULL)
    return match_name (self, term, domain);
  match = spf_check_expand (self, term->domain, domain, spf_macro_expand_domain, &name);
  return match == SPF_MATCH_YES ? match_name (self, term, name) : match;
}
