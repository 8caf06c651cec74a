/**
 * JSON without loss. Integers above 2^53 as the digits that stand there: as numbers, thirty users would become one. Only lines with a run
 * of so many digits pay for it.
 */
export function parseExactly(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  // The third argument is ECMAScript's "JSON.parse source text access" (Node 21 and later), which the library types lack.
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(context?.source ?? "")
      ? context!.source
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

const LONG_INTEGER = /[[:,\s]-?\d{16}/;
const INTEGER = /^-?\d+$/;
