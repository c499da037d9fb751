// SPDX-License-Identifier: GPL-3.0-or-later
// How the calls end, a stacked bar a strategy.
import { axisX, axisY, barX, pointer, text, tip } from "@observablehq/plot";
import { h } from "../dom.js";
import { drawing, figure } from "../figure.js";
import { marginFor, room } from "../rows.js";
import { cut, fixed } from "../words.js";

const percent = (share) => `${fixed(share * 100, share > 0 && share < 0.0995 ? 1 : 0)}%`;

export function endings(data) {
  const { names, share } = data.raw.endings ?? {};
  if (!names?.length || !share?.length) return null;
  const label = (name) => name.replaceAll("_", " ");
  const strategies = data.strategies.filter(({ index }) => share[index]?.some((part) => part != null))
    .sort((a, b) => (share[b.index][0] ?? 0) - (share[a.index][0] ?? 0) || a.index - b.index);
  if (!strategies.length) return null;
  const parts = strategies.flatMap((strategy, row) => {
    let from = 0;
    return names.map((name, k) => {
      const part = share[strategy.index][k] ?? 0;
      from += part;
      return { row, k, name: label(name), part, x1: (from - part) * 100, x2: from * 100, strategy: strategy.name };
    });
  });
  const [top, last] = [strategies[0], strategies.at(-1)];
  const say = (strategy) => `${strategy.name} ${percent(share[strategy.index][0] ?? 0)}`;
  const plotted = figure({
    title: `Endings, in the order of “${label(names[0])}”`,
    draw: (width) => {
      const marginLeft = marginFor(strategies.map((strategy) => strategy.name), width);
      const fits = (one) => (one.part * (width - marginLeft - 16)) > 34;
      return drawing(`Stacked bars of how calls end for ${strategies.length} strategies: ${label(names[0])} from ${say(top)} to ${say(last)}.`, {
        width, height: 56 + 24 * strategies.length, marginTop: 6, marginBottom: 42, marginLeft, marginRight: 16,
        x: { domain: [0, 100], label: null }, y: { type: "band", domain: strategies.map((_, k) => k), label: null, padding: 0.18 },
        marks: [
          barX(parts, { x1: "x1", x2: "x2", y: "row", fill: (one) => `var(--e-${one.k % 5})`, stroke: "var(--ground)", strokeWidth: 1 }),
          text(parts.filter(fits), { x: (one) => (one.x1 + one.x2) / 2, y: "row", text: (one) => percent(one.part), fill: (one) => `var(--et-${one.k % 5})`, fontSize: 11 }),
          axisX({ label: "share of calls (%)", labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ticks: 5 }),
          axisY({ tickFormat: (k) => cut(strategies[k].name, room(width)), tickSize: 0, color: "var(--text)", fontSize: 12 }),
          tip(parts, pointer({ x: (one) => (one.x1 + one.x2) / 2, y: "row", title: (one) => `${one.strategy}\n${one.name} ${percent(one.part)}`, fill: "var(--ground)", stroke: "var(--line)", fontSize: 12 })),
        ],
      });
    },
    data: () => ({ columns: ["Strategy", ...names.map(label)], rows: strategies.map((strategy) => [strategy.name, ...names.map((_, k) => (share[strategy.index][k] == null ? null : percent(share[strategy.index][k])))]) }),
  });
  return {
    title: "How the calls end",
    short: "Endings",
    content: [h("ul", { class: "key" }, names.map((name, k) => h("li", null, h("span", { class: `ending e-${k % 5}`, "aria-hidden": "true" }), label(name)))), plotted.element],
  };
}
