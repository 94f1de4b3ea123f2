/* SPDX-License-Identifier: MIT */
/* Shares of what there is only so much of. */
#include "quota.h"

typedef struct
{
  guint uid;
  gsize amount;
  UdsQuotaGranted granted;
  gpointer user_data;
} Waiting;

struct _UdsQuota
{
  gsize left;
  gsize share;
  GHashTable *used; /* uid -> gsize *, only of those who use something */
  GQueue waiting;   /* of Waiting */
};

UdsQuota *
uds_quota_new (gsize total, gsize share)
{
  UdsQuota *self = g_new0 (UdsQuota, 1);

  self->left = total;
  self->share = share;
  self->used = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_queue_init (&self->waiting);
  return self;
}

void
uds_quota_free (UdsQuota *self)
{
  g_queue_clear_full (&self->waiting, g_free);
  g_hash_table_unref (self->used);
  g_free (self);
}

static gsize
get_used (UdsQuota *self, guint uid)
{
  gsize *used = g_hash_table_lookup (self->used, GUINT_TO_POINTER (uid));

  return used != NULL ? *used : 0;
}

static void
set_used (UdsQuota *self, guint uid, gsize amount)
{
  gsize *used;

  if (amount == 0)
    {
      g_hash_table_remove (self->used, GUINT_TO_POINTER (uid));
      return;
    }
  used = g_new (gsize, 1);
  *used = amount;
  g_hash_table_insert (self->used, GUINT_TO_POINTER (uid), used);
}

static gboolean
within_share (UdsQuota *self, guint uid, gsize amount)
{
  return amount <= self->share - get_used (self, uid);
}

static void
take (UdsQuota *self, guint uid, gsize amount)
{
  self->left -= amount;
  set_used (self, uid, get_used (self, uid) + amount);
}

/* The first in line that its own share does not hold back. */
static GList *
find_next (UdsQuota *self)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      const Waiting *waiting = link->data;

      if (within_share (self, waiting->uid, waiting->amount))
        return link;
    }
  return NULL;
}

gboolean
uds_quota_reserve (UdsQuota *self, guint uid, gsize amount, UdsQuotaGranted granted, gpointer user_data)
{
  Waiting *waiting;

  g_return_val_if_fail (amount <= self->share, FALSE);

  if (amount <= self->left && within_share (self, uid, amount) && find_next (self) == NULL)
    {
      take (self, uid, amount);
      return TRUE;
    }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ uid, amount, granted, user_data };
  g_queue_push_tail (&self->waiting, waiting);
  return FALSE;
}

static gboolean
fits (UdsQuota *self, const Waiting *waiting)
{
  return waiting->amount <= self->left;
}

/* Whoever is granted something may ask, cancel or release at once: nothing is kept over that. */
static void
grant (UdsQuota *self)
{
  for (GList *link = find_next (self); link != NULL && fits (self, link->data); link = find_next (self))
    {
      g_autofree Waiting *waiting = link->data;

      g_queue_delete_link (&self->waiting, link);
      take (self, waiting->uid, waiting->amount);
      waiting->granted (waiting->user_data);
    }
}

void
uds_quota_cancel (UdsQuota *self, gpointer user_data)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Waiting *waiting = link->data;

      if (waiting->user_data == user_data)
        {
          g_queue_delete_link (&self->waiting, link);
          g_free (waiting);
          /* It may have been what the others waited behind. */
          grant (self);
          return;
        }
    }
}

void
uds_quota_release (UdsQuota *self, guint uid, gsize amount)
{
  self->left += amount;
  set_used (self, uid, get_used (self, uid) - amount);
  grant (self);
}
