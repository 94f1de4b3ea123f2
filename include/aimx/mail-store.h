/* SPDX-License-Identifier: MIT */
/*
 * The only object that touches the data directory. Every path below it is built here; every component is opened
 * relative to its parent, refusing symbolic links, since mailboxes belong to their owners and their owners may do
 * anything in them.
 *
 * All functions may block: pool threads only, unless they say otherwise.
 */
#pragma once

#include <aimx/account.h>
#include <aimx/config-store.h>
#include <aimx/envelope.h>
#include <aimx/lock-manager.h>
#include <aimx/message.h>
#include <aimx/spool.h>
#include <aimx/stored-message.h>

G_BEGIN_DECLS

/**
 * AimxMailStore:
 *
 * The only object that touches the data directory.
 */
#define AIMX_TYPE_MAIL_STORE (aimx_mail_store_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxMailStore, aimx_mail_store, AIMX, MAIL_STORE, GObject)

/**
 * aimx_mail_store_get_data_dir:
 * @self: the store
 *
 * Returns: (transfer none): for people to read, never to open; any thread
 */
AIMX_API const char *aimx_mail_store_get_data_dir (AimxMailStore *self);

/**
 * aimx_mail_store_new_spool:
 * @self: the store
 *
 * Returns: (transfer full): an empty spool; any thread, never blocks
 */
AIMX_API AimxSpool *aimx_mail_store_new_spool (AimxMailStore *self);

/**
 * AimxFolder:
 * @AIMX_FOLDER_INBOX: mail that came
 * @AIMX_FOLDER_SENT: copies of mail that was sent
 *
 * The two folders of a mailbox.
 */
typedef enum
{
  AIMX_FOLDER_INBOX,
  AIMX_FOLDER_SENT,
} AimxFolder;

/**
 * aimx_folder_get_name:
 * @folder: one of the two
 *
 * Returns: (transfer none): `inbox` or `sent`, as people and directories call it
 */
AIMX_API const char *aimx_folder_get_name (AimxFolder folder);

/**
 * aimx_mail_store_get_folder_path:
 * @self: the store
 * @fqdn: canonical name
 * @folder: which of the two folders
 *
 * Returns: (transfer full): absolute path to show; never blocks, any thread
 */
AIMX_API char *aimx_mail_store_get_folder_path (AimxMailStore *self, const char *fqdn, AimxFolder folder);

/**
 * aimx_mail_store_get_message_path:
 * @self: the store
 * @fqdn: canonical name
 * @folder: which of the two folders
 * @stem: id of the message
 *
 * Returns: (transfer full): absolute path of the `.md` file of a stored message, to show
 */
AIMX_API char *
aimx_mail_store_get_message_path (AimxMailStore *self, const char *fqdn, AimxFolder folder, const char *stem);

/**
 * AimxMailCounts:
 * @total: messages in the inbox
 * @unread: of these, not read
 * @sent: sent copies
 * @inbox_entries: all entries of the inbox, strays too
 * @sent_entries: all entries of the sent folder
 *
 * How much is in a mailbox.
 */
typedef struct
{
  guint64 total;
  guint64 unread;
  guint64 sent;
  guint64 inbox_entries;
  guint64 sent_entries;
} AimxMailCounts;

/**
 * aimx_mail_store_count:
 * @self: the store
 * @fqdn: canonical name
 * @counts: (out caller-allocates): where to
 * @error: return location
 *
 * Counts a mailbox without a lock; missing directories count as empty.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_mail_store_count (AimxMailStore *self, const char *fqdn, AimxMailCounts *counts, GError **error);

/**
 * AIMX_STAMP_UNSETTLED:
 *
 * The stamp of a folder that has changed so lately that one more change might not show.
 */
#define AIMX_STAMP_UNSETTLED 1

/**
 * AimxMessageEntry:
 * @stem: the message's id
 * @stamp: another one than before when its file has changed; neither 0 nor 1
 *
 * One message of a folder.
 */
typedef struct
{
  char *stem;
  guint64 stamp;
} AimxMessageEntry;

/**
 * aimx_mail_store_list_messages:
 * @self: the store
 * @fqdn: canonical name
 * @folder: which folder
 * @folder_stamp: (out) (optional): what aimx_mail_store_get_folder_stamp() said when the listing began
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type AimxMessageEntry): the messages in no particular order, without
 * reading them; a missing folder counts as empty
 */
AIMX_API GPtrArray *aimx_mail_store_list_messages (AimxMailStore *self,
                                                   const char *fqdn,
                                                   AimxFolder folder,
                                                   guint64 *folder_stamp,
                                                   GError **error);

/**
 * aimx_mail_store_get_folder_stamp:
 * @self: the store
 * @fqdn: canonical name
 * @folder: which folder
 *
 * What an owner changes inside of a bundle or a file does not show.
 *
 * Returns: another one than before when messages have come, gone or been marked; 0 for a folder that is missing
 */
AIMX_API guint64 aimx_mail_store_get_folder_stamp (AimxMailStore *self, const char *fqdn, AimxFolder folder);

/**
 * aimx_mail_store_read_message:
 * @self: the store
 * @fqdn: canonical name
 * @folder: which folder
 * @stem: the message's id
 * @body_max: bytes of its body to read at most, maybe none
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the message; %AIMX_ERROR_NOT_FOUND when there is no such regular file of the
 * owner. What has no frontmatter is all body
 */
AIMX_API AimxStoredMessage *aimx_mail_store_read_message (AimxMailStore *self,
                                                          const char *fqdn,
                                                          AimxFolder folder,
                                                          const char *stem,
                                                          gsize body_max,
                                                          GError **error);

/**
 * AimxStray:
 * @fqdn: what the directory stands for
 * @uid: who owns it
 *
 * A directory of a mailbox that is not configured.
 */
typedef struct
{
  char *fqdn;
  guint uid;
} AimxStray;

/**
 * aimx_mail_store_list_strays: (skip)
 * @self: the store
 * @config: the snapshot
 * @error: return location
 *
 * Returns: (transfer full) (element-type AimxStray): mailbox directories without configuration, sorted
 */
AIMX_API GPtrArray *aimx_mail_store_list_strays (AimxMailStore *self, AimxConfig *config, GError **error);

/**
 * aimx_mail_store_create_mailbox:
 * @self: the store
 * @guard: covers @fqdn
 * @fqdn: canonical name
 * @uid: owner
 * @gid: owner's primary group
 * @created: (out): what this call made, for aimx_mail_store_undo_create()
 * @error: return location
 *
 * Makes both directories, `0700`, durable. One already there is fine when it is a directory of that owner and group,
 * else %AIMX_ERROR_CONFLICT with the command that repairs it. A failure removes what this call made.
 */
AIMX_API gboolean aimx_mail_store_create_mailbox (AimxMailStore *self,
                                                  AimxLockGuard *guard,
                                                  const char *fqdn,
                                                  guint uid,
                                                  guint gid,
                                                  guint *created,
                                                  GError **error);

/**
 * aimx_mail_store_undo_create:
 * @self: the store
 * @guard: covers @fqdn
 * @fqdn: canonical name
 * @created: what aimx_mail_store_create_mailbox() said
 *
 * Removes the empty directories that aimx_mail_store_create_mailbox() made.
 */
AIMX_API void aimx_mail_store_undo_create (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, guint created);

/**
 * aimx_mail_store_wipe_mailbox:
 * @self: the store
 * @guard: covers @fqdn
 * @fqdn: canonical name
 * @error: return location
 *
 * Removes every entry of both folders, bundles included, without ever following a symbolic link. A missing directory is
 * fine. Run again after a failure it completes.
 */
AIMX_API gboolean aimx_mail_store_wipe_mailbox (AimxMailStore *self,
                                                AimxLockGuard *guard,
                                                const char *fqdn,
                                                GError **error);

/**
 * aimx_mail_store_remove_mailbox_dirs:
 * @self: the store
 * @guard: covers @fqdn
 * @fqdn: canonical name
 *
 * `rmdir` of both directories; one that is missing or not empty is left, without an error.
 */
AIMX_API void aimx_mail_store_remove_mailbox_dirs (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn);

/**
 * aimx_mail_store_begin_removal:
 * @self: the store
 * @domain: a domain whose mailboxes are about to go
 *
 * Waits for the deliveries to @domain that are under way; before any lock is taken that they need. Until
 * aimx_mail_store_end_removal() others fail at once with %AIMX_ERROR_TEMPORARY instead of waiting for a lock, so that
 * mail for it holds up nobody else's.
 *
 * Returns: %FALSE when a removal of @domain is under way already
 */
AIMX_API gboolean aimx_mail_store_begin_removal (AimxMailStore *self, const char *domain);

/**
 * aimx_mail_store_end_removal:
 * @self: the store
 * @domain: name of a domain, in lower case
 *
 * @domain is gone, or stays after all; never blocks, any thread.
 */
AIMX_API void aimx_mail_store_end_removal (AimxMailStore *self, const char *domain);

/**
 * aimx_mail_store_remove_domain:
 * @self: the store
 * @change: a change of the configuration, which keeps new mailboxes out
 * @domain: a domain whose mailboxes are gone from disk
 * @removed: (out): whether there was a tree, and this call removed it
 * @error: return location
 *
 * `rmdir` of inbox, sent and the domain's directory. One that is missing is passed over, so that it can be run again.
 *
 * Returns: %FALSE with %AIMX_ERROR_IO that names what is left over when one is not empty
 */
AIMX_API gboolean aimx_mail_store_remove_domain (AimxMailStore *self,
                                                 AimxConfigChange *change,
                                                 const char *domain,
                                                 gboolean *removed,
                                                 GError **error);

/**
 * aimx_mail_store_mark:
 * @self: the store
 * @guard: covers @mailbox
 * @mailbox: the mailbox
 * @id: file stem as sent
 * @read: what to set
 * @error: return location
 *
 * Sets `read` and `read_at` of an inbox message, every other byte stays. %AIMX_ERROR_NOT_FOUND when the id is not
 * acceptable or there is no such regular file of the owner.
 */
AIMX_API gboolean aimx_mail_store_mark (AimxMailStore *self,
                                        AimxLockGuard *guard,
                                        const AimxMailbox *mailbox,
                                        const char *id,
                                        gboolean read,
                                        GError **error);

/**
 * AimxVerdict:
 * @dkim: `none`, `pass` or `fail`
 * @spf: `none`, `pass`, `fail`, `softfail`, `neutral`
 * @dmarc: `none`, `pass`, `fail`
 * @trusted: `none`, `true`, `false`
 * @arc: (nullable): `none`, `pass`, `fail`
 * @auth_detail: (nullable): one line in the form of an Authentication-Results field; not static
 *
 * The results shown in the frontmatter of one recipient's copy; static strings but for @auth_detail.
 */
typedef struct
{
  const char *dkim;
  const char *spf;
  const char *dmarc;
  const char *trusted;
  const char *arc;
  const char *auth_detail;
  gpointer reserved[2];
} AimxVerdict;

/**
 * aimx_mail_store_deliver:
 * @self: the store
 * @message: the message as parsed
 * @raw: its bytes; attachments are ranges of it
 * @envelope: how it came
 * @recipient: the envelope recipient of this copy
 * @verdict: what to write about its authenticity
 * @mailbox: (out) (transfer full): FQDN of the mailbox it went to
 * @stem: (out) (transfer full): the message's id
 * @duplicate: (out): %TRUE when a retry was recognized and nothing written; @stem is the stored one's
 * @error: return location
 *
 * Stores one recipient's copy durably: when it returns %TRUE the message survives a power failure. Takes the mailbox
 * lock twice for a moment and holds none while a disk syncs. A failure leaves nothing behind: %AIMX_ERROR_NO_ENTRY when
 * mailbox or domain have gone, %AIMX_ERROR_NO_ACCOUNT, %AIMX_ERROR_TEMPORARY when the account cannot be looked up now
 * or somebody keeps the mailbox locked, %AIMX_ERROR_CONFLICT when something else is in the place of the inbox, or it is
 * somebody else's, %AIMX_ERROR_NO_SPACE, %AIMX_ERROR_IO.
 */
AIMX_API gboolean aimx_mail_store_deliver (AimxMailStore *self,
                                           AimxMessage *message,
                                           GBytes *raw,
                                           const AimxEnvelope *envelope,
                                           const char *recipient,
                                           const AimxVerdict *verdict,
                                           char **mailbox,
                                           char **stem,
                                           gboolean *duplicate,
                                           GError **error);

G_END_DECLS
