// SPDX-License-Identifier: GPL-3.0-or-later
// Dots with intervals, one row a strategy.
import { axisX, axisY, dot, gridX, link, pointerY, ruleX, tip } from "@observablehq/plot";
import { drawing } from "./figure.js";
import { cut, fit } from "./words.js";

const ROW = 22; // pixels

/** As many letters of a name as there is room for. */
export const room = (width) => Math.max(14, Math.floor((width * 0.42) / 6.9));

/** Width of a margin that holds such names. */
export const marginFor = (names, width) => 14 + 6.9 * Math.max(4, ...names.map((name) => [...cut(name, room(width))].length));

/**
 * rows: [{name, x, low, high, fill, symbol, strong, tip}] from top to bottom; x: {label, format, zero}: a line is drawn at zero.
 */
export function rowDrawing({ rows, x, width, words }) {
  const most = room(width);
  const numbers = rows.flatMap((row) => [row.x, row.low, row.high]).filter((value) => value != null);
  const low = Math.min(x.zero ?? Infinity, ...numbers);
  const high = Math.max(x.zero ?? -Infinity, ...numbers);
  const margin = high > low ? (high - low) * 0.03 : Math.abs(high) * 0.1 || 0.5;
  const set = rows.filter((row) => row.x != null);
  // By its number, because two names cut short may be the same.
  const y = (row) => rows.indexOf(row);
  const marginLeft = marginFor(rows.map((row) => row.name), width);
  return drawing(words, {
    width, height: 62 + ROW * rows.length, marginTop: 8, marginBottom: 44, marginLeft, marginRight: 16,
    x: { domain: numbers.length ? [low - margin, high + margin] : [0, 1], label: null },
    y: { type: "band", domain: rows.map((_, k) => k), label: null, padding: 0 },
    symbol: { type: "identity" },
    marks: [
      gridX({ stroke: "var(--grid)", strokeOpacity: 1 }),
      axisX({ label: fit(x.label, width - marginLeft + 16), labelAnchor: "center", labelArrow: "none", tickFormat: x.format, ticks: width < 480 ? 4 : 7, color: "var(--soft)" }),
      axisY({ tickFormat: (k) => cut(rows[k].name, most), tickSize: 0, color: "var(--text)", fontSize: 12 }),
      x.zero == null ? null : ruleX([x.zero], { stroke: "var(--text)", strokeWidth: 1.2 }),
      link(set.filter((row) => row.low != null && row.high != null),
        { x1: "low", x2: "high", y1: y, y2: y, stroke: "fill", strokeWidth: 3, strokeOpacity: 0.55, strokeLinecap: "butt" }),
      dot(set, { x: "x", y, fill: "fill", symbol: "symbol", r: 4.5, stroke: "var(--ground)", strokeWidth: 1 }),
      tip(set, pointerY({ x: "x", y, title: "tip", fill: "var(--ground)", stroke: "var(--line)", fontSize: 12 })),
    ],
  });
}
