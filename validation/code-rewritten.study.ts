/**
 * Functions rewritten by a small language model (code/rewrite.ts wrote them): pairs of judging makers who have a function
 * of one name, both rewritten by one model with the same words. Of each the function is asked of its own rewriting, by the
 * method's own rule and an index of all other judging makers. Three nulls: the function and the other maker's rewritten
 * one; the two as their makers wrote them; and any two makers' functions that the same model rewrote, whom nothing joins
 * but the tool. Nothing of it is in any count of the method's study: one small model, which is no bound on what others
 * rewrite.
 *
 *   npm run study -- code-rewritten --answers ANSWERS --prints PRINTS --write
 *
 * ANSWERS is the folder that validation/code/rewrite.ts wrote, PRINTS the one of print-makers.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Digest } from "../dist/base/digest.js";
import { printTree } from "../dist/labs/code/host/printed-tree.js";
import { treeOf } from "../dist/labs/code/host/source-tree.js";
import { METHOD, PRINT_TOKENS, STUDY_NULL } from "../dist/labs/code/method.js";
import { bothWays } from "../dist/labs/code/prints/both-ways.js";
import type { Maker, Unit } from "../dist/labs/code/prints/containment.js";
import { joinSets, meet, type PrintSet } from "../dist/labs/code/prints/prints.js";
import { LANGUAGES, type Language } from "../dist/labs/code/tokens/languages.js";
import { indexOf } from "./code/index-of.ts";
import { declared } from "./code/make-copies.ts";
import type { Rewritten } from "./code/rewrite.ts";
import { defineStudy } from "./runner/study.ts";

interface Case {
  kind: "rewritten" | "other maker's, rewritten" | "as written" | "both rewritten";
  language: Language;
  /** Functions by place among the language's answers. */
  a: number;
  b: number;
  makers: string[];
  /** The two bear one name, and their makers publish for one purpose. */
  purpose?: boolean;
}
interface Result {
  /** By length: prints of the first, and those of them that the second has and no third maker. */
  prints: number[];
  shared: number[];
  /** Those that the second has, whoever else has them. */
  common: number[];
  statistic: number;
  /** Tokens of the two; none where nothing could be read. */
  tokens: number[];
}
interface Side {
  row: Rewritten;
  written: readonly Unit[];
  rewritten: readonly Unit[];
  tokens: [number, number];
}

let folders = { answers: "", prints: "" };
const answersOf = (language: Language): Rewritten[] =>
  readdirSync(folders.answers)
    .filter((name) => name.startsWith(`${language}-`) && name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folders.answers, name), "utf8")));

export default defineStudy<Case, Result, never>({
  id: "code-rewritten",
  method: null,
  materials: {
    answers: { what: "folder that validation/code/rewrite.ts wrote" },
    prints: { what: "folder that validation/code/print-makers.ts wrote" },
  },
  kinds: [
    { name: "rewritten", counted: "no", why: "one small model, whose rewriting is no bound on others'" },
    ...(["other maker's, rewritten", "as written", "both rewritten"] as const).map((name) => ({
      name,
      counted: "no" as const,
      why: "a null beside it: short functions alone, of makers who are in the method's own count",
    })),
  ],
  cases({ answers, prints }) {
    folders = { answers: answers!, prints: prints! };
    return LANGUAGES.flatMap((language) => {
      const rows = answersOf(language);
      return rows.flatMap((one, a): Case[] => {
        const others = rows.flatMap((other, b): Case[] => {
          if (other.maker === one.maker) return [];
          const makers = [one.maker, other.maker];
          const same = other.pair === one.pair;
          const purpose = same && one.purpose ? { purpose: true } : {};
          const pair: Case[] = same ? [{ kind: "other maker's, rewritten", language, a, b, makers, ...purpose }] : [];
          if (a > b) return pair;
          if (same) pair.push({ kind: "as written", language, a, b, makers, ...purpose });
          return [...pair, { kind: "both rewritten", language, a, b, makers, ...purpose }];
        });
        return [{ kind: "rewritten", language, a, b: a, makers: [one.maker] }, ...others];
      });
    });
  },
  order: ({ language }) => LANGUAGES.indexOf(language),
  idOf: ({ kind, language, a, b }) => `${kind} ${language} ${a} ${b}`,
  async run({ kind, language, a, b }) {
    const { sides, index } = await roomOf(language);
    const [one, other] = [sides[a]!, sides[b]!];
    const first = kind === "both rewritten" ? one.rewritten : one.written;
    const second = kind === "as written" ? other.written : other.rewritten;
    const makers = index.filter(({ maker }) => maker !== one.row.maker && maker !== other.row.maker);
    const prints = PRINT_TOKENS.map((_, k) => setOf(first, k));
    const shared = PRINT_TOKENS.map((_, k) => both(prints[k]!, setOf(second, k)));
    return {
      prints: prints.map(({ length }) => length >> 1),
      shared: shared.map((set, k) => alone(set, makers, k)),
      common: shared.map(({ length }) => length >> 1),
      statistic: first.length > 0 && second.length > 0 ? bothWays(first, second, makers).statistic : 0,
      tokens: [one.tokens[kind === "both rewritten" ? 1 : 0], other.tokens[kind === "as written" ? 0 : 1]],
    };
  },
  summarise({ all }) {
    const rows = all.map(({ case: of, result }) => ({ ...of, ...result }));
    const of = (kind: string, language?: Language) =>
      rows.filter((row) => row.kind === kind && (language === undefined || row.language === language));
    const answers = LANGUAGES.flatMap(answersOf);
    const last = PRINT_TOKENS.length - 1;
    const share = (row: (typeof rows)[number], k: number) => (row.prints[k] ? row.common[k]! / row.prints[k]! : 0);
    const middle = (values: number[]) => values.sort((x, y) => x - y)[values.length >> 1] ?? 0;
    const found = (list: typeof rows) => list.filter(({ statistic }) => statistic > STUDY_NULL.bound).length;
    const lengths = PRINT_TOKENS.join(" and ");
    const positives = (name: string, language?: Language) => {
      const list = of("rewritten", language);
      const read = list.filter(({ tokens }) => tokens[1]! > 0);
      const cells = [
        name,
        list.length,
        list.length - read.length,
        PRINT_TOKENS.map((_, k) => middle(read.map((row) => share(row, k))).toFixed(2)).join(" and "),
        read.filter((row) => share(row, last) >= 0.5).length,
        read.filter((row) => row.common[last] === 0).length,
        read.filter(({ prints }) => prints[last]! >= 100).length,
        found(list),
      ];
      return `| ${cells.join(" | ")} |`;
    };
    const nulls = ["other maker's, rewritten", "as written", "both rewritten"].map((kind) => {
      const list = of(kind);
      const largest = (k: number, what: "common" | "shared") => Math.max(0, ...list.map((row) => row[what][k]!));
      const some = list.filter((row) => row.shared[0]! > 0).length;
      return `| ${[kind, list.length, list.filter(({ purpose }) => purpose).length, PRINT_TOKENS.map((_, k) => largest(k, "common")).join(" and "), PRINT_TOKENS.map((_, k) => largest(k, "shared")).join(" and "), some, found(list)].join(" | ")} |`;
    });
    const json = {
      type: "assay/code-rewritten-study/v1",
      method: METHOD.id,
      methodVersion: METHOD.version,
      weights: [...new Set(answers.map(({ weights }) => weights))],
      functions: answers.length,
      purpose: answers.filter(({ purpose }) => purpose).length,
      unended: answers.filter(({ ended }) => !ended).length,
      processorS: Math.round(answers.reduce((sum, { processorS }) => sum + processorS, 0)),
      rows: rows.filter((row) => row.kind !== "both rewritten" || row.common[0]! > 0),
    };
    const tables = [
      `| language | functions rewritten | not read | middle share of prints kept, ${lengths} tokens | keep half or more of ${PRINT_TOKENS[last]} | keep none | long enough to be scored | found |`,
      "|---|---|---|---|---|---|---|---|",
      ...LANGUAGES.map((language) => positives(language, language)),
      positives("all"),
      "",
      `| null | pairs | of makers of one purpose | most prints in common, ${lengths} tokens | of them in no third maker | pairs with any such | accused |`,
      "|---|---|---|---|---|---|---|",
      ...nulls,
      "",
    ].join("\n");
    return { json: json as never, tables };
  },
});

const setOf = (units: readonly Unit[], k: number): PrintSet =>
  joinSets(units.filter(({ name }) => name === "").map(({ prints }) => prints[k]!));

function both(one: PrintSet, other: PrintSet): PrintSet {
  const held = new Uint8Array(one.length >> 1);
  meet(one, other, (place) => {
    held[place] = 1;
  });
  return one.filter((_, word) => held[word >> 1] === 1);
}

/** How many of the prints no maker has. */
function alone(set: PrintSet, makers: readonly Maker[], k: number): number {
  const held = new Uint8Array(set.length >> 1);
  for (const { prints } of makers)
    meet(set, prints(k), (place) => {
      held[place] = 1;
    });
  return held.filter((each) => each === 0).length;
}

let room: Promise<{ sides: Side[]; index: Maker[] }> | null = null;
let roomIs: Language | null = null;

function roomOf(language: Language): NonNullable<typeof room> {
  if (roomIs !== language) room = makeRoom(language);
  roomIs = language;
  return room!;
}

async function makeRoom(language: Language): Promise<{ sides: Side[]; index: Maker[] }> {
  const sides: Side[] = [];
  for (const row of answersOf(language)) {
    const [written, rewritten] = [await unitsOf(row, row.source), await unitsOf(row, row.answer)];
    sides.push({
      row,
      written: written.units,
      rewritten: rewritten.units,
      tokens: [written.seen.tokens, rewritten.seen.tokens],
    });
  }
  const all = PRINT_TOKENS.map((_, k) =>
    joinSets(sides.flatMap((side) => [setOf(side.written, k), setOf(side.rewritten, k)])),
  );
  return { sides, index: indexOf(join(folders.prints, language), language, all) };
}

/** One function as a tree of one file. */
function unitsOf({ language, maker, path, pair }: Rewritten, text: string) {
  const extension = /\.\w+$/.exec(path)![0];
  const bytes = utf8(`${declared(language, text, pair)}\n`);
  const file = { path: `function${extension}`, bytes, digest: sha256Digest(bytes) };
  return printTree(treeOf(maker, [file]), "units", () => {});
}
