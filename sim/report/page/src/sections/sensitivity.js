// SPDX-License-Identifier: GPL-3.0-or-later
// Which parameters drive a metric: Sobol's indices or Morris's elementary effects, as bars with intervals.
import { axisX, axisY, barX, dot, gridX, link, pointerY, tickX, tip } from "@observablehq/plot";
import { h, select } from "../dom.js";
import { drawing, figure } from "../figure.js";
import { marginFor, room } from "../rows.js";
import { cut, fixed, list, short } from "../words.js";

const KINDS = {
  sobol: {
    bar: "total", point: "first", label: "share of the metric's variance", format: (value) => fixed(value, 3),
    words: "Bars with intervals: total effect, the share of the variance in which the parameter has a part, alone or together with others. Diamonds: the share that it explains alone (first order).",
  },
  morris: {
    bar: "mu_star", label: "mean absolute elementary effect (μ*)", format: (value) => short(value, 3),
    words: "Bars with intervals: by how much the metric changes, on average, when the parameter crosses its range, or goes from one name to another (μ*). σ in the table: how much that depends on the others. The small tick: what noise alone would give.",
  },
};

const COLUMNS = {
  sobol: [["first", "first order"], ["first_low", "low"], ["first_high", "high"], ["total", "total order"], ["total_low", "low"], ["total_high", "high"]],
  morris: [["mu_star", "μ*"], ["mu_star_low", "low"], ["mu_star_high", "high"], ["mu", "μ"], ["sigma", "σ"], ["noise_floor", "noise floor"]],
};

function draw(rows, kind, width, words) {
  const names = rows.map((row) => row.parameter);
  const y = (row) => rows.indexOf(row);
  const paint = (row) => (row.above_noise === false ? "var(--rest)" : "var(--accent)");
  const value = (row) => row[kind.bar];
  const set = rows.filter((row) => value(row) != null);
  const ends = set.flatMap((row) => [0, value(row), row[`${kind.bar}_high`] ?? 0, row[`${kind.bar}_low`] ?? 0, row[kind.point] ?? 0, row.noise_floor ?? 0]);
  const say = (row) => [row.parameter, `${kind.bar === "total" ? "total" : "μ*"} ${kind.format(value(row))}`, kind.point && row[kind.point] != null ? `first order ${kind.format(row[kind.point])}` : "", row.above_noise === false ? "not above noise" : ""].filter(Boolean).join("\n");
  return drawing(words, {
    width, height: 60 + 26 * rows.length, marginTop: 8, marginBottom: 42, marginLeft: marginFor(names, width), marginRight: 16,
    x: { label: null, domain: [Math.min(0, ...ends), Math.max(...ends, 1e-9)], nice: true }, y: { type: "band", domain: rows.map((_, k) => k), label: null, padding: 0.25 },
    marks: [
      gridX({ stroke: "var(--grid)", strokeOpacity: 1 }),
      barX(set, { x1: 0, x2: value, y, fill: paint, fillOpacity: 0.45 }),
      link(set.filter((row) => row[`${kind.bar}_low`] != null), { x1: `${kind.bar}_low`, x2: `${kind.bar}_high`, y1: y, y2: y, stroke: paint, strokeWidth: 2.5 }),
      kind.point ? dot(set.filter((row) => row[kind.point] != null), { x: kind.point, y, symbol: "diamond", r: 5, fill: "var(--text)", stroke: "var(--ground)" }) : null,
      tickX(set.filter((row) => row.noise_floor != null), { x: "noise_floor", y, stroke: "var(--text)", strokeWidth: 1.5 }),
      axisX({ label: kind.label, labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ticks: width < 480 ? 4 : 7 }),
      axisY({ tickFormat: (k) => cut(names[k], room(width)), tickSize: 0, color: "var(--text)", fontSize: 12 }),
      tip(set, pointerY({ x: value, y, title: say, fill: "var(--ground)", stroke: "var(--line)", fontSize: 12 })),
    ],
  });
}

export function sensitivity(data, state) {
  const kind = KINDS[data.raw.sensitivity?.kind];
  const all = data.sensitivity;
  if (!kind || !all.length) return null;
  const withRows = [...new Set(all.map((row) => row.metric))];
  const owners = [...new Set(all.map((row) => row.index))];
  let owner = owners[0];
  const metric = () => (withRows.includes(state.metric) ? state.metric : withRows[0]);
  const label = () => data.metric(metric())?.label ?? metric();
  const whose = () => (owner == null ? "" : `: ${data.nameOf(owner)}`);
  const rows = () => all.filter((row) => row.metric === metric() && row.index === owner).sort((a, b) => (b[kind.bar] ?? -Infinity) - (a[kind.bar] ?? -Infinity));
  const plotted = figure({
    title: () => `What drives “${label()}”${whose()}`,
    draw: (width) => {
      const shown = rows();
      if (shown.every((row) => row[kind.bar] == null)) return h("p", null, `What “${label()}” depends on cannot be told: it varies between the points of the design no more than by chance.`);
      const above = shown.filter((row) => row.above_noise !== false && row[kind.bar] != null);
      return draw(shown, kind, width, `Bar chart of what drives ${label()}${whose()}: ${above.length ? list(above.map((row) => `${row.parameter} ${kind.format(row[kind.bar])}`)) : "nothing above noise"}.`);
    },
    data: () => {
      const columns = COLUMNS[data.raw.sensitivity.kind];
      return { columns: ["Parameter", ...columns.map(([, name]) => name), "above noise"],
        rows: rows().map((row) => [row.parameter, ...columns.map(([name]) => (row[name] == null ? null : kind.format(row[name]))), row.above_noise == null ? null : row.above_noise ? "yes" : "no"]) };
    },
    note: () => {
      if (rows().every((row) => row[kind.bar] == null)) return "";
      const quiet = rows().filter((row) => row.above_noise === false).map((row) => row.parameter);
      return kind.words + (quiet.length ? ` Grey, not above noise: ${list(quiet)}.` : "");
    },
  });
  state.watch((what) => what === "metric" && plotted.redraw());
  const field = owners.length > 1 ? select("Strategy", owners.map((index) => ({ value: index ?? -1, name: index == null ? "all together" : data.nameOf(index) })), owner ?? -1, (value) => {
    owner = Number(value) < 0 ? null : Number(value);
    plotted.redraw();
  }) : null;
  return { title: "What drives the outcome", short: "Sensitivity", content: [field ? h("div", { class: "fields" }, field.element) : null, plotted.element] };
}
