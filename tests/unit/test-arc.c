/* SPDX-License-Identifier: MIT */
/* Promises of the ARC chain (RFC 8617, 5.2): what makes it pass, and what each thing that is wrong makes of it. */
#include "arc.h"

#include <string.h>

static const struct
{
  const char *what;
  /* A word a field: `R1`: results of instance 1; `M1` `S1`: message signature and seal, which pass; with `!` they fail,
   * with `?` their key is not known; a seal has `cv=none` for the first instance and `cv=pass` for others, `n` `p` `f`
   * say otherwise. */
  const char *fields;
  const char *result;
  const char *reason; /* a part of it */
} chains[] = {
  { "nothing", "", "none", NULL },
  { "one set", "R1 M1 S1", "pass", NULL },
  { "three sets, in any order", "S3 M3 R3 R1 M2 S1 R2 S2 M1", "pass", NULL },
  { "an old message signature that fails", "R1 M1! S1 R2 M2 S2", "pass", NULL },
  { "an old key that is not known", "R1 M1? S1 R2 M2 S2", "pass", NULL },
  { "the newest message signature", "R1 M1 S1 R2 M2! S2", "fail", "message signature of set 2" },
  { "a seal", "R1 M1 S1! R2 M2 S2", "fail", "seal of set 1" },
  { "a key of a seal that is not known", "R1 M1 S1? R2 M2 S2", "temperror", "not known" },
  { "one that is not known and one that fails", "R1 M1 S1! R2 M2? S2", "fail", "seal of set 1" },
  { "no results", "M1 S1", "fail", "set 1" },
  { "results alone", "R1", "fail", "set 1" },
  { "no seal", "R1 M1", "fail", "set 1" },
  { "two seals", "R1 M1 S1 S1", "fail", "set 1" },
  { "a gap", "R1 M1 S1 R3 M3 S3", "fail", "set 2" },
  { "not from the first", "R2 M2 S2", "fail", "set 1" },
  { "instance 0", "R0 M1 S1", "fail", "instance" },
  { "instance 51", "R1 M1 S1 M51", "fail", "instance" },
  { "the first says pass", "R1 M1 S1p", "fail", "cv=pass" },
  { "the second says none", "R1 M1 S1 R2 M2 S2n", "fail", "cv=none" },
  { "the newest says fail", "R1 M1 S1 R2 M2 S2f", "fail", "cv=fail" },
};

static void
signature_free (gpointer data)
{
  g_free (((AimxSignature *) data)->chain_validation);
  g_free (data);
}

static void
add_signature (GPtrArray *signatures, char letter, guint instance, const char *marks)
{
  AimxSignature *signature = g_new0 (AimxSignature, 1);
  const char *cv = instance == 1 ? "none" : "pass";

  signature->kind = letter == 'M' ? AIMX_SIGNATURE_ARC_MESSAGE : AIMX_SIGNATURE_ARC_SEAL;
  signature->instance = instance;
  signature->result = strchr (marks, '!') != NULL ? "fail" : strchr (marks, '?') != NULL ? "temperror" : "pass";
  if (letter == 'S')
    signature->chain_validation = g_strdup (strchr (marks, 'n') != NULL   ? "none"
                                            : strchr (marks, 'p') != NULL ? "pass"
                                            : strchr (marks, 'f') != NULL ? "fail"
                                                                          : cv);
  g_ptr_array_add (signatures, signature);
}

static ArcChain *
make_chain (const char *fields, GPtrArray *signatures)
{
  g_auto (GStrv) words = g_strsplit (fields, " ", -1);
  guint results[AIMX_ARC_SETS_MAX + 1] = { 0 };

  for (char **word = words; *word != NULL && **word != '\0'; word++)
    {
      char *marks;
      guint instance = (guint) g_ascii_strtoull (*word + 1, &marks, 10);

      if (**word == 'R')
        results[instance]++;
      else
        add_signature (signatures, **word, instance, marks);
    }
  return arc_chain_new (results, signatures);
}

static void
test_a_chain_is_worth_its_weakest_link (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      g_autoptr (GPtrArray) signatures = g_ptr_array_new_with_free_func (signature_free);
      g_autoptr (ArcChain) chain = make_chain (chains[i].fields, signatures);

      g_test_message ("%s", chains[i].what);
      g_assert_cmpstr (chain->result, ==, chains[i].result);
      if (chains[i].reason == NULL)
        g_assert_null (chain->reason);
      else
        g_assert_nonnull (strstr (chain->reason, chains[i].reason));
    }
}

static void
test_a_chain_may_have_fifty_sets (void)
{
  g_autoptr (GString) fields = g_string_new ("R1 M1 S1");
  g_autoptr (GPtrArray) signatures = g_ptr_array_new_with_free_func (signature_free);
  g_autoptr (ArcChain) chain = NULL;

  for (guint i = 2; i <= AIMX_ARC_SETS_MAX; i++)
    g_string_append_printf (fields, " R%u M%u S%u", i, i, i);
  chain = make_chain (fields->str, signatures);
  g_assert_cmpstr (chain->result, ==, "pass");
  g_assert_cmpuint (chain->n_sets, ==, AIMX_ARC_SETS_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arc/a-chain-is-worth-its-weakest-link", test_a_chain_is_worth_its_weakest_link);
  g_test_add_func ("/arc/a-chain-may-have-fifty-sets", test_a_chain_may_have_fifty_sets);
  return g_test_run ();
}
