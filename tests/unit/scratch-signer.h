/* SPDX-License-Identifier: MIT */
/* A signer that makes no keys: it notes what it is asked for, and fails when a test says so. */
#pragma once

#include <aimx/error.h>
#include <aimx/server.h>
#include <aimx/signer.h>

#include <string.h>

#define SCRATCH_TYPE_SIGNER (scratch_signer_get_type ())
G_DECLARE_FINAL_TYPE (ScratchSigner, scratch_signer, SCRATCH, SIGNER, GObject)

struct _ScratchSigner
{
  GObject parent;
  GString *calls;    /* `name domain` of each, one a line */
  const char *fails; /* name of the call that fails; NULL for none */
};

static void scratch_signer_interface_init (AimxSignerInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ScratchSigner,
                               scratch_signer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNER, scratch_signer_interface_init))

static inline gboolean
scratch_signer_note (AimxSigner *signer, const char *call, const char *domain, GError **error)
{
  ScratchSigner *self = SCRATCH_SIGNER (signer);

  g_string_append_printf (self->calls, "%s %s\n", call, domain);
  if (g_strcmp0 (self->fails, call) != 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "%s fails for %s", call, domain);
  return FALSE;
}

static gboolean
scratch_signer_prepare (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  return scratch_signer_note (self, "prepare", domain, error);
}

static gboolean
scratch_signer_adopt (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  return scratch_signer_note (self, "adopt", domain, error);
}

static gboolean
scratch_signer_release (AimxSigner *self, AimxConfigChange *change, const char *domain, GError **error)
{
  return scratch_signer_note (self, "release", domain, error);
}

/* Of every domain but b.test. */
static gboolean
scratch_signer_has_key (AimxSigner *self, const char *domain)
{
  return strcmp (domain, "b.test") != 0;
}

static char *
scratch_signer_get_directory (AimxSigner *self, const char *domain)
{
  return g_build_filename ("/keys", domain, NULL);
}

static void
scratch_signer_interface_init (AimxSignerInterface *interface)
{
  interface->prepare = scratch_signer_prepare;
  interface->adopt = scratch_signer_adopt;
  interface->release = scratch_signer_release;
  interface->has_key = scratch_signer_has_key;
  interface->get_directory = scratch_signer_get_directory;
}

static void
scratch_signer_finalize (GObject *object)
{
  g_string_free (SCRATCH_SIGNER (object)->calls, TRUE);
  G_OBJECT_CLASS (scratch_signer_parent_class)->finalize (object);
}

static void
scratch_signer_class_init (ScratchSignerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scratch_signer_finalize;
}

static void
scratch_signer_init (ScratchSigner *self)
{
  self->calls = g_string_new (NULL);
}

/* For verb-fixture.h. */
static inline GObject *
scratch_signer_new (AimxServer *server)
{
  return g_object_new (SCRATCH_TYPE_SIGNER, NULL);
}
