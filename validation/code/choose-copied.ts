/**
 * Chooses which files are copied in the study: of each judging maker, in an order drawn by digest, the first file of a
 * middling size, and whose tree it is put into; 40 makers a language. Nothing of what other makers share is looked at.
 *
 *   node validation/code/choose-copied.ts PRINTS > materials/code/copied.tsv
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Hex } from "../../dist/base/digest.js";
import { LANGUAGES } from "../../dist/labs/code/tokens/languages.js";
import { keptOf, loadMakers } from "./shared-prints.ts";

const MAKERS = 40;
/** Some 250 lines: 15 % of it are about 300 tokens. */
const TOKENS_MIN = 2000;
const BYTES_MAX = 60_000;
const prints = process.argv[2];
if (prints === undefined) throw new Error("expected the folder that print-makers.ts wrote");
const order = (name: string): string => sha256Hex(utf8(`assay-code-study ${name}`));
const rows = readFileSync(join(import.meta.dirname, "..", "..", "materials", "code", "public-code.tsv"), "utf8").split(
  "\n",
);
process.stdout.write("language\tclaimant\tsuspect\tpath\n");
for (const language of LANGUAGES) {
  const judging = new Set(
    rows.map((row) => row.split("\t")).flatMap((row) => (row[0] === language && row[5] === "judging" ? [row[1]] : [])),
  );
  const makers = loadMakers(join(prints, language));
  const ordered = makers
    .filter(({ maker }) => judging.has(maker))
    .sort((x, y) => (order(x.maker) < order(y.maker) ? -1 : 1));
  const chosen = ordered.flatMap((maker, i) => {
    const [file] = maker.files
      .filter(keptOf(maker, language))
      .filter(({ tokens, bytes }) => tokens >= TOKENS_MIN && bytes <= BYTES_MAX)
      .sort((x, y) => (order(x.path) < order(y.path) ? -1 : 1));
    const suspect = ordered[(i + 1) % ordered.length]!.maker;
    return file ? [`${language}\t${maker.maker}\t${suspect}\t${file.path}\n`] : [];
  });
  process.stdout.write(chosen.slice(0, MAKERS).join(""));
}
