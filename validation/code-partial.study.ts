/**
 * How much of a unit must be copied: whole functions of 15 % of a file, in Python, of makers whom nobody chose. Their names
 * were drawn from the package index by digest (materials/code/innocents-2.tsv), so that none of them made or judged a
 * version. Of each maker the first file of a middling size by digest, names changed, among the files of the next; the index
 * is all other makers, those of the study of the method and the drawn ones.
 *
 *   node materials/code/fetch-public.ts INNOCENTS python innocents-2.tsv
 *   npm run study -- code-partial --innocents INNOCENTS --prints PRINTS --write
 *
 * PRINTS is what validation/code/print-makers.ts wrote, FILES_MAX=80, of the judging makers of Python and of those drawn.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Hex } from "../dist/base/digest.js";
import { METHOD, PRINT_TOKENS, STUDY_NULL } from "../dist/labs/code/method.js";
import { rowsOf } from "./code/innocents.ts";
import { makeCopy } from "./code/make-copies.ts";
import { type Files, filesOf, passageOfCopy } from "./code/passages.ts";
import {
  keptOf,
  loadMakers,
  type PrintedFile,
  type PrintedMaker,
  type Shared,
  scoreOfCopy,
  shareOut,
} from "./code/shared-prints.ts";
import { defineStudy } from "./runner/study.ts";

interface Case {
  kind: "part-of-a-unit";
  claimant: string;
  suspect: string;
  path: string;
}
interface Result {
  share: number;
  passage: number;
  /** Of the passage, by length of print. */
  prints: readonly number[];
  /** Tokens of the copy, and of the file it is from. */
  tokens: readonly [number, number];
}
interface Room {
  makers: PrintedMaker[];
  keep: ((file: PrintedFile) => boolean)[];
  shared: Shared[];
  files: Files;
}

/** Kinds whose names a digest drew. */
const DRAWN = ["drawn", "assistant-mcp", "plugin-pytest", "plugin-mkdocs"];
/** As validation/code/choose-copied.ts has it. */
const TOKENS_MIN = 2000;
const BYTES_MAX = 60_000;
const SHARE = 0.15;
/** Copies by size, for the table; those of none hold no function that is short enough. */
const SIZES = [0, 1, 250, 500, 1e9] as const;

const order = (name: string): string => sha256Hex(utf8(`assay-code-partial ${name}`));
let given = { innocents: "", prints: "" };
let held: Room | null = null;

function room(): Room {
  if (held) return held;
  const makers = loadMakers(join(given.prints, "python"));
  const keep = makers.map((maker) => keptOf(maker, "python"));
  const shared = PRINT_TOKENS.map((_, k) => shareOut(makers, k));
  held = { makers, keep, shared, files: filesOf(makers, shared, keep, "python") };
  return held;
}

export default defineStudy<Case, Result, never>({
  id: "code-partial",
  method: null,
  materials: {
    innocents: { what: "folder of the packages of materials/code/innocents-2.tsv" },
    prints: { what: "folder of judging and drawn makers that validation/code/print-makers.ts wrote" },
  },
  kinds: [{ name: "part-of-a-unit", counted: "positive" }],
  cases(paths) {
    given = { innocents: paths.innocents!, prints: paths.prints! };
    const drawn = new Set(
      rowsOf("innocents-2.tsv")
        .filter(({ language, kind }) => language === "python" && DRAWN.includes(kind))
        .map(({ maker }) => maker),
    );
    const makers = loadMakers(join(given.prints, "python")).filter(({ maker }) => drawn.has(maker));
    makers.sort((x, y) => (order(x.maker) < order(y.maker) ? -1 : 1));
    return makers.flatMap((maker, i): Case[] => {
      const [file] = maker.files
        .filter(keptOf(maker, "python"))
        .filter(({ tokens, bytes }) => tokens >= TOKENS_MIN && bytes <= BYTES_MAX)
        .sort((x, y) => (order(x.path) < order(y.path) ? -1 : 1));
      const suspect = makers[(i + 1) % makers.length]!.maker;
      return file ? [{ kind: "part-of-a-unit", claimant: maker.maker, suspect, path: file.path }] : [];
    });
  },
  idOf: ({ claimant, suspect }) => `${claimant} ${suspect} ${METHOD.version}`,
  async run({ claimant, suspect, path }) {
    const { makers, keep, shared, files } = room();
    const [a, b] = [claimant, suspect].map((name) => makers.findIndex(({ maker }) => maker === name)) as [
      number,
      number,
    ];
    const file = makers[a]!.files.find((one) => one.path === path)!;
    const text = readFileSync(join(given.innocents, "python", claimant, path), "utf8");
    const seed = `python ${claimant} ${suspect}`;
    const copied = await makeCopy({ language: "python", text, file, seed }, { rate: 0, share: SHARE }, () => []);
    if (!copied) return { share: 0, passage: 0, prints: [], tokens: [0, file.tokens] };
    // What the two have in common beside the copy is asked by the study of innocents, and helps no copy here.
    const share = scoreOfCopy([a, b], copied, makers, shared, keep, [0, 0]);
    const passage = passageOfCopy([a, b], copied, files, shared);
    const tokens = copied.files.reduce((sum, one) => sum + one.tokens, 0);
    return { share, passage: passage?.score ?? 0, prints: passage?.prints ?? [], tokens: [tokens, file.tokens] };
  },
  hit: ({ share, passage }) => Math.max(share, passage) > STUDY_NULL.bound,
  summarise({ positives }) {
    const found = ({ result: { share, passage } }: (typeof positives)[number]) =>
      Math.max(share, passage) > STUDY_NULL.bound;
    const sizes = SIZES.slice(0, -1).map((least, i) => {
      const of = positives.filter(({ result: { tokens } }) => tokens[0] >= least && tokens[0] < SIZES[i + 1]!);
      const most = SIZES[i + 1]! < 1e9 ? ` to ${SIZES[i + 1]! - 1}` : " or more";
      return `| ${least === 0 ? "none could be made" : `${least}${most}`} | ${of.length} | ${of.filter(found).length} | ${of.filter(({ result }) => result.share > STUDY_NULL.bound).length} |`;
    });
    const tables = [
      "| tokens of the copy | copies | found | by a share alone |",
      "|---|---|---|---|",
      ...sizes,
      "",
    ].join("\n");
    const json = {
      type: "assay/code-partial-study/v1",
      method: METHOD.id,
      methodVersion: METHOD.version,
      share: SHARE,
      positives: {
        pairs: positives.length,
        /** In the other files no function is short enough to be taken whole. */
        made: positives.filter(({ result: { tokens } }) => tokens[0] > 0).length,
        found: positives.filter(found).length,
      },
      rows: positives.map(({ case: { claimant, suspect, path }, result }) => ({ claimant, suspect, path, ...result })),
    };
    return { json: json as never, tables };
  },
});
