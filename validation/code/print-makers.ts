/**
 * Prints the source of makers once and keeps them, one folder a language, one a maker:
 *
 *   npm run build && node validation/code/print-makers.ts PUBLIC OUT
 *
 * PUBLIC/LANGUAGE/MAKER holds source, OUT/LANGUAGE/MAKER.json the units and what files say of themselves, and .16 and .24
 * beside it the prints of each file in order, 64 bits each, and .varied a byte for each: whether it counts in a passage. A maker that is there already is left as it is.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSource } from "../../dist/labs/code/host/printed-tree.js";
import { readSourceTree } from "../../dist/labs/code/host/source-tree.js";
import { PRINT_TOKENS, RUN_TOKENS, VARIED_MIN } from "../../dist/labs/code/method.js";
import { printsInOrder, variedPlaces } from "../../dist/labs/code/prints/prints.js";
import { grammarOf, type Language, languageOf } from "../../dist/labs/code/tokens/languages.js";
import { provenanceOf } from "../../dist/labs/code/tokens/provenance.js";

const [from, to] = process.argv.slice(2) as [string, string];
/** Files of one maker, by digest: the largest trees would be most of the index. */
const FILES_MAX = Number(process.env.FILES_MAX ?? 1500);

for (const language of readdirSync(from) as Language[]) {
  mkdirSync(join(to, language), { recursive: true });
  for (const maker of readdirSync(join(from, language)).sort()) {
    const out = join(to, language, `${maker}.json`);
    if (existsSync(out)) continue;
    const started = Date.now();
    const tree = await readSourceTree(join(from, language, maker)).catch(() => null);
    if (!tree) continue;
    const files = [];
    const ordered: Uint32Array[][] = PRINT_TOKENS.map(() => []);
    const varied: Uint8Array[] = [];
    const left: Record<string, number> = {};
    const seen = new Set<string>();
    let at = 0;
    const chosen = [...tree.files].filter(({ path }) => languageOf(grammarOf(path)!) === language);
    chosen.sort((a, b) => (a.digest < b.digest ? -1 : 1));
    for (const file of chosen.slice(0, FILES_MAX)) {
      if (seen.has(file.digest)) continue;
      seen.add(file.digest);
      const { text, why, read } = await readSource(file);
      if (!read) {
        left[why!] = (left[why!] ?? 0) + 1;
        continue;
      }
      const { attribution, licences, heads, holders } = provenanceOf(text!);
      PRINT_TOKENS.forEach((tokens, k) => {
        // Places of both lengths alike: the last k−1 of a file hold nothing.
        const prints = new Uint32Array(2 * read.values.length);
        prints.set(printsInOrder(read.values, tokens, language));
        ordered[k]!.push(prints);
      });
      varied.push(variedPlaces(read.values, RUN_TOKENS, VARIED_MIN));
      files.push({
        path: file.path,
        at,
        tokens: read.values.length,
        bytes: file.bytes.length,
        lines: text!.split("\n").length,
        units: read.units.map(({ name, line, from, to }) => [name, line, from, to]),
        attribution: attribution.slice(0, 5),
        licences,
        heads,
        holders,
      });
      at += read.values.length;
    }
    PRINT_TOKENS.forEach((tokens, k) => {
      const all = new Uint32Array(2 * at);
      let place = 0;
      for (const one of ordered[k]!) {
        all.set(one, place);
        place += one.length;
      }
      writeFileSync(join(to, language, `${maker}.${tokens}`), Buffer.from(all.buffer));
    });
    writeFileSync(join(to, language, `${maker}.varied`), Buffer.concat(varied));
    writeFileSync(`${out}.partial`, JSON.stringify({ maker, tokens: at, left, files }));
    renameSync(`${out}.partial`, out);
    process.stdout.write(`${language} ${maker} ${files.length} files ${at} tokens ${Date.now() - started} ms\n`);
  }
}
