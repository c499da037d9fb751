// SPDX-License-Identifier: GPL-3.0-or-later
// How it was run, and how to run it again.
import { h, scroller } from "../dom.js";
import { duration, moment, plural, short } from "../words.js";

const count = (value) => (value == null ? null : short(value, 15));

export function run({ raw, notes, percent }) {
  const facts = raw.run ?? {};
  const [least, most] = [facts.replications_least, facts.replications_most];
  const per = raw.run && facts.encounters && facts.wall_seconds ? ` (${short(facts.encounters / facts.wall_seconds, 2)} calls a second)` : "";
  const rows = [
    ["Command", facts.command && h("code", null, facts.command)],
    ["Calls simulated", count(facts.encounters)],
    ["Turns simulated", count(facts.turns)],
    ["Cells (a strategy at a point of the design)", count(facts.cells)],
    ["Replications of each cell", least == null ? null : least === most ? count(least) : `${count(least)} to ${count(most)}`],
    ["Cells that failed", facts.failed ? count(facts.failed) : null],
    ["Cells not finished", facts.unfinished ? count(facts.unfinished) : null],
    ["Began", facts.started && moment(facts.started)],
    ["Ended", facts.finished && moment(facts.finished)],
    ["Took", facts.wall_seconds == null ? null : duration(facts.wall_seconds) + per],
    ["Computer", [facts.host, facts.isa && `instruction set ${facts.isa}`, facts.threads != null && plural(facts.threads, "thread"), facts.ranks > 1 && plural(facts.ranks, "process", "processes")].filter(Boolean).join(", ")],
    ["Compiler", facts.compiler],
    ["Detente", raw.detente && [raw.detente.version, raw.detente.model != null && `model ${raw.detente.model}`, raw.detente.format != null && `format ${raw.detente.format}`, facts.revision && `revision ${facts.revision}`].filter(Boolean).join(", ")],
    ["Seed", raw.seed == null ? null : String(raw.seed)],
    ["Config's SHA-256", raw.config_sha256 && h("code", null, raw.config_sha256)],
  ].filter(([, value]) => value != null && value !== "");
  return {
    title: "How it was run",
    short: "Run",
    content: [
      h("dl", { class: "facts" }, rows.map(([term, value]) => h("div", null, h("dt", null, term), h("dd", null, value)))),
      notes.length ? [h("h3", null, "What is missing, and why"), h("ul", null, notes.map((note) => h("li", null, note)))] : null,
      h("p", { class: "note" }, `Intervals are Student's at ${percent}, over replications. Numbers in this page are rounded to four or five digits; the results file has them all.`),
      raw.config ? h("details", { class: "data" }, h("summary", null, "The config in full"), scroller("The config", h("pre", null, raw.config))) : null,
    ],
  };
}

/** Copies without asking the network or a permission: by the clipboard where the browser has one, else by selecting. */
async function copy(text, block) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(block);
    return document.execCommand("copy");
  }
}

export function reproduce({ raw }) {
  const lines = raw.reproduce ?? [];
  if (!lines.length) return null;
  const block = h("pre", { class: "commands" }, h("code", null, lines.join("\n")));
  const said = h("span", { class: "note", role: "status" });
  const button = h("button", { type: "button", class: "copy", onclick: async () => {
    said.textContent = (await copy(lines.join("\n"), block)) ? " Copied." : " Selected: copy with your keyboard.";
  } }, "Copy the commands");
  return {
    title: "Do it again",
    short: "Do it again",
    content: [h("p", null, "The same config, seed and version give the same bytes on any computer, with any number of threads."), scroller("The commands", block), h("p", { class: "controls" }, button, said)],
  };
}
