/* SPDX-License-Identifier: MIT */
/*
 * DNS-CHECK: whether records that somebody wants to publish are in the DNS.
 *
 * The body has a line a record: type, name and value, with a blank between. A value with `<` is one in which somebody
 * has yet to fill in something: such a record can only be found or not.
 */
#include "published.h"
#include "verbs.h"

#include <aimx/aimx.h>
#include <aimx/resolver.h>

#include <string.h>

#define RECORDS_MAX  64
#define BODY_MAX     (256 * 1024)
#define WAIT_SECONDS 10

typedef struct
{
  GMutex mutex;
  GCond all_there;
  guint n_open;
} Round;

typedef struct
{
  GStrv fields; /* type, name, value */
  AimxDnsType type;
  Round *round;
  AimxDnsAnswer *answer;
} Check;

static void
check_free (gpointer data)
{
  Check *self = data;

  g_strfreev (self->fields);
  g_clear_object (&self->answer);
  g_free (self);
}

/* ---- the body ---- */

static gboolean
read_line (GPtrArray *checks, const char *line, GError **error)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", 3);
  AimxDnsType type;
  Check *check;

  if (g_strv_length (fields) != 3)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_PROTOCOL,
                 "a line of the body is no record: write type, name and value, such as 'MX a.example 10 a.example.'");
  else if (!domain_published_read_type (fields[0], &type))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                 "records of type '%s' are not compared; A, AAAA, MX, PTR and TXT are", fields[0]);
  else if (checks->len == RECORDS_MAX)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_TOO_LARGE, "the body has more than %d records", RECORDS_MAX);
  else
    {
      check = g_new0 (Check, 1);
      check->fields = g_steal_pointer (&fields);
      check->type = type;
      g_ptr_array_add (checks, check);
      return TRUE;
    }
  return FALSE;
}

static GPtrArray *
read_body (GBytes *body, GError **error)
{
  g_autoptr (GPtrArray) checks = g_ptr_array_new_with_free_func (check_free);
  gsize length;
  const char *data = g_bytes_get_data (body, &length);
  g_autofree char *text = g_strndup (data != NULL ? data : "", length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (strlen (text) != length || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_PROTOCOL, "the body is no text");
      return NULL;
    }
  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0' && !read_line (checks, *line, error))
      return NULL;
  return g_steal_pointer (&checks);
}

/* ---- asking ---- */

static void
on_answer (AimxDnsAnswer *answer, gpointer user_data)
{
  Check *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->round->mutex);

  self->answer = g_object_ref (answer);
  if (--self->round->n_open == 0)
    g_cond_signal (&self->round->all_there);
}

/*
 * All at once: a server that does not answer costs one wait. Afresh: whoever asks may have changed a record since.
 */
static void
ask_all (AimxResolver *resolver, GPtrArray *checks)
{
  const gint64 deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  Round round = { .n_open = checks->len };

  g_mutex_init (&round.mutex);
  g_cond_init (&round.all_there);
  for (guint i = 0; i < checks->len; i++)
    {
      Check *check = checks->pdata[i];

      check->round = &round;
      aimx_resolver_ask_fresh (resolver, check->fields[1], check->type, deadline, on_answer, check, NULL);
    }
  g_mutex_lock (&round.mutex);
  while (round.n_open > 0)
    g_cond_wait (&round.all_there, &round.mutex);
  g_mutex_unlock (&round.mutex);
  g_cond_clear (&round.all_there);
  g_mutex_clear (&round.mutex);
}

/* ---- the answer ---- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_check (JsonBuilder *builder, const Check *check)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  const gboolean exact = strchr (check->fields[2], '<') == NULL;
  const DomainPublished status = domain_published_compare (check->type, check->fields[2], exact, check->answer, found);

  json_builder_begin_object (builder);
  add_string (builder, "type", check->fields[0]);
  add_string (builder, "name", check->fields[1]);
  add_string (builder, "value", check->fields[2]);
  add_string (builder, "status", domain_published_to_string (status));
  json_builder_set_member_name (builder, "found");
  json_builder_begin_array (builder);
  for (guint i = 0; i < found->len; i++)
    json_builder_add_string_value (builder, found->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "secure");
  json_builder_add_boolean_value (builder, aimx_dns_answer_get_security (check->answer) == AIMX_DNS_SECURE);
  add_string (builder, "reason", aimx_dns_answer_get_reason (check->answer));
  json_builder_end_object (builder);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (AimxResolver) resolver = aimx_server_get_service (aimx_request_get_server (request), AIMX_TYPE_RESOLVER);
  g_autoptr (GPtrArray) checks = read_body (aimx_request_get_body (request), error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (checks == NULL)
    return NULL;
  if (resolver == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "module 'resolver', which asks the DNS, is not running");
      return NULL;
    }
  ask_all (resolver, checks);
  json_builder_begin_array (builder);
  for (guint i = 0; i < checks->len; i++)
    add_check (builder, checks->pdata[i]);
  json_builder_end_array (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

const AimxVerbSpec domain_dns_check_verb = {
  .name = "DNS-CHECK",
  .summary = "compare records, a line with type, name and value each, with what the DNS says",
  .body_limit = BODY_MAX,
  .action = AIMX_ACTION_SYSTEM,
  .flags = AIMX_VERB_READ_ONLY | AIMX_VERB_BODY_REQUIRED,
  .result = AIMX_RESULT_JSON,
  .result_schema = "[{\"type\":\"string\",\"name\":\"string\",\"value\":\"string\",\"status\":\"string\","
                   "\"found\":\"array\",\"secure\":\"boolean\",\"reason\":\"string\"}]",
  .handler = handle,
};
