/** Scores of the strongest recipients, in deviations of an innocent's. A drawing carries no name: recipients are ranked. */
import * as Plot from "@observablehq/plot";
import { decimal, whole } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { LeakObservations } from "../record/observations.js";

const LISTED_MAX = 60;

/** The strongest are drawn, by rank; the finding's table has names and all scores. */
export function recipientScores({ results, named }: LeakObservations): Figure {
  const bars = results.slice(0, LISTED_MAX).map(({ name, deviations, log10P }, i) => ({
    rank: i + 1,
    deviations,
    log10P,
    own: named.includes(name),
  }));
  const title = "Scores of the recipients, strongest first";
  const description = `${whole(named.length)} of ${whole(results.length)} recipients stand out (orange); the strongest of the others scores ${decimal(bars.find(({ own }) => !own)?.deviations ?? 0, 2)} standard deviations of an innocent's score.`;
  const svg = draw("recipient-scores", title, description, {
    width: 760,
    height: 240,
    marginLeft: 50,
    marginRight: 20,
    marginBottom: 42,
    x: {
      label: "rank",
      type: "band",
      tickFormat: (rank: number) => (rank === 1 || rank % 10 === 0 ? String(rank) : ""),
    },
    y: { label: "standard deviations", nice: true, zero: true },
    marks: [
      Plot.barY(bars, {
        x: "rank",
        y: "deviations",
        fill: (bar: { own: boolean }) => (bar.own ? ORANGE : BLUE),
      }),
      Plot.ruleY([0], { stroke: INK }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = bars.map(({ rank, deviations, log10P, own }) => [rank, deviations, log10P, own ? "yes" : "no"]);
  const columns = ["Rank", "Deviations", "Log10 p, nothing paid", "Named"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}
