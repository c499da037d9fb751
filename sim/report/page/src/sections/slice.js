// SPDX-License-Identifier: GPL-3.0-or-later
// A slice through the varied parameters: a slider each, and what happens there.
import { h, select } from "../dom.js";
import { figure } from "../figure.js";
import { key, labelsItself, lineDrawing } from "../lines.js";
import { rowDrawing } from "../rows.js";
import { heatDrawing } from "../heat.js";
import { scatterDrawing } from "../scatter.js";
import { makeSlicer } from "../slicer.js";
import { colour, symbol } from "../state.js";
import { list, plural, short } from "../words.js";
import { axisOf, pointsOf, tipsOf, trends } from "./curves.js";

const FIRST = 6; // sliders that are shown at once; more are folded away

function slider(factor, slicer, changed) {
  const id = `slider-${factor.k}`;
  const { steps } = slicer.range(factor);
  const output = h("output", { for: id, "aria-live": "off" });
  const input = h("input", { id, type: "range", min: 0, max: steps, step: 1, value: slicer.step(factor) });
  const hold = slicer.exact ? null : h("input", { type: "checkbox", "aria-label": `hold ${factor.path} near the slider`, checked: slicer.isHeld(factor) });
  function show() {
    const words = slicer.isHeld(factor) ? (slicer.exact ? "" : "near ") + factor.withUnit(slicer.value(factor)) : "any";
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
    if (hold) hold.checked = slicer.isHeld(factor);
  }
  input.addEventListener("input", () => {
    slicer.move(factor, Number(input.value));
    show();
    changed();
  });
  hold?.addEventListener("change", () => {
    slicer.hold(factor, hold.checked);
    show();
    changed();
  });
  show();
  return h("div", { class: "slider" }, h("label", { for: id }, h("span", { class: "path" }, factor.path), " ", output), input,
    hold ? h("label", { class: "hold" }, hold, " hold") : null, factor.title && factor.title !== factor.path ? h("p", { class: "note" }, factor.title) : null);
}

/** Every strategy at the slice: means there, with intervals where the slice is a point of the design. */
function hereFigure(data, state, metric, slicer) {
  const rows = () => data.strategies.map(({ index, name }) => {
    const { mean, ends: [low, high] } = slicer.here(metric().name, index);
    const slot = state.slot(index);
    const scaled = (value) => (value == null ? null : value * metric().scale);
    return { name, index, mean, low, high, fill: colour(slot), symbol: symbol(slot), tip: `${name}\n${metric().interval(mean, low, high)}` , at: [scaled(mean), scaled(low), scaled(high)] };
  }).sort((a, b) => (a.mean == null) - (b.mean == null) || (metric().better ? metric().compare(b.mean, a.mean) : b.mean - a.mean) || a.index - b.index);
  return figure({
    title: () => `${metric().label}${data.strategies.length > 1 ? ": every strategy" : ""}, ${slicer.where(" · ") ? `at ${slicer.where(" · ")}` : "over all points"}`,
    draw: (width) => {
      const all = rows();
      const set = all.filter((row) => row.mean != null);
      const words = set.length ? `from ${set[0].name} ${metric().withUnit(set[0].mean)} to ${set.at(-1).name} ${metric().withUnit(set.at(-1).mean)}` : "no values";
      return rowDrawing({ width, x: { label: metric().axis }, words: `${metric().label} at ${slicer.where(", ") || "all points"}: ${words}.`,
        rows: all.map((row) => ({ ...row, x: row.at[0], low: row.at[1], high: row.at[2] })) });
    },
    data: () => ({ columns: ["Strategy", `mean${metric().unit ? `, ${metric().unit}` : ""}`, "low", "high"],
      rows: rows().map((row) => [row.name, ...[row.mean, row.low, row.high].map((value) => (value == null ? null : metric().plain(value)))]) }),
  });
}

/** Along one parameter: lines through the slice where it is a point of the design, else the points near it. */
function alongFigure(data, state, metric, slicer, chosen) {
  const series = () => {
    const factor = chosen.x();
    const points = slicer.along(factor);
    const xs = points.map((point) => data.points[point][factor.k]);
    return data.strategies.map(({ index }) => {
      const means = points.map((point) => data.mean(metric().name, point, index));
      const end = (side) => points.map((point) => data.ends(metric().name, point, index)[side]);
      return { index, points: pointsOf(metric(), xs, means, end(0), end(1)) };
    });
  };
  return figure({
    title: () => `${metric().label}: over ${chosen.x().path}${slicer.where(" · ", chosen.x()) ? `, at ${slicer.where(" · ", chosen.x())}` : ""}`,
    draw: (width) => {
      const factor = chosen.x();
      const all = series();
      const strong = all.filter((one) => state.shown().includes(one.index));
      const tips = tipsOf(factor, metric());
      const common = { data, state, series: all, width, x: { ...axisOf(factor, width, slicer.exact ? factor.levels : []), text: tips.x }, y: { label: metric().axis, text: tips.y } };
      const what = `of ${metric().label} over ${factor.path}`;
      if (!slicer.exact) return [key(data, state, state.shown(), false), scatterDrawing({ ...common, words: `Scatter ${what}: ${plural(all[0]?.points.length ?? 0, "point")} of the design near the slice, for ${list(strong.map((one) => data.nameOf(one.index)))}.` })];
      return [labelsItself(width) ? null : key(data, state), lineDrawing({ ...common, mark: slicer.value(factor), words: `Line chart ${what} at ${slicer.where(", ", factor) || "all points"}: ${trends(data, metric(), strong)}.` })];
    },
    data: () => ({ columns: [{ name: "Strategy", text: true }, chosen.x().path, `mean${metric().unit ? `, ${metric().unit}` : ""}`, "low", "high"],
      rows: series().flatMap((one) => one.points.map((point) => [data.nameOf(one.index), chosen.x().withUnit(point.x),
        ...[point.raw.mean, point.raw.low, point.raw.high].map((value) => (value == null ? null : metric().plain(value)))])) }),
  });
}

function heatFigure(data, metric, slicer, chosen) {
  const cells = () => slicer.map(chosen.x(), chosen.y(), metric().name, chosen.strategy());
  const place = () => slicer.where(" · ", chosen.x(), chosen.y());
  return figure({
    title: () => `${metric().label}${data.strategies.length > 1 ? `: ${data.nameOf(chosen.strategy())},` : ""} over ${chosen.x().path} and ${chosen.y().path}${place() ? `, at ${place()}` : ""}`,
    draw: (width) => heatDrawing({ cells: cells(), x: chosen.x(), y: chosen.y(), metric: metric(), width, mark: slicer.exact ? slicer : null, name: data.nameOf(chosen.strategy()) }),
    data: () => ({ columns: [chosen.x().path, chosen.y().path, `mean${metric().unit ? `, ${metric().unit}` : ""}`, "points"],
      rows: cells().map((cell) => [chosen.x().withUnit(cell.x), chosen.y().withUnit(cell.y), cell.mean == null ? null : metric().plain(cell.mean), String(cell.count)]) }),
    note: () => (slicer.exact ? "" : "Each field averages the points of the design that fall into it; values at its sides are its middle."),
  });
}

export function slice(data, state) {
  const withCells = data.metrics.filter((metric) => data.hasCells(metric.name));
  const factors = data.factors.filter((factor) => factor.levels.length > 1);
  if (!data.points.length || !withCells.length || !factors.length) return null;
  const metric = () => withCells.find((one) => one.name === state.metric) ?? withCells[0];
  const slicer = makeSlicer(data);
  const chosen = { kx: factors[0].k, ky: factors[1]?.k, index: state.shown()[0] ?? 0, x: () => data.factors[chosen.kx], y: () => data.factors[chosen.ky], strategy: () => chosen.index };
  const status = h("p", { class: "note", role: "status" });
  const here = hereFigure(data, state, metric, slicer);
  const along = alongFigure(data, state, metric, slicer, chosen);
  const heat = factors.length > 1 ? heatFigure(data, metric, slicer, chosen) : null;
  function redraw() {
    const { points } = slicer.near();
    status.textContent = slicer.exact ? (points.length ? "" : "The design has no such combination, or it failed.")
      : `${plural(points.length, "point")} of ${short(data.points.length, 15)} in the slice.${points.length ? "" : " Move a slider, or hold fewer parameters."}`;
    for (const one of [here, along, heat]) one?.redraw();
  }
  const options = factors.map((factor) => ({ value: factor.k, name: factor.path }));
  const across = select("Along", options, chosen.kx, (value) => choose("kx", "ky", Number(value)));
  const up = heat && select("Up the heat map", options, chosen.ky, (value) => choose("ky", "kx", Number(value)));
  const whose = heat && data.strategies.length > 1 && select("Heat map of", data.strategies.map(({ index, name }) => ({ value: index, name })), chosen.index, (value) => { chosen.index = Number(value); heat.redraw(); });
  /** Two axes of one parameter make no map: the other one takes the place that became free. */
  function choose(one, other, value) {
    if (chosen[other] === value) chosen[other] = chosen[one];
    chosen[one] = value;
    across.box.value = chosen.kx;
    if (up) up.box.value = chosen.ky;
    redraw();
  }
  const sliders = factors.map((factor) => slider(factor, slicer, redraw));
  state.watch(redraw);
  redraw();
  return {
    title: "A closer look: pick the slice",
    short: "Slices and heat maps",
    content: [
      h("p", null, slicer.exact ? "The design has every combination of its levels: the sliders pick one, and the figures show exactly that."
        : "The design is a sample of points: hold a parameter to keep only the points within a tenth of its range around the slider. Their plain averages have no intervals."),
      h("div", { class: "sliders", role: "group", "aria-label": "The slice" }, sliders.slice(0, FIRST),
        sliders.length > FIRST ? h("details", null, h("summary", null, `${sliders.length - FIRST} more parameters`), h("div", { class: "sliders" }, sliders.slice(FIRST))) : null),
      status, here.element,
      h("div", { class: "fields" }, factors.length > 1 ? across.element : null, up?.element, whose?.element),
      along.element, heat?.element,
    ],
  };
}
