/* SPDX-License-Identifier: MIT */
#include "fault.h"

G_DEFINE_QUARK (dkim - fault, dkim_fault)

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
