/**
 * Was this code taken from that code base, asked of packages of many makers (materials/code/public-code.tsv). Makers whose
 * row says `development` were looked at while the rule was made, those of `judged-3` judged version 3 and count as
 * development since; the others were fetched after version 4 was written and judge it. Each pair
 * of judging makers is a null, examined by an index of all other makers of the language and by drawn indexes of 17, about
 * the fewest that the rule allows: accused if any of them accuses. Copies are edited files of one judging maker put among
 * the files of another. Pairs of which documented.ts says that they share code are examined and in no count.
 *
 *   npm run build && node validation/code/print-makers.ts PUBLIC PRINTS
 *   node validation/runner/run.ts code-shared-source --public PUBLIC --prints PRINTS --write
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Hex } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { readSource } from "../dist/labs/code/host/printed-tree.js";
import { METHOD, PRINT_TOKENS, STUDY_NULL } from "../dist/labs/code/method.js";
import { printsInOrder } from "../dist/labs/code/prints/prints.js";
import { LANGUAGES, type Language } from "../dist/labs/code/tokens/languages.js";
import { editLines } from "../materials/code/edit-lines.ts";
import { DOCUMENTED } from "./code/documented.ts";
import { isExplained } from "./code/read.ts";
import {
  type Against,
  type Copied,
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
  statistics: number[];
  /** The claimant's unit and the suspect's that reached it. */
  units?: string[];
  /** Above the bound, and a reader named a source other than the two makers' own work (code/read.ts). */
  explained?: true;
}

const INDEX_DRAWS = 3;
const INDEX_SIZE = 17;
interface Copying {
  rate: number;
  /** Of the file: whole functions up to so much of it. */
  share?: number;
  /** Into four files. */
  split?: boolean;
  /** Among other makers' files in one, so many times its own tokens. */
  padding?: number;
}
const COPIES: Readonly<Record<string, Copying>> = {
  renamed: { rate: 0 },
  "quarter-edited": { rate: 0.25 },
  "six-tenths-edited": { rate: 0.6 },
  "part-of-a-unit": { rate: 0, share: 0.15 },
  "part-of-a-unit-edited": { rate: 0.25, share: 0.15 },
  "split-and-padded": { rate: 0.25, split: true },
  "padded-with-public": { rate: 0.25, padding: 3 },
};

const here = import.meta.dirname;
const table = (name: string): string[][] =>
  readFileSync(join(here, "..", "materials", "code", name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
const byDigest = (name: string): string => sha256Hex(utf8(`assay-code-study ${name}`));

let folders = { public: "", prints: "" };

export default defineStudy<Case, Result, never>({
  id: "code-shared-source",
  method: METHOD,
  materials: {
    public: { what: "folder of source, LANGUAGE/MAKER", default: "/nowhere" },
    prints: { what: "folder that validation/code/print-makers.ts wrote" },
    language: { what: "one language alone, to run a part of it", optional: true },
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
  cases({ public: from, prints, language: alone }) {
    folders = { public: from!, prints: prints! };
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
  idOf: ({ kind, language, claimant, suspect }) => `${kind} ${language} ${claimant} ${suspect}`,
  async run(one) {
    const room = await roomOf(one.language);
    const [a, b] = [one.claimant, one.suspect].map((name) => room.makers.findIndex(({ maker }) => maker === name)) as [
      number,
      number,
    ];
    if (COPIES[one.kind]) return copyOf(one, room, a, b);
    const result = pairOf(room, a, b);
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
    const rank = (row: (typeof nulls)[number]) => (hit(row) ? -2 : 0);
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
      nullLog10P: nulls.map(rank),
      positiveLog10P: positives.map(rank),
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
    };
  });
}

function tablesOf(all: readonly Row[]): string {
  const rows = tallies(all);
  const kinds = Object.keys(COPIES);
  const three = (value: number) => value.toFixed(3);
  return [
    "| language | judging makers | pairs | disjoint | accused before a reader | after | largest not explained | same-function pairs (makers) | accused before, after | largest | documented pairs above the bound | development makers, pairs, above the bound |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((r) => {
      const { sameFunction: same, development: known } = r;
      return `| ${[r.language, r.makers, r.pairs, r.disjoint, r.accused.before, r.accused.after, three(r.largest), `${same.pairs} (${same.makers})`, `${same.before}, ${same.after}`, three(same.largest), `${r.documented.above} of ${r.documented.pairs}`, `${known.makers}, ${known.pairs}, ${known.above}`].join(" | ")} |`;
    }),
    "",
    `| language | ${kinds.join(" | ")} |`,
    `|---|${kinds.map(() => "---|").join("")}`,
    ...rows.map((r) => `| ${r.language} | ${kinds.map((kind) => r.copies[kind]!.join(" of ")).join(" | ")} |`),
    "",
  ].join("\n");
}

interface Room {
  language: Language;
  makers: PrintedMaker[];
  keep: ((file: PrintedFile) => boolean)[];
  /** By index: every pair's scores. */
  scores: Against[][][];
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
  for (let draw = 0; draw < INDEX_DRAWS; draw++) {
    const order = makers.map((_, m) => m);
    order.sort((a, b) => (byDigest(`${draw} ${makers[a]!.maker}`) < byDigest(`${draw} ${makers[b]!.maker}`) ? -1 : 1));
    indexes.push(new Set(order.slice(0, INDEX_SIZE)));
  }
  const scores = indexes.map((index) => makers.map((_, m) => scoresOf(m, makers, shared, index, keep[m]!)));
  return { language, makers, keep, scores, shared };
}

function pairOf({ scores }: Room, a: number, b: number): Result {
  const each = scores.map((of) => {
    const [forward, turned] = [of[a]![b]!, of[b]![a]!];
    return { statistic: Math.min(forward.max, turned.max), forward, turned };
  });
  const most = each.reduce((one, other) => (other.statistic > one.statistic ? other : one));
  const named = ({ top }: Against) => (top ? [`${top.file.path}:${top.line}`] : []);
  return {
    statistic: most.statistic,
    statistics: each.map(({ statistic }) => statistic),
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
  const copied = await editedCopy(room, a, path!, kind, `${language} ${claimant} ${suspect}`);
  const ofAll = room.scores[0]!;
  const alone = [ofAll[a]![b]!.max, ofAll[b]![a]!.max] as const;
  const statistic = copied ? scoreOfCopy([a, b], copied, room.makers, room.shared, room.keep, alone) : 0;
  return { statistic, statistics: [statistic] };
}

/** Null where the edits left nothing. */
async function editedCopy(room: Room, a: number, of: string, kind: string, seed: string): Promise<Copied | null> {
  const { makers, language } = room;
  const { rate, share, split, padding } = COPIES[kind]!;
  const maker = makers[a]!;
  const file = maker.files.find(({ path }) => path === of)!;
  const source = textOf(language, maker, of);
  const edited = edit(source, file, language, seed, rate, share ?? 1);
  if (edited === null) return null;
  const extension = /\.\w+$/.exec(of)![0];
  const pieces = split
    ? piecesOf(edited, 4)
    : padding
      ? [padded(room, a, edited, padding * file.tokens, seed)]
      : [edited];
  const printed: Copied = { files: [], prints: [] };
  const ordered: Uint32Array[][] = PRINT_TOKENS.map(() => []);
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const path = `copied/part${i}${extension}`;
    const { read } = await readSource({ path, bytes: utf8(piece), digest: `sha256:${sha256Hex(utf8(piece))}` });
    if (!read) continue;
    PRINT_TOKENS.forEach((tokens, k) => {
      const prints = new Uint32Array(2 * read.values.length);
      prints.set(printsInOrder(read.values, tokens, language));
      ordered[k]!.push(prints);
    });
    const tokens = read.values.length;
    const said = { bytes: 0, lines: 0, attribution: [], licences: [], heads: [], holders: [] };
    const units = read.units.map(({ name, line, from, to }): [string, number, number, number] => [
      name,
      line,
      from,
      to,
    ]);
    printed.files.push({ path, at, tokens, units, ...said });
    at += tokens;
  }
  printed.prints = ordered.map((each) => {
    const all = new Uint32Array(2 * at);
    let place = 0;
    for (const one of each) {
      all.set(one, place);
      place += one.length;
    }
    return new BigUint64Array(all.buffer);
  });
  return printed;
}

/** Null where it cannot be edited. With a share, whole functions up to that share of the file, in a drawn order. */
function edit(
  source: string,
  file: PrintedFile,
  language: Language,
  seed: string,
  rate: number,
  share: number,
): string | null {
  if (language === "python")
    try {
      const args = ["materials/code/edit.py", seed, String(rate), String(share)];
      const out = execFileSync("python3", args, { input: source, stdio: ["pipe", "pipe", "ignore"] }).toString();
      return out.length > 300 ? out : null;
    } catch {
      return null;
    }
  if (share === 1) return editLines(source, language, seed, rate);
  const lines = source.split("\n");
  const per = file.tokens / lines.length;
  const functions = file.units
    .filter(([name, , from, to]) => name !== "" && to - from >= 40 && to - from <= 2 * share * file.tokens)
    .sort((x, y) => (byDigest(seed + x[1]) < byDigest(seed + y[1]) ? -1 : 1));
  const kept: string[] = [];
  let tokens = 0;
  for (const [, line, from, to] of functions) {
    if (tokens >= share * file.tokens) break;
    kept.push(...lines.slice(line - 1, line - 1 + Math.ceil((to - from) / per)));
    tokens += to - from;
  }
  return tokens > 0 ? editLines(kept.join("\n"), language, seed, rate) : null;
}

/** The text in so many files, cut at lines that begin a line of no indent. */
const textOf = (language: Language, { maker }: PrintedMaker, path: string): string =>
  readFileSync(join(folders.public, language, maker, path), "utf8");

/** The text in four pieces with whole files of other makers of the index between them, of so many tokens together. */
function padded({ makers, language }: Room, claimant: number, text: string, tokens: number, seed: string): string {
  const files = makers
    .flatMap((maker, m) => (m === claimant ? [] : maker.files.map((file) => ({ maker, file }))))
    .filter(({ file }) => file.tokens >= 300 && file.tokens <= 5000);
  const draw = prng("code-study-padding", seed);
  const between: string[] = ["", "", ""];
  for (let [i, held] = [0, 0]; held < tokens; i++) {
    const { maker, file } = files[draw.below(files.length)]!;
    between[i % between.length] += `\n${textOf(language, maker, file.path)}\n`;
    held += file.tokens;
  }
  return piecesOf(text, 4)
    .flatMap((piece, i) => [piece, between[i] ?? ""])
    .join("\n");
}

function piecesOf(text: string, count: number): string[] {
  const lines = text.split("\n");
  const cuts = [0];
  for (let i = 1; i < count; i++) {
    let at = Math.floor((i * lines.length) / count);
    while (at < lines.length && !/^(def|class|async|@|func|fn|pub|static|function|export|\w+ )/.test(lines[at]!)) at++;
    cuts.push(Math.max(at, cuts.at(-1)!));
  }
  return cuts
    .map((from, i) => lines.slice(from, cuts[i + 1] ?? lines.length).join("\n"))
    .filter((piece) => piece.trim());
}
