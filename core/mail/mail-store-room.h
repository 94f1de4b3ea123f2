/* SPDX-License-Identifier: MIT */
/*
 * What the files of the mail store share: the object, where mailboxes are, and what is remembered of each.
 */
#pragma once

#include "io/durable-file.h"
#include "io/sync-group.h"
#include "io/sys.h"
#include "mail/mail-store-private.h"
#include "mail/partial-memory.h"
#include "mail/retry-memory.h"

G_BEGIN_DECLS

/** AIMX_SHARED_MODE: of the data directory and the directories above mailboxes, which every owner passes through */
#define AIMX_SHARED_MODE 0755
/** AIMX_MAILBOX_MODE: of a mailbox's directories, and of bundles */
#define AIMX_MAILBOX_MODE 0700
/** AIMX_FOLDER_N: folders of a mailbox */
#define AIMX_FOLDER_N 2

struct _AimxMailStore
{
  GObject parent;
  char *data_dir;
  AimxMailStoreAccess access;
  AimxFd lock_fd;
  AimxDirectory *root;
  AimxDirectory *spool; /* NULL unless opened for changes */
  gboolean nameless;    /* whether files can be made without a name */
  gint next_name;       /* for what is built in the spool; atomic */
  AimxConfigStore *config;
  AimxLockManager *locks;
  AimxAccounts *accounts;
  AimxSyncGroup *syncs;
  AimxPartialMemory *partial;
  GMutex mutex;        /* guards records */
  GHashTable *records; /* FQDN -> AimxMailboxRecord */
};

/* ---- where mailboxes are ---- */

/**
 * AimxMailboxPlace:
 * @domain: directory of the domain below the data directory
 * @local: directory of the mailbox below a folder
 */
typedef struct
{
  char *domain;
  char *local;
} AimxMailboxPlace;

/** aimx_mailbox_place_clear: frees what it holds */
void aimx_mailbox_place_clear (AimxMailboxPlace *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AimxMailboxPlace, aimx_mailbox_place_clear)

/** aimx_folder_get_name: Returns: (transfer none): the directory of a folder below a domain */
const char *aimx_folder_get_name (AimxFolder folder);
/** aimx_mailbox_place_init: finds where @fqdn is; %FALSE with %AIMX_ERROR_VALIDATION for what no directory can be
 * called */
gboolean aimx_mailbox_place_init (AimxMailboxPlace *self, const char *fqdn, GError **error);
/** aimx_mail_store_open_folder: Returns: (transfer full) (nullable): a folder of a mailbox; %AIMX_ERROR_NOT_FOUND when
 * it is missing */
AimxDirectory *aimx_mail_store_open_folder (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error);
/** aimx_mail_store_open_parent: Returns: (transfer full) (nullable): the directory in which the folder of @fqdn is */
AimxDirectory *aimx_mail_store_open_parent (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error);

/**
 * AimxOwner:
 * @uid: who owns files and directories of a mailbox
 * @gid: their group
 * @give: whether the process has to give them away: it is root
 */
typedef struct
{
  guint uid;
  guint gid;
  gboolean give;
} AimxOwner;

/** aimx_mail_store_find_owner: whose files in @mailbox are; a process that is not root owns what it stores itself.
 * %AIMX_ERROR_NO_ACCOUNT, %AIMX_ERROR_TEMPORARY. Blocks on the name service at worst */
gboolean aimx_mail_store_find_owner (AimxMailStore *self, const AimxMailbox *mailbox, AimxOwner *owner, GError **error);
/** aimx_owner_give_uid: Returns: what to pass to functions that give a file away */
guint aimx_owner_give_uid (const AimxOwner *self);
/** aimx_owner_give_gid: as aimx_owner_give_uid() */
guint aimx_owner_give_gid (const AimxOwner *self);

/**
 * aimx_mail_store_make_folder:
 * @self: the store
 * @fqdn: mailbox
 * @folder: which folder
 * @owner: whose it is to be
 * @created: (out): whether this call made it
 * @error: return location
 *
 * Opens a folder, and makes it with what is missing above it. Under the mailbox lock: a folder that others find is
 * durable, so the one time that it is made the lock is held while its parents are synced. One that belongs to somebody
 * else is %AIMX_ERROR_CONFLICT with the command that repairs it.
 */
AimxDirectory *aimx_mail_store_make_folder (AimxMailStore *self,
                                            const char *fqdn,
                                            AimxFolder folder,
                                            const AimxOwner *owner,
                                            gboolean *created,
                                            GError **error);
/** aimx_mail_store_check_folder: whether an opened folder belongs to @owner; else %AIMX_ERROR_CONFLICT with the repair
 */
gboolean aimx_mail_store_check_folder (AimxDirectory *folder, const AimxOwner *owner, GError **error);
/** aimx_mail_store_check_change: whether @self was opened for changes and @guard covers @fqdn; else a critical */
gboolean aimx_mail_store_check_change (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, GError **error);
/** aimx_mail_store_new_name: Returns: (transfer full): a name that nothing in the spool has */
char *aimx_mail_store_new_name (AimxMailStore *self, const char *what);
/** aimx_mail_store_new_file: Returns: (transfer full) (nullable): a new file in the spool, without a name where that
 * can be */
AimxDurableFile *aimx_mail_store_new_file (AimxMailStore *self, GError **error);
/** aimx_mail_store_is_message_name: Returns: (transfer full) (nullable): the stem when @name is that of a message's
 * file
 * (@is_directory: bundle) */
char *aimx_mail_store_stem_of (const char *name, gboolean is_directory);
/** aimx_mail_store_open_message: opens the `.md` of @stem in @folder, plain or in a bundle, when it is a regular file
 * of
 * @uid; -1 with %AIMX_ERROR_NOT_FOUND. @bundle: (out) (transfer full) (nullable): the directory it is in, when that is
 * a bundle */
int aimx_mail_store_open_message (AimxDirectory *folder,
                                  const char *stem,
                                  guint uid,
                                  struct stat *info,
                                  AimxDirectory **bundle,
                                  GError **error);

/* ---- what is remembered of a mailbox ---- */

typedef struct _AimxMailboxRecord AimxMailboxRecord;

/** aimx_mail_store_get_record: Returns: (transfer full): what is remembered of @fqdn */
AimxMailboxRecord *aimx_mail_store_get_record (AimxMailStore *self, const char *fqdn);
/** aimx_mail_store_forget_record: forgets what was stored in @fqdn; what is being stored right now keeps its claims */
void aimx_mail_store_forget_record (AimxMailStore *self, const char *fqdn);
/** aimx_mailbox_record_unref: drops a reference; any thread */
void aimx_mailbox_record_unref (AimxMailboxRecord *self);
/** aimx_mailbox_record_get_retries: Returns: (transfer none): the memory of stored messages, filled from @inbox's files
 * (nullable: missing) at the first call; %NULL with @error when they cannot be read */
AimxRetryMemory *aimx_mailbox_record_get_retries (AimxMailboxRecord *self, AimxDirectory *inbox, GError **error);
/**
 * aimx_mailbox_record_claim_stem:
 * @self: the record
 * @folder: where the message will be
 * @base: the stem wanted
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the first of @base, @base-2, @base-3... that is neither on disk nor claimed;
 * claimed now, until aimx_mailbox_record_release_stem()
 */
char *aimx_mailbox_record_claim_stem (AimxMailboxRecord *self, AimxDirectory *folder, const char *base, GError **error);
/** aimx_mailbox_record_release_stem: ends a claim */
void aimx_mailbox_record_release_stem (AimxMailboxRecord *self, const char *stem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxMailboxRecord, aimx_mailbox_record_unref)

G_END_DECLS
