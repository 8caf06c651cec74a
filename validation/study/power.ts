/** Power as a picture: for four kinds of change, the largest (worst) and the median log10 p of the pairs at each strength. */
import type { DerivedPair } from "../../materials/weights/derivations.ts";

const PANELS = [
  { row: "noise on every matrix, in sd of the matrix", title: "noise added, in sd of each matrix" },
  { row: "linear merge with an independent model, share of the reference", title: "share of the reference in a merge" },
  { row: "MLP units removed, random kept in order", title: "share of the MLP units kept" },
  { row: "trained on", title: "steps of training after copying" },
] as const;

const WIDTH = 760;
const PANEL = { width: 330, height: 190, left: 56, top: 40, gapX: 380, gapY: 270 };
const INK = "#0b0c0c";
const BLUE = "#1d70b8";
const ORANGE = "#b8421d";
/** log10 p is drawn on a scale of its root, so that −6 and −300 are both legible. */
const DEEPEST = 320;

export function powerCurve(pairs: readonly DerivedPair[]): string {
  const panels = PANELS.map((panel, at) => {
    const x0 = PANEL.left + (at % 2) * PANEL.gapX;
    const y0 = PANEL.top + Math.floor(at / 2) * PANEL.gapY;
    return drawn(panel.title, pointsOf(pairs.filter((p) => p.row === panel.row)), x0, y0);
  });
  const height = PANEL.top + 2 * PANEL.gapY + 6;
  const title = "Log10 p of descendants by strength of the change: the worst pair and the median pair";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t" font-family="sans-serif" font-size="12" fill="${INK}"><title id="t">${title}</title><rect width="100%" height="100%" fill="#fff"/>${panels.join("")}<text x="${PANEL.left}" y="${height - 8}"><tspan fill="${ORANGE}">●</tspan> worst pair   <tspan fill="${BLUE}">●</tspan> median pair   dashed: 10⁻⁶   figures in weights-unit-labels.tables.md</text></svg>\n`;
}

interface Point {
  strength: string;
  worst: number;
  median: number;
}

function pointsOf(pairs: readonly DerivedPair[]): Point[] {
  const strengths = [...new Set(pairs.map((p) => p.strength))].sort((a, b) => number(a) - number(b));
  return strengths.map((strength) => {
    const ps = pairs.filter((p) => p.strength === strength).map((p) => p.log10P);
    ps.sort((a, b) => a - b);
    return { strength, worst: ps.at(-1)!, median: ps[Math.floor((ps.length - 1) / 2)]! };
  });
}

function drawn(title: string, points: readonly Point[], x0: number, y0: number): string {
  const x = (i: number) => x0 + ((i + 0.5) * PANEL.width) / Math.max(1, points.length);
  const y = (log10P: number) => y0 + PANEL.height * Math.sqrt(Math.min(1, -log10P / DEEPEST));
  const line = (of: (p: Point) => number, colour: string) =>
    `<polyline fill="none" stroke="${colour}" points="${points.map((p, i) => `${x(i).toFixed(1)},${y(of(p)).toFixed(1)}`).join(" ")}"/>` +
    points
      .map((p, i) => `<circle r="3" fill="${colour}" cx="${x(i).toFixed(1)}" cy="${y(of(p)).toFixed(1)}"/>`)
      .join("");
  const ticks = [0, -6, -50, -150, -300]
    .map(
      (t) => `<text x="${x0 - 6}" y="${(y(t) + 4).toFixed(1)}" text-anchor="end">${String(t).replace("-", "−")}</text>`,
    )
    .join("");
  const names = points
    .map(
      (p, i) =>
        `<text x="${x(i).toFixed(1)}" y="${y0 + PANEL.height + 18}" text-anchor="middle">${p.strength.split(" ")[0]}</text>`,
    )
    .join("");
  return `<g><text x="${x0}" y="${y0 - 14}" font-weight="bold">${title}</text><rect x="${x0}" y="${y0}" width="${PANEL.width}" height="${PANEL.height}" fill="none" stroke="#b1b4b6"/><line x1="${x0}" x2="${x0 + PANEL.width}" y1="${y(-6).toFixed(1)}" y2="${y(-6).toFixed(1)}" stroke="${INK}" stroke-dasharray="4 3"/>${ticks}${names}${line((p) => p.median, BLUE)}${line((p) => p.worst, ORANGE)}</g>`;
}

function number(strength: string): number {
  return Number.parseFloat(strength.replace(",", ""));
}
