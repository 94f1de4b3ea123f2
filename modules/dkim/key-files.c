/* SPDX-License-Identifier: MIT */
#include "key-files.h"

#define KEYS_DIRECTORY "dkim"
#define FILE_SIZE_MAX  (64 * 1024)
#define STAMPS_MAX     100 /* pairs retired within a second */
#define PRIVATE_MODE   0600
#define PUBLIC_MODE    0644

static const struct
{
  const char *private_name;
  const char *public_name;
} names[DKIM_N_ALGORITHMS] = {
  [DKIM_RSA] = { "private.key", "public.key" },
  [DKIM_ED25519] = { "ed25519-private.key", "ed25519-public.key" },
};

/* ---- names ---- */

char *
dkim_key_files_get_directory (const DkimKeyFiles *self)
{
  return g_build_filename (KEYS_DIRECTORY, self->domain, NULL);
}

static char *
get_absolute (const DkimKeyFiles *self, const char *path)
{
  return g_build_filename (aimx_config_store_get_directory (self->store), path, NULL);
}

char *
dkim_key_files_get_path (const DkimKeyFiles *self, const char *directory, DkimAlgorithm algorithm)
{
  g_autofree char *path = g_build_filename (directory, names[algorithm].private_name, NULL);

  return get_absolute (self, path);
}

/* ---- reading ---- */

static GBytes *
read_file (const DkimKeyFiles *self, const char *directory, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return aimx_config_store_read_file (self->store, path, FILE_SIZE_MAX, error);
}

/* On doubt yes: what cannot be looked at is left alone. */
static gboolean
is_there (const DkimKeyFiles *self, const char *directory, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = read_file (self, directory, name, &error);

  return bytes != NULL || !g_error_matches (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND);
}

/* (nullable): a name that a directory cannot have means none. */
static char *
get_next_directory (const DkimKeyFiles *self)
{
  if (self->selector == NULL || !aimx_name_check_selector (self->selector, NULL))
    return NULL;
  return g_build_filename (KEYS_DIRECTORY, self->domain, self->selector, NULL);
}

/* In which place the pair of the domain is, or would be: one that follows another first, until it has taken the place
 * of that, by itself. */
char *
dkim_key_files_find_place (const DkimKeyFiles *self, DkimAlgorithm algorithm)
{
  g_autofree char *next = get_next_directory (self);
  char *directory;

  if (next != NULL && is_there (self, next, names[algorithm].private_name))
    return g_steal_pointer (&next);
  directory = dkim_key_files_get_directory (self);
  if (algorithm != DKIM_RSA || !self->is_default || is_there (self, directory, names[algorithm].private_name) ||
      !is_there (self, KEYS_DIRECTORY, names[algorithm].private_name))
    return directory;
  g_free (directory);
  return g_strdup (KEYS_DIRECTORY);
}

static DkimKey *
read_key (const DkimKeyFiles *self, const char *directory, DkimAlgorithm algorithm, GError **error)
{
  g_autofree char *path = dkim_key_files_get_path (self, directory, algorithm);
  g_autoptr (GBytes) pem = read_file (self, directory, names[algorithm].private_name, error);
  DkimKey *key = NULL;

  if (pem == NULL)
    return NULL;
  key = dkim_key_parse (algorithm, pem, error);
  if (key == NULL)
    g_prefix_error (error, "%s: ", path);
  return key;
}

DkimKey *
dkim_key_files_read (const DkimKeyFiles *self, DkimAlgorithm algorithm, char **directory, GError **error)
{
  g_autofree char *place = dkim_key_files_find_place (self, algorithm);

  if (directory != NULL)
    *directory = g_strdup (place);
  return read_key (self, place, algorithm, error);
}

gboolean
dkim_key_files_has (const DkimKeyFiles *self, DkimAlgorithm algorithm)
{
  g_autofree char *place = dkim_key_files_find_place (self, algorithm);

  return is_there (self, place, names[algorithm].private_name);
}

char *
dkim_key_files_read_record (const DkimKeyFiles *self, DkimAlgorithm algorithm)
{
  g_autofree char *place = dkim_key_files_find_place (self, algorithm);
  g_autoptr (GBytes) pem = read_file (self, place, names[algorithm].public_name, NULL);

  return pem != NULL ? dkim_record_parse_public (algorithm, pem, NULL) : NULL;
}

/* ---- writing ---- */

static gboolean
write_file (AimxConfigChange *change,
            const char *directory,
            const char *name,
            GBytes *bytes,
            guint mode,
            GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  gsize size;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return data != NULL && aimx_config_change_write_file (change, path, data, size, mode, error);
}

/* In the place of one that is there, too, which gets the stamp. */
static gboolean
replace_private (AimxConfigChange *change, const char *directory, DkimKey *key, const char *stamp, GError **error)
{
  const char *name = names[dkim_key_get_algorithm (key)].private_name;
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *kept_name = g_strconcat (name, ".", stamp, NULL);
  g_autoptr (GBytes) pem = dkim_key_export_private (key, error);
  gsize size;
  const guint8 *data = pem != NULL ? g_bytes_get_data (pem, &size) : NULL;

  return data != NULL && aimx_config_change_replace_file (change, path, kept_name, data, size, PRIVATE_MODE, error);
}

static gboolean
write_private (AimxConfigChange *change, const char *directory, DkimKey *key, GError **error)
{
  g_autoptr (GBytes) pem = dkim_key_export_private (key, error);

  return write_file (change, directory, names[dkim_key_get_algorithm (key)].private_name, pem, PRIVATE_MODE, error);
}

static gboolean
write_public (AimxConfigChange *change, const char *directory, DkimKey *key, GError **error)
{
  g_autoptr (GBytes) pem = dkim_key_export_public (key, error);

  return write_file (change, directory, names[dkim_key_get_algorithm (key)].public_name, pem, PUBLIC_MODE, error);
}

gboolean
dkim_key_files_complete (const DkimKeyFiles *self,
                         AimxConfigChange *change,
                         DkimKey *key,
                         const char *directory,
                         GError **error)
{
  return is_there (self, directory, names[dkim_key_get_algorithm (key)].public_name) ||
         write_public (change, directory, key, error);
}

/* ---- keeping ---- */

/* A file that got another name. */
typedef struct
{
  char *name;
  char *new_name;
} Retired;

static void
retired_clear (Retired *self)
{
  g_free (self->name);
  g_free (self->new_name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Retired, retired_clear)

static gboolean
retire (const DkimKeyFiles *self,
        AimxConfigChange *change,
        const char *directory,
        const char *name,
        const char *stamp,
        Retired *retired,
        GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *new_path = g_strconcat (path, ".", stamp, NULL);

  if (!is_there (self, directory, name))
    return TRUE;
  if (!aimx_config_change_move_file (change, path, new_path, error))
    return FALSE;
  retired->name = g_steal_pointer (&path);
  retired->new_name = g_steal_pointer (&new_path);
  return TRUE;
}

static void
bring_back (AimxConfigChange *change, const Retired *retired)
{
  g_autoptr (GError) error = NULL;

  if (retired->name != NULL && !aimx_config_change_move_file (change, retired->new_name, retired->name, &error))
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s is now %s, and could not be renamed back: %s", retired->name,
              retired->new_name, error->message);
}

static void
add_kept (const DkimKeyFiles *self, GPtrArray *kept, const Retired *retired)
{
  if (kept != NULL && retired->name != NULL)
    g_ptr_array_add (kept, get_absolute (self, retired->new_name));
}

static gboolean
stamp_is_taken (const DkimKeyFiles *self, const char *directory, DkimAlgorithm algorithm, const char *stamp)
{
  g_autofree char *private_name = g_strconcat (names[algorithm].private_name, ".", stamp, NULL);
  g_autofree char *public_name = g_strconcat (names[algorithm].public_name, ".", stamp, NULL);

  return is_there (self, directory, private_name) || is_there (self, directory, public_name);
}

/* Returns: (transfer full): the time, unique among the names of the pair. One that is not, after so many, replaces
 * nothing either: the move fails. */
static char *
make_stamp (const DkimKeyFiles *self, const char *directory, DkimAlgorithm algorithm)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  gsize length = strlen (stamp);

  for (guint i = 2; i <= STAMPS_MAX && stamp_is_taken (self, directory, algorithm, stamp); i++)
    {
      char *next = g_strdup_printf ("%.*s-%u", (int) length, stamp, i);

      g_free (stamp);
      stamp = next;
    }
  return stamp;
}

/* The public one first: see the head of key-files.h. */
static gboolean
retire_pair (const DkimKeyFiles *self,
             AimxConfigChange *change,
             const char *directory,
             DkimAlgorithm algorithm,
             GPtrArray *kept,
             GError **error)
{
  g_autofree char *stamp = make_stamp (self, directory, algorithm);
  g_auto (Retired) private_key = { NULL, NULL };
  g_auto (Retired) public_key = { NULL, NULL };
  gboolean done = retire (self, change, directory, names[algorithm].public_name, stamp, &public_key, error) &&
                  retire (self, change, directory, names[algorithm].private_name, stamp, &private_key, error);

  add_kept (self, kept, &private_key);
  add_kept (self, kept, &public_key);
  return done;
}

static gboolean
retire_next (const DkimKeyFiles *self,
             AimxConfigChange *change,
             DkimAlgorithm algorithm,
             GPtrArray *kept,
             GError **error)
{
  g_autofree char *next = get_next_directory (self);

  return next == NULL || !is_there (self, next, names[algorithm].private_name) ||
         retire_pair (self, change, next, algorithm, kept, error);
}

gboolean
dkim_key_files_clear_next (const DkimKeyFiles *self, AimxConfigChange *change, GPtrArray *kept, GError **error)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (!retire_next (self, change, i, kept, error))
      return FALSE;
  return TRUE;
}

/* ---- adopting ---- */

static gboolean
set_conflict (const DkimKeyFiles *self, const char *directory, GError **error)
{
  g_autofree char *old = dkim_key_files_get_path (self, KEYS_DIRECTORY, DKIM_RSA);
  g_autofree char *new = dkim_key_files_get_path (self, directory, DKIM_RSA);

  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s and %s are both there; move aside the one not in use", old,
               new);
  return FALSE;
}

static gboolean
adopt_file (AimxConfigChange *change, const char *directory, const char *name, GError **error)
{
  g_autofree char *from = g_build_filename (KEYS_DIRECTORY, name, NULL);
  g_autofree char *to = g_build_filename (directory, name, NULL);

  return aimx_config_change_move_file (change, from, to, error);
}

gboolean
dkim_key_files_adopt (const DkimKeyFiles *self, AimxConfigChange *change, GError **error)
{
  g_autofree char *directory = dkim_key_files_get_directory (self);
  const char *private_name = names[DKIM_RSA].private_name, *public_name = names[DKIM_RSA].public_name;
  g_autofree char *stamp = make_stamp (self, directory, DKIM_RSA);
  g_auto (Retired) stray = { NULL, NULL };

  /* A public key alone is nobody's. */
  if (!is_there (self, KEYS_DIRECTORY, private_name))
    return TRUE;
  if (is_there (self, directory, private_name))
    return set_conflict (self, directory, error);
  return (!is_there (self, KEYS_DIRECTORY, public_name) ||
          (retire (self, change, directory, public_name, stamp, &stray, error) &&
           adopt_file (change, directory, public_name, error))) &&
         adopt_file (change, directory, private_name, error);
}

static gboolean
leave_single_place (const DkimKeyFiles *self, AimxConfigChange *change, DkimAlgorithm algorithm, GError **error)
{
  g_autofree char *directory = dkim_key_files_get_directory (self);

  return !self->is_default || algorithm != DKIM_RSA || is_there (self, directory, names[algorithm].private_name) ||
         dkim_key_files_adopt (self, change, error);
}

/* ---- making ---- */

static gboolean
put_private (const DkimKeyFiles *self,
             AimxConfigChange *change,
             DkimKey *key,
             const char *stamp,
             GPtrArray *kept,
             GError **error)
{
  const char *name = names[dkim_key_get_algorithm (key)].private_name;
  g_autofree char *directory = dkim_key_files_get_directory (self);
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *kept_path = g_strconcat (path, ".", stamp, NULL);

  if (!is_there (self, directory, name))
    return write_private (change, directory, key, error);
  if (!replace_private (change, directory, key, stamp, error))
    return FALSE;
  if (kept != NULL)
    g_ptr_array_add (kept, get_absolute (self, kept_path));
  return TRUE;
}

/* What failed may have been the last step: the disk knows it, and whether that lasts is not known. */
static gboolean
is_in_place (const DkimKeyFiles *self, const char *directory, DkimKey *key)
{
  g_autoptr (DkimKey) there = read_key (self, directory, dkim_key_get_algorithm (key), NULL);

  return there != NULL && strcmp (dkim_key_get_record (there), dkim_key_get_record (key)) == 0;
}

DkimKey *
dkim_key_files_make (const DkimKeyFiles *self,
                     AimxConfigChange *change,
                     DkimAlgorithm algorithm,
                     GPtrArray *kept,
                     GError **error)
{
  g_autoptr (DkimKey) key = dkim_key_generate (algorithm, error);
  g_autofree char *directory = dkim_key_files_get_directory (self);
  g_autofree char *stamp = NULL;
  g_auto (Retired) old_public = { NULL, NULL };

  if (key == NULL || !leave_single_place (self, change, algorithm, error))
    return NULL;
  stamp = make_stamp (self, directory, algorithm);
  /* The public one first and last: see the head of key-files.h. */
  if (!retire (self, change, directory, names[algorithm].public_name, stamp, &old_public, error))
    return NULL;
  if (!put_private (self, change, key, stamp, kept, error))
    {
      if (!is_in_place (self, directory, key))
        bring_back (change, &old_public);
      return NULL;
    }
  add_kept (self, kept, &old_public);
  return write_public (change, directory, key, error) && retire_next (self, change, algorithm, kept, error)
             ? g_steal_pointer (&key)
             : NULL;
}

/* ---- the next pair ---- */

gboolean
dkim_key_files_has_next (const DkimKeyFiles *self, DkimAlgorithm algorithm)
{
  g_autofree char *next = get_next_directory (self);

  return next != NULL && is_there (self, next, names[algorithm].private_name);
}

DkimKey *
dkim_key_files_make_next (const DkimKeyFiles *self, AimxConfigChange *change, DkimAlgorithm algorithm, GError **error)
{
  g_autofree char *directory = get_next_directory (self);
  g_autoptr (GError) why = NULL;
  g_autoptr (DkimKey) key = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  key = read_key (self, directory, algorithm, &why);
  if (key == NULL && !g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  if (key == NULL)
    {
      key = dkim_key_generate (algorithm, error);
      if (key == NULL || !write_private (change, directory, key, error))
        return NULL;
    }
  return dkim_key_files_complete (self, change, key, directory, error) ? g_steal_pointer (&key) : NULL;
}

static gboolean
move_next (const DkimKeyFiles *self, AimxConfigChange *change, const char *next, const char *name, GError **error)
{
  g_autofree char *directory = dkim_key_files_get_directory (self);
  g_autofree char *from = g_build_filename (next, name, NULL);
  g_autofree char *to = g_build_filename (directory, name, NULL);

  return !is_there (self, next, name) || aimx_config_change_move_file (change, from, to, error);
}

gboolean
dkim_key_files_promote (const DkimKeyFiles *self,
                        AimxConfigChange *change,
                        DkimAlgorithm algorithm,
                        GPtrArray *kept,
                        GError **error)
{
  g_autofree char *next = get_next_directory (self);
  g_autofree char *directory = dkim_key_files_get_directory (self);
  g_autoptr (DkimKey) key = NULL;

  g_return_val_if_fail (next != NULL, FALSE);
  if (!is_there (self, next, names[algorithm].private_name))
    return TRUE;
  key = read_key (self, next, algorithm, error);
  return key != NULL && leave_single_place (self, change, algorithm, error) &&
         retire_pair (self, change, directory, algorithm, kept, error) &&
         move_next (self, change, next, names[algorithm].public_name, error) &&
         move_next (self, change, next, names[algorithm].private_name, error) &&
         dkim_key_files_complete (self, change, key, directory, error);
}

gboolean
dkim_key_files_settle (const DkimKeyFiles *self, AimxConfigChange *change, GPtrArray *kept, GError **error)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autoptr (GError) why = NULL;

      if (!dkim_key_files_has_next (self, i) || dkim_key_files_promote (self, change, i, kept, &why) ||
          g_error_matches (why, AIMX_ERROR, AIMX_ERROR_SIGN))
        continue;
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return TRUE;
}
