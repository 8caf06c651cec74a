/**
 * A study of innocents: makers who took nothing of each other and whom a rule for copies might accuse all the same. Every two
 * makers of a kind and a language of a table of materials/code, by the functions of an examination and the index of the
 * judging makers of the study of the method; then again with one, three and eight other makers of the kind in the index, as
 * `code corpus grow` would add them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Hex } from "../../dist/base/digest.js";
import { namesOf, setAside, usualOf } from "../../dist/labs/code/aside.js";
import { type PrintedTree, printTree } from "../../dist/labs/code/host/printed-tree.js";
import { readSourceTree, treeOf } from "../../dist/labs/code/host/source-tree.js";
import { METHOD, PRINT_TOKENS, STUDY_NULL } from "../../dist/labs/code/method.js";
import { type BothWays, bothWays } from "../../dist/labs/code/prints/both-ways.js";
import type { Maker } from "../../dist/labs/code/prints/containment.js";
import { joinSets, type PrintSet } from "../../dist/labs/code/prints/prints.js";
import type { Language } from "../../dist/labs/code/tokens/languages.js";
import { whyByName } from "../../dist/labs/code/tokens/names.js";
import { defineStudy } from "../runner/study.ts";
import { indexOf } from "./index-of.ts";

interface Innocents {
  id: string;
  /** File of materials/code: language, maker, package, version, digest, kind. */
  table: string;
  /** The first word of the table's kinds. */
  kinds: readonly string[];
  /** By kind of the table, in which languages suites of tests are asked too, under names that do not say so. */
  suites: Readonly<Record<string, readonly Language[]>>;
  /** Packages that say that they go on with, fork or copy the other: no innocents. */
  derived: readonly (readonly string[])[];
  /** What stands behind both sides of the pairs above the bound, by kind and language. */
  sources: Readonly<Record<string, string>>;
  /** Files of each side, by digest: the largest trees hold thousands. */
  filesMax: number;
  /** Makers, and pairs of them, of a kind and language, drawn by digest under the name `seed`. */
  makersMax: (kind: string) => number;
  pairsMax: (kind: string) => number;
  seed: string;
}
export interface Row {
  language: Language;
  maker: string;
  name: string;
  kind: string;
}
export interface Case {
  kind: string;
  /** As the table has it. */
  of: string;
  language: Language;
  suite: boolean;
  pair: readonly [Row, Row];
}
export interface Result {
  statistic: number;
  share: number;
  passage: number;
  /** Which unit or passage stands for the pair, of either side. */
  where: readonly string[];
  /** With so many others of the kind in the index. */
  grown: readonly number[];
}
export interface Summary {
  nulls: { pairs: number };
}
interface Group {
  key: string;
  trees: Map<string, PrintedTree>;
  wholes: Map<string, Maker>;
  index: Maker[];
}

const GROWN = [1, 3, 8] as const;

export function rowsOf(table: string): readonly Row[] {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "materials", "code", table), "utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => {
      const [language, maker, name, , , kind] = row.split("\t") as [Language, string, string, string, string, string];
      const folder = name
        .replace(/^(github|made):/, "")
        .replaceAll("/", "-")
        .replaceAll("@", "");
      return { language, maker, name: folder, kind };
    });
}

export function innocentsStudy({
  id,
  table,
  kinds,
  suites,
  derived,
  sources,
  filesMax,
  makersMax,
  pairsMax,
  seed,
}: Innocents) {
  let given = { innocents: "", prints: "" };
  let group: Group | null = null;
  const drawn = (text: string): string => sha256Hex(utf8(`${seed} ${text}`));
  const all = rowsOf(table);
  const before = (x: Row, y: Row): boolean => drawn(`${x.kind} ${x.name}`) < drawn(`${y.kind} ${y.name}`);
  const rows = all.filter(
    (row) =>
      all.filter((one) => one.kind === row.kind && one.language === row.language && before(one, row)).length <
      makersMax(row.kind),
  );

  /** Makers of one kind and language are printed once, and the index is asked for their prints alone. */
  async function groupOf({ of, language, suite }: Case): Promise<Group> {
    const key = `${of} ${language} ${suite}`;
    if (group?.key === key) return group;
    const trees = new Map<string, PrintedTree>();
    const wholes = new Map<string, Maker>();
    const all: PrintSet[][] = PRINT_TOKENS.map(() => []);
    for (const row of rows) {
      if (row.kind !== of || row.language !== language) continue;
      const tree = await printed(row, suite);
      trees.set(row.name, tree);
      const files = tree.units.filter(({ name, language: its }) => name === "" && its === language);
      const sets = PRINT_TOKENS.map((_, k) => joinSets(files.map(({ prints }) => prints[k]!)));
      for (const [k, set] of sets.entries()) all[k]!.push(set);
      wholes.set(row.name, { maker: row.name, languages: new Set([language]), prints: (k) => sets[k]! });
    }
    const index = indexOf(join(given.prints, language), language, all.map(joinSets));
    group = { key, trees, wholes, index };
    return group;
  }

  async function printed({ language, maker, name }: Row, suite: boolean): Promise<PrintedTree> {
    const whole = await readSourceTree(join(given.innocents, language, maker, name));
    const kept = suite
      ? whole.files
          .filter(({ path }) => whyByName(path) === "of tests")
          .map((file, i) => ({ ...file, path: `checks/checks-${i}${/\.\w+$/.exec(file.path)![0]}` }))
      : whole.files;
    const files = [...kept].sort((a, b) => (a.digest < b.digest ? -1 : 1)).slice(0, filesMax);
    return printTree(treeOf(name, files), "units", () => {});
  }

  return defineStudy<Case, Result, Summary>({
    id,
    method: null,
    materials: {
      innocents: { what: `folder of the packages of materials/code/${table}` },
      prints: { what: "folder of the judging makers that validation/code/print-makers.ts wrote" },
      language: { what: "one language alone, to run a part of it", optional: true },
    },
    kinds: kinds.map((name) => ({ name, counted: "null" })),
    cases(paths) {
      given = { innocents: paths.innocents!, prints: paths.prints! };
      const groups = new Map<string, { of: string; language: Language; suite: boolean; rows: Row[] }>();
      for (const row of rows)
        for (const suite of [false, true]) {
          if (paths.language !== undefined && row.language !== paths.language) continue;
          if (suite ? !suites[row.kind]?.includes(row.language) : row.kind.startsWith("tests")) continue;
          const key = `${row.kind} ${row.language} ${suite}`;
          const one = groups.get(key) ?? { of: row.kind, language: row.language, suite, rows: [] };
          groups.set(key, one);
          one.rows.push(row);
        }
      return [...groups.values()].flatMap(({ of, language, suite, rows: makers }): Case[] => {
        const pairs = makers.flatMap((a, i) => makers.slice(i + 1).map((b): [Row, Row] => [a, b]));
        const key = ([a, b]: readonly [Row, Row]) => drawn(`${of} ${language} ${a.name} ${b.name}`);
        return pairs
          .filter(
            ([a, b]) => a.maker !== b.maker && !derived.some((one) => one.includes(a.name) && one.includes(b.name)),
          )
          .sort((x, y) => (key(x) < key(y) ? -1 : 1))
          .slice(0, pairsMax(of))
          .map((pair) => ({ kind: suite ? "tests" : of.split("-")[0]!, of, language, suite, pair }));
      });
    },
    idOf: ({ of, language, suite, pair: [a, b] }) =>
      [of, language, suite ? "tests" : "source", a.name, b.name, METHOD.version].join(" "),
    async run(one) {
      const { trees, wholes, index } = await groupOf(one);
      const [a, b] = one.pair;
      const [claimant, suspect] = [trees.get(a.name)!, trees.get(b.name)!];
      const [ours, theirs] = [namesOf(claimant), namesOf(suspect)];
      const asideOurs = setAside(claimant, ours, usualOf(claimant));
      const asideTheirs = setAside(suspect, [...ours, ...theirs], usualOf(claimant, suspect));
      const of = (side: PrintedTree, aside: ReadonlySet<string>) =>
        side.units.filter(({ path, language }) => !aside.has(path) && language === one.language);
      const [unitsA, unitsB] = [of(claimant, asideOurs), of(suspect, asideTheirs)];
      const asked = (makers: readonly Maker[]): BothWays => bothWays(unitsA, unitsB, makers);
      const found = asked(index);
      const others = [...wholes.values()]
        .filter(({ maker }) => maker !== a.name && maker !== b.name)
        .sort((x, y) => (drawn(`${one.of} ${x.maker}`) < drawn(`${one.of} ${y.maker}`) ? -1 : 1));
      // A share may rise where more makers are known, as what is left of a unit may be what both have; not from far below.
      const grown = GROWN.map((more) =>
        found.statistic > STUDY_NULL.bound / 2
          ? asked([...index, ...others.slice(0, more)]).statistic
          : found.statistic,
      );
      const [passage] = found.passages;
      const where = found.byPassage
        ? [passage!.ours, passage!.theirs].map(({ unit, line, last }) => `${unit.path}:${line}-${last}`)
        : [found.forward, found.turned].flatMap(({ top }) =>
            top ? `${top.unit.path}:${top.unit.line} ${top.unit.name}` : [],
          );
      const share = Math.min(found.forward.max, found.turned.max);
      return { statistic: found.statistic, share, passage: passage?.score ?? 0, where, grown };
    },
    hit: ({ statistic }) => statistic > STUDY_NULL.bound,
    summarise({ nulls }) {
      const said = new Map<string, (typeof nulls)[number][]>();
      for (const row of nulls) {
        const { of, language, suite } = row.case;
        const key = `${suite ? `tests of ${of}` : of} | ${language}`;
        said.set(key, [...(said.get(key) ?? []), row]);
      }
      const above = ({ statistic }: Result) => statistic > STUDY_NULL.bound;
      const lines = [...said].sort().map(([key, some]) => {
        const makers = new Set(some.flatMap(({ case: { pair } }) => pair.map(({ maker }) => maker))).size;
        const high = some.filter(({ result }) => above(result));
        const source = high.length > 0 ? sources[key.replace(" | ", " ")] : undefined;
        const largest = Math.max(0, ...some.map(({ result }) => result.statistic));
        const grown = GROWN.map((_, g) => some.filter(({ result }) => result.grown[g]! > STUDY_NULL.bound).length);
        const cells = [key, makers, Math.floor(makers / 2), some.length, high.length];
        return `| ${[...cells, high.filter(({ result }) => result.share > STUDY_NULL.bound).length, largest.toFixed(3), ...grown, source ?? ""].join(" | ")} |`;
      });
      const tables = [
        `| kind | language | makers | disjoint | pairs | above ${STUDY_NULL.bound}, unread | of these by a share | largest | above with ${GROWN.join(" | with ")} more of the kind | what both have |`,
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        ...lines,
        "",
      ].join("\n");
      const json = {
        type: "assay/code-innocents-study/v1",
        method: METHOD.id,
        methodVersion: METHOD.version,
        nulls: {
          pairs: nulls.length,
          above: nulls.filter(({ result }) => above(result)).length,
          bound: STUDY_NULL.bound,
        },
        rows: nulls
          .filter(({ result }) => result.statistic > 0)
          .map(({ case: { of, language, suite, pair }, result }) => [
            suite ? `tests of ${of}` : of,
            language,
            ...pair.map(({ name }) => name),
            result.statistic,
            result.share,
            result.passage,
            ...(above(result) ? [result.where] : []),
          ]),
      };
      return { json: json as unknown as Summary, tables };
    },
  });
}
