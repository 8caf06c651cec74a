/** Units paired by two views, in any order or seen through tokens: how many answer in each layer, and which layers count. */
import * as Plot from "@observablehq/plot";
import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import { draw, type Figure, GREY } from "../../../report/figures/drawing.js";
import { Subheading } from "../../../report/parts/section.js";
import type { PermutedObservations, RotatedObservations } from "../observations.js";

/** Units in another order, the basis kept. */
export function Permuted({ permuted }: { permuted: PermutedObservations }) {
  return (
    <>
      <Subheading>Units in any order</Subheading>
      <p class="govuk-body">
        Units of each layer were paired twice,{" "}
        {permuted.gated ? "by gate rows and by up rows" : "by two halves of their up rows"}, whatever their order.{" "}
        <Counted seen={permuted} />
      </p>
    </>
  );
}

/** What was looked at where no rotation could be searched for. */
export function Rotated({ rotated }: { rotated: RotatedObservations }) {
  const { gated, tokens, start } = rotated;
  return (
    <>
      <Subheading>Units seen through tokens</Subheading>
      <p class="govuk-body">
        The models are too large to search for a rotation. So each unit was described by what it makes of{" "}
        {whole(tokens.directions)} mixes of {whole(tokens.shared)} tokens that both models have ({tokens.how}), which no
        rotation of the residual stream changes. Units of each layer were then paired twice,{" "}
        {gated ? "by gate rows and by up rows" : "by two views of their up rows"}, whatever their order.{" "}
        <Counted seen={rotated} />{" "}
        {start
          ? start.explains
            ? "One default seed, with the residual stream turned afterwards, is enough to explain what agrees."
            : `One model holds the other’s rows at a slope of ${decimal(start.slope ?? 0, 2)}: more than a common start explains.`
          : null}
      </p>
    </>
  );
}

type Seen = Pick<PermutedObservations, "layerPairs" | "wanted" | "percent" | "log10P">;

/** Ends are shown with the rest, and said not to count: whoever reads the same strings learns the same units there. */
function Counted({ seen: { layerPairs, wanted, percent, log10P } }: { seen: Seen }) {
  const middle = layerPairs.filter((pair) => pair.middle).length;
  return (
    <>
      Layers near the ends are shown and do not count, because independent models agree there. Of {whole(middle)} layer
      pairs away from the ends, {whole(wanted)} had to agree; in the last of these {decimal(percent, 2)} % of the units
      did, log10 p {log10Figure(log10P)}.
    </>
  );
}

/** A point a layer; filled where it counts. @param seen what the views were seen through, where not their own rows */
export function shareByDepth(
  { layerPairs, wanted, percent }: Omit<Seen, "log10P">,
  seen: "tokens" | null = null,
): Figure {
  const points = layerPairs.map((pair) => ({
    layer: pair.referenceLayer,
    share: (100 * pair.agreeing) / Math.max(1, pair.labels),
    counts: pair.counted,
  }));
  const title = `Share of units that answer to each other${seen ? `, seen through ${seen}` : ""}, by layer`;
  const description =
    `Each point is a layer of the reference with its best counterpart in the suspect: the percentage of the drawn units ` +
    `that both views of their rows pair alike. Filled points count; the others lie near an end, or something but a copy ` +
    `explains what agrees. Layer ${whole(wanted)} of the best has ${percent} percent.`;
  const svg = draw(seen ? `share-by-depth-${seen}` : "share-by-depth", title, description, {
    width: 760,
    height: 260,
    marginLeft: 56,
    marginBottom: 44,
    x: {
      label: "layer of the reference",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: "d",
      ticks: ticks(points),
    },
    y: { label: "% of units", domain: [0, 100], labelArrow: "none" },
    marks: [
      Plot.ruleY([0, 50, 100], { stroke: GREY, strokeWidth: 0.5 }),
      Plot.dot(points, {
        x: "layer",
        y: "share",
        r: 4,
        stroke: "#1b559c",
        fill: (d) => (d.counts ? "#1b559c" : "#fff"),
      }),
    ],
    style: { fontSize: "11px" },
  });
  return {
    svg,
    title,
    description,
    table: {
      // Two such tables can stand on one page: each has a name of its own.
      caption: `Units${seen ? ` seen through ${seen},` : ""} paired alike by both views (k), of those in both lists (m), of the units drawn (n).`,
      columns: ["Reference layer", "Suspect layer", "k", "m", "n", "counts", "explained by"],
      rows: layerPairs.map((p) => [
        p.referenceLayer,
        p.suspectLayer,
        p.agreeing,
        p.pairs,
        p.labels,
        p.counted ? "yes" : "no",
        p.explained ?? (p.middle ? "" : "near an end"),
      ]),
    },
  };
}

/** Whole layers, some twenty of them at most. */
function ticks(points: readonly { layer: number }[]): number[] {
  const last = Math.max(0, ...points.map(({ layer }) => layer));
  const step = Math.ceil((last + 1) / 20);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}
