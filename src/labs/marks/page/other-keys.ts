/** The transcript's score under the true key beside its scores under other keys of the same scheme, in deviations. */
import * as Plot from "@observablehq/plot";
import { decimal, whole } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { InheritedObservations } from "../record/observations.js";

/** Width of a bar, in deviations. */
const STEP = 0.25;

/** Scores are in standard deviations of an unmarked text. */
export function otherKeys({ others, statistic, most: largest, reaching }: InheritedObservations): Figure {
  const own = largest ?? statistic.deviations;
  const counts = new Map<number, number>();
  for (const z of others) counts.set(Math.floor(z / STEP), (counts.get(Math.floor(z / STEP)) ?? 0) + 1);
  const bars = [...counts].sort(([a], [b]) => a - b).map(([bin, count]) => ({ from: bin * STEP, count }));
  const title = "Score under the true key and under other keys";
  const description = `Under the true key the transcript scores ${decimal(own, 2)} standard deviations${largest === undefined ? "" : " at most, over its sets of tuples"}; ${whole(reaching)} of ${whole(others.length)} other keys reach that.`;
  const least = Math.min(-4, own, ...bars.map(({ from }) => from));
  const most = Math.max(4, own, ...bars.map(({ from }) => from + STEP));
  const svg = draw("other-keys", title, description, {
    width: 760,
    height: 240,
    marginLeft: 50,
    marginRight: 30,
    marginTop: 26,
    marginBottom: 42,
    x: { label: "standard deviations above what chance gives", domain: [least - 0.5, most + 0.5] },
    y: { label: "other keys", nice: true },
    marks: [
      Plot.rectY(bars, { x1: "from", x2: (b: { from: number }) => b.from + STEP, y: "count", fill: BLUE, inset: 0.4 }),
      Plot.ruleY([0], { stroke: INK }),
      Plot.ruleX([own], { stroke: ORANGE, strokeWidth: 4 }),
      Plot.ruleX([own], { stroke: INK, strokeWidth: 1 }),
      Plot.text([own], {
        x: (z: number) => z,
        text: () => "true key",
        frameAnchor: "top",
        dy: -14,
        textAnchor: own > (least + most) / 2 ? "end" : "start",
        fontWeight: 600,
      }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = bars.map(({ from, count }) => [from, from + STEP, count]);
  return { svg, title, description, table: { caption: title, columns: ["From", "Below", "Other keys"], rows } };
}
