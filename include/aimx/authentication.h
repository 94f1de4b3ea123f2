/* SPDX-License-Identifier: MIT */
/*
 * What is known about who sent a message: the results of SPF, DKIM, DMARC, ARC and the reverse look-up, as one value.
 * Not thread-safe while being made, immutable afterwards.
 */
#pragma once

#include <aimx/config.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * AimxAuthenticationMethod:
 * @AIMX_METHOD_SPF: the address of the client (RFC 7208)
 * @AIMX_METHOD_DKIM: signatures (RFC 6376)
 * @AIMX_METHOD_DMARC: the policy of the author (RFC 7489)
 * @AIMX_METHOD_ARC: what earlier receivers saw (RFC 8617)
 * @AIMX_METHOD_IPREV: the name of the client (RFC 8601, 3)
 * @AIMX_N_METHODS: how many there are
 *
 * What was looked at.
 */
typedef enum
{
  AIMX_METHOD_SPF,
  AIMX_METHOD_DKIM,
  AIMX_METHOD_DMARC,
  AIMX_METHOD_ARC,
  AIMX_METHOD_IPREV,
  AIMX_N_METHODS,
} AimxAuthenticationMethod;

/**
 * AimxDisposition:
 * @AIMX_DISPOSITION_NONE: nothing speaks against the message
 * @AIMX_DISPOSITION_QUARANTINE: the domain of its author asks to keep it apart
 * @AIMX_DISPOSITION_REJECT: the domain of its author asks to refuse it, or cannot be told from what its From field says
 *
 * What the DMARC policy (RFC 7489, 6.3) that applies asks for, `pct` taken into account. A message whose authors cannot
 * be told, or are of more domains than anybody asks, is to be refused by whoever obeys such policies (RFC 7489, 6.6.1).
 */
typedef enum
{
  AIMX_DISPOSITION_NONE,
  AIMX_DISPOSITION_QUARANTINE,
  AIMX_DISPOSITION_REJECT,
} AimxDisposition;

/**
 * AimxAuthentication:
 *
 * What is known about who sent a message, as one value.
 */
#define AIMX_TYPE_AUTHENTICATION (aimx_authentication_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxAuthentication, aimx_authentication, AIMX, AUTHENTICATION, GObject)

/**
 * aimx_authentication_new:
 *
 * Returns: (transfer full): nothing is known: every result is `none`
 */
AIMX_API AimxAuthentication *aimx_authentication_new (void);

/**
 * aimx_authentication_set_result:
 * @self: the results
 * @method: which of them
 * @result: the word of RFC 8601 for @method, a static string; of DKIM the best of all signatures whose keys are not in
 * testing
 *
 * Sets what came of one method.
 */
AIMX_API void
aimx_authentication_set_result (AimxAuthentication *self, AimxAuthenticationMethod method, const char *result);

/**
 * aimx_authentication_get_result:
 * @self: the results
 * @method: which of them
 *
 * Returns: (transfer none): the word of RFC 8601, `none` when nothing is known
 */
AIMX_API const char *aimx_authentication_get_result (AimxAuthentication *self, AimxAuthenticationMethod method);

/**
 * aimx_authentication_get_shown:
 * @self: the results
 * @method: which of them
 *
 * Returns: (transfer none): the result in the smaller set of words that the frontmatter of a message has: DKIM
 * `none`, `pass`, `fail`; SPF `none`, `pass`, `fail`, `softfail`, `neutral`; DMARC and ARC `none`, `pass`, `fail`;
 * errors of SPF and DMARC read `none`, those of DKIM `fail`
 */
AIMX_API const char *aimx_authentication_get_shown (AimxAuthentication *self, AimxAuthenticationMethod method);

/**
 * aimx_authentication_set_author:
 * @self: the results
 * @address: (nullable): the address of the one author; %NULL when there is not exactly one
 *
 * Sets of whom the results speak.
 */
AIMX_API void aimx_authentication_set_author (AimxAuthentication *self, const char *address);

/**
 * aimx_authentication_get_author:
 * @self: the results
 *
 * Returns: (transfer none) (nullable): as set, in lower case
 */
AIMX_API const char *aimx_authentication_get_author (AimxAuthentication *self);

/**
 * aimx_authentication_set_author_proven:
 * @self: the results
 * @proven: whether it does
 *
 * Says whether a passing DKIM signature over the whole body, with a key that is not in testing, belongs to the
 * domain of the one author (relaxed alignment, RFC 7489, 3.1.1).
 */
AIMX_API void aimx_authentication_set_author_proven (AimxAuthentication *self, gboolean proven);

/**
 * aimx_authentication_is_author_proven:
 * @self: the results
 *
 * Returns: as set
 */
AIMX_API gboolean aimx_authentication_is_author_proven (AimxAuthentication *self);

/**
 * aimx_authentication_set_disposition:
 * @self: the results
 * @disposition: what to do
 *
 * Sets what is to be done where DMARC policies are obeyed.
 */
AIMX_API void aimx_authentication_set_disposition (AimxAuthentication *self, AimxDisposition disposition);

/**
 * aimx_authentication_get_disposition:
 * @self: the results
 *
 * Returns: as set
 */
AIMX_API AimxDisposition aimx_authentication_get_disposition (AimxAuthentication *self);

/**
 * aimx_authentication_set_field:
 * @self: the results
 * @value: the text
 *
 * Sets the value of an Authentication-Results field (RFC 8601), on one line.
 */
AIMX_API void aimx_authentication_set_field (AimxAuthentication *self, const char *value);

/**
 * aimx_authentication_get_field:
 * @self: the results
 *
 * Returns: (transfer none) (nullable): as set
 */
AIMX_API const char *aimx_authentication_get_field (AimxAuthentication *self);

/**
 * aimx_authentication_take_details:
 * @self: the results
 * @details: (transfer full): an object
 *
 * Keeps all of it with reasons, as the verb `VERIFY` answers.
 */
AIMX_API void aimx_authentication_take_details (AimxAuthentication *self, JsonNode *details);

/**
 * aimx_authentication_get_details:
 * @self: the results
 *
 * Returns: (transfer none) (nullable): as set, immutable
 */
AIMX_API JsonNode *aimx_authentication_get_details (AimxAuthentication *self);

/**
 * aimx_mailbox_decide_trust:
 * @mailbox: whose policy counts
 * @authentication: (nullable): what is known about the message; %NULL: nothing
 * @author: (nullable): the address that the message shows as its author, in any case; %NULL when it shows not exactly
 * one
 *
 * Trust needs a policy, one proven author, and that author on the list. What is shown must be what was proven: readers
 * of a header can disagree about it. Any thread.
 *
 * Returns: (transfer none): `none`, `true` or `false`, as the frontmatter has it
 */
AIMX_API const char *
aimx_mailbox_decide_trust (const AimxMailbox *mailbox, AimxAuthentication *authentication, const char *author);

G_END_DECLS
