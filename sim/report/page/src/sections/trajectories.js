// SPDX-License-Identifier: GPL-3.0-or-later
// The mean course of the calls, turn by turn.
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { key, labelsItself, lineDrawing } from "../lines.js";
import { fixed, plural } from "../words.js";

const PANELS = [
  { name: "anger", title: "The customer's anger", axis: "anger (0 to 1)", scale: 1, say: (value) => fixed(value, 2) },
  { name: "offer", title: "What is on the table", axis: "offer (% of the claim)", scale: 100, say: (value) => `${fixed(value * 100, 0)}%` },
  { name: "going", title: "Calls that are still going on", axis: "share of calls (%)", scale: 100, say: (value) => `${fixed(value * 100, 0)}%` },
];

export function trajectories(data, state) {
  const raw = data.raw.trajectories;
  const panels = PANELS.filter((panel) => raw?.turn?.length && raw[panel.name]?.some((line) => line?.some((value) => value != null)));
  if (!panels.length) return null;
  const figures = panels.map((panel) => {
    const series = data.strategies.map(({ index }) => ({ index, points: raw.turn.map((turn, k) => {
      const value = raw[panel.name][index]?.[k] ?? null;
      return { x: turn, y: value == null ? null : value * panel.scale, raw: value };
    }) }));
    const plotted = figure({
      title: panel.title,
      draw: (width) => {
        const shown = series.filter((one) => state.shown().includes(one.index) && one.points.some((point) => point.y != null));
        const trend = (one) => {
          const set = one.points.filter((point) => point.y != null);
          return `${data.nameOf(one.index)} from ${panel.say(set[0].raw)} in turn ${set[0].x} to ${panel.say(set.at(-1).raw)} in turn ${set.at(-1).x}`;
        };
        return [labelsItself(width) ? null : key(data, state), lineDrawing({ data, state, series, width, words: `Line chart by turn, ${panel.axis}: ${shown.map(trend).join("; ")}.`,
          x: { options: { domain: [raw.turn[0], raw.turn.at(-1) === raw.turn[0] ? raw.turn[0] + 1 : raw.turn.at(-1)] }, axis: { ticks: 8 }, label: "turn", text: (turn) => `turn ${turn}` },
          y: { label: panel.axis, text: (point) => panel.say(point.raw) } })];
      },
      data: () => ({ columns: ["Turn", ...data.strategies.map(({ name }) => name)], rows: raw.turn.map((turn, k) => [String(turn), ...series.map((one) => (one.points[k].raw == null ? null : panel.say(one.points[k].raw)))]) }),
    });
    state.watch((what) => what === "highlight" && plotted.redraw());
    return plotted.element;
  });
  return {
    title: "The course of the calls",
    short: "Course",
    content: [h("p", null, raw.words || `Means over the calls that are still going on in a turn${raw.encounters ? `, of ${plural(raw.encounters, "call")} for each strategy played again` : ""}. Late turns are of few and difficult calls.`), figures],
  };
}
