/** Which layers of the suspect answer to which of the reference, on their own evidence. */

import { whole } from "../../../report/figure-words.js";
import { Details } from "../../../report/parts/details.js";
import { Table } from "../../../report/parts/table.js";
import type { WeightsObservations } from "../observations.js";

const OPEN_MAX = 12;

/** Layers without a counterpart are counted and not listed. */
export function Correspondence({ of }: { of: WeightsObservations["correspondence"] }) {
  const found = of.filter(({ suspectLayers }) => suspectLayers.length > 0);
  if (found.length === 0)
    return (
      <p class="govuk-body">
        No layer’s own evidence, after paying for the scan, reaches 10<sup>−6</sup>.
      </p>
    );
  const inPlace = found.filter(({ referenceLayer, suspectLayers }) => suspectLayers.includes(referenceLayer)).length;
  const table = (
    <Table
      caption="Layers whose own evidence, after paying for the scan, is below one in a million"
      columns={[{ title: "Reference layer" }, { title: "Suspect layers" }]}
      rows={found.map(({ referenceLayer, suspectLayers }) => [referenceLayer, suspectLayers.join(", ")])}
      dense
    />
  );
  return (
    <>
      <p class="govuk-body">
        {whole(found.length)} layers of the reference have a counterpart on their own evidence; {whole(inPlace)} of them
        at the same depth.
      </p>
      {found.length <= OPEN_MAX ? table : <Details summary="Layer by layer">{table}</Details>}
    </>
  );
}
