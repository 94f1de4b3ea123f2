/* SPDX-License-Identifier: MIT */
/*
 * Delivery of one recipient's copy: claim a name under the mailbox lock, build without it, move in under it, wait for
 * the directory's sync without it.
 */
#include "mail/delivery.h"

#include "lock-manager-private.h"
#include "mail/digest.h"
#include "mail/stem.h"
#include "mail/thread-id.h"

#include <string.h>

/* How often a copy is built again because somebody else took its name on disk meanwhile. */
#define MOVE_TRIES 16

typedef struct
{
  AimxMailStore *store;
  AimxMessage *message;
  GBytes *raw;
  const AimxEnvelope *envelope;
  const AimxVerdict *verdict;
  const char *recipient;
  char *recipient_lower;
  char *digest; /* of a message without Message-ID that may be a retry, else NULL */

  /* Where it goes: decided again under the lock. */
  char *mailbox;
  char *domain; /* which it has entered */
  gboolean keep_raw;
  AimxOwner owner;
  AimxMailboxRecord *record;

  /* Claimed. */
  char *retry_key;
  gboolean claims_retry;
  char *stem;
  char *thread_id;
  char *known_stem; /* of the message that this one is a retry of */
} Delivery;

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static gint64
delivery_seconds (const Delivery *self)
{
  return self->envelope->received_at / G_USEC_PER_SEC;
}

static void
release_stem (Delivery *self)
{
  if (self->stem != NULL)
    aimx_mailbox_record_release_stem (self->record, self->stem);
  g_clear_pointer (&self->stem, g_free);
}

static void
delivery_clear (Delivery *self)
{
  release_stem (self);
  if (self->domain != NULL)
    aimx_mail_store_leave_domain (self->store, self->domain);
  g_free (self->domain);
  g_free (self->retry_key);
  g_free (self->thread_id);
  g_free (self->known_stem);
  g_free (self->digest);
  g_free (self->recipient_lower);
  g_free (self->mailbox);
  g_clear_pointer (&self->record, aimx_mailbox_record_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Delivery, delivery_clear)

/* ---- who and where ---- */

/* Without our trace field, which no retry has again. */
static void
digest_whole (Delivery *self)
{
  const char *id = aimx_message_get (self->message, AIMX_MESSAGE_MESSAGE_ID);
  gboolean several = self->envelope->recipients != NULL && g_strv_length (self->envelope->recipients) > 1;
  gsize size;
  const char *raw = g_bytes_get_data (self->raw, &size);
  gsize n_own = MIN (self->envelope->trace_length, size);

  if (is_empty (id) && (several || !aimx_partial_memory_is_empty (self->store->partial)))
    self->digest = aimx_digest_new (raw + n_own, size - n_own);
}

/* Looks the recipient up in the snapshot of this moment. Who owns it is found without a lock: that may take time. */
static gboolean
resolve (Delivery *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->store->config);
  const AimxMailbox *mailbox = aimx_config_resolve_recipient (config, self->recipient, NULL);

  if (mailbox == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY, "no mailbox takes mail for %s", self->recipient);
      return FALSE;
    }
  if (!aimx_mail_store_enter_domain (self->store, aimx_mailbox_get_domain (mailbox), error))
    return FALSE;
  self->domain = g_strdup (aimx_mailbox_get_domain (mailbox));
  self->mailbox = g_strdup (aimx_mailbox_get_name (mailbox));
  self->keep_raw = aimx_mailbox_keeps_raw (mailbox);
  self->record = aimx_mail_store_get_record (self->store, self->mailbox);
  return aimx_mail_store_find_owner (self->store, mailbox, &self->owner, error);
}

static AimxLockGuard *
lock_mailbox (Delivery *self, GError **error)
{
  g_autoptr (AimxLockGuard) guard = aimx_lock_manager_acquire_for_delivery (self->store->locks, self->mailbox, error);
  g_autoptr (AimxConfig) config = NULL;
  const AimxMailbox *mailbox;

  if (guard == NULL)
    return NULL;
  config = aimx_config_store_get (self->store->config);
  mailbox = aimx_config_resolve_recipient (config, self->recipient, NULL);
  if (mailbox != NULL && strcmp (aimx_mailbox_get_name (mailbox), self->mailbox) == 0)
    return g_steal_pointer (&guard);
  g_set_error (error, AIMX_ERROR, mailbox == NULL ? AIMX_ERROR_NO_ENTRY : AIMX_ERROR_TEMPORARY,
               "the mailbox %s has gone while a message for %s came in", self->mailbox, self->recipient);
  return NULL;
}

/* ---- retries ---- */

typedef enum
{
  CLAIM_OWN,
  CLAIM_DUPLICATE,
  CLAIM_WAIT,
} Claim;

static Claim
claim_retry (Delivery *self, AimxRetryMemory *retries)
{
  const char *id = aimx_message_get (self->message, AIMX_MESSAGE_MESSAGE_ID);
  const char *digest = aimx_message_get_body_digest (self->message);

  if (is_empty (id) || digest == NULL)
    return CLAIM_OWN;
  if (self->retry_key == NULL)
    self->retry_key =
        aimx_retry_key_new (id, aimx_copy_get_sender (self->envelope, self->message), digest, self->recipient_lower);
  switch (aimx_retry_memory_claim (retries, self->retry_key, delivery_seconds (self), &self->known_stem))
    {
    case AIMX_RETRY_STORED:
      return CLAIM_DUPLICATE;
    case AIMX_RETRY_PENDING:
      return CLAIM_WAIT;
    case AIMX_RETRY_CLAIMED:
    default:
      self->claims_retry = TRUE;
      return CLAIM_OWN;
    }
}

static void
settle_retry (Delivery *self, AimxRetryMemory *retries)
{
  if (self->claims_retry)
    aimx_retry_memory_settle (retries, self->retry_key);
  self->claims_retry = FALSE;
}

static gboolean
claim_stem (Delivery *self, AimxDirectory *inbox, GError **error)
{
  g_autofree char *base =
      aimx_stem_new (self->envelope->received_at, aimx_message_get (self->message, AIMX_MESSAGE_SUBJECT));

  release_stem (self);
  self->stem = aimx_mailbox_record_claim_stem (self->record, inbox, base, error);
  return self->stem != NULL;
}

static void
find_thread (Delivery *self, AimxRetryMemory *retries)
{
  const char *references = aimx_message_get (self->message, AIMX_MESSAGE_REFERENCES);
  const char *in_reply_to = aimx_message_get (self->message, AIMX_MESSAGE_IN_REPLY_TO);
  g_autofree char *parent = is_empty (references) ? aimx_message_id_first (in_reply_to) : NULL;
  char *thread = parent != NULL ? aimx_retry_memory_find_thread (retries, parent, delivery_seconds (self)) : NULL;

  g_free (self->thread_id);
  self->thread_id = thread != NULL
                        ? thread
                        : aimx_thread_id_new (references, in_reply_to,
                                              aimx_message_get (self->message, AIMX_MESSAGE_MESSAGE_ID), self->stem);
}

/* ---- storing ---- */

static AimxBuiltCopy *
build (Delivery *self, GError **error)
{
  const AimxCopy copy = {
    .message = self->message,
    .raw = self->raw,
    .envelope = self->envelope,
    .recipient = self->recipient,
    .verdict = self->verdict,
    .mailbox = self->mailbox,
    .keep_raw = self->keep_raw,
    .stem = self->stem,
    .thread_id = self->thread_id,
    .retry_key = self->retry_key,
  };

  return aimx_built_copy_new (self->store, &copy, &self->owner, error);
}

/* The inbox as it is at this moment: its owner may have moved it away, or put a link in its place. With the lock. */
static AimxDirectory *
open_inbox (Delivery *self, GError **error)
{
  gboolean created;

  return aimx_mail_store_make_folder (self->store, self->mailbox, AIMX_FOLDER_INBOX, &self->owner, &created, error);
}

typedef enum
{
  MOVE_DONE,
  MOVE_TAKEN,
  MOVE_FAILED,
} Move;

static Move
move_in (Delivery *self, AimxBuiltCopy *built, AimxDirectory **inbox, GError **error)
{
  g_autoptr (AimxLockGuard) guard = lock_mailbox (self, error);
  g_autoptr (GError) why = NULL;

  *inbox = guard != NULL ? open_inbox (self, error) : NULL;
  if (*inbox == NULL)
    return MOVE_FAILED;
  if (aimx_built_copy_publish (built, *inbox, &why))
    return MOVE_DONE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    {
      g_autofree char *taken = g_strdup (self->stem);

      if (!claim_stem (self, *inbox, error))
        return MOVE_FAILED;
      if (strcmp (self->stem, taken) != 0)
        return MOVE_TAKEN;
      /* The name is free: it is something else that keeps the copy out, such as another mount. */
    }
  g_propagate_error (error, g_steal_pointer (&why));
  return MOVE_FAILED;
}

/* Everything after the claims. */
static gboolean
store_claimed (Delivery *self, AimxRetryMemory *retries, GError **error)
{
  for (guint tries = 0; tries < MOVE_TRIES; tries++)
    {
      g_autoptr (AimxBuiltCopy) built = NULL;
      g_autoptr (AimxDirectory) inbox = NULL;
      Move moved;

      find_thread (self, retries);
      built = build (self, error);
      moved = built != NULL ? move_in (self, built, &inbox, error) : MOVE_FAILED;
      if (moved == MOVE_TAKEN)
        continue;
      if (moved == MOVE_FAILED)
        return FALSE;
      if (aimx_mail_store_sync_inbox (self->store, self->record, self->mailbox, inbox, error))
        return TRUE;
      aimx_built_copy_withdraw (built, inbox);
      return FALSE;
    }
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "every name for a message to %s is taken at once",
               self->mailbox);
  return FALSE;
}

static void
remember (Delivery *self, AimxRetryMemory *retries)
{
  aimx_retry_memory_remember (retries, self->retry_key, aimx_message_get (self->message, AIMX_MESSAGE_MESSAGE_ID),
                              self->thread_id, self->stem, delivery_seconds (self));
  if (self->digest != NULL)
    aimx_partial_memory_add_stored (self->store->partial, self->digest,
                                    (const char *const *) self->envelope->recipients, self->recipient_lower,
                                    delivery_seconds (self), self->mailbox, self->stem);
}

/* What an earlier process stored may still wait for a sync: it was never acknowledged, and now would be. */
static gboolean
acknowledge_known (Delivery *self, GError **error)
{
  g_autoptr (AimxDirectory) inbox = NULL;

  if (aimx_mailbox_record_is_durable (self->record))
    return TRUE;
  inbox = aimx_mail_store_open_folder (self->store, self->mailbox, AIMX_FOLDER_INBOX, error);
  return inbox != NULL && aimx_mail_store_sync_inbox (self->store, self->record, self->mailbox, inbox, error);
}

/* One round under the lock: whether it is known, else a name for it. */
static gboolean
claim (Delivery *self, Claim *claimed, AimxRetryMemory *retries, GError **error)
{
  g_autoptr (AimxLockGuard) guard = lock_mailbox (self, error);
  g_autoptr (AimxDirectory) inbox = guard != NULL ? open_inbox (self, error) : NULL;

  if (inbox == NULL)
    return FALSE;
  *claimed = claim_retry (self, retries);
  if (*claimed != CLAIM_OWN || claim_stem (self, inbox, error))
    return TRUE;
  settle_retry (self, retries);
  return FALSE;
}

static gboolean
deliver (Delivery *self, gboolean *duplicate, GError **error)
{
  AimxRetryMemory *retries;
  Claim claimed = CLAIM_WAIT;
  gboolean stored;

  if (!resolve (self, error))
    return FALSE;
  retries = aimx_mailbox_record_get_retries (self->record, self->store, self->mailbox, error);
  if (retries == NULL)
    return FALSE;
  while (claimed == CLAIM_WAIT)
    {
      if (!claim (self, &claimed, retries, error))
        return FALSE;
      if (claimed == CLAIM_WAIT)
        aimx_retry_memory_wait (retries, self->retry_key);
    }
  if (claimed == CLAIM_DUPLICATE)
    return *duplicate = acknowledge_known (self, error);
  stored = store_claimed (self, retries, error);
  if (stored)
    remember (self, retries);
  settle_retry (self, retries);
  return stored;
}

gboolean
aimx_mail_store_deliver (AimxMailStore *self,
                         AimxMessage *message,
                         GBytes *raw,
                         const AimxEnvelope *envelope,
                         const char *recipient,
                         const AimxVerdict *verdict,
                         char **mailbox,
                         char **stem,
                         gboolean *duplicate,
                         GError **error)
{
  g_auto (Delivery) delivery = {
    .store = self,
    .message = message,
    .raw = raw,
    .envelope = envelope,
    .verdict = verdict,
    .recipient = recipient,
    .recipient_lower = g_ascii_strdown (recipient, -1),
  };
  gboolean done;

  *mailbox = *stem = NULL;
  *duplicate = FALSE;
  if (!aimx_mail_store_check_access (self, error))
    return FALSE;
  digest_whole (&delivery);
  if (delivery.digest != NULL &&
      aimx_partial_memory_find (self->partial, delivery.digest, (const char *const *) envelope->recipients,
                                delivery.recipient_lower, delivery_seconds (&delivery), mailbox, stem))
    return *duplicate = TRUE;
  done = deliver (&delivery, duplicate, error);
  if (!done && delivery.digest != NULL)
    aimx_partial_memory_add_failed (self->partial, delivery.digest, delivery_seconds (&delivery));
  if (done)
    {
      *mailbox = g_strdup (delivery.mailbox);
      *stem = g_strdup (*duplicate ? delivery.known_stem : delivery.stem);
    }
  return done;
}
