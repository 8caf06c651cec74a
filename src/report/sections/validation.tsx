/**
 * The study behind the error rate: counts by pair and by independent family, with Clopper–Pearson bounds
 * (PCAST 2016: an error rate is printed with its upper bound).
 */
import type { Proposition } from "../../finding/propositions.js";
import { errorRate } from "../../finding/strength.js";
import { lower95 } from "../../stats/clopper-pearson.js";
import { percentDown, percentUp, whole } from "../figure-words.js";
import type { NamedFigure } from "../figures/named-figure.js";
import type { PageInput, PageValidation } from "../page-input.js";
import { DigestText } from "../parts/digest-text.js";
import { FigureBlock } from "../parts/figure.js";
import { Section } from "../parts/section.js";
import { SummaryList } from "../parts/summary-list.js";
import { Table } from "../parts/table.js";
import { Warning } from "../parts/warning.js";

/** Says so where the study that the finding names was not at hand. */
export function Validation({ input, figures }: { input: PageInput; figures: readonly NamedFigure[] }) {
  const { finding, validation } = input;
  const drawn = figures.flatMap((of, i) => (of.name.startsWith("validation-") ? [{ ...of, number: i + 1 }] : []));
  const named = finding.method.validation;
  return (
    <Section id="validation">
      {validation === null ? (
        <p class="govuk-body">
          {named === null
            ? ["The finding leans on no validation study.", input.studiedBefore ?? []].flat().join(" ")
            : "The finding names a validation study that was not at hand when this page was made."}
        </p>
      ) : (
        <>
          {named !== null && named.digest !== validation.digest ? (
            <Warning>
              The study shown here is not the one that the finding names: their digests differ. Its counts do not stand
              behind the finding.
            </Warning>
          ) : null}
          <Counts validation={validation} proposition={input.proposition.words} />
        </>
      )}
      {named !== null ? (
        <SummaryList
          rows={[
            ["Study named in the finding", named.page],
            ["Its digest", <DigestText digest={named.digest} />],
          ]}
        />
      ) : null}
      {drawn.map(({ figure, name, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
    </Section>
  );
}

function Counts({ validation: { summary }, proposition }: { validation: PageValidation; proposition: Proposition }) {
  const { nulls, positives } = summary;
  const pairs = proposition.trial === "pair";
  return (
    <>
      <p class="govuk-body">
        The method was run, unchanged, on cases whose history was known beforehand. Rates are counted by independent
        family, because cases that share a source are not independent of each other.
      </p>
      <Table
        caption={`Study of ${summary.method}, version ${summary.methodVersion}`}
        columns={[
          { title: "Material" },
          { title: pairs ? "Pairs" : "Cases", numeric: true },
          { title: "Families", numeric: true },
          { title: "Reported as supporting", numeric: true },
          { title: "Families so reported", numeric: true },
          { title: "95 % bound on the rate" },
        ]}
        rows={[
          [
            "Unrelated",
            whole(nulls.pairs),
            whole(nulls.families),
            whole(nulls.accusedPairs),
            whole(nulls.accusedFamilies),
            `false accusation below ${percentUp(errorRate(proposition, summary).upper95)}`,
          ],
          [
            "Related",
            whole(positives.pairs),
            whole(positives.families),
            whole(positives.foundPairs),
            whole(positives.foundFamilies),
            `found in more than ${percentDown(lower95(Math.min(positives.foundFamilies, positives.families), positives.families))}`,
          ],
        ]}
        wide
      />
      <p class="govuk-body app-quiet">
        One-sided 95 % bounds after Clopper and Pearson (1934): related by family, unrelated by{" "}
        {pairs ? "pairs of families that share none (half as many)" : "family"}.{" "}
        {summary.familiesFoundBy === "share"
          ? "A related family counts by the share of its cases that were found, and whole families out of the sum."
          : "A related family counts as found when every case in it was found."}
        {nulls.firstAmong === undefined
          ? null
          : ` The method accuses a pair only where each comes first with the other, so that unrelated pairs are bounded besides by 1 in ${whole(nulls.firstAmong + 1)}: the fewest families among which any was ranked, and one.`}
      </p>
    </>
  );
}
