/** The figures of a finding: which ones its material allows, drawn once for page and bundle. */
import { combinedTest } from "./combined-test.js";
import { csv } from "./csv.js";
import { blockEvidence } from "./figures/block-evidence.js";
import type { Figure } from "./figures/drawing.js";
import { evidenceMap } from "./figures/evidence-map.js";
import { strengthRuler } from "./figures/strength-ruler.js";
import { validationDistribution } from "./figures/validation-distribution.js";
import type { PageInput } from "./page-input.js";
import { weightsObservations } from "./weights-view.js";

export interface NamedFigure {
  name: string;
  figure: Figure;
}

/** In page order. */
export function drawFigures({ finding, validation }: PageInput): NamedFigure[] {
  const drawn: NamedFigure[] = [];
  const seen = weightsObservations(finding);
  for (const map of seen?.maps ?? [])
    if (map.log10P.length > 0 && !drawn.some(({ name }) => name === `evidence-map-${map.axis}`))
      drawn.push({ name: `evidence-map-${map.axis}`, figure: evidenceMap(map) });
  if (seen && seen.blocks.length > 0) drawn.push({ name: "block-evidence", figure: blockEvidence(seen.blocks) });
  if (validation) {
    const { nullLog10P, positiveLog10P } = validation;
    const caseLog10P = combinedTest(finding)?.log10P ?? null;
    const figure = validationDistribution({ nullLog10P, positiveLog10P, caseLog10P });
    drawn.push({ name: "validation-distribution", figure });
  }
  if (finding.strength) drawn.push({ name: "strength-ruler", figure: strengthRuler(finding.strength) });
  return drawn;
}

/** For the bundle: each figure as standalone SVG with its data as CSV. */
export function figures(input: PageInput): { name: string; svg: string; csv: string }[] {
  return drawFigures(input).map(({ name, figure }) => ({ name, svg: figure.svg, csv: csv(figure.table) }));
}
