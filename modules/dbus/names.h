/* SPDX-License-Identifier: MIT */
/*
 * Names on the bus, and every limit. None of the limits is a setting: they keep one local user from locking out the
 * others, and no honest client comes near them.
 */
#pragma once

#include <glib.h>

#define BUS_NAME           "email.aimx.Aimx1"
#define BUS_ERROR_PREFIX   BUS_NAME ".Error."
#define BUS_MANAGER        BUS_NAME ".Manager"
#define BUS_DOMAIN         BUS_NAME ".Domain"
#define BUS_MAILBOX        BUS_NAME ".Mailbox"
#define BUS_ROOT_PATH      "/email/aimx/Aimx1"
#define BUS_DOMAINS_PATH   BUS_ROOT_PATH "/domain"
#define BUS_MAILBOXES_PATH BUS_ROOT_PATH "/mailbox"

/** BUS_DAEMON: the bus itself: its name, and its interface */
#define BUS_DAEMON      "org.freedesktop.DBus"
#define BUS_DAEMON_PATH "/org/freedesktop/DBus"

#define BUS_INTROSPECTABLE "org.freedesktop.DBus.Introspectable"
#define BUS_PROPERTIES     "org.freedesktop.DBus.Properties"
#define BUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define BUS_PEER           "org.freedesktop.DBus.Peer"

/** BUS_ERROR_UNKNOWN_OBJECT: what is not there, and what the caller may not see */
#define BUS_ERROR_UNKNOWN_OBJECT "org.freedesktop.DBus.Error.UnknownObject"
#define BUS_ERROR_LIMIT          "org.freedesktop.DBus.Error.LimitsExceeded"

/** BUS_RETRY_FIRST_MSEC: wait before another try to reach the bus; doubles up to BUS_RETRY_MAX_MSEC */
#define BUS_RETRY_FIRST_MSEC 250
#define BUS_RETRY_MAX_MSEC   30000
/** BUS_ATTEMPT_SECONDS: for a bus that takes the connection and then says nothing */
#define BUS_ATTEMPT_SECONDS 20
/** BUS_CLOSE_SECONDS: for the bus to take the last answers */
#define BUS_CLOSE_SECONDS 2
/** BUS_CREDENTIALS_MSEC: for the bus to say who a connection is */
#define BUS_CREDENTIALS_MSEC 10000

/** BUS_CONNECTIONS_MAX: connections remembered. The bus has a limit of its own a user, far below */
#define BUS_CONNECTIONS_MAX 4096
/** BUS_CALLS_SHARE: calls of one user to the verbs of one module that run at once, and as many listings and questions
 * who owns what. The server runs 64 calls of a module */
#define BUS_CALLS_SHARE 4
/** BUS_CALLS_WAITING: calls of one user that wait for others to the same module; more are refused */
#define BUS_CALLS_WAITING 2048
/** BUS_BODY_MEMORY: bytes of bodies of one user, running and waiting; more are refused */
#define BUS_BODY_MEMORY (64 * 1024 * 1024)
/** BUS_ANSWER_MAX: bytes of an answer; the bus cuts off who sends more than 32 MiB */
#define BUS_ANSWER_MAX (31 * 1024 * 1024)
/** BUS_SIGNALS_WAITING: messages received that wait to be told; beyond it they are dropped, and the log says so */
#define BUS_SIGNALS_WAITING 10000
