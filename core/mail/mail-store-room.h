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
#include "mail/spool-private.h"

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
  AimxDirectory *root;  /* NULL: to be read only, and not there yet */
  AimxDirectory *spool; /* NULL unless opened for changes */
  gboolean nameless;    /* whether files can be made without a name */
  gint next_name;       /* for what is built in the spool; atomic */
  AimxConfigStore *config;
  AimxLockManager *locks;
  AimxAccounts *accounts;
  AimxSyncGroup *syncs;
  AimxSpoolRoom *spool_room;
  AimxPartialMemory *partial;
  GMutex mutex;        /* guards records and traffic */
  GCond quiet;         /* the last delivery to a domain that is being removed has ended */
  GHashTable *records; /* FQDN -> AimxMailboxRecord */
  GHashTable *traffic; /* domain -> deliveries to it */
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

/** aimx_mailbox_place_init: finds where @fqdn is; %FALSE with %AIMX_ERROR_VALIDATION for what no directory can be
 * called */
gboolean aimx_mailbox_place_init (AimxMailboxPlace *self, const char *fqdn, GError **error);
/** aimx_mail_store_open_below: Returns: (transfer full) (nullable): a directory below the data directory, which need
 * not be there itself */
AimxDirectory *aimx_mail_store_open_below (AimxMailStore *self, const char *path, GError **error);
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
 * Opens a folder, and makes it with what is missing above it. Under the mailbox lock. Nothing is synced: whoever tells
 * somebody that there is something in it calls aimx_mail_store_sync_inbox() or aimx_mail_store_sync_above() before.
 * What is no directory, or belongs to somebody else, is %AIMX_ERROR_CONFLICT with the repair.
 */
AimxDirectory *aimx_mail_store_make_folder (AimxMailStore *self,
                                            const char *fqdn,
                                            AimxFolder folder,
                                            const AimxOwner *owner,
                                            gboolean *created,
                                            GError **error);
/** aimx_mail_store_check_folder: whether an opened folder belongs to @owner, and its group when @check_group is set;
 * else %AIMX_ERROR_CONFLICT with the repair */
gboolean
aimx_mail_store_check_folder (AimxDirectory *folder, const AimxOwner *owner, gboolean check_group, GError **error);
/** aimx_mail_store_sync_above: makes durable that the folder of @fqdn is there: syncs the directories above it */
gboolean aimx_mail_store_sync_above (AimxMailStore *self, const char *fqdn, AimxFolder folder, GError **error);
/** aimx_mail_store_check_access: whether @self was opened for changes */
gboolean aimx_mail_store_check_access (AimxMailStore *self, GError **error);
/** aimx_mail_store_check_change: whether @self was opened for changes and @guard covers @fqdn; else a critical */
gboolean aimx_mail_store_check_change (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, GError **error);
/** aimx_mail_store_new_name: Returns: (transfer full): a name that nothing in the spool has */
char *aimx_mail_store_new_name (AimxMailStore *self, const char *what);
/** aimx_mail_store_new_file: Returns: (transfer full) (nullable): a new file in the spool, without a name where that
 * can be */
AimxDurableFile *aimx_mail_store_new_file (AimxMailStore *self, GError **error);

/* ---- messages in a folder ---- */

/** aimx_message_path_new: Returns: (transfer full): where the `.md` file of @stem is below its folder */
char *aimx_message_path_new (const char *stem, gboolean is_bundle);
/** aimx_message_stem_of_entry: Returns: (transfer full) (nullable): the stem of the message that an entry of a folder
 * is called like; a directory is called like a bundle */
char *aimx_message_stem_of_entry (const char *name, AimxDirectoryEntryType type);
/** aimx_message_open: Returns: a descriptor of the file @path when it is a regular file of @uid; else -1 with
 * %AIMX_ERROR_NOT_FOUND, or what aimx_directory_open_file() says */
int aimx_message_open (AimxDirectory *directory, const char *path, guint uid, struct stat *info, GError **error);
/**
 * aimx_message_find:
 * @folder: where it is looked for
 * @id: an acceptable stem
 * @uid: whose it has to be
 * @info: (out): what fstat(2) says of its file
 * @directory: (out) (transfer full): where its file is: @folder, or a bundle in it
 * @error: return location
 *
 * Returns: a descriptor of the file, or -1 with what aimx_message_is_missing() may know
 */
int aimx_message_find (AimxDirectory *folder,
                       const char *id,
                       guint uid,
                       struct stat *info,
                       AimxDirectory **directory,
                       GError **error);
/** aimx_message_is_missing: Returns: whether @why says that there is no such message: what is wrong with a name or a
 * file is one answer to the caller */
gboolean aimx_message_is_missing (const GError *why);
/** aimx_message_set_missing: sets that answer; Returns: %FALSE, always */
gboolean aimx_message_set_missing (const char *fqdn, const char *id, GError **error);

/* ---- what is remembered of a mailbox ---- */

typedef struct _AimxMailboxRecord AimxMailboxRecord;

/** aimx_mail_store_get_record: Returns: (transfer full): what is remembered of @fqdn */
AimxMailboxRecord *aimx_mail_store_get_record (AimxMailStore *self, const char *fqdn);
/** aimx_mail_store_enter_domain: a delivery to @domain begins; %AIMX_ERROR_TEMPORARY while it is being removed */
gboolean aimx_mail_store_enter_domain (AimxMailStore *self, const char *domain, GError **error);
/** aimx_mail_store_leave_domain: a delivery to @domain has ended */
void aimx_mail_store_leave_domain (AimxMailStore *self, const char *domain);
/** aimx_mail_store_forget_record: forgets what was stored in @fqdn; what is being stored right now keeps its claims */
void aimx_mail_store_forget_record (AimxMailStore *self, const char *fqdn);
/** aimx_mailbox_record_unref: drops a reference; any thread */
void aimx_mailbox_record_unref (AimxMailboxRecord *self);
/** aimx_mailbox_record_note_made: directories on the way to a folder have been made: the next
 * aimx_mail_store_sync_inbox() syncs above it, too. Under the mailbox lock */
void aimx_mailbox_record_note_made (AimxMailboxRecord *self);
/**
 * aimx_mail_store_sync_inbox:
 * @self: the store
 * @record: what is remembered of @fqdn
 * @fqdn: mailbox
 * @inbox: its inbox
 * @error: return location
 *
 * Makes durable what is in @inbox, and once a process, and again after aimx_mailbox_record_note_made(), that @inbox
 * itself is there: also what a process left that died between making and syncing. Shared with all who wait. No lock.
 */
gboolean aimx_mail_store_sync_inbox (AimxMailStore *self,
                                     AimxMailboxRecord *record,
                                     const char *fqdn,
                                     AimxDirectory *inbox,
                                     GError **error);
/** aimx_mailbox_record_is_durable: Returns: whether everything that was there when this process found the mailbox is
 * known to be durable */
gboolean aimx_mailbox_record_is_durable (AimxMailboxRecord *self);
/** aimx_mailbox_record_get_retries: Returns: (transfer none) (nullable): the memory of stored messages, at the first
 * call filled from the files of the inbox of @fqdn; %NULL with @error when they cannot be read. Without the mailbox
 * lock: it may take long */
AimxRetryMemory *
aimx_mailbox_record_get_retries (AimxMailboxRecord *self, AimxMailStore *store, const char *fqdn, GError **error);
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
