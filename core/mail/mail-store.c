/* SPDX-License-Identifier: MIT */
/*
 * The mail store as a whole: opening, its lock on the data directory, getting it ready to be served.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"
#include "mail/readme.h"

#include <aimx/log.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/file.h>

#define LOCK_FILE ".lock"
/* Whoever can open a file can lock it, and so keep the daemon from starting. */
#define LOCK_MODE  0600
#define SPOOL      ".spool"
#define SPOOL_MODE 0700
/* What modules keep for themselves. */
#define PRIVATE      ".plugins"
#define PRIVATE_MODE 0700
/* What owners need of the directories above their mailboxes. */
#define SEARCH_BITS 0111

/* How often a lock held by somebody else is tried. */
#define LOCK_INTERVAL_USEC (100 * 1000)

G_DEFINE_TYPE (AimxMailStore, aimx_mail_store, G_TYPE_OBJECT)

/* Whoever may not use the usual place needs to know how to name another. */
static gboolean
set_path_error (GError **error, int saved_errno, const char *what, const char *path)
{
  if (saved_errno != EACCES)
    return aimx_error_set_errno (error, saved_errno, "%s %s", what, path);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO,
               "%s %s: %s; run as root, or name another data directory with --data-dir", what, path,
               g_strerror (saved_errno));
  return FALSE;
}

/* ---- the lock on the data directory ---- */

static void
set_held_error (AimxMailStore *self, GError **error)
{
  char holder[32] = "";
  ssize_t n_read = aimx_sys_pread (self->lock_fd, holder, sizeof holder - 1, 0);

  if (n_read > 0 && g_ascii_isdigit (holder[0]))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                 "%s is in use by process %s; stop that process, or use another data directory", self->data_dir,
                 g_strstrip (holder));
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                 "%s is in use by another process; stop it, or use another data directory", self->data_dir);
}

/* For people; the lock holds without it, also on a full disk. Overwritten in place, which needs no new block. */
static void
write_holder (AimxMailStore *self)
{
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());
  ssize_t length = (ssize_t) strlen (pid);

  if (pwrite (self->lock_fd, pid, (gsize) length, 0) != length || ftruncate (self->lock_fd, length) < 0)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s/" LOCK_FILE " does not say who holds it: %s", self->data_dir,
              g_strerror (errno));
}

static gboolean
take_lock (AimxMailStore *self, guint wait_seconds, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) wait_seconds * G_USEC_PER_SEC;

  self->lock_fd =
      aimx_sys_openat (aimx_directory_get_fd (self->root), LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW, LOCK_MODE);
  if (self->lock_fd < 0)
    return set_path_error (error, errno, "open " LOCK_FILE " in", self->data_dir);
  while (flock (self->lock_fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno == EINTR)
        continue;
      if (errno != EWOULDBLOCK)
        return aimx_error_set_errno (error, errno, "lock %s/" LOCK_FILE, self->data_dir);
      if (g_get_monotonic_time () >= deadline)
        {
          set_held_error (self, error);
          return FALSE;
        }
      g_usleep (LOCK_INTERVAL_USEC);
    }
  write_holder (self);
  return TRUE;
}

/* ---- opening ---- */

/* Whatever the umask is, owners pass through what is made. */
static gboolean
make_shared_path (const char *path, GError **error)
{
  int made = g_mkdir (path, 0700);

  if (made < 0 && errno == ENOENT)
    {
      g_autofree char *parent = g_path_get_dirname (path);

      if (!make_shared_path (parent, error))
        return FALSE;
      made = g_mkdir (path, 0700);
    }
  if (made < 0)
    return errno == EEXIST || set_path_error (error, errno, "make directory", path);
  return g_chmod (path, AIMX_SHARED_MODE) == 0 || aimx_error_set_errno (error, errno, "change mode of %s", path);
}

static gboolean
set_mode (AimxDirectory *directory, mode_t mode, mode_t mask, GError **error)
{
  struct stat info;

  if (!aimx_directory_get_info (directory, &info, error))
    return FALSE;
  if ((info.st_mode & mask) == (mode & mask) || aimx_sys_fchmod (aimx_directory_get_fd (directory), mode) == 0)
    return TRUE;
  return aimx_error_set_errno (error, errno, "change mode of %s", aimx_directory_get_path (directory));
}

static gboolean
open_for_changes (AimxMailStore *self, guint lock_wait_seconds, GError **error)
{
  /* The operator may have chosen another mode, as long as owners can pass. */
  if (!take_lock (self, lock_wait_seconds, error) || !set_mode (self->root, AIMX_SHARED_MODE, SEARCH_BITS, error))
    return FALSE;
  self->spool =
      aimx_directory_make (self->root, SPOOL, SPOOL_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL, error);
  if (self->spool == NULL || !set_mode (self->spool, SPOOL_MODE, ALLPERMS, error))
    return FALSE;
  self->nameless = aimx_durable_file_can_be_nameless (self->spool);
  return TRUE;
}

/* What is only read may not be there yet: then there is no mail. */
static gboolean
open_root (AimxMailStore *self, GError **error)
{
  g_autoptr (GError) why = NULL;

  self->root = aimx_directory_open_root (self->data_dir, AIMX_DIRECTORY_DEFAULT, &why);
  if (self->root != NULL ||
      (self->access == AIMX_MAIL_STORE_READ && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

AimxMailStore *
aimx_mail_store_open (const char *data_dir,
                      AimxMailStoreAccess access,
                      guint lock_wait_seconds,
                      AimxConfigStore *config,
                      AimxLockManager *locks,
                      AimxAccounts *accounts,
                      GError **error)
{
  g_autoptr (AimxMailStore) self = g_object_new (AIMX_TYPE_MAIL_STORE, NULL);
  gboolean changes = access == AIMX_MAIL_STORE_CHANGE;

  self->data_dir = g_strdup (data_dir);
  self->access = access;
  self->config = g_object_ref (config);
  self->locks = g_object_ref (locks);
  self->accounts = g_object_ref (accounts);
  if (changes && !make_shared_path (data_dir, error))
    return NULL;
  if (!open_root (self, error))
    return NULL;
  if (changes && !open_for_changes (self, lock_wait_seconds, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
prepare_folders (AimxDirectory *domain, GError **error)
{
  static const AimxFolder folders[AIMX_FOLDER_N] = { AIMX_FOLDER_INBOX, AIMX_FOLDER_SENT };

  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (AimxDirectory) shared = aimx_directory_open (domain, aimx_folder_get_name (folders[i]), &why);

      if (shared != NULL ? set_mode (shared, AIMX_SHARED_MODE, ALLPERMS, error)
                         : g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
        continue;
      if (why != NULL)
        g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_domain (AimxMailStore *self, const char *name, GError **error)
{
  g_autoptr (AimxDirectory) domain = aimx_directory_make (self->root, name, AIMX_SHARED_MODE, AIMX_DIRECTORY_KEEP_ID,
                                                          AIMX_DIRECTORY_KEEP_ID, NULL, error);

  return domain != NULL && set_mode (domain, AIMX_SHARED_MODE, ALLPERMS, error) && prepare_folders (domain, error);
}

gboolean
aimx_mail_store_prepare (AimxMailStore *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  GPtrArray *domains = aimx_config_get_domains (config);

  g_return_val_if_fail (self->access == AIMX_MAIL_STORE_CHANGE, FALSE);

  for (guint i = 0; i < domains->len; i++)
    if (!prepare_domain (self, aimx_domain_get_name (domains->pdata[i]), error))
      return FALSE;
  return aimx_directory_empty (self->spool, error) && aimx_data_readme_write (self->root, error) &&
         aimx_directory_sync (self->root, error);
}

/* A directory that is only this process's, also when somebody has prepared another. */
static AimxDirectory *
make_private (AimxDirectory *parent, const char *name, GError **error)
{
  g_autoptr (AimxDirectory) made =
      aimx_directory_make (parent, name, PRIVATE_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL, error);
  struct stat info;

  if (made == NULL || !aimx_directory_get_info (made, &info, error))
    return NULL;
  if (info.st_uid == geteuid ())
    return set_mode (made, PRIVATE_MODE, ALLPERMS, error) ? g_steal_pointer (&made) : NULL;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s belongs to user %u; look at what is in it and move it away",
               aimx_directory_get_path (made), (guint) info.st_uid);
  return NULL;
}

char *
aimx_mail_store_make_private_dir (AimxMailStore *self, const char *name, GError **error)
{
  g_autoptr (AimxDirectory) all = NULL;
  g_autoptr (AimxDirectory) own = NULL;

  if (!aimx_mail_store_check_access (self, error))
    return NULL;
  all = make_private (self->root, PRIVATE, error);
  own = all != NULL ? make_private (all, name, error) : NULL;
  return own != NULL ? g_build_filename (self->data_dir, PRIVATE, name, NULL) : NULL;
}

AimxDirectory *
aimx_mail_store_get_root (AimxMailStore *self)
{
  return self->root;
}

const char *
aimx_mail_store_get_data_dir (AimxMailStore *self)
{
  return self->data_dir;
}

AimxSpool *
aimx_mail_store_new_spool (AimxMailStore *self)
{
  return aimx_spool_new (self->spool, self->spool_room);
}

gboolean
aimx_mail_store_check_access (AimxMailStore *self, GError **error)
{
  if (self->access == AIMX_MAIL_STORE_CHANGE)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s was opened for reading only", self->data_dir);
  return FALSE;
}

gboolean
aimx_mail_store_check_change (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, GError **error)
{
  if (!aimx_mail_store_check_access (self, error))
    return FALSE;
  if (guard != NULL && aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, fqdn))
    return TRUE;
  g_critical ("the mailbox %s was to be changed without its lock", fqdn);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER, "the mailbox %s was to be changed without its lock", fqdn);
  return FALSE;
}

char *
aimx_mail_store_new_name (AimxMailStore *self, const char *what)
{
  return g_strdup_printf ("%s-%u", what, (guint) g_atomic_int_add (&self->next_name, 1));
}

AimxDurableFile *
aimx_mail_store_new_file (AimxMailStore *self, GError **error)
{
  g_autofree char *name = self->nameless ? NULL : aimx_mail_store_new_name (self, "file");

  return aimx_durable_file_new (self->spool, name, error);
}

/* ---- the object ---- */

static void
aimx_mail_store_finalize (GObject *object)
{
  AimxMailStore *self = AIMX_MAIL_STORE (object);

  g_hash_table_unref (self->records);
  g_hash_table_unref (self->traffic);
  g_cond_clear (&self->quiet);
  g_mutex_clear (&self->mutex);
  aimx_partial_memory_free (self->partial);
  g_atomic_rc_box_release (self->spool_room);
  aimx_sync_group_free (self->syncs);
  g_clear_pointer (&self->spool, aimx_directory_unref);
  g_clear_pointer (&self->root, aimx_directory_unref);
  aimx_fd_clear (&self->lock_fd);
  g_clear_object (&self->accounts);
  g_clear_object (&self->locks);
  g_clear_object (&self->config);
  g_free (self->data_dir);
  G_OBJECT_CLASS (aimx_mail_store_parent_class)->finalize (object);
}

static void
aimx_mail_store_class_init (AimxMailStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_mail_store_finalize;
}

static void
aimx_mail_store_init (AimxMailStore *self)
{
  self->lock_fd = -1;
  self->syncs = aimx_sync_group_new (aimx_directory_sync);
  self->partial = aimx_partial_memory_new ();
  self->spool_room = aimx_spool_room_new ();
  self->traffic = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_cond_init (&self->quiet);
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) aimx_mailbox_record_unref);
  g_mutex_init (&self->mutex);
}
