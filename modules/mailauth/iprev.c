/* SPDX-License-Identifier: MIT */
#include "iprev.h"

#include "spf/address.h"

struct _Iprev
{
  SpfAddress address;
  char *text;
  GPtrArray *names;
  guint n_missing; /* answers; 1 at first */
  guint n_failed;
  const char *name;
  gboolean no_names;
};

Iprev *
iprev_new (const char *address)
{
  SpfAddress parsed;
  Iprev *self;

  if (!spf_address_parse (&parsed, address))
    return NULL;
  self = g_new0 (Iprev, 1);
  self->address = parsed;
  self->text = spf_address_to_text (&parsed);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->n_missing = 1;
  return self;
}

void
iprev_free (Iprev *self)
{
  g_ptr_array_unref (self->names);
  g_free (self->text);
  g_free (self);
}

const char *
iprev_get_address (Iprev *self)
{
  return self->text;
}

guint
iprev_take_names (Iprev *self, AimxDnsAnswer *answer)
{
  for (guint i = 0; i < MIN (aimx_dns_answer_get_n_records (answer), IPREV_NAMES_MAX); i++)
    {
      const char *name = aimx_dns_answer_get_record (answer, i)->text;

      if (name != NULL && *name != '\0')
        g_ptr_array_add (self->names, g_strdup (name));
    }
  self->no_names = aimx_dns_answer_get_status (answer) != AIMX_DNS_FAILED && self->names->len == 0;
  self->n_failed = aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED;
  self->n_missing = self->names->len;
  return self->names->len;
}

const char *
iprev_get_name_to_ask (Iprev *self, guint index, AimxDnsType *type)
{
  g_return_val_if_fail (index < self->names->len, NULL);

  *type = self->address.length == 4 ? AIMX_DNS_A : AIMX_DNS_AAAA;
  return self->names->pdata[index];
}

void
iprev_take_addresses (Iprev *self, guint index, AimxDnsAnswer *answer)
{
  g_return_if_fail (index < self->names->len && self->n_missing > 0);

  self->n_missing--;
  if (aimx_dns_answer_get_status (answer) == AIMX_DNS_FAILED)
    self->n_failed++;
  for (guint i = 0; i < aimx_dns_answer_get_n_records (answer); i++)
    {
      const char *text = aimx_dns_answer_get_record (answer, i)->text;
      SpfAddress address;

      if (self->name == NULL && text != NULL && spf_address_parse (&address, text) &&
          spf_address_matches (&self->address, &address, self->address.length * 8))
        self->name = self->names->pdata[index];
    }
}

const char *
iprev_get_result (Iprev *self)
{
  if (self->name != NULL)
    return "pass";
  if (self->n_missing > 0 || self->n_failed > 0)
    return "temperror";
  return self->no_names ? "permerror" : "fail";
}

const char *
iprev_get_name (Iprev *self)
{
  return self->name;
}
