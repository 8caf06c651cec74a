/** A sentence of the finding with its powers of ten, written 10^-512.37 there, set as powers; nothing else is changed. */
import { powerSpokenText } from "../figure-words.js";

const POWER = /10\^(-?\d{1,7}(?:\.\d{1,6})?)/g;

/** The text is otherwise shown as it came, escaped by the renderer. */
export function WithPowers({ text }: { text: string }) {
  // split() with one group alternates between plain text and exponents.
  return (
    <span>{text.split(POWER).map((part, i) => (i % 2 === 0 ? part : <Exponent text={part.replace("-", "−")} />))}</span>
  );
}

function Exponent({ text }: { text: string }) {
  return (
    <span>
      <span aria-hidden="true">
        10<sup>{text}</sup>
      </span>
      <span class="govuk-visually-hidden">{powerSpokenText(text)}</span>
    </span>
  );
}
