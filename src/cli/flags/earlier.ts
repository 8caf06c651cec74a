/**
 * Flags that had several meanings until each got one: what was typed for them still works, and a line on standard error
 * says how it is typed now.
 */

/** Words before the first option, the flag as it was, and what it is. The first row that fits holds. */
const EARLIER: readonly (readonly [path: RegExp, flag: string, now: string])[] = [
  [/^verify\b/, "--key", "--trust-key"],
  [/^(examine )?traffic\b/, "--key", "--hash-key"],
  [/^examine\b/, "--key", "--sign"],
  [/^mark weights\b/, "--key", "--recipients"],
  [/^log (witness|adopt)\b/, "--key", "--log-key"],
  [/^register authority\b/, "--key", "--authority-key"],
  [/^examine inheritance\b/, "--keys", "--other-keys"],
];

/** @returns the arguments as they are typed now, and a line for each that was not */
export function asTypedNow(argv: readonly string[]): { argv: string[]; notes: string[] } {
  const end = argv.indexOf("--");
  const typed = end === -1 ? argv : argv.slice(0, end);
  const path = typed.filter((word) => !word.startsWith("-")).join(" ");
  const notes: string[] = [];
  const out = typed.map((word) => {
    const [flag, value] = word.startsWith("--") ? halves(word) : [null, null];
    const row = EARLIER.find(([where, was]) => was === flag && where.test(path));
    if (!row) return word;
    notes.push(`${row[1]} is ${row[2]} now`);
    return value === null ? row[2] : `${row[2]}=${value}`;
  });
  return { argv: [...out, ...argv.slice(typed.length)], notes: [...new Set(notes)] };
}

function halves(word: string): [string, string | null] {
  const at = word.indexOf("=");
  return at === -1 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}
