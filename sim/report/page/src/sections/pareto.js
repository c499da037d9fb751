// SPDX-License-Identifier: GPL-3.0-or-later
// Two metrics against each other: which strategies no other beats in both.
import { axisX, axisY, dot, gridX, gridY, line, link, pointer, text, tip } from "@observablehq/plot";
import { h } from "../dom.js";
import { drawing, figure } from "../figure.js";
import { placeLabels } from "../labels.js";
import { colour, symbol } from "../state.js";
import { cut, list } from "../words.js";
import { paretoWords } from "./strategies.js";

function domainOf(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.1 || 0.5;
  return [low - margin, high + margin];
}

function draw(dots, x, y, width, state, words) {
  const height = Math.min(460, Math.max(320, width * 0.55));
  const margins = { marginLeft: 54, marginRight: 16, marginTop: 28, marginBottom: 44 };
  const [xDomain, yDomain] = [domainOf(dots.flatMap((one) => [one.x, one.xLow ?? one.x, one.xHigh ?? one.x])), domainOf(dots.flatMap((one) => [one.y, one.yLow ?? one.y, one.yHigh ?? one.y]))];
  const box = { x0: margins.marginLeft, x1: width - 4, y0: margins.marginTop - 8, y1: height - margins.marginBottom };
  const toX = (v) => margins.marginLeft + ((v - xDomain[0]) / (xDomain[1] - xDomain[0])) * (width - margins.marginLeft - margins.marginRight);
  const toY = (v) => margins.marginTop + (1 - (v - yDomain[0]) / (yDomain[1] - yDomain[0])) * (height - margins.marginTop - margins.marginBottom);
  const wanted = (one) => (state.slot(one.index) != null ? 0 : one.pareto ? 1 : 2);
  const order = [...dots].sort((a, b) => wanted(a) - wanted(b) || a.index - b.index);
  const places = placeLabels(order.map((one) => ({ px: toX(one.x), py: toY(one.y), name: cut(one.name, 24), r: one.pareto ? 10 : 5 })), box);
  const named = order.map((one, k) => ({ one, place: places[k] })).filter(({ place }) => place);
  const best = dots.filter((one) => one.pareto).sort((a, b) => a.x - b.x);
  return drawing(words, {
    width, height, ...margins,
    x: { domain: xDomain, label: null }, y: { domain: yDomain, label: null }, symbol: { type: "identity" },
    marks: [
      gridX({ stroke: "var(--grid)", strokeOpacity: 1 }), gridY({ stroke: "var(--grid)", strokeOpacity: 1 }),
      axisX({ label: `${x.axis}${x.better ? (x.better === "down" ? ", less is better ←" : ", more is better →") : ""}`, labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ticks: width < 480 ? 4 : 8 }),
      axisY({ label: `${y.axis}${y.better ? (y.better === "down" ? ", less is better ↓" : ", more is better ↑") : ""}`, labelAnchor: "top", labelArrow: "none", color: "var(--soft)", ticks: 6 }),
      line(best, { x: "x", y: "y", curve: "step-after", stroke: "var(--accent)", strokeOpacity: 0.6, strokeWidth: 1.5, strokeDasharray: "4 3" }),
      link(dots.filter((one) => one.xLow != null), { x1: "xLow", x2: "xHigh", y1: "y", y2: "y", stroke: (one) => colour(state.slot(one.index)), strokeWidth: 1.4 }),
      link(dots.filter((one) => one.yLow != null), { x1: "x", x2: "x", y1: "yLow", y2: "yHigh", stroke: (one) => colour(state.slot(one.index)), strokeWidth: 1.4 }),
      dot(dots.filter((one) => one.pareto), { x: "x", y: "y", r: 8.5, stroke: "var(--accent)", strokeWidth: 1.5, fill: "none" }),
      dot([...order].reverse(), { x: "x", y: "y", r: (one) => (state.slot(one.index) == null ? 3.5 : 5), fill: (one) => colour(state.slot(one.index)), symbol: (one) => symbol(state.slot(one.index)) }),
      ...named.map(({ one, place }) => text([one], { x: "x", y: "y", text: (d) => cut(d.name, 24), dx: place.dx, dy: place.dy, textAnchor: place.anchor,
        fill: state.slot(one.index) == null ? "var(--soft)" : colour(state.slot(one.index)), fontWeight: state.slot(one.index) == null ? 400 : 600, fontSize: 11.5, stroke: "var(--ground)", strokeWidth: 4 })),
      tip(dots, pointer({ x: "x", y: "y", title: "tip", fill: "var(--ground)", stroke: "var(--line)", fontSize: 12 })),
    ],
    r: { type: "identity" },
  });
}

export function pareto(data, state) {
  const [x, y] = [data.metric(data.raw.pareto?.x), data.metric(data.raw.pareto?.y)];
  if (!x || !y || data.strategies.length < 2) return null;
  const scaled = (metric, value) => (value == null ? null : value * metric.scale);
  const dots = data.strategies.map(({ index, name }) => {
    const [a, b] = [data.effect(x.name, index), data.effect(y.name, index)];
    if (a?.mean == null || b?.mean == null) return null;
    return { index, name, a, b, pareto: Boolean(a.pareto ?? b.pareto), x: scaled(x, a.mean), xLow: scaled(x, a.low), xHigh: scaled(x, a.high), y: scaled(y, b.mean), yLow: scaled(y, b.low), yHigh: scaled(y, b.high),
      tip: `${name}\n${x.label} ${x.interval(a.mean, a.low, a.high)}\n${y.label} ${y.interval(b.mean, b.low, b.high)}` };
  }).filter(Boolean);
  if (dots.length < 2) return null;
  const best = dots.filter((one) => one.pareto).map((one) => one.name);
  const words = `Scatter of ${y.label} against ${x.label} for ${dots.length} strategies. Pareto-best: ${list(best) || "none"}.`;
  const plotted = figure({
    title: `${x.label} (across) and ${y.label} (up)`,
    draw: (width) => draw(dots, x, y, width, state, words),
    data: () => ({ columns: ["Strategy", x.axis, "low", "high", y.axis, "low", "high", "Pareto-best"],
      rows: dots.map(({ name, a, b, pareto: isBest }) => [name, x.plain(a.mean), x.plain(a.low), x.plain(a.high), y.plain(b.mean), y.plain(b.low), y.plain(b.high), isBest ? "yes" : "no"]) }),
    note: () => `${best.length ? `Ringed: Pareto-best, ${paretoWords(data)}. ` : ""}Names stand where there is room; the table has them all.`,
  });
  state.watch((what) => what === "highlight" && plotted.redraw());
  return {
    title: "The trade-off",
    short: "Trade-off",
    content: [best.length ? h("p", null, best.length === 1 ? `${best[0]} is best in both at once.` : `${best.length} of ${dots.length} strategies are worth choosing among: each of the others is beaten by one of them in both.`) : null, plotted.element],
  };
}
