/* SPDX-License-Identifier: MIT */
/*
 * What a message may cost, whoever wrote it. A message within these limits is read whole; of one beyond them nothing is
 * lost, but what is over is kept unread.
 */
#pragma once

/* Multiparts within one another. One deeper is kept as an attachment. */
#define MIME_DEPTH_MAX 100
/* Parts of all kinds; the last one holds all that follows it. */
#define MIME_PARTS_MAX 1000
/* Bytes of a boundary; RFC 2046, 5.1.1, allows 70. */
#define MIME_BOUNDARY_MAX 250
/* Fields of one header that are read. Those of no interest here do not count. */
#define HEADER_FIELDS_MAX 1000
/* Bytes of a header field; the rest is cut and HEADER_CUT_MARK stands for it. */
#define HEADER_FIELD_MAX (64 * 1024)
#define HEADER_CUT_MARK  "…"
/* Bytes of an encoded word; RFC 2047, 2, allows 75. */
#define ENCODED_WORD_MAX 1000
/* Addresses of one kind of field. */
#define ADDRESSES_MAX 1000
/* Parameters of a Content-Type or Content-Disposition field. */
#define PARAMETERS_MAX 64
/* Bytes that no charset has before its bytes are taken one by one. */
#define CHARSET_ERRORS_MAX 10000
/* Bytes of HTML that are converted, in all parts of a message together. */
#define HTML_MAX (2 * 1024 * 1024)
/* Elements within one another, and in all. */
#define HTML_DEPTH_MAX    200
#define HTML_ELEMENTS_MAX 200000
/* Bytes of Markdown that HTML becomes, and levels of quotes and lists that indent it. */
#define MARKDOWN_MAX        (8 * 1024 * 1024)
#define MARKDOWN_INDENT_MAX 16
