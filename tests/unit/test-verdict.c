/* SPDX-License-Identifier: MIT */
/* Promises of what a verdict is written down as: the field, the JSON, and the verb that answers it. */
#include "verifier-fixture.h"

static const char zone[] = "a.test TXT v=spf1 ip4:192.0.2.1 -all exp=why.a.test\n"
                           "why.a.test TXT ask \"postmaster\"; %{s}\n"
                           "_dmarc.a.test TXT v=DMARC1; p=reject\n"
                           "s1._domainkey.a.test TXT ok\n"
                           "192.0.2.1 PTR mail.a.test\n"
                           "mail.a.test A 192.0.2.1\n";

#define MESSAGE "DKIM-Signature: d=a.test; s=s1\nFrom: Bob <bob@a.test>\n\nHello\n"

/* ---- the field ---- */

static const struct
{
  const char *address;
  const char *mail_from;
  const char *begins;
} fields[] = {
  { "192.0.2.1", "bob@a.test",
    "mx.test; spf=pass smtp.mailfrom=bob@a.test; dkim=pass header.d=a.test header.s=s1; dmarc=pass header.from=a.test; "
    "arc=none; iprev=pass policy.iprev=192.0.2.1" },
  { "2001:db8::1", "bob@a.test",
    "mx.test; spf=fail smtp.mailfrom=bob@a.test; dkim=pass header.d=a.test header.s=s1; dmarc=pass header.from=a.test; "
    "arc=none; iprev=permerror policy.iprev=\"2001:db8::1\"" },
  { "192.0.2.1", NULL, "mx.test; spf=none reason=\"helo.test has no SPF record\" smtp.helo=helo.test; dkim=pass" },
  { NULL, "bob@a.test",
    "mx.test; spf=none smtp.mailfrom=bob@a.test; dkim=pass header.d=a.test header.s=s1; dmarc=pass header.from=a.test; "
    "arc=none" },
  /* what strangers write stays a value */
  { "192.0.2.1", "\"a; dkim=pass header.d=bank.test\"@a.test",
    "mx.test; spf=pass smtp.mailfrom=\"\\\"a; dkim=pass header.d=bank.test\\\"@a.test\"; dkim=pass" },
  { "192.0.2.1", "a\r\nX: y@a.test", "mx.test; spf=pass smtp.mailfrom=\"a??X: y@a.test\"; dkim=pass" },
  { "192.0.2.1", "a\\@a.test", "mx.test; spf=pass smtp.mailfrom=\"a\\\\@a.test\"; dkim=pass" },
  { "192.0.2.1", "\xff@a.test", "mx.test; spf=pass smtp.mailfrom=\"\xef\xbf\xbd@a.test\"; dkim=pass" },
  { "192.0.2.1", "a(comment)@a.test", "mx.test; spf=pass smtp.mailfrom=\"a(comment)@a.test\"; dkim=pass" },
  { "192.0.2.1", "\xc3\xbc@a.test", "mx.test; spf=pass smtp.mailfrom=\"\xc3\xbc@a.test\"; dkim=pass" },
};

static AimxAuthentication *
verify_wholly (VerifierFixture *fixture, const char *address, const char *mail_from)
{
  g_autoptr (AimxVerification) verification = NULL;

  fixture->waits_for_name = TRUE;
  verification = verifier_fixture_begin (fixture, address, mail_from);
  aimx_verification_update (verification, MESSAGE, strlen (MESSAGE));
  return verifier_fixture_finish (verification, NULL);
}

static void
test_the_field_is_one_line_that_nobody_forges (void)
{
  VerifierFixture fixture;

  verifier_fixture_init (&fixture, zone);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (AimxAuthentication) authentication = verify_wholly (&fixture, fields[i].address, fields[i].mail_from);
      const char *field = aimx_authentication_get_field (authentication);

      if (!g_str_has_prefix (field, fields[i].begins))
        g_error ("%s\nis not\n%s", field, fields[i].begins);
      g_assert_null (strpbrk (field, "\r\n"));
    }
  verifier_fixture_clear (&fixture);
}

static void
test_a_long_value_is_cut (void)
{
  VerifierFixture fixture;
  g_autofree char *filler = g_strnfill (100000, 'x');
  g_autofree char *mail_from = g_strconcat (filler, "@a.test", NULL);
  g_autoptr (AimxAuthentication) authentication = NULL;

  verifier_fixture_init (&fixture, zone);
  authentication = verify_wholly (&fixture, "192.0.2.1", mail_from);
  g_assert_cmpuint (strlen (aimx_authentication_get_field (authentication)), <, 1000);
  verifier_fixture_clear (&fixture);
}

/* ---- JSON ---- */

static void
assert_details (AimxAuthentication *authentication, const char *expected)
{
  g_autofree char *text = json_to_string (aimx_authentication_get_details (authentication), FALSE);
  const char *end = strstr (text, ",\"authentication_results\"");

  g_assert_nonnull (end);
  text[end - text] = '\0';
  g_assert_cmpstr (text, ==, expected);
}

static void
test_every_key_is_there_null_when_unknown (void)
{
  VerifierFixture fixture;
  g_autoptr (AimxVerification) verification = NULL;
  g_autoptr (AimxAuthentication) known = NULL;
  g_autoptr (AimxAuthentication) forged = NULL;
  g_autoptr (AimxAuthentication) nothing = NULL;

  verifier_fixture_init (&fixture, zone);
  known = verify_wholly (&fixture, "192.0.2.1", "bob@a.test");
  assert_details (known, "{\"spf\":{\"result\":\"pass\",\"domain\":\"a.test\",\"mechanism\":\"ip4:192.0.2.1\","
                         "\"explanation\":null,\"lookups\":0},"
                         "\"dkim\":[{\"domain\":\"a.test\",\"selector\":\"s1\",\"algorithm\":null,\"result\":\"pass\","
                         "\"reason\":null,\"testing\":false}],"
                         "\"dmarc\":{\"result\":\"pass\",\"domain\":\"a.test\",\"policy\":\"reject\","
                         "\"spf_aligned\":true,\"dkim_aligned\":true,\"disposition\":\"none\"},"
                         "\"arc\":{\"result\":\"none\",\"chain\":[]},"
                         "\"iprev\":{\"result\":\"pass\",\"name\":\"mail.a.test\"}");

  fixture.waits_for_name = TRUE;
  forged = verifier_fixture_verify (
      &fixture, "192.0.2.66", "eve@a.test",
      "ARC-Message-Signature: i=2; d=list.test; s=x\nARC-Seal: i=2; cv=pass; d=list.test; s=x\nFrom: bob@a.test\n\n");
  assert_details (forged, "{\"spf\":{\"result\":\"fail\",\"domain\":\"a.test\",\"mechanism\":\"-all\","
                          "\"explanation\":\"ask \\\"postmaster\\\"; eve@a.test\",\"lookups\":0},"
                          "\"dkim\":[],"
                          "\"dmarc\":{\"result\":\"fail\",\"domain\":\"a.test\",\"policy\":\"reject\","
                          "\"spf_aligned\":false,\"dkim_aligned\":false,\"disposition\":\"reject\"},"
                          "\"arc\":{\"result\":\"fail\",\"chain\":[{\"instance\":1,\"domain\":null,\"selector\":null,"
                          "\"result\":null,\"reason\":\"there is no ARC-Message-Signature\"},"
                          "{\"instance\":2,\"domain\":\"list.test\",\"selector\":\"x\",\"result\":\"permerror\","
                          "\"reason\":\"the script says so\"}]},"
                          "\"iprev\":{\"result\":\"permerror\",\"name\":null}");

  nothing = verifier_fixture_verify (&fixture, NULL, NULL, "");
  assert_details (nothing, "{\"spf\":{\"result\":\"none\",\"domain\":null,\"mechanism\":null,"
                           "\"explanation\":\"the address of the client is not known\",\"lookups\":0},"
                           "\"dkim\":[],"
                           "\"dmarc\":{\"result\":\"permerror\",\"domain\":null,\"policy\":null,"
                           "\"spf_aligned\":false,\"dkim_aligned\":false,\"disposition\":\"none\"},"
                           "\"arc\":{\"result\":\"none\",\"chain\":[]},"
                           "\"iprev\":{\"result\":\"none\",\"name\":null}");
  verifier_fixture_clear (&fixture);
}

/* ---- the verb ---- */

static AimxResponse *
call_verify (VerifierFixture *self, guint uid, const char *const *headers, const char *message)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (uid, uid, 1);
  g_autoptr (GBytes) body = g_bytes_new (message, strlen (message));
  g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, strlen (message));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autoptr (AimxRequest) request = NULL;

  g_strv_builder_addv (builder, (const char **) headers);
  g_strv_builder_add_many (builder, "Content-Length", length, NULL);
  all = g_strv_builder_end (builder);
  request = aimx_request_new (caller, "VERIFY", (const char *const *) all, body);
  return aimx_server_call (self->verbs.server, request);
}

static char *
get_trusted (VerifierFixture *self, guint uid, const char *const *headers)
{
  g_autoptr (AimxResponse) response = call_verify (self, uid, headers, MESSAGE);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonNode *trusted;

  g_assert_no_error (aimx_response_get_error (response));
  text = g_strndup (g_bytes_get_data (aimx_response_get_body (response), NULL),
                    g_bytes_get_size (aimx_response_get_body (response)));
  node = json_from_string (text, NULL);
  trusted = json_object_get_member (json_node_get_object (node), "trusted");
  g_assert_nonnull (trusted);
  return json_node_dup_string (trusted);
}

static void
assert_refused (VerifierFixture *self, guint uid, const char *const *headers, const char *code)
{
  g_autoptr (AimxResponse) response = call_verify (self, uid, headers, MESSAGE);

  g_assert_nonnull (aimx_response_get_error (response));
  g_assert_cmpstr (aimx_error_get_wire_code (aimx_response_get_error (response)), ==, code);
}

static void
test_trust_is_told_to_whom_the_mailbox_belongs (void)
{
  VerifierFixture fixture;
  g_autofree char *nobody = NULL;
  g_autofree char *owner = NULL;

  verifier_fixture_init (&fixture, NULL);
  nobody = get_trusted (&fixture, STRANGER, HEADERS ("Ip", "192.0.2.1", "Mail-From", "<bob@a.test>"));
  g_assert_null (nobody);
  owner = get_trusted (&fixture, verb_owner_uid (), HEADERS ("Rcpt", "ann@mx.test"));
  g_assert_cmpstr (owner, ==, "false");
  assert_refused (&fixture, STRANGER, HEADERS ("Rcpt", "ann@mx.test"), "EACCES");
  assert_refused (&fixture, 0, HEADERS ("Rcpt", "nobody@mx.test"), "ENOENT");
  verifier_fixture_clear (&fixture);
}

static void
test_what_cannot_be_meant_is_refused (void)
{
  VerifierFixture fixture;

  verifier_fixture_init (&fixture, NULL);
  assert_refused (&fixture, STRANGER, HEADERS ("Ip", "mail.a.test"), "VALIDATION");
  assert_refused (&fixture, STRANGER, HEADERS ("At", "yesterday"), "MALFORMED");
  verifier_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Refusals are warnings. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/verdict/the-field-is-one-line-that-nobody-forges", test_the_field_is_one_line_that_nobody_forges);
  g_test_add_func ("/verdict/a-long-value-is-cut", test_a_long_value_is_cut);
  g_test_add_func ("/verdict/every-key-is-there-null-when-unknown", test_every_key_is_there_null_when_unknown);
  g_test_add_func ("/verdict/trust-is-told-to-whom-the-mailbox-belongs",
                   test_trust_is_told_to_whom_the_mailbox_belongs);
  g_test_add_func ("/verdict/what-cannot-be-meant-is-refused", test_what_cannot_be_meant_is_refused);
  return g_test_run ();
}
