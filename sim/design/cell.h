/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file cell.h Compiling cells that share customers. */
#ifndef DETENTE_DESIGN_CELL_H
#define DETENTE_DESIGN_CELL_H

#include "population/customers.h"

/** As detente_cell_create(), with customers that are those of @p config; the cell holds them. */
int detente_cell_create_for(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                            detente_customers *customers, detente_error *error);

#endif
