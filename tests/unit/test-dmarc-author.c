/* SPDX-License-Identifier: MIT */
/* Promises about the authors of a message: what is read, what is not, and that nobody escapes from a policy. */
#include "mailauth/dmarc/author.h"

#include <string.h>

static const struct
{
  const char *header;
  const char *single;  /* the one author */
  const char *domains; /* joined by commas */
} fields[] = {
  /* what people send */
  { "From: bob@a.test\r\n", "bob@a.test", "a.test" },
  { "from : Bob <bob@a.test>\r\n", "bob@a.test", "a.test" },
  { "FROM:<Bob@A.TEST>\n", "Bob@A.TEST", "a.test" },
  { "From: \"Doe, Bob\" <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: =?utf-8?q?B=C3=B6b?= <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: B\xc3\xb6"
    "b <bob@a.test>\n",
    "bob@a.test", "a.test" },
  { "From: Dr. B. Doe [Sales] <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: bob@a.test (Bob (the builder \\) <eve@evil.test>))\n", "bob@a.test", "a.test" },
  { "From: Bob\r\n\t<bob@a.test>\r\n", "bob@a.test", "a.test" },
  { "From: \"bob doe\"@a.test\n", "\"bob doe\"@a.test", "a.test" },
  { "From: joe.@a.test\n", "joe.@a.test", "a.test" },
  { "From: bob . doe @ a . test\n", "bob.doe@a.test", "a.test" },
  { "From: bob@m\xc3\xbcnchen.test\n", "bob@m\xc3\xbcnchen.test", "xn--mnchen-3ya.test" },
  { "From: bob@a.test.\n", "bob@a.test.", "a.test" },
  { "From: bob@[192.0.2.1]\n", "bob@[192.0.2.1]", "" },
  /* RFC 6854 */
  { "From: Team: bob@a.test;\n", "bob@a.test", "a.test" },
  { "From: Team: bob@a.test, Ann <ann@b.test>;\n", NULL, "a.test,b.test" },
  { "From: Nobody:;\n", NULL, "" },
  /* several */
  { "From: bob@a.test, ann@a.test\n", NULL, "a.test" },
  { "From: bob@a.test, eve@evil.test\n", NULL, "a.test,evil.test" },
  { "From: bob@a.test\nTo: x@y.test\nFrom: bob@a.test\n", NULL, "a.test" },
  { "From: bob@a.test\nfrom: eve@evil.test\n", NULL, "a.test,evil.test" },
  /* what could be read in two ways: nobody, but the domain that readers show has its policy */
  { "From: eve@evil.test <bob@a.test>\n", NULL, "evil.test,a.test" },
  { "From: bob@a.test <eve@evil.test>\n", NULL, "a.test,evil.test" },
  { "From: Doe, Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: <@relay.test:bob@a.test>\n", NULL, "a.test" },
  { "From: \"Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: (Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: <eve@evil.test> <bob@a.test>\n", NULL, "evil.test,a.test" },
  { "From: Bob <bob@a.test> and friends\n", NULL, "a.test" },
  { "From: Bob <bob@b@a.test>\n", NULL, "b,a.test" },
  { "From: Bob <bob@a.test\n", NULL, "a.test" },
  /* nothing */
  { "From:\n", NULL, "" },
  { "From: Bob\n", NULL, "" },
  { "From: bob@\n", NULL, "" },
  { "From: @a.test\n", NULL, "" },
  { "From: bob@a..test\n", NULL, "" },
  { "From: bob@a b.test\n", NULL, "a" },
  { "To: bob@a.test\n", NULL, "" },
  { "", NULL, "" },
  { "X-From: bob@a.test\nFrom\n", NULL, "" },
  { "From: \xff\xfe@a.test\n", NULL, "" },
};

static void
test_authors_are_read_as_people_see_them (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (DmarcAuthors) authors = dmarc_authors_new (fields[i].header, strlen (fields[i].header));
      g_autofree char *domains = NULL;

      g_ptr_array_add (authors->domains, NULL);
      domains = g_strjoinv (",", (GStrv) authors->domains->pdata);
      if (g_strcmp0 (dmarc_authors_get_single (authors), fields[i].single) != 0 ||
          g_strcmp0 (domains, fields[i].domains) != 0)
        g_error ("%s: '%s' of '%s'", fields[i].header, dmarc_authors_get_single (authors), domains);
    }
}

static void
test_a_nul_hides_nothing (void)
{
  static const char header[] = "From: bob@a.test\0 <eve@evil.test>\n";
  g_autoptr (DmarcAuthors) authors = dmarc_authors_new (header, sizeof header - 1);

  g_assert_null (dmarc_authors_get_single (authors));
  g_assert_true (g_ptr_array_find_with_equal_func (authors->domains, "evil.test", g_str_equal, NULL));
}

static void
test_any_number_of_addresses_is_bounded_work (void)
{
  g_autoptr (GString) header = g_string_new ("From: x@a.test");
  g_autoptr (GString) deep = g_string_new ("From: ");
  g_autoptr (GString) fields_only = g_string_new (NULL);
  g_autoptr (DmarcAuthors) several = NULL;
  g_autoptr (DmarcAuthors) many = NULL;
  g_autoptr (DmarcAuthors) nested = NULL;

  for (guint i = 0; i < 50000; i++)
    g_string_append_printf (header, ", x@d%u.test", i);
  for (guint i = 0; i < 500000; i++)
    g_string_append_c (deep, '(');
  many = dmarc_authors_new (header->str, header->len);
  g_assert_cmpuint (many->addresses->len, ==, DMARC_AUTHORS_MAX);
  g_assert_null (dmarc_authors_get_single (many));
  nested = dmarc_authors_new (deep->str, deep->len);
  g_assert_null (dmarc_authors_get_single (nested));
  for (guint i = 0; i < 40000; i++)
    g_string_append_printf (fields_only, "From: <x@d%u.test>\n", i);
  several = dmarc_authors_new (fields_only->str, fields_only->len);
  g_assert_cmpuint (several->domains->len, ==, DMARC_AUTHORS_MAX);
  g_assert_null (dmarc_authors_get_single (several));
}

static void
test_a_long_domain_is_none (void)
{
  g_autoptr (GString) header = g_string_new ("From: x@");
  g_autoptr (DmarcAuthors) authors = NULL;

  for (gunichar c = 0x4e00; c < 0x4e00 + 20000; c++)
    g_string_append_unichar (header, c);
  g_string_append (header, ".test\n");
  authors = dmarc_authors_new (header->str, header->len);
  g_assert_null (dmarc_authors_get_single (authors));
  g_assert_cmpuint (authors->domains->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dmarc-author/authors-are-read-as-people-see-them", test_authors_are_read_as_people_see_them);
  g_test_add_func ("/dmarc-author/a-nul-hides-nothing", test_a_nul_hides_nothing);
  g_test_add_func ("/dmarc-author/any-number-of-addresses-is-bounded-work",
                   test_any_number_of_addresses_is_bounded_work);
  g_test_add_func ("/dmarc-author/a-long-domain-is-none", test_a_long_domain_is_none);
  return g_test_run ();
}
