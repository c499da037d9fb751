/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file exact.h
 * Double-precision exp, log, pow and a little algebra that give the same bits on every machine.
 *
 * A C library may choose another algorithm where the processor has fused multiply-add; these use + - x / and sqrt alone.
 * Relative error below 4e-15; exact_lanes.h has the first two for arrays. Whatever ends in a result goes through them: quantile tables, concession curves, log-spaced values.
 */
#ifndef DETENTE_CORE_EXACT_H
#define DETENTE_CORE_EXACT_H

/** ln 2 in two parts: a small integer times the first is exact. */
#define EXACT_LN2_HIGH 6.93147180369123816490e-01
#define EXACT_LN2_LOW 1.90821492927058770002e-10

/** e^x; 0 below -745, infinity above 709.78. */
double detente_exact_exp(double x);
/** ln x; -infinity at 0, NAN below, infinity at infinity. */
double detente_exact_log(double x);
/** x^y for x >= 0, as exp(y ln x); 0^0 is 1. */
double detente_exact_pow(double x, double y);
/** Quantile of the standard normal, p in (0, 1): Wichura's AS 241 (PPND16), Applied Statistics 37 (1988) 477. */
double detente_exact_normal_quantile(double p);

/**
 * The lower triangle L with L L' = A of a symmetric matrix, row by row, zeros above it.
 * @param      n  rows of either
 * @return 0, or -1 when @p a is not positive definite (a pivot of at most 1e-12)
 */
int detente_exact_cholesky(int n, const double *a, double *l);

#endif
