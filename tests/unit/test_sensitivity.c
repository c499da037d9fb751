/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sobol indices and elementary effects of functions whose answers are known, with and without noise of replications, with and
 * without common random numbers.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/suite.h"

enum { MOST = 20, DRAWS = 1000 };
static const double PI = 3.14159265358979323846;

static double *y;
static detente_sobol_index sobol[MOST];
static detente_sobol_output output;
static detente_morris_effect effect[MOST];
static detente_bootstrap how = {.seed = 1, .draws = DRAWS, .confidence = 0.95};

/* ---- functions whose indices are known -------------------------------------------------------------------------------- */

/* Ishigami & Homma (1990), a = 7, b = .1, on the unit cube. */
static double ishigami(const double *x, int n)
{
    (void)n;
    const double a = PI * (2 * x[0] - 1), b = PI * (2 * x[1] - 1), c = PI * (2 * x[2] - 1);
    return sin(a) + 7 * sin(b) * sin(b) + 0.1 * c * c * c * c * sin(a);
}

/* Closed forms: Sobol & Levitan (1999); Saltelli et al. (2008), Global Sensitivity Analysis, (4.34). */
static void ishigami_indices(double *first, double *total)
{
    const double a = 7, b = 0.1, p4 = PI * PI * PI * PI;
    const double v1 = (1 + b * p4 / 5) * (1 + b * p4 / 5) / 2, v2 = a * a / 8, v13 = 8 * b * b * p4 * p4 / 225;
    const double v = v1 + v2 + v13;
    first[0] = v1 / v;
    first[1] = v2 / v;
    first[2] = 0;
    total[0] = (v1 + v13) / v;
    total[1] = v2 / v;
    total[2] = v13 / v;
}

/* Sobol's g function (Sobol 1993; Saltelli & Sobol 1995) with the coefficients that Saltelli et al. (2010) use. */
static const double G[8] = {0, 1, 4.5, 9, 99, 99, 99, 99};

static double g_function(const double *x, int n)
{
    double product = 1;
    for (int k = 0; k < n; k++)
        product *= (fabs(4 * x[k] - 2) + G[k]) / (1 + G[k]);
    return product;
}

static void g_indices(double *first, double *total, int n)
{
    double all = 1;
    for (int k = 0; k < n; k++)
        all *= 1 + 1 / (3 * (1 + G[k]) * (1 + G[k]));
    for (int k = 0; k < n; k++) {
        const double v = 1 / (3 * (1 + G[k]) * (1 + G[k]));
        first[k] = v / (all - 1);
        total[k] = v * all / (1 + v) / (all - 1);
    }
}

/* ---- designs and noise ------------------------------------------------------------------------------------------------ */

static uint64_t state;

static double uniform(void)
{
    state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64: Steele, Lea & Flood (2014) */
    uint64_t z = state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * PI * uniform());
}

/* Noise of a replication, none on average: shared by all cells, by itself and in proportion to a parameter, and each cell's own. */
typedef struct noise {
    double shared, sloping, own;
} noise;

static detente_config config;
static detente_sweep *sweep;

/* The program's own design of n parameters from 0 to 1. */
static void open_design(const char *type, int n, int points)
{
    static const char *const MOVE[] = {"listen", "ask", "apologise", "explain"};
    static const char *const EFFECT[] = {"validation", "warmth", "irritation", "explanation", "choice"};
    char text[4096];
    int at = sprintf(text, "detente: 1\nseed: 7\nstrategies: [typical]\ndesign:\n  type: %s\n  points: %d\n  vary:\n",
                     type, points);
    for (int k = 0; k < n; k++)
        at += sprintf(text + at, "    moves.%s.%s: {from: 0, to: 1}\n", MOVE[k / 5], EFFECT[k % 5]);
    detente_error error = {0};
    ck_assert_msg(!detente_config_parse(&config, text, strlen(text), "test", NULL, 0, &error, NULL), "%s", error.text);
    ck_assert_int_eq(detente_sweep_open(&sweep, &config, &error), 0);
}

static void close_design(void)
{
    detente_sweep_close(sweep);
    detente_config_clear(&config);
    free(y);
}

/* m replications of a function on all points of the design; parameter `sloped` is the one that the sloping noise goes with. */
static void play(double (*f)(const double *x, int n), int n, size_t m, noise size, int sloped)
{
    const uint64_t points = detente_sweep_points(sweep);
    double x[MOST];
    double *shared = malloc(m * sizeof *shared), *sloping = malloc(m * sizeof *sloping);
    y = malloc(points * m * sizeof *y);
    for (size_t r = 0; r < m; r++) {
        shared[r] = size.shared * normal();
        sloping[r] = size.sloping * normal();
    }
    for (uint64_t i = 0; i < points; i++) {
        ck_assert_int_eq(detente_sweep_values(sweep, i, x, NULL), 0);
        for (size_t r = 0; r < m; r++)
            y[i * m + r] = f(x, n) + shared[r] + sloping[r] * x[sloped] + (size.own > 0 ? size.own * normal() : 0);
    }
    free(sloping);
    free(shared);
}

static void play_again(double (*f)(const double *x, int n), int n, size_t m, noise size, int sloped)
{
    free(y);
    play(f, n, m, size, sloped);
}

static void analyse(size_t rows, size_t n, size_t m)
{
    detente_error error = {0};
    ck_assert_msg(!detente_sobol(y, rows, n, m, &how, sobol, &output, &error), "%s", error.text);
}

static void expect_indices(const double *first, const double *total, int n, double tolerance)
{
    for (int k = 0; k < n; k++) {
        ck_assert_double_eq_tol(sobol[k].first, first[k], tolerance);
        ck_assert_double_eq_tol(sobol[k].total, total[k], tolerance);
        ck_assert(sobol[k].first_low <= sobol[k].first && sobol[k].first <= sobol[k].first_high);
        ck_assert(sobol[k].total_low <= sobol[k].total && sobol[k].total <= sobol[k].total_high);
    }
}

/* ---- Sobol ------------------------------------------------------------------------------------------------------------ */

START_TEST(ishigami_without_noise)
{
    enum { ROWS = 4096 };
    double first[3], total[3];
    ishigami_indices(first, total);
    open_design("saltelli", 3, ROWS);
    play(ishigami, 3, 2, (noise){0, 0, 0}, 0);
    analyse(ROWS, 3, 2);
    expect_indices(first, total, 3, 0.01);
    /* Mean a / 2, variance of the closed form: 13.84. */
    ck_assert_double_eq_tol(output.mean, 3.5, 0.01);
    ck_assert_double_eq_tol(output.variance, 13.8446, 0.1);
    ck_assert(output.variance_low < 13.8446 && 13.8446 < output.variance_high);
    close_design();
}
END_TEST

START_TEST(g_without_noise)
{
    enum { ROWS = 4096 };
    double first[8], total[8];
    g_indices(first, total, 8);
    open_design("saltelli", 8, ROWS);
    play(g_function, 8, 2, (noise){0, 0, 0}, 0);
    analyse(ROWS, 8, 2);
    expect_indices(first, total, 8, 0.015);
    close_design();
}
END_TEST

/* With ten replications whose means vary as much as the function does. */
START_TEST(known_with_noise)
{
    enum { ROWS = 4096, M = 10 };
    static const noise NOISE[] = {{0, 0, 3}, {3, 0, 0}, {2, 1, 2}};
    double first[8], total[8];
    ishigami_indices(first, total);
    open_design("saltelli", 3, ROWS);
    for (int i = 0; i < 3; i++) {
        state = 11;
        how.shared = NOISE[i].shared > 0;
        play_again(ishigami, 3, M, NOISE[i], 1);
        analyse(ROWS, 3, M);
        expect_indices(first, total, 3, 0.035);
    }
    close_design();
    y = NULL;
    g_indices(first, total, 4);
    open_design("saltelli", 4, ROWS);
    for (int i = 0; i < 2; i++) {
        state = 12;
        how.shared = i;
        play_again(g_function, 4, M, i ? (noise){0.5, 0, 0.3} : (noise){0, 0, 0.5}, 0);
        analyse(ROWS, 4, M);
        expect_indices(first, total, 4, 0.06);
    }
    close_design();
}
END_TEST

/*
 * The numerators and the variance of few rows and two replications, over 400 draws of the noise, are on average what they are
 * without noise on the same rows: within 4 standard errors, eight numbers each (false alarm 5e-4).
 */
START_TEST(no_bias)
{
    enum { ROWS = 64, M = 2, N = 3, TIMES = 400 };
    static const noise NOISE[] = {{0, 0, 2}, {4, 0, 0}, {2, 2, 1}};
    open_design("saltelli", N, ROWS);
    play(ishigami, N, M, (noise){0, 0, 0}, 0);
    how.draws = 2; /* nothing is asked of intervals here */
    analyse(ROWS, N, M);
    detente_moments sample; /* of A and B */
    detente_moments_init(&sample);
    for (size_t cell = 0; cell < (size_t)ROWS * (N + 2); cell++)
        if (cell % (N + 2) < 2)
            detente_moments_add(&sample, y[cell * M]);
    ck_assert_double_eq_tol(output.variance, detente_moments_variance(&sample), 1e-12 * output.variance);
    ck_assert_double_eq_tol(output.mean, sample.mean, 1e-12);
    double exact[2 * N + 1] = {output.variance};
    for (int k = 0; k < N; k++) {
        exact[1 + 2 * k] = sobol[k].first * output.variance;
        exact[2 + 2 * k] = sobol[k].total * output.variance;
    }
    for (int i = 0; i < 3; i++) {
        detente_moments moments[2 * N + 1];
        state = 13;
        for (int q = 0; q < 2 * N + 1; q++)
            detente_moments_init(&moments[q]);
        for (int t = 0; t < TIMES; t++) {
            play_again(ishigami, N, M, NOISE[i], 1);
            analyse(ROWS, N, M);
            detente_moments_add(&moments[0], output.variance);
            for (int k = 0; k < N; k++) {
                detente_moments_add(&moments[1 + 2 * k], sobol[k].first * output.variance);
                detente_moments_add(&moments[2 + 2 * k], sobol[k].total * output.variance);
            }
        }
        for (int q = 0; q < 2 * N + 1; q++) {
            const double error = sqrt(detente_moments_variance(&moments[q]) / TIMES);
            /* A number that the noise does not reach is exact but for rounding. */
            ck_assert_double_eq_tol(moments[q].mean, exact[q], 4 * error + 1e-9);
        }
    }
    close_design();
    how.draws = DRAWS;
}
END_TEST

/* Rows drawn at random, as the intervals take them to be, and parameter 3 without any effect: its noise is not taken for one. */
typedef struct coverage {
    int covered, known, alarms;
} coverage;

static double additive(const double *x)
{
    return 3 * x[0] + 2 * x[1] + 2 * x[0] * x[1];
}

static coverage cover(int times, size_t rows, size_t m, noise size, const double *first, const double *total)
{
    enum { N = 3 };
    coverage c = {0, 0, 0};
    y = malloc(rows * (N + 2) * m * sizeof *y);
    how.draws = 300;
    for (int t = 0; t < times; t++) {
        double shared[64], sloping[64];
        for (size_t r = 0; r < m; r++) {
            shared[r] = size.shared * normal();
            sloping[r] = size.sloping * normal();
        }
        for (size_t j = 0; j < rows; j++) {
            double a[N], b[N];
            for (int k = 0; k < N; k++) {
                a[k] = uniform();
                b[k] = uniform();
            }
            for (int cell = 0; cell < N + 2; cell++) {
                double x[N];
                for (int k = 0; k < N; k++)
                    x[k] = cell == 1 || cell == k + 2 ? b[k] : a[k];
                for (size_t r = 0; r < m; r++)
                    y[(j * (N + 2) + (size_t)cell) * m + r] =
                        additive(x) + shared[r] + sloping[r] * x[2] + size.own * normal();
            }
        }
        how.seed = (uint64_t)t;
        analyse(rows, N, m);
        for (int k = 0; k < N; k++) {
            c.covered += sobol[k].first_low <= first[k] && first[k] <= sobol[k].first_high;
            c.covered += sobol[k].total_low <= total[k] && total[k] <= sobol[k].total_high;
            c.known += 2;
        }
        c.alarms += sobol[2].total_low > 0;
    }
    how = (detente_bootstrap){.seed = 1, .draws = DRAWS, .confidence = 0.95};
    free(y);
    return c;
}

START_TEST(intervals)
{
    static const struct {
        size_t rows, m;
        noise size;
    } CASE[] = {{256, 10, {0, 0, 1}}, {256, 10, {1, 0, 1}}, {256, 10, {1, 1, 0}},
                {256, 40, {1, 1, 1}}, {256, 3, {1, 1, 1}},  {32, 10, {0, 0, 1}}};
    /* 3 x + 2 y + 2 x y = 2 (x + 1)(y + 3/2) - 3: means 3/2 and 2, variances 1/12. */
    const double vx = 4.0 / 12 * 4, vy = 4.0 / 12 * 9 / 4, vxy = 4.0 / 144, v = vx + vy + vxy;
    const double first[3] = {vx / v, vy / v, 0}, total[3] = {(vx + vxy) / v, (vy + vxy) / v, 0};
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        const int times = 200;
        state = 14;
        how.shared = CASE[i].size.shared > 0;
        const coverage c = cover(times, CASE[i].rows, CASE[i].m, CASE[i].size, first, total);
        const double covered = (double)c.covered / c.known, alarms = (double)c.alarms / times;
        ck_assert_double_ge(covered, 0.90);
        ck_assert_double_le(alarms, 0.05);
    }
}
END_TEST

/* ---- Morris ----------------------------------------------------------------------------------------------------------- */

static void analyse_steps(size_t trajectories, size_t n, size_t m)
{
    int *factor = malloc(trajectories * n * sizeof *factor);
    double *step = malloc(trajectories * n * sizeof *step);
    detente_error error = {0};
    for (size_t j = 0; j < trajectories; j++)
        for (size_t i = 0; i < n; i++)
            ck_assert_int_eq(detente_sweep_step(sweep, j * (n + 1) + i + 1, factor + j * n + i, step + j * n + i, NULL),
                             0);
    ck_assert_msg(!detente_morris(y, factor, step, trajectories, n, m, &how, effect, &error), "%s", error.text);
    free(step);
    free(factor);
}

static const double SLOPE[5] = {0, 0.5, -1, 3, -7};

static double linear(const double *x, int n)
{
    double sum = 2;
    for (int k = 0; k < n; k++)
        sum += SLOPE[k] * x[k];
    return sum;
}

/* Every effect of a linear function is its slope. The step of four levels is 2/3 of the range. */
START_TEST(linear_without_noise)
{
    enum { N = 10 };
    open_design("morris", 5, N);
    play(linear, 5, 3, (noise){0, 0, 0}, 0);
    analyse_steps(N, 5, 3);
    for (int k = 0; k < 5; k++) {
        ck_assert_double_eq_tol(effect[k].mu, SLOPE[k], 1e-13);
        ck_assert_double_eq_tol(effect[k].mu_star, fabs(SLOPE[k]), 1e-13);
        ck_assert_double_eq_tol(effect[k].mu_star_low, fabs(SLOPE[k]), 1e-13);
        ck_assert_double_eq_tol(effect[k].mu_star_high, fabs(SLOPE[k]), 1e-13);
        ck_assert_double_eq_tol(effect[k].sigma, 0, 1e-13);
        ck_assert_double_eq_tol(effect[k].noise_floor, 0, 1e-13);
    }
    close_design();
}
END_TEST

/*
 * With m replications of sd .5 of each cell's own, a step's difference has sd .5 sqrt(2), its mean's size is on average
 * .5 sqrt(2) sqrt(2 / (pi m)) where there is no effect; an effect is 3/2 of it. Noise that all cells share goes.
 */
START_TEST(linear_with_noise)
{
    enum { N = 400, M = 8 };
    const double floor = 1.5 * 0.5 * sqrt(2) * sqrt(2 / (PI * M)), sd = 1.5 * 0.5 * sqrt(2.0 / M);
    state = 21;
    open_design("morris", 5, N);
    play(linear, 5, M, (noise){0, 0, 0.5}, 0);
    analyse_steps(N, 5, M);
    for (int k = 0; k < 5; k++) {
        ck_assert_double_eq_tol(effect[k].mu, SLOPE[k], 4 * sd / sqrt(N));
        ck_assert_double_eq_tol(effect[k].noise_floor, floor, 0.05 * floor);
        ck_assert_double_eq_tol(effect[k].sigma, sd, 0.15 * sd);
        ck_assert_int_eq(effect[k].mu_star_low > effect[k].noise_floor, k > 0);
    }
    ck_assert_double_eq_tol(effect[0].mu_star, floor, 4 * sd / sqrt(N));
    state = 22;
    how.shared = 1;
    play_again(linear, 5, M, (noise){5, 0, 0}, 0);
    analyse_steps(N, 5, M);
    for (int k = 0; k < 5; k++) {
        ck_assert_double_eq_tol(effect[k].mu_star, fabs(SLOPE[k]), 1e-12);
        ck_assert_double_eq_tol(effect[k].noise_floor, 0, 1e-12);
    }
    close_design();
}
END_TEST

/*
 * A parameter that does nothing on average, whose noise all rows share: every trajectory shows the same difference, and only
 * the replications say that it is none. Taken for an effect in no more than 5 % of 200 files.
 */
START_TEST(shared_noise_is_no_effect)
{
    enum { N = 20, M = 10, TIMES = 200 };
    int alarms = 0, missed = 0;
    state = 23;
    how.shared = 1;
    how.draws = 300;
    open_design("morris", 5, N);
    play(linear, 5, M, (noise){0, 0, 0}, 0);
    for (int t = 0; t < TIMES; t++) {
        play_again(linear, 5, M, (noise){1, 1, 0.1}, 0);
        analyse_steps(N, 5, M);
        alarms += effect[0].mu_star_low > effect[0].noise_floor;
        missed += effect[3].mu_star_low <= effect[3].noise_floor;
    }
    ck_assert_int_le(alarms, TIMES / 20);
    ck_assert_int_eq(missed, 0);
    close_design();
}
END_TEST

/* Morris's (1991) test function, the coefficients that he drew at random being those of Saltelli et al. (2008), 3.5. */
static double morris_w(int k, double x)
{
    return k == 2 || k == 4 || k == 6 ? 2 * (1.1 * x / (x + 0.1) - 0.5) : 2 * (x - 0.5);
}

static double sign(int k)
{
    return k % 2 ? -1 : 1;
}

static double first_order(int i)
{
    return i < 10 ? 20 : sign(i + 1);
}

static double second_order(int i, int j)
{
    return i < 6 && j < 6 ? -15 : sign(i + j);
}

static double morris_function(const double *x, int n)
{
    double w[MOST], sum = 0;
    for (int i = 0; i < n; i++)
        w[i] = morris_w(i, x[i]);
    for (int i = 0; i < n; i++) {
        sum += first_order(i) * w[i];
        for (int j = i + 1; j < n; j++)
            sum += second_order(i, j) * w[i] * w[j];
    }
    for (int i = 0; i < 5; i++)
        for (int j = i + 1; j < 5; j++)
            for (int l = j + 1; l < 5; l++) {
                sum += -10 * w[i] * w[j] * w[l];
                for (int s = l + 1; s < 4; s++)
                    sum += 5 * w[i] * w[j] * w[l] * w[s];
            }
    return sum;
}

/*
 * An effect is the slope of w over a step, times the function's derivative by w, which the other parameters decide: each is on
 * one of the four levels with equal chances, independent of the others. So means are sums of products of means.
 */
START_TEST(morris_s_function)
{
    enum { D = 20, N = 3000 };
    double w[D], w2[D], slope[D], slope2[D];
    for (int k = 0; k < D; k++) {
        w[k] = w2[k] = slope[k] = slope2[k] = 0;
        for (int level = 0; level < 4; level++) {
            w[k] += morris_w(k, level / 3.0) / 4;
            w2[k] += morris_w(k, level / 3.0) * morris_w(k, level / 3.0) / 4;
        }
        for (int level = 0; level < 2; level++) {
            const double rise = (morris_w(k, (level + 2) / 3.0) - morris_w(k, level / 3.0)) * 1.5;
            slope[k] += rise / 2;
            slope2[k] += rise * rise / 2;
        }
    }
    open_design("morris", D, N);
    play(morris_function, D, 2, (noise){0, 0, 0}, 0);
    analyse_steps(N, D, 2);
    for (int k = 0; k < D; k++) {
        double mean = first_order(k), variance = 0;
        for (int j = 0; j < D; j++)
            if (j != k) {
                mean += second_order(k, j) * w[j];
                variance += w2[j] - w[j] * w[j];
            }
        for (int i = 0; i < 5 && k < 5; i++)
            for (int j = i + 1; j < 5; j++)
                if (i != k && j != k) {
                    mean += -10 * w[i] * w[j];
                    for (int l = j + 1; l < 4 && k < 4; l++)
                        mean += l != k ? 5 * w[i] * w[j] * w[l] : 0;
                }
        ck_assert_double_eq_tol(effect[k].mu, slope[k] * mean, 4 * effect[k].sigma / sqrt(N));
        if (k >= 6) /* no product of more than two */
            ck_assert_double_eq_tol(effect[k].sigma,
                                    sqrt(slope2[k] * (variance + mean * mean) - slope[k] * slope[k] * mean * mean),
                                    0.05 * effect[k].sigma);
        if (k >= 7 && k < 10) /* never changes its sign */
            ck_assert_double_eq_tol(effect[k].mu_star, effect[k].mu, 1e-9);
        ck_assert_double_ge(effect[k].mu_star, fabs(effect[k].mu) - 1e-9);
        /* Morris's own reading: the first ten matter, of which the first seven bend or interact. */
        ck_assert_int_eq(effect[k].mu_star > 15, k < 10);
        ck_assert_int_eq(effect[k].sigma > 15, k < 7);
    }
    close_design();
}
END_TEST

START_TEST(what_cannot_be_asked)
{
    detente_bootstrap none = how;
    const double one[24] = {0};
    const int factor[2] = {0, 0};
    const double step[2] = {0.5, 0};
    ck_assert_int_eq(detente_sobol(one, 1, 1, 2, &how, sobol, &output, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_sobol(one, 2, 0, 2, &how, sobol, &output, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_sobol(one, 2, 1, 1, &how, sobol, &output, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_morris(one, factor, step, 1, 1, 2, &how, effect, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_morris(one, factor, step, 2, 1, 2, &how, effect, NULL), DETENTE_E_RANGE);
    none.confidence = 1;
    ck_assert_int_eq(detente_sobol(one, 2, 1, 2, &none, sobol, &output, NULL), DETENTE_E_RANGE);
    /* An output that never varies has a variance of 0, and no indices. */
    ck_assert_int_eq(detente_sobol(one, 2, 1, 2, &how, sobol, &output, NULL), 0);
    ck_assert_double_eq(output.variance, 0);
    ck_assert(isnan(sobol[0].first) && isnan(sobol[0].total_low));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sensitivity");
    TCase *tests = tcase_create("sobol");
    tcase_add_test(tests, ishigami_without_noise);
    tcase_add_test(tests, g_without_noise);
    tcase_add_test(tests, known_with_noise);
    tcase_add_test(tests, no_bias);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    tests = tcase_create("intervals");
    tcase_add_test(tests, intervals);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    tests = tcase_create("morris");
    tcase_add_test(tests, linear_without_noise);
    tcase_add_test(tests, linear_with_noise);
    tcase_add_test(tests, shared_noise_is_no_effect);
    tcase_add_test(tests, morris_s_function);
    tcase_add_test(tests, what_cannot_be_asked);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
