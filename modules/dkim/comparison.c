/* SPDX-License-Identifier: MIT */
#include "comparison.h"

#include "published.h"

#define TIMEOUT_SECONDS 20

/* A key, and the name under which the DNS should show it. */
typedef struct
{
  DkimComparison *comparison;
  char *domain;
  char *name;
  char *record;
  guint64 question; /* 0: none is under way */
} Item;

struct _DkimComparison
{
  AimxResolver *resolver;
  GSource *idle;
  GPtrArray *items; /* of Item */
  guint next;       /* the first that has not been asked for */
  guint n_known;    /* questions that had an answer */
  guint n_unknown;
};

static void
item_free (gpointer data)
{
  Item *self = data;

  g_free (self->domain);
  g_free (self->name);
  g_free (self->record);
  g_free (self);
}

/* ---- the log ---- */

static void
tell_different (const Item *item, const char *found, const char *reason)
{
  g_autofree char *ours = dkim_published_fingerprint (item->record);
  g_autofree char *theirs = dkim_published_fingerprint (found);

  aimx_log (
      G_LOG_LEVEL_CRITICAL, AIMX_LOG_DOMAIN, item->domain, "MESSAGE",
      "%s: the record in the DNS is not that of the key that mail is signed with, so that nobody will believe the "
      "signature: %s; SHA-256 of the key %s there, %s here; publish the record that `aimx call DKIM-SHOW "
      "Domain=%s` shows",
      item->name, reason, theirs, ours, item->domain);
}

static void
tell (const Item *item, DkimPublished published, const char *found, const char *reason)
{
  switch (published)
    {
    case DKIM_PUBLISHED_DIFFERENT:
      tell_different (item, found, reason);
      break;
    case DKIM_PUBLISHED_MISSING:
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, item->domain, "MESSAGE",
                "%s: the DNS has no record of the key that mail is signed with; publish the one that "
                "`aimx call DKIM-SHOW Domain=%s` shows",
                item->name, item->domain);
      break;
    case DKIM_PUBLISHED_REVOKED:
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, item->domain, "MESSAGE",
                "%s: the record in the DNS has no key (its p= is empty): the key that mail is signed with is revoked "
                "there; publish the record that `aimx call DKIM-SHOW Domain=%s` shows",
                item->name, item->domain);
      break;
    case DKIM_PUBLISHED_UNKNOWN:
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, item->domain, "MESSAGE",
                "%s: it is not known whether the DNS has the key that mail is signed with: %s", item->name, found);
      break;
    case DKIM_PUBLISHED_RIGHT:
    default:
      break;
    }
}

/* ---- asking ---- */

static void ask_next (DkimComparison *self);

static gboolean
is_hopeless (DkimComparison *self)
{
  return self->n_known == 0 && self->n_unknown >= DKIM_COMPARISON_GIVE_UP;
}

static void
give_up (DkimComparison *self)
{
  if (self->next < self->items->len)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "the DNS answers nothing: %u more keys are not compared with it; restart when it can be asked",
              self->items->len - self->next);
  self->next = self->items->len;
}

static void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  Item *item = user_data;
  DkimComparison *self = item->comparison;
  g_autofree char *found = NULL;
  g_autofree char *reason = NULL;
  const DkimPublished published = dkim_published_judge (answer, item->record, &found, &reason);

  item->question = 0;
  if (published == DKIM_PUBLISHED_UNKNOWN)
    self->n_unknown++;
  else
    self->n_known++;
  tell (item, published, found, reason);
  if (is_hopeless (self))
    give_up (self);
  else
    ask_next (self);
}

static void
ask_next (DkimComparison *self)
{
  Item *item;

  if (self->next == self->items->len)
    return;
  item = self->items->pdata[self->next++];
  item->question =
      aimx_resolver_ask (self->resolver, item->name, AIMX_DNS_TXT,
                         g_get_monotonic_time () + TIMEOUT_SECONDS * G_USEC_PER_SEC, on_answer, item, NULL);
}

static gboolean
on_idle (gpointer user_data)
{
  DkimComparison *self = user_data;

  for (int i = 0; i < DKIM_COMPARISON_IN_FLIGHT; i++)
    ask_next (self);
  return G_SOURCE_REMOVE;
}

/* ---- its life ---- */

static void
add_items (DkimComparison *self, const DkimDomainKeys *keys)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autofree char *selector = dkim_selector_for (keys->selector, i);
      Item *item;

      if (keys->keys[i] == NULL)
        continue;
      item = g_new0 (Item, 1);
      item->comparison = self;
      item->domain = g_strdup (keys->domain);
      item->name = g_strdup_printf ("%s._domainkey.%s", selector, keys->domain);
      item->record = g_strdup (dkim_key_get_record (keys->keys[i]));
      g_ptr_array_add (self->items, item);
    }
}

DkimComparison *
dkim_comparison_new (AimxResolver *resolver, DkimSigner *signer, AimxConfig *config)
{
  DkimComparison *self = g_new0 (DkimComparison, 1);
  GPtrArray *domains = aimx_config_get_domains (config);

  self->resolver = g_object_ref (resolver);
  self->items = g_ptr_array_new_with_free_func (item_free);
  for (guint i = 0; i < domains->len; i++)
    {
      g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (signer, aimx_domain_get_name (domains->pdata[i]));

      if (keys != NULL)
        add_items (self, keys);
    }
  self->idle = g_idle_source_new ();
  g_source_set_priority (self->idle, G_PRIORITY_LOW);
  g_source_set_callback (self->idle, on_idle, self, NULL);
  g_source_attach (self->idle, NULL);
  return self;
}

void
dkim_comparison_free (DkimComparison *self)
{
  g_source_destroy (self->idle);
  g_source_unref (self->idle);
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];

      if (item->question != 0)
        aimx_resolver_cancel (self->resolver, item->question);
    }
  g_ptr_array_unref (self->items);
  g_object_unref (self->resolver);
  g_free (self);
}
