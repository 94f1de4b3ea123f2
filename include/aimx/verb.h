/* SPDX-License-Identifier: MIT */
/*
 * A verb is registered once, with a descriptor that says everything about it. From that descriptor the core validates
 * and authorizes each request, whatever door it came through, and describes the verb to people and programs.
 */
#pragma once

#include <aimx/config.h>
#include <aimx/request.h>

G_BEGIN_DECLS

/**
 * AimxHeaderType:
 * @AIMX_HEADER_STRING: any line
 * @AIMX_HEADER_BOOLEAN: `true` or `false`
 * @AIMX_HEADER_YES_NO: `yes` or `no`
 * @AIMX_HEADER_INTEGER: an unsigned decimal number
 * @AIMX_HEADER_MAILBOX: FQDN or bare local part; the core resolves it
 * @AIMX_HEADER_DOMAIN: name of a domain
 * @AIMX_HEADER_ADDRESS: an e-mail address
 * @AIMX_HEADER_TIME: RFC 3339, or a date
 *
 * What a header's value must look like; a value that does not is `MALFORMED`.
 */
typedef enum
{
  AIMX_HEADER_STRING,
  AIMX_HEADER_BOOLEAN, /* true | false */
  AIMX_HEADER_YES_NO,  /* yes | no */
  AIMX_HEADER_INTEGER, /* unsigned decimal */
  AIMX_HEADER_MAILBOX, /* FQDN or bare local part; the core resolves it */
  AIMX_HEADER_DOMAIN,
  AIMX_HEADER_ADDRESS,
  AIMX_HEADER_TIME, /* RFC 3339 or a date */
} AimxHeaderType;

/**
 * AimxHeaderFlags:
 * @AIMX_HEADER_OPTIONAL: may be missing
 * @AIMX_HEADER_REQUIRED: missing is `MALFORMED`
 * @AIMX_HEADER_REFUSED: present is `MALFORMED`: named so that nobody thinks that it does something
 * @AIMX_HEADER_POSITIONAL: as a command, an argument without option name; at most one. A string is all such arguments,
 * joined by spaces
 *
 * Whether a header must be there, and where.
 */
typedef enum
{
  AIMX_HEADER_OPTIONAL = 0,
  AIMX_HEADER_REQUIRED = 1 << 0,
  AIMX_HEADER_REFUSED = 1 << 1,
  AIMX_HEADER_POSITIONAL = 1 << 2,
} AimxHeaderFlags;
AIMX_DECLARE_FLAGS (AimxHeaderFlags)

/**
 * AimxHeaderSpec:
 * @name: as written, compared without case; the array ends with a %NULL name
 * @type: form of the value
 * @flags: see #AimxHeaderFlags
 * @summary: one line for people
 *
 * One header of a verb.
 */
typedef struct
{
  const char *name;
  AimxHeaderType type;
  AimxHeaderFlags flags;
  const char *summary;
  gpointer reserved[2];
} AimxHeaderSpec;

/**
 * AimxAction:
 * @AIMX_ACTION_ANYBODY: everybody; the handler filters by caller where it lists
 * @AIMX_ACTION_SYSTEM: root; in a daemon that is not root, its own uid too
 * @AIMX_ACTION_MAILBOX_CREATE: the owner to be is the caller; the handler asks with aimx_server_authorize_owner()
 * @AIMX_ACTION_MAILBOX_OWNER: root or the owner of the mailbox. The core checks it before the handler runs when the
 * verb has a required header of type %AIMX_HEADER_MAILBOX; else the handler asks with aimx_server_authorize()
 *
 * The rule that authorizes a verb.
 */
typedef enum
{
  AIMX_ACTION_ANYBODY,
  AIMX_ACTION_SYSTEM,
  AIMX_ACTION_MAILBOX_CREATE,
  AIMX_ACTION_MAILBOX_OWNER,
} AimxAction;

/**
 * AimxVerbFlags:
 * @AIMX_VERB_NONE: nothing is special about it
 * @AIMX_VERB_READ_ONLY: changes nothing; runs in-process without a daemon for whoever can read the files
 * @AIMX_VERB_DESTRUCTIVE: loses data that was kept
 * @AIMX_VERB_NO_HEADERS: refuses any header line
 * @AIMX_VERB_BODY_REQUIRED: Content-Length must be there; the handler gets a body, maybe an empty one
 * @AIMX_VERB_HIDES: to whoever is not its owner the mailbox does not exist: the answer is that of a missing one, byte
 * for byte. With %AIMX_ACTION_MAILBOX_OWNER and a required %AIMX_HEADER_MAILBOX header only
 *
 * What is special about a verb.
 */
typedef enum
{
  AIMX_VERB_NONE = 0,
  AIMX_VERB_READ_ONLY = 1 << 0,
  AIMX_VERB_DESTRUCTIVE = 1 << 1,
  AIMX_VERB_NO_HEADERS = 1 << 2,
  AIMX_VERB_BODY_REQUIRED = 1 << 3,
  AIMX_VERB_HIDES = 1 << 4,
} AimxVerbFlags;
AIMX_DECLARE_FLAGS (AimxVerbFlags)

/**
 * AimxResultShape:
 * @AIMX_RESULT_ACK: `OK`
 * @AIMX_RESULT_ID: `OK` and a message id
 * @AIMX_RESULT_JSON: JSON
 *
 * Which of the response shapes success takes.
 */
typedef enum
{
  AIMX_RESULT_ACK,
  AIMX_RESULT_ID,
  AIMX_RESULT_JSON,
} AimxResultShape;

/**
 * AimxVerbHandler:
 * @request: the validated and authorized call
 * @user_data: from the registration
 * @error: return location
 *
 * Runs on a pool thread, so it may block; several may run at once. Whatever was decided before a lock is to be decided
 * again under it.
 *
 * Nothing may be thrown out of it, as out of anything else that the server calls: a C++ handler catches what it can
 * throw and answers with @error. An exception that gets out ends the daemon, and so does a crash; the last line that it
 * writes names the module.
 *
 * Returns: (transfer full) (nullable): the answer, of the shape that the descriptor says; %NULL with @error
 */
typedef AimxResponse *(*AimxVerbHandler) (AimxRequest *request, gpointer user_data, GError **error);

/**
 * AIMX_VERB_DEADLINE_SECONDS:
 *
 * How long a handler may take when its descriptor says 0.
 */
#define AIMX_VERB_DEADLINE_SECONDS 60

/**
 * AIMX_BODY_MAX:
 *
 * Bytes in the body of a request at most, the SMTP message limit.
 */
#define AIMX_BODY_MAX (25 * 1024 * 1024)

/**
 * AimxVerbSpec:
 * @name: upper case, `[A-Z][A-Z0-9-]*`, at most 64
 * @summary: one line for people
 * @headers: (nullable): ends with a %NULL name
 * @body_limit: bytes; 0: no body
 * @action: who may
 * @flags: see #AimxVerbFlags
 * @missing: which error an unknown mailbox in the required %AIMX_HEADER_MAILBOX header gives, %AIMX_ERROR_NO_ENTRY or
 * %AIMX_ERROR_MAILBOX; 0: it need not be there. Must be set with %AIMX_ACTION_MAILBOX_OWNER
 * @result: shape of the answer
 * @result_schema: (nullable): JSON text that describes the answer: an object of key to type name, where a key that is
 * an array of objects has an array with one such object; or an array with one object of key to type name
 * @command: (nullable): the name of the command that this verb becomes, for plugins; when the name is
 * taken the verb stays without it, and the log and `aimx modules` say so
 * @deadline_seconds: at most a day, 0 for the default; beyond it the caller is answered `IO` and the log names the
 * module
 * @handler: what runs
 *
 * Static data of the module.
 */
typedef struct
{
  const char *name;
  const char *summary;
  const AimxHeaderSpec *headers;
  gsize body_limit;
  AimxAction action;
  AimxVerbFlags flags;
  int missing;
  AimxResultShape result;
  const char *result_schema;
  const char *command;
  guint deadline_seconds;
  AimxVerbHandler handler;
  gpointer reserved[8];
} AimxVerbSpec;

G_END_DECLS
