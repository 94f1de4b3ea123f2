/* SPDX-License-Identifier: MIT */
/*
 * A snapshot while it is being built; afterwards nobody writes to it.
 */
#pragma once

#include <aimx/config.h>
#include <tomledit.h>

G_BEGIN_DECLS

struct _AimxHook
{
  const AimxMailbox *mailbox; /* whose it is */
  char *name;
  gboolean named;
  char *event;
  GStrv command;
  guint timeout;
  gboolean fire_on_untrusted;
};

struct _AimxMailbox
{
  AimxConfig *config; /* whose it is; not a reference */
  char *name;
  char *address;
  char *domain;
  char *directory;
  char *owner;
  gboolean catchall;
  gboolean raw;
  gboolean has_trust;
  AimxTrust trust;
  AimxConfigSource trust_source;
  GStrv own_senders;                  /* NULL when it has no list of its own */
  const char *const *trusted_senders; /* effective; of this mailbox, its domain or the snapshot */
  GPtrArray *hooks;
};

struct _AimxDomain
{
  AimxConfig *config; /* whose it is; not a reference */
  char *name;
  char *selector;
  char *signature;
  char *overrides; /* NULL without a table */
  gboolean has_trust;
  AimxTrust trust;
  GStrv trusted_senders;
  GPtrArray *mailboxes;
};

struct _AimxConfig
{
  GObject parent;
  GPtrArray *domains;
  GHashTable *domains_by_name;
  GPtrArray *mailboxes;
  GHashTable *mailboxes_by_name;    /* canonical FQDN */
  GHashTable *mailboxes_by_address; /* lower case */
  char *data_dir;
  gboolean obeys_dmarc;
  GStrv trusted_senders; /* at the top; NULL for none */
  guint max_connections;
  guint max_connections_per_address;
  GStrv disabled_modules;
  GStrv resolver_servers;
  char *resolver_trust_anchor;
  GPtrArray *warnings;
  GHashTable *settings;   /* plugin -> table of its keys, see config-settings.c */
  GHashTable *misplaced;  /* plugin -> what stands in the place of its table, where that is none */
  gboolean single_domain; /* written `domain =` */
  gboolean bare_keys;     /* mailbox keys without `@` */
};

/** aimx_config_new_empty: Returns: (transfer full): a snapshot to be filled */
AimxConfig *aimx_config_new_empty (void);
/** aimx_domain_free: frees it */
void aimx_domain_free (gpointer domain);
/** aimx_mailbox_free: frees it */
void aimx_mailbox_free (gpointer mailbox);
/** aimx_hook_free: frees it */
void aimx_hook_free (gpointer hook);

/**
 * aimx_config_parse:
 * @file: name for messages
 * @text: (nullable): the file's text; %NULL: there is no file, and a snapshot without domains
 * @length: bytes
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a snapshot, or %AIMX_ERROR_VALIDATION with file, line, column, key and repair
 */
AimxConfig *aimx_config_parse (const char *file, const char *text, gsize length, GError **error);

/** aimx_address_fold: Returns: (transfer full): @address in the form in which addresses are compared, whatever the
 * locale */
char *aimx_address_fold (const char *address);
/** aimx_domain_fold: Returns: (transfer full): @domain in the form in which domains are compared: lower case, and
 * A-labels for U-labels (RFC 5890); what is neither ASCII nor made of U-labels stays as it is, which no configured
 * domain is */
char *aimx_domain_fold (const char *domain);
/** aimx_glob_matches: whether @text matches @pattern, which passed aimx_glob_check(): `*` any run, `?` one, `[...]`
 * class, `{a,b}` alternatives; time is bounded by the lengths' product for each alternative */
gboolean aimx_glob_matches (const char *pattern, const char *text);
/** aimx_glob_check: Returns: %NULL when @pattern is well formed, else what is wrong with it */
const char *aimx_glob_check (const char *pattern);

G_END_DECLS
