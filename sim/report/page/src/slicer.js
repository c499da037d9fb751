// SPDX-License-Identifier: GPL-3.0-or-later
// Which points of the design lie in the slice. A grid has a level of each parameter, exactly; of a sampled design each parameter can be
// held near a value, or be any.

const STEPS = 100; // of a slider where the design has no levels
const NEAR = 0.1; // of the range, to both sides
const BINS = 8; // of a heat map, along each side

export function makeSlicer(data) {
  const exact = data.grid;
  const chosen = data.factors.map((factor) => {
    if (exact) return { held: true, step: factor.levels.length >> 1 };
    return { held: false, step: factor.named ? 0 : STEPS / 2 };
  });
  const isStepped = (factor) => exact || factor.named;
  const slicer = {
    exact,
    range: (factor) => ({ steps: isStepped(factor) ? Math.max(factor.levels.length - 1, 0) : STEPS }),
    step: (factor) => chosen[factor.k].step,
    value: (factor) => (isStepped(factor) ? factor.levels[chosen[factor.k].step] : factor.at(chosen[factor.k].step / STEPS)),
    isHeld: (factor) => chosen[factor.k].held,
    hold: (factor, on) => (chosen[factor.k].held = on),
    move: (factor, step) => Object.assign(chosen[factor.k], { step, held: true }),
  };
  /** Number of the level that a value is, or is nearest to: both have been rounded. */
  const levelOf = (factor, value) => factor.levels.reduce((best, level, k) => (Math.abs(level - value) < Math.abs(factor.levels[best] - value) ? k : best), 0);
  function fits(point, factor) {
    const value = data.points[point][factor.k];
    if (value == null) return false;
    if (isStepped(factor)) return levelOf(factor, value) === chosen[factor.k].step;
    return Math.abs(factor.place(value) - factor.place(slicer.value(factor))) <= NEAR;
  }
  const all = data.points.map((_, point) => point);
  /** Points of the slice, any value of the free parameters. */
  const inSlice = (...free) => {
    const held = data.factors.filter((factor) => chosen[factor.k].held && !free.includes(factor));
    return all.filter((point) => held.every((factor) => fits(point, factor)));
  };
  slicer.near = () => ({ points: inSlice() });
  slicer.along = (factor) => inSlice(factor).sort((a, b) => data.points[a][factor.k] - data.points[b][factor.k]);
  /** A strategy's mean in the slice; its interval only where the slice is one point. */
  slicer.here = (metric, index) => {
    const points = inSlice().filter((point) => data.mean(metric, point, index) != null);
    const mean = points.length ? points.reduce((sum, point) => sum + data.mean(metric, point, index), 0) / points.length : null;
    return { mean, ends: exact && points.length === 1 ? data.ends(metric, points[0], index) : [null, null] };
  };
  /** "agent.mirroring 0.5 · customer.anger.mean 0.3", without some. */
  slicer.where = (between, ...without) => data.factors.filter((factor) => chosen[factor.k].held && factor.levels.length > 1 && !without.includes(factor))
    .map((factor) => `${factor.path} ${exact ? "" : "near "}${factor.withUnit(slicer.value(factor))}`).join(between);

  function binsOf(factor) {
    if (isStepped(factor)) return { values: factor.levels, of: (value) => levelOf(factor, value) };
    const values = Array.from({ length: BINS }, (_, k) => factor.at((k + 0.5) / BINS));
    return { values, of: (value) => Math.min(BINS - 1, Math.max(0, Math.floor(factor.place(value) * BINS))) };
  }
  /** Fields of a heat map: the mean of the points that fall into each, and how many they are. */
  slicer.map = (x, y, metric, index) => {
    const [across, up] = [binsOf(x), binsOf(y)];
    const sums = up.values.map(() => across.values.map(() => ({ sum: 0, count: 0 })));
    for (const point of inSlice(x, y)) {
      const mean = data.mean(metric, point, index);
      const field = sums[up.of(data.points[point][y.k])]?.[across.of(data.points[point][x.k])];
      if (mean == null || !field) continue;
      field.sum += mean;
      field.count += 1;
    }
    return up.values.flatMap((yValue, j) => across.values.map((xValue, i) => {
      const { sum, count } = sums[j][i];
      return { x: xValue, y: yValue, mean: count ? sum / count : null, count };
    }));
  };
  return slicer;
}
