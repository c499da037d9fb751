// SPDX-License-Identifier: GPL-3.0-or-later
// The answer in plain words, and what it cannot tell.
import { h } from "../dom.js";

export function answer({ raw }) {
  if (!raw.headline?.length) return null;
  return { title: "The answer", content: raw.headline.map((sentence) => h("p", { class: "lead" }, sentence)) };
}

export function limits({ raw }) {
  if (!raw.limits?.length) return null;
  return { title: "What this cannot tell", content: [h("ul", { class: "limits" }, raw.limits.map((sentence) => h("li", null, sentence)))] };
}
