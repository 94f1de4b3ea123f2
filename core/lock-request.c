/* SPDX-License-Identifier: MIT */
#include "lock-request.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GStrv
sort_names (const char *const *names)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_with_free_func (g_free);

  for (; names != NULL && *names != NULL; names++)
    g_ptr_array_add (sorted, g_strdup (*names));
  g_ptr_array_sort (sorted, compare_names);
  for (guint i = 1; i < sorted->len;)
    if (strcmp (sorted->pdata[i - 1], sorted->pdata[i]) == 0)
      g_ptr_array_remove_index (sorted, i);
    else
      i++;
  g_ptr_array_add (sorted, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&sorted), FALSE);
}

AimxLockRequest *
aimx_lock_request_new (const char *module, AimxLockRank rank, const char *const *names)
{
  AimxLockRequest *self = g_new0 (AimxLockRequest, 1);
  const char *const config[] = { "", NULL };

  self->ref_count = 1;
  self->rank = rank;
  self->names = sort_names (rank == AIMX_LOCK_CONFIG ? config : names);
  self->module = module;
  self->since = g_get_monotonic_time ();
  g_cond_init (&self->cond);
  return self;
}

AimxLockRequest *
aimx_lock_request_ref (AimxLockRequest *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
aimx_lock_request_unref (gpointer data)
{
  AimxLockRequest *self = data;

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_strfreev (self->names);
  g_cond_clear (&self->cond);
  g_free (self);
}

char *
aimx_lock_request_describe (const AimxLockRequest *self)
{
  guint n = g_strv_length (self->names);

  if (self->rank == AIMX_LOCK_CONFIG)
    return g_strdup ("the configuration");
  return n > 1 ? g_strdup_printf ("mailbox %s and %u more", self->names[0], n - 1)
               : g_strdup_printf ("mailbox %s", self->names[0]);
}
