// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader has chosen, and who wants to know.

export const SLOTS = 5; // strategies highlighted beside the baseline: more colours could not be told apart

/** Strategies to begin with: all if they are few, else the one that the answer names, and those that no other beats in both metrics of the Pareto figure. */
function firstHighlights(data) {
  const others = data.strategies.filter(({ index }) => index !== data.baseline).map(({ index }) => index);
  if (others.length <= SLOTS) return others;
  const y = data.raw.pareto?.y;
  const best = others.filter((index) => data.effect(y, index)?.pareto);
  const metric = data.metric(y);
  const value = (index) => data.effect(y, index)?.mean ?? -Infinity;
  best.sort((a, b) => (metric ? metric.compare(value(b), value(a)) : 0));
  const named = others.filter((index) => index === data.best);
  return [...new Set([...named, ...best, ...(best.length ? [] : others)])].slice(0, SLOTS);
}

export function makeState(data) {
  const listeners = [];
  let order = []; // of being chosen
  const state = {
    metric: null,
    slots: new Array(SLOTS).fill(null), // a strategy keeps its colour for as long as it is highlighted
    watch: (listener) => listeners.push(listener),
    tell: (what) => listeners.forEach((listener) => listener(what)),
    setMetric(name) {
      state.metric = name;
      state.tell("metric");
    },
    /** Gives a strategy a colour, or takes it away. Where none is free, the one that has had its colour longest gives it up and is returned. */
    highlight(index, on) {
      const old = on && !state.slots.includes(null) ? order.shift() : null;
      const slot = state.slots.indexOf(on ? old : index);
      if (slot >= 0) state.slots[slot] = on ? index : null;
      order = order.filter((other) => other !== index).concat(on ? index : []);
      state.tell("highlight");
      return old;
    },
    startAgain() {
      order = firstHighlights(data);
      state.slots = Array.from({ length: SLOTS }, (_, slot) => order[slot] ?? null);
      state.tell("highlight");
    },
    /** Number of the colour, "base", or null for those that stay grey. */
    slot(index) {
      const slot = state.slots.indexOf(index);
      return slot >= 0 ? slot : index === data.baseline ? "base" : null;
    },
    /** The baseline and what is highlighted, in the order of their colours. */
    shown: () => [data.baseline, ...state.slots].filter((index) => index != null),
  };
  state.startAgain();
  return state;
}

const SYMBOLS = { base: "diamond2", 0: "circle", 1: "square", 2: "triangle", 3: "star", 4: "wye" };
export const colour = (slot) => (slot == null ? "var(--rest)" : `var(--s-${slot})`);
export const symbol = (slot) => SYMBOLS[slot] ?? "circle";
