/* SPDX-License-Identifier: MIT */
/*
 * What the files that read the configuration have in common: the snapshot in the making, values of the document with
 * what they must be, and how a violation is said. Each function returns whether to go on; the first violation ends it.
 */
#pragma once

#include "config-private.h"
#include "config-settings.h"

G_BEGIN_DECLS

/**
 * AimxConfigLoader:
 * @file: name for messages
 * @is_absent: there is no file, and so no domain either
 * @config: the snapshot in the making
 * @hooks: effective name -> AimxHook
 * @has_trust: whether `trust` is set at the top
 * @trust: what to
 * @selector: `dkim_selector` at the top, or its default
 * @signature: `signature` at the top, or its default
 * @error: return location
 */
typedef struct _AimxConfigLoader
{
  const char *file;
  gboolean is_absent;
  AimxConfig *config;
  GHashTable *hooks;
  gboolean has_trust;
  AimxTrust trust;
  const char *selector;
  const char *signature;
  GError **error;
} AimxConfigLoader;

/* ---- values ---- */

/** aimx_config_loader_fail: Returns: %FALSE, always; the message says file, line, column, key, and @format */
gboolean
aimx_config_loader_fail (AimxConfigLoader *self, const TomlNode *node, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** aimx_config_loader_warn: a warning with file and line, for the operator */
void
aimx_config_loader_warn (AimxConfigLoader *self, const TomlNode *node, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** aimx_config_loader_locate: Returns: (transfer full): file, line, column and key of @node, as messages begin */
char *aimx_config_loader_locate (const AimxConfigLoader *self, const TomlNode *node);
/** aimx_config_find_nearest: Returns: (transfer none) (nullable): which of @known (array zero-terminated=1) @key is
 * probably a slip of */
const char *aimx_config_find_nearest (const char *key, const char *const *known);
/** aimx_config_loader_warn_unknown: warns about each key of @table that is not @known, with the nearest that is */
void aimx_config_loader_warn_unknown (AimxConfigLoader *self, TomlNode *table, const char *const *known);
/** aimx_config_loader_check_type: whether @node is of @type; @example is shown when not */
gboolean
aimx_config_loader_check_type (AimxConfigLoader *self, const TomlNode *node, TomlType type, const char *example);
/** aimx_config_loader_check_string: whether @node is a string, without a NUL; @value: (out) (transfer none) */
gboolean
aimx_config_loader_check_string (AimxConfigLoader *self, const TomlNode *node, const char *example, const char **value);
/** aimx_config_loader_read_string: @value: (out) (transfer none): the string @key of @table, %NULL when it is not there
 */
gboolean aimx_config_loader_read_string (AimxConfigLoader *self,
                                         TomlNode *table,
                                         const char *key,
                                         const char *example,
                                         const char **value);
/** aimx_config_loader_read_boolean: @value: (inout): stays as it is when @key is not there */
gboolean aimx_config_loader_read_boolean (AimxConfigLoader *self, TomlNode *table, const char *key, gboolean *value);
/** aimx_config_loader_read_number: @value: (inout): stays as it is when @key is not there; from @low to @high */
gboolean aimx_config_loader_read_number (AimxConfigLoader *self,
                                         TomlNode *table,
                                         const char *key,
                                         guint low,
                                         guint high,
                                         guint *value);
/** aimx_config_loader_read_strings: @values: (out) (transfer full): the strings of the array @node */
gboolean
aimx_config_loader_read_strings (AimxConfigLoader *self, const TomlNode *node, const char *example, GStrv *values);
/** aimx_config_loader_read_trust: `trust` and `trusted_senders` of @table; @senders: (out) (transfer full): stays as it
 * is when they are not there */
gboolean aimx_config_loader_read_trust (AimxConfigLoader *self,
                                        TomlNode *table,
                                        gboolean *has,
                                        AimxTrust *trust,
                                        GStrv *senders);

/* ---- subjects ---- */

/** aimx_config_loader_load_mailboxes: `[mailboxes]`, after the domains with their overrides */
gboolean aimx_config_loader_load_mailboxes (AimxConfigLoader *self, TomlNode *root);
/** aimx_config_loader_load_hooks: the hooks in the table of @mailbox, whose name is known */
gboolean aimx_config_loader_load_hooks (AimxConfigLoader *self, TomlNode *table, AimxMailbox *mailbox);

G_END_DECLS
