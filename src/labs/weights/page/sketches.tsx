/** What stands behind a sketch by its maker's word, and what it gives away; nothing where both sides are models. */

import { decimal, whole } from "../../../report/figure-words.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { WeightsObservations } from "../observations.js";

/** @param props `sketches` has null for a side that is a model */
export function Sketches({ sketches }: { sketches: WeightsObservations["sketches"] }) {
  if (!sketches) return null;
  const sides = (["reference", "suspect"] as const).flatMap((side) => {
    const facts = sketches[side];
    return facts ? [{ side, facts }] : [];
  });
  return (
    <>
      <Subheading>Sketches, and what they disclose</Subheading>
      <p class="govuk-body">
        A sketch holds folds: for each row it looks at, as many numbers as its width. Whoever holds it learns, on
        average, the stated share of such a row's energy, up to the row's length, and nothing of other rows; and can
        tell whether a public model is of its kin. That it was made from the model named here is its maker's word,
        except for rows that were opened.
      </p>
      <Table
        caption="Sketches"
        columns={[
          { title: "Side" },
          { title: "Rows held", numeric: true },
          { title: "Numbers a row", numeric: true },
          { title: "Share of a row's energy, %", numeric: true },
          { title: "Root of the model" },
          { title: "Root of its chunk trees" },
        ]}
        rows={sides.map(({ side, facts }) => [
          side === "reference" ? "Reference" : "Suspect",
          whole(facts.folds),
          whole(facts.width),
          decimal(100 * facts.energyShare, 1),
          <DigestText digest={facts.modelRoot} />,
          <DigestText digest={facts.chunkRoot} />,
        ])}
        wide
      />
    </>
  );
}
