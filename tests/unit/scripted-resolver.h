/* SPDX-License-Identifier: MIT */
/* A resolver that answers from a scripted zone: late, or not before the deadline, when a test wants that. */
#pragma once

#include "scripted-dns.h"

#define SCRIPTED_TYPE_RESOLVER (scripted_resolver_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedResolver, scripted_resolver, SCRIPTED, RESOLVER, GObject)

struct _ScriptedResolver
{
  GObject parent;
  GMutex mutex;
  char *zone;
  guint delay_msec;
  gboolean is_mute; /* nothing is answered before its deadline */
  GString *asked;   /* `TYPE NAME`, a line each, in order */
  GHashTable *open; /* id -> ScriptedQuestion */
  guint64 last_id;
  guint n_cancelled;
};

typedef struct
{
  ScriptedResolver *resolver;
  guint64 id;
  char *name;
  AimxDnsType type;
  AimxDnsFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} ScriptedQuestion;

static inline void
scripted_question_free (gpointer data)
{
  ScriptedQuestion *question = data;

  if (question->destroy != NULL)
    question->destroy (question->user_data);
  g_object_unref (question->resolver);
  g_free (question->name);
  g_free (question);
}

/* Main loop; also for one that was cancelled meanwhile. */
static inline gboolean
scripted_question_answer (gpointer data)
{
  ScriptedQuestion *question = data;
  ScriptedResolver *self = question->resolver;
  g_autoptr (AimxDnsAnswer) answer = NULL;
  gboolean is_open;

  g_mutex_lock (&self->mutex);
  is_open = g_hash_table_remove (self->open, &question->id);
  answer = self->is_mute ? aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "no answer in time")
                         : scripted_dns_answer (self->zone, question->name, question->type);
  g_mutex_unlock (&self->mutex);
  if (is_open)
    question->func (answer, question->user_data);
  return G_SOURCE_REMOVE;
}

static inline guint64
scripted_resolver_ask (AimxResolver *resolver,
                       const char *name,
                       AimxDnsType type,
                       gint64 deadline,
                       AimxDnsFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  ScriptedResolver *self = SCRIPTED_RESOLVER (resolver);
  ScriptedQuestion *question = g_new0 (ScriptedQuestion, 1);
  gint64 left_msec = MAX (0, (deadline - g_get_monotonic_time ()) / 1000);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  question->resolver = g_object_ref (self);
  question->id = ++self->last_id;
  question->name = g_strdup (name);
  question->type = type;
  question->func = func;
  question->user_data = user_data;
  question->destroy = destroy;
  g_string_append_printf (self->asked, "%s %s\n", scripted_dns_get_type_name (type), name);
  g_hash_table_insert (self->open, &question->id, question);
  g_timeout_add_full (G_PRIORITY_DEFAULT, self->is_mute ? (guint) left_msec : self->delay_msec,
                      scripted_question_answer, question, scripted_question_free);
  return question->id;
}

static inline void
scripted_resolver_cancel (AimxResolver *resolver, guint64 id)
{
  ScriptedResolver *self = SCRIPTED_RESOLVER (resolver);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_hash_table_remove (self->open, &id))
    self->n_cancelled++;
}

static inline void
scripted_resolver_interface_init (AimxResolverInterface *interface)
{
  interface->ask = scripted_resolver_ask;
  interface->cancel = scripted_resolver_cancel;
}

G_DEFINE_TYPE_WITH_CODE (ScriptedResolver,
                         scripted_resolver,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_RESOLVER, scripted_resolver_interface_init))

static void
scripted_resolver_finalize (GObject *object)
{
  ScriptedResolver *self = SCRIPTED_RESOLVER (object);

  g_free (self->zone);
  g_string_free (self->asked, TRUE);
  g_hash_table_unref (self->open);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (scripted_resolver_parent_class)->finalize (object);
}

static void
scripted_resolver_class_init (ScriptedResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scripted_resolver_finalize;
}

static void
scripted_resolver_init (ScriptedResolver *self)
{
  g_mutex_init (&self->mutex);
  self->asked = g_string_new (NULL);
  self->open = g_hash_table_new (g_int64_hash, g_int64_equal);
}

static inline ScriptedResolver *
scripted_resolver_new (const char *zone)
{
  ScriptedResolver *self = g_object_new (SCRIPTED_TYPE_RESOLVER, NULL);

  self->zone = g_strdup (zone);
  return self;
}
