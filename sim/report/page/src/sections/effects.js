// SPDX-License-Identifier: GPL-3.0-or-later
// Differences to the baseline with their intervals, one row a strategy; or the means themselves.
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { rowDrawing } from "../rows.js";
import { chance, fixed, list, sentence, short } from "../words.js";

/** better, worse, or neither told apart from the baseline; "other" where the metric has no better end. */
function kindOf(metric, row) {
  if (row.difference_low == null || row.difference_high == null) return "unknown";
  if (row.difference_low <= 0 && row.difference_high >= 0) return "same";
  if (!metric.better) return "other";
  return metric.compare(row.difference, 0) > 0 ? "better" : "worse";
}

const TERMS = [
  ["low, high", "the ends of the interval"],
  ["effect size (d)", "the difference in units of the spread between calls; 0.2 is called small, 0.5 medium, 0.8 large"],
  ["P(better)", "in what share of the replications the strategy comes out ahead of the baseline"],
  ["p (Holm)", "how often chance alone would bring about such a difference, adjusted for all tests on this page"],
  ["correlation", "between strategy and baseline, over replications: both met the same customers"],
  ["variance saved", "by that: what pairing takes away from the uncertainty"],
];

const LOOKS = {
  better: ["var(--good)", "triangle"], worse: ["var(--bad)", "square"], same: ["var(--rest)", "circle"], other: ["var(--accent)", "circle"], unknown: ["var(--rest)", "circle"],
};

function differences(data, metric) {
  return data.strategies.filter(({ index }) => index !== data.baseline).map(({ index, name }) => {
    const row = data.effect(metric.name, index) ?? {};
    const [fill, symbol] = LOOKS[kindOf(metric, row)];
    const words = row.difference == null ? "no value" : `${metric.difference(row.difference)} (${metric.difference(row.difference_low)} to ${metric.difference(row.difference_high)})`;
    return { name, row, index, fill, symbol, kind: kindOf(metric, row), x: scaled(metric, row.difference), low: scaled(metric, row.difference_low), high: scaled(metric, row.difference_high), tip: `${name}\n${words}` };
  }).sort((a, b) => orderOf(metric, a, b));
}

function means(data, metric) {
  return data.strategies.map(({ index, name }) => {
    const row = data.effect(metric.name, index) ?? {};
    const base = index === data.baseline;
    return { name, row, index, fill: base ? "var(--s-base)" : "var(--accent)", symbol: base ? "diamond" : "circle", x: scaled(metric, row.mean), low: scaled(metric, row.low), high: scaled(metric, row.high),
      tip: `${name}\n${metric.interval(row.mean, row.low, row.high)}` };
  }).sort((a, b) => orderOf(metric, a, b));
}

const scaled = (metric, value) => (value == null ? null : value * metric.scale);
const orderOf = (metric, a, b) => (a.x == null) - (b.x == null) || (metric.better ? metric.compare(b.x, a.x) : b.x - a.x) || a.index - b.index;

function wordsFor(data, metric, rows, asMeans) {
  const set = rows.filter((row) => row.x != null);
  const say = (row) => `${row.name} ${asMeans ? metric.withUnit(row.row.mean) : metric.difference(row.row.difference)}`;
  const what = asMeans ? `${metric.label}: means` : `${metric.label}: difference to ${data.nameOf(data.baseline)}`;
  if (!set.length) return `${what}: no values.`;
  const counts = asMeans ? "" : ["better", "worse", "same"].map((kind) => [kind, rows.filter((row) => row.kind === kind).length])
    .filter(([, count]) => count).map(([kind, count]) => `${count} ${kind === "same" ? "not told apart" : kind}`);
  return `${what} with ${data.percent} intervals for ${set.length} strategies, ${metric.better ? "best first" : "largest first"}. From ${say(set[0])} to ${say(set.at(-1))}.${counts?.length ? ` Of them ${list(counts)}.` : ""}`;
}

function tableOf(data, metric, rows, compared) {
  const unit = metric.unit ? `, ${metric.unit}` : "";
  const columns = ["Strategy", `mean${unit}`, "low", "high"];
  if (compared) columns.push("difference", "low", "high", "effect size (d)", "P(better)", "p (Holm)", "correlation", "variance saved");
  columns.push("replications");
  const share = (value) => (value == null ? null : `${fixed(value * 100, 0)}%`);
  return {
    columns,
    rows: rows.map(({ name, row }) => [name, metric.plain(row.mean), metric.plain(row.low), metric.plain(row.high),
      ...(compared ? [metric.difference(row.difference), metric.difference(row.difference_low), metric.difference(row.difference_high), row.effect_size == null ? null : short(row.effect_size), row.p_better == null ? null : fixed(row.p_better, 2),
        row.p_holm == null ? null : chance(row.p_holm), row.correlation == null ? null : fixed(row.correlation, 2), share(row.variance_saved)] : []),
      row.count == null ? null : short(row.count, 15)].map((value) => (value === "no value" ? null : value))),
  };
}

export function effects(data, state) {
  const has = (name) => data.effects.some((row) => row.metric === name && row.mean != null);
  if (!data.effects.length || data.strategies.length < 2) return null;
  const compared = data.baseline != null && data.effects.some((row) => row.difference != null && row.index !== data.baseline);
  let asMeans = !compared;
  const metric = () => data.metric(has(state.metric) ? state.metric : data.effects[0].metric);
  const rows = () => (asMeans ? means(data, metric()) : differences(data, metric()));
  const plotted = figure({
    title: () => (asMeans ? `${metric().label}: means` : `${metric().label}: difference to ${data.nameOf(data.baseline)}`),
    draw: (width) => {
      const all = rows();
      const x = asMeans ? { label: metric().axis } : { label: metric().differenceAxis, zero: 0 };
      return rowDrawing({ rows: all, x, width, words: wordsFor(data, metric(), all, asMeans) });
    },
    data: () => tableOf(data, metric(), rows(), compared),
    note: () => sentence([metric().meaning, metric().wish]),
  });
  state.watch((what) => what === "metric" && plotted.redraw());
  const choice = (value, text) => h("label", null, h("input", { type: "radio", name: "effects", value, checked: value === "differences",
    onchange: () => { asMeans = value === "means"; legend.hidden = asMeans; plotted.redraw(); } }), ` ${text}`);
  const sign = (kind, text) => h("li", null, h("span", { class: `sign ${kind}`, "aria-hidden": "true" }), text);
  const legend = h("ul", { class: "key" }, sign("better", "better than the baseline"), sign("worse", "worse"), sign("same", "not told apart: the interval holds zero"));
  return {
    title: compared ? "What each strategy changes" : "Means with intervals",
    short: "Effects",
    content: [
      compared ? h("p", null, `Each strategy met the same customers as ${data.nameOf(data.baseline)}, the baseline, with the same luck; so what differs is what was done. Bars are ${data.percent} intervals.`) : null,
      compared ? h("fieldset", { class: "choice" }, h("legend", { class: "unseen" }, "What to show"), choice("differences", "differences to the baseline"), choice("means", "means")) : null,
      compared ? legend : null,
      plotted.element,
      compared ? h("details", { class: "data" }, h("summary", null, "What the table's columns mean"), h("dl", { class: "terms" }, TERMS.map(([term, words]) => [h("dt", null, term), h("dd", null, words)]))) : null,
    ],
  };
}
