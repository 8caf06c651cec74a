/**
 * The study of code finds what two makers alone have for all pairs at once, from prints that print-makers.ts wrote. The
 * laboratory asks one pair at its door. Both say the same of the same trees, in every language: score, files, lines, the
 * very prints, and the longest run of them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { printsOfUnits } from "../../src/labs/code/host/corpus.js";
import { printTree } from "../../src/labs/code/host/printed-tree.js";
import { readSourceTree } from "../../src/labs/code/host/source-tree.js";
import { PASSAGE_MAKERS_MIN, PRINT_TOKENS } from "../../src/labs/code/method.js";
import { bothWays } from "../../src/labs/code/prints/both-ways.js";
import type { Maker, Unit } from "../../src/labs/code/prints/containment.js";
import type { Passage } from "../../src/labs/code/prints/passages.js";
import { type PrintSet, placeOf } from "../../src/labs/code/prints/prints.js";
import { LANGUAGES, type Language } from "../../src/labs/code/tokens/languages.js";
import { filesOf, passageOfCopy, passagesAmong } from "../../validation/code/passages.ts";
import { keptOf, loadMakers, shareOut } from "../../validation/code/shared-prints.ts";
import { writeTree } from "../labs/code/programs.js";
import { fileOf, functionsIn } from "../labs/code/programs-by-language.js";

const house = mkdtempSync(join(tmpdir(), "assay-code-passages-"));
afterAll(() => rmSync(house, { recursive: true, force: true }));

/** Makers who took from each other, and the others: the fewest that an index with passages may hold. */
const SIDES = 8;

/** Files of maker `m`, by name without its extension. */
function filesOfMaker(language: Language, m: number): Record<string, string> {
  const own = (maker: number, count: number) => functionsIn(language, `maker ${maker}`, count);
  const file = (...parts: string[][]) => fileOf(language, parts.flat()).text;
  const five = own(5, 6);
  switch (m) {
    // Takes the half of one of maker 0's files, in another order, between its own; and maker 2's function, as maker 3 does.
    case 1:
      return { one: file(own(1, 2), own(0, 8).slice(2, 6).reverse()), other: file(own(1, 6).slice(3), own(2, 1)) };
    case 3:
      return { one: file(own(3, 3), own(2, 1)) };
    // A file of maker 2's whole, and the same in another file again.
    case 4:
      return { one: file(own(2, 3).slice(1)), again: file(own(4, 2), own(2, 2).slice(1)) };
    // Its own way of writing stands in more files than a passage counts, and maker 6 has it too.
    case 5:
      return Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [
          `part${i}`,
          file(five.slice(0, 1), functionsIn(language, `five ${i}`, 1)),
        ]),
      );
    case 6:
      return { one: file(five.slice(0, 1), own(6, 2)) };
    // A table: its runs hold few different tokens. Maker 0 has it too.
    case 0:
    case 7:
      return { one: file(own(m, 8)), rows: file(own(m, 9).slice(8), [tableIn(language)]) };
    default:
      return { one: file(own(m, 3)) };
  }
}

function tableIn(language: Language): string {
  const rows = Array.from({ length: 60 }, (_, i) => `${i}, ${i % 3 ? "-" : ""}${i}, "${i}"`).join(", ");
  const [open, close] =
    language === "rust" || language === "go" || language === "cpp" ? ["rows(", ")"] : ["rows([", "])"];
  const call = `${open}${rows}${close}`;
  return fileOf(language, [functionsIn(language, "table", 1)[0]!]).text.replace(/rows|$/, () =>
    language === "python"
      ? `\n${call}\n`
      : language === "go"
        ? `\nvar rows = ${call}\n`
        : language === "rust"
          ? `\nconst ROWS: u32 = ${call};\n`
          : `\n${language === "cpp" ? "int" : "const"} kept = ${call};\n`,
  );
}

function longestRun({ order }: Unit, common: readonly PrintSet[]): number[] {
  return PRINT_TOKENS.map((_, k) => {
    const prints = order!.prints[k]!;
    let [run, longest] = [0, 0];
    for (let at = 0; at < prints.length; at += 2) {
      run = placeOf(common[k]!, prints[at]!, prints[at + 1]!) >= 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  });
}

/** What is compared of a passage; a line of a side is the line of its token at the place, where places are given. */
function seen({ ours, theirs, common, score }: Passage, filesBy: readonly (readonly Unit[])[], places: boolean) {
  const side = ({ unit, line, last }: Passage["ours"], s: number) => {
    const lines = filesBy[s]!.find(({ path, name }) => path === unit.path && name === "")!.order!.lines;
    const at = (place: number) => (places ? lines[place - 1]! : place);
    return { path: unit.path, line: at(line), last: at(last), longest: longestRun(unit, common) };
  };
  return { score, ours: side(ours, 0), theirs: side(theirs, 1), common: common.map((set) => [...set]) };
}

describe.each(LANGUAGES)("%s", (language) => {
  test("the study and the laboratory find the same passages, with the same longest runs", async () => {
    const { extension } = fileOf(language, []);
    const names = Array.from({ length: SIDES + PASSAGE_MAKERS_MIN }, (_, m) => `maker-${String(m).padStart(2, "0")}`);
    const [sources, prints] = [join(house, language, "sources"), join(house, language, "prints")];
    const write = (maker: string, files: Record<string, string>) =>
      writeTree(
        join(sources, language, maker),
        Object.fromEntries(Object.entries(files).map(([name, text]) => [`src/${name}${extension}`, text])),
      );
    for (const [m, maker] of names.entries()) write(maker, filesOfMaker(language, m));
    execFileSync(process.execPath, ["validation/code/print-makers.ts", sources, prints]);
    const makers = loadMakers(join(prints, language));
    expect(makers.map(({ maker }) => maker)).toEqual(names);
    const keep = makers.map((maker) => keptOf(maker, language));
    const shared = PRINT_TOKENS.map((_, k) => shareOut(makers, k));
    const files = filesOf(makers, shared, keep, language);

    const printed = async (folder: string) => (await printTree(await readSourceTree(folder), "units", () => {})).units;
    const units = await Promise.all(names.map((maker) => printed(join(sources, language, maker))));
    const held = units.map((of, m): Maker => {
      const sets = printsOfUnits(of);
      return { maker: names[m]!, languages: new Set([language]), prints: (k) => sets[k]! };
    });
    const others = held.slice(SIDES);
    let compared = 0;
    for (const index of [null, new Set(others.map((_, m) => SIDES + m))]) {
      const study = passagesAmong(makers, shared, files, index);
      for (let a = 0; a < SIDES; a++)
        for (let b = a + 1; b < SIDES; b++) {
          const thirds = index ? others : held.filter((_, m) => m !== a && m !== b);
          const { passages } = bothWays(units[a]!, units[b]!, thirds);
          const found = study.get(a * makers.length + b);
          expect(found?.score, `${names[a]} and ${names[b]}`).toBe(passages[0]?.score);
          if (!found) continue;
          const both = [units[a]!, units[b]!];
          // Two passages of one score may stand in either order.
          const most = passages.filter(({ score }) => score === found.score).map((one) => seen(one, both, false));
          expect(most).toContainEqual(seen(found.passage, both, true));
          compared++;
        }
      const of = (a: number, b: number) => study.get(a * makers.length + b)?.prints[0] ?? 0;
      expect(of(0, 1)).toBeGreaterThan(160);
      // What a third maker has is no passage by an index that holds him.
      expect(of(1, 3) > 40).toBe(index !== null);
    }
    expect(compared).toBeGreaterThan(4);

    // Copies of two of maker 0's files, given out for maker 7's.
    write("copied", {
      one: fileOf(language, functionsIn(language, "maker 0", 3)).text,
      two: filesOfMaker(language, 1).one!,
    });
    const copies = join(house, language, "copies");
    execFileSync(process.execPath, ["validation/code/print-makers.ts", sources, copies]);
    const copied = loadMakers(join(copies, language)).find(({ maker }) => maker === "copied")!;
    const theirs = await printed(join(sources, language, "copied"));
    const thirds = held.filter((_, m) => m !== 0 && m !== 7);
    const { passages } = bothWays(units[0]!, theirs, thirds);
    const found = passageOfCopy([0, 7], copied, files, shared)!;
    expect(found.score).toBe(passages[0]!.score);
    expect(found.score).toBeGreaterThan(0);
    expect(passages.map((one) => seen(one, [units[0]!, theirs], false))).toContainEqual(
      seen(found.passage, [units[0]!, theirs], true),
    );
  });
});
