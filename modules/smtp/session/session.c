/* SPDX-License-Identifier: MIT */
/*
 * A session as a whole: its life, what the driver answers, its counters and its timers.
 */
#include "session-private.h"

#include <string.h>

/* ---- the transaction ---- */

static void
transaction_free (SmtpTransaction *self)
{
  g_free (self->mail_from);
  g_ptr_array_unref (self->recipients);
  g_free (self->queue_id);
  g_free (self);
}

void
smtp_session_end_transaction (SmtpSession *self)
{
  SmtpTransaction *transaction = g_steal_pointer (&self->transaction);

  if (transaction == NULL)
    return;
  if (transaction->has_spool && self->action != SMTP_ACTION_CLOSE)
    self->action = SMTP_ACTION_MESSAGE_ABORTED;
  transaction_free (transaction);
}

/* ---- life ---- */

SmtpSession *
smtp_session_new (SmtpSettings *settings, const char *peer_address, gint64 now)
{
  SmtpSession *self = g_new0 (SmtpSession, 1);

  self->settings = smtp_settings_ref (settings);
  self->peer_address = g_strdup (peer_address);
  self->started = self->last_input = self->command_since = now;
  smtp_session_say (self, SMTP_REPLY_BANNER, settings->host);
  return self;
}

static void
clear_line (SmtpSession *self)
{
  if (self->line != NULL)
    g_string_free (g_steal_pointer (&self->line), TRUE);
}

static void
clear_output (SmtpSession *self)
{
  if (self->output != NULL)
    g_string_free (g_steal_pointer (&self->output), TRUE);
}

void
smtp_session_free (SmtpSession *self)
{
  clear_line (self);
  clear_output (self);
  g_queue_clear_full (&self->refusals, (GDestroyNotify) smtp_refusal_free);
  g_clear_pointer (&self->transaction, transaction_free);
  smtp_settings_unref (self->settings);
  g_free (self->peer_address);
  g_free (self->helo);
  g_free (self->tls_version);
  g_free (self->tls_cipher);
  g_free (self->recipient);
  g_free (self->trace);
  g_free (self);
}

void
smtp_session_close (SmtpSession *self, SmtpEnd end, gint64 now)
{
  if (self->action == SMTP_ACTION_CLOSE)
    return;
  self->action = SMTP_ACTION_CLOSE;
  self->end = end;
  self->close_by = now + SMTP_CLOSE_TIMEOUT;
  clear_line (self);
}

void
smtp_session_disconnected (SmtpSession *self, gint64 now)
{
  clear_output (self);
  smtp_session_close (self, SMTP_END_DISCONNECTED, now);
}

const char *
smtp_end_to_string (SmtpEnd end)
{
  static const char *const words[] = {
    [SMTP_END_NONE] = "none",
    [SMTP_END_QUIT] = "quit",
    [SMTP_END_DISCONNECTED] = "disconnected",
    [SMTP_END_IDLE] = "idle",
    [SMTP_END_NO_MESSAGE] = "no-message",
    [SMTP_END_TOO_SLOW] = "too-slow",
    [SMTP_END_NO_PROGRESS] = "no-progress",
    [SMTP_END_ERRORS] = "errors",
    [SMTP_END_FOREIGN_PROTOCOL] = "foreign-protocol",
    [SMTP_END_BARE_NEWLINE] = "bare-newline",
    [SMTP_END_BAD_CHUNK] = "bad-chunk",
    [SMTP_END_INJECTION] = "injection",
    [SMTP_END_TLS_FAILED] = "tls-failed",
    [SMTP_END_SHUT_DOWN] = "shut-down",
  };

  return words[end];
}

/* ---- saying and counting ---- */

void
smtp_session_say (SmtpSession *self, SmtpReply reply, const char *detail)
{
  if (self->action == SMTP_ACTION_CLOSE)
    return;
  if (self->output == NULL)
    self->output = g_string_new (NULL);
  smtp_reply_append (self->output, reply, detail);
}

void
smtp_session_count_error (SmtpSession *self, gint64 now)
{
  if (self->action == SMTP_ACTION_CLOSE)
    return;
  self->n_errors++;
  if (++self->n_recent_errors < SMTP_MAX_ERRORS)
    return;
  smtp_session_say (self, SMTP_REPLY_TOO_MANY_ERRORS, NULL);
  smtp_session_close (self, SMTP_END_ERRORS, now);
}

void
smtp_session_reply (SmtpSession *self, SmtpReply reply, const char *detail, gint64 now)
{
  smtp_session_say (self, reply, detail);
  if (smtp_reply_is_error (reply))
    smtp_session_count_error (self, now);
}

static void
close_without_progress (SmtpSession *self, gint64 now)
{
  smtp_session_say (self, SMTP_REPLY_NO_PROGRESS, NULL);
  smtp_session_close (self, SMTP_END_NO_PROGRESS, now);
}

void
smtp_session_count_command (SmtpSession *self, gint64 now)
{
  if (++self->n_idle_commands > SMTP_MAX_IDLE_COMMANDS)
    close_without_progress (self, now);
}

void
smtp_session_abandon_transaction (SmtpSession *self, gint64 now)
{
  if (self->transaction != NULL && self->transaction->recipients->len > 1 && ++self->n_abandoned > SMTP_MAX_ABANDONED)
    close_without_progress (self, now);
  smtp_session_end_transaction (self);
}

void
smtp_session_progress (SmtpSession *self)
{
  self->n_idle_commands = 0;
}

GBytes *
smtp_session_take_output (SmtpSession *self)
{
  return self->output != NULL ? g_string_free_to_bytes (g_steal_pointer (&self->output)) : NULL;
}

/* Between transactions a server that is shutting down has nothing more to do here. */
static void
leave_when_shutting_down (SmtpSession *self, gint64 now)
{
  if (self->shut_down_by == 0 || self->transaction != NULL || self->action != SMTP_ACTION_NONE)
    return;
  smtp_session_say (self, SMTP_REPLY_SHUT_DOWN, NULL);
  smtp_session_close (self, SMTP_END_SHUT_DOWN, now);
}

/* ---- bytes ---- */

static void
restart_rate (SmtpSession *self, gint64 now)
{
  self->rate_since = now;
  self->rate_bytes = 0;
}

/* Between the chunks of a message too. */
static gboolean
is_receiving (const SmtpSession *self)
{
  return self->input != SMTP_INPUT_COMMAND || (self->transaction != NULL && self->transaction->has_spool);
}

void
smtp_session_set_input (SmtpSession *self, SmtpInput input, gint64 now)
{
  if (!is_receiving (self))
    restart_rate (self, now);
  if (self->input == SMTP_INPUT_COMMAND && input != SMTP_INPUT_COMMAND)
    self->command_used += now - self->command_since;
  else if (self->input != SMTP_INPUT_COMMAND && input == SMTP_INPUT_COMMAND)
    self->command_since = now;
  self->input = input;
}

gsize
smtp_session_feed (SmtpSession *self, const char *data, gsize length, gint64 now)
{
  gsize consumed = 0;

  if (length > 0 && self->action == SMTP_ACTION_NONE)
    self->last_input = now;
  while (self->action == SMTP_ACTION_NONE && consumed < length)
    {
      SmtpInput input = self->input;
      gsize n = 0;

      switch (input)
        {
        case SMTP_INPUT_COMMAND:
          n = smtp_command_feed (self, data + consumed, length - consumed, now);
          break;
        case SMTP_INPUT_DATA:
          n = smtp_data_feed (self, data + consumed, length - consumed, now);
          break;
        case SMTP_INPUT_CHUNK:
        default:
          n = smtp_chunk_feed (self, data + consumed, length - consumed, now);
          break;
        }
      if (input != SMTP_INPUT_COMMAND)
        {
          self->bytes += n;
          self->rate_bytes += n;
        }
      consumed += n;
      leave_when_shutting_down (self, now);
    }
  return consumed;
}

SmtpAction
smtp_session_get_action (const SmtpSession *self)
{
  return self->action;
}

/* ---- a message, from whichever command ---- */

static void
store (SmtpSession *self, const char *span, gsize length)
{
  self->span = span;
  self->span_length = length;
  self->action = SMTP_ACTION_STORE_DATA;
}

void
smtp_session_take_contents (SmtpSession *self, const char *span, gsize length)
{
  SmtpTransaction *transaction = self->transaction;

  transaction->size += length;
  if (transaction->failure != SMTP_FAILURE_NONE || length == 0)
    return;
  if (transaction->size > self->settings->size_limit)
    smtp_session_fail_message (self, SMTP_FAILURE_TOO_LARGE);
  else
    store (self, span, length);
}

void
smtp_session_fail_message (SmtpSession *self, SmtpFailure failure)
{
  SmtpTransaction *transaction = self->transaction;

  transaction->failure = failure;
  if (!transaction->has_spool)
    return;
  transaction->has_spool = FALSE;
  self->action = SMTP_ACTION_MESSAGE_ABORTED;
}

SmtpReply
smtp_session_get_refusal (SmtpFailure failure)
{
  static const SmtpReply replies[] = {
    [SMTP_FAILURE_TOO_LARGE] = SMTP_REPLY_TOO_LARGE, [SMTP_FAILURE_NO_SPACE] = SMTP_REPLY_NO_SPACE,
    [SMTP_FAILURE_STORE] = SMTP_REPLY_FAILED,        [SMTP_FAILURE_GONE] = SMTP_REPLY_GONE,
    [SMTP_FAILURE_UNWANTED] = SMTP_REPLY_UNWANTED,   [SMTP_FAILURE_BARE_NEWLINE] = SMTP_REPLY_BARE_NEWLINE,
  };

  return replies[failure];
}

static void
refuse_message (SmtpSession *self, SmtpFailure failure, gint64 now)
{
  smtp_session_note_message (self, smtp_session_get_refusal (failure));
  smtp_session_reply (self, smtp_session_get_refusal (failure), NULL, now);
  if (failure == SMTP_FAILURE_BARE_NEWLINE)
    smtp_session_close (self, SMTP_END_BARE_NEWLINE, now);
  smtp_session_end_transaction (self);
  leave_when_shutting_down (self, now);
}

void
smtp_session_finish_message (SmtpSession *self, gint64 now)
{
  smtp_session_set_input (self, SMTP_INPUT_COMMAND, now);
  if (self->transaction->failure == SMTP_FAILURE_NONE)
    self->action = SMTP_ACTION_MESSAGE_COMPLETE;
  else
    refuse_message (self, self->transaction->failure, now);
}

/* ---- the driver's answers ---- */

static SmtpFailure
failure_of (SmtpStoreVerdict verdict)
{
  switch (verdict)
    {
    case SMTP_STORE_OK:
      return SMTP_FAILURE_NONE;
    case SMTP_STORE_NO_SPACE:
      return SMTP_FAILURE_NO_SPACE;
    case SMTP_STORE_GONE:
      return SMTP_FAILURE_GONE;
    case SMTP_STORE_UNWANTED:
      return SMTP_FAILURE_UNWANTED;
    case SMTP_STORE_FAILED:
    default:
      return SMTP_FAILURE_STORE;
    }
}

/* Whatever the session asks for it asks for in the call that counts as the peer's last turn. */
void
smtp_session_resume (SmtpSession *self, gint64 now)
{
  gint64 waited = now - self->last_input;

  self->action = SMTP_ACTION_NONE;
  self->last_input += waited;
  self->command_since += waited;
  self->rate_since += waited;
}

void
smtp_session_read_again (SmtpSession *self, gint64 now)
{
  if (self->action == SMTP_ACTION_NONE)
    smtp_session_resume (self, now);
}

void
smtp_session_message_begun (SmtpSession *self,
                            SmtpStoreVerdict verdict,
                            const char *queue_id,
                            const char *rdns,
                            gint64 real_time,
                            gint64 now)
{
  SmtpTransaction *transaction = self->transaction;

  g_return_if_fail (self->action == SMTP_ACTION_BEGIN_MESSAGE);
  g_return_if_fail (verdict != SMTP_STORE_OK || queue_id != NULL);

  smtp_session_resume (self, now);
  if (verdict != SMTP_STORE_OK)
    {
      smtp_session_fail_message (self, failure_of (verdict));
      if (self->input == SMTP_INPUT_CHUNK)
        smtp_chunk_go_on (self, now);
      else
        refuse_message (self, transaction->failure, now);
      return;
    }
  if (self->input == SMTP_INPUT_COMMAND)
    {
      smtp_session_say (self, SMTP_REPLY_START_DATA, NULL);
      smtp_session_set_input (self, SMTP_INPUT_DATA, now);
    }
  transaction->has_spool = TRUE;
  transaction->queue_id = g_strdup (queue_id);
  self->trace = smtp_trace_new (self, rdns, real_time);
  transaction->trace_length = strlen (self->trace);
  store (self, self->trace, transaction->trace_length);
}

const char *
smtp_session_get_span (const SmtpSession *self, gsize *length)
{
  g_return_val_if_fail (self->action == SMTP_ACTION_STORE_DATA, NULL);

  *length = self->span_length;
  return self->span;
}

gboolean
smtp_session_is_span_trace (const SmtpSession *self)
{
  return self->span != NULL && self->span == self->trace;
}

void
smtp_session_spooled (SmtpSession *self, SmtpStoreVerdict verdict, gint64 now)
{
  g_return_if_fail (self->action == SMTP_ACTION_STORE_DATA);

  smtp_session_resume (self, now);
  self->span = NULL;
  g_clear_pointer (&self->trace, g_free);
  if (verdict != SMTP_STORE_OK)
    smtp_session_fail_message (self, failure_of (verdict));
  if (self->input == SMTP_INPUT_CHUNK)
    smtp_chunk_go_on (self, now);
}

void
smtp_session_message_result (SmtpSession *self, SmtpStoreVerdict verdict, gint64 now)
{
  g_return_if_fail (self->action == SMTP_ACTION_MESSAGE_COMPLETE);

  smtp_session_resume (self, now);
  self->command_since = now;
  self->command_used = 0;
  self->transaction->has_spool = FALSE;
  smtp_session_progress (self);
  self->n_abandoned = 0;
  if (verdict != SMTP_STORE_OK)
    {
      refuse_message (self, failure_of (verdict), now);
      return;
    }
  self->n_messages++;
  self->n_recent_errors = 0;
  smtp_session_say (self, SMTP_REPLY_STORED, self->transaction->queue_id);
  smtp_session_end_transaction (self);
  leave_when_shutting_down (self, now);
}

void
smtp_session_message_dropped (SmtpSession *self, gint64 now)
{
  g_return_if_fail (self->action == SMTP_ACTION_MESSAGE_ABORTED);

  smtp_session_resume (self, now);
  if (self->input == SMTP_INPUT_CHUNK)
    smtp_chunk_go_on (self, now);
  leave_when_shutting_down (self, now);
}

void
smtp_session_get_envelope (const SmtpSession *self, SmtpEnvelope *envelope)
{
  const SmtpTransaction *transaction = self->transaction;

  g_return_if_fail (transaction != NULL);

  envelope->queue_id = transaction->queue_id;
  envelope->peer_address = self->peer_address;
  envelope->helo = self->helo;
  envelope->mail_from = transaction->mail_from;
  envelope->recipients = (const char *const *) transaction->recipients->pdata;
  envelope->protocol = smtp_session_get_protocol (self);
  envelope->size = transaction->size;
  envelope->trace_length = transaction->trace_length;
}

void
smtp_session_get_facts (const SmtpSession *self, SmtpFacts *facts)
{
  *facts = (SmtpFacts){
    .peer_address = self->peer_address,
    .helo = self->helo,
    .tls_version = self->tls_version,
    .tls_cipher = self->tls_cipher,
    .n_messages = self->n_messages,
    .n_refused = self->n_refused,
    .n_errors = self->n_errors,
    .bytes = self->bytes,
    .started = self->started,
    .end = self->end,
  };
}

/* ---- STARTTLS, the driver's side ---- */

void
smtp_session_tls_started (SmtpSession *self, const char *version, const char *cipher, gint64 now)
{
  g_return_if_fail (self->action == SMTP_ACTION_START_TLS);

  smtp_session_resume (self, now);
  clear_line (self);
  g_clear_pointer (&self->helo, g_free);
  self->extended = FALSE;
  self->tls_version = g_strdup (version);
  self->tls_cipher = g_strdup (cipher);
  smtp_session_progress (self);
  leave_when_shutting_down (self, now);
}

void
smtp_session_tls_failed (SmtpSession *self, SmtpEnd end, gint64 now)
{
  g_return_if_fail (self->action == SMTP_ACTION_START_TLS);

  clear_output (self);
  smtp_session_close (self, end, now);
}

/* ---- time ---- */

void
smtp_session_shut_down (SmtpSession *self, gint64 now)
{
  if (self->shut_down_by == 0)
    self->shut_down_by = now + SMTP_SHUTDOWN_GRACE;
  leave_when_shutting_down (self, now);
}

static gint64
idle_deadline (const SmtpSession *self)
{
  return self->last_input + SMTP_IDLE_TIMEOUT;
}

/* Between the chunks of a message both run: that of command state, and that of the rate. */
static gint64
command_deadline (const SmtpSession *self)
{
  return self->input == SMTP_INPUT_COMMAND ? self->command_since + SMTP_COMMAND_TIMEOUT - self->command_used
                                           : G_MAXINT64;
}

static gint64
rate_deadline (const SmtpSession *self)
{
  return is_receiving (self) ? self->rate_since + SMTP_RATE_WINDOW : G_MAXINT64;
}

gint64
smtp_session_get_deadline (const SmtpSession *self)
{
  gint64 deadline;

  if (self->action == SMTP_ACTION_CLOSE)
    return self->close_by;
  if (self->action != SMTP_ACTION_NONE)
    return 0;
  deadline = MIN (idle_deadline (self), MIN (command_deadline (self), rate_deadline (self)));
  return self->shut_down_by != 0 ? MIN (deadline, self->shut_down_by) : deadline;
}

static void
expire_with (SmtpSession *self, SmtpReply reply, SmtpEnd end, gint64 now)
{
  smtp_session_say (self, reply, NULL);
  smtp_session_close (self, end, now);
}

void
smtp_session_expire (SmtpSession *self, gint64 now)
{
  if (self->action != SMTP_ACTION_NONE || now < smtp_session_get_deadline (self))
    return;
  if (self->shut_down_by != 0 && now >= self->shut_down_by)
    expire_with (self, SMTP_REPLY_SHUT_DOWN, SMTP_END_SHUT_DOWN, now);
  else if (now >= idle_deadline (self))
    expire_with (self, SMTP_REPLY_IDLE, SMTP_END_IDLE, now);
  else if (now >= command_deadline (self))
    expire_with (self, SMTP_REPLY_NO_MESSAGE, SMTP_END_NO_MESSAGE, now);
  else if (self->rate_bytes < (gsize) SMTP_MIN_RATE * (SMTP_RATE_WINDOW / G_USEC_PER_SEC))
    expire_with (self, SMTP_REPLY_TOO_SLOW, SMTP_END_TOO_SLOW, now);
  else
    restart_rate (self, now);
}
