// SPDX-License-Identifier: GPL-3.0-or-later
// Where names can stand beside their dots without covering another name or dot.

const HEIGHT = 13;
const LETTER = 6.4;

const overlaps = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

/**
 * items: [{px, py, r, name}] in pixels, r the dot's radius, the most wanted first; box: {x0, x1, y0, y1}, where they must stay.
 * Gives for each {dx, dy, anchor}, or null where there is no room.
 */
export function placeLabels(items, box) {
  const taken = items.map(({ px, py, r }) => ({ x0: px - r, x1: px + r, y0: py - r, y1: py + r }));
  return items.map(({ px, py, name, r }, k) => {
    const wide = [...name].length * LETTER;
    const tries = [[r + 4, 0, "start"], [-r - 4, 0, "end"], [0, -r - 7, "middle"], [0, r + 8, "middle"],
      [r + 3, -r - 3, "start"], [r + 3, r + 3, "start"], [-r - 3, -r - 3, "end"], [-r - 3, r + 3, "end"]];
    for (const [dx, dy, anchor] of tries) {
      const left = px + dx - (anchor === "end" ? wide : anchor === "middle" ? wide / 2 : 0);
      const area = { x0: left, x1: left + wide, y0: py + dy - HEIGHT / 2, y1: py + dy + HEIGHT / 2 };
      if (area.x0 < box.x0 || area.x1 > box.x1 || area.y0 < box.y0 || area.y1 > box.y1) continue;
      if (taken.some((other, o) => o !== k && overlaps(area, other))) continue;
      taken.push(area);
      return { dx, dy, anchor };
    }
    return null;
  });
}
