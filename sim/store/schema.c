/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/schema.h"

#include <detente/store.h>

enum { FLAG = 1, SHARE = 0, AMOUNT = 0 };

const store_metric store_metrics[DETENTE_N_METRICS] = {
#define X(name, unit, kind, better, long_name) {#name, unit, long_name, kind},
    DETENTE_METRICS(X)
#undef X
};

const char *const store_table_name[STORE_N_TABLES] = {"encounters", "turns"};

const char *const store_move_name[DETENTE_N_MOVES] = {
#define X(name, ...) #name,
    DETENTE_MOVES(X)
#undef X
};

static const store_column row_keys[] = {
    {"cell", "1", "cell of the row", STORE_UINT32, -1},
    {"replication", "1", "replication of the row, from 0", STORE_UINT32, -1},
    {"encounter", "1", "number of the encounter in its replication, from 0", STORE_UINT32, -1},
};
static const store_column persona = {"persona", "1", "persona of the customer, from 0", STORE_INT8, -1};

static const store_column turn_columns[] = {
    {"turn", "turns", "turn of the encounter, from 1; the row is the state after it", STORE_INT16, -1},
    {"rule", "1", "line of the playbook that fired, from 0", STORE_INT8, -1},
    {"move", "1", "move made", STORE_INT8, -1},
    {"tier", "1", "tier that served the turn, from 0", STORE_INT8, -1},
    {"anger", "1", "the customer's anger", STORE_FLOAT32, -1},
    {"hostility", "1", "the customer's tone, -1 friendly to 1 hostile", STORE_FLOAT32, -1},
    {"agent_hostility", "1", "the agent's tone, -1 friendly to 1 hostile", STORE_FLOAT32, -1},
    {"heard", "1", "how far the customer feels heard", STORE_FLOAT32, -1},
    {"rapport", "1", "rapport and trust", STORE_FLOAT32, -1},
    {"demand", "1", "what the customer asks for, share of the active issue", STORE_FLOAT32, -1},
    {"offer", "1", "what stands offered, share of the active issue", STORE_FLOAT32, -1},
    {"minutes", "min", "minutes since the encounter began, waits included", STORE_FLOAT32, -1},
};

const char *store_root_name(int metric)
{
    return metric == DETENTE_METRIC_turns ? "turns_taken" : store_metrics[metric].name;
}

size_t store_type_size(store_type type)
{
    static const size_t size[] = {[STORE_INT8] = 1, [STORE_INT16] = 2, [STORE_UINT32] = 4, [STORE_FLOAT32] = 4};
    return size[type];
}

static void push(store_columns *columns, const store_column *column)
{
    columns->offset[columns->n + 1] = columns->offset[columns->n] + store_type_size(column->type) * STORE_CHUNK_ROWS;
    columns->column[columns->n++] = *column;
}

void store_columns_init(store_columns *columns, store_table table, uint64_t metrics)
{
    columns->n = 0;
    columns->offset[0] = 0;
    for (size_t i = 0; i < sizeof row_keys / sizeof *row_keys; i++)
        push(columns, &row_keys[i]);
    if (table == STORE_TURNS) {
        for (size_t i = 0; i < sizeof turn_columns / sizeof *turn_columns; i++)
            push(columns, &turn_columns[i]);
        return;
    }
    push(columns, &persona);
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        const store_metric *metric = &store_metrics[m];
        if (metrics >> m & 1)
            push(columns, &(store_column){metric->name, metric->unit, metric->long_name,
                                          metric->flag ? STORE_INT8 : STORE_FLOAT32, m});
    }
}

const char *detente_statistic_name(int statistic)
{
    static const char *const name[DETENTE_N_STATISTICS] = {"mean", "se",  "ci_low", "ci_high", "sd",  "min",  "max",
                                                           "q05",  "q25", "q50",    "q75",     "q95", "count"};
    return statistic >= 0 && statistic < DETENTE_N_STATISTICS ? name[statistic] : NULL;
}
