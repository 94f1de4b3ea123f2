/* SPDX-License-Identifier: MIT */
#include "fault.h"

G_DEFINE_QUARK (dkim - fault, dkim_fault)

gboolean
dkim_refuse (GError **error, DkimFault fault, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (DKIM_FAULT, (int) fault, format, args);
  va_end (args);
  return FALSE;
}

const char *
dkim_fault_to_string (DkimFault fault)
{
  static const char *const words[] = {
    [DKIM_FAULT_FAIL] = "fail",
    [DKIM_FAULT_POLICY] = "policy",
    [DKIM_FAULT_TEMPERROR] = "temperror",
    [DKIM_FAULT_PERMERROR] = "permerror",
  };

  return words[fault];
}
