/* SPDX-License-Identifier: MIT */
/*
 * A name server on a loopback port, over UDP and TCP, that knows what a test tells it, behaves as badly as it is told
 * to, and counts what it is asked. Its thread answers; everything else is for the thread of the test.
 */
#pragma once

#include <glib.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** DnsServerWay: how a name is answered */
typedef enum
{
  DNS_SERVER_PLAIN,
  DNS_SERVER_SILENT,    /* not at all */
  DNS_SERVER_HELD,      /* not before dns_server_release() */
  DNS_SERVER_TRUNCATED, /* over UDP only that it is too long */
  DNS_SERVER_GARBAGE,   /* with bytes that are no message */
} DnsServerWay;

typedef struct
{
  char *owner;
  guint type;
  GByteArray *data;
} DnsServerRecord;

typedef struct
{
  char *name; /* in lower case; "*.example": every name below */
  guint type; /* 0: any */
  DnsServerWay way;
  guint rcode;
  GPtrArray *records; /* of DnsServerRecord */
  guint n_asked;
  GMutex *mutex; /* the server's */
} DnsServerEntry;

typedef struct
{
  int fd; /* that of UDP, or of a TCP connection */
  struct sockaddr_in to;
  GByteArray *message;
} DnsServerReply;

typedef struct
{
  int udp;
  int tcp;
  int wake[2];
  guint16 port;
  GThread *thread;
  GMutex mutex;
  GCond asked;
  gboolean ending;
  gboolean released;
  guint n_asked_tcp;
  GPtrArray *entries; /* of DnsServerEntry */
  GPtrArray *held;    /* of DnsServerReply */
  GArray *connections;
} DnsServer;

/* ---- messages ---- */

static inline void
dns_server_append_number (GByteArray *bytes, guint value)
{
  const guint8 data[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (bytes, data, 2);
}

static inline void
dns_server_append_name (GByteArray *bytes, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  for (char **label = labels; *label != NULL && **label != '\0'; label++)
    {
      const guint8 length = (guint8) strlen (*label);

      g_byte_array_append (bytes, &length, 1);
      g_byte_array_append (bytes, (const guint8 *) *label, length);
    }
  g_byte_array_append (bytes, (const guint8 *) "", 1);
}

/* The question in @query; @end is where it ends, 0 for none. */
static inline char *
dns_server_read_question (const guint8 *query, gsize length, guint *type, gsize *end)
{
  GString *name = g_string_new (NULL);
  gsize at = 12;

  *end = 0;
  while (at < length && query[at] != 0 && at + query[at] < length)
    {
      g_string_append_printf (name, "%s%.*s", name->len > 0 ? "." : "", query[at], (const char *) query + at + 1);
      at += (gsize) query[at] + 1;
    }
  if (at + 5 <= length)
    {
      *type = (guint) query[at + 1] << 8 | query[at + 2];
      *end = at + 5;
    }
  g_string_ascii_down (name);
  return g_string_free (name, FALSE);
}

static inline gboolean
dns_server_entry_covers (const DnsServerEntry *self, const char *name)
{
  return self->name[0] == '*' ? g_str_has_suffix (name, self->name + 1) : strcmp (self->name, name) == 0;
}

static inline DnsServerEntry *
dns_server_find (DnsServer *self, const char *name, guint type)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      DnsServerEntry *entry = self->entries->pdata[i];

      if (dns_server_entry_covers (entry, name) && (entry->type == 0 || entry->type == type))
        return entry;
    }
  return NULL;
}

static inline void
dns_server_append_record (GByteArray *message, const DnsServerRecord *record)
{
  dns_server_append_name (message, record->owner);
  dns_server_append_number (message, record->type);
  dns_server_append_number (message, 1);
  dns_server_append_number (message, 0);
  dns_server_append_number (message, 300);
  dns_server_append_number (message, record->data->len);
  g_byte_array_append (message, record->data->data, record->data->len);
}

/* A zone's SOA, so that what is not there may be remembered. */
static inline void
dns_server_append_soa (GByteArray *message)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  const DnsServerRecord record = { (char *) "", 6, data };

  dns_server_append_name (data, "ns.example");
  dns_server_append_name (data, "root.example");
  for (int i = 0; i < 5; i++)
    {
      dns_server_append_number (data, 0);
      dns_server_append_number (data, 60);
    }
  dns_server_append_record (message, &record);
}

static inline GByteArray *
dns_server_make_message (const DnsServerEntry *entry, const guint8 *query, gsize question_end, gboolean truncated)
{
  GByteArray *message = g_byte_array_new ();
  const guint n_records = truncated || entry == NULL ? 0 : entry->records->len;
  const guint rcode = entry != NULL ? entry->rcode : 5;
  const gboolean negative = n_records == 0 && !truncated && (rcode == 0 || rcode == 3);

  g_byte_array_append (message, query, 2);
  dns_server_append_number (message, 0x8180 | (truncated ? 0x0200 : 0) | rcode);
  dns_server_append_number (message, 1);
  dns_server_append_number (message, n_records);
  dns_server_append_number (message, negative ? 1 : 0);
  dns_server_append_number (message, 0);
  g_byte_array_append (message, query + 12, (guint) question_end - 12);
  for (guint i = 0; i < n_records; i++)
    dns_server_append_record (message, entry->records->pdata[i]);
  if (negative)
    dns_server_append_soa (message);
  return message;
}

/* ---- the thread ---- */

static inline void
dns_server_send (DnsServer *self, DnsServerReply *reply)
{
  if (reply->fd == self->udp)
    sendto (reply->fd, reply->message->data, reply->message->len, 0, (struct sockaddr *) &reply->to, sizeof reply->to);
  else
    {
      const guint8 length[] = { (guint8) (reply->message->len >> 8), (guint8) reply->message->len };

      g_byte_array_prepend (reply->message, length, 2);
      send (reply->fd, reply->message->data, reply->message->len, MSG_NOSIGNAL);
    }
  g_byte_array_unref (reply->message);
  g_free (reply);
}

static inline void
dns_server_answer (DnsServer *self, int fd, const struct sockaddr_in *from, const guint8 *query, gsize length)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint type = 0;
  gsize end = 0;
  g_autofree char *name = dns_server_read_question (query, length, &type, &end);
  DnsServerEntry *entry = dns_server_find (self, name, type);
  const DnsServerWay way = entry != NULL ? entry->way : DNS_SERVER_PLAIN;
  DnsServerReply *reply;

  if (end == 0)
    return;
  if (entry != NULL)
    entry->n_asked++;
  if (fd != self->udp)
    self->n_asked_tcp++;
  g_cond_broadcast (&self->asked);
  if (way == DNS_SERVER_SILENT)
    return;
  reply = g_new (DnsServerReply, 1);
  *reply = (DnsServerReply){ fd, *from, NULL };
  reply->message = dns_server_make_message (entry, query, end, way == DNS_SERVER_TRUNCATED && fd == self->udp);
  if (way == DNS_SERVER_GARBAGE)
    memset (reply->message->data + 2, 0xff, reply->message->len - 2);
  if (way == DNS_SERVER_HELD && !self->released)
    g_ptr_array_add (self->held, reply);
  else
    dns_server_send (self, reply);
}

static inline void
dns_server_read_udp (DnsServer *self)
{
  guint8 query[4096];
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  gssize length = recvfrom (self->udp, query, sizeof query, 0, (struct sockaddr *) &from, &size);

  if (length > 12)
    dns_server_answer (self, self->udp, &from, query, (gsize) length);
}

static inline gboolean
dns_server_read_tcp (DnsServer *self, int fd)
{
  const struct sockaddr_in nobody = { 0 };
  guint8 query[4096];
  gssize length = recv (fd, query, sizeof query, 0);

  if (length > 14)
    dns_server_answer (self, fd, &nobody, query + 2, (gsize) length - 2);
  return length > 0;
}

static inline void
dns_server_poll (DnsServer *self)
{
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, self->connections->len + 3);
  guint n = 0;

  fds[n++] = (struct pollfd){ self->wake[0], POLLIN, 0 };
  fds[n++] = (struct pollfd){ self->udp, POLLIN, 0 };
  fds[n++] = (struct pollfd){ self->tcp, POLLIN, 0 };
  for (guint i = 0; i < self->connections->len; i++)
    fds[n++] = (struct pollfd){ g_array_index (self->connections, int, i), POLLIN, 0 };
  if (poll (fds, n, -1) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  if (fds[1].revents != 0)
    dns_server_read_udp (self);
  for (guint i = 3; i < n; i++)
    if (fds[i].revents != 0 && !dns_server_read_tcp (self, fds[i].fd))
      {
        close (fds[i].fd);
        g_array_remove_index (self->connections, i - 3);
        break;
      }
  if (fds[2].revents != 0)
    {
      int fd = accept4 (self->tcp, NULL, NULL, SOCK_CLOEXEC);

      if (fd >= 0)
        g_array_append_val (self->connections, fd);
    }
}

static inline gpointer
dns_server_run (gpointer user_data)
{
  DnsServer *self = user_data;
  gboolean ending = FALSE;

  while (!ending)
    {
      dns_server_poll (self);
      g_mutex_lock (&self->mutex);
      ending = self->ending;
      g_mutex_unlock (&self->mutex);
    }
  return NULL;
}

/* ---- life ---- */

static inline void
dns_server_entry_free (gpointer data)
{
  DnsServerEntry *self = data;

  for (guint i = 0; i < self->records->len; i++)
    {
      DnsServerRecord *record = self->records->pdata[i];

      g_free (record->owner);
      g_byte_array_unref (record->data);
      g_free (record);
    }
  g_ptr_array_unref (self->records);
  g_free (self->name);
  g_free (self);
}

static inline gboolean
dns_server_try_bind (DnsServer *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;

  self->udp = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  self->tcp = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->udp, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (getsockname (self->udp, (struct sockaddr *) &address, &size), ==, 0);
  self->port = ntohs (address.sin_port);
  if (bind (self->tcp, (struct sockaddr *) &address, size) == 0 && listen (self->tcp, 64) == 0)
    return TRUE;
  close (self->udp);
  close (self->tcp);
  return FALSE;
}

static inline DnsServer *
dns_server_new (void)
{
  DnsServer *self = g_new0 (DnsServer, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->asked);
  self->entries = g_ptr_array_new_with_free_func (dns_server_entry_free);
  self->held = g_ptr_array_new ();
  self->connections = g_array_new (FALSE, FALSE, sizeof (int));
  g_assert_cmpint (pipe (self->wake), ==, 0);
  while (!dns_server_try_bind (self))
    ;
  self->thread = g_thread_new ("name server", dns_server_run, self);
  return self;
}

/** dns_server_release: sends what was held; from now on nothing is */
static inline void
dns_server_release (DnsServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->released = TRUE;
  for (guint i = 0; i < self->held->len; i++)
    dns_server_send (self, self->held->pdata[i]);
  g_ptr_array_set_size (self->held, 0);
}

static inline void
dns_server_free (DnsServer *self)
{
  g_mutex_lock (&self->mutex);
  self->ending = TRUE;
  g_mutex_unlock (&self->mutex);
  g_assert_cmpint (write (self->wake[1], "", 1), ==, 1);
  g_thread_join (self->thread);
  dns_server_release (self);
  for (guint i = 0; i < self->connections->len; i++)
    close (g_array_index (self->connections, int, i));
  close (self->udp);
  close (self->tcp);
  close (self->wake[0]);
  close (self->wake[1]);
  g_array_unref (self->connections);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->held);
  g_cond_clear (&self->asked);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- what it knows ---- */

/** dns_server_add: how @name is answered when records of @type (0: any) are asked for */
static inline DnsServerEntry *
dns_server_add (DnsServer *self, const char *name, guint type, DnsServerWay way, guint rcode)
{
  DnsServerEntry *entry = g_new0 (DnsServerEntry, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *entry = (DnsServerEntry){ g_strdup (name), type, way, rcode, g_ptr_array_new (), 0, &self->mutex };
  g_ptr_array_add (self->entries, entry);
  return entry;
}

/** dns_server_entry_add: one record of the answer, before anybody asks */
static inline void
dns_server_entry_add (DnsServerEntry *self, const char *owner, guint type, gconstpointer data, gsize length)
{
  DnsServerRecord *record = g_new0 (DnsServerRecord, 1);

  *record = (DnsServerRecord){ g_strdup (owner), type, g_byte_array_new () };
  g_byte_array_append (record->data, data, (guint) length);
  g_mutex_lock (self->mutex);
  g_ptr_array_add (self->records, record);
  g_mutex_unlock (self->mutex);
}

/** dns_server_entry_add_name: the same, with a name as data, behind @n_before bytes of @before */
static inline void
dns_server_entry_add_name (DnsServerEntry *self,
                           const char *owner,
                           guint type,
                           const char *before,
                           gsize n_before,
                           const char *name)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_byte_array_append (data, (const guint8 *) before, (guint) n_before);
  dns_server_append_name (data, name);
  dns_server_entry_add (self, owner, type, data->data, data->len);
}

/** dns_server_add_address: @name has the address @text */
static inline DnsServerEntry *
dns_server_add_address (DnsServer *self, const char *name, DnsServerWay way, const char *text)
{
  DnsServerEntry *entry = dns_server_add (self, name, 1, way, 0);
  struct in_addr address;

  g_assert_cmpint (inet_pton (AF_INET, text, &address), ==, 1);
  dns_server_entry_add (entry, name, 1, &address, sizeof address);
  return entry;
}

/** dns_server_get_n_asked: Returns: how often @entry has been asked for */
static inline guint
dns_server_get_n_asked (DnsServer *self, const DnsServerEntry *entry)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return entry->n_asked;
}
