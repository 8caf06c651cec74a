/**
 * Makers whom nobody had looked at in any version (`judging-5` in the table of packages), as nulls of passages, the part of
 * the rule that is new in version 5: every two of them, by an index of all other makers in PRINTS (those who judged, and
 * the other new ones) and by three drawn ones of 60. Written to standard output: a row a language, and each pair that any
 * index puts above the bound.
 *
 *   node validation/code/print-makers.ts PUBLIC PRINTS    # of makers whose role is judging or judging-5
 *   node validation/code/new-makers.ts PRINTS [LANGUAGE…]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Hex } from "../../dist/base/digest.js";
import { PASSAGE_MAKERS_MIN, PRINT_TOKENS, STUDY_NULL } from "../../dist/labs/code/method.js";
import { LANGUAGES, type Language } from "../../dist/labs/code/tokens/languages.js";
import { DOCUMENTED } from "./documented.ts";
import { filesOf, passagesAmong } from "./passages.ts";
import { keptOf, loadMakers, shareOut } from "./shared-prints.ts";

const [prints, ...asked] = process.argv.slice(2) as [string, ...Language[]];
const rows = readFileSync(join(import.meta.dirname, "..", "..", "materials", "code", "public-code.tsv"), "utf8")
  .trim()
  .split("\n")
  .map((row) => row.split("\t"));
const order = (name: string): string => sha256Hex(utf8(`assay-code-study ${name}`));

for (const language of asked.length > 0 ? asked : LANGUAGES) {
  const makers = loadMakers(join(prints, language));
  const named = new Set(
    rows.filter(([of, , , , , role]) => of === language && role === "judging-5").map((row) => row[1]),
  );
  const judging = makers.flatMap(({ maker }, m) => (named.has(maker) ? [m] : []));
  const keep = makers.map((maker) => keptOf(maker, language));
  const shared = PRINT_TOKENS.map((_, k) => shareOut(makers, k));
  const files = filesOf(makers, shared, keep, language);
  const draws = [0, 1, 2].map((draw) => {
    const key = (m: number) => order(`${draw} ${makers[m]!.maker}`);
    return makers.map((_, m) => m).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  });
  const indexes = [null, ...draws.map((of) => new Set(of.slice(0, PASSAGE_MAKERS_MIN)))];
  const passages = indexes.map((third) => passagesAmong(makers, shared, files, third));
  let [pairs, above, largest, documented] = [0, 0, 0, 0];
  for (const a of judging)
    for (const b of judging) {
      if (a >= b) continue;
      const [one, other] = [makers[a]!.maker, makers[b]!.maker];
      if (DOCUMENTED[language]!.some((pair) => pair.includes(one) && pair.includes(other))) {
        documented++;
        continue;
      }
      pairs++;
      const found = passages.flatMap((of) => of.get(a * makers.length + b) ?? []);
      const passage = found.reduce<(typeof found)[number] | null>((x, y) => (y.score > (x?.score ?? 0) ? y : x), null);
      const statistic = passage?.score ?? 0;
      if (statistic <= STUDY_NULL.bound) {
        largest = Math.max(largest, statistic);
        continue;
      }
      above++;
      const said = [one, other, statistic.toFixed(3), ...(passage?.files ?? [])];
      process.stdout.write(`above: ${language} ${said.join(" ")}\n`);
    }
  process.stdout.write(
    `${language}: ${judging.length} makers, ${pairs} pairs (${documented} documented left out), ${above} above ${STUDY_NULL.bound}, largest below it ${largest.toFixed(3)}; index of ${makers.length}\n`,
  );
}
