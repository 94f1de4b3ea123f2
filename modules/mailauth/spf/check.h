/* SPDX-License-Identifier: MIT */
/*
 * SPF (RFC 7208): whether a client may send mail in the name of a domain. The check asks nobody itself: it says which
 * questions it has, is given answers, and ends in a result.
 *
 * One thread at a time; cheap, never blocks.
 */
#pragma once

#include <aimx/resolver.h>

G_BEGIN_DECLS

/** SPF_LOOKUPS_MAX: terms of all records that may cause look-ups (RFC 7208, 4.6.4) */
#define SPF_LOOKUPS_MAX 10
/** SPF_VOID_LOOKUPS_MAX: of these, how many may find nothing */
#define SPF_VOID_LOOKUPS_MAX 2
/** SPF_NAMES_MAX: hosts of an `mx`, and names of a client, that are looked up */
#define SPF_NAMES_MAX 10
/** SPF_SENDER_MAX: bytes of a reverse-path or a name of a host; a longer one has no record. Addresses have 254 (RFC
 * 5321, 4.5.3.1), return paths of senders that count their bounces some more */
#define SPF_SENDER_MAX 512
/** SPF_EXPLANATION_MAX: bytes of the domain's words that are kept */
#define SPF_EXPLANATION_MAX 512

/** SpfResult: RFC 7208, 2.6 */
typedef enum
{
  SPF_PENDING, /* answers are missing */
  SPF_NONE,
  SPF_NEUTRAL,
  SPF_PASS,
  SPF_FAIL,
  SPF_SOFTFAIL,
  SPF_TEMPERROR,
  SPF_PERMERROR,
} SpfResult;

/**
 * SpfClient:
 * @address: IP address as text
 * @helo: (nullable): as it greeted; what is longer than %SPF_SENDER_MAX is as none
 * @mail_from: (nullable): reverse-path, likewise; empty or %NULL: `postmaster@` @helo (RFC 7208, 2.4)
 * @receiver: name of the host that checks, for explanations
 * @now: in seconds since the epoch
 *
 * What is checked.
 */
typedef struct
{
  const char *address;
  const char *helo;
  const char *mail_from;
  const char *receiver;
  gint64 now;
} SpfClient;

typedef struct _SpfCheck SpfCheck;

/** spf_check_new: Returns: (transfer full) (nullable): a check of @client, read during the call only; %NULL when its
 * address is none */
SpfCheck *spf_check_new (const SpfClient *client);
/** spf_check_free: frees @self */
void spf_check_free (SpfCheck *self);
/** spf_check_step: goes on with the answers that are there. Returns: the result, %SPF_PENDING when some are missing */
SpfResult spf_check_step (SpfCheck *self);
/** spf_check_get_n_questions: Returns: how many there are so far; a step may add some at the end */
guint spf_check_get_n_questions (SpfCheck *self);
/** spf_check_get_question: Returns: (transfer none): the name of question @index; an IP address for a PTR */
const char *spf_check_get_question (SpfCheck *self, guint index, AimxDnsType *type);
/** spf_check_answer: answers question @index, once */
void spf_check_answer (SpfCheck *self, guint index, AimxDnsAnswer *answer);

/** spf_check_get_domain: Returns: (transfer none): whose record is checked, as sent, in lower case */
const char *spf_check_get_domain (SpfCheck *self);
/** spf_check_get_mechanism: Returns: (transfer none) (nullable): the term that decided, as written */
const char *spf_check_get_mechanism (SpfCheck *self);
/** spf_check_get_explanation: Returns: (transfer none) (nullable): of a `fail` what the domain says about it, in UTF-8
 * without control characters */
const char *spf_check_get_explanation (SpfCheck *self);
/** spf_check_get_reason: Returns: (transfer none) (nullable): why there is no better result, for people */
const char *spf_check_get_reason (SpfCheck *self);
/** spf_check_get_lookups: Returns: terms that caused look-ups */
guint spf_check_get_lookups (SpfCheck *self);
/** spf_result_get_word: Returns: (transfer none): the word of RFC 8601, 2.7.2 */
const char *spf_result_get_word (SpfResult result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpfCheck, spf_check_free)

G_END_DECLS
