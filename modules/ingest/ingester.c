/* SPDX-License-Identifier: MIT */
/*
 * Taking a message in: parsed once for all recipients, then stored for one after the other. What the sender is told
 * waits for all of them; the events come after the last.
 */
#include "ingester.h"

#include "author.h"
#include "parser/message-parser.h"
#include "parser/received.h"

#include <aimx/log.h>
#include <aimx/verifier.h>

struct _IngestIngester
{
  GObject parent;
  AimxServer *server; /* unowned: it owns us */
};

static void ingester_interface_init (AimxIngesterInterface *interface);

G_DEFINE_TYPE_WITH_CODE (IngestIngester,
                         ingest_ingester,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_INGESTER, ingester_interface_init))

/* ---- the log ---- */

static const char *
shown (const char *text)
{
  return text != NULL && *text != '\0' ? text : "-";
}

static void
log_stored (const AimxEnvelope *envelope,
            const AimxDelivery *delivery,
            const AimxVerdict *verdict,
            gsize size,
            guint n_attachments,
            gint64 usec)
{
  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_QUEUE_ID, shown (envelope->queue_id), AIMX_LOG_MAILBOX, delivery->mailbox,
            AIMX_LOG_PEER, shown (envelope->peer_address), "MESSAGE",
            "%s: %s from %s for %s in %s as %s, %" G_GSIZE_FORMAT
            " bytes, %u attachments, dkim=%s spf=%s dmarc=%s trusted=%s, %.1f ms",
            shown (envelope->queue_id), delivery->duplicate ? "duplicate" : "stored", shown (envelope->peer_address),
            delivery->recipient, delivery->mailbox, delivery->id, size, n_attachments, verdict->dkim, verdict->spf,
            verdict->dmarc, verdict->trusted, (double) usec / 1000);
}

static void
log_failed (const AimxEnvelope *envelope, const AimxDelivery *delivery)
{
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_QUEUE_ID, shown (envelope->queue_id), AIMX_LOG_PEER,
            shown (envelope->peer_address), "MESSAGE", "%s: not stored for %s: %s", shown (envelope->queue_id),
            delivery->recipient, delivery->error->message);
}

static void
log_trust (const AimxMailbox *mailbox, const AimxVerdict *verdict, const char *sender)
{
  gboolean listed = sender != NULL && aimx_mailbox_trusts_sender (mailbox, sender);

  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_MAILBOX, aimx_mailbox_get_name (mailbox), "MESSAGE",
            "trust for %s: policy verified, sender %s, dkim %s, %s, trusted %s", aimx_mailbox_get_name (mailbox),
            shown (sender), verdict->dkim, listed ? "allowlisted" : "not allowlisted", verdict->trusted);
}

/* ---- who sent it ---- */

/* For a message whose transport has not asked. Who handed it in is not who sent it: without a peer the topmost trace
 * field tells. Waits for as long as the verifier's budget is. */
static AimxAuthentication *
authenticate (IngestIngester *self, AimxMessage *message, const AimxEnvelope *envelope, GBytes *raw)
{
  g_autoptr (AimxVerifier) verifier = aimx_server_get_service (self->server, AIMX_TYPE_VERIFIER);
  g_autoptr (AimxVerification) verification = NULL;
  g_autofree char *traced = envelope->peer_address == NULL ? received_find_peer (raw) : NULL;
  const AimxVerifierPeer peer = {
    .address = envelope->peer_address != NULL ? envelope->peer_address : traced,
    .helo = envelope->helo,
    .mail_from =
        envelope->mail_from != NULL ? envelope->mail_from : aimx_message_get (message, AIMX_MESSAGE_RETURN_PATH),
    .at = envelope->received_at / G_USEC_PER_SEC,
  };
  gsize size;
  const char *data = g_bytes_get_data (raw, &size);

  if (verifier == NULL)
    return NULL;
  verification = aimx_verifier_begin (verifier, &peer);
  aimx_verification_update (verification, data, size);
  return aimx_verification_wait (verification);
}

/* ---- delivering ---- */

static AimxVerdict
show (AimxAuthentication *authentication)
{
  AimxVerdict verdict = { .dkim = "none", .spf = "none", .dmarc = "none", .trusted = "none" };

  if (authentication == NULL)
    return verdict;
  verdict.dkim = aimx_authentication_get_shown (authentication, AIMX_METHOD_DKIM);
  verdict.spf = aimx_authentication_get_shown (authentication, AIMX_METHOD_SPF);
  verdict.dmarc = aimx_authentication_get_shown (authentication, AIMX_METHOD_DMARC);
  verdict.arc = aimx_authentication_get_shown (authentication, AIMX_METHOD_ARC);
  verdict.auth_detail = aimx_authentication_get_field (authentication);
  return verdict;
}

static AimxVerdict
judge (AimxConfig *config, AimxMessage *message, AimxAuthentication *authentication, const char *recipient)
{
  AimxVerdict verdict = show (authentication);
  const AimxMailbox *mailbox = aimx_config_resolve_recipient (config, recipient, NULL);
  g_autofree char *author = NULL;

  if (mailbox == NULL)
    return verdict;
  author = author_get_address (message);
  verdict.trusted = aimx_mailbox_decide_trust (mailbox, authentication, author);
  if (aimx_mailbox_get_trust (mailbox, NULL) == AIMX_TRUST_VERIFIED)
    log_trust (mailbox, &verdict, author);
  return verdict;
}

static AimxDelivery *
deliver_one (IngestIngester *self,
             AimxConfig *config,
             AimxMessage *message,
             GBytes *raw,
             const AimxEnvelope *envelope,
             AimxAuthentication *authentication,
             const char *recipient,
             AimxVerdict *verdict)
{
  AimxMailStore *store = aimx_server_get_mail_store (self->server);
  AimxDelivery *delivery = g_new0 (AimxDelivery, 1);
  gint64 start = g_get_monotonic_time ();

  *verdict = judge (config, message, authentication, recipient);
  delivery->recipient = g_strdup (recipient);
  if (!aimx_mail_store_deliver (store, message, raw, envelope, recipient, verdict, &delivery->mailbox, &delivery->id,
                                &delivery->duplicate, &delivery->error))
    {
      log_failed (envelope, delivery);
      return delivery;
    }
  log_stored (envelope, delivery, verdict, g_bytes_get_size (raw), aimx_message_get_n_attachments (message),
              g_get_monotonic_time () - start);
  return delivery;
}

static void
announce (IngestIngester *self,
          const AimxEnvelope *envelope,
          AimxMessage *message,
          gsize size,
          const AimxDelivery *delivery,
          const AimxVerdict *verdict)
{
  const char *message_id = aimx_message_get (message, AIMX_MESSAGE_MESSAGE_ID);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "mailbox", "s", delivery->mailbox);
  g_variant_dict_insert (&details, "id", "s", delivery->id);
  g_variant_dict_insert (&details, "trusted", "s", verdict->trusted);
  g_variant_dict_insert (&details, "message_id", "s", message_id != NULL ? message_id : "");
  g_variant_dict_insert (&details, "size", "t", (guint64) size);
  g_variant_dict_insert (&details, "queue_id", "s", envelope->queue_id != NULL ? envelope->queue_id : "");
  aimx_event_bus_emit (aimx_server_get_event_bus (self->server), AIMX_EVENT_MESSAGE_RECEIVED,
                       g_variant_dict_end (&details));
}

static GPtrArray *
deliver (AimxIngester *ingester, const AimxEnvelope *envelope, GBytes *raw)
{
  IngestIngester *self = INGEST_INGESTER (ingester);
  GPtrArray *deliveries = g_ptr_array_new_with_free_func ((GDestroyNotify) aimx_delivery_free);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  g_autoptr (AimxMessage) message = message_parse (raw);
  g_autoptr (AimxAuthentication) authentication = envelope->authentication != NULL
                                                      ? g_object_ref (envelope->authentication)
                                                      : authenticate (self, message, envelope, raw);
  g_autofree AimxVerdict *verdicts = g_new0 (AimxVerdict, g_strv_length (envelope->recipients) + 1);

  for (guint i = 0; envelope->recipients[i] != NULL; i++)
    g_ptr_array_add (deliveries, deliver_one (self, config, message, raw, envelope, authentication,
                                              envelope->recipients[i], &verdicts[i]));
  for (guint i = 0; i < deliveries->len; i++)
    {
      const AimxDelivery *delivery = deliveries->pdata[i];

      if (delivery->error == NULL && !delivery->duplicate)
        announce (self, envelope, message, g_bytes_get_size (raw), delivery, &verdicts[i]);
    }
  return deliveries;
}

/* ---- the object ---- */

static void
ingester_interface_init (AimxIngesterInterface *interface)
{
  interface->deliver = deliver;
}

static void
ingest_ingester_class_init (IngestIngesterClass *klass)
{
}

static void
ingest_ingester_init (IngestIngester *self)
{
}

IngestIngester *
ingest_ingester_new (AimxServer *server)
{
  IngestIngester *self = g_object_new (INGEST_TYPE_INGESTER, NULL);

  self->server = server;
  return self;
}
