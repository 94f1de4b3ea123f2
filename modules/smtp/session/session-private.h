/* SPDX-License-Identifier: MIT */
/*
 * What the files of the session engine share: its state, its replies, and one function a command.
 */
#pragma once

#include "session/session.h"

G_BEGIN_DECLS

struct _SmtpSettings
{
  gatomicrefcount refs;
  char *host;
  gsize size_limit;
  guint max_recipients;
  gboolean offer_starttls;
};

/* ---- replies ---- */

/** SmtpReply: everything that the server says but for the answer to EHLO; replies.c has the table */
typedef enum
{
  SMTP_REPLY_BANNER,
  SMTP_REPLY_HELO,
  SMTP_REPLY_OK,
  SMTP_REPLY_SENDER_OK,
  SMTP_REPLY_RECIPIENT_OK,
  SMTP_REPLY_START_DATA,
  SMTP_REPLY_CHUNK_OK,
  SMTP_REPLY_STORED,
  SMTP_REPLY_START_TLS,
  SMTP_REPLY_HELP,
  SMTP_REPLY_VRFY,
  SMTP_REPLY_BYE,
  SMTP_REPLY_GREET_FIRST,
  SMTP_REPLY_NESTED_MAIL,
  SMTP_REPLY_NEED_MAIL,
  SMTP_REPLY_NEED_RCPT,
  SMTP_REPLY_CHUNKS_BEGUN,
  SMTP_REPLY_CHUNK_DROPPED,
  SMTP_REPLY_TLS_ALREADY,
  SMTP_REPLY_NO_TLS,
  SMTP_REPLY_NO_ARGUMENT,
  SMTP_REPLY_NO_EXPN,
  SMTP_REPLY_NO_AUTH,
  SMTP_REPLY_UNKNOWN_COMMAND,
  SMTP_REPLY_LINE_TOO_LONG,
  SMTP_REPLY_BAD_LINE,
  SMTP_REPLY_BARE_LF_COMMAND,
  SMTP_REPLY_BAD_GREETING,
  SMTP_REPLY_BAD_MAIL,
  SMTP_REPLY_BAD_RCPT,
  SMTP_REPLY_BAD_SENDER,
  SMTP_REPLY_BAD_RECIPIENT,
  SMTP_REPLY_BAD_PARAMETER,
  SMTP_REPLY_UNKNOWN_PARAMETER,
  SMTP_REPLY_NON_ASCII,
  SMTP_REPLY_BAD_CHUNK,
  SMTP_REPLY_TOO_LARGE,
  SMTP_REPLY_NOT_LOCAL,
  SMTP_REPLY_UNKNOWN_RECIPIENT,
  SMTP_REPLY_NO_ACCOUNT,
  SMTP_REPLY_UNAVAILABLE,
  SMTP_REPLY_TOO_MANY_RECIPIENTS,
  SMTP_REPLY_NO_SPACE,
  SMTP_REPLY_FAILED,
  SMTP_REPLY_GONE,
  SMTP_REPLY_UNWANTED,
  SMTP_REPLY_BARE_NEWLINE,
  SMTP_REPLY_TOO_MANY_ERRORS,
  SMTP_REPLY_NO_PROGRESS,
  SMTP_REPLY_IDLE,
  SMTP_REPLY_NO_MESSAGE,
  SMTP_REPLY_TOO_SLOW,
  SMTP_REPLY_SHUT_DOWN,
  SMTP_REPLY_TOO_MANY_CONNECTIONS,
} SmtpReply;

/** smtp_reply_append: appends one reply to @output; @detail (nullable) comes from anywhere and is made printable */
void smtp_reply_append (GString *output, SmtpReply reply, const char *detail);
/** smtp_reply_is_error: Returns: whether it tells the peer that it did something wrong */
gboolean smtp_reply_is_error (SmtpReply reply);

/* ---- the session ---- */

/** SmtpInput: what the bytes of the peer are now */
typedef enum
{
  SMTP_INPUT_COMMAND,
  SMTP_INPUT_DATA,
  SMTP_INPUT_CHUNK,
} SmtpInput;

/** SmtpDataState: what the last bytes of DATA were */
typedef enum
{
  SMTP_DATA_LINE_START, /* CRLF, or nothing yet */
  SMTP_DATA_IN_LINE,    /* anything else */
  SMTP_DATA_CR,         /* CR within a line */
  SMTP_DATA_DOT,        /* CRLF and a dot, which is no part of the message */
  SMTP_DATA_DOT_CR,     /* CRLF, a dot and CR, neither part of the message */
} SmtpDataState;

/** SmtpFailure: why a message is refused */
typedef enum
{
  SMTP_FAILURE_NONE,
  SMTP_FAILURE_TOO_LARGE,
  SMTP_FAILURE_NO_SPACE,
  SMTP_FAILURE_STORE,
  SMTP_FAILURE_GONE,
  SMTP_FAILURE_UNWANTED,
  SMTP_FAILURE_BARE_NEWLINE,
} SmtpFailure;

/** SmtpTransaction: from MAIL to the answer to the message */
typedef struct
{
  char *mail_from;
  gboolean utf8;
  GPtrArray *recipients; /* accepted ones, and a NULL at the end */
  guint n_refused;
  guint n_excess;
  char *queue_id;
  gboolean has_spool; /* the driver has one */
  gboolean chunked;   /* BDAT has begun */
  gsize trace_length;
  gsize size;
  SmtpDataState data_state;
  SmtpFailure failure; /* to be said when the message is read */
} SmtpTransaction;

struct _SmtpSession
{
  SmtpSettings *settings;
  char *peer_address;
  char *helo;
  gboolean extended; /* greeted with EHLO */
  char *tls_version;
  char *tls_cipher;

  SmtpInput input;
  SmtpAction action;
  SmtpEnd end;
  GString *line; /* of a command line what came so far, one byte over the limit at most; NULL for nothing */
  gboolean line_ends_in_cr;
  GString *output; /* NULL for nothing */
  GQueue refusals; /* of SmtpRefusal */
  SmtpTransaction *transaction;
  char *recipient; /* being verified */

  const char *span; /* to be stored */
  gsize span_length;
  char *trace; /* the span, when it is the trace field */

  gsize chunk_left;
  gsize chunk_size;
  gboolean chunk_last;
  gboolean chunk_dropped; /* the chunk is out of order */

  gint64 started;
  gint64 last_input;    /* or since when it has been the peer's turn again */
  gint64 command_since; /* in command state without a break */
  gint64 command_used;  /* in command state before, since the last message */
  gint64 rate_since;
  gsize rate_bytes;
  gint64 close_by;
  gint64 shut_down_by; /* 0: not shutting down */

  guint n_idle_commands;
  guint n_abandoned;
  guint n_recent_errors;
  guint n_errors;
  guint n_messages;
  guint n_refused;
  guint64 bytes;
};

/** smtp_session_reply: says something; an error counts, and one too many closes */
void smtp_session_reply (SmtpSession *self, SmtpReply reply, const char *detail, gint64 now);
/** smtp_session_say: as smtp_session_reply(), but it never counts; after the end nothing is said any more */
void smtp_session_say (SmtpSession *self, SmtpReply reply, const char *detail);
/** smtp_session_count_error: one more error; one too many closes */
void smtp_session_count_error (SmtpSession *self, gint64 now);
/** smtp_session_count_command: one more without progress; one too many closes */
void smtp_session_count_command (SmtpSession *self, gint64 now);
/** smtp_session_progress: something came of it */
void smtp_session_progress (SmtpSession *self);
/** smtp_session_note_command: MAIL or RCPT was answered with @reply, which refuses it */
void smtp_session_note_command (SmtpSession *self,
                                const char *verb,
                                const char *argument,
                                SmtpReply reply,
                                const char *detail);
/** smtp_session_note_message: the message of the transaction was answered with @reply, which refuses it */
void smtp_session_note_message (SmtpSession *self, SmtpReply reply);
/** smtp_session_close: the end */
void smtp_session_close (SmtpSession *self, SmtpEnd end, gint64 now);
/** smtp_session_set_input: from now on bytes are @input */
void smtp_session_set_input (SmtpSession *self, SmtpInput input, gint64 now);
/** smtp_session_end_transaction: ends it; the driver is told to drop its spool, if it has one */
void smtp_session_end_transaction (SmtpSession *self);
/** smtp_session_abandon_transaction: the peer gives it up, if there is one; one too many closes */
void smtp_session_abandon_transaction (SmtpSession *self, gint64 now);
/** smtp_session_resume: the driver has answered: no time ran against the peer meanwhile */
void smtp_session_resume (SmtpSession *self, gint64 now);
/** smtp_session_take_contents: counts a span of the message, and has it stored unless the message has failed */
void smtp_session_take_contents (SmtpSession *self, const char *span, gsize length);
/** smtp_session_fail_message: the message will be refused once it is read; its spool goes at once */
void smtp_session_fail_message (SmtpSession *self, SmtpFailure failure);
/** smtp_session_get_refusal: Returns: what is said about a message that has failed */
SmtpReply smtp_session_get_refusal (SmtpFailure failure);
/** smtp_session_finish_message: the message is read to its end: has it delivered, or refuses it */
void smtp_session_finish_message (SmtpSession *self, gint64 now);

/* ---- commands, each in the file of its family; @argument: what follows the verb, trimmed ---- */

/** smtp_command_feed: takes bytes of command lines; Returns: how many */
gsize smtp_command_feed (SmtpSession *self, const char *data, gsize length, gint64 now);
void smtp_command_ehlo (SmtpSession *self, const char *argument, gint64 now);
void smtp_command_helo (SmtpSession *self, const char *argument, gint64 now);
void smtp_command_mail (SmtpSession *self, const char *argument, gint64 now);
void smtp_command_rcpt (SmtpSession *self, const char *argument, gint64 now);
void smtp_command_data (SmtpSession *self, const char *argument, gint64 now);
/** smtp_data_feed: takes bytes of DATA; Returns: how many */
gsize smtp_data_feed (SmtpSession *self, const char *data, gsize length, gint64 now);
void smtp_command_bdat (SmtpSession *self, const char *argument, gint64 now);
/** smtp_chunk_feed: takes bytes of a chunk; Returns: how many */
gsize smtp_chunk_feed (SmtpSession *self, const char *data, gsize length, gint64 now);
/** smtp_chunk_go_on: goes on with a chunk after the driver's answer; says what is due when it is complete */
void smtp_chunk_go_on (SmtpSession *self, gint64 now);
void smtp_command_starttls (SmtpSession *self, const char *argument, gint64 now);

/* ---- pure functions ---- */

/** SmtpPathResult: what smtp_path_parse() came to */
typedef enum
{
  SMTP_PATH_OK,
  SMTP_PATH_MALFORMED,
  SMTP_PATH_NON_ASCII, /* well-formed, but needs SMTPUTF8 */
} SmtpPathResult;

/**
 * smtp_path_parse:
 * @text: begins with the path in angle brackets (RFC 5321, 4.1.2)
 * @reverse: whether it is a reverse-path: that may be `<>`, and its local part may be longer than
 * %SMTP_MAX_LOCAL_PART, as those that carry the recipient's address in them are (VERP, SRS)
 * @end: (out): what follows the path
 * @address: (out) (transfer full): `local@domain`, quotes only where they are needed, a source route dropped; empty for
 * `<>`; only the local part when there is no domain
 */
SmtpPathResult smtp_path_parse (const char *text, gboolean reverse, const char **end, char **address);

/**
 * SmtpParameters:
 * @size: SIZE (RFC 1870), 0 when it is not said, %G_MAXUINT64 for more than that
 * @has_size: whether it is said
 * @utf8: SMTPUTF8 (RFC 6531)
 * @has_body: BODY (RFC 6152)
 */
typedef struct
{
  guint64 size;
  gboolean has_size;
  gboolean utf8;
  gboolean has_body;
} SmtpParameters;

/** SmtpParametersResult: what smtp_parameters_parse() came to */
typedef enum
{
  SMTP_PARAMETERS_OK,
  SMTP_PARAMETERS_MALFORMED,
  SMTP_PARAMETERS_UNKNOWN,
} SmtpParametersResult;

/** smtp_parameters_parse: reads the parameters of MAIL; @unknown: (out) (transfer full): the one that is not known */
SmtpParametersResult smtp_parameters_parse (const char *text, SmtpParameters *parameters, char **unknown);

/** smtp_session_get_protocol: Returns: (transfer none): the `with` of the trace field (RFC 3848, RFC 6531) */
const char *smtp_session_get_protocol (const SmtpSession *self);
/** smtp_trace_new: Returns: (transfer full): the `Received:` field of this transaction, with its CRLF */
char *smtp_trace_new (const SmtpSession *self, const char *rdns, gint64 real_time);

G_END_DECLS
