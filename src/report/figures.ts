/** The figures of a finding: which ones its material allows, drawn once for page and bundle. */
import { combinedTest } from "./combined-test.js";
import { csv } from "./csv.js";
import { crossEntropyCurves, tippettCurves } from "./figures/calibration-curves.js";
import type { NamedFigure } from "./figures/named-figure.js";
import { strengthRuler } from "./figures/strength-ruler.js";
import { validationDistribution } from "./figures/validation-distribution.js";
import type { PageInput } from "./page-input.js";
import { viewOf } from "./shown.js";

/** In page order. */
export function drawFigures({ finding, validation, view }: PageInput): NamedFigure[] {
  const drawn: NamedFigure[] = [...(viewOf({ finding, view })?.figures(finding) ?? [])];
  // A scored method's study has no p-values to draw.
  if (validation && validation.nullLog10P.length + validation.positiveLog10P.length > 0) {
    const { nullLog10P, positiveLog10P } = validation;
    const caseLog10P = combinedTest(finding)?.log10P ?? null;
    const figure = validationDistribution({ nullLog10P, positiveLog10P, caseLog10P });
    drawn.push({ name: "validation-distribution", figure });
  }
  if (validation?.summary.curves) {
    drawn.push({ name: "validation-tippett", figure: tippettCurves(validation.summary.curves) });
    drawn.push({ name: "validation-cross-entropy", figure: crossEntropyCurves(validation.summary.curves) });
  }
  if (finding.strength) drawn.push({ name: "strength-ruler", figure: strengthRuler(finding.strength) });
  return drawn;
}

/** For the bundle: each figure as standalone SVG with its data as CSV. */
export function figures(input: PageInput): { name: string; svg: string; csv: string }[] {
  return drawFigures(input).map(({ name, figure }) => ({ name, svg: figure.svg, csv: csv(figure.table) }));
}
