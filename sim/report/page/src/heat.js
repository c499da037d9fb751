// SPDX-License-Identifier: GPL-3.0-or-later
// A heat map in steps of colour, each with its range in words, and the value in every field that is wide enough.
import { axisX, axisY, cell, text, tip, pointer } from "@observablehq/plot";
import { h } from "./dom.js";
import { drawing } from "./figure.js";
import { cut, fit } from "./words.js";

const STEPS = 7; // of colour: --h-0 … --h-6, and --ht-… for text upon them

/** Step of each value, from 0. */
function steps(values) {
  const set = values.filter((value) => value != null);
  const [low, high] = [Math.min(...set), Math.max(...set)];
  const count = high > low ? STEPS : 1;
  return { low, high, count, of: (value) => (high > low ? Math.min(STEPS - 1, Math.floor(((value - low) / (high - low)) * STEPS)) : 3) };
}

function legend(scale, metric) {
  if (!Number.isFinite(scale.low)) return null;
  const edge = (k) => scale.low + ((scale.high - scale.low) * k) / scale.count;
  const items = Array.from({ length: scale.count }, (_, k) => h("li", null, h("span", { class: `heat h-${scale.count > 1 ? k : 3}`, "aria-hidden": "true" }),
    scale.count > 1 ? `${metric.plain(edge(k))} to ${metric.plain(edge(k + 1))}` : metric.plain(scale.low)));
  return [h("p", { class: "legend-title" }, metric.axis), h("ul", { class: "key" }, items)];
}

export function heatDrawing({ cells, x, y, metric, width, mark, name }) {
  const scale = steps(cells.map((one) => one.mean));
  const [xs, ys] = [[...new Set(cells.map((one) => one.x))], [...new Set(cells.map((one) => one.y))]];
  const labels = ys.map((value) => cut(y.text(value), 16));
  const marginLeft = 34 + 7 * Math.max(1, ...labels.map((label) => label.length));
  const each = (width - marginLeft - 12) / xs.length;
  const rotate = x.named && xs.some((value) => x.text(value).length * 7 > each);
  const height = Math.max(160, Math.min(34, Math.max(20, each)) * ys.length + (rotate ? 110 : 66));
  const filled = cells.filter((one) => one.mean != null);
  const extreme = (sign) => filled.reduce((best, one) => (!best || sign * (one.mean - best.mean) > 0 ? one : best), null);
  const where = (one) => `${metric.withUnit(one.mean)} at ${x.path} ${x.withUnit(one.x)}, ${y.path} ${y.withUnit(one.y)}`;
  const words = `Heat map of ${metric.label} of ${name} over ${x.path} and ${y.path}: ` + (filled.length ? `lowest ${where(extreme(-1))}; highest ${where(extreme(1))}.` : "no values.");
  const wide = each >= 8 + 7 * Math.max(...filled.map((one) => metric.plain(one.mean).length));
  const svg = drawing(words, {
    width, height, marginLeft, marginRight: 12, marginBottom: rotate ? 84 : 42, marginTop: 22,
    x: { type: "band", domain: xs, label: null, padding: 0.04 }, y: { type: "band", domain: ys, reverse: true, label: null, padding: 0.04 },
    marks: [
      axisX({ label: rotate ? null : fit(x.unit ? `${x.path} (${x.unit})` : x.path, width - marginLeft), labelAnchor: "center", labelArrow: "none", tickSize: 0, color: "var(--soft)",
        tickFormat: (value) => cut(x.text(value), 16), tickRotate: rotate ? -35 : 0, ticks: each < 30 && !x.named ? xs.filter((_, k) => k % Math.ceil(34 / each) === 0) : undefined }),
      axisY({ label: fit(y.unit ? `${y.path} (${y.unit})` : y.path, width), labelAnchor: "top", labelArrow: "none", tickSize: 0, color: "var(--soft)", tickFormat: (value) => cut(y.text(value), 16) }),
      cell(cells.filter((one) => one.mean == null), { x: "x", y: "y", fill: "none", stroke: "var(--line)", strokeDasharray: "2 2" }),
      cell(filled, { x: "x", y: "y", fill: (one) => `var(--h-${scale.of(one.mean)})` }),
      wide ? text(filled, { x: "x", y: "y", text: (one) => metric.plain(one.mean), fill: (one) => `var(--ht-${scale.of(one.mean)})`, fontSize: 11 }) : null,
      ...[["var(--ground)", 5], ["var(--text)", 2]].map(([stroke, strokeWidth]) => mark && cell(cells.filter((one) => one.x === mark.value(x) && one.y === mark.value(y)), { x: "x", y: "y", fill: "none", stroke, strokeWidth })),
      tip(filled, pointer({ x: "x", y: "y", title: (one) => `${x.path} ${x.withUnit(one.x)}\n${y.path} ${y.withUnit(one.y)}\n${metric.withUnit(one.mean)}`, fill: "var(--ground)", stroke: "var(--line)" })),
    ],
  });
  return [legend(scale, metric), svg].flat();
}
