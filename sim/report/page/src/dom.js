// SPDX-License-Identifier: GPL-3.0-or-later
// Elements. Whatever comes from the data goes in as text, never as markup.

/** An element: on… are listeners, true and false set and leave out an attribute; children are elements, text, lists of both, or nothing. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** Text that only a screen reader says. */
export const unseen = (text) => h("span", { class: "unseen" }, text);

/** What stands where there is no value. */
export const nothing = () => h("span", { class: "none" }, h("span", { "aria-hidden": "true" }, "–"), unseen("no value"));

/** A table that scrolls by itself where it is wider than the page. Columns are names or {name, text: true}; a row's first cell is its heading. */
export function table(caption, columns, rows) {
  const isText = columns.map((column) => Boolean(column.text));
  const cell = (value, k) => h(k ? "td" : "th", { scope: k ? null : "row", class: isText[k] || !k ? "text" : null }, value ?? nothing());
  return scroller(
    caption,
    h("table", null,
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null, columns.map((column, k) => h("th", { scope: "col", class: isText[k] || !k ? "text" : null }, column.name ?? column)))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map(cell))))),
  );
}

/** A box that scrolls sideways, by keyboard too. */
export const scroller = (label, ...children) => h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, children);

/** Details whose inside is made when they are opened; `renew` makes it again when what it shows has changed. */
export function lazyDetails(summary, make, attributes) {
  const details = h("details", attributes, h("summary", null, summary));
  const renew = () => {
    while (details.lastElementChild.tagName !== "SUMMARY") details.lastElementChild.remove();
    if (details.open) details.append(...[make()].flat());
  };
  details.addEventListener("toggle", renew);
  return { details, renew };
}

/** A select with its label. Options are {value, name}. */
export function select(label, options, value, change) {
  const box = h("select", { onchange: () => change(box.value) },
    options.map((option) => h("option", { value: option.value, selected: String(option.value) === String(value) }, option.name)));
  return { box, element: h("label", { class: "field" }, h("span", null, label), box) };
}
