/** A p-value as a power of ten, drawn for the eye and worded for the ear. Rounded towards 1. */
import { powerSpoken, whole, wholePower } from "../figure-words.js";

export function Power({ log10 }: { log10: number }) {
  const power = wholePower(log10);
  if (power === 0) return <span>{smallP(log10)}</span>;
  return (
    <span>
      <span aria-hidden="true">
        10<sup>{whole(power)}</sup>
      </span>
      <span class="govuk-visually-hidden">{powerSpoken(power)}</span>
    </span>
  );
}

/** A p above one tenth reads better as a decimal. */
function smallP(log10: number): string {
  const rounded = Math.ceil(10 ** log10 * 100 - 1e-9) / 100;
  return rounded >= 1 ? "1" : rounded.toFixed(2);
}
