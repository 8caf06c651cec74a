/**
 * Whose copy of a source tree is it? Trees are packages of five languages (materials/code/public-code.tsv, judging makers): of
 * each language the first makers, in an order drawn by digest, whose first 15 files hold 1,500 to 5,000 lines. A null is a
 * key: a plan for a hundred recipients none of whom had the suspect, which is the original as it was, another plan's
 * copy, that copy edited, two such copies mixed file by file, or another maker's tree. A positive is a recipient's copy
 * after the edits of a ladder; numbers of places are in the tables.
 *
 *   npm run build && node validation/runner/run.ts code-recipient-copy --public PUBLIC --write
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Digest, sha256Hex } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { type CopiesPlan, committedCopies, formsOf } from "../dist/labs/code/copies/plan.js";
import { readPlaces } from "../dist/labs/code/copies/reading.js";
import { traceCopies } from "../dist/labs/code/copies/trace.js";
import { readSourceTree, type SourceTree, treeOf } from "../dist/labs/code/host/source-tree.js";
import { copyOf, shownPlaces, type VariantTree, variantTree } from "../dist/labs/code/host/variant-tree.js";
import { COPY_METHOD } from "../dist/labs/code/method.js";
import { LANGUAGES, type Language } from "../dist/labs/code/tokens/languages.js";
import { editLines } from "../materials/code/edit-lines.ts";
import { defineStudy, type Row } from "./runner/study.ts";

const TREES = 3;
const FILES = 15;
const LINES_MIN = 1500;
const RECIPIENTS = 100;
const KEYS = 10_200;
const LEVEL = -6;

const SUSPECTS = [
  "the original",
  "another plan's copy",
  "that copy edited",
  "two such copies mixed",
  "another maker's tree",
] as const;
const LADDER = [
  "as handed out",
  "formatted",
  "renamed and laid out anew",
  "quarter edited",
  "six tenths edited",
  "a quarter of the files",
  "two recipients mixed",
] as const;

interface Case {
  kind: "key" | (typeof LADDER)[number];
  tree: string;
  /** Of a null: which of SUSPECTS, and which key. */
  suspect?: (typeof SUSPECTS)[number];
  key?: number;
}
interface Result {
  places: number;
  read: number;
  /** Of the best recipient, paid for all; of a null also of the first recipient by itself. */
  log10P: number;
  alone?: number;
  /** Of a positive: the best is the one whose copy it was, and reaches 10⁻⁶; how many of the places read agree with it. */
  named?: boolean;
  agreed?: number;
}

let from = "";
const byDigest = (name: string): string => sha256Hex(utf8(`assay-copies-study ${name}`));

interface Tree {
  name: string;
  language: Language;
  tree: SourceTree;
  variants: VariantTree;
}
const opened = new Map<string, Promise<Tree>>();

/** The first so many files of a maker's tree. */
async function part(language: string, maker: string): Promise<SourceTree | null> {
  const tree = await readSourceTree(join(from, language, maker)).catch(() => null);
  if (!tree) return null;
  const files = tree.files.slice(0, FILES);
  const lines = files.reduce((sum, { bytes }) => sum + bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0), 0);
  return lines < LINES_MIN || lines > 5000 ? null : treeOf(maker, files);
}

function open(name: string): Promise<Tree> {
  const held = opened.get(name);
  if (held) return held;
  const made = (async () => {
    const [language, maker] = name.split("/") as [Language, string];
    const tree = (await part(language, maker))!;
    return { name, language, tree, variants: await variantTree(tree) };
  })();
  opened.set(name, made);
  return made;
}

function planOf({ tree, variants }: Tree, key: string): CopiesPlan {
  const recipients = Array.from({ length: RECIPIENTS }, (_, i) => `recipient ${i}`);
  return committedCopies({
    // A secret draws in place of a round: both are as random to a suspect.
    secret: sha256Hex(utf8(`assay-copies-study key ${key}`)),
    round: null,
    name: tree.name,
    original: tree.root,
    places: variants.kinds.length,
    recipients,
  });
}

/** The whole tree as text, files with places in these forms. */
async function copied({ tree, variants }: Tree, forms: Uint8Array): Promise<Map<string, string>> {
  const { files } = await copyOf(variants, forms);
  return new Map(tree.files.map(({ path, bytes }) => [path, files.get(path) ?? Buffer.from(bytes).toString("utf8")]));
}

function treeOfTexts(texts: ReadonlyMap<string, string>): SourceTree {
  return treeOf(
    "suspect",
    [...texts].map(([path, text]) => ({ path, bytes: utf8(text), digest: sha256Digest(utf8(text)) })),
  );
}

function edited(texts: ReadonlyMap<string, string>, language: Language, rate: number): Map<string, string> {
  const edit = (path: string, text: string): string => {
    if (language !== "python") return editLines(text, language, `copies ${path}`, rate);
    const script = join(import.meta.dirname, "..", "materials", "code", "edit.py");
    return tool("python3", [script, `copies ${path}`, String(rate), "1"], text);
  };
  return new Map([...texts].map(([path, text]) => [path, edit(path, text)]));
}

/** What a tool prints of a text; the text itself where it prints nothing. */
function tool(command: string, args: readonly string[], text: string): string {
  try {
    const out = execFileSync(command, [...args], { input: text, stdio: ["pipe", "pipe", "ignore"], maxBuffer: 1e9 });
    return out.toString("utf8") || text;
  } catch {
    return text;
  }
}

/** By the language's usual formatter; Python's and C++'s are not at hand: `ast.unparse` stands for the first. */
function formatted(texts: ReadonlyMap<string, string>, language: Language): Map<string, string> | null {
  const run: Partial<Record<Language, (path: string, text: string) => string>> = {
    python: (_, text) =>
      tool("python3", ["-c", "import ast,sys;print(ast.unparse(ast.parse(sys.stdin.read())))"], text),
    typescript: (path, text) => tool("node_modules/.bin/biome", ["format", `--stdin-file-path=${path}`], text),
    go: (_, text) => tool("gofmt", ["-s"], text),
    rust: (_, text) => tool("rustfmt", ["--edition", "2021"], text),
  };
  const format = run[language];
  return format ? new Map([...texts].map(([path, text]) => [path, format(path, text)])) : null;
}

/** What a suspect of a null shows at the places: one for all keys. */
const shown = new Map<string, Promise<(0 | 1 | null)[]>>();
function readingOf(
  tree: Tree,
  suspect: (typeof SUSPECTS)[number],
  trees: readonly string[],
): Promise<(0 | 1 | null)[]> {
  const id = `${tree.name} ${suspect}`;
  const held = shown.get(id);
  if (held) return held;
  const made = (async () => {
    const drawn = (key: string) => copied(tree, formsOf(planOf(tree, key))("recipient 0"));
    const texts = async (): Promise<ReadonlyMap<string, string>> => {
      if (suspect === "another plan's copy") return drawn("another");
      if (suspect === "that copy edited") return edited(await drawn("another"), tree.language, 0.25);
      const [one, other] = [await drawn("another"), await drawn("a third")];
      return new Map([...one].map(([path, text], i) => [path, i % 2 === 0 ? text : other.get(path)!]));
    };
    const alike = trees.filter((name) => name.startsWith(`${tree.language}/`) && name !== tree.name);
    const suspected =
      suspect === "the original"
        ? tree.tree
        : suspect === "another maker's tree"
          ? (await part(tree.language, (alike[0] ?? tree.name).split("/")[1]!))!
          : treeOfTexts(await texts());
    return readPlaces(tree.variants.placed, await shownPlaces(suspected));
  })();
  shown.set(id, made);
  return made;
}

let names: string[] = [];

export default defineStudy<Case, Result, ReturnType<typeof summary>>({
  id: "code-recipient-copy",
  method: COPY_METHOD,
  materials: { public: { what: "folder of source, LANGUAGE/MAKER", default: "/nowhere" } },
  kinds: [
    { name: "key", counted: "null" },
    { name: "quarter edited", counted: "positive" },
    ...LADDER.filter((name) => name !== "quarter edited").map((name) => ({
      name,
      counted: "no" as const,
      why: "a figure of power beside the one that is counted",
    })),
  ],
  async cases({ public: folder }) {
    from = folder!;
    const rows = readFileSync(join(import.meta.dirname, "..", "materials", "code", "public-code.tsv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split("\t"));
    names = [];
    for (const language of LANGUAGES) {
      if (!existsSync(join(from, language))) continue;
      const judging = new Set(
        rows.filter((row) => row[0] === language && row[5] !== "development").map((row) => row[1]),
      );
      const makers = readdirSync(join(from, language)).filter((maker) => judging.has(maker));
      let taken = 0;
      for (const maker of makers.sort((a, b) => (byDigest(a) < byDigest(b) ? -1 : 1))) {
        if (taken === TREES) break;
        if (!(await part(language, maker))) continue;
        names.push(`${language}/${maker}`);
        taken++;
      }
    }
    // Keys are what is counted: one tree of each language serves them all.
    const firsts = LANGUAGES.flatMap((language) => names.find((name) => name.startsWith(`${language}/`)) ?? []);
    const nulls = Array.from({ length: KEYS }, (_, key): Case => {
      const tree = firsts[key % firsts.length]!;
      return { kind: "key", tree, suspect: SUSPECTS[Math.floor(key / firsts.length) % SUSPECTS.length]!, key };
    });
    return [...LADDER.flatMap((kind) => names.map((tree): Case => ({ kind, tree }))), ...nulls];
  },
  idOf: ({ kind, tree, suspect, key }) => [kind, tree, suspect, key].join("|"),
  async run({ kind, tree: name, suspect, key }) {
    const tree = await open(name);
    const { kinds, placed } = tree.variants;
    if (kind === "key") {
      const plan = planOf(tree, `null ${key}`);
      const reading = await readingOf(tree, suspect!, names);
      const traced = traceCopies(plan.recipients, formsOf(plan), reading, kinds);
      const alone = traced.find((each) => each.name === "recipient 0")!.log10P;
      const read = reading.filter((said) => said !== null).length;
      return { places: kinds.length, read, log10P: Math.min(0, traced[0]!.log10P + Math.log10(RECIPIENTS)), alone };
    }
    const plan = planOf(tree, "positive");
    const draw = formsOf(plan);
    const whole = await copied(tree, draw("recipient 7"));
    const texts = async (): Promise<ReadonlyMap<string, string> | null> => {
      switch (kind) {
        case "formatted":
          return formatted(whole, tree.language);
        case "renamed and laid out anew":
          return edited(whole, tree.language, 0);
        case "quarter edited":
          return edited(whole, tree.language, 0.25);
        case "six tenths edited":
          return edited(whole, tree.language, 0.6);
        case "a quarter of the files": {
          const draw = prng("assay-copies-study files", name);
          return new Map([...edited(whole, tree.language, 0)].filter(() => draw.below(4) === 0));
        }
        case "two recipients mixed": {
          const other = await copied(tree, draw("recipient 8"));
          const source = prng("assay-copies-study mixed", name);
          return new Map([...whole].map(([path, text]) => [path, source.below(2) === 0 ? text : other.get(path)!]));
        }
        default:
          return whole;
      }
    };
    const suspected = await texts();
    if (suspected === null) return { places: kinds.length, read: -1, log10P: 0 };
    const reading = readPlaces(placed, await shownPlaces(treeOfTexts(suspected)));
    const traced = traceCopies(plan.recipients, draw, reading, kinds);
    const mixed = kind === "two recipients mixed";
    const guilty = new Set(mixed ? ["recipient 7", "recipient 8"] : ["recipient 7"]);
    const reached = traced.filter((each) => each.log10P + Math.log10(RECIPIENTS) <= LEVEL).map((each) => each.name);
    const read = reading.filter((said) => said !== null).length;
    return {
      places: kinds.length,
      read,
      log10P: Math.min(0, traced[0]!.log10P + Math.log10(RECIPIENTS)),
      named: reached.length > 0 && reached.every((each) => guilty.has(each)),
      agreed: traced.find((each) => each.name === "recipient 7")!.agreements,
    };
  },
  hit: ({ log10P, named }) => named ?? log10P <= LEVEL,
  summarise: ({ nulls, positives, all }) => {
    const json = summary(nulls, positives, all);
    return { json, tables: tables(json) };
  },
});

const round = (x: number) => Math.round(x * 100) / 100;

function summary(
  nulls: readonly Row<Case, Result>[],
  positives: readonly Row<Case, Result>[],
  all: readonly Row<Case, Result>[],
) {
  const accused = nulls.filter(({ result }) => result.log10P <= LEVEL).length;
  const found = positives.filter(({ result }) => result.named).length;
  const levels = [-1, -2, -3, -4].map((level) => ({
    log10Level: level,
    expectedMost: round(nulls.length * 10 ** level),
    oneRecipient: nulls.filter(({ result }) => result.alone! <= level).length,
    bestOfAll: nulls.filter(({ result }) => result.log10P <= level).length,
  }));
  const suspects = SUSPECTS.map((suspect) => {
    const of = nulls.filter((row) => row.case.suspect === suspect);
    const reads = of.map(({ result }) => result.read).sort((a, b) => a - b);
    return {
      suspect,
      keys: of.length,
      medianRead: reads[reads.length >> 1] ?? 0,
      atOneInTen: of.filter(({ result }) => result.alone! <= -1).length,
      atOneInHundred: of.filter(({ result }) => result.alone! <= -2).length,
      smallest: round(Math.min(0, ...of.map(({ result }) => result.log10P))),
    };
  });
  const ladder = LADDER.map((kind) => {
    const rows = all.filter((row) => row.case.kind === kind && row.result.read >= 0);
    return {
      kind,
      languages: LANGUAGES.map((language) => {
        const of = rows.filter((row) => row.case.tree.startsWith(`${language}/`));
        const [places, read, agreed] = [
          of.map(({ result }) => result.places),
          of.map(({ result }) => result.read),
          of.map(({ result }) => result.agreed ?? 0),
        ].map((values) => values!.reduce((sum, one) => sum + one, 0)) as [number, number, number];
        return {
          language,
          trees: of.length,
          named: of.filter(({ result }) => result.named).length,
          places,
          read,
          agreed,
        };
      }).filter(({ trees }) => trees > 0),
    };
  });
  return {
    type: "assay/validation/v1",
    method: COPY_METHOD.id,
    methodVersion: COPY_METHOD.version,
    page: "validation/code-recipient-copy.md",
    // A key is drawn afresh for each, so each is a family of its own; positives by tree.
    nulls: { pairs: nulls.length, families: nulls.length, accusedPairs: accused, accusedFamilies: accused },
    positives: { pairs: positives.length, families: positives.length, foundPairs: found, foundFamilies: found },
    // The hundred smallest of the nulls: none is left out that says anything.
    nullLog10P: nulls
      .map(({ result }) => round(result.log10P))
      .sort((a, b) => a - b)
      .slice(0, 100),
    positiveLog10P: positives.map(({ result }) => round(result.log10P)),
    recipients: RECIPIENTS,
    levels,
    suspects,
    ladder,
  };
}

function tables({ levels, suspects, ladder }: ReturnType<typeof summary>): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const head = (cells: readonly string[]) => [line(cells), `|${cells.map(() => "---|").join("")}`];
  return [
    ...head(["level", "keys below it at most", "one recipient", "best of 100, paid"]),
    ...levels.map((each) => line([`10^${each.log10Level}`, each.expectedMost, each.oneRecipient, each.bestOfAll])),
    "",
    ...head([
      "suspect of a null",
      "keys",
      "places read (median)",
      "one recipient at 0.1",
      "at 0.01",
      "smallest log10 p, paid",
    ]),
    ...suspects.map((each) =>
      line([each.suspect, each.keys, each.medianRead, each.atOneInTen, each.atOneInHundred, each.smallest]),
    ),
    "",
    ...head(["copy", ...LANGUAGES.map((language) => `${language}: named; read, agreed of places`)]),
    ...ladder.map(({ kind, languages }) =>
      line([
        kind,
        ...LANGUAGES.map((language) => {
          const of = languages.find((each) => each.language === language);
          return of ? `${of.named} of ${of.trees}; ${of.read}, ${of.agreed} of ${of.places}` : "–";
        }),
      ]),
    ),
    "",
  ].join("\n");
}
