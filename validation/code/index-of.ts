/** Makers printed by print-makers.ts as an index for the product's own functions, each with the prints asked about alone. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PRINT_TOKENS } from "../../dist/labs/code/method.js";
import type { Maker } from "../../dist/labs/code/prints/containment.js";
import { meet, type PrintSet, printSet } from "../../dist/labs/code/prints/prints.js";
import type { Language } from "../../dist/labs/code/tokens/languages.js";

/** @param all by length, the prints of all that will be examined: no other is asked for */
export function indexOf(folder: string, language: Language, all: readonly PrintSet[]): Maker[] {
  // Few of millions of prints are asked about: by their first word before they are sorted.
  const asked = all.map((set) => new Set(set.filter((_, word) => word % 2 === 0)));
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name): Maker => {
    const maker = name.slice(0, -5);
    const sets = PRINT_TOKENS.map((tokens, k) => {
      const bytes = readFileSync(join(folder, `${maker}.${tokens}`));
      const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const own = printSet(words.filter((_, word) => asked[k]!.has(words[word & ~1]!)));
      const held = new Uint8Array(all[k]!.length >> 1);
      meet(all[k]!, own, (place) => {
        held[place] = 1;
      });
      return all[k]!.filter((_, word) => held[word >> 1] === 1);
    });
    return { maker, languages: new Set([language]), prints: (k) => sets[k]! };
  });
}
