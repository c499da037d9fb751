/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file cell.h Compiling cells that share customers. */
#ifndef DETENTE_DESIGN_CELL_H
#define DETENTE_DESIGN_CELL_H

#include "population/customers.h"
#include "strategy/strategy.h"

/** As detente_cell_create(), with customers and moves that are those of @p config; the cell holds the customers. */
int detente_cell_create_for(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                            detente_customers *customers, const move_terms *moves, detente_error *error);
/** Memory of such a cell, without its customers. */
size_t detente_cell_bytes(const detente_config *config, int strategy);

#endif
