// SPDX-License-Identifier: GPL-3.0-or-later
// Lines by strategy: thin and grey for all, with colour, band, symbols and a label at the end for those that are highlighted.
import { areaY, axisX, axisY, dot, gridY, lineY, pointer, ruleX, text, tip } from "@observablehq/plot";
import { h } from "./dom.js";
import { drawing } from "./figure.js";
import { colour, symbol } from "./state.js";
import { cut, fit } from "./words.js";

const WIDE = 560; // from so many pixels on there is room for labels beside the lines
const ROW = 14; // pixels that a label is high
const LETTER = 6.7; // pixels that a letter is wide, about

const isSet = (point) => point.y != null && point.x != null;

/** Moves labels apart, up and down from where they would be, inside of low to high. */
export function spread(wanted, row, low, high) {
  const order = wanted.map((place, k) => [place, k]).sort((a, b) => a[0] - b[0]);
  const places = [];
  let least = low;
  for (const [place, k] of order) {
    places[k] = Math.max(place, least);
    least = places[k] + row;
  }
  let most = high;
  for (const [, k] of order.reverse()) {
    places[k] = Math.min(places[k], most);
    most = places[k] - row;
  }
  return places;
}

/** What the colours and symbols mean, for drawings that are too narrow to say it beside the lines. */
export function key(data, state, shown = state.shown(), others = true) {
  const rest = others && data.strategies.length > shown.length;
  return h("ul", { class: "key" },
    shown.map((index) => h("li", null, swatch(state.slot(index)), data.nameOf(index) + (index === data.baseline ? " (baseline)" : ""))),
    rest ? h("li", null, swatch(null), "the others") : null);
}

/** A little picture of a strategy's colour and symbol. */
export function swatch(slot) {
  const shapes = { base: "M6 0 12 6 6 12 0 6Z", 0: "M1 6a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z", 1: "M1.5 1.5h9v9h-9Z", 2: "M6 .5 12 11H0Z",
    3: "M6 0 7.5 4.2 12 4.4 8.4 7.1 9.7 11.5 6 9 2.3 11.5 3.6 7.1 0 4.4 4.5 4.2Z", 4: "M4.5 12V7L0 4.4 1.7 1.6 6 4.1 10.3 1.6 12 4.4 7.5 7V12Z" };
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of [["viewBox", "-1 -1 14 14"], ["width", 12], ["height", 12], ["class", "swatch"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  path.setAttribute("d", shapes[slot] ?? "M0 6H12");
  path.style[slot == null ? "stroke" : "fill"] = colour(slot);
  if (slot == null) path.style.strokeWidth = "2";
  svg.append(path);
  return svg;
}

function ends(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!values.length) return [0, 1];
  const margin = low === high ? Math.abs(low) * 0.1 || 0.5 : (high - low) * 0.05;
  return [low - margin, high + margin];
}

/**
 * series: [{index, points: [{x, y, low, high}]}]; x: {options, text}; y: {label, text, format, domain}; mark: an x to draw a line at.
 * Low and high may be missing.
 */
export function lineDrawing({ data, state, series, x, y, width, height = 280, words, mark }) {
  const order = state.shown();
  const strong = order.map((index) => series.find((one) => one.index === index)).filter((one) => one?.points.some(isSet));
  const flat = (some) => some.flatMap((one) => one.points.filter(isSet).map((point) => ({ ...point, one, name: data.nameOf(one.index) })));
  const bold = flat(strong);
  const values = series.flatMap((one) => one.points.filter(isSet).map((point) => point.y));
  const domain = y.domain ?? ends(values.concat(bold.flatMap((point) => [point.low, point.high].filter((v) => v != null))));
  const label = width >= WIDE;
  const names = strong.map((one) => cut(data.nameOf(one.index), 28));
  const marginRight = label ? Math.min(width / 3, 16 + LETTER * Math.max(0, ...names.map((name) => name.length))) : 12;
  const [marginTop, marginBottom] = [24, 40];
  const toPixel = (v) => marginTop + (1 - (v - domain[0]) / (domain[1] - domain[0])) * (height - marginTop - marginBottom);
  const toValue = (p) => domain[0] + (1 - (p - marginTop) / (height - marginTop - marginBottom)) * (domain[1] - domain[0]);
  const last = strong.map((one) => one.points.filter(isSet).at(-1));
  const places = spread(last.map((point) => toPixel(point.y)), ROW, marginTop + 2, height - marginBottom);
  const channels = (extra) => ({ x: "x", z: (d) => d.one.index, ...extra });
  const paint = (d) => colour(state.slot(d.one.index));
  const few = Math.max(0, ...strong.map((one) => one.points.length)) <= 20;
  return drawing(words, {
    width, height, marginTop, marginBottom, marginRight, marginLeft: 54,
    x: { label: null, ...x.options },
    y: { domain, label: null },
    symbol: { type: "identity" },
    marks: [
      gridY({ stroke: "var(--grid)", strokeOpacity: 1 }),
      axisY({ label: fit(y.label, width), tickFormat: y.format, ticks: 5, labelAnchor: "top", labelArrow: "none", color: "var(--soft)", tickSize: 0 }),
      axisX({ label: fit(x.label, width - marginRight - 54), labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ...x.axis }),
      mark == null ? null : ruleX([mark], { stroke: "var(--soft)", strokeDasharray: "2 3" }),
      lineY(flat(series.filter((one) => !order.includes(one.index))), channels({ y: "y", stroke: "var(--rest)", strokeWidth: 1, strokeOpacity: 0.7 })),
      areaY(bold.filter((d) => d.low != null && d.high != null), channels({ y1: "low", y2: "high", fill: paint, fillOpacity: 0.16 })),
      lineY(bold.filter((d) => d.one.index === data.baseline), channels({ y: "y", stroke: paint, strokeWidth: 2, strokeDasharray: "5 3" })),
      lineY(bold.filter((d) => d.one.index !== data.baseline), channels({ y: "y", stroke: paint, strokeWidth: 2 })),
      few ? dot(bold, { x: "x", y: "y", fill: paint, symbol: (d) => symbol(state.slot(d.one.index)), r: 3.6 }) : null,
      label ? text(strong.map((one, k) => ({ one, x: last[k].x, y: toValue(places[k]), name: names[k] })),
        { x: "x", y: "y", text: "name", fill: paint, textAnchor: "start", dx: 9, fontWeight: 600, stroke: "var(--ground)", strokeWidth: 4 }) : null,
      tip(bold, pointer({ x: "x", y: "y", title: (d) => `${d.name}\n${x.text(d.x)}\n${y.text(d)}`, fill: "var(--ground)", stroke: "var(--line)", fontSize: 12 })),
    ],
  });
}

/** Whether the drawing says itself whose line is whose. */
export const labelsItself = (width) => width >= WIDE;
