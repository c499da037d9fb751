/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits of affect: the two tones as a linear map (L1), decay alone (L5), anger that feeds itself (L8).
 *
 * Whatever else moves anger or strain is switched off, and nobody accepts, asks for a manager or hangs up: each encounter is a
 * path of max_turns turns.
 */
#include <math.h>
#include <string.h>

#include "verify/limits.h"

static const char TONE_NOISE[] =
    "detente: 1\n"
    "name: tones-noise\n"
    "max_turns: 300\n"
    "encounters: 2000\n"
    "customer: {anger: 0.3, susceptibility: 1}\n"
    "agent: {mirroring: 1, composure: 0.5, strain: 0.2, voice_filter: 0.25, misread: 0, lapse: 0, deep_acting: 1,\n"
    "  task_focus: 0, warmth: 0.1}\n"
    "affect: {turn_minutes: 0.4, customer_inertia: 0.6, agent_inertia: 0.5, customer_influence: 0.3, positive_ratio: 1,\n"
    "  tone_gain: 1.5, tone_offset: 0.4, customer_noise: 0.05, agent_noise: 0.04, filter_blur: 0,\n"
    "  anger_half_life: .inf, heard_relief: 0, refusal_frustration: 0, hostility_frustration: 0,\n"
    "  strain_gain: 0, strain_surface: 0, strain_abuse: 0, strain_recovery: 0}\n"
    "moves: {listen: {warmth: 0, irritation: 0, minutes: 0.4}}\n"
    "decision: {manager_base: -1000, hangup_base: -1000}\n"
    "strategies: [{name: listening, playbook: [{do: listen}]}]\n";

/* kappa = 1/2, so that m = mirroring / 2; the border s_c m = (1 - r_c)(1 - r_a) is at mirroring 1. */
static const char TONE_GROWTH[] =
    "detente: 1\n"
    "name: tones-growth\n"
    "max_turns: 41\n"
    "encounters: 1\n"
    "customer: {anger: 0.25, susceptibility: 1}\n"
    "agent: {composure: 0.5, strain: 0, misread: 0, lapse: 0, deep_acting: 1, task_focus: 0, warmth: 0}\n"
    "affect: {turn_minutes: 0.4, customer_inertia: 0.6, agent_inertia: 0.5, customer_influence: 0.4, positive_ratio: 1,\n"
    "  tone_gain: 2, tone_offset: 0.498, customer_noise: 0, agent_noise: 0,\n"
    "  anger_half_life: .inf, heard_relief: 0, refusal_frustration: 0, hostility_frustration: 0,\n"
    "  strain_gain: 0, strain_surface: 0, strain_abuse: 0, strain_recovery: 0}\n"
    "moves: {listen: {warmth: 0, irritation: 0, minutes: 0.4}}\n"
    "decision: {manager_base: -1000, hangup_base: -1000}\n"
    "strategies:\n"
    "  - {name: below the border, agent: {mirroring: 0.8}, playbook: [{do: listen}]}\n"
    "  - {name: at the border, agent: {mirroring: 1}, playbook: [{do: listen}]}\n"
    "  - {name: above the border, agent: {mirroring: 1.2}, playbook: [{do: listen}]}\n";

static const char DECAY[] =
    "detente: 1\n"
    "name: decay\n"
    "max_turns: 60\n"
    "encounters: 1\n"
    "customer: {anger: 0.8}\n"
    "tiers: [{name: front line}, {name: supervisor, wait: 6}]\n"
    "affect: {anger_half_life: 9, heard_relief: 0, refusal_frustration: 0, hostility_frustration: 0,\n"
    "  wait_frustration: 0, transfer_relief: 0}\n"
    "decision: {manager_base: -1000, hangup_base: -1000}\n"
    "strategies:\n"
    "  - {name: talk, playbook: [{do: listen}]}\n"
    "  - {name: talk and a wait, playbook: [{when: {turn: \"== 7\"}, do: transfer}, {do: listen}]}\n";

/*
 * kappa = 1/2, r_a = 1/2, so G = mirroring; 2^(-Delta/tau_A) = 1/2, V = 1/2. The gain of the loop is
 * .2 G + 2 (.15 G + .1 (1 - V)) / (1/2) = .8 mirroring + .2. Anger is so small that 1 - A is 1.
 */
static const char LOOP[] =
    "detente: 1\n"
    "name: loop\n"
    "max_turns: 60\n"
    "encounters: 1\n"
    "customer: {anger: 1.0e-5, susceptibility: 1, reactivity: 1, openness: 0.5}\n"
    "agent: {composure: 0.5, strain: 0, misread: 0, lapse: 0, deep_acting: 1, task_focus: 0, warmth: 0}\n"
    "affect: {turn_minutes: 1, customer_inertia: 0.5, agent_inertia: 0.5, customer_influence: 0.1,\n"
    "  tone_gain: 2, tone_offset: 0, customer_noise: 0, agent_noise: 0, anger_half_life: 1, slowdown: 0,\n"
    "  hostility_frustration: 0.15, rumination: 0.1, strain_gain: 0, strain_surface: 0, strain_recovery: 0}\n"
    "moves: {minutes_scale: 1, listen: {validation: 0, warmth: 0, irritation: 0, minutes: 1}}\n"
    "decision: {manager_base: -1000, hangup_base: -1000}\n"
    "strategies:\n"
    "  - {name: gain 0.8, agent: {mirroring: 0.75}, playbook: [{do: listen}]}\n"
    "  - {name: gain 1.0, agent: {mirroring: 1}, playbook: [{do: listen}]}\n"
    "  - {name: gain 1.2, agent: {mirroring: 1.25}, playbook: [{do: listen}]}\n";

/* The map of the tones, (h,g)' = M (h,g) + constant, with noise of covariance Q. */
typedef struct tone_map {
    double M[2][2], constant[2], Q[2][2];
} tone_map;

/* m = mu (1 - kappa)(1 - f) */
static double mirrored(const detente_config *c, int strategy)
{
    const double own = c->strategy[strategy].agent.mirroring, mirroring = isnan(own) ? c->agent.mirroring : own;
    return mirroring * (1 - c->agent.composure * (1 - c->agent.strain)) * (1 - c->agent.voice_filter);
}

static tone_map tone_map_of(const detente_config *c, int strategy)
{
    const detente_affect *a = &c->affect;
    const double s_c = a->customer_influence, r_c = a->customer_inertia, r_a = a->agent_inertia;
    const double m = mirrored(c, strategy), A = c->persona[0].trait[DETENTE_TRAIT_anger].mean;
    const double pull = -(1 - r_a) * c->agent.warmth, drive = (1 - r_c) * (a->tone_gain * A - a->tone_offset);
    const double var_c = a->customer_noise * a->customer_noise, var_a = a->agent_noise * a->agent_noise;
    return (tone_map){.M = {{r_c + s_c * m, s_c * r_a}, {m, r_a}},
                      .constant = {drive + s_c * pull, pull},
                      .Q = {{var_c + s_c * s_c * var_a, s_c * var_a}, {s_c * var_a, var_a}}};
}

/* A B', or A B */
static void multiply(double A[2][2], double B[2][2], int transposed, double out[2][2])
{
    double product[2][2];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            product[i][j] = transposed ? A[i][0] * B[j][0] + A[i][1] * B[j][1] : A[i][0] * B[0][j] + A[i][1] * B[1][j];
    memcpy(out, product, sizeof product);
}

/* X = M X M' + Q by doubling (Smith 1968): each step squares M, so that a dozen steps reach the last bit. */
static void solve_lyapunov(const tone_map *map, double X[2][2])
{
    double power[2][2];
    memcpy(power, map->M, sizeof power);
    memcpy(X, map->Q, sizeof map->Q);
    for (int step = 0; step < 20; step++) {
        double left[2][2];
        multiply(power, X, 0, left);
        multiply(left, power, 1, left);
        for (int i = 0; i < 4; i++)
            X[i / 2][i % 2] += left[i / 2][i % 2];
        multiply(power, power, 0, power);
    }
}

/* The fixed point of the map, by Cramer's rule. */
static void solve_mean(const tone_map *map, double mean[2])
{
    const double a = 1 - map->M[0][0], b = -map->M[0][1], c = -map->M[1][0], d = 1 - map->M[1][1];
    const double determinant = a * d - b * c;
    mean[0] = (d * map->constant[0] - b * map->constant[1]) / determinant;
    mean[1] = (a * map->constant[1] - c * map->constant[0]) / determinant;
}

/* L1, means and covariances: averages over time within an encounter are one independent value each. */
static int measure_tone_noise(limit_run *run)
{
    static const char *const WHAT[] = {"mean of h", "mean of g", "variance of h", "covariance of h and g",
                                       "variance of g"};
    enum { SETTLED = 100 }; /* largest eigenvalue .903: its hundredth power is 4e-5 */
    const tone_map map = tone_map_of(&run->told, 0);
    double mean[2], X[2][2];
    solve_mean(&map, mean);
    solve_lyapunov(&map, X);
    const double expected[] = {mean[0], mean[1], X[0][0], X[0][1], X[1][1]};
    limit_mean average[5] = {{0}};
    for (uint32_t e = 0; e < run->played.encounters; e++) {
        double sum[5] = {0};
        limit_trace(run, 0, 0, e);
        for (size_t i = SETTLED; i < run->n_rows; i++) {
            const double h = run->turns[i].hostility - mean[0], g = run->turns[i].agent_hostility - mean[1];
            const double value[] = {h, g, h * h - X[0][0], h * g - X[0][1], g * g - X[1][1]};
            for (int k = 0; k < 5; k++)
                sum[k] += value[k];
        }
        for (int k = 0; k < 5; k++)
            limit_mean_add(&average[k], sum[k] / (double)(run->n_rows - SETTLED));
    }
    int code = 0;
    for (int k = 0; k < 5 && !code; k++)
        code = limit_add_mean(run, expected[k], &average[k], WHAT[k]);
    return code;
}

/* L1, stationarity: steps of the noiseless map grow or shrink by its largest eigenvalue. */
static int measure_tone_growth(limit_run *run)
{
    enum { FROM = 30, TO = 40 }; /* the other eigenvalue, about .3, is gone by then */
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        const tone_map map = tone_map_of(&run->told, s);
        const double trace = map.M[0][0] + map.M[1][1];
        const double determinant = map.M[0][0] * map.M[1][1] - map.M[0][1] * map.M[1][0];
        limit_trace(run, s, 0, 0);
        const double early = (double)run->turns[FROM].hostility - (double)run->turns[FROM - 1].hostility;
        const double late = (double)run->turns[TO].hostility - (double)run->turns[TO - 1].hostility;
        code = limit_add_exact(run, (trace + sqrt(trace * trace - 4 * determinant)) / 2,
                               pow(late / early, 1.0 / (TO - FROM)), 1e-4, "growth a turn, mirroring %s",
                               run->told.strategy[s].name);
    }
    return code;
}

/* L5: A(M) = A0 2^(-M / tau_A), at every turn; waits count. What is reported is the turn that is farthest off. */
static int measure_decay(limit_run *run)
{
    const double A0 = run->told.persona[0].trait[DETENTE_TRAIT_anger].mean, tau = run->told.affect.anger_half_life;
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        double expected = A0, measured = A0, worst = -1;
        int waited = 0; /* a transfer's row is from before the wait */
        limit_trace(run, s, 0, 0);
        for (size_t i = 0; i < run->n_rows; i++) {
            const double A = A0 * exp2(-(double)run->turns[i].minutes / tau), off = fabs(run->turns[i].anger - A);
            waited |= run->turns[i].tier > 0;
            if (!(off / A <= worst)) {
                worst = off / A;
                expected = A;
                measured = run->turns[i].anger;
            }
        }
        /* 60 roundings of anger and of minutes at 6e-8 each, and as many of the exponential */
        code = limit_add_exact(run, expected, waited == s ? measured : NAN, 1e-5 * expected, "anger by decay alone, %s",
                               run->told.strategy[s].name);
    }
    return code;
}

/* Growth a turn of the linearised loop (A,h,g), by its power iteration: positive, so it has one largest eigenvalue. */
static double loop_growth(const detente_config *c, int strategy)
{
    const detente_affect *a = &c->affect;
    const double V = c->persona[0].trait[DETENTE_TRAIT_openness].mean, m = mirrored(c, strategy);
    const double minutes = c->minutes_scale * c->move[DETENTE_MOVE_listen].minutes;
    const double delta = exp2(-minutes / a->anger_half_life);
    double A = 1, h = 1, g = 1, growth = 1;
    for (int turn = 0; turn < 2000; turn++) {
        const double g1 = a->agent_inertia * g + m * h;
        const double A1 = delta * A + a->hostility_frustration * g1 + a->rumination * h * (1 - V);
        const double h1 =
            a->customer_inertia * h + (1 - a->customer_inertia) * a->tone_gain * A1 + a->customer_influence * g1;
        growth = A1 / A;
        A = 1;
        h = h1 / A1;
        g = g1 / A1;
    }
    return growth;
}

/* L8: below a gain of 1 anger dies down, above it feeds itself, at 1 it stays. */
static int measure_loop(limit_run *run)
{
    enum { FROM = 40, TO = 59 };
    const detente_affect *a = &run->told.affect;
    const double V = run->told.persona[0].trait[DETENTE_TRAIT_openness].mean;
    const double minutes = run->told.minutes_scale * run->told.move[DETENTE_MOVE_listen].minutes;
    const double forgotten = 1 - exp2(-minutes / a->anger_half_life);
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        const double G = mirrored(&run->told, s) / (1 - a->agent_inertia);
        const double gain = a->customer_influence * G / (1 - a->customer_inertia) +
                            a->tone_gain * (a->hostility_frustration * G + a->rumination * (1 - V)) / forgotten;
        limit_trace(run, s, 0, 0);
        const double ratio = (double)run->turns[TO].anger / (double)run->turns[FROM].anger;
        /* Second order in anger, which stays below 1e-3, and float32 */
        code =
            limit_add_exact(run, fabs(gain - 1) < 1e-12 ? 1 : loop_growth(&run->told, s), pow(ratio, 1.0 / (TO - FROM)),
                            5e-4, "anger's growth a turn at a loop gain of %.3g", gain);
    }
    return code;
}

const limit_case LIMIT_TONE_NOISE = {"L1", TONE_NOISE, measure_tone_noise};
const limit_case LIMIT_TONE_GROWTH = {"L1", TONE_GROWTH, measure_tone_growth};
const limit_case LIMIT_DECAY = {"L5", DECAY, measure_decay};
const limit_case LIMIT_LOOP = {"L8", LOOP, measure_loop};
