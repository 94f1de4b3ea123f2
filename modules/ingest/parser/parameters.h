/* SPDX-License-Identifier: MIT */
/*
 * The value and the parameters of Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2183), with continuations
 * and charsets (RFC 2231), and the encoded words that senders put there instead.
 */
#pragma once

#include "parser/charset.h"

G_BEGIN_DECLS

typedef struct _Parameters Parameters;

/** parameters_parse: Returns: (transfer full): what @length bytes of a field say; they must outlive it */
Parameters *parameters_parse (const char *data, gsize length);
void parameters_free (Parameters *self);

/** parameters_get_token: Returns: (transfer full) (nullable): the value before the parameters in lower case; %NULL when
 * it is no token, or no two tokens with a slash when @slash */
char *parameters_get_token (const Parameters *self, gboolean slash);
/** parameters_get_word: Returns: (transfer full) (nullable): a parameter that is one word of ASCII, such as a charset
 */
char *parameters_get_word (const Parameters *self, const char *name);
/** parameters_get_boundary: Returns: whether there is one; @boundary: (out): as it was written */
gboolean parameters_get_boundary (const Parameters *self, GString *boundary);
/** parameters_get_text: Returns: (transfer full) (nullable): a parameter for people, decoded, of any characters */
char *parameters_get_text (const Parameters *self, const char *name, Charsets *charsets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parameters, parameters_free)

G_END_DECLS
