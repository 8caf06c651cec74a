/** The verbal scale, whole, with its source and digest: a term means nothing without the scale it was read from. */
import type { Finding } from "../../finding/finding.js";
import { SCALE, SCALE_DIGEST } from "../../finding/scale.js";
import { powerGlyphs, whole } from "../figure-words.js";
import type { NamedFigure } from "../figures/named-figure.js";
import { DigestText } from "../parts/digest-text.js";
import { FigureBlock } from "../parts/figure.js";
import { Section } from "../parts/section.js";
import { SummaryList } from "../parts/summary-list.js";
import { Table } from "../parts/table.js";
import { Warning } from "../parts/warning.js";

/** Warns where the finding was worded on another scale than the one printed. */
export function ScaleSection({ finding, figures }: { finding: Finding; figures: readonly NamedFigure[] }) {
  const { strength } = finding;
  const number = figures.findIndex(({ name }) => name === "strength-ruler");
  const marked = SCALE.bands.findIndex(({ term }) => term === strength?.term);
  const foreign = strength !== null && strength.scale.digest !== SCALE_DIGEST;
  return (
    <Section id="scale">
      {foreign ? (
        <Warning>
          The finding was worded on scale {strength.scale.id} (<DigestText digest={strength.scale.digest} />
          ), which is not the scale printed here.
        </Warning>
      ) : null}
      <p class="govuk-body">
        {strength === null
          ? "No strength is stated, so no band is marked. The scale is printed for reference."
          : "The band of this case is marked. For a ratio below 1 the scale is read for the second proposition."}
      </p>
      <Table
        caption="Verbal scale"
        columns={[{ title: "Term" }, { title: "Likelihood ratio" }, { title: "Log10" }, { title: "This case" }]}
        rows={SCALE.bands.map(({ above, term }, i) => [
          term,
          ...range(above, SCALE.bands[i + 1]?.above ?? null),
          !foreign && i === marked ? "this case" : "",
        ])}
        {...(foreign ? {} : { marked })}
      />
      <SummaryList
        rows={[
          ["Scale", SCALE.id],
          ["Source", SCALE.source],
          ["Rule", SCALE.rule],
          ["Digest", <DigestText digest={SCALE_DIGEST} />],
        ]}
      />
      {number >= 0 ? <FigureBlock figure={figures[number]!.figure} name="strength-ruler" number={number + 1} /> : null}
    </Section>
  );
}

function range(above: number | null, upTo: number | null): [string, string] {
  if (above === null) return [`up to ${power(upTo!)}`, `up to ${upTo}`];
  if (upTo === null) return [`above ${power(above)}`, `above ${above}`];
  return [`above ${power(above)}, up to ${power(upTo)}`, `above ${above}, up to ${upTo}`];
}

function power(log10: number): string {
  return log10 <= 6 ? whole(10 ** log10) : powerGlyphs(log10);
}
