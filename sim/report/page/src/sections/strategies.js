// SPDX-License-Identifier: GPL-3.0-or-later
// The table of strategies: every metric's mean and half-width, sortable.
import { h, nothing, scroller, unseen } from "../dom.js";
import { swatch } from "../lines.js";

const FIRST = 6; // metrics that are shown at once

/** Those that have the best mean of a metric, or whose interval overlaps the interval of the best. */
function leaders(data, metric) {
  if (!metric.better) return new Set();
  const rows = data.effects.filter((row) => row.metric === metric.name && row.mean != null);
  const best = rows.reduce((first, row) => (!first || metric.compare(row.mean, first.mean) > 0 ? row : first), null);
  const overlaps = (row) => row === best || (row.low != null && best.low != null && row.low <= best.high && row.high >= best.low);
  return new Set(rows.filter(overlaps).map((row) => row.index));
}

function cell(metric, effect, leads) {
  if (effect?.mean == null) return h("td", null, nothing());
  // That of a share that is 0 or 1 in all calls lies on one side.
  const half = effect.low == null || effect.high == null ? null : Math.max(effect.mean - effect.low, effect.high - effect.mean);
  return h("td", { class: leads ? "leads" : null },
    h("span", { class: "value" }, metric.plain(effect.mean)), half == null ? null : h("span", { class: "half" }, ` ± ${metric.half(half)}`), leads ? unseen(" best") : null);
}

/** Columns: the name, the first few metrics, whether a strategy is Pareto-best where that is known, and the metrics that are at first unseen. */
function columnsOf(data, metrics) {
  const ofMetrics = metrics.map((metric, k) => {
    const lead = leaders(data, metric);
    return {
      more: k >= FIRST, id: metric.name, head: metric.label, unit: metric.unit === metric.label ? "" : metric.unit, title: metric.meaning || null,
      first: metric.better === "down" ? "ascending" : "descending",
      value: (index) => data.effect(metric.name, index)?.mean ?? null,
      cell: (index) => cell(metric, data.effect(metric.name, index), lead.has(index) && lead.size < data.strategies.length),
    };
  });
  const pareto = new Map(data.effects.filter((row) => row.pareto != null).map((row) => [row.index, row.pareto]));
  const best = {
    id: "pareto", head: "Pareto-best", first: "descending", title: paretoWords(data), value: (index) => (pareto.has(index) ? Number(pareto.get(index)) : null),
    cell: (index) => h("td", { class: "mark" }, pareto.has(index) ? (pareto.get(index) ? "yes" : "no") : nothing()),
  };
  const name = { id: "name", head: "Strategy", value: (index) => data.nameOf(index), first: "ascending" };
  return [name, ...ofMetrics.slice(0, FIRST), ...(pareto.size ? [best] : []), ...ofMetrics.slice(FIRST)];
}

function sorted(indices, column, direction) {
  const sign = direction === "ascending" ? 1 : -1;
  return [...indices].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x == null || y == null) return (x == null) - (y == null); // what has no value comes last
    return sign * (typeof x === "string" ? x.localeCompare(y, "en") : x - y) || a - b;
  });
}

export function strategies(data, state) {
  const metrics = data.metrics.filter((metric) => data.effects.some((row) => row.metric === metric.name && row.mean != null));
  if (!metrics.length) return null;
  const columns = columnsOf(data, metrics);
  const body = h("tbody");
  const place = (column, cell) => {
    if (column.more) cell.classList.add("more");
    return cell;
  };
  const said = h("p", { class: "unseen", role: "status" });
  const rows = data.strategies.map(({ index, name, words }) => {
    const mark = h("span", { class: "swatch-place" });
    const row = h("tr", null,
      h("th", { scope: "row", class: "text" }, mark, h("span", { class: "name" }, name), index === data.baseline ? [" ", h("span", { class: "tag" }, "baseline")] : null, words ? h("span", { class: "words" }, words) : null),
      columns.slice(1).map((column) => place(column, column.cell(index))));
    return { row, mark, index };
  });

  function sortBy(column, direction) {
    for (const one of columns) one.th.setAttribute("aria-sort", one === column ? direction : "none");
    body.append(...sorted(rows.map((one) => one.index), column, direction).map((index) => rows[index].row));
  }
  function toggle(column) {
    const now = column.th.getAttribute("aria-sort");
    const direction = now === "none" ? column.first : now === "ascending" ? "descending" : "ascending";
    sortBy(column, direction);
    said.textContent = `Sorted by ${column.head}, ${direction}.`;
  }
  for (const column of columns) {
    column.th = place(column, h("th", { scope: "col", "aria-sort": "none", class: column.id === "name" ? "text" : null },
      h("button", { type: "button", title: column.title ?? null, onclick: () => toggle(column) }, column.head, h("span", { class: "arrow", "aria-hidden": "true" })),
      column.unit ? h("span", { class: "unit" }, column.unit) : null));
  }
  const mark = () => rows.forEach((one) => one.mark.replaceChildren(...(state.slot(one.index) == null || rows.length === 1 ? [] : [swatch(state.slot(one.index))])));
  state.watch((what) => what === "highlight" && mark());
  mark();
  const first = columns.find((column) => column.id === data.raw.pareto?.y) ?? columns[1];
  sortBy(first, first.first);
  const grid = h("table", { class: "strategies" }, h("caption", { class: "unseen" }, "Means of the metrics by strategy; the headings sort"),
    h("thead", null, h("tr", null, columns.map((column) => column.th))), body);
  const more = h("input", { type: "checkbox", onchange: () => grid.classList.toggle("all", more.checked) });
  return {
    title: data.strategies.length > 1 ? "The strategies compared" : "The strategy",
    short: "Strategies",
    content: [
      h("p", null, `Means over all calls ± half-width of the ${data.percent} interval.${data.strategies.length < 2 ? "" : " Choose a heading to sort by it. "
        + "Bold and underlined: the best of a column and those whose intervals overlap its interval."}`),
      metrics.length > FIRST ? h("p", { class: "controls" }, h("label", null, more, ` all ${metrics.length} metrics`)) : null,
      scroller("The strategies compared", grid),
      said,
      h("details", { class: "data" }, h("summary", null, "What the columns mean"), meanings(data, metrics)),
    ],
  };
}

function meanings(data, metrics) {
  const words = (metric) => [[metric.meaning, metric.unit, metric.wish].filter(Boolean).join("; "), " ", h("code", null, metric.name)];
  return h("dl", { class: "terms" }, metrics.map((metric) => [h("dt", null, metric.label), h("dd", null, words(metric))]),
    data.effects.some((row) => row.pareto != null) ? [h("dt", null, "Pareto-best"), h("dd", null, paretoWords(data))] : null);
}

export function paretoWords(data) {
  const names = [data.raw.pareto?.x, data.raw.pareto?.y].map((name) => data.metric(name)?.label ?? name).filter(Boolean);
  return names.length === 2 ? `no other strategy is at least as good in both ${names[0]} and ${names[1]} and better in one` : "no other strategy is at least as good in every metric compared and better in one";
}
