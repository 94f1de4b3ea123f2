/* SPDX-License-Identifier: MIT */
/*
 * The server's side of an SMTP conversation (RFC 5321), without I/O: bytes and plain values in, values out. A session
 * opens no file, reads no clock, knows no configuration; whoever owns the connection (the driver) does that for it.
 *
 * The driver's turn:
 *
 *   1. read from the connection, smtp_session_feed() what came; the session says how much of it it consumed
 *   2. send what smtp_session_take_output() gives, log what smtp_session_take_refusal() gives
 *   3. do what smtp_session_get_action() asks, answer it, and feed the rest
 *
 * At most one action is pending, and while one is the session consumes nothing: a slow disk or lookup stops the
 * reading. An answer may be given at once or later. What was not consumed stays the driver's, who feeds it again. With
 * SMTP_ACTION_NONE everything fed was consumed: of an incomplete line the session keeps a copy, so that one read buffer
 * serves many connections and an idle session costs a few hundred bytes. The driver reads no more from a peer that does
 * not take its output.
 *
 * | action | what to do | answer |
 * |---|---|---|
 * | NONE | read more, or wait for the deadline | |
 * | VERIFY_RECIPIENT | look smtp_session_get_recipient() up | smtp_session_recipient_result() |
 * | BEGIN_MESSAGE | make a queue id and a spool | smtp_session_message_begun() |
 * | STORE_DATA | append smtp_session_get_span() to the spool | smtp_session_spooled() |
 * | MESSAGE_COMPLETE | deliver the spool as smtp_session_get_envelope() says | smtp_session_message_result() |
 * | MESSAGE_ABORTED | drop the spool | smtp_session_message_dropped() |
 * | START_TLS | see smtp_session_tls_started() | that, or smtp_session_tls_failed() |
 * | CLOSE | send the output, close the connection, drop the spool if there is one, log smtp_session_get_facts() | |
 *
 * Between BEGIN_MESSAGE answered with SMTP_STORE_OK and the answer to MESSAGE_COMPLETE or MESSAGE_ABORTED the driver
 * has one spool. CLOSE ends that too, without a MESSAGE_ABORTED before it. When the peer goes away while an answer is
 * owed to a message, the driver may finish storing it: the session needs no answer any more.
 *
 * Times are monotonic microseconds, never going back; the driver passes the same clock everywhere. Timers: the driver
 * calls smtp_session_expire() at smtp_session_get_deadline(), which changes with every call that takes a time.
 *
 * A session belongs to one thread at a time. No function here fails, blocks or logs; answers that were not asked for
 * are a programming error and criticals.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ---- limits ---- */

/** SMTP_SIZE_LIMIT: default for bytes of a message, dots unstuffed, without our trace field; as announced (RFC 1870) */
#define SMTP_SIZE_LIMIT 26214400
/** SMTP_MAX_RECIPIENTS: default for recipients of a transaction; as announced (RFC 9422) */
#define SMTP_MAX_RECIPIENTS 100
/** SMTP_MAX_LINE: bytes of a command line with its CRLF; RFC 5321 section 4.5.3.1.4 asks for 512 and more with
 * extensions */
#define SMTP_MAX_LINE 1024
/** SMTP_MAX_IDLE_COMMANDS: commands in a row without an accepted recipient, TLS, a message or bytes of one in a chunk;
 * one more closes */
#define SMTP_MAX_IDLE_COMMANDS 50
/** SMTP_MAX_ABANDONED: transactions with an accepted recipient that the peer gave up since the last message; one more
 * closes. Each costs a look at its sender */
#define SMTP_MAX_ABANDONED 50
/** SMTP_MAX_ERRORS: errors of the peer (replies of 500 and more) since the last stored message; the last of them
 * closes */
#define SMTP_MAX_ERRORS 10
/** SMTP_FREE_REFUSALS: refused recipients of a transaction; from this one on they count as errors and commands */
#define SMTP_FREE_REFUSALS 100
/** SMTP_FREE_EXCESS: recipients over the limit of a transaction; from this one on they count as errors and commands */
#define SMTP_FREE_EXCESS 1000
/** SMTP_IDLE_TIMEOUT: without a byte from the peer while it is its turn */
#define SMTP_IDLE_TIMEOUT (5 * 60 * G_USEC_PER_SEC)
/** SMTP_COMMAND_TIMEOUT: in command state since connecting or the last message's answer */
#define SMTP_COMMAND_TIMEOUT (10 * 60 * G_USEC_PER_SEC)
/** SMTP_RATE_WINDOW: over which message bytes are counted */
#define SMTP_RATE_WINDOW (5 * 60 * G_USEC_PER_SEC)
/** SMTP_MIN_RATE: message bytes a second, on average over %SMTP_RATE_WINDOW */
#define SMTP_MIN_RATE 4096
/** SMTP_SHUTDOWN_GRACE: what a transaction in progress gets when the daemon shuts down */
#define SMTP_SHUTDOWN_GRACE (30 * G_USEC_PER_SEC)
/** SMTP_CLOSE_TIMEOUT: for the peer to take the last reply */
#define SMTP_CLOSE_TIMEOUT (10 * G_USEC_PER_SEC)
/** SMTP_MAX_LOCAL_PART, SMTP_MAX_DOMAIN, SMTP_MAX_PATH: bytes; RFC 5321 section 4.5.3.1. The local part of a
 * reverse-path is bounded by the path's limit only, as senders encode whole addresses in it */
#define SMTP_MAX_LOCAL_PART 64
#define SMTP_MAX_DOMAIN     255
#define SMTP_MAX_PATH       254

/* ---- settings ---- */

/** SmtpSettings: what sessions are told by the configuration; immutable, shared by many sessions, any thread */
typedef struct _SmtpSettings SmtpSettings;

/**
 * smtp_settings_new:
 * @host: the server's name in replies and trace fields: the default domain
 * @size_limit: bytes of a message; 0 for %SMTP_SIZE_LIMIT
 * @max_recipients: recipients of a transaction; 0 for %SMTP_MAX_RECIPIENTS
 * @offer_starttls: whether there is a certificate
 *
 * Returns: (transfer full): settings
 */
SmtpSettings *smtp_settings_new (const char *host, gsize size_limit, guint max_recipients, gboolean offer_starttls);
/** smtp_settings_ref: Returns: (transfer full): @self; any thread */
SmtpSettings *smtp_settings_ref (SmtpSettings *self);
/** smtp_settings_unref: any thread */
void smtp_settings_unref (SmtpSettings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpSettings, smtp_settings_unref)

/**
 * smtp_settings_refuse_connection:
 * @self: settings
 *
 * For a connection over the limit, which gets no session.
 *
 * Returns: (transfer full): the `421 4.3.2` to send before closing
 */
GBytes *smtp_settings_refuse_connection (const SmtpSettings *self);

/* ---- values ---- */

typedef struct _SmtpSession SmtpSession;

/** SmtpAction: what a session needs of its driver; the table at the top says how each is answered */
typedef enum
{
  SMTP_ACTION_NONE,
  SMTP_ACTION_VERIFY_RECIPIENT,
  SMTP_ACTION_BEGIN_MESSAGE,
  SMTP_ACTION_STORE_DATA,
  SMTP_ACTION_MESSAGE_COMPLETE,
  SMTP_ACTION_MESSAGE_ABORTED,
  SMTP_ACTION_START_TLS,
  SMTP_ACTION_CLOSE,
} SmtpAction;

/**
 * SmtpRecipientVerdict:
 * @SMTP_RECIPIENT_ACCEPTED: mail for it can be stored
 * @SMTP_RECIPIENT_NOT_LOCAL: its domain is not configured: 550 5.7.1
 * @SMTP_RECIPIENT_UNKNOWN: no such mailbox, no catchall: 550 5.1.1
 * @SMTP_RECIPIENT_NO_ACCOUNT: the mailbox's owner has no account: 451 4.2.1
 * @SMTP_RECIPIENT_UNAVAILABLE: it could not be found out: 451 4.3.0
 */
typedef enum
{
  SMTP_RECIPIENT_ACCEPTED,
  SMTP_RECIPIENT_NOT_LOCAL,
  SMTP_RECIPIENT_UNKNOWN,
  SMTP_RECIPIENT_NO_ACCOUNT,
  SMTP_RECIPIENT_UNAVAILABLE,
} SmtpRecipientVerdict;

/**
 * SmtpStoreVerdict:
 * @SMTP_STORE_OK: done; for a whole message: durable for every recipient
 * @SMTP_STORE_NO_SPACE: disk full, quota: 452 4.3.1
 * @SMTP_STORE_GONE: the mailboxes of all recipients have gone since they were accepted: 550 5.1.1
 * @SMTP_STORE_UNWANTED: its author's domain asks to refuse it: 550 5.7.1
 * @SMTP_STORE_FAILED: anything else, one recipient being enough: 451 4.3.0
 */
typedef enum
{
  SMTP_STORE_OK,
  SMTP_STORE_NO_SPACE,
  SMTP_STORE_GONE,
  SMTP_STORE_UNWANTED,
  SMTP_STORE_FAILED,
} SmtpStoreVerdict;

/**
 * SmtpEnd: how a session ended
 * @SMTP_END_NONE: it has not
 * @SMTP_END_QUIT: the peer said QUIT
 * @SMTP_END_DISCONNECTED: the peer went away
 * @SMTP_END_IDLE: silent for %SMTP_IDLE_TIMEOUT
 * @SMTP_END_NO_MESSAGE: %SMTP_COMMAND_TIMEOUT without a message
 * @SMTP_END_TOO_SLOW: message bytes slower than %SMTP_MIN_RATE
 * @SMTP_END_NO_PROGRESS: over %SMTP_MAX_IDLE_COMMANDS or %SMTP_MAX_ABANDONED
 * @SMTP_END_ERRORS: %SMTP_MAX_ERRORS errors
 * @SMTP_END_FOREIGN_PROTOCOL: HTTP, SSH, TLS without STARTTLS
 * @SMTP_END_BARE_NEWLINE: CR or LF alone in DATA, LF alone in a command
 * @SMTP_END_BAD_CHUNK: BDAT whose chunk cannot be told from what follows, or is over the size limit by itself
 * @SMTP_END_INJECTION: bytes in the clear after STARTTLS
 * @SMTP_END_TLS_FAILED: handshake
 * @SMTP_END_SHUT_DOWN: the daemon stopped
 */
typedef enum
{
  SMTP_END_NONE,
  SMTP_END_QUIT,
  SMTP_END_DISCONNECTED,
  SMTP_END_IDLE,
  SMTP_END_NO_MESSAGE,
  SMTP_END_TOO_SLOW,
  SMTP_END_NO_PROGRESS,
  SMTP_END_ERRORS,
  SMTP_END_FOREIGN_PROTOCOL,
  SMTP_END_BARE_NEWLINE,
  SMTP_END_BAD_CHUNK,
  SMTP_END_INJECTION,
  SMTP_END_TLS_FAILED,
  SMTP_END_SHUT_DOWN,
} SmtpEnd;

/** smtp_end_to_string: Returns: (transfer none): a word for logs, such as `quit` or `too-slow` */
const char *smtp_end_to_string (SmtpEnd end);

/**
 * SmtpEnvelope:
 * @queue_id: as given to smtp_session_message_begun()
 * @peer_address: textual IP address
 * @helo: as the peer greeted
 * @mail_from: reverse-path without angle brackets, empty for the null sender
 * @recipients: (array zero-terminated=1): accepted forward-paths without angle brackets, each once
 * @protocol: `SMTP`, `ESMTP`, `ESMTPS`, `UTF8SMTP` or `UTF8SMTPS` (RFC 3848, RFC 6531)
 * @size: bytes of the message as the peer sent it; %SMTP_ACTION_MESSAGE_COMPLETE only
 * @trace_length: bytes of the `Received:` field that was stored in front of them; %SMTP_ACTION_MESSAGE_COMPLETE only
 *
 * Everything is the session's.
 */
typedef struct
{
  const char *queue_id;
  const char *peer_address;
  const char *helo;
  const char *mail_from;
  const char *const *recipients;
  const char *protocol;
  gsize size;
  gsize trace_length;
} SmtpEnvelope;

/**
 * SmtpFacts: what a session's log line says
 * @peer_address: textual IP address
 * @helo: (nullable): last greeting
 * @tls_version: (nullable): %NULL without TLS
 * @tls_cipher: (nullable): %NULL without TLS
 * @n_messages: stored for all of their recipients
 * @n_refused: recipients refused
 * @n_errors: errors of the peer in all, counted as for %SMTP_MAX_ERRORS
 * @bytes: of messages, whether stored or not
 * @started: time of smtp_session_new()
 * @end: how it ended
 *
 * Everything is the session's.
 */
typedef struct
{
  const char *peer_address;
  const char *helo;
  const char *tls_version;
  const char *tls_cipher;
  guint n_messages;
  guint n_refused;
  guint n_errors;
  guint64 bytes;
  gint64 started;
  SmtpEnd end;
} SmtpFacts;

/**
 * SmtpRefusal: something that the peer was refused, for the log
 * @command: (nullable): a MAIL or RCPT, as the peer said it: any text; %NULL for a message
 * @queue_id: (nullable): of a message, when it had begun to come in
 * @mail_from: (nullable): reverse-path without angle brackets, empty for the null sender; %NULL outside a transaction
 * @recipients: (nullable): of a message, separated by commas
 * @reply: what the peer was told
 */
typedef struct
{
  char *command;
  char *queue_id;
  char *mail_from;
  char *recipients;
  char *reply;
} SmtpRefusal;

/** smtp_refusal_free: frees it */
void smtp_refusal_free (SmtpRefusal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpRefusal, smtp_refusal_free)

/* ---- the session ---- */

/**
 * smtp_session_new:
 * @settings: kept by reference
 * @peer_address: textual IP address of the client
 * @now: monotonic microseconds
 *
 * Returns: (transfer full): a session whose output is the banner
 */
SmtpSession *smtp_session_new (SmtpSettings *settings, const char *peer_address, gint64 now);
/** smtp_session_free: frees it, in any state */
void smtp_session_free (SmtpSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpSession, smtp_session_free)

/**
 * smtp_session_feed:
 * @self: the session
 * @data: (array length=length): bytes from the peer, decrypted
 * @length: how many
 * @now: monotonic microseconds
 *
 * Consumes bytes until an action is pending or nothing is left. A span to store may lie in @data.
 *
 * Returns: how many were consumed; 0 while an action is pending
 */
gsize smtp_session_feed (SmtpSession *self, const char *data, gsize length, gint64 now);

/**
 * smtp_session_take_output:
 * @self: the session
 *
 * Replies, several when the peer pipelines (RFC 2920). To be asked for after every call that can reply: feeding,
 * answering, expiring, shutting down.
 *
 * Returns: (transfer full) (nullable): bytes to send, never empty; %NULL for none
 */
GBytes *smtp_session_take_output (SmtpSession *self);

/** smtp_session_take_refusal: Returns: (transfer full) (nullable): the oldest refusal that was not taken yet. To be
 * asked for, until there is none, whenever smtp_session_take_output() is; the limits of errors and commands bound them
 */
SmtpRefusal *smtp_session_take_refusal (SmtpSession *self);

/** smtp_session_get_action: Returns: what is to be done now */
SmtpAction smtp_session_get_action (const SmtpSession *self);

/**
 * smtp_session_get_recipient:
 * @self: a session with %SMTP_ACTION_VERIFY_RECIPIENT
 *
 * The forward-path without angle brackets: `local@domain` as the peer wrote it, quotes only where they are needed, a
 * source route dropped; or only `postmaster`, in any case. UTF-8 only when the transaction is SMTPUTF8. @domain may be
 * an address literal in brackets.
 *
 * Returns: (transfer none): the address, until it is answered
 */
const char *smtp_session_get_recipient (const SmtpSession *self);
/**
 * smtp_session_recipient_result:
 * @self: a session with %SMTP_ACTION_VERIFY_RECIPIENT
 * @verdict: whether mail for it is taken
 * @address: (nullable): the recipient as it was understood: `postmaster` with a domain, that in A-labels; %NULL: as it
 * was written
 * @now: monotonic microseconds
 *
 * Answers %SMTP_ACTION_VERIFY_RECIPIENT.
 */
void smtp_session_recipient_result (SmtpSession *self, SmtpRecipientVerdict verdict, const char *address, gint64 now);

/**
 * smtp_session_message_begun:
 * @self: a session with %SMTP_ACTION_BEGIN_MESSAGE; the envelope is valid but for its queue id and size
 * @verdict: whether there is a spool; else the message is refused
 * @queue_id: (nullable): printable, without spaces; with %SMTP_STORE_OK
 * @rdns: (nullable): the peer's name by reverse lookup, if it is known; checked, as it comes from strangers
 * @real_time: microseconds since the epoch, for the trace field
 * @now: monotonic microseconds
 *
 * Answers %SMTP_ACTION_BEGIN_MESSAGE. The first span to store is the `Received:` field of this transaction (RFC 5321
 * section 4.4).
 */
void smtp_session_message_begun (SmtpSession *self,
                                 SmtpStoreVerdict verdict,
                                 const char *queue_id,
                                 const char *rdns,
                                 gint64 real_time,
                                 gint64 now);

/**
 * smtp_session_get_span:
 * @self: a session with %SMTP_ACTION_STORE_DATA
 * @length: (out): how many bytes, never 0
 *
 * Bytes to append to the spool. They lie in the buffer that was fed, or in the session; valid while both are. Who
 * answers later than that buffer lives copies them.
 *
 * Returns: (transfer none): the bytes
 */
const char *smtp_session_get_span (const SmtpSession *self, gsize *length);
/** smtp_session_is_span_trace: Returns: whether the span is the `Received:` field of this transaction */
gboolean smtp_session_is_span_trace (const SmtpSession *self);
/** smtp_session_spooled: answers %SMTP_ACTION_STORE_DATA; after a failure the message is read to its end and refused */
void smtp_session_spooled (SmtpSession *self, SmtpStoreVerdict verdict, gint64 now);

/**
 * smtp_session_get_envelope:
 * @self: a session with %SMTP_ACTION_VERIFY_RECIPIENT, %SMTP_ACTION_BEGIN_MESSAGE, %SMTP_ACTION_STORE_DATA or
 * %SMTP_ACTION_MESSAGE_COMPLETE
 * @envelope: (out caller-allocates): filled; its strings last until the action is answered
 */
void smtp_session_get_envelope (const SmtpSession *self, SmtpEnvelope *envelope);
/** smtp_session_message_result: answers %SMTP_ACTION_MESSAGE_COMPLETE: the peer is told, the transaction is over */
void smtp_session_message_result (SmtpSession *self, SmtpStoreVerdict verdict, gint64 now);
/** smtp_session_message_dropped: answers %SMTP_ACTION_MESSAGE_ABORTED */
void smtp_session_message_dropped (SmtpSession *self, gint64 now);

/**
 * smtp_session_tls_started:
 * @self: a session with %SMTP_ACTION_START_TLS
 * @version: protocol, such as `TLS1.3`
 * @cipher: such as `AES-256-GCM`
 * @now: monotonic microseconds
 *
 * On %SMTP_ACTION_START_TLS, in this order: if the socket has bytes to read already, smtp_session_tls_failed() with
 * %SMTP_END_INJECTION, before a reply is sent; send the output; shake hands; call this. The session is then as new
 * (RFC 3207 section 4.2), without a banner.
 */
void smtp_session_tls_started (SmtpSession *self, const char *version, const char *cipher, gint64 now);
/** smtp_session_tls_failed: answers %SMTP_ACTION_START_TLS otherwise, @end %SMTP_END_TLS_FAILED or
 * %SMTP_END_INJECTION; output not taken yet is dropped, the action is %SMTP_ACTION_CLOSE */
void smtp_session_tls_failed (SmtpSession *self, SmtpEnd end, gint64 now);

/**
 * smtp_session_read_again:
 * @self: the session
 * @now: monotonic microseconds
 *
 * For a driver that read nothing for reasons of its own while no action was pending: no time ran against the peer since
 * it was last fed or answered. While an action is pending the session sees to that itself.
 */
void smtp_session_read_again (SmtpSession *self, gint64 now);

/**
 * smtp_session_shut_down:
 * @self: the session, in any state
 * @now: monotonic microseconds
 *
 * Outside a transaction it closes with 421 4.3.2; a transaction may end within %SMTP_SHUTDOWN_GRACE, then it closes.
 */
void smtp_session_shut_down (SmtpSession *self, gint64 now);
/** smtp_session_disconnected: the peer went away; the action is %SMTP_ACTION_CLOSE with nothing to send */
void smtp_session_disconnected (SmtpSession *self, gint64 now);

/**
 * smtp_session_get_deadline:
 * @self: the session
 *
 * With %SMTP_ACTION_CLOSE: until when the peer may take the last reply; then the driver just closes.
 *
 * Returns: monotonic microseconds when smtp_session_expire() is to be called; 0: never, as it is the driver's turn
 */
gint64 smtp_session_get_deadline (const SmtpSession *self);
/** smtp_session_expire: does what is due at @now; nothing when nothing is, so calling it early is harmless */
void smtp_session_expire (SmtpSession *self, gint64 now);

/** smtp_session_get_facts: fills @facts, whose strings last as long as @self or until TLS starts */
void smtp_session_get_facts (const SmtpSession *self, SmtpFacts *facts);

G_END_DECLS
