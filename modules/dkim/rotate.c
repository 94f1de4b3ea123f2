/* SPDX-License-Identifier: MIT */
/*
 * DOMAIN-ROTATE-DKIM: new keys for a domain under a new selector. The first call makes them and says what to publish;
 * the daemon goes on by itself when the DNS shows it, and so does every further call, which says how far it is. With
 * `Status` it says no more than that.
 */
#include "report.h"
#include "rotation.h"
#include "verbs.h"

static const char *const stages[] = {
  [DKIM_ROTATION_NONE] = "none",
  [DKIM_ROTATION_WAITING] = "waiting",
  [DKIM_ROTATION_SWITCHED] = "switched",
  [DKIM_ROTATION_DONE] = "done",
};

static const char *const shown[] = {
  [DKIM_PUBLISHED_UNKNOWN] = "unknown",     [DKIM_PUBLISHED_MISSING] = "missing", [DKIM_PUBLISHED_REVOKED] = "revoked",
  [DKIM_PUBLISHED_DIFFERENT] = "different", [DKIM_PUBLISHED_RIGHT] = "right",
};

/* ---- the answer ---- */

static void
add_keys (JsonBuilder *builder, const DkimRotationReport *report)
{
  json_builder_set_member_name (builder, "records");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->keys->len; i++)
    {
      const DkimRotationKey *key = report->keys->pdata[i];
      g_autofree char *name = dkim_report_name_record (report->domain, report->selector, key->algorithm);

      json_builder_begin_object (builder);
      dkim_report_add_string (builder, "name", name);
      dkim_report_add_string (builder, "type", "TXT");
      dkim_report_add_string (builder, "value", key->record);
      dkim_report_add_string (builder, "dns", shown[key->published]);
      dkim_report_add_string (builder, "found", key->found);
      dkim_report_add_string (builder, "reason", key->reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_old_records (JsonBuilder *builder, const DkimRotationReport *report)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; report->old_selector != NULL && i < report->keys->len; i++)
    g_ptr_array_add (names, dkim_report_name_record (report->domain, report->old_selector,
                                                     ((DkimRotationKey *) report->keys->pdata[i])->algorithm));
  dkim_report_add_strings (builder, "old_records", names);
}

/* (nullable): some seconds after the switch; %NULL before it */
static char *
format_time (const DkimRotationReport *report, gint64 seconds)
{
  g_autoptr (GDateTime) time = NULL;

  if (report->switched_at == 0)
    return NULL;
  time = g_date_time_new_from_unix_utc (report->switched_at + seconds);
  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

static JsonNode *
describe (const DkimRotationReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *switched = format_time (report, 0);
  g_autofree char *due = format_time (report, DKIM_ROTATION_GRACE_SECONDS);

  json_builder_begin_object (builder);
  dkim_report_add_string (builder, "domain", report->domain);
  dkim_report_add_string (builder, "state", stages[report->stage]);
  dkim_report_add_string (builder, "selector", report->selector);
  dkim_report_add_string (builder, "old_selector", report->old_selector);
  dkim_report_add_string (builder, "switched_at", switched);
  dkim_report_add_string (builder, "retires_at", due);
  add_keys (builder, report);
  add_old_records (builder, report);
  dkim_report_add_strings (builder, "kept", report->kept);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* ---- the verb ---- */

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  const gboolean finishes = aimx_request_get_boolean (request, "Finish", FALSE);
  const DkimRotationWish wish = { .begins = !finishes,
                                  .again = aimx_request_get_boolean (request, "Again", FALSE),
                                  .selector = aimx_request_get_header (request, "Selector"),
                                  .finishes = finishes };
  AimxServer *server = aimx_request_get_server (request);
  g_autoptr (AimxResolver) resolver = aimx_server_get_service (server, AIMX_TYPE_RESOLVER);
  g_autoptr (GError) why = NULL;
  const char *domain = aimx_request_get_header (request, "Domain");
  g_autoptr (DkimRotationReport) report =
      aimx_request_get_boolean (request, "Status", FALSE)
          ? dkim_rotation_look (server, resolver, domain, &why)
          : dkim_rotation_advance (server, user_data, resolver, domain, &wish, &why);

  if (report != NULL)
    return aimx_response_new_json (describe (report));
  /* The wire knows that word for messages only. */
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    why->code = AIMX_ERROR_CONFLICT;
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "a configured domain" },
  { "Selector", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "of the new keys, 1 to 63 of [a-z0-9_-]" },
  { "Finish", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL,
    "whether the old keys are put aside at once after the switch" },
  { "Status", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "whether no step is taken; the answer says how far it is" },
  { "Again", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "whether another is begun when one has just ended" },
  { NULL },
};

const AimxVerbSpec domain_rotate_dkim_verb = {
  .name = "DOMAIN-ROTATE-DKIM",
  .summary = "replace the keys of a domain, as soon as the DNS shows the new ones",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"domain\":\"string\",\"state\":\"string\",\"selector\":\"string\",\"old_selector\":\"string\","
                   "\"switched_at\":\"string\",\"retires_at\":\"string\",\"records\":\"array\",\"old_records\":"
                   "\"array\",\"kept\":\"array\"}",
  .handler = handle,
};
