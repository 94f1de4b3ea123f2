/* SPDX-License-Identifier: MIT */
#include "verifier.h"

#include "verification.h"

struct _MailauthVerifier
{
  GObject parent;
  AimxServer *server; /* unowned: it owns us */
  psl_ctx_t *suffixes;
};

static void verifier_interface_init (AimxVerifierInterface *interface);

G_DEFINE_TYPE_WITH_CODE (MailauthVerifier,
                         mailauth_verifier,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_VERIFIER, verifier_interface_init))

/* The name that a reader of the field can check: the default domain, where there is one. */
static char *
get_authserv_id (AimxServer *server)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  GPtrArray *domains = aimx_config_get_domains (config);

  return g_strdup (domains->len > 0 ? aimx_domain_get_name (domains->pdata[0]) : "localhost");
}

static AimxVerification *
begin_inquiry (MailauthVerifier *self, const AimxVerifierPeer *peer, gboolean waits_for_name)
{
  g_autoptr (AimxResolver) resolver = aimx_server_get_service (self->server, AIMX_TYPE_RESOLVER);
  g_autoptr (AimxSignatureChecker) checker = aimx_server_get_service (self->server, AIMX_TYPE_SIGNATURE_CHECKER);
  g_autofree char *authserv_id = get_authserv_id (self->server);
  const InquirySettings settings = {
    .server = self->server,
    .suffixes = self->suffixes,
    .resolver = resolver,
    .checker = checker,
    .authserv_id = authserv_id,
    .waits_for_name = waits_for_name,
  };

  return mailauth_verification_new (inquiry_new (&settings, peer));
}

static AimxVerification *
begin (AimxVerifier *verifier, const AimxVerifierPeer *peer)
{
  return begin_inquiry (MAILAUTH_VERIFIER (verifier), peer, FALSE);
}

AimxVerification *
mailauth_verifier_begin_whole (MailauthVerifier *self, const AimxVerifierPeer *peer)
{
  return begin_inquiry (self, peer, TRUE);
}

/* ---- the object ---- */

static void
mailauth_verifier_finalize (GObject *object)
{
  psl_free (MAILAUTH_VERIFIER (object)->suffixes);
  G_OBJECT_CLASS (mailauth_verifier_parent_class)->finalize (object);
}

static void
verifier_interface_init (AimxVerifierInterface *interface)
{
  interface->begin = begin;
}

static void
mailauth_verifier_class_init (MailauthVerifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mailauth_verifier_finalize;
}

static void
mailauth_verifier_init (MailauthVerifier *self)
{
}

MailauthVerifier *
mailauth_verifier_new (AimxServer *server)
{
  MailauthVerifier *self = g_object_new (MAILAUTH_TYPE_VERIFIER, NULL);

  self->server = server;
  /* The system's own list, when it is newer than that of the library. */
  self->suffixes = psl_latest (NULL);
  return self;
}
