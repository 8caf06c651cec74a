/**
 * Was this code taken from that code base, asked of packages of many makers (materials/code/public-code.tsv). Makers whose
 * row says `development` were looked at while the rule was made, those of `judged-3` judged version 3 and count as
 * development since; the others were fetched after version 4 was written and judge it. Each pair
 * of judging makers is a null, examined by an index of all other makers of the language and by drawn indexes of 17 for shares
 * of units and of 60 for passages, about the fewest that the rule allows: accused if any of them accuses. Copies are edited files of one judging maker put among
 * the files of another. Pairs of which documented.ts says that they share code are examined and in no count.
 *
 *   npm run build && node validation/code/print-makers.ts PUBLIC PRINTS
 *   node validation/runner/run.ts code-shared-source --public PUBLIC --prints PRINTS --write
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Hex } from "../dist/base/digest.js";
import { METHOD, PASSAGE_MAKERS_MIN, PRINT_TOKENS, STUDY_NULL } from "../dist/labs/code/method.js";
import { LANGUAGES, type Language } from "../dist/labs/code/tokens/languages.js";
import { DOCUMENTED } from "./code/documented.ts";
import { type Copying, drawnFiles, makeCopy } from "./code/make-copies.ts";
import { type Files, type Found, filesOf, passageOfCopy, passagesAmong } from "./code/passages.ts";
import { isExplained } from "./code/read.ts";
import {
  type Against,
  keptOf,
  loadMakers,
  type PrintedFile,
  type PrintedMaker,
  type Shared,
  scoreOfCopy,
  scoresOf,
  shareOut,
} from "./code/shared-prints.ts";
import { defineStudy } from "./runner/study.ts";

interface Case {
  kind: string;
  language: Language;
  claimant: string;
  suspect: string;
  /** Nulls: one of a set of pairs that have no maker in common. */
  disjoint?: boolean;
  function?: string;
  /** Of a copy: the claimant's file. */
  path?: string;
}
interface Result {
  /** Largest by any of the indexes, for nulls; by the index of all others, for copies. */
  statistic: number;
  /** By index: shares of units, and passages. */
  shares: number[];
  passages: number[];
  /** The largest passage's files and prints by length. */
  passage?: { files: string[]; prints: number[] };
  /** The claimant's unit and the suspect's that reached it. */
  units?: string[];
  /** Of a copy: the tokens that could be read of it, and those of the file it was made from. */
  tokens?: [number, number];
  /** Above the bound, and a reader named a source other than the two makers' own work (code/read.ts). */
  explained?: true;
}

const INDEX_DRAWS = 3;
const INDEX_SIZE = 17;
/** For passages, which ask for more makers: the fewest. */
const PASSAGE_INDEX_SIZE = PASSAGE_MAKERS_MIN;
const COPIES: Readonly<Record<string, Copying>> = {
  renamed: { rate: 0 },
  "quarter-edited": { rate: 0.25 },
  "six-tenths-edited": { rate: 0.6 },
  "part-of-a-unit": { rate: 0, share: 0.15 },
  "part-of-a-unit-edited": { rate: 0.25, share: 0.15 },
  "split-and-padded": { rate: 0.25, split: true },
  "padded-with-public": { rate: 0.25, padding: 3 },
};

const KINDS = ["quarter-edited", "part-of-a-unit", "padded-with-public", "part-of-a-unit-edited", "six-tenths-edited"];

const here = import.meta.dirname;
const table = (name: string): string[][] =>
  readFileSync(join(here, "..", "materials", "code", name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
const byDigest = (name: string): string => sha256Hex(utf8(`assay-code-study ${name}`));

let folders = { public: "", prints: "" };
/** By language and pair, shares by index and units; pairs without any have none. */
let known: Map<string, Pick<Result, "shares" | "units">> | null = null;
const pairName = ({ language, claimant, suspect }: Pick<Case, "language" | "claimant" | "suspect">): string =>
  `${language} ${claimant} ${suspect}`;

function sharesOf(path: string): typeof known {
  const { methodVersion, rows } = JSON.parse(readFileSync(path, "utf8"));
  if (methodVersion !== "6") throw new Error(`${path}: expected version 6's study`);
  return new Map(
    (rows as (Case & Result)[])
      .filter(({ kind }) => !COPIES[kind])
      .map((row) => [pairName(row), { shares: row.shares, ...(row.units ? { units: row.units } : {}) }]),
  );
}

export default defineStudy<Case, Result, never>({
  id: "code-shared-source",
  method: METHOD,
  materials: {
    public: { what: "folder of source, LANGUAGE/MAKER", default: "/nowhere" },
    prints: { what: "folder that validation/code/print-makers.ts wrote" },
    language: { what: "one language alone, to run a part of it", optional: true },
    shares: {
      what: "what version 6's study wrote of a language whose prints are the same by version 7: shares of units of pairs are then read from it",
      optional: true,
    },
  },
  kinds: [
    { name: "makers", counted: "null" },
    { name: "quarter-edited", counted: "positive" },
    { name: "development-makers", counted: "no", why: "the rule was made on them" },
    { name: "documented", counted: "no", why: "their makers say that they share code: neither null nor a known copy" },
    ...[
      "renamed",
      "six-tenths-edited",
      "part-of-a-unit",
      "part-of-a-unit-edited",
      "split-and-padded",
      "padded-with-public",
    ].map((name) => ({ name, counted: "no" as const, why: "a figure of power beside the one that is counted" })),
  ],
  cases({ public: from, prints, language: alone, shares }) {
    folders = { public: from!, prints: prints! };
    known = shares === undefined ? null : sharesOf(shares);
    const rows = table("public-code.tsv");
    const functions = table("same-function.tsv");
    return LANGUAGES.filter((each) => alone === undefined || each === alone).flatMap((language) => {
      const there = new Set(
        readdirSync(join(folders.prints, language))
          .filter((name) => name.endsWith(".json"))
          .map((name) => name.slice(0, -5)),
      );
      const role = new Map(rows.filter(([l]) => l === language).map(([, maker, , , , as]) => [maker!, as]));
      const makers = [...there].filter((maker) => role.has(maker)).sort((a, b) => (byDigest(a) < byDigest(b) ? -1 : 1));
      const judging = makers.filter((maker) => role.get(maker) === "judging");
      const documented = (a: string, b: string) =>
        DOCUMENTED[language]!.some((pair) => pair.includes(a) && pair.includes(b));
      const functionOf = (a: string, b: string) =>
        functions.find(([l, , of]) => l === language && of!.split(" ").includes(a) && of!.split(" ").includes(b))?.[1];
      const pairs = makers.flatMap((claimant, i) =>
        makers.slice(i + 1).flatMap((suspect): Case[] => {
          const both = judging.includes(claimant) && judging.includes(suspect);
          // A judging maker and a development maker: neither held out nor looked at.
          if (!both && (judging.includes(claimant) || judging.includes(suspect))) return [];
          const kind = documented(claimant, suspect) ? "documented" : both ? "makers" : "development-makers";
          const [a, b] = [judging.indexOf(claimant), judging.indexOf(suspect)];
          const same = functionOf(claimant, suspect);
          return [
            {
              kind,
              language,
              claimant,
              suspect,
              ...(kind === "makers" && a % 2 === 0 && b === a + 1 ? { disjoint: true } : {}),
              ...(same ? { function: same } : {}),
            },
          ];
        }),
      );
      const copies = Object.keys(COPIES).flatMap((kind) =>
        table("copied.tsv")
          .filter(([of]) => of === language)
          .map(
            ([, claimant, suspect, path]): Case => ({
              kind,
              language,
              claimant: claimant!,
              suspect: suspect!,
              path: path!,
            }),
          ),
      );
      return [...pairs, ...copies];
    });
  },
  // Language by language, whose makers lie in memory together; pairs first, then what the page leans on.
  order: ({ kind, language }) => 10 * LANGUAGES.indexOf(language) + 1 + KINDS.indexOf(kind),
  idOf: ({ kind, language, claimant, suspect }) => `${kind} ${language} ${claimant} ${suspect}`,
  async run(one) {
    const room = await roomOf(one.language);
    const [a, b] = [one.claimant, one.suspect].map((name) => room.makers.findIndex(({ maker }) => maker === name)) as [
      number,
      number,
    ];
    if (COPIES[one.kind]) return copyOf(one, room, a, b);
    const result = pairOf(room, one, a, b);
    const explained = isAbove(result) && isExplained(one.language, one.claimant, one.suspect);
    return explained ? { ...result, explained } : result;
  },
  hit: (result) => isAbove(result) && !result.explained,
  summarise({ nulls, positives, all }) {
    const hit = ({ result }: (typeof nulls)[number]) => isAbove(result) && !result.explained;
    const before = nulls.filter(({ result }) => isAbove(result));
    const accused = nulls.filter(hit);
    // Accused pairs with no maker in common: greedily, which is at least half of the most there are.
    const taken = new Set<string>();
    let apart = 0;
    for (const { case: of } of accused) {
      const names = [`${of.language} ${of.claimant}`, `${of.language} ${of.suspect}`];
      if (names.some((name) => taken.has(name))) continue;
      for (const name of names) taken.add(name);
      apart++;
    }
    const found = positives.filter(hit);
    // A finding is of one language: what it leans on is the language that bears least.
    const judged = LANGUAGES.filter((each) => nulls.some(({ case: of }) => of.language === each));
    const families = judged.map((each) => makersOf(nulls.filter(({ case: of }) => of.language === each)));
    const copies = judged.map((each) => {
      const of = positives.filter((row) => row.case.language === each);
      return { pairs: of.length, found: of.filter(hit).length };
    });
    const worst = copies.reduce((one, other) => (other.found * one.pairs < one.found * other.pairs ? other : one));
    const json = {
      type: "assay/validation/v1",
      method: METHOD.id,
      methodVersion: METHOD.version,
      page: "validation/code-shared-source.md",
      nulls: {
        pairs: nulls.length,
        families: Math.min(...families),
        accusedPairs: accused.length,
        accusedFamilies: apart,
      },
      positives: {
        pairs: positives.length,
        families: worst.pairs,
        foundPairs: found.length,
        foundFamilies: worst.found,
      },
      /** As the rule left them, before a reader looked at the units of those it accused. */
      beforeReader: {
        accusedPairs: before.length,
        byLanguage: Object.fromEntries(
          judged.map((each) => [each, before.filter(({ case: of }) => of.language === each).length]),
        ),
      },
      // A statistic that is held against a bound has no p to draw.
      nullLog10P: [],
      positiveLog10P: [],
      /** Pairs that reached more than nothing, and all copies. */
      rows: all
        .filter(({ case: of, result }) => result.statistic > 0 || COPIES[of.kind])
        .map((row) => ({ ...row.case, ...row.result })),
      byLanguage: tallies(all),
    };
    return { json: json as never, tables: tablesOf(all) };
  },
});

interface Row {
  case: Case;
  result: Result;
}

const isAbove = ({ statistic }: Result): boolean => statistic > STUDY_NULL.bound;
const makersOf = (rows: readonly Row[]): number =>
  new Set(rows.flatMap(({ case: { claimant, suspect } }) => [claimant, suspect])).size;

function tallies(all: readonly Row[]) {
  return LANGUAGES.map((language) => {
    const of = (kind: string) => all.filter((row) => row.case.language === language && row.case.kind === kind);
    const hits = (rows: readonly Row[]) => rows.filter(({ result }) => isAbove(result)).length;
    const read = (rows: readonly Row[]) => rows.filter(({ result }) => isAbove(result) && !result.explained).length;
    const nulls = of("makers");
    const same = nulls.filter(({ case: one }) => one.function);
    const largest = (rows: readonly Row[]) =>
      rows.reduce((max, { result }) => (result.explained ? max : Math.max(max, result.statistic)), 0);
    const known = of("development-makers");
    return {
      language,
      makers: makersOf(nulls),
      pairs: nulls.length,
      disjoint: Math.floor(makersOf(nulls) / 2),
      accused: { before: hits(nulls), after: read(nulls) },
      largest: largest(nulls),
      largestPassage: nulls.reduce(
        (max, { result }) => (result.explained ? max : Math.max(max, ...result.passages)),
        0,
      ),
      sameFunction: {
        pairs: same.length,
        makers: makersOf(same),
        before: hits(same),
        after: read(same),
        largest: largest(same),
      },
      development: { makers: makersOf(known), pairs: known.length, above: hits(known) },
      documented: { pairs: of("documented").length, above: hits(of("documented")) },
      copies: Object.fromEntries(Object.keys(COPIES).map((kind) => [kind, [hits(of(kind)), of(kind).length]])),
      /** By shares of units alone, as by version 4. */
      byShares: Object.fromEntries(
        Object.keys(COPIES).map((kind) => [
          kind,
          of(kind).filter(({ result }) => result.shares[0]! > STUDY_NULL.bound).length,
        ]),
      ),
      /** Of which nothing could be read. */
      unread: Object.fromEntries(
        Object.keys(COPIES).map((kind) => [kind, of(kind).filter(({ result }) => result.tokens![0] === 0).length]),
      ),
    };
  });
}

function tablesOf(all: readonly Row[]): string {
  const rows = tallies(all);
  const kinds = Object.keys(COPIES);
  const three = (value: number) => value.toFixed(3);
  return [
    "| language | judging makers | pairs | disjoint | accused before a reader | after | largest not explained | largest passage | same-function pairs (makers) | accused before, after | largest | documented pairs above the bound | development makers, pairs, above the bound |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((r) => {
      const { sameFunction: same, development: known } = r;
      return `| ${[r.language, r.makers, r.pairs, r.disjoint, r.accused.before, r.accused.after, three(r.largest), three(r.largestPassage), `${same.pairs} (${same.makers})`, `${same.before}, ${same.after}`, three(same.largest), `${r.documented.above} of ${r.documented.pairs}`, `${known.makers}, ${known.pairs}, ${known.above}`].join(" | ")} |`;
    }),
    "",
    `| language | ${kinds.join(" | ")} |`,
    `|---|${kinds.map(() => "---|").join("")}`,
    ...rows.map((r) => `| ${r.language} | ${kinds.map((kind) => r.copies[kind]!.join(" of ")).join(" | ")} |`),
    "",
    "By shares of units alone:",
    "",
    `| language | ${kinds.join(" | ")} |`,
    `|---|${kinds.map(() => "---|").join("")}`,
    ...rows.map((r) => `| ${r.language} | ${kinds.map((kind) => r.byShares[kind]).join(" | ")} |`),
    "",
  ].join("\n");
}

interface Room {
  language: Language;
  makers: PrintedMaker[];
  keep: ((file: PrintedFile) => boolean)[];
  /** By index: a maker's scores in every other. */
  scores: (index: number, maker: number) => Against[];
  files: Files;
  passages: Map<number, Found>[];
  shared: Shared[];
}

let room: Promise<Room> | null = null;
let roomIs: Language | null = null;

function roomOf(language: Language): Promise<Room> {
  if (roomIs !== language) room = makeRoom(language);
  roomIs = language;
  return room!;
}

async function makeRoom(language: Language): Promise<Room> {
  const makers = loadMakers(join(folders.prints, language));
  const keep = makers.map((maker) => keptOf(maker, language));
  const shared: Shared[] = PRINT_TOKENS.map((_, k) => shareOut(makers, k));
  const indexes: (ReadonlySet<number> | null)[] = [null];
  const larger: (ReadonlySet<number> | null)[] = [null];
  for (let draw = 0; draw < INDEX_DRAWS; draw++) {
    const order = makers.map((_, m) => m);
    order.sort((a, b) => (byDigest(`${draw} ${makers[a]!.maker}`) < byDigest(`${draw} ${makers[b]!.maker}`) ? -1 : 1));
    indexes.push(new Set(order.slice(0, INDEX_SIZE)));
    larger.push(new Set(order.slice(0, PASSAGE_INDEX_SIZE)));
  }
  const held = indexes.map(() => new Map<number, Against[]>());
  const scores = (index: number, m: number): Against[] => {
    const of = held[index]!.get(m) ?? scoresOf(m, makers, shared, indexes[index]!, keep[m]!);
    held[index]!.set(m, of);
    return of;
  };
  const files = filesOf(makers, shared, keep, language);
  const passages = larger.map((index) => passagesAmong(makers, shared, files, index));
  return { language, makers, keep, scores, files, passages, shared };
}

function pairOf(room: Room, one: Case, a: number, b: number): Result {
  const { shares, units } = known
    ? (known.get(pairName(one)) ?? { shares: room.passages.map(() => 0) })
    : sharesBetween(room, a, b);
  const pair = Math.min(a, b) * room.makers.length + Math.max(a, b);
  const found = room.passages.map((of) => of.get(pair) ?? null);
  const passages = found.map((of) => of?.score ?? 0);
  const largest = found.reduce((x, y) => ((y?.score ?? 0) > (x?.score ?? 0) ? y : x));
  return {
    statistic: Math.max(...shares, ...passages),
    shares,
    passages,
    ...(units ? { units } : {}),
    ...(largest ? { passage: { files: largest.files, prints: largest.prints } } : {}),
  };
}

function sharesBetween({ passages, scores }: Room, a: number, b: number): Pick<Result, "shares" | "units"> {
  const each = passages.map((_, index) => {
    const [forward, turned] = [scores(index, a)[b]!, scores(index, b)[a]!];
    return { statistic: Math.min(forward.max, turned.max), forward, turned };
  });
  const most = each.reduce((one, other) => (other.statistic > one.statistic ? other : one));
  const named = ({ top }: Against) => (top ? [`${top.file.path}:${top.line}`] : []);
  return {
    shares: each.map(({ statistic }) => statistic),
    ...(most.statistic > 0 ? { units: [...named(most.forward), ...named(most.turned)] } : {}),
  };
}

/** An edited file of the claimant's among the suspect's own, by an index of all other makers. */
async function copyOf(
  { kind, language, claimant, suspect, path }: Case,
  room: Room,
  a: number,
  b: number,
): Promise<Result> {
  const { makers } = room;
  const seed = `${language} ${claimant} ${suspect}`;
  const file = makers[a]!.files.find((one) => one.path === path)!;
  const text = textOf(language, makers[a]!, path!);
  const copied = await makeCopy({ language, text, file, seed }, COPIES[kind]!, (tokens) =>
    drawnFiles(makers, a, file, tokens, seed, (maker, of) => textOf(language, maker, of)),
  );
  const alone = [room.scores(0, a)[b]!.max, room.scores(0, b)[a]!.max] as const;
  const share = copied ? scoreOfCopy([a, b], copied, makers, room.shared, room.keep, alone) : 0;
  const passage = copied ? passageOfCopy([a, b], copied, room.files, room.shared) : null;
  const own = room.passages[0]!.get(Math.min(a, b) * makers.length + Math.max(a, b))?.score ?? 0;
  const score = copied ? Math.max(passage?.score ?? 0, own) : 0;
  const tokens = copied?.files.reduce((sum, one) => sum + one.tokens, 0) ?? 0;
  return { statistic: Math.max(share, score), shares: [share], passages: [score], tokens: [tokens, file.tokens] };
}

const textOf = (language: Language, { maker }: PrintedMaker, path: string): string =>
  readFileSync(join(folders.public, language, maker, path), "utf8");
