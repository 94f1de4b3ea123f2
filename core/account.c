/* SPDX-License-Identifier: MIT */
/*
 * The account cache. Two threads may ask the name service for the same name at once; both answers are right.
 */
#include <aimx/account.h>

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

/* Names of configured owners and callers' uids: more than this in a minute is a flood, and the cache starts over. */
#define CACHE_MAX 20000

typedef struct
{
  AimxAccountState state;
  guint uid;
  guint gid;
  gint64 until;
} Entry;

struct _AimxAccounts
{
  GObject parent;
  GMutex mutex;
  GHashTable *by_name;
  GHashTable *by_uid; /* uid -> Name */
};

typedef struct
{
  char *name;
  gint64 until;
} Name;

G_DEFINE_TYPE (AimxAccounts, aimx_accounts, G_TYPE_OBJECT)

static void
name_free (gpointer data)
{
  Name *name = data;

  g_free (name->name);
  g_free (name);
}

static gint64
expiry (void)
{
  return g_get_monotonic_time () + AIMX_ACCOUNT_CACHE_SECONDS * G_USEC_PER_SEC;
}

static void
make_room (GHashTable *table)
{
  if (g_hash_table_size (table) >= CACHE_MAX)
    g_hash_table_remove_all (table);
}

AimxAccountState
aimx_accounts_peek (AimxAccounts *self, const char *name, guint *uid, guint *gid)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Entry *entry = g_hash_table_lookup (self->by_name, name);

  if (entry == NULL || entry->until < g_get_monotonic_time ())
    return AIMX_ACCOUNT_UNKNOWN;
  if (uid != NULL)
    *uid = entry->uid;
  if (gid != NULL)
    *gid = entry->gid;
  return entry->state;
}

/* The buffer grows as far as an entry needs; a name service that fails is told apart from one that says no. */
static AimxAccountState
ask (const char *name, guint uid, struct passwd *entry, char **buffer)
{
  gsize size = 1024;

  for (;;)
    {
      struct passwd *found = NULL;
      int status;

      *buffer = g_realloc (*buffer, size);
      status = name != NULL ? getpwnam_r (name, entry, *buffer, size, &found)
                            : getpwuid_r (uid, entry, *buffer, size, &found);
      if (status == ERANGE && size < 1024 * 1024)
        size *= 2;
      else if (status == EINTR)
        continue;
      else if (found != NULL)
        return AIMX_ACCOUNT_EXISTS;
      else if (status == 0 || status == ENOENT || status == ESRCH || status == EBADF || status == EPERM)
        return AIMX_ACCOUNT_MISSING;
      else
        return AIMX_ACCOUNT_FAILED;
    }
}

AimxAccountState
aimx_accounts_lookup (AimxAccounts *self, const char *name, guint *uid, guint *gid)
{
  AimxAccountState state = aimx_accounts_peek (self, name, uid, gid);
  g_autofree char *buffer = NULL;
  struct passwd account;
  Entry *entry;

  if (state != AIMX_ACCOUNT_UNKNOWN)
    return state;
  state = ask (name, 0, &account, &buffer);
  if (state == AIMX_ACCOUNT_FAILED)
    return state;
  entry = g_new0 (Entry, 1);
  entry->state = state;
  entry->until = expiry ();
  if (state == AIMX_ACCOUNT_EXISTS)
    {
      entry->uid = account.pw_uid;
      entry->gid = account.pw_gid;
    }
  if (uid != NULL)
    *uid = entry->uid;
  if (gid != NULL)
    *gid = entry->gid;
  g_mutex_lock (&self->mutex);
  make_room (self->by_name);
  g_hash_table_insert (self->by_name, g_strdup (name), entry);
  g_mutex_unlock (&self->mutex);
  return state;
}

char *
aimx_accounts_get_name (AimxAccounts *self, guint uid)
{
  g_autofree char *buffer = NULL;
  struct passwd account;
  AimxAccountState state;
  char *result;
  Name *name;

  g_mutex_lock (&self->mutex);
  name = g_hash_table_lookup (self->by_uid, GUINT_TO_POINTER (uid));
  result = name != NULL && name->until >= g_get_monotonic_time () ? g_strdup (name->name) : NULL;
  g_mutex_unlock (&self->mutex);
  if (result != NULL)
    return result;
  state = ask (NULL, uid, &account, &buffer);
  if (state != AIMX_ACCOUNT_EXISTS)
    return NULL;
  name = g_new0 (Name, 1);
  name->name = g_strdup (account.pw_name);
  name->until = expiry ();
  result = g_strdup (account.pw_name);
  g_mutex_lock (&self->mutex);
  make_room (self->by_uid);
  g_hash_table_insert (self->by_uid, GUINT_TO_POINTER (uid), name);
  g_mutex_unlock (&self->mutex);
  return result;
}

void
aimx_accounts_forget (AimxAccounts *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove_all (self->by_name);
  g_hash_table_remove_all (self->by_uid);
}

static void
aimx_accounts_finalize (GObject *object)
{
  AimxAccounts *self = AIMX_ACCOUNTS (object);

  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_uid);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (aimx_accounts_parent_class)->finalize (object);
}

static void
aimx_accounts_class_init (AimxAccountsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_accounts_finalize;
}

static void
aimx_accounts_init (AimxAccounts *self)
{
  g_mutex_init (&self->mutex);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->by_uid = g_hash_table_new_full (NULL, NULL, NULL, name_free);
}

AimxAccounts *
aimx_accounts_new (void)
{
  return g_object_new (AIMX_TYPE_ACCOUNTS, NULL);
}
