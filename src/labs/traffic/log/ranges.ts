/**
 * Cuts of a table by the first byte of a hash, so that what one query holds in memory stays bounded however long the
 * log is. Keyed hashes are spread evenly; which cut a row lies in depends on nothing but its hash.
 */

/** Rows that one query groups or sorts in memory: some 60 bytes a key, so about 1 GB. */
export const ROWS_A_PASS = 16_000_000;

/** @returns conditions on `column` (FixedString(16)), which together hold every row once */
export function ranges(column: string, rows: number, rowsAPass = ROWS_A_PASS): string[] {
  const passes = Math.min(256, 2 ** Math.max(0, Math.ceil(Math.log2(rows / rowsAPass))));
  if (passes === 1) return ["1"];
  const bound = (pass: number) =>
    `toFixedString(unhex('${Math.round((pass * 256) / passes)
      .toString(16)
      .padStart(2, "0")}'), 16)`;
  return Array.from({ length: passes }, (_, pass) =>
    pass === passes - 1
      ? `${column} >= ${bound(pass)}`
      : `${column} >= ${bound(pass)} AND ${column} < ${bound(pass + 1)}`,
  );
}
