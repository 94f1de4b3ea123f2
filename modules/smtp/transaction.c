/* SPDX-License-Identifier: MIT */
/*
 * Recipients and messages: looks up who may get mail, keeps the bytes of a message, has it delivered.
 *
 * Bytes that stay in memory are copied on the loop. Those of larger messages are staged until they are worth a write,
 * which the pool makes; meanwhile the peer is not read, so that each connection has at most one stage and one read in
 * memory.
 */
#include "connection-private.h"
#include "smtp-server.h"

#include <aimx/error.h>
#include <aimx/ingester.h>
#include <aimx/log.h>

#include <string.h>

/* Bytes worth a write of their own. Smaller pieces of a slow peer are collected. */
#define STAGE_SIZE (16 * 1024)

/* ---- who sends it ---- */

/* With the first recipient of a transaction. What is left of one that was given up is forgotten. */
static void
look_at_sender (SmtpConnection *self)
{
  AimxVerifier *verifier = smtp_server_get_verifier (self->loop->server);
  SmtpEnvelope lent;
  AimxVerifierPeer peer = { .at = g_get_real_time () / G_USEC_PER_SEC };

  smtp_session_get_envelope (self->session, &lent);
  if (verifier == NULL || lent.recipients[0] != NULL)
    return;
  peer.address = lent.peer_address;
  peer.helo = lent.helo;
  peer.mail_from = lent.mail_from;
  g_clear_object (&self->verification);
  self->verification = aimx_verifier_begin (verifier, &peer);
}

/* ---- recipients ---- */

/* The domain is that of the snapshot that judges: as the peer wrote it where that is the same but for its case. */
static char *
complete_recipient (const char *recipient, const AimxDomain *domain)
{
  const char *at = strrchr (recipient, '@');

  if (domain == NULL || (at != NULL && g_str_is_ascii (at + 1)))
    return g_strdup (recipient);
  if (at == NULL)
    return g_strconcat ("postmaster@", aimx_domain_get_name (domain), NULL);
  return g_strdup_printf ("%.*s@%s", (int) (at - recipient), recipient, aimx_domain_get_name (domain));
}

/* Whoever runs the server can mend that, and the peer is not told what it is. */
static void
report_owner (SmtpRecipientVerdict verdict, const char *recipient)
{
  if (verdict == SMTP_RECIPIENT_NO_ACCOUNT)
    aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "the owner of the mailbox of %s has no account", recipient);
  else if (verdict == SMTP_RECIPIENT_UNAVAILABLE)
    aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "the owner of the mailbox of %s could not be looked up", recipient);
}

static void
answer_recipient (SmtpConnection *self, SmtpRecipientVerdict verdict, const char *recipient)
{
  if (verdict == SMTP_RECIPIENT_ACCEPTED)
    look_at_sender (self);
  report_owner (verdict, recipient);
  smtp_session_recipient_result (self->session, verdict, recipient, smtp_connection_now (self));
}

static SmtpRecipientVerdict
judge_account (AimxAccountState state)
{
  switch (state)
    {
    case AIMX_ACCOUNT_EXISTS:
      return SMTP_RECIPIENT_ACCEPTED;
    case AIMX_ACCOUNT_MISSING:
      return SMTP_RECIPIENT_NO_ACCOUNT;
    default:
      return SMTP_RECIPIENT_UNAVAILABLE;
    }
}

typedef struct
{
  SmtpWork work;
  AimxAccounts *accounts;
  char *recipient;
  char *owner;
  AimxAccountState state;
} Lookup;

static gboolean
lookup_run (SmtpWork *work)
{
  Lookup *self = (Lookup *) work;

  self->state = aimx_accounts_lookup (self->accounts, self->owner, NULL, NULL);
  return TRUE;
}

static void
lookup_done (SmtpWork *work)
{
  Lookup *self = (Lookup *) work;
  SmtpConnection *connection = work->connection;

  if (smtp_session_get_action (connection->session) == SMTP_ACTION_VERIFY_RECIPIENT)
    answer_recipient (connection, judge_account (self->state), self->recipient);
  g_object_unref (self->accounts);
  g_free (self->recipient);
  g_free (self->owner);
  g_free (self);
}

static void
look_up (SmtpConnection *self, AimxAccounts *accounts, const char *recipient, const char *owner)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->work = (SmtpWork){ self, lookup_run, lookup_done };
  lookup->accounts = g_object_ref (accounts);
  lookup->recipient = g_strdup (recipient);
  lookup->owner = g_strdup (owner);
  smtp_connection_run (&lookup->work);
}

static gboolean
verify_recipient (SmtpConnection *self)
{
  AimxServer *server = smtp_server_get_aimx (self->loop->server);
  AimxAccounts *accounts = aimx_server_get_accounts (server);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  const char *written = smtp_session_get_recipient (self->session);
  const AimxDomain *domain = NULL;
  const AimxMailbox *mailbox = aimx_config_resolve_recipient (config, written, &domain);
  g_autofree char *recipient = complete_recipient (written, domain);
  AimxAccountState state;

  if (mailbox == NULL)
    {
      answer_recipient (self, domain == NULL ? SMTP_RECIPIENT_NOT_LOCAL : SMTP_RECIPIENT_UNKNOWN, recipient);
      return TRUE;
    }
  /* A daemon that is not root stores everything as itself. */
  if (!smtp_server_gives_to_owners (self->loop->server))
    state = AIMX_ACCOUNT_EXISTS;
  else
    state = aimx_accounts_peek (accounts, aimx_mailbox_get_owner (mailbox), NULL, NULL);
  if (state != AIMX_ACCOUNT_UNKNOWN)
    answer_recipient (self, judge_account (state), recipient);
  else
    look_up (self, accounts, recipient, aimx_mailbox_get_owner (mailbox));
  return state != AIMX_ACCOUNT_UNKNOWN;
}

/* ---- keeping the bytes ---- */

static SmtpStoreVerdict
judge_error (const GError *error)
{
  return g_error_matches (error, AIMX_ERROR, AIMX_ERROR_NO_SPACE) ? SMTP_STORE_NO_SPACE : SMTP_STORE_FAILED;
}

/* The first @n_own bytes are our trace field: the sender has not signed it. */
static SmtpStoreVerdict
append (AimxSpool *spool, AimxVerification *verification, const guint8 *data, gsize length, gsize n_own)
{
  g_autoptr (GError) error = NULL;

  if (verification != NULL && length > n_own)
    aimx_verification_update (verification, (const char *) data + n_own, length - n_own);
  if (aimx_spool_append (spool, data, length, &error))
    return SMTP_STORE_OK;
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "a message is refused for now: %s", error->message);
  return judge_error (error);
}

static void
begin_message (SmtpConnection *self)
{
  gint64 real_time = g_get_real_time ();
  char id[SMTP_QUEUE_ID_TEXT];
  g_autofree char *name = self->verification != NULL ? aimx_verification_get_peer_name (self->verification) : NULL;

  self->spool = aimx_mail_store_new_spool (aimx_server_get_mail_store (smtp_server_get_aimx (self->loop->server)));
  self->spooled = SMTP_STORE_OK;
  smtp_queue_ids_next (smtp_server_get_queue_ids (self->loop->server), real_time, id);
  smtp_session_message_begun (self->session, SMTP_STORE_OK, id, name, real_time, smtp_connection_now (self));
}

static void
keep (SmtpConnection *self, const guint8 *data, gsize length, gsize n_own)
{
  if (self->staged == NULL && aimx_spool_reserve_memory (self->spool, length))
    {
      self->spooled = append (self->spool, self->verification, data, length, n_own);
      return;
    }
  if (self->staged == NULL)
    self->staged = g_byte_array_new ();
  g_byte_array_append (self->staged, data, (guint) length);
  self->n_own_staged += n_own;
}

static void
store_data (SmtpConnection *self)
{
  gsize length;
  const char *span = smtp_session_get_span (self->session, &length);

  if (self->spooled == SMTP_STORE_OK)
    keep (self, (const guint8 *) span, length, smtp_session_is_span_trace (self->session) ? length : 0);
  smtp_session_spooled (self->session, self->spooled, smtp_connection_now (self));
}

/* Spools what is staged; with an envelope the message is complete and delivered then. */
typedef struct
{
  SmtpWork work;
  AimxSpool *spool;
  AimxVerification *verification; /* nullable */
  GByteArray *staged;             /* nullable */
  gsize n_own;                    /* of them in front */
  gsize n_spooling;               /* its length, as counted by the loop */
  AimxEnvelope *envelope;
  AimxIngester *ingester;
  SmtpStoreVerdict verdict;
} Storing;

static Storing *
storing_new (SmtpConnection *self, gboolean (*run) (SmtpWork *work), void (*done) (SmtpWork *work))
{
  Storing *storing = g_new0 (Storing, 1);

  storing->work = (SmtpWork){ self, run, done };
  storing->spool = g_object_ref (self->spool);
  storing->verification = self->verification != NULL ? g_object_ref (self->verification) : NULL;
  storing->staged = g_steal_pointer (&self->staged);
  storing->n_own = self->n_own_staged;
  self->n_own_staged = 0;
  storing->n_spooling = storing->staged != NULL ? storing->staged->len : 0;
  smtp_loop_begin_spooling (self->loop, storing->n_spooling);
  return storing;
}

static void
storing_free (Storing *self)
{
  smtp_loop_end_spooling (self->work.connection->loop, self->n_spooling);
  g_clear_pointer (&self->envelope, aimx_envelope_free);
  g_clear_object (&self->ingester);
  g_free (self);
}

/* On the pool, since it may free files. */
static void
storing_release (Storing *self)
{
  g_clear_pointer (&self->staged, g_byte_array_unref);
  g_clear_object (&self->spool);
  g_clear_object (&self->verification);
}

static SmtpStoreVerdict
spool_staged (Storing *self)
{
  if (self->staged == NULL)
    return SMTP_STORE_OK;
  return append (self->spool, self->verification, self->staged->data, self->staged->len, self->n_own);
}

static gboolean
append_run (SmtpWork *work)
{
  Storing *self = (Storing *) work;

  self->verdict = spool_staged (self);
  storing_release (self);
  return TRUE;
}

static void
append_done (SmtpWork *work)
{
  Storing *self = (Storing *) work;

  work->connection->spooled = self->verdict;
  storing_free (self);
}

void
smtp_transaction_flush (SmtpConnection *self)
{
  if (self->staged != NULL && self->staged->len >= STAGE_SIZE && !self->busy)
    smtp_connection_run (&storing_new (self, append_run, append_done)->work);
}

/* ---- delivering ---- */

/* One recipient being enough: a full disk is what the sender is told first, and a refusal for good only when there is
 * nobody left for whom a retry could help. */
static SmtpStoreVerdict
judge_deliveries (GPtrArray *deliveries, const AimxEnvelope *envelope)
{
  SmtpStoreVerdict verdict = SMTP_STORE_OK;
  guint n_gone = 0;

  if (deliveries->len != g_strv_length (envelope->recipients))
    return SMTP_STORE_FAILED;
  for (guint i = 0; i < deliveries->len; i++)
    {
      const AimxDelivery *delivery = deliveries->pdata[i];

      if (g_error_matches (delivery->error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY))
        n_gone++;
      if (delivery->error != NULL && verdict != SMTP_STORE_NO_SPACE)
        verdict = judge_error (delivery->error);
    }
  return n_gone == deliveries->len ? SMTP_STORE_GONE : verdict;
}

static SmtpStoreVerdict
deliver (Storing *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) raw = aimx_spool_seal (self->spool, &error);
  g_autoptr (GPtrArray) deliveries = NULL;

  if (raw == NULL)
    {
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_QUEUE_ID, self->envelope->queue_id, "MESSAGE",
                "%s: a message is refused for now: %s", self->envelope->queue_id, error->message);
      return judge_error (error);
    }
  deliveries = aimx_ingester_deliver (self->ingester, self->envelope, raw);
  return judge_deliveries (deliveries, self->envelope);
}

static gboolean
is_unwanted (Storing *self)
{
  AimxServer *server = smtp_server_get_aimx (self->work.connection->loop->server);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  AimxAuthentication *authentication = self->envelope->authentication;

  if (!aimx_config_obeys_dmarc (config) ||
      aimx_authentication_get_disposition (authentication) != AIMX_DISPOSITION_REJECT)
    return FALSE;
  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_QUEUE_ID, self->envelope->queue_id, AIMX_LOG_PEER, self->envelope->peer_address,
            "MESSAGE", "%s: refused, as the DMARC policy of its author's domain asks: %s", self->envelope->queue_id,
            aimx_authentication_get_field (authentication));
  return TRUE;
}

static void
on_verified (AimxAuthentication *authentication, gpointer user_data)
{
  Storing *self = user_data;

  self->envelope->authentication = g_object_ref (authentication);
  self->verdict = is_unwanted (self) ? SMTP_STORE_UNWANTED : deliver (self);
  storing_release (self);
  smtp_work_finish (&self->work);
}

static gboolean
deliver_run (SmtpWork *work)
{
  Storing *self = (Storing *) work;

  self->verdict = spool_staged (self);
  if (self->verdict == SMTP_STORE_OK && self->verification != NULL)
    {
      aimx_verification_finish (self->verification, on_verified, self);
      return FALSE;
    }
  if (self->verdict == SMTP_STORE_OK)
    self->verdict = deliver (self);
  storing_release (self);
  return TRUE;
}

static void
deliver_done (SmtpWork *work)
{
  Storing *self = (Storing *) work;
  SmtpConnection *connection = work->connection;

  if (smtp_session_get_action (connection->session) == SMTP_ACTION_MESSAGE_COMPLETE)
    smtp_session_message_result (connection->session, self->verdict, smtp_connection_now (connection));
  storing_free (self);
}

static AimxEnvelope *
copy_envelope (SmtpConnection *self)
{
  AimxEnvelope *envelope = aimx_envelope_new ();
  SmtpEnvelope lent;

  smtp_session_get_envelope (self->session, &lent);
  envelope->queue_id = g_strdup (lent.queue_id);
  envelope->peer_address = g_strdup (lent.peer_address);
  envelope->helo = g_strdup (lent.helo);
  envelope->mail_from = g_strdup (lent.mail_from);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strdupv ((GStrv) lent.recipients);
  envelope->protocol = g_strdup (lent.protocol);
  envelope->trace_length = lent.trace_length;
  return envelope;
}

static gboolean
complete_message (SmtpConnection *self)
{
  Storing *storing;

  if (self->spooled != SMTP_STORE_OK)
    {
      smtp_transaction_drop (self);
      smtp_session_message_result (self->session, self->spooled, smtp_connection_now (self));
      return TRUE;
    }
  storing = storing_new (self, deliver_run, deliver_done);
  storing->envelope = copy_envelope (self);
  storing->ingester = g_object_ref (smtp_server_get_ingester (self->loop->server));
  g_clear_object (&self->spool);
  g_clear_object (&self->verification);
  smtp_connection_run (&storing->work);
  return FALSE;
}

void
smtp_transaction_drop (SmtpConnection *self)
{
  g_clear_object (&self->verification);
  g_clear_pointer (&self->staged, g_byte_array_unref);
  self->n_own_staged = 0;
  if (self->spool == NULL)
    return;
  /* Freeing a file may block. */
  if (aimx_spool_reserve_memory (self->spool, 0))
    g_clear_object (&self->spool);
  else
    aimx_server_run (smtp_server_get_aimx (self->loop->server), g_object_unref, g_steal_pointer (&self->spool));
}

gboolean
smtp_transaction_act (SmtpConnection *self, SmtpAction action)
{
  switch (action)
    {
    case SMTP_ACTION_VERIFY_RECIPIENT:
      return verify_recipient (self);
    case SMTP_ACTION_BEGIN_MESSAGE:
      begin_message (self);
      return TRUE;
    case SMTP_ACTION_STORE_DATA:
      store_data (self);
      return TRUE;
    case SMTP_ACTION_MESSAGE_COMPLETE:
      return complete_message (self);
    case SMTP_ACTION_MESSAGE_ABORTED:
      smtp_transaction_drop (self);
      smtp_session_message_dropped (self->session, smtp_connection_now (self));
      return TRUE;
    default:
      g_return_val_if_reached (FALSE);
    }
}
