/* SPDX-License-Identifier: GPL-3.0-or-later */
#define DETENTE_LANES 1
#define FLOOR_NAME floor_scalar
#include "floor.h"
