/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file dump.h Values, trees and designs as YAML that reads back the same. */
#ifndef DETENTE_PARAM_DUMP_H
#define DETENTE_PARAM_DUMP_H

#include "core/text.h"
#include "param/tree.h"

/** In double quotes; what YAML would fold, or may not hold, as an escape. */
void dump_text(text_buffer *b, const char *text);
void dump_number(text_buffer *b, double value);
/** A tree on one line. */
void dump_flow(text_buffer *b, const node *n);
/** `key: tree`, a line for each map or list that holds another, @p indent blanks in. */
void dump_block(text_buffer *b, const char *key, const node *n, int indent);
/** The block `hypotheses`. */
void dump_hypotheses(text_buffer *b, const detente_config *config);
/** The block `design`. */
void dump_design(text_buffer *b, const detente_design *design);

#endif
