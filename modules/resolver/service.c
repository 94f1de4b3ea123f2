/* SPDX-License-Identifier: MIT */
#include "service.h"

#include "answer.h"
#include "engine.h"
#include "name.h"

#include <aimx/log.h>

/* ---- objects ---- */

/* The questions that one engine has, or waits for its room. */
typedef struct
{
  ResolverService *service; /* unowned */
  ResolverEngine *engine;   /* that new questions go to; NULL until there is one */
  GQueue waiting;           /* of Question: for their turn */
} Lane;

typedef struct
{
  Lane *lane;
  char *key; /* name, type, and the lane */
  char *name;
  AimxDnsType type;
  GQueue asks;            /* those who wait; guarded by the service's mutex */
  ResolverEngine *engine; /* that has it; NULL while it waits for its turn */
  GList turn;             /* link in the queue meanwhile */
  ResolverQuery query;
} Question;

/* Whoever takes an ask out of the table under the mutex has it alone, and answers or drops it. */
typedef struct
{
  guint64 id;
  char *name; /* NULL: no name at all */
  AimxDnsType type;
  gboolean is_fresh; /* an answer that is known already will not do */
  gint64 deadline;
  AimxDnsFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  GList link;
  GQueue *queue;        /* in which the link is */
  GSequenceIter *timer; /* NULL until the main loop has seen it */
} Ask;

struct _ResolverService
{
  GObject parent;
  GSource *source; /* its ready time is the next deadline, or now */

  GMutex mutex;
  guint64 last_id;
  GHashTable *asks;     /* id -> Ask; those without an answer */
  GSequence *deadlines; /* of Ask, the next first */
  GQueue arrived;       /* of Ask: the main loop has not seen them */
  GQueue dropped;       /* of Ask: nobody waits for them any more */

  /* Of the main loop alone. */
  ResolverUpstream *upstream;
  Lane cached;           /* its engine keeps its answers */
  Lane fresh;            /* its engine takes no more questions from its first answer on */
  char *failure;         /* the last that was logged */
  GHashTable *questions; /* key -> Question, whether it is with an engine or waits; not those for other servers */
  GHashTable *in_flight; /* of Question: those with an engine */
};

static void service_interface_init (AimxResolverInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ResolverService,
                               resolver_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_RESOLVER, service_interface_init))

static void
ask_free (Ask *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->name);
  g_free (self);
}

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_pointer (&self->engine, resolver_engine_unref);
  g_free (self->key);
  g_free (self->name);
  g_free (self);
}

/* ---- asks; the mutex is held ---- */

static gint
compare_deadlines (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Ask *first = a, *second = b;

  return (first->deadline > second->deadline) - (first->deadline < second->deadline);
}

static void
put_into (Ask *ask, GQueue *queue)
{
  ask->queue = queue;
  g_queue_push_tail_link (queue, &ask->link);
}

static void
take (ResolverService *self, Ask *ask)
{
  g_hash_table_remove (self->asks, &ask->id);
  g_queue_unlink (ask->queue, &ask->link);
  g_clear_pointer (&ask->timer, g_sequence_remove);
}

static Ask *
take_first (ResolverService *self, GQueue *queue)
{
  Ask *ask = g_queue_peek_head (queue);

  if (ask != NULL)
    take (self, ask);
  return ask;
}

static Ask *
get_next_due (ResolverService *self)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (self->deadlines);

  return g_sequence_iter_is_end (iter) ? NULL : g_sequence_get (iter);
}

/* ---- answering ---- */

/* (transfer full) @ask */
static void
answer_ask (Ask *ask, AimxDnsAnswer *answer)
{
  ask->func (answer, ask->user_data);
  ask_free (ask);
}

/* One after the other, since each may cancel others. */
static void
answer_all (ResolverService *self, GQueue *asks, AimxDnsAnswer *answer)
{
  for (;;)
    {
      Ask *ask;

      g_mutex_lock (&self->mutex);
      ask = take_first (self, asks);
      g_mutex_unlock (&self->mutex);
      if (ask == NULL)
        return;
      answer_ask (ask, answer);
    }
}

/* (transfer full) @question, which is in no table any more */
static void
end_question (ResolverService *self, Question *question, AimxDnsAnswer *answer)
{
  answer_all (self, &question->asks, answer);
  question_free (question);
}

static void
forget (ResolverService *self, Question *question)
{
  if (g_hash_table_lookup (self->questions, question->key) == question)
    g_hash_table_remove (self->questions, question->key);
}

static void
wake (ResolverService *self)
{
  g_source_set_ready_time (self->source, 0);
}

static void
on_result (const struct ub_result *result, const char *error, gpointer user_data)
{
  Question *question = user_data;
  ResolverService *self = question->lane->service;
  g_autoptr (AimxDnsAnswer) answer =
      result != NULL ? resolver_answer_new (question->type, result) : resolver_answer_new_failed (error);

  if (self->fresh.engine == question->engine)
    g_clear_pointer (&self->fresh.engine, resolver_engine_unref);
  g_hash_table_remove (self->in_flight, question);
  forget (self, question);
  end_question (self, question, answer);
  if (self->cached.waiting.length > 0 || self->fresh.waiting.length > 0)
    wake (self);
}

/* ---- the engines ---- */

static Question *
take_waiting (Lane *lane)
{
  Question *question = g_queue_peek_head (&lane->waiting);

  if (question != NULL)
    {
      g_queue_unlink (&lane->waiting, &question->turn);
      forget (lane->service, question);
    }
  return question;
}

static void
fail_waiting (Lane *lane, const char *reason)
{
  g_autoptr (AimxDnsAnswer) answer = resolver_answer_new_failed (reason);
  Question *question;

  while ((question = take_waiting (lane)) != NULL)
    end_question (lane->service, question, answer);
}

static gboolean
is_open (const Lane *lane)
{
  return lane->engine != NULL && resolver_engine_is_open (lane->engine);
}

static gboolean
has_room (const Lane *lane)
{
  return is_open (lane) && g_hash_table_size (lane->service->in_flight) < resolver_engine_get_room (lane->engine);
}

/* The same question is asked again of another engine, since another may know. */
static void
drop_engines (ResolverService *self)
{
  GHashTableIter iter;
  gpointer question;

  g_hash_table_iter_init (&iter, self->questions);
  while (g_hash_table_iter_next (&iter, NULL, &question))
    if (((Question *) question)->engine != NULL)
      g_hash_table_iter_remove (&iter);
  g_clear_pointer (&self->cached.engine, resolver_engine_unref);
  g_clear_pointer (&self->fresh.engine, resolver_engine_unref);
}

/* The next question tries again. */
static void
on_engine_ready (ResolverEngine *engine, const GError *error, gpointer user_data)
{
  Lane *lane = user_data;
  ResolverService *self = lane->service;

  if (error == NULL)
    {
      wake (self);
      return;
    }
  if (g_strcmp0 (error->message, self->failure) != 0)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "the DNS cannot be asked: %s", error->message);
  g_free (self->failure);
  self->failure = g_strdup (error->message);
  g_clear_pointer (&lane->engine, resolver_engine_unref);
  fail_waiting (lane, self->failure);
  if (lane == &self->cached)
    fail_waiting (&self->fresh, self->failure);
}

/* Before new questions are taken in: one that it has already is for another engine, too. */
static void
leave_engines (ResolverService *self)
{
  if (self->cached.engine != NULL && resolver_engine_should_reopen (self->cached.engine))
    drop_engines (self);
}

/* What a fresh one has to believe is known once the other is open. */
static void
make_engines (ResolverService *self)
{
  if (self->cached.waiting.length == 0 && self->fresh.waiting.length == 0)
    return;
  if (self->cached.engine == NULL)
    self->cached.engine = resolver_engine_new (self->upstream, on_engine_ready, &self->cached);
  if (self->fresh.waiting.length > 0 && self->fresh.engine == NULL && is_open (&self->cached))
    self->fresh.engine = resolver_engine_new_empty (self->cached.engine, on_engine_ready, &self->fresh);
}

/* Everybody who asked may have gone meanwhile. */
static gboolean
is_waited_for (ResolverService *self, Question *question)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return question->asks.length > 0;
}

/* (transfer full) @question */
static void
put_question (ResolverService *self, Question *question)
{
  g_autoptr (AimxDnsAnswer) failed = NULL;
  const char *error;

  question->engine = resolver_engine_ref (question->lane->engine);
  error = resolver_engine_ask (question->engine, question->name, question->type, &question->query);
  if (error == NULL)
    {
      g_hash_table_insert (self->questions, question->key, question);
      g_hash_table_add (self->in_flight, question);
      return;
    }
  failed = resolver_answer_new_failed (error);
  end_question (self, question, failed);
}

/* Those that nobody waits for any more give their places up, even where nothing can be asked. */
static void
put_questions (Lane *lane)
{
  Question *question;

  while ((question = g_queue_peek_head (&lane->waiting)) != NULL)
    {
      const gboolean waited_for = is_waited_for (lane->service, question);

      if (waited_for && !has_room (lane))
        return;
      take_waiting (lane);
      if (waited_for)
        put_question (lane->service, question);
      else
        question_free (question);
    }
}

/* ---- what the main loop does ---- */

static Question *
get_question (ResolverService *self, const Ask *ask)
{
  Lane *lane = ask->is_fresh ? &self->fresh : &self->cached;
  g_autofree char *key = g_strdup_printf ("%d %d %s", ask->is_fresh, ask->type, ask->name);
  Question *question = g_hash_table_lookup (self->questions, key);

  if (question != NULL)
    return question;
  question = g_new0 (Question, 1);
  question->lane = lane;
  question->key = g_steal_pointer (&key);
  question->name = g_strdup (ask->name);
  question->type = ask->type;
  question->query = (ResolverQuery){ on_result, question };
  question->turn.data = question;
  g_hash_table_insert (self->questions, question->key, question);
  g_queue_push_tail_link (&lane->waiting, &question->turn);
  return question;
}

/* Gives each that came in its question and its deadline; @nameless: those that no question can be made of. */
static void
take_in (ResolverService *self, GQueue *nameless)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GList *link;

  while ((link = g_queue_pop_head_link (&self->arrived)) != NULL)
    {
      Ask *ask = link->data;

      put_into (ask, ask->name != NULL ? &get_question (self, ask)->asks : nameless);
      ask->timer = g_sequence_insert_sorted (self->deadlines, ask, compare_deadlines, NULL);
    }
}

static Ask *
take_due (ResolverService *self, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Ask *ask = get_next_due (self);

  if (ask == NULL || ask->deadline > now)
    return NULL;
  take (self, ask);
  return ask;
}

static void
answer_due (ResolverService *self)
{
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (AimxDnsAnswer) late = NULL;
  Ask *ask;

  while ((ask = take_due (self, now)) != NULL)
    {
      if (late == NULL)
        late = resolver_answer_new_failed ("the name servers gave no answer in time");
      answer_ask (ask, late);
    }
}

static void
free_dropped (ResolverService *self)
{
  for (;;)
    {
      GList *link;

      g_mutex_lock (&self->mutex);
      link = g_queue_pop_head_link (&self->dropped);
      g_mutex_unlock (&self->mutex);
      if (link == NULL)
        return;
      ask_free (link->data);
    }
}

static void
set_next_time (ResolverService *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Ask *due = get_next_due (self);

  if (self->arrived.length == 0 && self->dropped.length == 0)
    g_source_set_ready_time (self->source, due != NULL ? MAX (due->deadline, 0) : -1);
}

static gboolean
on_wake (gpointer user_data)
{
  g_autoptr (ResolverService) self = g_object_ref (user_data);
  g_autoptr (AimxDnsAnswer) refusal = resolver_answer_new_failed ("that is not a domain name");
  GQueue nameless = G_QUEUE_INIT;

  g_source_set_ready_time (self->source, -1);
  leave_engines (self);
  take_in (self, &nameless);
  answer_all (self, &nameless, refusal);
  answer_due (self);
  make_engines (self);
  put_questions (&self->cached);
  put_questions (&self->fresh);
  free_dropped (self);
  set_next_time (self);
  return G_SOURCE_CONTINUE;
}

/* ---- asking ---- */

static guint64
put_ask (AimxResolver *resolver,
         const char *name,
         AimxDnsType type,
         gboolean is_fresh,
         gint64 deadline,
         AimxDnsFunc func,
         gpointer user_data,
         GDestroyNotify destroy)
{
  ResolverService *self = RESOLVER_SERVICE (resolver);
  Ask *asked = g_new0 (Ask, 1);
  g_autoptr (GMutexLocker) locker = NULL;

  asked->name = resolver_name_read (name, type);
  asked->type = type;
  asked->is_fresh = is_fresh;
  asked->deadline = deadline;
  asked->func = func;
  asked->user_data = user_data;
  asked->destroy = destroy;
  asked->link.data = asked;
  locker = g_mutex_locker_new (&self->mutex);
  asked->id = ++self->last_id;
  g_hash_table_insert (self->asks, &asked->id, asked);
  put_into (asked, &self->arrived);
  wake (self);
  return asked->id;
}

static guint64
ask (AimxResolver *resolver,
     const char *name,
     AimxDnsType type,
     gint64 deadline,
     AimxDnsFunc func,
     gpointer user_data,
     GDestroyNotify destroy)
{
  return put_ask (resolver, name, type, FALSE, deadline, func, user_data, destroy);
}

static guint64
ask_fresh (AimxResolver *resolver,
           const char *name,
           AimxDnsType type,
           gint64 deadline,
           AimxDnsFunc func,
           gpointer user_data,
           GDestroyNotify destroy)
{
  return put_ask (resolver, name, type, TRUE, deadline, func, user_data, destroy);
}

static void
cancel (AimxResolver *resolver, guint64 id)
{
  ResolverService *self = RESOLVER_SERVICE (resolver);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Ask *asked = g_hash_table_lookup (self->asks, &id);

  if (asked == NULL)
    return;
  take (self, asked);
  put_into (asked, &self->dropped);
  wake (self);
}

static void
service_interface_init (AimxResolverInterface *interface)
{
  interface->ask = ask;
  interface->cancel = cancel;
  interface->ask_fresh = ask_fresh;
}

/* ---- the service ---- */

void
resolver_service_set_upstream (ResolverService *self, const ResolverUpstream *upstream)
{
  if (resolver_upstream_equal (self->upstream, upstream))
    return;
  resolver_upstream_free (self->upstream);
  self->upstream = resolver_upstream_copy (upstream);
  drop_engines (self);
  g_clear_pointer (&self->failure, g_free);
  wake (self);
}

static void
fail_in_flight (ResolverService *self, const char *reason)
{
  g_autoptr (AimxDnsAnswer) answer = resolver_answer_new_failed (reason);
  GHashTableIter iter;
  gpointer question;

  g_hash_table_iter_init (&iter, self->in_flight);
  while (g_hash_table_iter_next (&iter, &question, NULL))
    {
      g_hash_table_iter_steal (&iter);
      forget (self, question);
      end_question (self, question, answer);
    }
}

static gboolean
has_asks (ResolverService *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_size (self->asks) > 0;
}

/* An answer may ask again. */
void
resolver_service_close (ResolverService *self)
{
  static const char reason[] = "the server is ending";
  g_autoptr (AimxDnsAnswer) answer = resolver_answer_new_failed (reason);
  GQueue nameless = G_QUEUE_INIT;

  drop_engines (self);
  do
    {
      take_in (self, &nameless);
      answer_all (self, &nameless, answer);
      fail_waiting (&self->cached, reason);
      fail_waiting (&self->fresh, reason);
      fail_in_flight (self, reason);
    }
  while (has_asks (self));
  free_dropped (self);
  g_source_destroy (self->source);
}

static void
resolver_service_finalize (GObject *object)
{
  ResolverService *self = RESOLVER_SERVICE (object);

  g_source_unref (self->source);
  g_hash_table_unref (self->asks);
  g_hash_table_unref (self->questions);
  g_hash_table_unref (self->in_flight);
  g_sequence_free (self->deadlines);
  resolver_upstream_free (self->upstream);
  g_free (self->failure);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (resolver_service_parent_class)->finalize (object);
}

static void
resolver_service_class_init (ResolverServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = resolver_service_finalize;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
resolver_service_init (ResolverService *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };

  g_mutex_init (&self->mutex);
  self->cached.service = self;
  self->fresh.service = self;
  self->asks = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->deadlines = g_sequence_new (NULL);
  self->questions = g_hash_table_new (g_str_hash, g_str_equal);
  self->in_flight = g_hash_table_new (NULL, NULL);
  self->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "aimx resolver");
  g_source_set_callback (self->source, on_wake, self, NULL);
  g_source_attach (self->source, NULL);
}

ResolverService *
resolver_service_new (const ResolverUpstream *upstream)
{
  ResolverService *self = g_object_new (RESOLVER_TYPE_SERVICE, NULL);

  self->upstream = resolver_upstream_copy (upstream);
  return self;
}
