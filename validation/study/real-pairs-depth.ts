/** Share of units that answer to each other, by relative depth, a line a pair that was asked of units in any order, through tokens where the basis was not kept. */
import type { OverDepth, RealRow } from "./real-pairs.ts";

const SIZE = { width: 640, height: 300, left: 48, top: 16, right: 16, bottom: 72 } as const;
const PLOT = { width: SIZE.width - SIZE.left - SIZE.right, height: SIZE.height - SIZE.top - SIZE.bottom } as const;
const COLOURS = { found: "#0072b2", silent: "#d55e00", apart: "#6b7276" } as const;

/** @param rows as the study's cache holds them */
export function realPairsDepth(rows: readonly RealRow[]): string {
  const lines = rows.flatMap((row) => {
    const seen = row.rotated ?? row.permuted;
    return seen ? [lineOf(row, seen.depth)] : [];
  });
  const { left, top, height } = SIZE;
  const bottom = top + PLOT.height;
  const band = (from: number, to: number) =>
    `<rect x="${x(from)}" y="${top}" width="${x(to) - x(from)}" height="${PLOT.height}" fill="#f3f2f1"/>`;
  const ticks = [0, 50, 100].map(
    (share) => `<text x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${share} %</text>`,
  );
  const legend = [
    [COLOURS.found, "children of a real model, found"],
    [COLOURS.silent, "children of a real model and of one parent, not found"],
    [COLOURS.apart, "other makers"],
  ].map(([colour, text], at) => `<tspan x="${left}" dy="${at === 0 ? 0 : 14}" fill="${colour}">●</tspan> ${text}`);
  const title = "Share of units that answer to each other by relative depth";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" role="img" aria-labelledby="t" font-family="sans-serif" font-size="12" fill="#0b0c0c"><title id="t">${title}</title><rect width="100%" height="100%" fill="#fff"/>${band(0, 0.2)}${band(0.8, 1)}${ticks.join("")}<line x1="${left}" x2="${x(1)}" y1="${bottom}" y2="${bottom}" stroke="#0b0c0c"/>${lines.join("")}<text x="${x(0.5)}" y="${bottom + 14}" text-anchor="middle">relative depth of the reference's layer; shaded: exhibits, not counted</text><text x="${left}" y="${bottom + 32}">${legend.join("")}</text></svg>\n`;
}

function lineOf({ relation, outcome }: RealRow, depth: OverDepth["depth"]): string {
  const layers = 1 + Math.max(...depth.map(([layer]) => layer));
  const best = new Map<number, number>();
  for (const [layer, agreeing, labels] of depth)
    best.set(layer, Math.max(best.get(layer) ?? 0, (100 * agreeing) / labels));
  const points = [...best]
    .sort(([a], [b]) => a - b)
    .map(([layer, share]) => `${x((layer + 0.5) / layers)},${y(share)}`);
  const colour = relation === "apart" ? "apart" : outcome === "inconclusive" ? "silent" : "found";
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${COLOURS[colour]}" stroke-width="1.5"/>`;
}

const rounded = (value: number) => Number(value.toFixed(1));
const x = (depth: number) => rounded(SIZE.left + depth * PLOT.width);
const y = (share: number) => rounded(SIZE.top + (1 - share / 100) * PLOT.height);
