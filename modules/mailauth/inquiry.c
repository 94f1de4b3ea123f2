/* SPDX-License-Identifier: MIT */
#include "inquiry.h"

#include "dmarc/from-fields.h"

#include <gnutls/crypto.h>
#include <string.h>

#define DIGEST_LENGTH 32 /* SHA-256 */

/* What an answer is for. */
typedef enum
{
  TOPIC_SPF,    /* index: question of the check */
  TOPIC_PTR,    /* the names of the client */
  TOPIC_NAME,   /* index: name of the reverse look-up */
  TOPIC_KEY,    /* index: signature */
  TOPIC_POLICY, /* index: domain of the authors * 2, + 1 for the organizational domain */
} Topic;

typedef struct
{
  Inquiry *inquiry; /* a reference */
  Topic topic;
  guint index;
  guint64 id;
} Question;

struct _Inquiry
{
  gatomicrefcount references;
  AimxServer *server;
  AimxResolver *resolver; /* nullable */
  gboolean waits_for_name;

  /* Of whoever has the message. */
  AimxSignatureCheck *check; /* nullable */
  gnutls_hash_hd_t digest;
  DmarcFromFields from;
  gboolean is_checked; /* the check has as much of the header as it wants */
  gboolean has_header;

  GMutex mutex;    /* for all that follows */
  GPtrArray *open; /* Question, unowned: the resolver has it */
  guint n_asked_by_spf;
  AimxDnsAnswer **keys; /* by signature, nullable */
  gint64 deadline;      /* monotonic; 0: the header is not complete */
  gboolean is_closed;
  AimxVerifiedFunc func; /* NULL: the message is not over */
  gpointer user_data;

  Findings findings;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inquiry, inquiry_unref)

static Inquiry *
inquiry_ref (Inquiry *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
free_keys (Inquiry *self)
{
  for (guint i = 0; self->keys != NULL && i < self->findings.signatures->len; i++)
    g_clear_object (&self->keys[i]);
  g_free (self->keys);
}

void
inquiry_unref (Inquiry *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->resolver);
  g_clear_object (&self->check);
  if (self->digest != NULL)
    gnutls_hash_deinit (self->digest, NULL);
  dmarc_from_fields_clear (&self->from);
  g_ptr_array_unref (self->open);
  free_keys (self);
  findings_clear (&self->findings);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- questions ---- */

static void on_answer (AimxDnsAnswer *answer, gpointer user_data);

static void
question_free (gpointer data)
{
  Question *question = data;

  inquiry_unref (question->inquiry);
  g_free (question);
}

/* Those that finishing waits for. */
static gboolean
has_open_questions (Inquiry *self)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      const Question *question = self->open->pdata[i];

      if (self->waits_for_name || (question->topic != TOPIC_PTR && question->topic != TOPIC_NAME))
        return TRUE;
    }
  return FALSE;
}

/*
 * Asks, by the deadline of the message; while its header is not complete there is none yet, and a question has as much
 * time as that will have. Returns: (transfer full) (nullable): an answer when there is nobody to ask, or no time left
 */
static AimxDnsAnswer *
ask (Inquiry *self, Topic topic, guint index, const char *name, AimxDnsType type)
{
  gint64 now = g_get_monotonic_time ();
  Question *question;

  if (self->resolver == NULL)
    return aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "nothing here asks the DNS");
  if (self->deadline > 0 && now >= self->deadline)
    return aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "there was no time left to ask");
  question = g_new0 (Question, 1);
  question->inquiry = inquiry_ref (self);
  question->topic = topic;
  question->index = index;
  g_ptr_array_add (self->open, question);
  question->id =
      aimx_resolver_ask (self->resolver, name, type,
                         self->deadline > 0 ? self->deadline : now + AIMX_VERIFIER_BUDGET_SECONDS * G_USEC_PER_SEC,
                         on_answer, question, question_free);
  return NULL;
}

/* Returns: (transfer full): the ids of questions nobody waits for any more */
static GArray *
close_questions (Inquiry *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  self->is_closed = TRUE;
  for (guint i = 0; i < self->open->len; i++)
    g_array_append_val (ids, ((Question *) self->open->pdata[i])->id);
  g_ptr_array_set_size (self->open, 0);
  return ids;
}

/* Without the mutex: the resolver has its own. */
static void
cancel (Inquiry *self, GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    aimx_resolver_cancel (self->resolver, g_array_index (ids, guint64, i));
  g_array_unref (ids);
}

/* ---- SPF ---- */

static gboolean
ask_for_spf (Inquiry *self)
{
  SpfCheck *spf = self->findings.spf;
  gboolean is_answered = FALSE;

  for (; self->n_asked_by_spf < spf_check_get_n_questions (spf); self->n_asked_by_spf++)
    {
      AimxDnsType type;
      const char *name = spf_check_get_question (spf, self->n_asked_by_spf, &type);
      g_autoptr (AimxDnsAnswer) answer = ask (self, TOPIC_SPF, self->n_asked_by_spf, name, type);

      if (answer == NULL)
        continue;
      spf_check_answer (spf, self->n_asked_by_spf, answer);
      is_answered = TRUE;
    }
  return is_answered;
}

static void
advance_spf (Inquiry *self)
{
  do
    self->findings.spf_result = spf_check_step (self->findings.spf);
  while (self->findings.spf_result == SPF_PENDING && ask_for_spf (self));
}

/* ---- the reverse look-up ---- */

static void
take_names (Inquiry *self, AimxDnsAnswer *names)
{
  guint n = iprev_take_names (self->findings.iprev, names);

  for (guint i = 0; i < n; i++)
    {
      AimxDnsType type;
      const char *name = iprev_get_name_to_ask (self->findings.iprev, i, &type);
      g_autoptr (AimxDnsAnswer) answer = ask (self, TOPIC_NAME, i, name, type);

      if (answer != NULL)
        iprev_take_addresses (self->findings.iprev, i, answer);
    }
}

static void
ask_for_names (Inquiry *self)
{
  const char *address = iprev_get_address (self->findings.iprev);
  g_autoptr (AimxDnsAnswer) answer = ask (self, TOPIC_PTR, 0, address, AIMX_DNS_PTR);

  if (answer != NULL)
    take_names (self, answer);
}

/* ---- keys and policies ---- */

static void
take_key (Inquiry *self, guint index, AimxDnsAnswer *answer)
{
  g_set_object (&self->keys[index], answer);
}

static void
ask_for_keys (Inquiry *self)
{
  GPtrArray *signatures = self->findings.signatures;

  self->keys = g_new0 (AimxDnsAnswer *, signatures->len);
  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *signature = signatures->pdata[i];
      g_autoptr (AimxDnsAnswer) answer = NULL;

      if (signature->key_name == NULL)
        continue;
      answer = ask (self, TOPIC_KEY, i, signature->key_name, AIMX_DNS_TXT);
      if (answer != NULL)
        take_key (self, i, answer);
    }
}

static void
take_policy (Inquiry *self, guint index, AimxDnsAnswer *answer)
{
  g_set_object (&self->findings.policies[index / 2][index % 2], answer);
}

static void
ask_for_policies (Inquiry *self)
{
  const GPtrArray *domains = self->findings.authors->domains;

  for (guint i = 0; i < 2 * MIN (domains->len, DMARC_DOMAINS_MAX); i++)
    {
      g_autofree char *name = dmarc_get_question (self->findings.suffixes, domains->pdata[i / 2], i % 2 == 1);
      g_autoptr (AimxDnsAnswer) answer = name != NULL ? ask (self, TOPIC_POLICY, i, name, AIMX_DNS_TXT) : NULL;

      if (answer != NULL)
        take_policy (self, i, answer);
    }
}

/* ---- the message ---- */

/* Everything that the header names is asked for together. */
static void
end_header (Inquiry *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Findings *findings = &self->findings;

  self->has_header = TRUE;
  self->deadline = g_get_monotonic_time () + AIMX_VERIFIER_BUDGET_SECONDS * G_USEC_PER_SEC;
  findings->authors = dmarc_from_fields_read (&self->from);
  if (self->check != NULL)
    {
      findings->signatures = g_ptr_array_ref (aimx_signature_check_get_signatures (self->check));
      for (guint i = 0; i <= AIMX_ARC_SETS_MAX; i++)
        findings->arc_results[i] = aimx_signature_check_count_arc_results (self->check, i);
      ask_for_keys (self);
    }
  ask_for_policies (self);
}

/* Signatures are found in as much of a header as is kept of it, authors in all of it. */
void
inquiry_update (Inquiry *self, const char *data, gsize length)
{
  gnutls_hash (self->digest, data, length);
  if (self->check != NULL)
    self->is_checked |= aimx_signature_check_update (self->check, data, length);
  dmarc_from_fields_take (&self->from, data, length);
  if (!self->has_header && self->from.is_complete && (self->check == NULL || self->is_checked))
    end_header (self);
}

/* ---- the end ---- */

/* A number that a message has for ever. */
static guint
draw (Inquiry *self)
{
  guint8 digest[DIGEST_LENGTH];
  guint64 number;

  gnutls_hash_output (self->digest, digest);
  memcpy (&number, digest, sizeof number);
  return (guint) (GUINT64_FROM_BE (number) % 100);
}

static void
judge_signatures (Inquiry *self)
{
  for (guint i = 0; self->keys != NULL && i < self->findings.signatures->len; i++)
    if (self->keys[i] != NULL)
      aimx_signature_check_judge (self->check, i, self->keys[i]);
}

/* Closed, so that nobody else changes anything any more. */
static void
conclude (gpointer user_data)
{
  g_autoptr (Inquiry) self = user_data;
  g_autoptr (AimxAuthentication) authentication = NULL;

  judge_signatures (self);
  self->findings.draw = draw (self);
  authentication = findings_conclude (&self->findings);
  self->func (authentication, self->user_data);
}

/* Returns: (transfer full) (nullable): ids to cancel, when everything is known that is waited for */
static GArray *
close_when_done (Inquiry *self)
{
  GArray *ids;

  if (self->is_closed || self->func == NULL || has_open_questions (self))
    return NULL;
  ids = close_questions (self);
  aimx_server_run (self->server, conclude, inquiry_ref (self));
  return ids;
}

void
inquiry_finish (Inquiry *self, AimxVerifiedFunc func, gpointer user_data)
{
  /* @func, which may run before this ends, may drop the verification. */
  g_autoptr (Inquiry) held = inquiry_ref (self);
  GArray *ids;

  if (self->check != NULL)
    aimx_signature_check_end (self->check);
  if (!self->has_header)
    end_header (self);
  g_mutex_lock (&self->mutex);
  self->func = func;
  self->user_data = user_data;
  ids = close_when_done (self);
  g_mutex_unlock (&self->mutex);
  if (ids != NULL)
    cancel (self, ids);
}

void
inquiry_abandon (Inquiry *self)
{
  GArray *ids = NULL;

  g_mutex_lock (&self->mutex);
  if (self->func == NULL)
    ids = close_questions (self);
  g_mutex_unlock (&self->mutex);
  if (ids != NULL)
    cancel (self, ids);
}

/* ---- answers ---- */

static void
take_answer (Inquiry *self, const Question *question, AimxDnsAnswer *answer)
{
  switch (question->topic)
    {
    case TOPIC_SPF:
      spf_check_answer (self->findings.spf, question->index, answer);
      advance_spf (self);
      break;
    case TOPIC_PTR:
      take_names (self, answer);
      break;
    case TOPIC_NAME:
      iprev_take_addresses (self->findings.iprev, question->index, answer);
      break;
    case TOPIC_KEY:
      take_key (self, question->index, answer);
      break;
    case TOPIC_POLICY:
    default:
      take_policy (self, question->index, answer);
      break;
    }
}

/* Main loop. */
static void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  Question *question = user_data;
  Inquiry *self = question->inquiry;
  GArray *ids = NULL;

  g_mutex_lock (&self->mutex);
  if (!self->is_closed)
    {
      g_ptr_array_remove_fast (self->open, question);
      take_answer (self, question, answer);
      ids = close_when_done (self);
    }
  g_mutex_unlock (&self->mutex);
  if (ids != NULL)
    cancel (self, ids);
}

/* ---- the beginning ---- */

char *
inquiry_get_name (Inquiry *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->findings.iprev != NULL ? g_strdup (iprev_get_name (self->findings.iprev)) : NULL;
}

static void
set_peer (Inquiry *self, const AimxVerifierPeer *peer)
{
  Findings *findings = &self->findings;
  const SpfClient client = {
    .address = peer->address,
    .helo = peer->helo,
    .mail_from = peer->mail_from,
    .receiver = findings->authserv_id,
    .now = peer->at,
  };

  findings->address = g_strdup (peer->address);
  findings->helo = g_strdup (peer->helo);
  findings->mail_from = peer->mail_from != NULL && *peer->mail_from != '\0' ? g_strdup (peer->mail_from) : NULL;
  findings->spf_result = SPF_NONE;
  if (peer->address == NULL)
    return;
  findings->spf = spf_check_new (&client);
  findings->iprev = iprev_new (peer->address);
}

Inquiry *
inquiry_new (const InquirySettings *settings, const AimxVerifierPeer *peer)
{
  Inquiry *self = g_new0 (Inquiry, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  self->server = settings->server;
  self->resolver = settings->resolver != NULL ? g_object_ref (settings->resolver) : NULL;
  self->waits_for_name = settings->waits_for_name;
  self->open = g_ptr_array_new ();
  self->findings.suffixes = settings->suffixes;
  self->findings.authserv_id = g_strdup (settings->authserv_id);
  if (settings->checker != NULL)
    self->check = aimx_signature_checker_begin (settings->checker, peer->at);
  dmarc_from_fields_init (&self->from);
  gnutls_hash_init (&self->digest, GNUTLS_DIG_SHA256);
  set_peer (self, peer);

  g_mutex_lock (&self->mutex);
  if (self->findings.spf != NULL)
    advance_spf (self);
  if (self->findings.iprev != NULL)
    ask_for_names (self);
  g_mutex_unlock (&self->mutex);
  return self;
}
