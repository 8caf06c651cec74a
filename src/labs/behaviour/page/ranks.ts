/**
 * Each family's standard score of agreement for the pair under test, and the combined score beside the largest score
 * of each kind of null. A drawing carries no name from the evidence.
 */
import * as Plot from "@observablehq/plot";
import { decimal } from "../../../report/figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "../../../report/figures/drawing.js";
import type { BehaviourObservations } from "../observations.js";

type Bar = { label: string; value: number; own: boolean };

/** Standard scores; kinds of null by what they are, never by a model's name. */
export function behaviourRanks({ score, nullKinds }: BehaviourObservations): Figure {
  const bars: Bar[] = [
    { label: "the pair under test", value: score.value, own: true },
    ...nullKinds.map(({ kind, largest }) => ({ label: kind, value: largest, own: false })),
  ];
  const above = nullKinds.filter((kind) => kind.above).length;
  const title = "The pair's score beside the largest of each kind of null";
  const description = `The pair scores ${decimal(score.value, 2)}; it stands above ${above} of ${nullKinds.length} kinds of null.`;
  const least = Math.min(0, ...bars.map(({ value }) => value));
  const svg = draw("behaviour-ranks", title, description, {
    width: 760,
    height: 46 + 26 * bars.length,
    marginLeft: 300,
    marginRight: 50,
    marginTop: 8,
    marginBottom: 34,
    x: { label: "score", domain: [least, Math.max(1, ...bars.map(({ value }) => value)) * 1.05], nice: true },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: INK }),
      Plot.ruleX([score.value], { stroke: GREY, strokeDasharray: "4 3" }),
      Plot.barX(bars, {
        x: "value",
        y: "label",
        fill: (bar: Bar) => (bar.own ? ORANGE : BLUE),
        insetTop: 4,
        insetBottom: 4,
      }),
      Plot.text(bars, {
        x: "value",
        y: "label",
        text: (bar: Bar) => decimal(bar.value, 2),
        dx: 6,
        textAnchor: "start",
      }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = bars.map(({ label, value }) => [label, value]);
  return { svg, title, description, table: { caption: title, columns: ["Material", "Score"], rows } };
}

/** Scores after each round of prompts, beside the largest that any null ever reached. */
export function behaviourRounds({ rounds }: BehaviourObservations): Figure {
  const first = rounds.find((round) => round.above);
  const title = "The pair's score after each round, and the nulls' largest running supremum";
  const description = first
    ? `The score stands above every null's running supremum from ${first.prompts} prompts on.`
    : "The score never stands above every null's running supremum.";
  const supremum = rounds[0]?.nullSupremum ?? 0;
  const svg = draw("behaviour-rounds", title, description, {
    width: 760,
    height: 240,
    marginLeft: 50,
    marginRight: 20,
    marginBottom: 40,
    x: { type: "log", label: "prompts asked", ticks: rounds.map((r) => r.prompts), tickFormat: "d" },
    y: { label: "score", nice: true, zero: true },
    marks: [
      Plot.ruleY([supremum], { stroke: GREY, strokeDasharray: "4 3" }),
      Plot.lineY(rounds, { x: "prompts", y: "score", stroke: ORANGE, strokeWidth: 2 }),
      Plot.dot(rounds, {
        x: "prompts",
        y: "score",
        fill: (r: { above: boolean }) => (r.above ? ORANGE : "#fff"),
        stroke: INK,
        r: 4,
      }),
    ],
    style: { fontSize: "12px" },
  });
  const rows = rounds.map((r) => [r.prompts, r.score, r.nullSupremum, r.above ? "yes" : "no"]);
  const columns = ["Prompts", "Score", "Largest running supremum of the nulls", "Above"];
  return { svg, title, description, table: { caption: title, columns, rows } };
}
