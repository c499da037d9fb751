// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and their units in words.

const MISSING = "no value";
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

const formats = new Map(); // to make one takes far longer than to use it
function format(options) {
  const name = JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat("en-US", options));
  return formats.get(name);
}

/** A number with so many decimals, thousands marked, with a true minus sign. */
export function fixed(value, decimals) {
  if (!isNumber(value)) return MISSING;
  const text = format({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(Math.abs(value));
  return (value < 0 && /[1-9]/.test(text) ? "−" : "") + text;
}

/** A number with so many significant digits and no idle zeros. */
export function short(value, digits = 3) {
  if (!isNumber(value)) return MISSING;
  const size = Math.abs(value);
  if (size && (size < 1e-6 || size >= 1e15)) return value.toExponential(digits - 1).replace("-", "−").replace("e+", "e");
  const text = format({ maximumSignificantDigits: Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : 0) }).format(size);
  return (value < 0 ? "−" : "") + text;
}

/** A probability of being wrong. */
export const chance = (p) => (isNumber(p) ? (p < 0.001 ? "< 0.001" : p > 0.999 ? "> 0.999" : fixed(p, 3)) : MISSING);

/** As many decimals as a half-width of such a size deserves: its first digit. */
export const decimalsFor = (half, most) => (half > 0 ? clamp(-Math.floor(Math.log10(half)), 0, most) : most);

/** The middle one of some numbers, null of none. */
export function median(values) {
  const sorted = values.filter(isNumber).sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : null;
}

/** "a", "a and b", "a, b and c". */
export const list = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/** Parts as one sentence. */
export function sentence(parts) {
  const text = parts.filter(Boolean).join("; ");
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

export const plural = (count, one, many = `${one}s`) => `${short(count, 15)} ${count === 1 ? one : many}`;

/** Text of at most so many characters. */
export const cut = (text, most) => ([...text].length > most ? [...text].slice(0, most - 1).join("").trimEnd() + "…" : text);

/** Text that is at most so many pixels wide, in a figure. */
export const fit = (text, pixels) => text && cut(text, Math.max(8, Math.floor(pixels / 6.4)));

/** Seconds in a unit that suits them. */
export function duration(seconds) {
  if (!isNumber(seconds)) return MISSING;
  if (seconds < 120) return `${short(seconds, 2)} seconds`;
  return seconds < 7200 ? `${short(seconds / 60, 2)} minutes` : `${short(seconds / 3600, 2)} hours`;
}

/** ISO time in words: "28 November 2026, 10:31 UTC"; anything else as it is. */
export function moment(text) {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime())) return text;
  return `${time.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).replace(" at ", ", ")} UTC`;
}
