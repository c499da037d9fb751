// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a report: its data lie in the element #data, everything that is seen is made from them here.
import { readData } from "./data.js";
import { h } from "./dom.js";
import { contents, tools } from "./side.js";
import { makeState } from "./state.js";
import { plural } from "./words.js";
import { answer, limits } from "./sections/answer.js";
import { curves } from "./sections/curves.js";
import { effects } from "./sections/effects.js";
import { endings } from "./sections/endings.js";
import { pareto } from "./sections/pareto.js";
import { reproduce, run } from "./sections/run.js";
import { sensitivity } from "./sections/sensitivity.js";
import { slice } from "./sections/slice.js";
import { strategies } from "./sections/strategies.js";
import { traces } from "./sections/traces.js";
import { trajectories } from "./sections/trajectories.js";
import { verdicts } from "./sections/verdicts.js";

const SECTIONS = { answer, limits, verdicts, strategies, effects, curves, slice, pareto, sensitivity, endings, trajectories, traces, run, reproduce };

/** A section that cannot be made says so in its place: the others are still worth reading. */
function make(id, section, data, state) {
  try {
    const made = section(data, state);
    return made && { id, ...made };
  } catch (error) {
    console.error(error);
    return { id, title: id, content: [h("p", null, `This part could not be drawn: ${error.message}`)] };
  }
}

function head({ raw, strategies: all, points }) {
  const facts = [plural(all.length, "strategy", "strategies"), points.length > 1 ? `${plural(points.length, "point")} of a ${raw.design ?? ""} design`.replace("  ", " ") : null,
    raw.run?.encounters ? plural(raw.run.encounters, "simulated call") : null].filter(Boolean);
  return [h("p", { class: "brand" }, h("span", { class: "logo", "aria-hidden": "true" }), "Detente report", raw.name ? h("span", { class: "of" }, ` ${raw.name}`) : null),
    h("h1", null, raw.question || raw.name || "Report"), h("p", { class: "facts-line" }, facts.join(" · "))];
}

function start() {
  const data = readData(JSON.parse(document.getElementById("data").textContent));
  const state = makeState(data);
  const withValues = data.metrics.filter((metric) => data.effects.some((row) => row.metric === metric.name && row.mean != null) || data.hasCells(metric.name));
  // What the config expects something of, is what its reader wants to see first.
  const expected = withValues.find((metric) => metric.name === data.verdicts[0]?.metric);
  state.metric = (expected ?? withValues[0] ?? data.metrics[0])?.name ?? null;
  document.title = `${data.raw.question || data.raw.name || "Report"} – Detente`;
  document.getElementById("top").append(...head(data));
  const made = Object.entries(SECTIONS).map(([id, section]) => make(id, section, data, state)).filter(Boolean);
  const side = [contents(made), tools(data, state, withValues)].filter(Boolean);
  document.getElementById("side").append(...side);
  document.getElementById("main").append(...made.map((section) => h("section", { id: section.id, "aria-labelledby": `${section.id}-title` },
    h("h2", { id: `${section.id}-title` }, section.title), section.content)));
  document.getElementById("foot").append(h("p", null, "A simulation under stated assumptions, not a forecast of any desk. Made by Detente; drawn with Observable Plot. This file needs no network and sends nothing."));
}

try {
  start();
} catch (error) {
  console.error(error);
  document.getElementById("main").append(h("h1", null, "This report cannot be shown"), h("p", null, `Its data cannot be read: ${error.message}`));
}
