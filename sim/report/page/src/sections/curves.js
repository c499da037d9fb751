// SPDX-License-Identifier: GPL-3.0-or-later
// Response curves: a metric over each varied parameter, the others averaged.
import { bestTable } from "../best.js";
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { key, labelsItself, lineDrawing } from "../lines.js";
import { short } from "../words.js";

const PANEL = 390; // pixels that a panel is wide, at least
const SMALL = 250; // the same where there are many
const MANY = 6;
const GAP = 24;

/** How a parameter is laid along x. Values that are names stand at their numbers. */
export function axisOf(factor, width, values = factor.levels) {
  if (factor.named) {
    const levels = factor.levels;
    return { options: { type: "point", domain: levels, padding: 0.3 },
      axis: { tickFormat: (k) => factor.text(k), tickRotate: levels.length * 70 > width ? -30 : 0 }, label: levels.length * 70 > width ? null : factor.path };
  }
  const few = values.length <= 8;
  return {
    options: factor.log && factor.from > 0 ? { type: "log", domain: [factor.from, factor.to] } : { domain: factor.from < factor.to ? [factor.from, factor.to] : undefined },
    axis: { ...(few && values.length ? { ticks: values } : { ticks: width < 420 ? 4 : 6 }), tickFormat: (value) => short(value, 3) },
    label: factor.unit ? `${factor.path} (${factor.unit})` : factor.path,
  };
}

/** The tip's words for a value of a parameter, and for a mean with its interval. */
export const tipsOf = (factor, metric) => ({
  x: (value) => `${factor.path} ${factor.withUnit(value)}`,
  y: (point) => metric.interval(point.raw.mean, point.raw.low, point.raw.high),
});

export function pointsOf(metric, xs, mean, low, high) {
  const scaled = (value) => (value == null ? null : value * metric.scale);
  return xs.map((x, k) => ({ x, y: scaled(mean[k]), low: scaled(low?.[k]), high: scaled(high?.[k]), raw: { mean: mean[k], low: low?.[k], high: high?.[k] } }));
}

/** "typical from 12% to 20%" for each of some series. */
export function trends(data, metric, series) {
  return series.map((one) => {
    const set = one.points.filter((point) => point.y != null);
    return set.length ? `${data.nameOf(one.index)} from ${metric.withUnit(set[0].raw.mean)} to ${metric.withUnit(set.at(-1).raw.mean)}` : "";
  }).filter(Boolean).join("; ");
}

export function curves(data, state) {
  if (!data.curves.length) return null;
  const has = (name) => data.curves.some((curve) => curve.metric === name);
  const metric = () => data.metric(has(state.metric) ? state.metric : data.curves[0].metric);
  const factors = data.factors.filter((factor) => data.curves.some((curve) => curve.factor === factor.k));
  const seriesOf = (factor) => data.curves.filter((curve) => curve.factor === factor.k && curve.metric === metric().name)
    .map((curve) => ({ index: curve.index, points: pointsOf(metric(), curve.x, curve.mean, curve.low, curve.high) }));

  function panel(factor, width, domain) {
    const series = seriesOf(factor);
    const chosen = series.filter((one) => state.shown().includes(one.index));
    const tips = tipsOf(factor, metric());
    // Middles of bins are no values to read off; levels are.
    const xs = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
    return lineDrawing({ data, state, series, width, height: Math.min(300, Math.max(190, width * 0.6)),
      x: { ...axisOf(factor, width, data.grid ? xs : []), text: tips.x }, y: { label: metric().axis, text: tips.y, domain },
      words: `Line chart of ${metric().label} over ${factor.path} from ${factor.withUnit(factor.levels[0] ?? factor.from)} to ${factor.withUnit(factor.levels.at(-1) ?? factor.to)}: ${trends(data, metric(), chosen)}.` });
  }
  /** One scale for all panels, so that they can be compared. */
  function domainOf() {
    const all = factors.flatMap((factor) => seriesOf(factor)).flatMap((one) => one.points.flatMap((point) => (state.shown().includes(one.index) ? [point.y, point.low, point.high] : [point.y])));
    const set = all.filter((value) => value != null);
    const [low, high] = [Math.min(...set), Math.max(...set)];
    const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 0.5;
    return set.length ? [low - margin, high + margin] : [0, 1];
  }
  const plotted = figure({
    title: () => `${metric().label}: over each varied parameter`,
    draw: (width) => {
      const least = factors.length > MANY ? SMALL : PANEL;
      const across = Math.max(1, Math.min(factors.length, Math.floor((width + GAP) / (least + GAP))));
      const each = Math.floor((width - GAP * (across - 1)) / across);
      const domain = domainOf();
      const panels = h("div", { class: "panels" }, factors.map((factor) => h("div", null, h("p", { class: "panel-title" }, factor.title || factor.path), panel(factor, each, domain))));
      panels.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
      return [labelsItself(each) ? null : key(data, state), panels];
    },
    data: () => ({
      columns: [{ name: "Parameter", text: true }, { name: "Strategy", text: true }, "value", `mean${metric().unit ? `, ${metric().unit}` : ""}`, "low", "high"],
      rows: factors.flatMap((factor) => seriesOf(factor).flatMap((one) => one.points.map((point) => [factor.path, data.nameOf(one.index), factor.withUnit(point.x),
        ...[point.raw.mean, point.raw.low, point.raw.high].map((value) => (value == null ? null : metric().plain(value)))]))),
    }),
  });
  const best = bestTable(data, factors, metric);
  state.watch((what) => {
    plotted.redraw();
    if (what === "metric") best.redraw();
  });
  return {
    title: "What the varied parameters do",
    short: "Response curves",
    content: [
      h("p", null, `Each curve averages over ${factors.length > 1 ? "the other parameters" : "everything else"}; bands are ${data.percent} intervals. The chosen strategies have colours, the others are thin and grey.`),
      plotted.element, best.element,
    ],
  };
}
