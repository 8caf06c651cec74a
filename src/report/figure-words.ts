/**
 * How numbers are written: p-values as powers of ten, ratios and rates with as many digits as they carry.
 * Rounding goes against the claim: p towards 1, likelihood ratios down, error rates up.
 */

/** U+2212: a hyphen is not a minus sign. */
const MINUS = "−";
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const EPSILON = 1e-9;

/** The whole power of ten that a p-value does not exceed: −512.37 gives −512. */
export function wholePower(log10P: number): number {
  return Math.ceil(log10P - EPSILON) + 0;
}

/** A whole number with a true minus sign and thin groups above four digits: −5120, 28 800. */
export function whole(value: number): string {
  const digits = String(Math.abs(Math.round(value)));
  const grouped = digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, "\u202f") : digits;
  return value < 0 && digits !== "0" ? MINUS + grouped : grouped;
}

/** A decimal number with a true minus sign. */
export function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A log10 p in a table: two decimals near nought, fewer where they mean nothing. Rounded towards 1. */
export function log10Figure(log10P: number): string {
  const digits = log10P <= -1000 ? 0 : log10P <= -100 ? 1 : 2;
  const scale = 10 ** digits;
  return decimal(Math.ceil(log10P * scale - EPSILON) / scale, digits);
}

/** For text inside a drawing: 10⁻⁵¹². Zero is 1. */
export function powerGlyphs(power: number): string {
  if (power === 0) return "1";
  const digits = [...String(Math.abs(power))].map((d) => SUPERSCRIPT[Number(d)]).join("");
  return `10${power < 0 ? "⁻" : ""}${digits}`;
}

/** A p above one tenth reads better as a decimal; rounded up. */
export function largeP(log10P: number): string {
  const rounded = Math.ceil(10 ** log10P * 100 - EPSILON) / 100;
  return rounded >= 1 ? "1" : rounded.toFixed(2);
}

/** A p-value inside a drawing: 10⁻⁵¹² or 0.39. */
export function pGlyphs(log10P: number): string {
  const power = wholePower(log10P);
  return power === 0 ? largeP(log10P) : powerGlyphs(power);
}

/** For text that is heard: "10 to the power −512". */
export function powerSpoken(power: number): string {
  return power === 0 ? "1" : powerSpokenText(whole(power));
}

/** For screen readers, which do not read a superscript as a power. */
export function powerSpokenText(exponent: string): string {
  return `10 to the power ${exponent}`;
}

/** A likelihood ratio from its log10: two significant digits, rounded down: 1.53 gives 33, 3.4 gives 2500. */
export function ratio(log10LR: number): string {
  const value = 10 ** log10LR;
  const unit = 10 ** (Math.floor(log10LR + EPSILON) - 1);
  const down = Math.floor(value / unit + 1e-6) * unit;
  return down >= 10 ? whole(down) : decimal(down, down >= 1 ? 1 : 3);
}

/** A rate rounded up, in per cent: 0.03203 gives 3.3 %. */
export function percentUp(rate: number): string {
  return `${(Math.ceil(rate * 1000 - 1e-6) / 10).toFixed(1)} %`;
}

/** A rate rounded down, in per cent. */
export function percentDown(rate: number): string {
  return `${(Math.floor(rate * 1000 + 1e-6) / 10).toFixed(1)} %`;
}
