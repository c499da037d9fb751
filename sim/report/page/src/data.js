// SPDX-License-Identifier: GPL-3.0-or-later
// The report's data (docs/report.md), made handy: what is missing becomes empty, names become numbers.
import { makeMetric } from "./metric.js";
import { short } from "./words.js";

const array = (value) => (Array.isArray(value) ? value : []);

function makeFactor(factor, k, points) {
  const found = [...new Set(points.map((point) => point[k]).filter((value) => value != null))].sort((a, b) => a - b);
  const levels = factor.named ? array(factor.levels).map((_, i) => i) : array(factor.levels).length ? factor.levels : found;
  const text = (value) => (value == null ? "no value" : factor.named ? String(factor.levels?.[value] ?? value) : short(value, 4));
  const unit = factor.unit && factor.unit !== "1" ? factor.unit : "";
  return {
    ...factor, k, levels, text, unit,
    from: factor.from ?? found[0] ?? 0,
    to: factor.to ?? found.at(-1) ?? 1,
    withUnit: (value) => (unit ? `${text(value)} ${unit}` : text(value)),
    /** Where a value lies between the ends, from 0 to 1. */
    place(value) {
      const bend = this.log && this.from > 0 ? Math.log : (v) => v;
      return this.to === this.from ? 0.5 : (bend(value) - bend(this.from)) / (bend(this.to) - bend(this.from));
    },
    /** The value that lies there. */
    at(place) {
      if (this.log && this.from > 0) return this.from * (this.to / this.from) ** place;
      const value = this.from + place * (this.to - this.from);
      return this.whole ? Math.round(value) : value;
    },
  };
}

/** What the sections read. */
export function readData(raw) {
  const strategies = array(raw.strategies).map((strategy, index) => ({ ...strategy, name: String(strategy.name), index }));
  const numbers = new Map(strategies.map((strategy) => [strategy.name, strategy.index]));
  const number = (strategy) => (typeof strategy === "number" ? strategy : numbers.get(strategy));
  // Of one strategy there is nothing that it could be the baseline of.
  const baseline = strategies.length > 1 ? number(raw.baseline) ?? null : null;
  const effects = array(raw.effects).map((row) => ({ ...row, index: number(row.strategy) })).filter((row) => row.index != null);
  const metrics = array(raw.metrics).map((row) => makeMetric(row, effects.filter((effect) => effect.metric === row.name)));
  const points = array(raw.points);
  const factors = array(raw.factors).map((factor, k) => makeFactor(factor, k, points));
  const byKey = new Map(effects.map((row) => [`${row.metric}\n${row.index}`, row]));
  return {
    raw, strategies, effects, metrics, points, factors,
    grid: Boolean(raw.grid),
    baseline,
    best: number(raw.best) ?? null,
    percent: `${short((raw.confidence ?? 0.95) * 100)}%`,
    metric: (name) => metrics.find((metric) => metric.name === name),
    effect: (metric, index) => byKey.get(`${metric}\n${index}`),
    mean: (metric, point, index) => raw.cells?.mean?.[metric]?.[point]?.[index] ?? null,
    /** Ends of a cell's interval; that of a share that is 0 or 1 in all calls lies on one side. */
    ends(metric, point, index) {
      const [mean, half] = ["mean", "half"].map((part) => raw.cells?.[part]?.[metric]?.[point]?.[index] ?? null);
      const share = metrics.some((row) => row.name === metric && row.share);
      return mean == null || half == null ? [null, null] : [share && mean === 0 ? 0 : mean - half, share && mean === 1 ? 1 : mean + half];
    },
    hasCells: (metric) => array(raw.cells?.mean?.[metric]).length > 0,
    curves: array(raw.curves).map((curve) => ({ ...curve, index: number(curve.strategy) })).filter((curve) => curve.index != null),
    sensitivity: array(raw.sensitivity?.rows).map((row) => ({ ...row, index: row.strategy == null ? null : number(row.strategy) ?? null })),
    verdicts: array(raw.verdicts),
    traces: array(raw.traces),
    notes: array(raw.notes),
    nameOf: (index) => strategies[index]?.name ?? String(index),
  };
}
