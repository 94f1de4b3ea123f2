/* SPDX-License-Identifier: MIT */
/*
 * The door to whichever module asks the DNS, and the value that it answers with.
 */
#include <aimx/resolver.h>

/* ---- the answer ---- */

struct _AimxDnsAnswer
{
  GObject parent;
  AimxDnsStatus status;
  AimxDnsSecurity security;
  guint ttl;
  char *reason;
  GPtrArray *records;
};

G_DEFINE_TYPE (AimxDnsAnswer, aimx_dns_answer, G_TYPE_OBJECT)

static void
record_free (gpointer data)
{
  AimxDnsRecord *record = data;

  g_free (record->text);
  g_clear_pointer (&record->data, g_bytes_unref);
  g_free (record);
}

static void
aimx_dns_answer_finalize (GObject *object)
{
  AimxDnsAnswer *self = AIMX_DNS_ANSWER (object);

  g_free (self->reason);
  g_ptr_array_unref (self->records);
  G_OBJECT_CLASS (aimx_dns_answer_parent_class)->finalize (object);
}

static void
aimx_dns_answer_class_init (AimxDnsAnswerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_dns_answer_finalize;
}

static void
aimx_dns_answer_init (AimxDnsAnswer *self)
{
  self->records = g_ptr_array_new_with_free_func (record_free);
}

AimxDnsAnswer *
aimx_dns_answer_new (AimxDnsStatus status, AimxDnsSecurity security, guint ttl, const char *reason)
{
  AimxDnsAnswer *self = g_object_new (AIMX_TYPE_DNS_ANSWER, NULL);

  self->status = status;
  self->security = security;
  self->ttl = ttl;
  self->reason = g_strdup (reason);
  return self;
}

void
aimx_dns_answer_add_name (AimxDnsAnswer *self, guint preference, const char *text)
{
  AimxDnsRecord *record = g_new0 (AimxDnsRecord, 1);

  record->preference = preference;
  record->text = g_strdup (text);
  g_ptr_array_add (self->records, record);
}

void
aimx_dns_answer_add_data (AimxDnsAnswer *self, GBytes *data)
{
  AimxDnsRecord *record = g_new0 (AimxDnsRecord, 1);

  record->data = g_bytes_ref (data);
  g_ptr_array_add (self->records, record);
}

AimxDnsStatus
aimx_dns_answer_get_status (AimxDnsAnswer *self)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), AIMX_DNS_FAILED);

  return self->status;
}

AimxDnsSecurity
aimx_dns_answer_get_security (AimxDnsAnswer *self)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), AIMX_DNS_INSECURE);

  return self->security;
}

guint
aimx_dns_answer_get_ttl (AimxDnsAnswer *self)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), 0);

  return self->ttl;
}

const char *
aimx_dns_answer_get_reason (AimxDnsAnswer *self)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), NULL);

  return self->reason;
}

guint
aimx_dns_answer_get_n_records (AimxDnsAnswer *self)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), 0);

  return self->status == AIMX_DNS_FOUND ? self->records->len : 0;
}

const AimxDnsRecord *
aimx_dns_answer_get_record (AimxDnsAnswer *self, guint index)
{
  g_return_val_if_fail (AIMX_IS_DNS_ANSWER (self), NULL);
  g_return_val_if_fail (index < self->records->len, NULL);

  return self->records->pdata[index];
}

/* ---- the service ---- */

G_DEFINE_INTERFACE (AimxResolver, aimx_resolver, G_TYPE_OBJECT)

static void
aimx_resolver_default_init (AimxResolverInterface *iface)
{
}

guint64
aimx_resolver_ask (AimxResolver *self,
                   const char *name,
                   AimxDnsType type,
                   gint64 deadline,
                   AimxDnsFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy)
{
  g_return_val_if_fail (AIMX_IS_RESOLVER (self), 0);
  g_return_val_if_fail (name != NULL && func != NULL, 0);

  return AIMX_RESOLVER_GET_IFACE (self)->ask (self, name, type, deadline, func, user_data, destroy);
}

guint64
aimx_resolver_ask_fresh (AimxResolver *self,
                         const char *name,
                         AimxDnsType type,
                         gint64 deadline,
                         AimxDnsFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  AimxResolverInterface *interface;

  g_return_val_if_fail (AIMX_IS_RESOLVER (self), 0);
  g_return_val_if_fail (name != NULL && func != NULL, 0);

  interface = AIMX_RESOLVER_GET_IFACE (self);
  if (interface->ask_fresh == NULL)
    return interface->ask (self, name, type, deadline, func, user_data, destroy);
  return interface->ask_fresh (self, name, type, deadline, func, user_data, destroy);
}

void
aimx_resolver_cancel (AimxResolver *self, guint64 id)
{
  g_return_if_fail (AIMX_IS_RESOLVER (self));

  AIMX_RESOLVER_GET_IFACE (self)->cancel (self, id);
}

/* ---- waiting ---- */

/* The queue outlives whoever waits: this may still be at it when the answer is taken. */
static void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  g_async_queue_push (user_data, g_object_ref (answer));
}

typedef guint64 (*AskFunc) (AimxResolver *self,
                            const char *name,
                            AimxDnsType type,
                            gint64 deadline,
                            AimxDnsFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy);

static AimxDnsAnswer *
wait_for (AimxResolver *self, AskFunc ask, const char *name, AimxDnsType type, guint timeout_msec)
{
  g_autoptr (GAsyncQueue) answers = g_async_queue_new ();
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_msec * 1000;

  ask (self, name, type, deadline, on_answer, g_async_queue_ref (answers), (GDestroyNotify) g_async_queue_unref);
  return g_async_queue_pop (answers);
}

AimxDnsAnswer *
aimx_resolver_wait_for (AimxResolver *self, const char *name, AimxDnsType type, guint timeout_msec)
{
  g_return_val_if_fail (AIMX_IS_RESOLVER (self), NULL);

  return wait_for (self, aimx_resolver_ask, name, type, timeout_msec);
}

AimxDnsAnswer *
aimx_resolver_wait_for_fresh (AimxResolver *self, const char *name, AimxDnsType type, guint timeout_msec)
{
  g_return_val_if_fail (AIMX_IS_RESOLVER (self), NULL);

  return wait_for (self, aimx_resolver_ask_fresh, name, type, timeout_msec);
}
