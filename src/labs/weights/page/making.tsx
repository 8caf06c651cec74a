/**
 * How the suspect was made, as far as the values show it: what they are consistent with, and the measures tensor by
 * tensor. A description after the test has spoken; no outcome rests on it.
 */

import { whole } from "../../../report/figure-words.js";
import { Details } from "../../../report/parts/details.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { Making, TensorMaking } from "../making/observed.js";
import { percent } from "../making/wording.js";

/** 200 layers of nine tensors. */
const ROWS_MAX = 2000;

/** Nothing for findings from before this was measured. */
export function MakingSection({ making }: { making: Making | undefined }) {
  if (!making) return null;
  const { statements, tensors } = making;
  return (
    <>
      <Subheading>What was done</Subheading>
      <p class="govuk-body">
        What the two models’ values and build are consistent with. It describes; the test does not rest on it, and
        either model may have been made from the other, or both from a third.
      </p>
      {statements.length === 0 ? (
        <p class="govuk-body">Nothing is said: no measure singles anything out.</p>
      ) : (
        <ul class="govuk-list govuk-list--bullet">
          {statements.map(({ sentence }) => (
            <li>{sentence}</li>
          ))}
        </ul>
      )}
      {tensors.length === 0 ? null : (
        <Details summary={`Measures of ${whole(tensors.length)} tensors`}>
          <Table
            caption="Change, grids and roundings by tensor"
            columns={[
              { title: "Tensor" },
              { title: "Layers" },
              { title: "Relative change", numeric: true },
              { title: "Equal", numeric: true },
              { title: "Grid of the reference" },
              { title: "Grid of the suspect" },
              { title: "Exceptions to a rounding, forward and backward", numeric: true },
              { title: "Rank of the difference", numeric: true },
            ]}
            rows={tensors.slice(0, ROWS_MAX).map(cells)}
            wide
            dense
          />
        </Details>
      )}
    </>
  );
}

function cells(t: TensorMaking) {
  const { forward, backward } = t.rounding;
  return [
    <span class="app-name">{t.tensor}</span>,
    t.referenceLayer === null ? "–" : `${t.referenceLayer}, ${t.suspectLayer}`,
    percent(t.change),
    percent(t.equal),
    t.grid.reference,
    t.grid.suspect,
    `${whole(forward.exceptions + forward.cut)}, ${whole(backward.exceptions + backward.cut)}`,
    t.rank === null ? "–" : `${t.rank.rank} of ${t.rank.rows}`,
  ];
}
