/* SPDX-License-Identifier: MIT */
/*
 * A module that does nothing. What is special about each is defined where it is built; it uses nothing of the core, so
 * that any test can load it.
 */
#include <aimx/module.h>

#ifndef ABI_VERSION
#define ABI_VERSION AIMX_ABI_VERSION
#endif
#ifndef DESCRIPTOR_NAME
#define DESCRIPTOR_NAME NAME
#endif
#ifndef FLAGS
#define FLAGS AIMX_MODULE_NONE
#endif
#ifndef SYMBOL
#define SYMBOL aimx_module
#endif
#ifdef REQUIRES
static const char *const required[] = { REQUIRES, NULL };
#else
#define required NULL
#endif

#ifdef UNRESOLVED
/* What only some other version of the server might have. */
extern AIMX_API gboolean aimx_server_of_tomorrow (void);
#else
#define aimx_server_of_tomorrow() TRUE
#endif

#ifdef NO_LOAD
#define load_func NULL
#else
static gboolean
load_func (AimxModule *self, AimxServer *server, GError **error)
{
#ifdef FAILS
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, FAILS);
  return FALSE;
#else
  return aimx_server_of_tomorrow ();
#endif
}
#endif

#ifdef START_FAILS
static gboolean
start_func (AimxModule *self, AimxServer *server, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, START_FAILS);
  return FALSE;
}
#else
#define start_func NULL
#endif

#ifdef OPEN_FAILS
static gboolean
open_func (AimxModule *self, AimxServer *server, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, OPEN_FAILS);
  return FALSE;
}
#else
#define open_func NULL
#endif

#ifdef NEVER_STOPS
static void
stop_func (AimxModule *self, AimxServer *server)
{
}
#else
#define stop_func NULL
#endif

extern AIMX_API const AimxModuleDescriptor SYMBOL;
const AimxModuleDescriptor SYMBOL = {
  .abi_version = ABI_VERSION,
  .flags = FLAGS,
  .name = DESCRIPTOR_NAME,
  .version = "1.2",
  .summary = "does nothing",
  .requirements = required,
  .load = load_func,
  .start = start_func,
  .open = open_func,
  .stop = stop_func,
};
