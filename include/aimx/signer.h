/* SPDX-License-Identifier: MIT */
/*
 * The service that has the keys of the domains and signs with them (RFC 6376).
 *
 * Its keys follow the configuration: whoever sees a domain in a snapshot finds its key, and whoever finds none in a
 * snapshot that has the domain knows that there is no usable one. Keys are never destroyed: not with their domain, and
 * not by a new one.
 */
#pragma once

#include <aimx/config-store.h>

G_BEGIN_DECLS

/**
 * AimxSigner:
 *
 * The service that has keys and signs with them.
 */
#define AIMX_TYPE_SIGNER (aimx_signer_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxSigner, aimx_signer, AIMX, SIGNER, GObject)

/**
 * AimxSignerInterface:
 * @parent: the base
 * @prepare: does aimx_signer_prepare()
 * @adopt: does aimx_signer_adopt()
 * @has_key: does aimx_signer_has_key()
 * @get_directory: does aimx_signer_get_directory()
 * @sign: does aimx_signer_sign()
 * @release: (nullable): does aimx_signer_release()
 *
 * What a provider of #AimxSigner implements.
 */
struct _AimxSignerInterface
{
  GTypeInterface parent;
  gboolean (*prepare) (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);
  gboolean (*adopt) (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);
  gboolean (*has_key) (AimxSigner *self, const char *domain);
  char *(*get_directory) (AimxSigner *self, const char *domain);
  char *(*sign) (AimxSigner *self, const char *domain, GBytes *message, GError **error);
  gboolean (*release) (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);
  gpointer reserved[7];
};

/**
 * aimx_signer_prepare:
 * @self: the service
 * @change: a change of the configuration, which keeps others from the keys meanwhile
 * @domain: a domain that the change adds
 * @error: return location
 *
 * Sees to it that there is a usable key pair on disk: makes one only when there is no private key; one that was left by
 * an earlier removal is used again, under the selector that it had unless the change gives the domain one of its own.
 * May block; pool threads only.
 *
 * Returns: %FALSE with %AIMX_ERROR_SIGN when the key that is there cannot be used, %AIMX_ERROR_VALIDATION when no key
 * can be published under its selector, %AIMX_ERROR_IO, %AIMX_ERROR_NO_SPACE
 */
AIMX_API gboolean aimx_signer_prepare (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);

/**
 * aimx_signer_adopt:
 * @self: the service
 * @change: a change of the configuration
 * @domain: the default domain until now
 * @error: return location
 *
 * Moves a key pair in the place of a single domain into the directory of @domain, so that the next default domain does
 * not sign with it. Nothing happens when there is none. May block; pool threads only.
 *
 * Returns: %FALSE with %AIMX_ERROR_CONFLICT when both places have a key, %AIMX_ERROR_IO
 */
AIMX_API gboolean aimx_signer_adopt (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);

/**
 * aimx_signer_release:
 * @self: the service
 * @change: a change of the configuration
 * @domain: a domain that the change is about to remove
 * @error: return location
 *
 * Ends what is going on with its keys, and keeps their selector beside them. May block; pool threads only.
 *
 * Returns: %FALSE with %AIMX_ERROR_IO, %AIMX_ERROR_NO_SPACE
 */
AIMX_API gboolean aimx_signer_release (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error);

/**
 * aimx_signer_has_key:
 * @self: the service
 * @domain: name of a domain, in lower case
 *
 * Returns: whether mail of @domain can be signed; never blocks in a daemon, any thread
 */
AIMX_API gboolean aimx_signer_has_key (AimxSigner *self, const char *domain);

/**
 * aimx_signer_get_directory:
 * @self: the service
 * @domain: name of a domain, in lower case
 *
 * Returns: (transfer full): absolute path of where the keys of @domain are, or would be; any thread
 */
AIMX_API char *aimx_signer_get_directory (AimxSigner *self, const char *domain);

/**
 * aimx_signer_sign:
 * @self: the service
 * @domain: whose key
 * @message: a whole message with CRLF line ends (RFC 5322)
 * @error: return location
 *
 * Signs with each key of @domain, relaxed/relaxed (RFC 6376, 3.4). Takes as long as the message is large; any thread
 * that runs no loop.
 *
 * Returns: (transfer full) (nullable): header fields to stand before the message, CRLF at the end of each;
 * %AIMX_ERROR_SIGN when there is no usable key
 */
AIMX_API char *aimx_signer_sign (AimxSigner *self, const char *domain, GBytes *message, GError **error);

G_END_DECLS
