/* SPDX-License-Identifier: MIT */
/*
 * The configuration as one immutable value. A reader takes a reference and sees one consistent state for as long as it
 * keeps it; what it hands out lives as long as the snapshot. Every lookup is a hash lookup. Any thread.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxConfig:
 *
 * A snapshot of the configuration: one immutable value.
 */
#define AIMX_TYPE_CONFIG (aimx_config_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxConfig, aimx_config, AIMX, CONFIG, GObject)

/**
 * AimxDomain:
 *
 * A domain of a snapshot. It lives as long as the snapshot; one that g_boxed_copy() returned keeps the snapshot alive.
 */
#define AIMX_TYPE_DOMAIN (aimx_domain_get_type ())
typedef struct _AimxDomain AimxDomain;
AIMX_API GType aimx_domain_get_type (void);

/**
 * AimxMailbox:
 *
 * A mailbox of a snapshot. It lives as long as the snapshot; one that g_boxed_copy() returned keeps the snapshot alive.
 */
#define AIMX_TYPE_MAILBOX (aimx_mailbox_get_type ())
typedef struct _AimxMailbox AimxMailbox;
AIMX_API GType aimx_mailbox_get_type (void);

/**
 * AimxHook:
 *
 * A hook of a mailbox. It lives as long as the snapshot; one that g_boxed_copy() returned keeps the snapshot alive.
 */
#define AIMX_TYPE_HOOK (aimx_hook_get_type ())
typedef struct _AimxHook AimxHook;
AIMX_API GType aimx_hook_get_type (void);

/**
 * AimxTrust:
 * @AIMX_TRUST_NONE: nobody is trusted
 * @AIMX_TRUST_VERIFIED: a proven author who matches `trusted_senders` is
 *
 * Effective `trust`.
 */
typedef enum
{
  AIMX_TRUST_NONE,
  AIMX_TRUST_VERIFIED,
} AimxTrust;

/**
 * AimxConfigSource:
 * @AIMX_CONFIG_SOURCE_DEFAULT: nowhere: built in
 * @AIMX_CONFIG_SOURCE_GLOBAL: at the top of the file
 * @AIMX_CONFIG_SOURCE_DOMAIN: for its domain
 * @AIMX_CONFIG_SOURCE_MAILBOX: for the mailbox itself
 *
 * At which level an inherited setting was found.
 */
typedef enum
{
  AIMX_CONFIG_SOURCE_DEFAULT,
  AIMX_CONFIG_SOURCE_GLOBAL,
  AIMX_CONFIG_SOURCE_DOMAIN,
  AIMX_CONFIG_SOURCE_MAILBOX,
} AimxConfigSource;

/**
 * aimx_config_source_to_string:
 * @source: a level
 *
 * Returns: (transfer none): `default`, `global`, `domain` or `mailbox`
 */
AIMX_API const char *aimx_config_source_to_string (AimxConfigSource source);

/* ---- the whole ---- */

/**
 * aimx_config_get_domains:
 * @self: the snapshot
 *
 * Returns: (transfer none) (element-type AimxDomain): in config order, the default one first
 */
AIMX_API GPtrArray *aimx_config_get_domains (AimxConfig *self);

/**
 * aimx_config_get_default_domain:
 * @self: the snapshot
 *
 * Returns: (transfer none) (nullable): the first of `domains`; %NULL only in the process of a command that does without
 * a configuration
 */
AIMX_API const AimxDomain *aimx_config_get_default_domain (AimxConfig *self);

/**
 * aimx_config_get_domain:
 * @self: the snapshot
 * @name: name in any case
 *
 * Returns: (transfer none) (nullable): the domain @name, compared in lower case
 */
AIMX_API const AimxDomain *aimx_config_get_domain (AimxConfig *self, const char *name);

/**
 * aimx_config_get_mailboxes:
 * @self: the snapshot
 *
 * Returns: (transfer none) (element-type AimxMailbox): sorted by FQDN
 */
AIMX_API GPtrArray *aimx_config_get_mailboxes (AimxConfig *self);

/**
 * aimx_config_get_mailbox:
 * @self: the snapshot
 * @fqdn: canonical name
 *
 * Returns: (transfer none) (nullable): the mailbox with exactly that canonical FQDN
 */
AIMX_API const AimxMailbox *aimx_config_get_mailbox (AimxConfig *self, const char *fqdn);

/**
 * aimx_config_resolve_recipient:
 * @self: the snapshot
 * @address: an envelope recipient, `local@domain`; the last `@` splits
 * @domain: (out) (optional) (transfer none) (nullable): its domain when configured
 *
 * The mailbox with that address, else the catchall of exactly that domain; both parts compare case-insensitively,
 * `"a b"@x` is `a b@x` (RFC 5321, 4.1.2), and U-labels of a domain are their A-labels (RFC 5890).
 * `postmaster` without a domain means the default domain (RFC 5321, 4.5.1).
 *
 * Returns: (transfer none) (nullable): where it goes
 */
AIMX_API const AimxMailbox *
aimx_config_resolve_recipient (AimxConfig *self, const char *address, const AimxDomain **domain);

/**
 * aimx_config_resolve_name:
 * @self: the snapshot
 * @name: as typed: an FQDN, or a bare local part of the default domain; `catchall` is the default domain's catchall
 *
 * The canonical FQDN by which the mailbox is locked and logged: that of the mailbox with this address, compared
 * case-insensitively in both parts; else @name with its domain in lower case and in A-labels.
 *
 * Returns: (transfer full): the FQDN
 */
AIMX_API char *aimx_config_resolve_name (AimxConfig *self, const char *name);

/**
 * aimx_config_get_data_dir:
 * @self: the snapshot
 *
 * Returns: (transfer none): `data_dir` as configured; overrides are not in here
 */
AIMX_API const char *aimx_config_get_data_dir (AimxConfig *self);

/**
 * aimx_config_obeys_dmarc:
 * @self: the snapshot
 *
 * Returns: whether mail is refused when the policy of its author's domain asks for it (`dmarc_policy` is `reject`), not
 * only marked
 */
AIMX_API gboolean aimx_config_obeys_dmarc (AimxConfig *self);

/**
 * aimx_config_get_max_connections:
 * @self: the snapshot
 *
 * Returns: `[smtp] max_connections`, default 10,000
 */
AIMX_API guint aimx_config_get_max_connections (AimxConfig *self);

/**
 * aimx_config_get_max_connections_per_address:
 * @self: the snapshot
 *
 * Returns: `[smtp] max_connections_per_address`, default 100
 */
AIMX_API guint aimx_config_get_max_connections_per_address (AimxConfig *self);

/**
 * aimx_config_get_resolver_servers:
 * @self: the snapshot
 *
 * Returns: (transfer none) (array zero-terminated=1): `[resolver] servers`, each `ADDR@PORT`; empty for those of the
 * system
 */
AIMX_API const char *const *aimx_config_get_resolver_servers (AimxConfig *self);

/**
 * aimx_config_get_resolver_trust_anchor:
 * @self: the snapshot
 *
 * Returns: (transfer none) (nullable): `[resolver] trust_anchor`, an absolute path
 */
AIMX_API const char *aimx_config_get_resolver_trust_anchor (AimxConfig *self);

/**
 * aimx_config_is_module_disabled:
 * @self: the snapshot
 * @module: name of a module
 *
 * Returns: whether `[modules] disabled` names @module
 */
AIMX_API gboolean aimx_config_is_module_disabled (AimxConfig *self, const char *module);

/**
 * aimx_config_get_warnings:
 * @self: the snapshot
 *
 * Returns: (transfer none) (array zero-terminated=1): lines for the operator, found at load
 */
AIMX_API const char *const *aimx_config_get_warnings (AimxConfig *self);

/**
 * aimx_config_get_setting:
 * @self: the snapshot
 * @plugin: name of a plugin
 * @name: name of a setting
 *
 * Modules ask aimx_module_get_setting(), which knows what to fall back on.
 *
 * Returns: (transfer none) (nullable): what `[plugin.<plugin>]` says of @name, a `s`, `b`, `x` or `as`
 */
AIMX_API GVariant *aimx_config_get_setting (AimxConfig *self, const char *plugin, const char *name);

/* ---- a domain ---- */

/**
 * aimx_domain_get_name:
 * @self: a domain
 *
 * Returns: (transfer none): in lower case
 */
AIMX_API const char *aimx_domain_get_name (const AimxDomain *self);

/**
 * aimx_domain_get_dkim_selector:
 * @self: a domain
 *
 * Returns: (transfer none): domain, then global, then `aimx`
 */
AIMX_API const char *aimx_domain_get_dkim_selector (const AimxDomain *self);

/**
 * aimx_domain_get_signature:
 * @self: a domain
 *
 * Returns: (transfer none): domain, then global, then built-in; empty means none
 */
AIMX_API const char *aimx_domain_get_signature (const AimxDomain *self);

/**
 * aimx_domain_get_overrides:
 * @self: a domain
 *
 * Returns: (transfer none): the names of overridden keys joined by commas, maybe empty
 */
AIMX_API const char *aimx_domain_get_overrides (const AimxDomain *self);

/**
 * aimx_domain_get_mailboxes:
 * @self: a domain
 *
 * Returns: (transfer none) (element-type AimxMailbox): its mailboxes sorted by FQDN
 */
AIMX_API GPtrArray *aimx_domain_get_mailboxes (const AimxDomain *self);

/* ---- a mailbox ---- */

/**
 * aimx_mailbox_get_name:
 * @self: a mailbox
 *
 * Returns: (transfer none): canonical FQDN, `*@domain` for a catchall
 */
AIMX_API const char *aimx_mailbox_get_name (const AimxMailbox *self);

/**
 * aimx_mailbox_get_address:
 * @self: a mailbox
 *
 * Returns: (transfer none): as configured
 */
AIMX_API const char *aimx_mailbox_get_address (const AimxMailbox *self);

/**
 * aimx_mailbox_get_domain:
 * @self: a mailbox
 *
 * Returns: (transfer none): its domain's name
 */
AIMX_API const char *aimx_mailbox_get_domain (const AimxMailbox *self);

/**
 * aimx_mailbox_get_directory:
 * @self: a mailbox
 *
 * Returns: (transfer none): the name of its directories, `catchall` for a catchall
 */
AIMX_API const char *aimx_mailbox_get_directory (const AimxMailbox *self);

/**
 * aimx_mailbox_get_owner:
 * @self: a mailbox
 *
 * Returns: (transfer none): user name
 */
AIMX_API const char *aimx_mailbox_get_owner (const AimxMailbox *self);

/**
 * aimx_mailbox_is_catchall:
 * @self: a mailbox
 *
 * Returns: whether it takes everything else of its domain
 */
AIMX_API gboolean aimx_mailbox_is_catchall (const AimxMailbox *self);

/**
 * aimx_mailbox_get_trust:
 * @self: a mailbox
 * @source: (out) (optional): where it is set
 *
 * Returns: the effective trust
 */
AIMX_API AimxTrust aimx_mailbox_get_trust (const AimxMailbox *self, AimxConfigSource *source);

/**
 * aimx_mailbox_get_trusted_senders:
 * @self: a mailbox
 *
 * Returns: (transfer none) (array zero-terminated=1): effective globs
 */
AIMX_API const char *const *aimx_mailbox_get_trusted_senders (const AimxMailbox *self);

/**
 * aimx_mailbox_trusts_sender:
 * @self: a mailbox
 * @address: address of a sender
 *
 * Returns: whether @address matches one of the effective globs
 */
AIMX_API gboolean aimx_mailbox_trusts_sender (const AimxMailbox *self, const char *address);

/**
 * aimx_mailbox_get_hooks:
 * @self: a mailbox
 *
 * Returns: (transfer none) (element-type AimxHook): in config order
 */
AIMX_API GPtrArray *aimx_mailbox_get_hooks (const AimxMailbox *self);

/**
 * aimx_mailbox_keeps_raw:
 * @self: a mailbox
 *
 * Returns: whether the original is kept beside the message (`raw = true`)
 */
AIMX_API gboolean aimx_mailbox_keeps_raw (const AimxMailbox *self);

/* ---- a hook ---- */

/**
 * aimx_hook_get_name:
 * @self: a hook
 *
 * Returns: (transfer none): the effective name, explicit or derived
 */
AIMX_API const char *aimx_hook_get_name (const AimxHook *self);

/**
 * aimx_hook_get_event:
 * @self: a hook
 *
 * Returns: (transfer none): `on_receive` or `after_send`
 */
AIMX_API const char *aimx_hook_get_event (const AimxHook *self);

/**
 * aimx_hook_get_command:
 * @self: a hook
 *
 * Returns: (transfer none) (array zero-terminated=1): the arguments, the first an absolute path
 */
AIMX_API const char *const *aimx_hook_get_command (const AimxHook *self);

/**
 * aimx_hook_get_timeout:
 * @self: a hook
 *
 * Returns: seconds, 1 to 600
 */
AIMX_API guint aimx_hook_get_timeout (const AimxHook *self);

/**
 * aimx_hook_fires_on_untrusted:
 * @self: a hook
 *
 * Returns: whether it runs for mail that is not trusted
 */
AIMX_API gboolean aimx_hook_fires_on_untrusted (const AimxHook *self);

/* ---- names ---- */

/**
 * aimx_name_check_domain:
 * @domain: name of a domain, in lower case
 * @error: return location
 *
 * Returns: whether @domain (in lower case) is a domain by RFC 1035 with two labels or more; sets
 * %AIMX_ERROR_VALIDATION
 */
AIMX_API gboolean aimx_name_check_domain (const char *domain, GError **error);

/**
 * aimx_name_check_selector:
 * @selector: DKIM selector
 * @error: return location
 *
 * Returns: whether @selector is 1 to 63 of `[a-z0-9_-]`, with no `-` at either end; sets %AIMX_ERROR_VALIDATION
 */
AIMX_API gboolean aimx_name_check_selector (const char *selector, GError **error);

/**
 * aimx_name_check_new_mailbox:
 * @local: local part
 * @error: return location
 *
 * Returns: whether @local is a local part that may be created; sets %AIMX_ERROR_VALIDATION
 */
AIMX_API gboolean aimx_name_check_new_mailbox (const char *local, GError **error);

/**
 * aimx_name_read_dns_server:
 * @server: an IP address, alone or with a port: `ADDR@PORT`, `[ADDR]@PORT`
 * @error: %AIMX_ERROR_VALIDATION: it is none
 *
 * Returns: (transfer full) (nullable): the same as `ADDR@PORT`, where the port is 53 unless there is one
 */
AIMX_API char *aimx_name_read_dns_server (const char *server, GError **error);

/**
 * aimx_name_check_user:
 * @user: user name
 * @error: return location
 *
 * Returns: whether @user is `[a-z_][a-z0-9_-]*[$]?` of at most 32; sets %AIMX_ERROR_MALFORMED
 */
AIMX_API gboolean aimx_name_check_user (const char *user, GError **error);

G_END_DECLS
