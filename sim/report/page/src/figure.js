// SPDX-License-Identifier: GPL-3.0-or-later
// A figure: its heading, its drawing with a text alternative, a note, and its data as a table.
import { plot } from "@observablehq/plot";
import { h, lazyDetails, table } from "./dom.js";

const PRINTED = 660; // pixels across a printed page
const figures = new Set();

/** A drawing of Plot's with what it says in words: to a screen reader it is one image. */
export function drawing(words, options) {
  const svg = plot({ ...options, style: { background: "transparent", color: "inherit", fontFamily: "inherit", fontSize: "12px", overflow: "visible" } });
  // Plot names its marks to screen readers, which see one image here.
  for (const mark of svg.querySelectorAll("[aria-label]")) {
    mark.dataset.mark = mark.getAttribute("aria-label");
    mark.removeAttribute("aria-label");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  return svg;
}

/**
 * A figure. draw(width) gives elements for so many pixels; table() gives {columns, rows}; note() a text or nothing.
 * redraw() is to be called when what it shows has changed.
 */
export function figure({ title, draw, data, note }) {
  const heading = title ? h("h3", null) : null;
  const place = h("div", { class: "plot" });
  const remark = h("p", { class: "note" });
  const titleOf = () => (typeof title === "function" ? title() : title);
  const { details, renew } = lazyDetails("The data as a table", () => {
    const { columns, rows } = data();
    return table(titleOf() ?? "The data", columns, rows);
  }, { class: "data" });
  const element = h("div", { class: "figure" }, heading, place, remark, details);
  const self = { element, width: 0, place, drawAt };
  let stale = true;

  function drawAt(width) {
    if (width < 50 || (!stale && Math.abs(width - self.width) < 2)) return; // hidden, or as it was
    stale = false;
    self.width = width;
    place.replaceChildren(...[draw(width)].flat().filter(Boolean));
  }
  self.redraw = () => {
    stale = true;
    if (heading) heading.textContent = titleOf();
    remark.textContent = note?.() ?? "";
    remark.hidden = !remark.textContent;
    drawAt(place.clientWidth);
    renew();
  };
  figures.add(self);
  observer.observe(place);
  self.redraw();
  return self;
}

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    for (const self of figures) if (self.place === target) self.drawAt(target.clientWidth);
  }
});
addEventListener("beforeprint", () => figures.forEach((self) => self.place.clientWidth && self.drawAt(Math.min(PRINTED, self.width || PRINTED))));
addEventListener("afterprint", () => figures.forEach((self) => self.drawAt(self.place.clientWidth)));
