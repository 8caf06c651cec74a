/** Paired units per block: how many labels, how many mutual pairs, how many with equal labels, how many in one order. */

import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import { Details } from "../../../report/parts/details.js";
import { Subheading } from "../../../report/parts/section.js";
import { Table } from "../../../report/parts/table.js";
import type { Block } from "../observations.js";

/** Rows shown without opening; a whole model's blocks are many. */
const OPEN_MAX = 24;
/** Rows on a page at most: 200 layers a side on two axes. */
const ROWS_MAX = 1000;

/** A long table is cut here; the bundle has all blocks. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  if (blocks.length === 0) return null;
  const table = <BlockTable blocks={blocks.slice(0, ROWS_MAX)} />;
  return (
    <>
      <Subheading>Paired units of each block</Subheading>
      <p class="govuk-body">
        Units are paired when each is the other’s nearest. An equal-label pair is one whose two units stand at the same
        place in both models; pairs in one order are as many as rise together on both sides. If the labels were
        independent, about one equal-label pair a group would be expected by chance, whatever the number of units, and
        about twice the root of the number of pairs in one order.
      </p>
      {blocks.length <= OPEN_MAX ? table : <Details summary={`All ${whole(blocks.length)} blocks`}>{table}</Details>}
      {blocks.length > ROWS_MAX ? (
        <p class="govuk-body">The first {whole(ROWS_MAX)} are shown; all stand in the finding.</p>
      ) : null}
    </>
  );
}

function BlockTable({ blocks }: { blocks: readonly Block[] }) {
  return (
    <Table
      caption="Blocks: for each layer of each side, its best counterpart"
      columns={[
        { title: "Axis" },
        { title: "Reference layer", numeric: true },
        { title: "Suspect layer", numeric: true },
        { title: "Labels × groups", numeric: true },
        { title: "Mutual pairs", numeric: true },
        { title: "Equal-label pairs", numeric: true },
        { title: "Pairs in one order", numeric: true },
        { title: "Log10 p", numeric: true },
        { title: "Median cosine, equal-label", numeric: true },
        { title: "Median cosine, other", numeric: true },
      ]}
      rows={blocks.map((block) => [
        <span class="app-nowrap">{block.axis}</span>,
        place(block.referenceLayer, block.referenceExpert),
        place(block.suspectLayer, block.suspectExpert),
        block.groups === 1 ? whole(block.labels) : `${whole(block.labels)} × ${whole(block.groups)}`,
        whole(block.pairs),
        whole(block.self),
        block.increasing === undefined ? "–" : whole(block.increasing),
        log10Figure(block.log10P),
        cosine(block.selfCosine),
        cosine(block.otherCosine),
      ])}
      wide
      dense
    />
  );
}

/** A layer, and which of its experts where it has several. */
function place(layer: number | null, expert: string | undefined): string | number {
  if (layer === null) return "all";
  return expert === undefined ? layer : `${layer}, expert ${expert}`;
}

function cosine(value: number | null): string {
  return value === null ? "–" : decimal(value, 3);
}
