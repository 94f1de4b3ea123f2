/* SPDX-License-Identifier: MIT */
/*
 * Verifies messages as the daemon does, with keys that somebody else publishes.
 *
 * dkim-verify RECORDS AT FILE...: RECORDS has what the DNS would have: name, tab, value, one record a line; a value
 * `!` stands for a server that fails. AT is when the messages were received, in seconds since the epoch. Prints a JSON
 * array for each file, one a line.
 */
#include "dkim/checker.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>

static AimxDnsAnswer *
look_up (char **records, const char *name)
{
  AimxDnsAnswer *answer = NULL;

  for (; *records != NULL; records++)
    {
      g_auto (GStrv) record = g_strsplit (*records, "\t", 2);
      g_autoptr (GBytes) data = NULL;

      if (record[0] == NULL || g_ascii_strcasecmp (record[0], name) != 0)
        continue;
      if (strcmp (record[1], "!") == 0)
        return aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "the server fails");
      if (answer == NULL)
        answer = aimx_dns_answer_new (AIMX_DNS_FOUND, AIMX_DNS_INSECURE, 0, NULL);
      data = g_bytes_new (record[1], strlen (record[1]));
      aimx_dns_answer_add_data (answer, data);
    }
  return answer != NULL ? answer : aimx_dns_answer_new (AIMX_DNS_NO_NAME, AIMX_DNS_INSECURE, 0, NULL);
}

static void
add_member (JsonBuilder *json, const char *name, const char *value)
{
  json_builder_set_member_name (json, name);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
add_signature (JsonBuilder *json, const AimxSignature *signature)
{
  static const char *const kinds[] = { "dkim", "arc-message", "arc-seal" };

  json_builder_begin_object (json);
  add_member (json, "kind", kinds[signature->kind]);
  json_builder_set_member_name (json, "instance");
  json_builder_add_int_value (json, signature->instance);
  add_member (json, "domain", signature->domain);
  add_member (json, "selector", signature->selector);
  add_member (json, "algorithm", signature->algorithm);
  add_member (json, "cv", signature->chain_validation);
  add_member (json, "h", signature->signed_fields);
  add_member (json, "result", signature->result);
  add_member (json, "reason", signature->reason);
  json_builder_set_member_name (json, "whole_body");
  json_builder_add_boolean_value (json, signature->whole_body);
  json_builder_set_member_name (json, "testing");
  json_builder_add_boolean_value (json, signature->testing);
  json_builder_end_object (json);
}

static void
print_results (GPtrArray *signatures)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_array (json);
  for (guint i = 0; i < signatures->len; i++)
    add_signature (json, signatures->pdata[i]);
  json_builder_end_array (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
}

static void
verify (AimxSignatureChecker *checker, char **records, gint64 at, const char *message, gsize length)
{
  g_autoptr (AimxSignatureCheck) check = aimx_signature_checker_begin (checker, at);
  GPtrArray *signatures;

  aimx_signature_check_update (check, message, length);
  aimx_signature_check_end (check);
  signatures = aimx_signature_check_get_signatures (check);
  for (guint i = 0; i < signatures->len; i++)
    {
      const AimxSignature *signature = signatures->pdata[i];

      if (signature->key_name != NULL)
        {
          g_autoptr (AimxDnsAnswer) answer = look_up (records, signature->key_name);

          aimx_signature_check_judge (check, i, answer);
        }
    }
  print_results (signatures);
}

static gboolean
verify_all (const char *records_file, gint64 at, char **files, GError **error)
{
  g_autoptr (AimxSignatureChecker) checker = g_object_new (DKIM_TYPE_CHECKER, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) records = NULL;

  if (!g_file_get_contents (records_file, &text, NULL, error))
    return FALSE;
  records = g_strsplit (g_strchomp (text), "\n", -1);
  for (; *files != NULL; files++)
    {
      g_autofree char *message = NULL;
      gsize length;

      if (!g_file_get_contents (*files, &message, &length, error))
        return FALSE;
      verify (checker, records, at, message, length);
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc < 4)
    {
      g_printerr ("usage: dkim-verify RECORDS AT FILE...\n");
      return EXIT_FAILURE;
    }
  if (verify_all (argv[1], g_ascii_strtoll (argv[2], NULL, 10), argv + 3, &error))
    return EXIT_SUCCESS;
  g_printerr ("dkim-verify: %s\n", error->message);
  return EXIT_FAILURE;
}
