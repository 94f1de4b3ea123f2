/* SPDX-License-Identifier: MIT */
/*
 * Every limit of the listener. None of them is a setting: they keep one local user from locking out the others, and no
 * honest client comes near them.
 */
#pragma once

#include <glib.h>

/** UDS_CONNECTIONS_MAX: clients at once. Over it a newcomer takes the place of a request that is still on its way, of
 * the user with the most connections, unless that is the newcomer's own */
#define UDS_CONNECTIONS_MAX 1000
/** UDS_BACKLOG: connections that the kernel keeps until they are accepted */
#define UDS_BACKLOG 1024
/** UDS_ACCEPTS_A_TURN: connections accepted before others have their turn */
#define UDS_ACCEPTS_A_TURN 16
/** UDS_ACCEPT_PAUSE_MSEC: how long nothing is accepted after the process ran out of descriptors or memory */
#define UDS_ACCEPT_PAUSE_MSEC 100

/** UDS_REQUEST_SECONDS: from accept to the last byte of the request; time spent waiting for memory does not count */
#define UDS_REQUEST_SECONDS 30
/** UDS_ANSWER_SECONDS: for the peer to take the answer */
#define UDS_ANSWER_SECONDS 30
/** UDS_STOP_SECONDS: what is left of either once the daemon stops */
#define UDS_STOP_SECONDS 1

/** UDS_READ_SIZE: bytes read from a connection before others have their turn */
#define UDS_READ_SIZE (64 * 1024)
/** UDS_SMALL_BODY: a body up to that takes no share of UDS_BODY_MEMORY */
#define UDS_SMALL_BODY (64 * 1024)
/** UDS_BODY_MEMORY: bytes of larger bodies in memory at once; whose body does not fit waits */
#define UDS_BODY_MEMORY (128 * 1024 * 1024)
/** UDS_BODY_MEMORY_SHARE: what one user may have of it */
#define UDS_BODY_MEMORY_SHARE (64 * 1024 * 1024)
/** UDS_CALLS_SHARE: requests of one user to the verbs of one module that run at once; more wait. The server runs 64 */
#define UDS_CALLS_SHARE 12

/** UDS_DRAIN_QUIET_MSEC: silence that ends the reading of what a peer still sends after an early answer */
#define UDS_DRAIN_QUIET_MSEC 50
/** UDS_DRAIN_SECONDS, UDS_DRAIN_BYTES: what ends it at the latest; a whole body fits */
#define UDS_DRAIN_SECONDS 5
#define UDS_DRAIN_BYTES   (32 * 1024 * 1024)
