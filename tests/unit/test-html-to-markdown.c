/* SPDX-License-Identifier: MIT */
/* What HTML becomes: one case a promise, as it stands in mail. */
#include "parser/html-guard.h"
#include "parser/html-to-markdown.h"
#include "parser/message-parser.h"
#include "parser/parser-limits.h"

#include <string.h>

typedef struct
{
  const char *promise;
  const char *html;
  const char *markdown;
} Case;

/* More than 4 KiB. */
#define TIMES_8(text) text text text text text text text text
#define LONG          TIMES_8 (TIMES_8 (TIMES_8 ("xxxxxxxxx")))

static const Case cases[] = {
  { "text-collapses", " a \n\t b&nbsp;c ", "a b c" },
  { "inline-elements-do-not-part-words", "w<b>or</b>d <i>x</i><span>y</span>", "word xy" },
  { "paragraphs-have-an-empty-line-between", "<p>one<p>two</p>three", "one\n\ntwo\n\nthree" },
  { "lines-are-kept-where-the-style-says-so",
    "<div style='white-space:pre-wrap'>a\n  b\n\nc <b>d\ne</b><p style='white-space:normal'>f\ng</p></div>h\ni",
    "a  \nb\n\nc d  \ne\n\nf g\n\nh i" },
  { "divs-are-lines", "<div>one</div><div>two</div>", "one  \ntwo" },
  { "br-is-a-line", "one<br>two<br/>three", "one  \ntwo  \nthree" },
  { "two-br-end-a-paragraph", "one<br><br><br>two", "one\n\ntwo" },
  { "headings", "<h1>A</h1><h2>B <b>c</b></h2>d<h6>E</h6>", "# A\n\n## B c\n\nd\n\n###### E" },
  { "empty-headings-vanish", "a<h1> </h1>b", "a  \nb" },
  { "links", "<a href='https://x.example/?a=1&amp;b=2'>t</a>", "[t](https://x.example/?a=1&b=2)" },
  { "link-that-says-where", "<a href='http://x.example'>http://x.example</a>", "<http://x.example>" },
  { "mail-link-that-says-where", "<a href='mailto:a@b.example'>a@b.example</a>", "<a@b.example>" },
  { "links-to-code-are-text", "<a href='java&#10;script:x()'>t</a> <a href=data:text/html,x>u</a>", "t u" },
  { "links-within-the-page-are-text", "<a href='#top'>t</a><a name=top>u</a>", "tu" },
  { "link-cannot-break-out", "<a href='http://x/)](y'>a]b</a>", "[a\\]b](http://x/%29]%28y)" },
  { "link-around-blocks", "<a href='http://x'><div>a</div><h1>b</h1></a>", "[a b](http://x)" },
  { "link-around-a-table", "<a href='http://x'><table><tr><td>a<td>b<tr><td>c<td>d</table></a>",
    "[a b c d](http://x)" },
  { "link-on-several-lines", "<a href='http://x/\n\ta\r\nb&#10;c'>t</a>", "[t](http://x/abc)" },
  { "link-of-any-length", "<a href='http://x/" LONG "'>t</a>", "[t](http://x/" LONG ")" },
  { "link-around-nothing-vanishes", "a<a href='http://x'> </a>b", "ab" },
  { "link-around-a-picture", "<a href='http://x'><img src=y></a>", "[image](http://x)" },
  { "image-is-its-text", "<img src=cid:1 alt='A &lt;b&gt;'>", "![A \\<b>]" },
  { "image-without-text-vanishes", "a<img src=x>b", "ab" },
  { "tracking-pixels-vanish", "a<img src=x alt=t width=1 height=1><img alt=u height='0'>b", "ab" },
  { "list", "<ul><li>a</li><li>b</li></ul>", "- a\n- b" },
  { "ordered-list-from", "<ol start=9><li>a<li>b</ol>", "9. a\n10. b" },
  { "items-with-numbers", "<ol><li>a<li value=7>b<li>c</ol>", "1. a\n7. b\n8. c" },
  { "nested-lists", "<ul><li>a<ol><li>b<li>c</ol><li>d</ul>", "- a\n  1. b\n  2. c\n- d" },
  { "list-in-the-wrong-place", "<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n\n- b" },
  { "item-of-paragraphs", "<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b" },
  { "empty-items-vanish", "<ul><li></li><li>a</li></ul>", "- a" },
  { "stray-item", "a<li>b", "a\n- b" },
  { "quote", "a<blockquote>b<br>c</blockquote>d", "a\n\n> b  \n> c\n\nd" },
  { "nested-quote", "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b" },
  { "list-in-quote", "<blockquote><ul><li>a<li>b</ul></blockquote>", "> - a\n> - b" },
  { "empty-quote-vanishes", "a<blockquote><br></blockquote>", "a" },
  { "code", "<code>a*b</code> <tt>c`d</tt>", "`a*b` ``c`d``" },
  { "pre", "<pre>\na\n  b\n\nc\n</pre>d", "```\na\n  b\n\nc\n```\n\nd" },
  { "pre-with-fence", "<pre>```x</pre>", "````\n```x\n````" },
  { "pre-in-quote", "<blockquote><pre>a\n\nb</pre></blockquote>", "> ```\n> a\n>\n> b\n> ```" },
  { "rule", "a<hr>b", "a\n\n---\n\nb" },
  { "table", "<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |" },
  { "table-cell-is-a-line", "<table><tr><td>a|b<td>c<tr><td><p>1</p><p>2</p><td><br></table>",
    "| a\\|b | c |\n| --- | --- |\n| 1 2 |  |" },
  { "colspan", "<table><tr><td>a<td>b<tr><td colspan=2>c<tr><td>d<td>e</table>",
    "| a | b |\n| --- | --- |\n| c |  |\n| d | e |" },
  { "rowspan",
    "<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td>2<td rowspan=3 colspan=1>3<tr><td>4<tr><td>5<td>6</table>",
    "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 |  |\n| 5 | 6 |  |" },
  { "caption", "<table><caption>T</caption><tr><td>a<td>b<tr><td>c<td>d</table>",
    "T\n\n| a | b |\n| --- | --- |\n| c | d |" },
  { "hidden-rows-vanish",
    "<table><thead hidden><tr><td>x<td>x</thead><tbody><tr><td>a<td>b<tr style='display:none'><td>x<td>x"
    "<tr><td>c<td>d<tbody style='display:none'><tr><td>x<td>x<tbody style='font-size:0'><tr><td>x<td "
    "style='font-size:9pt'>e</table>",
    "| a | b |\n| --- | --- |\n| c | d |\n|  | e |" },
  { "text-in-no-cell-is-kept", "<table><tr><td>a<td>b</tr>c<tr><td>d<td>e</table>", "a b  \nc  \nd e" },
  { "cells-in-no-row-are-kept", "<table><tr><form><td>a<td>b</form><tr><td>c<td>d<tr><td>e<td>f</table>",
    "a b  \nc d  \ne f" },
  { "layout-table-by-role", "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>", "a b  \nc d" },
  { "layout-table-by-contents", "<table><tr><td><h1>a</h1><td>b<tr><td>c<td>d</table>", "# a\n\nb  \nc d" },
  { "layout-table-of-tables", "<table><tr><td><table><tr><td>a<tr><td>b</table></table>", "a  \nb" },
  { "definitions", "<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a  \nb  \nc  \nd" },
  { "scripts-and-styles-vanish", "a<script>x<b></script><style>y</style><title>z</title>b", "ab" },
  { "forms-and-media-vanish", "a<svg><text>x</text></svg><select><option>y</select><textarea><b>z</textarea>b", "ab" },
  { "hidden-vanishes",
    "a<p hidden>x</p><div style='Display : NONE'>y</div><i style='color:red;visibility:hidden'>z</i>b", "ab" },
  { "hidden-elements-of-no-interest-vanish",
    "<body style='font-size:0'>x<button style='display:none'>x</button><o:p hidden><o:p></o:p>x</o:p>"
    "<picture style='font-size:9pt'>a</picture></body>",
    "a" },
  { "hidden-vanishes-whatever-is-in-it",
    "<b hidden><p>x</p></b><i hidden><table><td>x</table></i><h1 hidden><p>x</h1>a", "a" },
  { "hidden-formatting-goes-on-behind-its-block",
    "<p><b hidden>x<p>x<img alt=x></b>a<p><i style='display:none'>x</p>x<table><td>x<b hidden>x</table>x</i>b",
    "a\n\nb" },
  { "formatting-in-a-cell-ends-with-it", "<table><tr><td><b hidden>x<td>a</table>b", "a  \nb" },
  { "formatting-that-goes-on-ends-once", "<b><p><b hidden>x</p>x</b>a</b>b", "ab" },
  { "hidden-blocks-go-on-behind-formatting",
    "<b><div hidden>x</b>x<section></b></section>x</div>a<a href='http://x'><ul hidden>x<a href='http://y'>x</ul></a>b",
    "ab" },
  { "hidden-part-of-a-line-ends-no-block", "<div>a<span hidden>x<div>x</span>x</div>x</span>b</div>c", "ab  \nc" },
  { "items-end-no-section-around-them", "<ul><li hidden>x<section>x<li>x</section><li>a</ul>", "- a" },
  { "items-end-a-paragraph", "<p hidden>x<li>a", "- a" },
  { "headings-end-one-another", "<h1 hidden>x</h2>a<h2 hidden>x<h3>b</h3>", "a\n\n### b" },
  { "buttons-hold-paragraphs", "<p>a<button hidden>x<p>x</p>x</button>b", "ab" },
  { "forms-hold-no-forms", "<form>a<form hidden>b</form>c", "ab  \nc" },
  { "style-of-any-length-hides", "<p style='" LONG ";display:none'>x</p>a", "a" },
  { "preview-text-vanishes", "<div style='max-height:0px;overflow:hidden'>x</div>a", "a" },
  { "zero-hides-in-any-form",
    "<p style='opacity:0.0'>x</p><p style='opacity:.0%'>x</p><p style='max-height:0em'>x</p>"
    "<p style='height:0;overflow:hidden'>x</p><p style='visibility:collapse'>x</p><p style='height:0'>a</p>",
    "a" },
  { "last-style-counts",
    "<p style='display:none;display:block'>a</p><p style='display:block;display:none;display:bogus'>x</p>"
    "<p style='display:none!important;display:block'>x</p><p style='display:block ! important;display:none'>b</p>",
    "a\n\nb" },
  { "hidden-from-outlook-alone-is-seen",
    "<!--[if mso]><v:rect href='http://x'>t</v:rect><![endif]--><a href='http://x' "
    "style='color:red;mso-hide:all'>t</a>",
    "[t](http://x)" },
  { "small-is-not-hidden", "<td style='font-size:1px'>a</td><p style='max-height:0.5em;opacity:0.5'>b</p>", "a\n\nb" },
  { "hidden-item-vanishes", "<ol><li hidden>x</li><li>a</li><li style='display:none'>y</li><li>b</li></ol>",
    "1. a\n2. b" },
  { "hidden-caption-vanishes", "<table><caption style='display:none'>x</caption><tr><td>a<td>b<tr><td>c<td>d</table>",
    "| a | b |\n| --- | --- |\n| c | d |" },
  { "text-without-size-vanishes",
    "a<p style='font-size:0'>x</p><i style='Font-Size : 0px'>x</i><b style='font-size:0.0em;color:red'>x</b>"
    "<u style='font-size:0%'>x</u><s style='font-size:+.0pt!important'>x</s>b",
    "a\n\nb" },
  { "text-sized-again-is-seen", "<div style='font-size:0'>x<p style='font-size:14px'>a <b>b</b></p>y</div>", "a b" },
  { "words-in-a-cell-without-size-stay-apart",
    "<td style='font-size:0'><b style='font-size:9pt'>a</b> <b style='font-size:small'>b</b>x<b "
    "style='font-size:1rem'>c</b>",
    "a bc" },
  { "nothing-of-nothing-is-nothing",
    "<div style='font-size:0'><p style='font-size:1em'>x</p><p style='font-size:150%'>x</p>"
    "<p style='font-size:larger'>x</p><p style='font-size:inherit'>x</p><p style='color:red'>x</p></div>a",
    "a" },
  { "last-font-size-counts", "<p style='font-size:0;font-size:9px'>a</p><p style='font-size:9px;font-size:0'>x</p>",
    "a" },
  { "important-font-size-counts",
    "<p style='font-size:0!important;font-size:9px'>x</p><p style='font-size:9px ! important;font-size:0'>a</p>", "a" },
  { "what-is-no-font-size-does-not-count",
    "<p style='font-size:0;font-size:-1px;font-size:red;font-size'>x</p><p style='x-font-size:0;line-height:0'>a</p>",
    "a" },
  { "font-has-a-size-too",
    "<p style='font:0/0 a'>x</p><p style='font:italic 700 0px/1.5 Arial'>x</p><div style='font:0 a'>x"
    "<p style='font:bold 700 12px/0 Arial'>a</p></div><p style='font:bold'>b</p>",
    "a\n\nb" },
  { "comments-in-a-style-are-blanks", "<p style='font-size:/**/0'>x</p><p style='display:/* ; */none'>x</p>a", "a" },
  { "links-without-size-vanish",
    "<div style='font-size:0'><a href='http://x'>x</a><a href='http://y'>http://y</a>"
    "<a href='http://z' style='font-size:9px'>a</a></div>"
    "<a href='http://w'>b<i style='font-size:0'>x</i></a> <a href='http://v'>http://v<i style='font-size:0'>x</i></a>",
    "[a](http://z)  \n[b](http://w) <http://v>" },
  { "blocks-without-size-vanish",
    "<div style='font-size:0'><h1>x</h1><pre>x</pre><code>x</code><blockquote>x</blockquote><ul><li>x</ul></div>"
    "<ul style='font-size:0'><li>x<li style='font-size:9px'>a</ul><pre>b<i style='font-size:0'>x</i></pre>",
    "- a\n\n```\nb\n```" },
  { "table-without-size-is-empty",
    "<table style='font-size:0'><caption>x</caption><tr><td>x<td style='font-size:9px'>a"
    "<tr style='font-size:9px'><td>b<td style='font-size:0'>x</table>",
    "|  | a |\n| --- | --- |\n| b |  |" },
  { "images-need-no-font-size", "<div style='font-size:0'><img alt=a></div>", "![a]" },
  { "fillers-vanish", "a&#8203;b&shy;c&#847;d&#65279;", "abcd" },
  { "comments-vanish", "a<!-- x > --><!--[if mso]><p>y</p><![endif]--><![if !mso]>b<![endif]>", "ab" },
  { "comments-of-all-kinds-end", "<!-->a<!--->b<!-- x --!>c<!--!> x -->d<!---- x --->e", "abcde" },
  { "emphasis-is-escaped", "*a* _b_ c_d 2 * 3", "\\*a\\* \\_b\\_ c_d 2 * 3" },
  { "code-and-tags-are-escaped", "`a` &lt;b> 1 &lt; 2 \\* c\\d", "\\`a\\` \\<b> 1 < 2 \\\\\\* c\\d" },
  { "link-in-text-is-escaped", "[a](b) [1]", "[a\\](b) [1]" },
  { "blocks-are-escaped", "<p># a<p>#a<p>- b<p>-b<p>3. c<p>3.c<p>&gt; d<p>+ e<p>* f<p>---<p>===<p>~~~",
    "\\# a\n\n#a\n\n\\- b\n\n-b\n\n3\\. c\n\n3.c\n\n\\> d\n\n\\+ e\n\n\\* f\n\n\\---\n\n\\===\n\n\\~~~" },
  { "entities", "&eacute;&#233;&#xe9;&euro;&unknown; &amp; &lt;", "ééé€&unknown; & <" },
  { "numbers-of-windows-1252", "it&#146;s &#128;1&#x85;&#129;", "it’s €1…" },
  { "entities-without-semicolon", "a&nbspb &amp c &copyd &eurof &#169g", "a b & c ©d &eurof ©g" },
  { "entities-in-links", "<a href='http://x/?a&copy=1&amp;b&#x3d;2&ltx&reg'>t</a>",
    "[t](http://x/?a&copy=1&b=2&ltx®)" },
  { "characters-that-are-none", "a&#xFFFE;\xEF\xBF\xBF]]&gt;b", "a]]>b" },
  { "numbers-that-are-no-character", "a&#0;&#xD800;&#x110000;b", "ab" },
  { "attributes-of-all-kinds", "<a href = http://x/>t</a><a HREF=\"http://y\"href=http://z>u</a>",
    "[t](http://x/)[u](http://y)" },
  { "tag-that-does-not-end", "a<p title='", "a" },
  { "no-tags-at-all", "1 < 2 & 3 > 2 <", "1 < 2 & 3 > 2 <" },
  { "empty", "", "" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GString) markdown = g_string_new (NULL);

  g_assert_true (html_to_markdown (test->html, strlen (test->html), markdown));
  g_assert_cmpstr (markdown->str, ==, test->markdown);
}

static void
test_what_follows_many_open_elements_is_kept (void)
{
  g_autoptr (GString) html = g_string_new (NULL);
  g_autoptr (GString) markdown = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (html, "<font><b>");
  g_string_append (html, "the end");
  g_assert_true (html_to_markdown (html->str, html->len, markdown));
  g_assert_cmpstr (markdown->str, ==, "the end");
}

static void
test_what_is_hidden_within_many_open_elements_vanishes (void)
{
  g_autoptr (GString) html = g_string_new (NULL);
  g_autoptr (GString) markdown = g_string_new (NULL);

  for (guint i = 0; i < HTML_DEPTH_MAX; i++)
    g_string_append (html, "<b>");
  g_string_append (html, "<div style='display:none'>x<div>x</div>x</div><x-y hidden>x</x-y>a");
  g_assert_true (html_to_markdown (html->str, html->len, markdown));
  g_assert_cmpstr (markdown->str, ==, "a");
}

static void
test_all_cells_of_a_row_are_kept (void)
{
  g_autoptr (GString) html = g_string_new ("<table><tr><td>a<td>b<tr>");
  g_autoptr (GString) markdown = g_string_new (NULL);

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (html, "<td>%u", i);
  g_assert_true (html_to_markdown (html->str, html->len, markdown));
  g_assert_true (g_str_has_suffix (markdown->str, "| 298 | 299 |"));
}

static void
test_quotes_indent_only_so_far (void)
{
  g_autoptr (GString) html = g_string_new (NULL);
  g_autoptr (GString) markdown = g_string_new (NULL);

  for (guint i = 0; i < 100; i++)
    g_string_append (html, "<blockquote>");
  g_string_append (html, "deep");
  g_assert_true (html_to_markdown (html->str, html->len, markdown));
  g_assert_true (g_str_has_suffix (markdown->str, "> deep"));
  g_assert_cmpuint (markdown->len, ==, 2 * MARKDOWN_INDENT_MAX + strlen ("deep"));
}

static void
test_markdown_is_no_longer_than_the_limit (void)
{
  g_autoptr (GString) html = g_string_new (NULL);
  g_autoptr (GString) markdown = g_string_new (NULL);

  for (guint i = 0; i < 16; i++)
    g_string_append (html, "<blockquote>");
  while (html->len < HTML_MAX - 5)
    g_string_append (html, "<p>x");
  g_assert_false (html_to_markdown (html->str, html->len, markdown));
  g_assert_cmpuint (markdown->len, >=, MARKDOWN_MAX);
  g_assert_cmpuint (markdown->len, <, MARKDOWN_MAX + 1000);
}

static void
test_the_guard_lets_through_only_what_is_well_nested (void)
{
  const char *html = "<p onclick=x id=y>a<p>b</i><ul><li>c<li>d</ul><unknown>e<br></p>f<td>";
  g_autoptr (GString) clean = html_guard_clean (html, strlen (html));

  g_assert_cmpstr (clean->str, ==, "<html><p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>e<br/>f<td></td></html>");
}

int
main (int argc, char **argv)
{
  message_parser_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/html/", cases[i].promise, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/html/what-follows-many-open-elements-is-kept", test_what_follows_many_open_elements_is_kept);
  g_test_add_func ("/html/what-is-hidden-within-many-open-elements-vanishes",
                   test_what_is_hidden_within_many_open_elements_vanishes);
  g_test_add_func ("/html/all-cells-of-a-row-are-kept", test_all_cells_of_a_row_are_kept);
  g_test_add_func ("/html/quotes-indent-only-so-far", test_quotes_indent_only_so_far);
  g_test_add_func ("/html/no-longer-than-the-limit", test_markdown_is_no_longer_than_the_limit);
  g_test_add_func ("/html/guard-lets-through-what-is-well-nested",
                   test_the_guard_lets_through_only_what_is_well_nested);
  return g_test_run ();
}
