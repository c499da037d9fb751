// SPDX-License-Identifier: GPL-3.0-or-later
// The hypotheses of the config, a verdict each.
import { h } from "../dom.js";
import { chance, list as words, plural, short } from "../words.js";

const KINDS = { supported: ["yes", "✓"], "not supported": ["no", "✗"], undecided: ["open", "?"] };

function numbers(verdict) {
  const parts = [];
  if (verdict.effect != null) {
    const interval = verdict.low != null && verdict.high != null ? ` (${short(verdict.low)} to ${short(verdict.high)})` : "";
    parts.push(`Effect ${short(verdict.effect)}${interval}`);
  }
  if (verdict.threshold != null) parts.push(`${verdict.expected === "<" ? "expected below" : verdict.expected === ">" ? "expected above" : "threshold"} ${short(verdict.threshold)}`);
  if (verdict.p_holm != null) parts.push(`p = ${chance(verdict.p_holm)}, adjusted for the number of hypotheses`);
  else if (verdict.p != null) parts.push(`p = ${chance(verdict.p)}`);
  return parts.join("; ").replaceAll("= <", "<").replaceAll("= >", ">") + (parts.length ? "." : "");
}

export function verdicts({ verdicts: list }) {
  if (!list.length) return null;
  const card = (verdict) => {
    const [kind, sign] = KINDS[verdict.verdict] ?? KINDS.undecided;
    return h("li", { class: `verdict ${kind}` },
      h("p", { class: "badge" }, h("span", { "aria-hidden": "true" }, sign), ` ${verdict.verdict ?? "undecided"}`),
      h("div", null, h("h3", null, verdict.name), [verdict.sentence, verdict.why].filter(Boolean).map((text) => h("p", null, text)), h("p", { class: "note" }, numbers(verdict))));
  };
  const counts = Object.keys(KINDS).map((kind) => [kind, list.filter((verdict) => (verdict.verdict ?? "undecided") === kind).length]).filter(([, count]) => count);
  return {
    title: "Did it come out as expected?",
    short: "Verdicts",
    content: [
      h("p", null, `The config states ${plural(list.length, "expectation")}: ${words(counts.map(([kind, count]) => `${count} ${kind}`))}.`
        + " In brackets: the bounds that each test compares with what was expected, wide enough for all tests together."
        + (counts.some(([kind]) => kind === "undecided") ? " Undecided means that more calls would have to be simulated to tell." : "")),
      h("ul", { class: "verdicts" }, list.map(card)),
    ],
  };
}
