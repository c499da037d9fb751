// SPDX-License-Identifier: GPL-3.0-or-later
// The hypotheses of the config, a verdict each.
import { h } from "../dom.js";
import { chance, plural, short } from "../words.js";

const KINDS = { supported: ["yes", "✓"], "not supported": ["no", "✗"], undecided: ["open", "?"] };

function numbers(verdict, percent) {
  const parts = [];
  if (verdict.effect != null) {
    const interval = verdict.low != null && verdict.high != null ? ` (${percent} interval ${short(verdict.low)} to ${short(verdict.high)})` : "";
    parts.push(`Effect ${short(verdict.effect)}${interval}`);
  }
  if (verdict.threshold != null) parts.push(`threshold ${short(verdict.threshold)}`);
  if (verdict.p_holm != null) parts.push(`p = ${chance(verdict.p_holm)}, adjusted for the number of hypotheses`);
  else if (verdict.p != null) parts.push(`p = ${chance(verdict.p)}`);
  return parts.join("; ").replaceAll("= <", "<").replaceAll("= >", ">") + (parts.length ? "." : "");
}

export function verdicts({ verdicts: list, percent }) {
  if (!list.length) return null;
  const card = (verdict) => {
    const [kind, sign] = KINDS[verdict.verdict] ?? KINDS.undecided;
    return h("li", { class: `verdict ${kind}` },
      h("p", { class: "badge" }, h("span", { "aria-hidden": "true" }, sign), ` ${verdict.verdict ?? "undecided"}`),
      h("div", null, h("h3", null, verdict.name), verdict.sentence ? h("p", null, verdict.sentence) : null, h("p", { class: "note" }, numbers(verdict, percent))));
  };
  const held = list.filter((verdict) => verdict.verdict === "supported").length;
  return {
    title: "Were the expectations right?",
    short: "Verdicts",
    content: [
      h("p", null, `${plural(list.length, "hypothesis was", "hypotheses were")} written down before the run; ${held === list.length ? (held > 1 ? "all are" : "it is") : `${held || "none"} ${held > 1 ? "are" : "is"}`} supported. `
        + "Undecided means that more calls would have to be simulated to tell."),
      h("ul", { class: "verdicts" }, list.map(card)),
    ],
  };
}
