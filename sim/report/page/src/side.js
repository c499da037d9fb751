// SPDX-License-Identifier: GPL-3.0-or-later
// Beside the report, or above it where there is little room: the contents, the metric, and which strategies have colours.
import { h, select } from "./dom.js";
import { swatch } from "./lines.js";
import { SLOTS } from "./state.js";

export function contents(sections) {
  const links = h("ol", null, sections.map((section) => h("li", null, h("a", { href: `#${section.id}` }, section.short ?? section.title))));
  const details = h("details", { open: matchMedia("(min-width: 70rem)").matches }, h("summary", null, "Contents"), links);
  return h("nav", { class: "contents", "aria-label": "Contents" }, details);
}

function highlights(data, state) {
  const hint = h("p", { class: "note", role: "status" });
  const boxes = data.strategies.filter(({ index }) => index !== data.baseline).map(({ index, name }) => {
    const place = h("span", { class: "swatch-place" });
    const box = h("input", { type: "checkbox", onchange: () => {
      const old = state.highlight(index, box.checked);
      hint.textContent = old == null ? "" : `${data.nameOf(old)} has given up its colour: ${SLOTS} at most.`;
    } });
    return { index, place, box, element: h("label", null, box, place, h("span", null, name)) };
  });
  const count = h("span");
  function show() {
    for (const { index, place, box } of boxes) {
      const slot = state.slot(index);
      box.checked = slot != null;
      place.replaceChildren(...(slot == null ? [] : [swatch(slot)]));
    }
    const chosen = boxes.filter(({ box }) => box.checked).length;
    count.textContent = ` (${chosen} of ${boxes.length})`;
  }
  state.watch((what) => what === "highlight" && show());
  show();
  return h("details", { class: "highlight", open: matchMedia("(min-width: 70rem)").matches }, h("summary", null, "Strategies in colour", count),
    h("div", { class: "sheet" },
      data.baseline == null ? null : h("p", { class: "note base" }, swatch("base"), ` ${data.nameOf(data.baseline)}, the baseline, always`),
      h("fieldset", null, h("legend", { class: "unseen" }, "Strategies in colour"), boxes.map(({ element }) => element)), hint,
      h("button", { type: "button", onclick: () => {
        hint.textContent = "";
        state.startAgain();
      } }, "As at the start")));
}

export function tools(data, state, metrics) {
  const chosen = metrics.length > 1 ? select("Metric", metrics.map((metric) => ({ value: metric.name, name: metric.label })), state.metric, (name) => state.setMetric(name)).element : null;
  const several = data.strategies.length > 1;
  if (!chosen && !several) return null;
  return h("div", { class: "tools", role: "region", "aria-label": "What the figures show" }, chosen, several ? highlights(data, state) : null);
}
