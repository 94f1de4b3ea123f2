/* SPDX-License-Identifier: MIT */
/*
 * One counter a client that is connected, in a hash by its network; what is gone leaves no trace.
 */
#include "admission.h"

#include <string.h>

typedef struct
{
  struct in6_addr network;
  guint hash;
  guint n_connections;
} Client;

struct _SmtpAdmission
{
  GMutex mutex;
  GHashTable *clients; /* set of Client */
  guint64 key;
  guint n_connections;
};

/* Anybody can choose an address, so its hash depends on a key that nobody knows. */
static Client
identify (SmtpAdmission *self, const struct in6_addr *network)
{
  Client client = { .network = *network };
  guint64 halves[2];
  guint64 hash;

  memcpy (halves, network, sizeof halves);
  hash = (halves[0] ^ self->key) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  hash = ((hash ^ (hash >> 29)) + halves[1]) * (self->key | 1);
  client.hash = (guint) (hash >> 32);
  return client;
}

static guint
client_hash (gconstpointer data)
{
  return ((const Client *) data)->hash;
}

static gboolean
client_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (&((const Client *) a)->network, &((const Client *) b)->network, sizeof (struct in6_addr)) == 0;
}

SmtpAdmission *
smtp_admission_new (void)
{
  SmtpAdmission *self = g_new0 (SmtpAdmission, 1);

  g_mutex_init (&self->mutex);
  self->clients = g_hash_table_new_full (client_hash, client_equal, g_free, NULL);
  self->key = (guint64) g_random_int () << 32 | g_random_int ();
  return self;
}

void
smtp_admission_free (SmtpAdmission *self)
{
  g_hash_table_unref (self->clients);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

SmtpAdmissionVerdict
smtp_admission_enter (SmtpAdmission *self, const struct in6_addr *network, guint max, guint max_per_address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Client key = identify (self, network);
  Client *client = g_hash_table_lookup (self->clients, &key);

  if (self->n_connections >= max)
    return SMTP_TOO_MANY;
  if ((client != NULL ? client->n_connections : 0) >= max_per_address)
    return SMTP_TOO_MANY_FROM_ADDRESS;
  if (client == NULL)
    {
      client = g_new (Client, 1);
      *client = key;
      g_hash_table_add (self->clients, client);
    }
  client->n_connections++;
  self->n_connections++;
  return SMTP_ADMITTED;
}

void
smtp_admission_leave (SmtpAdmission *self, const struct in6_addr *network)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Client key = identify (self, network);
  Client *client = g_hash_table_lookup (self->clients, &key);

  g_return_if_fail (client != NULL);

  self->n_connections--;
  if (--client->n_connections == 0)
    g_hash_table_remove (self->clients, &key);
}
