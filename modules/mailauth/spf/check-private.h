/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a check share.
 *
 * A step evaluates everything from the beginning, with the answers that are there. Where one is missing it asks and
 * says that it is pending: no state has to be kept between two steps but the questions. The limits on look-ups keep a
 * step short, and steps few.
 */
#pragma once

#include "check.h"
#include "macro.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * SpfQuestion:
 * @name: what is asked for
 * @type: the type
 * @answer: (nullable): until it comes
 * @record: (nullable): the one SPF record in it, once it is read
 * @reason: (nullable): why there is none
 */
typedef struct
{
  char *name;
  AimxDnsType type;
  AimxDnsAnswer *answer;
  SpfRecord *record;
  char *reason;
} SpfQuestion;

struct _SpfCheck
{
  char *sender;
  char *domain;
  char *helo;
  char *receiver;
  SpfAddress address;
  gint64 now;

  GPtrArray *questions;  /* SpfQuestion */
  GHashTable *positions; /* `TYPE NAME` -> index + 1 */

  guint lookups;
  guint void_lookups;
  gboolean names_counted; /* the look-up of the client's names, for `p` */
  gboolean explaining;    /* the result stands: look-ups do not count any more */

  SpfResult result;
  char *mechanism;
  char *explanation;
  char *reason;
};

/** SpfMatch: what became of a term, or of a name that it needs */
typedef enum
{
  SPF_MATCH_PENDING,
  SPF_MATCH_NO,
  SPF_MATCH_YES,
  SPF_MATCH_TEMPERROR,
  SPF_MATCH_PERMERROR,
} SpfMatch;

/** spf_check_ask: Returns: (transfer none): the question, new or asked before */
SpfQuestion *spf_check_ask (SpfCheck *self, const char *name, AimxDnsType type);
/** spf_check_explain: says for people why the result is what it is */
void spf_check_explain (SpfCheck *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** spf_check_is_name: Returns: whether a question can be made of @name (RFC 1035, 2.3.4) */
gboolean spf_check_is_name (const char *name);
/** spf_check_count: counts a look-up. Returns: whether there may be so many */
gboolean spf_check_count (SpfCheck *self);
/** spf_check_match_failed: Returns: what a term comes to when the answer to @question is %AIMX_DNS_FAILED */
SpfMatch spf_check_match_failed (SpfCheck *self, const SpfQuestion *question);
/**
 * spf_check_expand:
 * @self: the check
 * @text: a macro string that was checked
 * @domain: the current domain
 * @expand: spf_macro_expand() or spf_macro_expand_domain()
 * @expanded: (out) (transfer full): what it comes to
 *
 * Returns: %SPF_MATCH_YES when it is expanded; %SPF_MATCH_PENDING, %SPF_MATCH_PERMERROR
 */
SpfMatch spf_check_expand (SpfCheck *self,
                           const char *text,
                           const char *domain,
                           char *(*expand) (const char *text, const SpfMacroValues *values),
                           char **expanded);
/** spf_check_match: Returns: whether a term other than `include` matches; @domain: the current domain */
SpfMatch spf_check_match (SpfCheck *self, const SpfTerm *term, const char *domain);

G_END_DECLS
