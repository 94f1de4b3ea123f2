/* SPDX-License-Identifier: MIT */
/*
 * ISO-2022-JP as senders really use it (RFC 1468; WHATWG, Encoding, 12.2).
 *
 * They write characters of windows-31j that no standard of the escape sequences has: `①`, `㈱`, `髙`. And whoever reads
 * a byte of such a character alone reads all that follows it shifted by one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Iso2022JpSet: which characters the bytes are; begins as ISO_2022_JP_ASCII */
typedef enum
{
  ISO_2022_JP_ASCII,
  ISO_2022_JP_KATAKANA, /* half width */
  ISO_2022_JP_KANJI,    /* of two bytes each */
} Iso2022JpSet;

/** Iso2022JpRun: characters of one set */
typedef struct
{
  guint8 text[256]; /* in windows-31j */
  gsize length;
  guint width; /* bytes of each character; 0: what was read is none */
} Iso2022JpRun;

/**
 * iso_2022_jp_read:
 * @set: (inout): in force
 * @data: text that goes on
 * @length: bytes
 * @run: (out): of what was read
 *
 * Returns: how many bytes were read, 0 when more are needed for the first character or escape sequence
 */
gsize iso_2022_jp_read (Iso2022JpSet *set, const guint8 *data, gsize length, Iso2022JpRun *run);

G_END_DECLS
