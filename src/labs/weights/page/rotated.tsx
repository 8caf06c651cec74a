/** Units seen through tokens: what was looked at where no rotation could be searched for, and how many units answered. */
import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import { Subheading } from "../../../report/parts/section.js";
import type { RotatedObservations } from "../observations.js";

/** Ends are shown with the rest, and said not to count: whoever reads the same strings learns the same units there. */
export function Rotated({ rotated }: { rotated: RotatedObservations }) {
  const { gated, tokens, wanted, percent, log10P, layerPairs, start } = rotated;
  const middle = layerPairs.filter((pair) => pair.middle).length;
  return (
    <>
      <Subheading>Units seen through tokens</Subheading>
      <p class="govuk-body">
        The models are too large to search for a rotation. So each unit was described by what it makes of{" "}
        {whole(tokens.directions)} mixes of {whole(tokens.shared)} tokens that both models have ({tokens.how}), which no
        rotation of the residual stream changes. Units of each layer were then paired twice,{" "}
        {gated ? "by gate rows and by up rows" : "by two views of their up rows"}, whatever their order. Layers near the
        ends are shown and do not count, because independent models agree there. Of {whole(middle)} layer pairs away
        from the ends, {whole(wanted)} had to agree; in the last of these {decimal(percent, 2)} % of the units did,
        log10 p {log10Figure(log10P)}.{" "}
        {start
          ? start.explains
            ? "One default seed, with the residual stream turned afterwards, is enough to explain what agrees."
            : `One model holds the other’s rows at a slope of ${decimal(start.slope ?? 0, 2)}: more than a common start explains.`
          : null}
      </p>
    </>
  );
}
