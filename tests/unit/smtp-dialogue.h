/* SPDX-License-Identifier: MIT */
/*
 * A conversation with an SMTP session, written as text, driven as a connection would, with the bytes in any pieces.
 *
 * What becomes of it is a transcript: the replies as they are said, and between them, in braces, what the session asked
 * for. It does not depend on the pieces.
 */
#pragma once

#include "session/session.h"

#include <string.h>

typedef struct
{
  gint64 now;
  gboolean tls;     /* offer STARTTLS */
  gsize size_limit; /* 0: the default */
  guint recipients; /* at most; 0: the default */
  const char *host; /* NULL: mx.test */
  const char *peer; /* NULL: 192.0.2.1 */
  const char *rdns;
  SmtpStoreVerdict begin;
  SmtpStoreVerdict store;
  SmtpStoreVerdict deliver;
} DialogueOptions;

typedef struct
{
  SmtpSession *session;
  SmtpSettings *settings;
  DialogueOptions options;
  GString *transcript;
  GString *refused; /* what there was to log of that, a line each */
  GString *message; /* what was spooled of the last message: of one that fails, it depends on the pieces how much */
  GString *stored;  /* all messages that were complete */
  GString *pending; /* fed, not consumed yet */
} Dialogue;

static inline Dialogue *
dialogue_new (const DialogueOptions *options)
{
  Dialogue *self = g_new0 (Dialogue, 1);

  self->options = *options;
  self->settings = smtp_settings_new (options->host != NULL ? options->host : "mx.test", options->size_limit,
                                      options->recipients, options->tls);
  self->session = smtp_session_new (self->settings, options->peer != NULL ? options->peer : "192.0.2.1", options->now);
  self->transcript = g_string_new (NULL);
  self->refused = g_string_new (NULL);
  self->message = g_string_new (NULL);
  self->stored = g_string_new (NULL);
  self->pending = g_string_new (NULL);
  return self;
}

static inline void
dialogue_free (Dialogue *self)
{
  smtp_session_free (self->session);
  smtp_settings_unref (self->settings);
  g_string_free (self->transcript, TRUE);
  g_string_free (self->refused, TRUE);
  g_string_free (self->message, TRUE);
  g_string_free (self->stored, TRUE);
  g_string_free (self->pending, TRUE);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Dialogue, dialogue_free)

static inline void
dialogue_collect_refusals (Dialogue *self)
{
  SmtpRefusal *refusal;

  while ((refusal = smtp_session_take_refusal (self->session)) != NULL)
    {
      g_string_append_printf (self->refused, "%s [%s] to [%s] id [%s]: %s\n",
                              refusal->command != NULL ? refusal->command : "message",
                              refusal->mail_from != NULL ? refusal->mail_from : "-",
                              refusal->recipients != NULL ? refusal->recipients : "-",
                              refusal->queue_id != NULL ? refusal->queue_id : "-", refusal->reply);
      smtp_refusal_free (refusal);
    }
}

static inline void
dialogue_collect (Dialogue *self)
{
  g_autoptr (GBytes) output = smtp_session_take_output (self->session);
  gsize length;
  const char *data = output != NULL ? g_bytes_get_data (output, &length) : NULL;

  if (data != NULL)
    g_string_append_len (self->transcript, data, (gssize) length);
  dialogue_collect_refusals (self);
}

/* `user` is an account, `ghost` a mailbox without one; everything else at our.test is unknown. */
static inline SmtpRecipientVerdict
dialogue_judge (const char *recipient)
{
  const char *domain = strrchr (recipient, '@') + 1;

  if (g_ascii_strcasecmp (domain, "our.test") != 0 && g_ascii_strcasecmp (domain, "mx.test") != 0)
    return SMTP_RECIPIENT_NOT_LOCAL;
  if (g_str_has_prefix (recipient, "ghost@"))
    return SMTP_RECIPIENT_NO_ACCOUNT;
  if (g_str_has_prefix (recipient, "later@"))
    return SMTP_RECIPIENT_UNAVAILABLE;
  return g_str_has_prefix (recipient, "no") ? SMTP_RECIPIENT_UNKNOWN : SMTP_RECIPIENT_ACCEPTED;
}

/* A driver completes postmaster, and knows one domain in U-labels. */
static inline void
dialogue_answer_recipient (Dialogue *self)
{
  g_autofree char *recipient = g_strdup (smtp_session_get_recipient (self->session));
  const char *at = strrchr (recipient, '@');
  g_autofree char *address = NULL;

  if (at == NULL)
    address = g_strdup ("postmaster@mx.test");
  else if (strcmp (at, "@öur.test") == 0)
    address = g_strdup_printf ("%.*s@our.test", (int) (at - recipient), recipient);
  smtp_session_recipient_result (self->session, dialogue_judge (address != NULL ? address : recipient), address,
                                 self->options.now);
}

static inline void
dialogue_note_message (Dialogue *self)
{
  g_autofree char *recipients = NULL;
  SmtpEnvelope envelope;

  smtp_session_get_envelope (self->session, &envelope);
  recipients = g_strjoinv (",", (char **) envelope.recipients);
  g_string_append_printf (self->transcript, "{%s from <%s> to %s, %" G_GSIZE_FORMAT " bytes}\n", envelope.protocol,
                          envelope.mail_from, recipients, envelope.size);
}

/* Returns: FALSE when the session is over */
static inline gboolean
dialogue_act (Dialogue *self)
{
  gsize length;
  const char *span;

  switch (smtp_session_get_action (self->session))
    {
    case SMTP_ACTION_VERIFY_RECIPIENT:
      dialogue_answer_recipient (self);
      return TRUE;
    case SMTP_ACTION_BEGIN_MESSAGE:
      g_string_truncate (self->message, 0);
      smtp_session_message_begun (self->session, self->options.begin, "QID", self->options.rdns, 0, self->options.now);
      return TRUE;
    case SMTP_ACTION_STORE_DATA:
      span = smtp_session_get_span (self->session, &length);
      g_assert_cmpuint (length, >, 0);
      g_string_append_len (self->message, span, (gssize) length);
      smtp_session_spooled (self->session, self->options.store, self->options.now);
      return TRUE;
    case SMTP_ACTION_MESSAGE_COMPLETE:
      g_string_append_len (self->stored, self->message->str, (gssize) self->message->len);
      dialogue_note_message (self);
      smtp_session_message_result (self->session, self->options.deliver, self->options.now);
      return TRUE;
    case SMTP_ACTION_MESSAGE_ABORTED:
      g_string_append (self->transcript, "{aborted}\n");
      smtp_session_message_dropped (self->session, self->options.now);
      return TRUE;
    case SMTP_ACTION_START_TLS:
      if (self->pending->len > 0)
        smtp_session_tls_failed (self->session, SMTP_END_INJECTION, self->options.now);
      else
        {
          g_string_append (self->transcript, "{TLS}\n");
          smtp_session_tls_started (self->session, "TLS1.3", "AES-256-GCM", self->options.now);
        }
      return TRUE;
    case SMTP_ACTION_CLOSE:
      return FALSE;
    case SMTP_ACTION_NONE:
    default:
      return TRUE;
    }
}

/* Returns: FALSE when the session is over */
static inline gboolean
dialogue_feed (Dialogue *self, const char *data, gsize length)
{
  g_string_append_len (self->pending, data, (gssize) length);
  for (;;)
    {
      gsize consumed = smtp_session_feed (self->session, self->pending->str, self->pending->len, self->options.now);
      SmtpAction action = smtp_session_get_action (self->session);

      g_assert_cmpuint (consumed, <=, self->pending->len);
      if (action == SMTP_ACTION_NONE)
        g_assert_cmpuint (consumed, ==, self->pending->len);
      /* A span may lie in what was fed: it is taken before the bytes go. */
      if (action == SMTP_ACTION_STORE_DATA)
        dialogue_act (self);
      g_string_erase (self->pending, 0, (gssize) consumed);
      if (action != SMTP_ACTION_STORE_DATA)
        {
          if (action != SMTP_ACTION_START_TLS || self->pending->len == 0)
            dialogue_collect (self);
          if (!dialogue_act (self))
            {
              dialogue_collect (self);
              return FALSE;
            }
        }
      if (smtp_session_get_action (self->session) == SMTP_ACTION_NONE && self->pending->len == 0)
        {
          dialogue_collect (self);
          return TRUE;
        }
    }
}

#define DIALOGUE_ANY_PIECES G_MAXSIZE

/* The conversation in pieces of @piece bytes (0: all at once; DIALOGUE_ANY_PIECES: of random sizes); with TLS a line at
 * most, as STARTTLS waits for its answer. */
static inline void
dialogue_run (Dialogue *self, const char *said, gsize length, gsize piece)
{
  gsize at = 0;

  while (at < length)
    {
      const char *feed = self->options.tls ? memchr (said + at, '\n', length - at) : NULL;
      gsize rest = feed != NULL ? (gsize) (feed - said) + 1 - at : length - at;
      gsize most = piece == DIALOGUE_ANY_PIECES ? (gsize) g_test_rand_int_range (1, 40) : piece;
      gsize n = most != 0 ? MIN (most, rest) : rest;

      if (!dialogue_feed (self, said + at, n))
        return;
      at += n;
    }
}

static inline const char *
dialogue_get_end (Dialogue *self)
{
  SmtpFacts facts;

  smtp_session_get_facts (self->session, &facts);
  return smtp_end_to_string (facts.end);
}
