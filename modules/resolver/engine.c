/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <glib-unix.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLASS_IN    1
#define TYPE_A      1
#define TYPE_DNSKEY 48

/* A server that passes DNSSEC on says so at once; one that is not there at all delays the first questions by this. */
#define PROBE_MSEC     2000
#define REOPEN_SECONDS 3600
/* One in so many open files of the process may be a socket of libunbound. */
#define FILES_PER_SOCKET 4
/* Between two looks at the file that names the servers of the system. */
#define LOOK_SECONDS 5

/* What tells whether a file is another one than before; zeros: there is none. */
typedef struct
{
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec modified;
} FileStamp;

struct _ResolverEngine
{
  ResolverUpstream *upstream;
  FileStamp system_servers; /* before they were read */
  gint64 look_at;           /* monotonic time: no look at them before */
  ResolverEngineFunc func;
  gpointer user_data;
  guint room;         /* sockets, and so questions at a time */
  const char *anchor; /* file in use; NULL: without DNSSEC */
  gboolean is_probed; /* whether the servers pass DNSSEC on is known */

  /* The thread that opens; it alone has the two below until it wakes @opened. */
  GThread *thread;
  GSource *opened;
  struct ub_ctx *context;
  GError *error;

  GSource *readable; /* there are results */
  GSource *probe_timeout;
  gboolean open;
  gint64 reopen_at; /* monotonic time; 0: never */
};

static void start_opening (ResolverEngine *self);

/* ---- the servers of the system ---- */

static FileStamp
stamp_file (const char *path)
{
  FileStamp stamp;
  struct stat status;

  /* Compared with its padding. */
  memset (&stamp, 0, sizeof stamp);
  if (stat (path, &status) != 0)
    return stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = status.st_size;
  stamp.modified = status.st_mtim;
  return stamp;
}

static void
note_system_servers (ResolverEngine *self)
{
  if (self->upstream->servers[0] == NULL)
    self->system_servers = stamp_file (self->upstream->system_servers);
}

static gboolean
has_other_servers (ResolverEngine *self)
{
  const gint64 now = g_get_monotonic_time ();
  FileStamp stamp;

  if (self->upstream->servers[0] != NULL || now < self->look_at)
    return FALSE;
  self->look_at = now + (gint64) LOOK_SECONDS * G_USEC_PER_SEC;
  stamp = stamp_file (self->upstream->system_servers);
  if (memcmp (&stamp, &self->system_servers, sizeof stamp) == 0)
    return FALSE;
  aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "%s has changed: the name servers that it has now are asked",
            self->upstream->system_servers);
  return TRUE;
}

/* ---- opening, in a thread of its own ---- */

typedef struct
{
  const char *name;
  const char *value;
} Option;

/* Sizes are bytes; a domain of a few hundred records fits many times over. */
static const Option options[] = {
  { "msg-cache-size:", "4m" },
  { "rrset-cache-size:", "8m" },
  { "key-cache-size:", "1m" },
  { "neg-cache-size:", "1m" },
  { "cache-max-ttl:", "86400" },
  /* Who has just published a record looks for it soon. */
  { "cache-max-negative-ttl:", "60" },
  { "outgoing-num-tcp:", "16" },
  { "edns-buffer-size:", "1232" },
  /* Whose mail server stands in a private network asks about its addresses, too. */
  { "unblock-lan-zones:", "yes" },
};

/*
 * For servers that ask others in turn. Their silence about one name says nothing about the next: libunbound would take
 * each time-out for one of the server, wait longer and longer for it, and at last not ask it about any name at all. So
 * it forgets them at once: what it knows of a server is out of date when it is written. A name is then asked for again
 * at this pace (milliseconds; each sending is repeated once with a smaller buffer), and given up soon after the budget
 * of a message has ended, so that dead names that nobody waits for do not pile up.
 */
static const Option forwarding[] = {
  { "infra-host-ttl:", "-1" },
  { "infra-cache-min-rtt:", "600" },
  { "max-sent-count:", "5" },
};

/* For the servers of the zones themselves: one that was away is found again soon after its return. */
static const Option recursing[] = {
  { "infra-host-ttl:", "60" },
  { "infra-keep-probing:", "yes" },
};

/* Zones that libunbound would answer itself, and that belong to whoever runs the servers. */
static const char *const open_zones[] = {
  "127.in-addr.arpa.",
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
  "home.arpa.",
  "test.",
};

static gboolean
check (int status, GError **error, const char *what, const char *value)
{
  if (status == UB_NOERROR)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s %s: %s", what, value, ub_strerror (status));
  return FALSE;
}

static gboolean
set_option (struct ub_ctx *context, const char *name, const char *value, GError **error)
{
  return check (ub_ctx_set_option (context, name, value), error, "cannot set the resolver's", name);
}

static gboolean
set_options (struct ub_ctx *context, const Option *set, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!set_option (context, set[i].name, set[i].value, error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare_context (struct ub_ctx *context, guint room, GError **error)
{
  g_autofree char *sockets = g_strdup_printf ("%u", room);

  /* What it has to say is in its results. */
  ub_ctx_debugout (context, NULL);
  return set_options (context, options, G_N_ELEMENTS (options), error) &&
         set_option (context, "outgoing-range:", sockets, error) &&
         check (ub_ctx_async (context, TRUE), error, "cannot run", "a resolver");
}

static gboolean
set_servers (struct ub_ctx *context, const ResolverUpstream *upstream, GError **error)
{
  for (char **server = upstream->servers; *server != NULL; server++)
    if (!check (ub_ctx_set_fwd (context, *server), error, "cannot ask the name server", *server))
      return FALSE;
  /* Without the file the root's servers are asked. */
  if (upstream->servers[0] == NULL && ub_ctx_resolvconf (context, upstream->system_servers) != UB_NOERROR)
    return set_options (context, recursing, G_N_ELEMENTS (recursing), error);
  return set_options (context, forwarding, G_N_ELEMENTS (forwarding), error);
}

static gboolean
set_anchor (struct ub_ctx *context, const char *anchor, GError **error)
{
  if (anchor == NULL)
    return TRUE;
  /* libunbound reads it only later, and does not say then what was wrong. */
  if (access (anchor, R_OK) != 0)
    {
      aimx_error_set_errno (error, errno, "cannot read the trust anchor %s", anchor);
      return FALSE;
    }
  return check (ub_ctx_add_ta_file (context, anchor), error, "cannot use the trust anchor", anchor);
}

static void
ignore_result (void *user_data, int status, struct ub_result *result)
{
  ub_resolve_free (result);
}

/* The first question starts the thread of libunbound: one that it can answer itself. */
static gboolean
start_context (struct ub_ctx *context, const char *anchor, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (open_zones); i++)
    if (!check (ub_ctx_zone_remove (context, open_zones[i]), error, "cannot start the resolver, trust anchor",
                anchor != NULL ? anchor : "none"))
      return FALSE;
  return check (ub_resolve_async (context, "localhost", TYPE_A, CLASS_IN, NULL, ignore_result, NULL), error,
                "cannot start", "the resolver");
}

static gpointer
open_context (gpointer user_data)
{
  ResolverEngine *self = user_data;
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, NULL);
  self->context = ub_ctx_create ();
  if (self->context == NULL)
    g_set_error (&self->error, AIMX_ERROR, AIMX_ERROR_IO, "cannot make a resolver: %s", g_strerror (errno));
  else if (prepare_context (self->context, self->room, &self->error) &&
           set_servers (self->context, self->upstream, &self->error) &&
           set_anchor (self->context, self->anchor, &self->error))
    start_context (self->context, self->anchor, &self->error);
  g_source_set_ready_time (self->opened, 0);
  return NULL;
}

/* ---- closing ---- */

static void
destroy_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
close_context (ResolverEngine *self)
{
  g_clear_pointer (&self->thread, g_thread_join);
  destroy_source (&self->opened);
  destroy_source (&self->readable);
  destroy_source (&self->probe_timeout);
  g_clear_pointer (&self->context, ub_ctx_delete);
  g_clear_error (&self->error);
}

static void
clear (gpointer data)
{
  ResolverEngine *self = data;

  close_context (self);
  resolver_upstream_free (self->upstream);
}

/* ---- whether the servers pass DNSSEC on ---- */

static void
report (ResolverEngine *self, const GError *error)
{
  self->open = error == NULL;
  self->func (self, error, self->user_data);
}

static void
go_without_anchor (ResolverEngine *self, const char *why)
{
  aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE",
            "answers of the DNS are not checked by DNSSEC for now: %s; a server that passes DNSSEC on can be named in "
            "[resolver] servers",
            why);
  self->anchor = NULL;
  self->reopen_at = g_get_monotonic_time () + (gint64) REOPEN_SECONDS * G_USEC_PER_SEC;
  close_context (self);
  start_opening (self);
}

static gboolean
on_probe_timeout (gpointer user_data)
{
  go_without_anchor (user_data, "the name servers do not answer");
  return G_SOURCE_REMOVE;
}

static gboolean
on_probe_failed (gpointer user_data)
{
  go_without_anchor (user_data, "the name servers cannot prove the keys of the root");
  return G_SOURCE_REMOVE;
}

static GSource *
attach_timeout (guint msec, GSourceFunc func, ResolverEngine *self)
{
  GSource *source = g_timeout_source_new (msec);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, NULL);
  return source;
}

/* Not from within libunbound's call: going without the anchor deletes the context. */
static void
on_probed (void *user_data, int status, struct ub_result *result)
{
  ResolverEngine *self = user_data;
  const gboolean proved = status == UB_NOERROR && result->secure && result->havedata;

  ub_resolve_free (result);
  destroy_source (&self->probe_timeout);
  if (proved)
    report (self, NULL);
  else
    self->probe_timeout = attach_timeout (0, on_probe_failed, self);
}

static void
probe (ResolverEngine *self)
{
  self->probe_timeout = attach_timeout (PROBE_MSEC, on_probe_timeout, self);
  if (ub_resolve_async (self->context, ".", TYPE_DNSKEY, CLASS_IN, self, on_probed, NULL) == UB_NOERROR)
    return;
  destroy_source (&self->probe_timeout);
  self->probe_timeout = attach_timeout (0, on_probe_failed, self);
}

/* ---- opening ---- */

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  /* A result may drop the last reference but this. */
  g_autoptr (ResolverEngine) self = resolver_engine_ref (user_data);

  ub_process (self->context);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_opened (gpointer user_data)
{
  /* The report may drop the last reference but this. */
  g_autoptr (ResolverEngine) self = resolver_engine_ref (user_data);

  g_clear_pointer (&self->thread, g_thread_join);
  g_source_set_ready_time (self->opened, -1);
  if (self->error != NULL)
    {
      report (self, self->error);
      return G_SOURCE_CONTINUE;
    }
  self->readable = g_unix_fd_source_new (ub_fd (self->context), G_IO_IN);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->readable, NULL);
  if (self->anchor != NULL && self->upstream->anchor == NULL && !self->is_probed)
    probe (self);
  else
    report (self, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
start_opening (ResolverEngine *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  g_autoptr (GError) error = NULL;

  note_system_servers (self);
  self->opened = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->opened, "aimx resolver is open");
  g_source_set_callback (self->opened, on_opened, self, NULL);
  g_source_attach (self->opened, NULL);
  self->thread = g_thread_try_new ("aimx-resolver", open_context, self, &error);
  if (self->thread != NULL)
    return;
  g_set_error (&self->error, AIMX_ERROR, AIMX_ERROR_IO, "cannot start the resolver: %s", error->message);
  g_source_set_ready_time (self->opened, 0);
}

static guint
measure_room (void)
{
  struct rlimit files;

  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return RESOLVER_IN_FLIGHT_MAX;
  return (guint) CLAMP (files.rlim_cur / FILES_PER_SOCKET, 1, RESOLVER_IN_FLIGHT_MAX);
}

static ResolverEngine *
make (const ResolverUpstream *upstream, ResolverEngineFunc func, gpointer user_data)
{
  ResolverEngine *self = g_rc_box_new0 (ResolverEngine);

  self->upstream = resolver_upstream_copy (upstream);
  self->func = func;
  self->user_data = user_data;
  self->room = measure_room ();
  return self;
}

ResolverEngine *
resolver_engine_new (const ResolverUpstream *upstream, ResolverEngineFunc func, gpointer user_data)
{
  ResolverEngine *self = make (upstream, func, user_data);

  self->anchor = self->upstream->anchor;
  if (self->anchor == NULL && access (RESOLVER_SYSTEM_ANCHOR, R_OK) == 0)
    self->anchor = RESOLVER_SYSTEM_ANCHOR;
  else if (self->anchor == NULL)
    aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE",
              "answers of the DNS are not checked by DNSSEC: there is no %s; install dns-root-data, or name a file in "
              "[resolver] trust_anchor",
              RESOLVER_SYSTEM_ANCHOR);
  start_opening (self);
  return self;
}

ResolverEngine *
resolver_engine_new_empty (ResolverEngine *other, ResolverEngineFunc func, gpointer user_data)
{
  ResolverEngine *self = make (other->upstream, func, user_data);

  self->anchor = other->anchor == other->upstream->anchor ? self->upstream->anchor : other->anchor;
  self->is_probed = TRUE;
  start_opening (self);
  return self;
}

/* ---- the engine ---- */

ResolverEngine *
resolver_engine_ref (ResolverEngine *self)
{
  return g_rc_box_acquire (self);
}

void
resolver_engine_unref (ResolverEngine *self)
{
  g_rc_box_release_full (self, clear);
}

gboolean
resolver_engine_is_open (ResolverEngine *self)
{
  return self->open;
}

guint
resolver_engine_get_room (ResolverEngine *self)
{
  return self->room;
}

gboolean
resolver_engine_should_reopen (ResolverEngine *self)
{
  if (!self->open)
    return FALSE;
  return (self->reopen_at != 0 && g_get_monotonic_time () >= self->reopen_at) || has_other_servers (self);
}

static void
on_result (void *user_data, int status, struct ub_result *result)
{
  const ResolverQuery *query = user_data;

  query->func (result, status == UB_NOERROR ? NULL : ub_strerror (status), query->user_data);
  ub_resolve_free (result);
}

const char *
resolver_engine_ask (ResolverEngine *self, const char *name, int type, ResolverQuery *query)
{
  int status = ub_resolve_async (self->context, name, type, CLASS_IN, query, on_result, NULL);

  return status == UB_NOERROR ? NULL : ub_strerror (status);
}
