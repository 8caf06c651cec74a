/** A p-value as a power of ten, drawn for the eye and worded for the ear. Rounded towards 1. */
import { largeP, powerSpoken, whole, wholePower } from "../figure-words.js";

/** @param props `log10` at most 0; a p near 1 is written plainly */
export function Power({ log10 }: { log10: number }) {
  const power = wholePower(log10);
  if (power === 0) return <span>{largeP(log10)}</span>;
  return (
    <span>
      <span aria-hidden="true">
        10<sup>{whole(power)}</sup>
      </span>
      <span class="govuk-visually-hidden">{powerSpoken(power)}</span>
    </span>
  );
}
