/* SPDX-License-Identifier: MIT */
/*
 * The config store: the current snapshot, and changes that are validated before a byte is written, durable before
 * anybody sees them.
 */
#include "config-private.h"

#include <aimx/config-store.h>
#include <aimx/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_FILE      "config.toml"
#define CONFIG_FILE_MODE 0640

struct _AimxConfigStore
{
  GObject parent;
  char *directory;
  char *file;
  GMutex mutex; /* guards the two below, for as long as a pointer takes to copy */
  AimxConfig *config;
  GBytes *text;
};

struct _AimxConfigChange
{
  GObject parent;
  AimxConfigStore *store;
  AimxLockGuard *guard;
  int directory_fd; /* locked while the change lives */
  TomlDocument *document;
  AimxConfig *written;
  GBytes *written_text;
};

G_DEFINE_TYPE (AimxConfigStore, aimx_config_store, G_TYPE_OBJECT)
G_DEFINE_TYPE (AimxConfigChange, aimx_config_change, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- the store ---- */

static GBytes *
read_file (AimxConfigStore *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  char *text;
  gsize length;

  if (g_file_get_contents (self->file, &text, &length, &why))
    return g_bytes_new_take (text, length);
  if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s is not there; run `sudo aimx setup`, or set AIMX_CONFIG_DIR",
                 self->file);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s", why->message);
  return NULL;
}

static AimxConfig *
parse_bytes (AimxConfigStore *self, GBytes *text, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  return aimx_config_parse (self->file, data != NULL ? data : "", length, error);
}

static void
swap (AimxConfigStore *self, AimxConfig *config, GBytes *text)
{
  g_autoptr (AimxConfig) old = NULL;

  g_mutex_lock (&self->mutex);
  old = self->config;
  self->config = g_object_ref (config);
  g_clear_pointer (&self->text, g_bytes_unref);
  self->text = g_bytes_ref (text);
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, changed_signal, 0, config);
}

AimxConfigStore *
aimx_config_store_open (const char *config_dir, GError **error)
{
  g_autoptr (AimxConfigStore) self = g_object_new (AIMX_TYPE_CONFIG_STORE, NULL);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (AimxConfig) config = NULL;

  self->directory = g_strdup (config_dir);
  self->file = g_build_filename (config_dir, CONFIG_FILE, NULL);
  text = read_file (self, error);
  config = text != NULL ? parse_bytes (self, text, error) : NULL;
  if (config == NULL)
    return NULL;
  swap (self, config, text);
  return g_steal_pointer (&self);
}

AimxConfig *
aimx_config_store_get (AimxConfigStore *self)
{
  AimxConfig *config;

  g_mutex_lock (&self->mutex);
  config = g_object_ref (self->config);
  g_mutex_unlock (&self->mutex);
  return config;
}

const char *
aimx_config_store_get_directory (AimxConfigStore *self)
{
  return self->directory;
}

const char *
aimx_config_store_get_file (AimxConfigStore *self)
{
  return self->file;
}

static gboolean
check_guard (AimxLockGuard *guard, GError **error)
{
  if (guard != NULL && aimx_lock_guard_covers (guard, AIMX_LOCK_CONFIG, NULL))
    return TRUE;
  g_critical ("the configuration was to be changed without its lock");
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER, "the configuration was to be changed without its lock");
  return FALSE;
}

gboolean
aimx_config_store_reload (AimxConfigStore *self, AimxLockGuard *guard, GError **error)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (AimxConfig) config = NULL;

  if (!check_guard (guard, error))
    return FALSE;
  text = read_file (self, error);
  config = text != NULL ? parse_bytes (self, text, error) : NULL;
  if (config == NULL)
    return FALSE;
  swap (self, config, text);
  return TRUE;
}

static void
aimx_config_store_finalize (GObject *object)
{
  AimxConfigStore *self = AIMX_CONFIG_STORE (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self->directory);
  g_free (self->file);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_config_store_parent_class)->finalize (object);
}

static void
aimx_config_store_class_init (AimxConfigStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_config_store_finalize;
  changed_signal = g_signal_new ("changed", AIMX_TYPE_CONFIG_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, AIMX_TYPE_CONFIG);
}

static void
aimx_config_store_init (AimxConfigStore *self)
{
  g_mutex_init (&self->mutex);
}

/* ---- changes ---- */

static GBytes *
current_text (AimxConfigStore *self)
{
  GBytes *text = read_file (self, NULL);

  if (text != NULL)
    return text;
  g_mutex_lock (&self->mutex);
  text = g_bytes_ref (self->text);
  g_mutex_unlock (&self->mutex);
  g_warning ("%s cannot be read; the change is made on the text of the last load", self->file);
  return text;
}

AimxConfigChange *
aimx_config_store_begin (AimxConfigStore *self, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) why = NULL;
  gsize length;
  const char *data;

  if (!check_guard (guard, error))
    return NULL;
  change = g_object_new (AIMX_TYPE_CONFIG_CHANGE, NULL);
  change->store = g_object_ref (self);
  change->guard = g_object_ref (guard);
  change->directory_fd = open (self->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (change->directory_fd < 0)
    return aimx_error_set_errno (error, errno, "cannot open %s", self->directory), NULL;
  while (flock (change->directory_fd, LOCK_EX) < 0)
    if (errno != EINTR)
      return aimx_error_set_errno (error, errno, "cannot lock %s", self->directory), NULL;
  text = current_text (self);
  data = g_bytes_get_data (text, &length);
  change->document = toml_document_parse (data != NULL ? data : "", (gssize) length, &why);
  if (change->document == NULL)
    return g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s: %s", self->file, why->message), NULL;
  return g_steal_pointer (&change);
}

static gboolean
finish_edit (gboolean done, GError *why, GError **error)
{
  if (!done)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "the configuration cannot be edited: %s", why->message);
  g_clear_error (&why);
  return done;
}

gboolean
aimx_config_change_add_mailbox (AimxConfigChange *self, const char *fqdn, const char *owner, GError **error)
{
  const char *const table[] = { "mailboxes", fqdn, NULL };
  const char *const address_path[] = { "mailboxes", fqdn, "address", NULL };
  const char *const owner_path[] = { "mailboxes", fqdn, "owner", NULL };
  GError *why = NULL;
  gboolean done = toml_document_add_table (self->document, table, &why) &&
                  toml_document_set_string (self->document, address_path, fqdn, &why) &&
                  toml_document_set_string (self->document, owner_path, owner, &why);

  return finish_edit (done, why, error);
}

/* The key under which the mailbox stands: as written, maybe with its domain in capitals, or a bare local part. */
static char *
find_key (AimxConfigChange *self, const char *fqdn)
{
  TomlNode *tables = toml_table_get (toml_document_get_root (self->document), "mailboxes");

  for (guint i = 0;
       tables != NULL && toml_node_get_type (tables) == TOML_TYPE_TABLE && i < toml_table_get_size (tables); i++)
    {
      TomlNode *table = toml_table_get_nth (tables, i);
      TomlNode *address = toml_node_get_type (table) == TOML_TYPE_TABLE ? toml_table_get (table, "address") : NULL;

      if (address != NULL && toml_node_get_type (address) == TOML_TYPE_STRING &&
          g_ascii_strcasecmp (toml_node_get_string (address), fqdn) == 0)
        return g_strdup (toml_table_get_key (tables, i));
    }
  return NULL;
}

gboolean
aimx_config_change_remove_mailbox (AimxConfigChange *self, const char *fqdn, GError **error)
{
  g_autofree char *key = find_key (self, fqdn);
  const char *const table[] = { "mailboxes", key != NULL ? key : fqdn, NULL };
  GError *why = NULL;
  gboolean done = toml_document_remove (self->document, table, &why);

  return finish_edit (done, why, error);
}

AimxConfig *
aimx_config_change_validate (AimxConfigChange *self, GError **error)
{
  gsize length;
  g_autofree char *text = toml_document_to_text (self->document, &length);

  return aimx_config_parse (self->store->file, text, length, error);
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
write_temporary (AimxConfigChange *self, const char *name, GBytes *text, GError **error)
{
  struct stat status;
  gboolean exists = fstatat (self->directory_fd, CONFIG_FILE, &status, 0) == 0;
  int fd = openat (self->directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  gboolean done;

  if (fd < 0)
    return aimx_error_set_errno (error, errno, "cannot write %s/%s", self->store->directory, name);
  done = write_all (fd, data, length) &&
         (!exists || geteuid () != 0 || fchown (fd, status.st_uid, status.st_gid) == 0) &&
         fchmod (fd, exists ? status.st_mode & 07777 : CONFIG_FILE_MODE) == 0 && fsync (fd) == 0;
  if (!done)
    aimx_error_set_errno (error, errno, "cannot write %s/%s", self->store->directory, name);
  if (close (fd) < 0 && done)
    done = aimx_error_set_errno (error, errno, "cannot write %s/%s", self->store->directory, name);
  return done;
}

gboolean
aimx_config_change_write (AimxConfigChange *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_change_validate (self, error);
  g_autofree char *name = g_strdup_printf ("." CONFIG_FILE ".%d", (int) getpid ());
  g_autoptr (GBytes) text = NULL;
  gsize length;
  char *data;

  if (config == NULL)
    return FALSE;
  data = toml_document_to_text (self->document, &length);
  text = g_bytes_new_take (data, length);
  unlinkat (self->directory_fd, name, 0); /* left by a crash of a process with this id */
  if (!write_temporary (self, name, text, error))
    {
      unlinkat (self->directory_fd, name, 0);
      return FALSE;
    }
  if (renameat (self->directory_fd, name, self->directory_fd, CONFIG_FILE) < 0)
    {
      aimx_error_set_errno (error, errno, "cannot replace %s", self->store->file);
      unlinkat (self->directory_fd, name, 0);
      return FALSE;
    }
  if (fsync (self->directory_fd) < 0)
    return aimx_error_set_errno (error, errno, "cannot sync %s", self->store->directory);
  g_set_object (&self->written, config);
  self->written_text = g_steal_pointer (&text);
  return TRUE;
}

void
aimx_config_change_publish (AimxConfigChange *self)
{
  g_return_if_fail (self->written != NULL);
  swap (self->store, self->written, self->written_text);
}

gboolean
aimx_config_change_commit (AimxConfigChange *self, GError **error)
{
  if (!aimx_config_change_write (self, error))
    return FALSE;
  aimx_config_change_publish (self);
  return TRUE;
}

static void
aimx_config_change_finalize (GObject *object)
{
  AimxConfigChange *self = AIMX_CONFIG_CHANGE (object);

  if (self->directory_fd >= 0)
    close (self->directory_fd);
  g_clear_pointer (&self->document, toml_document_free);
  g_clear_pointer (&self->written_text, g_bytes_unref);
  g_clear_object (&self->written);
  g_clear_object (&self->guard);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (aimx_config_change_parent_class)->finalize (object);
}

static void
aimx_config_change_class_init (AimxConfigChangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_config_change_finalize;
}

static void
aimx_config_change_init (AimxConfigChange *self)
{
  self->directory_fd = -1;
}
