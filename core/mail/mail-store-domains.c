/* SPDX-License-Identifier: MIT */
/*
 * Domains as directories: kept free of deliveries while they go, and removed with rmdir alone, so that whatever nobody
 * expected there stops it and stays.
 */
#include "mail/mail-store-room.h"

#include <aimx/error.h>

/* Names of what is left over that a message shows. */
#define NAMES_MAX 3

/* ---- deliveries meanwhile ---- */

/* What is going on in a domain; guarded by the store's mutex. */
typedef struct
{
  guint n_deliveries;
  gboolean leaving;
} Traffic;

/* With the mutex held. */
static Traffic *
get_traffic (AimxMailStore *self, const char *domain)
{
  Traffic *traffic = g_hash_table_lookup (self->traffic, domain);

  if (traffic != NULL)
    return traffic;
  traffic = g_new0 (Traffic, 1);
  g_hash_table_insert (self->traffic, g_strdup (domain), traffic);
  return traffic;
}

gboolean
aimx_mail_store_enter_domain (AimxMailStore *self, const char *domain, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Traffic *traffic = get_traffic (self, domain);

  if (traffic->leaving)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "the domain %s is being removed", domain);
      return FALSE;
    }
  traffic->n_deliveries++;
  return TRUE;
}

void
aimx_mail_store_leave_domain (AimxMailStore *self, const char *domain)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Traffic *traffic = get_traffic (self, domain);

  if (--traffic->n_deliveries == 0 && traffic->leaving)
    g_cond_broadcast (&self->quiet);
}

gboolean
aimx_mail_store_begin_removal (AimxMailStore *self, const char *domain)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Traffic *traffic = get_traffic (self, domain);

  if (traffic->leaving)
    return FALSE;
  traffic->leaving = TRUE;
  while (traffic->n_deliveries > 0)
    g_cond_wait (&self->quiet, &self->mutex);
  return TRUE;
}

void
aimx_mail_store_end_removal (AimxMailStore *self, const char *domain)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  /* Whoever enters now finds the domain gone, or takes it for what it is again. */
  g_hash_table_remove (self->traffic, domain);
}

/* ---- removing ---- */

/* Names what keeps @directory from going. */
static void
set_left_over (AimxDirectory *directory, GError **error)
{
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (directory, NULL);
  g_autoptr (GString) names = g_string_new (NULL);
  AimxDirectoryEntryType type;
  const char *name;
  guint n = 0;

  while (iter != NULL && aimx_directory_iter_next (iter, &name, &type, NULL) && name != NULL)
    if (n++ < NAMES_MAX)
      g_string_append_printf (names, "%s'%s'", names->len > 0 ? ", " : "", name);
  if (n > NAMES_MAX)
    g_string_append_printf (names, " and %u more", n - NAMES_MAX);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s holds %s, which is no mailbox; move that away and run it again",
               aimx_directory_get_path (directory), n > 0 ? names->str : "something");
}

static gboolean
remove_directory (AimxDirectory *parent, const char *name, gboolean *removed, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) directory = NULL;

  *removed = aimx_directory_rmdir (parent, name, &why);
  if (*removed || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_EMPTY))
    directory = aimx_directory_open (parent, name, NULL);
  if (directory != NULL)
    set_left_over (directory, error);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
remove_shared (AimxMailStore *self, const char *domain, GError **error)
{
  static const AimxFolder folders[AIMX_FOLDER_N] = { AIMX_FOLDER_INBOX, AIMX_FOLDER_SENT };
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) directory = aimx_mail_store_open_below (self, domain, &why);
  gboolean removed;

  if (directory == NULL && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (directory == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  for (guint i = 0; i < AIMX_FOLDER_N; i++)
    if (!remove_directory (directory, aimx_folder_get_name (folders[i]), &removed, error))
      return FALSE;
  return TRUE;
}

gboolean
aimx_mail_store_remove_domain (AimxMailStore *self,
                               AimxConfigChange *change,
                               const char *domain,
                               gboolean *removed,
                               GError **error)
{
  *removed = FALSE;
  g_return_val_if_fail (AIMX_IS_CONFIG_CHANGE (change), FALSE);

  return aimx_mail_store_check_access (self, error) && remove_shared (self, domain, error) &&
         remove_directory (self->root, domain, removed, error) &&
         (!*removed || aimx_directory_sync (self->root, error));
}
