// SPDX-License-Identifier: GPL-3.0-or-later
// Points of a sampled design, a dot for each strategy that is highlighted.
import { axisX, axisY, dot, gridY, pointer, tip } from "@observablehq/plot";
import { drawing } from "./figure.js";
import { colour, symbol } from "./state.js";
import { fit } from "./words.js";

const MOST = 2500; // dots: more would be a cloud, and slow

export function scatterDrawing({ data, state, series, x, y, width, height = 300, words }) {
  const shown = state.shown();
  let dots = series.filter((one) => shown.includes(one.index)).flatMap((one) => one.points.filter((point) => point.y != null).map((point) => ({ ...point, index: one.index })));
  const every = Math.ceil(dots.length / MOST);
  dots = dots.filter((_, k) => k % every === 0);
  return drawing(words, {
    width, height, marginLeft: 54, marginRight: 12, marginTop: 24, marginBottom: 40,
    x: { label: null, ...x.options }, y: { label: null, ...(dots.length ? { nice: true } : { domain: [0, 1] }) }, symbol: { type: "identity" },
    marks: [
      gridY({ stroke: "var(--grid)", strokeOpacity: 1 }),
      axisY({ label: fit(y.label, width), ticks: 5, labelAnchor: "top", labelArrow: "none", color: "var(--soft)", tickSize: 0 }),
      axisX({ label: fit(x.label, width - 66), labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ...x.axis }),
      dot(dots, { x: "x", y: "y", fill: (d) => colour(state.slot(d.index)), symbol: (d) => symbol(state.slot(d.index)), r: dots.length > 400 ? 2 : 3, fillOpacity: 0.7 }),
      tip(dots, pointer({ x: "x", y: "y", title: (d) => `${data.nameOf(d.index)}\n${x.text(d.x)}\n${y.text(d)}`, fill: "var(--ground)", stroke: "var(--line)" })),
    ],
  });
}
