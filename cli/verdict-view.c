/* SPDX-License-Identifier: MIT */
#include "verdict-view.h"

#include "answer.h"
#include "display.h"
#include "style.h"

#include <string.h>

#define METHOD_WIDTH 9
#define RESULT_WIDTH 11
#define INDENT       (METHOD_WIDTH + RESULT_WIDTH)
/* On a narrower terminal lines are longer than it is. */
#define TEXT_LEAST 20

typedef struct
{
  GString *text;
  gboolean rich;
  guint width;
} View;

/* ---- lines ---- */

static CliStyle
get_style (const char *result)
{
  static const char *const good[] = { "pass", "true", NULL };
  static const char *const bad[] = { "fail", "permerror", "reject", "false", NULL };
  static const char *const doubtful[] = { "softfail", "temperror", "policy", "quarantine", NULL };

  return g_strv_contains (good, result)       ? CLI_STYLE_SUCCESS
         : g_strv_contains (bad, result)      ? CLI_STYLE_ERROR
         : g_strv_contains (doubtful, result) ? CLI_STYLE_WARNING
                                              : CLI_STYLE_DIM;
}

static void
append_padded (View *self, CliStyle style, const char *text, guint width)
{
  g_autofree char *styled = cli_styled (self->rich, style, text);
  guint taken = cli_display_width (text);

  g_string_append (self->text, styled);
  for (guint i = taken; i < MAX (width, taken + 1); i++)
    g_string_append_c (self->text, ' ');
}

/* Words in lines that begin after @indent columns, the first of which stands there already. */
static void
append_wrapped (View *self, guint indent, const char *text)
{
  guint room = self->width > 0 ? MAX (self->width, indent + TEXT_LEAST) - indent : G_MAXUINT;
  g_autofree char *shown = cli_display (text);
  g_auto (GStrv) words = g_strsplit (shown, " ", -1);
  guint column = 0;

  for (char **word = words; *word != NULL; word++)
    {
      guint width = cli_display_width (*word);

      if (column > 0 && width >= room - MIN (column, room))
        {
          g_string_append_printf (self->text, "\n%*s", (int) indent, "");
          column = 0;
        }
      g_string_append_printf (self->text, "%s%s", column > 0 ? " " : "", *word);
      column += width + (column > 0);
    }
  g_string_append_c (self->text, '\n');
}

/* @method: empty in a second line of the same; @result: (nullable) */
static void
append_line (View *self, const char *method, const char *result, const char *text)
{
  g_autofree char *shown = cli_display (result != NULL ? result : "-");

  append_padded (self, CLI_STYLE_HEADER, method, METHOD_WIDTH);
  append_padded (self, get_style (shown), shown, RESULT_WIDTH);
  append_wrapped (self, INDENT, text);
}

/* ---- members ---- */

static JsonObject *
get_object (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
get (JsonObject *object, const char *key)
{
  return object != NULL ? cli_object_get_string (object, key) : NULL;
}

static void
append_part (GString *text, const char *format, const char *value)
{
  if (value == NULL)
    return;
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append (text, format);
  g_string_append (text, value);
}

/* ---- methods ---- */

static void
view_spf (View *self, JsonObject *spf)
{
  g_autoptr (GString) text = g_string_new (get (spf, "domain"));
  const char *explanation = get (spf, "explanation");
  gint64 lookups = spf != NULL ? cli_object_get_number (spf, "lookups") : 0;

  append_part (text, "by ", get (spf, "mechanism"));
  if (lookups > 0)
    g_string_append_printf (text, " (%" G_GINT64_FORMAT " look-up%s)", lookups, lookups > 1 ? "s" : "");
  if (explanation != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ": " : "", explanation);
  append_line (self, "SPF", get (spf, "result"), text->str);
}

static void
view_signature (View *self, const char *method, JsonObject *signature)
{
  g_autoptr (GString) text = g_string_new (get (signature, "domain"));
  const char *reason = get (signature, "reason");

  append_part (text, "selector ", get (signature, "selector"));
  append_part (text, "", get (signature, "algorithm"));
  if (cli_object_get_boolean (signature, "testing"))
    append_part (text, "", "with a key in testing, which proves nothing");
  if (reason != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ": " : "", reason);
  append_line (self, method, get (signature, "result"), text->str);
}

static JsonObject *
get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
view_signatures (View *self, JsonArray *signatures)
{
  guint n = signatures != NULL ? json_array_get_length (signatures) : 0;

  if (n == 0)
    append_line (self, "DKIM", "none", "no signature");
  for (guint i = 0; i < n; i++)
    if (get_element (signatures, i) != NULL)
      view_signature (self, i == 0 ? "DKIM" : "", get_element (signatures, i));
}

static const char *
get_alignment (JsonObject *dmarc)
{
  gboolean spf = cli_object_get_boolean (dmarc, "spf_aligned");
  gboolean dkim = cli_object_get_boolean (dmarc, "dkim_aligned");

  if (spf && dkim)
    return "SPF and a signature prove the author's domain";
  if (dkim)
    return "a signature proves the author's domain, SPF does not";
  return spf ? "SPF proves the author's domain, no signature does"
             : "neither SPF nor a signature proves the author's domain";
}

static gboolean
is_known (JsonObject *object)
{
  return g_strcmp0 (get (object, "result"), "temperror") != 0;
}

static void
view_dmarc (View *self, JsonObject *dmarc)
{
  g_autoptr (GString) text = g_string_new (get (dmarc, "domain"));
  const char *policy = get (dmarc, "policy");
  const char *disposition = get (dmarc, "disposition");

  if (text->len == 0)
    g_string_append (text, "the From field does not name one domain");
  append_part (text, "policy ", policy != NULL ? policy : is_known (dmarc) ? "none published" : "not known now");
  if (dmarc != NULL)
    g_string_append_printf (text, ": %s", get_alignment (dmarc));
  append_line (self, "DMARC", get (dmarc, "result"), text->str);
  if (disposition != NULL && strcmp (disposition, "none") != 0)
    append_line (self, "", disposition,
                 policy != NULL ? "is what the author's domain asks to do with it"
                                : "is what to do with it where policies are obeyed: not all authors can be asked");
}

static void
view_arc (View *self, JsonObject *arc)
{
  JsonArray *chain = arc != NULL ? cli_object_get_array (arc, "chain") : NULL;
  guint n = chain != NULL ? json_array_get_length (chain) : 0;
  g_autofree char *text = n > 0 ? g_strdup_printf ("a chain of %u", n) : g_strdup ("no chain");

  append_line (self, "ARC", get (arc, "result"), text);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *instance = g_strdup_printf ("  %u", i + 1);

      if (get_element (chain, i) != NULL)
        view_signature (self, instance, get_element (chain, i));
    }
}

static void
view_iprev (View *self, JsonObject *iprev)
{
  const char *result = get (iprev, "result");
  const char *name = get (iprev, "name");

  if (name != NULL)
    append_line (self, "iprev", result, name);
  else if (g_strcmp0 (result, "none") == 0)
    append_line (self, "iprev", result, "the address of the client is not known");
  else if (g_strcmp0 (result, "permerror") == 0)
    append_line (self, "iprev", result, "the address has no name");
  else
    append_line (self, "iprev", result, is_known (iprev) ? "no name leads back to the address" : "not known now");
}

/* ---- trust ---- */

static const char *
explain_trust (const char *trusted, JsonObject *dmarc)
{
  if (strcmp (trusted, "true") == 0)
    return "a signature proves the author, who is one of `trusted_senders`";
  if (strcmp (trusted, "none") == 0)
    return "the mailbox trusts nobody: its `trust` is \"none\"";
  if (dmarc == NULL || !cli_object_get_boolean (dmarc, "dkim_aligned"))
    return "no DKIM signature of the author's domain proves the author; SPF does not count";
  return "a signature proves the author's domain, but the author is not one of `trusted_senders`, or not the only one, "
         "or "
         "the signature leaves a part of the body out";
}

static void
view_trust (View *self, const char *trusted, JsonObject *dmarc)
{
  if (trusted == NULL)
    append_line (self, "Trusted", NULL, "--rcpt ADDRESS tells whether its mailbox would trust the message");
  else
    append_line (self, "Trusted", trusted, explain_trust (trusted, dmarc));
}

static void
view_field (View *self, const char *field)
{
  if (field == NULL)
    return;
  append_padded (self, CLI_STYLE_HEADER, "\nAuthentication-Results:", 0);
  append_wrapped (self, strlen ("Authentication-Results: "), field);
}

char *
cli_verdict_format (JsonObject *verdict, gboolean rich, guint width)
{
  View self = { g_string_new (NULL), rich, width };
  JsonObject *dmarc = get_object (verdict, "dmarc");

  view_spf (&self, get_object (verdict, "spf"));
  view_signatures (&self, cli_object_get_array (verdict, "dkim"));
  view_dmarc (&self, dmarc);
  view_arc (&self, get_object (verdict, "arc"));
  view_iprev (&self, get_object (verdict, "iprev"));
  view_trust (&self, get (verdict, "trusted"), dmarc);
  view_field (&self, get (verdict, "authentication_results"));
  return g_string_free (self.text, FALSE);
}
