/* SPDX-License-Identifier: MIT */
#include "scope.h"

static void
add (SearchScope *self, const AimxMailbox *mailbox)
{
  gpointer name = (gpointer) aimx_mailbox_get_name (mailbox);

  g_ptr_array_add (self->names, name);
  g_hash_table_add (self->set, name);
}

gboolean
search_scope_set_missing (const char *name, GError **error)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY, "mailbox '%s' does not exist", name);
  return FALSE;
}

gboolean
search_scope_init (SearchScope *self, AimxRequest *request, const SearchQuestion *question, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  AimxCaller *caller = aimx_request_get_caller (request);
  AimxConfig *config = aimx_request_get_config (request);
  GPtrArray *all = aimx_config_get_mailboxes (config);
  g_autofree char *fqdn = question->mailbox != NULL ? aimx_config_resolve_name (config, question->mailbox) : NULL;
  const AimxMailbox *only = fqdn != NULL ? aimx_config_get_mailbox (config, fqdn) : NULL;

  self->names = g_ptr_array_new ();
  self->set = g_hash_table_new (g_str_hash, g_str_equal);
  if (fqdn != NULL && (only == NULL || !aimx_server_owns (server, caller, only)))
    return search_scope_set_missing (question->mailbox, error);
  if (only != NULL)
    add (self, only);
  else
    for (guint i = 0; i < all->len; i++)
      if (aimx_caller_is_root (caller) || aimx_server_owns (server, caller, all->pdata[i]))
        add (self, all->pdata[i]);
  return TRUE;
}

void
search_scope_clear (SearchScope *self)
{
  g_clear_pointer (&self->set, g_hash_table_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
}

gboolean
search_scope_has (const SearchScope *self, const char *mailbox)
{
  return g_hash_table_contains (self->set, mailbox);
}

void
search_scope_remove (SearchScope *self, guint place)
{
  g_hash_table_remove (self->set, self->names->pdata[place]);
  g_ptr_array_remove_index (self->names, place);
}
