/* SPDX-License-Identifier: MIT */
#include "field-index.h"

/* All fields of one name. */
typedef struct
{
  guint first, n; /* in the order of the index */
  guint n_taken;  /* in round */
  guint round;
} Group;

struct _DkimFieldIndex
{
  GPtrArray *order; /* (element-type DkimField): by name, of one name in the order of the header */
  GArray *groups;   /* (element-type Group): in the same order */
  guint round;
};

static int
compare_name (const DkimField *field, const char *name, gsize length)
{
  if (field->name_length != length)
    return field->name_length < length ? -1 : 1;
  return g_ascii_strncasecmp (field->data, name, length);
}

static int
compare_fields (gconstpointer a, gconstpointer b)
{
  const DkimField *first = *(const DkimField *const *) a, *second = *(const DkimField *const *) b;
  int order = compare_name (first, second->data, second->name_length);

  if (order == 0)
    order = first < second ? -1 : first > second;
  return order;
}

DkimFieldIndex *
dkim_field_index_new (GArray *fields)
{
  DkimFieldIndex *self = g_new0 (DkimFieldIndex, 1);

  self->order = g_ptr_array_sized_new (fields->len);
  self->groups = g_array_new (FALSE, FALSE, sizeof (Group));
  for (guint i = 0; i < fields->len; i++)
    g_ptr_array_add (self->order, &g_array_index (fields, DkimField, i));
  g_ptr_array_sort (self->order, compare_fields);
  for (guint i = 0; i < fields->len; i++)
    {
      const DkimField *field = self->order->pdata[i], *previous = i > 0 ? self->order->pdata[i - 1] : NULL;
      const Group group = { .first = i };

      if (previous == NULL || compare_name (previous, field->data, field->name_length) != 0)
        g_array_append_val (self->groups, group);
      g_array_index (self->groups, Group, self->groups->len - 1).n++;
    }
  return self;
}

void
dkim_field_index_free (DkimFieldIndex *self)
{
  g_ptr_array_unref (self->order);
  g_array_unref (self->groups);
  g_free (self);
}

void
dkim_field_index_rewind (DkimFieldIndex *self)
{
  self->round++;
}

static Group *
find (DkimFieldIndex *self, const char *name, gsize length)
{
  guint low = 0, high = self->groups->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      Group *group = &g_array_index (self->groups, Group, middle);
      int order = compare_name (self->order->pdata[group->first], name, length);

      if (order == 0)
        return group;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

const DkimField *
dkim_field_index_take (DkimFieldIndex *self, const char *name, gsize length)
{
  Group *group = find (self, name, length);

  if (group == NULL)
    return NULL;
  if (group->round != self->round)
    {
      group->round = self->round;
      group->n_taken = 0;
    }
  if (group->n_taken == group->n)
    return NULL;
  return self->order->pdata[group->first + group->n - ++group->n_taken];
}
