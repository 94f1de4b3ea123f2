/* SPDX-License-Identifier: MIT */
#include "algorithm.h"

const char *
dkim_algorithm_to_string (DkimAlgorithm algorithm)
{
  static const char *const names[] = { [DKIM_RSA] = "rsa", [DKIM_ED25519] = "ed25519" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == DKIM_N_ALGORITHMS);
  return names[algorithm];
}
