// SPDX-License-Identifier: GPL-3.0-or-later
// A few calls in full.
import { axisX, axisY, gridY, lineY, text } from "@observablehq/plot";
import { h, lazyDetails, scroller } from "../dom.js";
import { drawing, figure } from "../figure.js";
import { spread } from "../lines.js";
import { fixed, plural } from "../words.js";

const LINES = [["demand", "demand", "var(--s-1)", "none"], ["offer", "offer", "var(--s-0)", "none"], ["anger", "anger", "var(--s-2)", "5 3"], ["hostility", "hostility", "var(--s-3)", "2 2"]];

function course(trace, nameOf) {
  const turns = trace.turns ?? [];
  const lines = LINES.filter(([name]) => turns.filter((turn) => turn[name] != null).length > 1);
  if (!lines.length) return null;
  const words = `Line chart by turn of encounter ${trace.encounter ?? ""} with ${nameOf(trace)}: ${lines.map(([name, label]) => {
    const set = turns.filter((turn) => turn[name] != null);
    return `${label} from ${fixed(set[0][name], 2)} to ${fixed(set.at(-1)[name], 2)}`;
  }).join("; ")}.`;
  const all = lines.flatMap(([name]) => turns.map((turn) => turn[name])).filter((value) => value != null);
  const domain = [Math.min(0, ...all), Math.max(1, ...all)];
  return figure({
    title: `Anger, tone, demand and offer: ${nameOf(trace)}`,
    draw: (width) => {
      const height = 220;
      const [marginTop, marginBottom] = [12, 40];
      const toPixel = (v) => marginTop + (1 - (v - domain[0]) / (domain[1] - domain[0])) * (height - marginTop - marginBottom);
      const toValue = (p) => domain[0] + (1 - (p - marginTop) / (height - marginTop - marginBottom)) * (domain[1] - domain[0]);
      const last = lines.map(([name]) => turns.filter((turn) => turn[name] != null).at(-1));
      const places = spread(last.map((turn, k) => toPixel(turn[lines[k][0]])), 14, marginTop, height - marginBottom);
      return drawing(words, {
        width, height, marginTop, marginBottom, marginLeft: 40, marginRight: 76, y: { domain, label: null }, x: { label: null },
        marks: [gridY({ stroke: "var(--grid)", strokeOpacity: 1 }), axisY({ label: null, ticks: 5, tickSize: 0, color: "var(--soft)" }), axisX({ label: "turn", labelAnchor: "center", labelArrow: "none", color: "var(--soft)", ticks: Math.min(turns.length, 8), tickFormat: "d" }),
          ...lines.flatMap(([name, label, stroke, dash], k) => [lineY(turns.filter((turn) => turn[name] != null), { x: "turn", y: name, stroke, strokeWidth: 2, strokeDasharray: dash }),
            text([last[k]], { x: "turn", y: () => toValue(places[k]), text: () => label, fill: stroke, textAnchor: "start", dx: 7, fontWeight: 600 })])],
      });
    },
    data: () => ({ columns: ["Turn", { name: "move", text: true }, ...lines.map(([, label]) => label), "minutes"],
      rows: turns.map((turn) => [String(turn.turn), turn.move, ...lines.map(([name]) => (turn[name] == null ? null : fixed(turn[name], 2))), turn.minutes == null ? null : fixed(turn.minutes, 1)]) }),
  }).element;
}

export function traces(data) {
  if (!data.traces.length) return null;
  const nameOf = (trace) => (typeof trace.strategy === "number" ? data.nameOf(trace.strategy) : trace.strategy);
  const one = (trace) => {
    const turns = trace.turns?.length ? `, ${plural(trace.turns.length, "turn")}` : "";
    const ending = trace.ending ? `: ${trace.ending.replaceAll("_", " ")}` : "";
    const where = [["cell", trace.cell], ["replication", trace.replication], ["encounter", trace.encounter]].filter(([, value]) => value != null).map(([name, value]) => `${name} ${value}`).join(", ");
    return lazyDetails([h("strong", null, nameOf(trace)), `${ending}${turns}`], () => [
      trace.why ? h("p", null, trace.why) : null, where ? h("p", { class: "note" }, `Stored as ${where}.`) : null, course(trace, nameOf), trace.text ? scroller("The call, turn by turn", h("pre", { class: "trace" }, trace.text.replace(/^\n+/, ""))) : null].filter(Boolean), { class: "trace" }).details;
  };
  return {
    title: "A few calls in full",
    short: "Single calls",
    content: [h("p", null, "Played again from the results, to the last bit. What is said in quotation marks is illustration: the model knows moves and tones, not sentences."), data.traces.map(one)],
  };
}
