/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file schema.h Names, units, types and meanings of everything in a results file. */
#ifndef DETENTE_STORE_SCHEMA_H
#define DETENTE_STORE_SCHEMA_H

#include <detente/config.h>

/** Rows of a chunk of the tables of rows. Part of the format: equal runs give equal files. */
enum { STORE_CHUNK_ROWS = 16384 };

/** The value of variable `status` of a cell that failed. */
enum { STORE_FAILED = 3 };

typedef enum store_table { STORE_ENCOUNTERS, STORE_TURNS, STORE_N_TABLES } store_table;

/** Column types; all little-endian. */
typedef enum store_type { STORE_INT8, STORE_INT16, STORE_UINT32, STORE_FLOAT32 } store_type;

/** A column of group `encounters` or `turns`. */
typedef struct store_column {
    const char *name, *unit, *long_name;
    store_type type;
    int metric; /**< metric it holds, or -1 */
} store_column;

enum { STORE_MAX_COLUMNS = 4 + DETENTE_N_METRICS };

/** The columns of a table under a config. */
typedef struct store_columns {
    int n;
    store_column column[STORE_MAX_COLUMNS];
    size_t offset[STORE_MAX_COLUMNS +
                  1]; /**< of each column in a chunk's bytes, columns one after the other; last: their sum */
} store_columns;

typedef struct store_metric {
    const char *name, *unit, *long_name;
    int flag; /**< 1: 0 or 1 */
} store_metric;

extern const store_metric store_metrics[DETENTE_N_METRICS];
extern const char *const store_table_name[STORE_N_TABLES];
/** Names of the moves, in enum order. */
extern const char *const store_move_name[DETENTE_N_MOVES];

/** Name of a metric's variable in the root group: its own, but turns_taken where group `turns` has that name. */
const char *store_root_name(int metric);
size_t store_type_size(store_type type);
void store_columns_init(store_columns *columns, store_table table, uint64_t metrics);

#endif
