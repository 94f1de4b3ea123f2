/* SPDX-License-Identifier: MIT */
/*
 * What one mailbox remembers of the messages that it has stored, so that a sender who tries again makes no second copy,
 * and of those that are being stored right now.
 *
 * The memory is filled from the stored messages themselves. It knows a message by its retry key: 16 hex digits over
 * Message-ID, envelope sender, body and envelope recipient. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AIMX_RETRY_SECONDS: how long a message is remembered, the time that senders keep trying */
#define AIMX_RETRY_SECONDS (5 * 24 * 60 * 60)
/** AIMX_RETRY_MAX: messages remembered at most; beyond it the oldest is forgotten */
#define AIMX_RETRY_MAX 100000

typedef struct _AimxRetryMemory AimxRetryMemory;

/** aimx_retry_key_new: Returns: (transfer full): the key of a message whose Message-ID is not empty */
char *aimx_retry_key_new (const char *message_id, const char *sender, const char *body_digest, const char *recipient);

/** aimx_retry_memory_new: Returns: (transfer full): an empty memory that was not loaded yet */
AimxRetryMemory *aimx_retry_memory_new (void);
/** aimx_retry_memory_free: frees it; nobody may wait on it */
void aimx_retry_memory_free (AimxRetryMemory *self);

/**
 * AimxRetryLoad:
 * @AIMX_RETRY_LOADED: it is loaded
 * @AIMX_RETRY_TO_LOAD: the caller has to load it now, with aimx_retry_memory_remember(), and to say
 * aimx_retry_memory_end_load()
 * @AIMX_RETRY_LOADING: another thread loads it, which takes long, and enough others wait for that already
 */
typedef enum
{
  AIMX_RETRY_LOADED,
  AIMX_RETRY_TO_LOAD,
  AIMX_RETRY_LOADING,
} AimxRetryLoad;

/** aimx_retry_memory_begin_load: waits while another thread loads it; for long only as one of a few, since threads that
 * wait are missing elsewhere */
AimxRetryLoad aimx_retry_memory_begin_load (AimxRetryMemory *self);
/** aimx_retry_memory_end_load: ends what aimx_retry_memory_begin_load() began; unless @loaded somebody else will load
 * it */
void aimx_retry_memory_end_load (AimxRetryMemory *self, gboolean loaded);
/**
 * aimx_retry_memory_remember:
 * @self: the memory
 * @key: (nullable): retry key
 * @message_id: (nullable): Message-ID without angle brackets
 * @thread_id: (nullable): thread that it belongs to
 * @stem: under which name it is stored
 * @seconds: when it came, since the epoch
 */
void aimx_retry_memory_remember (AimxRetryMemory *self,
                                 const char *key,
                                 const char *message_id,
                                 const char *thread_id,
                                 const char *stem,
                                 gint64 seconds);
/** aimx_retry_memory_forget: forgets all messages stored; claims stay */
void aimx_retry_memory_forget (AimxRetryMemory *self);
/** aimx_retry_memory_find_thread: Returns: (transfer full) (nullable): the thread of the message @message_id */
char *aimx_retry_memory_find_thread (AimxRetryMemory *self, const char *message_id, gint64 now);

/**
 * AimxRetryState:
 * @AIMX_RETRY_CLAIMED: nobody has stored it: the caller does, and says aimx_retry_memory_settle()
 * @AIMX_RETRY_STORED: it is stored already
 * @AIMX_RETRY_PENDING: somebody is storing it: let go of all locks, call aimx_retry_memory_wait(), and ask again
 */
typedef enum
{
  AIMX_RETRY_CLAIMED,
  AIMX_RETRY_STORED,
  AIMX_RETRY_PENDING,
} AimxRetryState;

/**
 * aimx_retry_memory_claim:
 * @self: the memory
 * @key: retry key
 * @now: seconds since the epoch
 * @stem: (out) (transfer full): with %AIMX_RETRY_STORED the name under which it is stored
 */
AimxRetryState aimx_retry_memory_claim (AimxRetryMemory *self, const char *key, gint64 now, char **stem);
/** aimx_retry_memory_wait: waits until nobody claims @key any more */
void aimx_retry_memory_wait (AimxRetryMemory *self, const char *key);
/** aimx_retry_memory_settle: ends the caller's claim; a message that was stored is remembered before */
void aimx_retry_memory_settle (AimxRetryMemory *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxRetryMemory, aimx_retry_memory_free)

G_END_DECLS
