/**
 * What the study's own cases would make of each p: the best monotone recalibration by pool adjacent violators (Brümmer and du
 * Preez 2006), as steps over the scale of evidence. It is fitted to the cases it is drawn from, pairs that share a model among
 * them, so that it shows how the study lies and gives no ratio for this case. A drawing carries no name from the evidence.
 */
import * as Plot from "@observablehq/plot";
import { recalibration } from "../../stats/calibration.js";
import { decimal, log10Figure, pGlyphs, whole } from "../figure-words.js";
import { BLUE, draw, type Figure, GREY, INK, ORANGE } from "./drawing.js";
import { evidence, evidenceScale } from "./log-evidence.js";

interface Known {
  nullLog10P: readonly number[];
  positiveLog10P: readonly number[];
  /** Combined log10 p of this case; null when no test ran. */
  caseLog10P: number | null;
}

/** Room beyond the largest finite step, in which what is unbounded is drawn. */
const BEYOND = 1;

/** Null where the study has cases of one kind alone. */
export function recalibrationSteps({ nullLog10P, positiveLog10P, caseLog10P }: Known): Figure | null {
  if (nullLog10P.length === 0 || positiveLog10P.length === 0) return null;
  const scored = (cases: readonly number[]) => cases.map((log10P) => ({ log10LR: evidence(log10P), weight: 1 }));
  const steps = recalibration(scored(positiveLog10P), scored(nullLog10P));
  const edge = BEYOND + steps.reduce((most, { log10LR }) => Math.max(most, Math.abs(log10LR ?? 0)), 0);
  const least = [...nullLog10P, ...positiveLog10P, caseLog10P ?? 0].reduce((a, b) => Math.min(a, b), -6);
  const scale = evidenceScale(least, "combined p of a case, smaller to the right");
  const bars = steps.map(({ from, to, log10LR, only }) => ({
    from,
    to,
    at: log10LR ?? (only === "same" ? edge : -edge),
    open: only !== null,
  }));
  const joints = bars
    .slice(1)
    .map((bar, n) => ({ from: { x: bars[n]!.to, y: bars[n]!.at }, to: { x: bar.from, y: bar.at } }));
  const title = "What the study's own cases would make of each p (pool adjacent violators)";
  const mixed = steps.filter(({ log10LR }) => log10LR !== null).length;
  const shared =
    mixed === 0
      ? "No p was reached by unrelated and related cases both: nothing is left to recalibrate"
      : `Over ${whole(mixed)} ${mixed === 1 ? "step" : "steps"} unrelated and related cases stand together`;
  const description = `${shared}. Where one kind alone stands the cases set no bound. Fitted to ${whole(nullLog10P.length)} unrelated and ${whole(positiveLog10P.length)} related cases, each pair counted; it enters no ratio.`;
  const end = scale.domain[1]!;
  const here = caseLog10P === null ? [] : [evidence(caseLog10P)];
  const svg = draw("validation-recalibration", title, description, {
    width: 760,
    height: 300,
    marginLeft: 60,
    marginRight: 40,
    marginBottom: 44,
    marginTop: 34,
    x: { ...scale, labelAnchor: "center", labelOffset: 38 },
    y: { domain: [-edge, edge], label: "log10 ratio of the step", labelArrow: "none", ticks: 6 },
    marks: [
      Plot.ruleY([0], { stroke: GREY, strokeWidth: 0.5 }),
      Plot.ruleX(here, { stroke: ORANGE, strokeWidth: 5 }),
      Plot.ruleX(here, { stroke: INK, strokeWidth: 1.5 }),
      Plot.link(joints, {
        x1: (joint: (typeof joints)[number]) => joint.from.x,
        y1: (joint: (typeof joints)[number]) => joint.from.y,
        x2: (joint: (typeof joints)[number]) => joint.to.x,
        y2: (joint: (typeof joints)[number]) => joint.to.y,
        stroke: BLUE,
        strokeDasharray: "2 3",
      }),
      Plot.link(bars, {
        x1: "from",
        x2: (bar: (typeof bars)[number]) => Math.max(bar.to, bar.from + 0.004 * end),
        y1: "at",
        y2: "at",
        stroke: (bar: (typeof bars)[number]) => (bar.open ? GREY : BLUE),
        strokeWidth: 4,
      }),
      ...bars
        .filter(({ open }) => open)
        .map((bar) =>
          Plot.text([bar], {
            x: (each: typeof bar) => (each.from + each.to) / 2,
            y: "at",
            text: (each: typeof bar) =>
              each.at > 0 ? "related alone: no upper bound" : "unrelated alone: no lower bound",
            dy: bar.at > 0 ? 14 : -12,
            textAnchor: bar.from + bar.to > 1.4 * end ? "end" : bar.from + bar.to < 0.6 * end ? "start" : "middle",
            fontSize: 12,
          }),
        ),
      Plot.text(here, {
        x: (x: number) => x,
        text: () => `this case: ${pGlyphs(caseLog10P ?? 0)}`,
        frameAnchor: "top",
        textAnchor: (here[0] ?? 0) > 0.7 * end ? "end" : "start",
        dy: -18,
        fontSize: 12,
        fontWeight: 700,
      }),
    ],
    color: { type: "identity" },
    style: { fontSize: "11px" },
  });
  const back = (at: number) => log10Figure(Math.min(0, 1 - 10 ** at));
  return {
    svg,
    title,
    description,
    table: {
      caption: title,
      columns: ["Log10 p from", "Log10 p to", "Log10 ratio of the step"],
      rows: steps.map(({ from, to, log10LR, only }) => [
        back(from),
        back(to),
        log10LR === null ? (only === "same" ? "related alone" : "unrelated alone") : decimal(log10LR, 2),
      ]),
    },
  };
}
