/* SPDX-License-Identifier: MIT */
/* Figures by groups; a group has one publisher. */
#include "figures.h"

#include "acting-module.h"
#include "server-internal.h"

#include <aimx/error.h>
#include <aimx/log.h>

#define FIGURES_TYPE G_VARIANT_TYPE ("a{st}")

typedef struct
{
  const char *module;
  char *name;
  AimxFiguresFunc func;
  gpointer user_data;
} Group;

struct _AimxFigures
{
  GPtrArray *groups; /* of Group, in the order of publishing */
};

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->name);
  g_free (group);
}

AimxFigures *
aimx_figures_new (void)
{
  AimxFigures *self = g_new0 (AimxFigures, 1);

  self->groups = g_ptr_array_new_with_free_func (group_free);
  return self;
}

void
aimx_figures_free (AimxFigures *self)
{
  g_ptr_array_unref (self->groups);
  g_free (self);
}

/* ---- publishing ---- */

/* Without what separates it from the names in it, so that no two groups have one name in common. */
static gboolean
is_group_name (const char *name)
{
  if (!g_ascii_islower (*name))
    return FALSE;
  while (g_ascii_islower (*name) || g_ascii_isdigit (*name))
    name++;
  return *name == '\0';
}

static const Group *
find_group (AimxFigures *self, const char *name)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      const Group *group = self->groups->pdata[i];

      if (strcmp (group->name, name) == 0)
        return group;
    }
  return NULL;
}

gboolean
aimx_figures_add (AimxFigures *self,
                  const char *module,
                  const char *name,
                  AimxFiguresFunc func,
                  gpointer user_data,
                  GError **error)
{
  const Group *taken = find_group (self, name);
  Group *group;

  if (!is_group_name (name))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE,
                   "module '%s' publishes figures by a name that is not [a-z][a-z0-9]*", module);
      return FALSE;
    }
  if (taken != NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MODULE,
                   "module '%s' publishes figures '%s', as module '%s' does already", module, name, taken->module);
      return FALSE;
    }
  group = g_new (Group, 1);
  *group = (Group){ module, g_strdup (name), func, user_data };
  g_ptr_array_add (self->groups, group);
  return TRUE;
}

static GVariant *
read_locks (gpointer locks)
{
  AimxLockCounters counters;

  aimx_lock_manager_get_counters (locks, &counters);
  return g_variant_new_parsed ("{'acquired': %t, 'contended': %t, 'refused': %t, 'waiting': %t, 'held': %t,"
                               " 'wait_usec_total': %t, 'wait_usec_max': %t}",
                               counters.acquired, counters.contended, counters.refused, counters.waiting, counters.held,
                               counters.wait_usec_total, counters.wait_usec_max);
}

void
aimx_figures_add_locks (AimxFigures *self, AimxLockManager *locks)
{
  aimx_figures_add (self, AIMX_CORE_MODULE, "locks", read_locks, locks, NULL);
}

void
aimx_figures_remove_module (AimxFigures *self, const char *module)
{
  for (guint i = self->groups->len; i > 0; i--)
    {
      const Group *group = self->groups->pdata[i - 1];

      if (strcmp (group->module, module) == 0)
        g_ptr_array_remove_index (self->groups, i - 1);
    }
}

/* ---- reading ---- */

/* (transfer full) (nullable): what the group's module says, when it is of the type that was promised. */
static GVariant *
ask (const Group *group)
{
  const char *before = aimx_acting_module_set (group->module);
  GVariant *said = group->func (group->user_data);
  g_autoptr (GVariant) figures = said != NULL ? g_variant_take_ref (said) : NULL;

  aimx_acting_module_set (before);
  if (figures != NULL && g_variant_is_of_type (figures, FIGURES_TYPE))
    return g_steal_pointer (&figures);
  aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, group->module, "MESSAGE",
            "module '%s': its figures '%s' are of type %s instead of a{st}", group->module, group->name,
            figures != NULL ? g_variant_get_type_string (figures) : "none");
  return NULL;
}

static void
read_group (const Group *group, GVariantBuilder *into)
{
  g_autoptr (GVariant) figures = ask (group);
  GVariantIter iter;
  const char *name;
  guint64 figure;

  if (figures == NULL)
    return;
  g_variant_iter_init (&iter, figures);
  while (g_variant_iter_next (&iter, "{&st}", &name, &figure))
    {
      g_autofree char *whole = g_strdup_printf ("%s_%s", group->name, name);

      g_variant_builder_add (into, "{st}", whole, figure);
    }
}

GVariant *
aimx_figures_read (AimxFigures *self)
{
  GVariantBuilder figures;

  g_variant_builder_init (&figures, FIGURES_TYPE);
  for (guint i = 0; i < self->groups->len; i++)
    read_group (self->groups->pdata[i], &figures);
  return g_variant_ref_sink (g_variant_builder_end (&figures));
}
