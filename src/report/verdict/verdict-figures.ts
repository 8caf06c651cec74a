/**
 * The report's figures, as far as its facts carry them: what the study gave and where this case stands, how its ratios
 * behaved, what its cases would make of each p, how the ratio of a finding comes about and where it stands on the scale,
 * custody over time, the way of the last entry to the log's root. No figure is of several laboratories' ratios together, as
 * they are not multiplied.
 */
import { combinedTest } from "../combined-test.js";
import { crossEntropyCurves, tippettCurves } from "../figures/calibration-curves.js";
import { custodyTimeline } from "../figures/custody-timeline.js";
import type { Figure } from "../figures/drawing.js";
import { inclusionPath } from "../figures/inclusion-path.js";
import { recalibrationSteps } from "../figures/recalibration-steps.js";
import { strengthRuler } from "../figures/strength-ruler.js";
import { strengthWaterfall } from "../figures/strength-waterfall.js";
import { validationDistribution } from "../figures/validation-distribution.js";
import type { Verdict } from "./verdict.js";

export interface VerdictFigure {
  /** Start of the ids in it: each once on the page. */
  name: string;
  section: "validation" | "evaluation" | "custody" | "log";
  /** Place of its finding in the report; null where it is of no single one. */
  finding: number | null;
  figure: Figure;
}

/** In page order: a figure's number is its place. */
export function verdictFigures({ findings, custody, exhibits, log }: Verdict): VerdictFigure[] {
  const drawn: VerdictFigure[] = [];
  const add = (section: VerdictFigure["section"], finding: number | null, id: string, figure: Figure | null) => {
    if (figure === null) return;
    const name = finding === null ? id : `finding-${finding + 1}-${id}`;
    drawn.push({ name, section, finding, figure: { ...figure, svg: figure.svg.replaceAll(id, name) } });
  };
  const studies = new Set<string>();
  findings.forEach(({ says, study }, n) => {
    if (!says || !study) return;
    const { nullLog10P, positiveLog10P, summary, digest } = study;
    if (nullLog10P.length + positiveLog10P.length > 0) {
      const caseLog10P = combinedTest(says)?.log10P ?? null;
      const figure = validationDistribution({ nullLog10P, positiveLog10P, caseLog10P });
      add("validation", n, "validation-distribution", figure);
      const steps = recalibrationSteps({ nullLog10P, positiveLog10P, caseLog10P });
      add("validation", n, "validation-recalibration", steps);
    }
    // Findings of one method lean on one study: its curves are drawn once.
    if (!summary.curves || studies.has(digest)) return;
    studies.add(digest);
    add("validation", n, "validation-tippett", tippettCurves(summary.curves));
    add("validation", n, "validation-cross-entropy", crossEntropyCurves(summary.curves));
  });
  findings.forEach(({ says }, n) => {
    if (!says?.strength) return;
    const combined = combinedTest(says);
    if (combined) add("evaluation", n, "strength-waterfall", strengthWaterfall(says.strength, combined.log10P));
    add("evaluation", n, "strength-ruler", strengthRuler(says.strength));
  });
  add("custody", null, "custody-timeline", custodyTimeline(custody, exhibits.length));
  const last = log?.proofs.at(-1);
  if (log && last) add("log", null, "inclusion-path", inclusionPath(last.entry, log.size));
  return drawn;
}
