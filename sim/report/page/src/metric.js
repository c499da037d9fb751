// SPDX-License-Identifier: GPL-3.0-or-later
// A metric: how its numbers are written.
import { decimalsFor, fixed, median } from "./words.js";

/** `row` is the metric's entry in the data, `effects` its rows there, whose intervals say how many decimals mean something. */
export function makeMetric(row, effects) {
  const scale = row.share ? 100 : 1;
  const half = median(effects.map((effect) => (effect.high - effect.low) / 2).filter((width) => width > 0));
  const fallback = row.share ? 1 : row.unit === "money" ? 2 : 3;
  const decimals = half == null ? fallback : decimalsFor(half * scale, row.share ? 1 : 3);
  const unit = row.share ? "%" : row.unit && row.unit !== "1" ? row.unit : "";
  const plain = (value) => (value == null ? "no value" : fixed(value * scale, decimals));
  const withUnit = (value) => (value == null ? "no value" : row.share ? `${plain(value)}%` : unit ? `${plain(value)} ${unit}` : plain(value));
  const name = row.title || row.name.replaceAll("_", " ");
  return {
    ...row, scale, decimals, plain, withUnit,
    /** What it is called on the page; `name` is what it is called in files. */
    label: name,
    /** Its unit for the head of a column, "" where there is none. */
    unit: row.share ? "% of calls" : unit,
    /** Its name with the unit, for an axis. */
    axis: row.share ? `${name} (% of calls)` : unit && unit !== name ? `${name} (${unit})` : name,
    /** Half of an interval's width, "<0.001" where it is less than what is shown. */
    half: (value) => (value > 0 && value * scale < 0.5 * 10 ** -decimals ? `<${fixed(10 ** -decimals, decimals)}` : plain(value)),
    /** A difference, with its sign; the difference of two shares is in points. */
    difference: (value) => (value == null ? "no value" : (value > 0 ? "+" : "") + plain(value)),
    differenceAxis: row.share ? "difference in percentage points" : unit ? `difference (${unit})` : "difference",
    /** "12.1 (11.8 to 12.4)" */
    interval: (mean, low, high) => (mean == null ? "no value" : low == null ? withUnit(mean) : `${withUnit(mean)} (${plain(low)} to ${plain(high)})`),
    meaning: row.words && row.words !== name ? row.words : "",
    wish: row.better === "up" ? "more is better" : row.better === "down" ? "less is better" : "",
    /** Above 0 where a is better than b. */
    compare: (a, b) => (row.better === "down" ? b - a : a - b),
  };
}
