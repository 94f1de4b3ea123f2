/* SPDX-License-Identifier: MIT */
/* What is done on behalf of callers on the bus. */
#include "calls.h"

#include "names.h"
#include "work.h"

#include <aimx/error.h>

struct _BusCalls
{
  AimxServer *server;
  GHashTable *users; /* uid -> User */
  guint n_running;
  guint n_waiting;
  BusCallsIdle idle; /* set once it stops */
  gpointer idle_data;
};

/* There while it has calls. */
typedef struct
{
  gsize body_bytes;
  GHashTable *shares; /* module, or one of those below -> Share */
} User;

/* There while it has calls: a verb that hangs holds up those of its module, for its user, and nothing else. */
typedef struct
{
  guint n_running;
  GQueue waiting; /* of Call */
} Share;

/* No module has such a name: verbs of none are answered at once, and other work waits for no verb. */
static const char share_of_no_module[] = "";
static const char share_of_work[] = "*";

typedef struct
{
  BusCalls *calls;
  AimxCaller *caller;
  const char *share;
  AimxRequest *request; /* NULL: work */
  AimxWorkFunc work;
  BusCallsAnswered answered;
  gpointer user_data;
} Call;

static void start_next (BusCalls *self, Share *share);

/* ---- one call ---- */

static guint
get_uid (const Call *call)
{
  return aimx_caller_get_uid (call->caller);
}

static gsize
get_body_size (const Call *call)
{
  GBytes *body = call->request != NULL ? aimx_request_get_body (call->request) : NULL;

  return body != NULL ? g_bytes_get_size (body) : 0;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->request);
  aimx_caller_unref (call->caller);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
refuse (const Call *call, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (AIMX_ERROR, AIMX_ERROR_TEMPORARY, why);
  g_autoptr (AimxResponse) response = aimx_response_new_error (error);

  call->answered (response, call->user_data);
}

/* ---- users ---- */

static User *
user_new (void)
{
  User *user = g_new0 (User, 1);

  user->shares = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return user;
}

static void
user_free (gpointer data)
{
  User *user = data;

  g_hash_table_unref (user->shares);
  g_free (user);
}

static User *
get_user (BusCalls *self, guint uid)
{
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));

  if (user == NULL)
    {
      user = user_new ();
      g_hash_table_insert (self->users, GUINT_TO_POINTER (uid), user);
    }
  return user;
}

static Share *
get_share (User *user, const char *name)
{
  Share *share = g_hash_table_lookup (user->shares, name);

  if (share == NULL)
    {
      share = g_new0 (Share, 1);
      g_hash_table_insert (user->shares, (gpointer) name, share);
    }
  return share;
}

static void
forget_idle (BusCalls *self, guint uid, const char *name)
{
  User *user = get_user (self, uid);
  Share *share = get_share (user, name);

  if (share->n_running == 0 && g_queue_is_empty (&share->waiting))
    g_hash_table_remove (user->shares, name);
  if (g_hash_table_size (user->shares) == 0)
    g_hash_table_remove (self->users, GUINT_TO_POINTER (uid));
}

/* ---- running ---- */

static void
tell_when_idle (BusCalls *self)
{
  if (self->idle != NULL && self->n_running == 0)
    self->idle (self->idle_data);
}

/* (transfer full) @ended */
static void
finish (Call *ended, AimxResponse *response)
{
  g_autoptr (Call) call = ended;
  BusCalls *self = call->calls;
  User *user = get_user (self, get_uid (call));
  Share *share = get_share (user, call->share);

  self->n_running--;
  share->n_running--;
  user->body_bytes -= get_body_size (call);
  start_next (self, share);
  forget_idle (self, get_uid (call), call->share);
  call->answered (response, call->user_data);
  tell_when_idle (self);
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AimxResponse) response = aimx_server_call_finish (AIMX_SERVER (source), result);

  finish (user_data, response);
}

static void
work (gpointer user_data)
{
  const Call *call = user_data;

  call->work (call->user_data);
}

static void
on_worked (gpointer user_data)
{
  finish (user_data, NULL);
}

static void
start_next (BusCalls *self, Share *share)
{
  while (share->n_running < BUS_CALLS_SHARE && !g_queue_is_empty (&share->waiting))
    {
      Call *call = g_queue_pop_head (&share->waiting);

      self->n_waiting--;
      self->n_running++;
      share->n_running++;
      if (call->request != NULL)
        aimx_server_call_async (self->server, call->request, on_called, call);
      else
        bus_work_run (self->server, work, on_worked, call);
    }
}

/* (transfer full) @arrived */
static void
admit (Call *arrived)
{
  g_autoptr (Call) call = arrived;
  BusCalls *self = call->calls;
  guint uid = get_uid (call);
  const char *name = call->share;
  User *user = get_user (self, uid);
  Share *share = get_share (user, name);

  if (self->idle != NULL)
    refuse (call, "the daemon is ending; try again");
  else if (g_queue_get_length (&share->waiting) >= BUS_CALLS_WAITING ||
           get_body_size (call) > BUS_BODY_MEMORY - user->body_bytes)
    refuse (call, "too many of your calls wait already; try again when some are answered");
  else
    {
      user->body_bytes += get_body_size (call);
      self->n_waiting++;
      g_queue_push_tail (&share->waiting, g_steal_pointer (&call));
      start_next (self, share);
    }
  forget_idle (self, uid, name);
}

static Call *
call_new (BusCalls *self, AimxCaller *caller, BusCallsAnswered answered, gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->calls = self;
  call->caller = aimx_caller_ref (caller);
  call->answered = answered;
  call->user_data = user_data;
  return call;
}

void
bus_calls_run (BusCalls *self,
               AimxCaller *caller,
               const char *verb,
               const char *const *headers,
               GBytes *body,
               BusCallsAnswered answered,
               gpointer user_data)
{
  Call *call = call_new (self, caller, answered, user_data);
  const char *module = aimx_server_get_verb_module (self->server, verb);

  call->share = module != NULL ? module : share_of_no_module;
  call->request = aimx_request_new (caller, verb, headers, body);
  admit (call);
}

void
bus_calls_run_work (BusCalls *self, AimxCaller *caller, AimxWorkFunc func, BusCallsAnswered answered, gpointer data)
{
  Call *call = call_new (self, caller, answered, data);

  call->share = share_of_work;
  call->work = func;
  admit (call);
}

/* ---- life ---- */

static gboolean
refuse_waiting_of_share (gpointer key, gpointer value, gpointer user_data)
{
  User *user = user_data;
  Share *share = value;
  Call *waiting;

  while ((waiting = g_queue_pop_head (&share->waiting)) != NULL)
    {
      g_autoptr (Call) call = waiting;

      call->calls->n_waiting--;
      user->body_bytes -= get_body_size (call);
      refuse (call, "the daemon is ending; try again");
    }
  return share->n_running == 0;
}

static gboolean
refuse_waiting (gpointer key, gpointer value, gpointer user_data)
{
  User *user = value;

  g_hash_table_foreach_remove (user->shares, refuse_waiting_of_share, user);
  return g_hash_table_size (user->shares) == 0;
}

void
bus_calls_stop (BusCalls *self, BusCallsIdle idle, gpointer user_data)
{
  self->idle = idle;
  self->idle_data = user_data;
  g_hash_table_foreach_remove (self->users, refuse_waiting, NULL);
  tell_when_idle (self);
}

guint
bus_calls_get_n_running (BusCalls *self)
{
  return self->n_running;
}

guint
bus_calls_get_n_waiting (BusCalls *self)
{
  return self->n_waiting;
}

BusCalls *
bus_calls_new (AimxServer *server)
{
  BusCalls *self = g_new0 (BusCalls, 1);

  self->server = server;
  self->users = g_hash_table_new_full (NULL, NULL, NULL, user_free);
  return self;
}

void
bus_calls_free (BusCalls *self)
{
  g_hash_table_unref (self->users);
  g_free (self);
}
