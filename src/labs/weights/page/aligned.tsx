/** What undoing disguises showed: every way of aligning that was looked at, and where the best one stands among nulls. */

import { decimal, log10Figure } from "../../../report/figure-words.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { AlignedObservations } from "../observations.js";

/** All looks are shown, the silent ones too: each was paid for. */
export function Aligned({ aligned }: { aligned: AlignedObservations }) {
  return (
    <>
      <Subheading>After alignment</Subheading>
      <p class="govuk-body">
        The exact tests stayed silent, so the suspect’s residual stream was turned onto the reference’s, from unordered
        rows alone, and units were paired twice: by gate rows and, apart from that, by up rows. The count of units that
        both lists pair alike is the test. Objective and fit guided the search; they are high for independent models too
        and are no evidence. The map shows the alignment “{aligned.mode}”.
      </p>
      <Table
        caption="Ways of aligning that were looked at, and the best layer pair of each"
        columns={[
          { title: "Alignment" },
          { title: "Objective", numeric: true },
          { title: "Fit", numeric: true },
          { title: "Layers", numeric: true },
          { title: "k of m", numeric: true },
          { title: "Log10 p, tolerance 5 %", numeric: true },
          { title: "Log10 p, none", numeric: true },
        ]}
        rows={aligned.attempts.map((a) => [
          a.mode,
          a.objective === null ? "–" : decimal(a.objective, 2),
          a.fit === null ? "–" : decimal(a.fit, 2),
          `${a.referenceLayer} / ${a.suspectLayer}`,
          `${a.agreeing} of ${a.pairs}`,
          log10Figure(a.log10P),
          log10Figure(a.log10PUntolerant),
        ])}
        wide
      />
    </>
  );
}
