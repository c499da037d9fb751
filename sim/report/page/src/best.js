// SPDX-License-Identifier: GPL-3.0-or-later
// Which strategy is best at which value of each varied parameter, by the metric that is chosen.
import { h, lazyDetails, table } from "./dom.js";
import { list } from "./words.js";

const NAMED = 3; // strategies not told apart from the best that are named; more are counted
const AT_ONCE = 12; // rows that are not folded away

/** The best of some curves at their k-th value, and those whose intervals overlap its interval; null where there is none. */
export function bestAt(curves, metric, k) {
  const there = curves.filter((curve) => curve.mean[k] != null);
  const best = there.reduce((first, curve) => (!first || metric.compare(curve.mean[k], first.mean[k]) > 0 ? curve : first), null);
  const overlaps = (curve) => curve.low?.[k] != null && best.low?.[k] != null && curve.low[k] <= best.high[k] && curve.high[k] >= best.low[k];
  return best && { best, ties: there.filter((curve) => curve !== best && overlaps(curve)) };
}

function rowsOf(data, metric, factor) {
  const curves = data.curves.filter((curve) => curve.factor === factor.k && curve.metric === metric.name);
  return (curves[0]?.x ?? []).map((x, k) => {
    const found = bestAt(curves, metric, k);
    if (!found) return [factor.path, factor.withUnit(x), null, null, null];
    const { best, ties } = found;
    const named = ties.slice(0, NAMED).map((curve) => data.nameOf(curve.index));
    const rest = ties.length > NAMED ? [`${ties.length - NAMED} more`] : [];
    return [factor.path, factor.withUnit(x), data.nameOf(best.index), metric.interval(best.mean[k], best.low?.[k], best.high?.[k]), list([...named, ...rest]) || "none"];
  });
}

/** The table for the metric that metric() gives: redraw() when that has changed. Nothing for a metric without a better end. */
export function bestTable(data, factors, metric) {
  const place = h("div", { class: "best" });
  const redraw = () => {
    place.replaceChildren();
    if (!metric().better || data.strategies.length < 2) return;
    const title = `Where which strategy is best: ${metric().label}`;
    const rows = factors.flatMap((factor) => rowsOf(data, metric(), factor));
    const several = factors.length > 1; // of one parameter, its path is the heading
    const heads = [...(several ? ["Parameter", "value"] : [factors[0].path]), "best", "mean", "not told apart from it"].map((name) => ({ name, text: true }));
    const make = () => table(title, heads, several ? rows : rows.map((row) => row.slice(1)));
    const inside = rows.length <= AT_ONCE ? make() : lazyDetails("The table", make, { class: "data" }).details;
    place.append(h("h3", null, title), h("p", { class: "note" }, `By the means over everything else, ${metric().wish}; not told apart are those whose intervals overlap.`), inside);
  };
  redraw();
  return { element: place, redraw };
}
