/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include "check.h"

struct _DkimChecker
{
  GObject parent;
};

static void checker_interface_init (AimxSignatureCheckerInterface *interface);

G_DEFINE_TYPE_WITH_CODE (DkimChecker,
                         dkim_checker,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNATURE_CHECKER, checker_interface_init))

static AimxSignatureCheck *
checker_begin (AimxSignatureChecker *self, gint64 at)
{
  return AIMX_SIGNATURE_CHECK (dkim_check_new (at));
}

static void
checker_interface_init (AimxSignatureCheckerInterface *interface)
{
  interface->begin = checker_begin;
}

static void
dkim_checker_class_init (DkimCheckerClass *klass)
{
}

static void
dkim_checker_init (DkimChecker *self)
{
}
