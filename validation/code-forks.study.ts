/**
 * Documented forks and ports. Forks: packages of PyPI whose own pages say that they were forked from, or took over, another
 * package (materials/code/forks.tsv), each against that package as its maker published it: the original as claimant, the
 * fork as suspect, by the rule of a finding, what is set aside included, and an index of the judging makers of the study
 * of the method. Makers who hold a fifth or more of either side are left out of the index, as an examination's --leave-out
 * would. Ports: packages that say they carry another into another language (materials/code/translations.tsv), asked
 * whether any print of the one is a print of the other. Prints fold their language in and two languages' tokens differ, so
 * that none can be but by chance: this counts it. Two trees without a common language are `refused`.
 *
 *   FORKS/NAME holds what `pip download --no-deps NAME==VERSION` gave, unzipped; PORTS/LANGUAGE/NAME likewise
 *   node validation/code/print-makers.ts PORTS PORTPRINTS
 *   npm run study -- code-forks --forks FORKS --prints PRINTS/python --ports PORTPRINTS --write
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { namesOf, setAside, usualOf } from "../dist/labs/code/aside.js";
import { printTree } from "../dist/labs/code/host/printed-tree.js";
import { readSourceTree, treeOf } from "../dist/labs/code/host/source-tree.js";
import { METHOD, PRINT_TOKENS, STUDY_NULL } from "../dist/labs/code/method.js";
import { bothWays } from "../dist/labs/code/prints/both-ways.js";
import type { Maker } from "../dist/labs/code/prints/containment.js";
import { printSet } from "../dist/labs/code/prints/prints.js";
import { loadMakers } from "./code/shared-prints.ts";
import { defineStudy } from "./runner/study.ts";

/** Of each side, by digest, as many files as the study of the method reads of a maker. */
const FILES_MAX = 80;
const LEFT_OUT_SHARE = 0.2;

interface Case {
  kind: "fork" | "port";
  /** Name and version; of a port with its language before it. */
  original: string[];
  made: string[];
}
type Result = Fork | Port;
interface Fork {
  statistic: number;
  /** Files of the fork that say they come from a third source, of so many read. */
  aside: number;
  files: number;
  /** Makers left out of the index. */
  leftOut: string[];
}
interface Port {
  /** Prints of the one that are prints of the other, of so many of both. */
  shared: number;
  prints: number;
}

const table = (name: string): string[][] =>
  readFileSync(join(import.meta.dirname, "..", "materials", "code", name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
let folders = { forks: "", prints: "", ports: "" };
let index: Maker[] | null = null;

export default defineStudy<Case, Result, never>({
  id: "code-forks",
  method: null,
  materials: {
    forks: { what: "folder of the packages of materials/code/forks.tsv, unzipped" },
    prints: { what: "folder of Python's judging makers that validation/code/print-makers.ts wrote" },
    ports: { what: "folder of the packages of materials/code/translations.tsv, printed likewise" },
  },
  kinds: [
    { name: "fork", counted: "no", why: "one language, and packages that say of themselves whom they come from" },
    { name: "port", counted: "no", why: "no finding is made of two languages: this counts what prints share" },
  ],
  cases({ forks, prints, ports }) {
    folders = { forks: forks!, prints: prints!, ports: ports! };
    return [
      ...table("forks.tsv").map(
        ([fork, version, original, of]): Case => ({
          kind: "fork",
          original: [original!, of!],
          made: [fork!, version!],
        }),
      ),
      ...table("translations.tsv").map(
        (row): Case => ({ kind: "port", original: row.slice(0, 3), made: row.slice(4, 7) }),
      ),
    ];
  },
  idOf: ({ kind, original, made }) => [kind, ...original, ...made].join(" "),
  run: async ({ kind, original, made }) => (kind === "fork" ? forkOf(original[0]!, made[0]!) : portOf(original, made)),
  summarise({ all }) {
    const forks = all.flatMap(({ case: one, result }) => ("statistic" in result ? [{ ...one, ...result }] : []));
    const ports = all.flatMap(({ case: one, result }) => ("shared" in result ? [{ ...one, ...result }] : []));
    const above = forks.filter(({ statistic }) => statistic > STUDY_NULL.bound);
    const json = {
      type: "assay/code-forks-study/v1",
      method: METHOD.id,
      methodVersion: METHOD.version,
      forks: { pairs: forks.length, above: above.length, bound: STUDY_NULL.bound },
      ports: {
        pairs: ports.length,
        sharing: ports.filter(({ shared }) => shared > 0).length,
        prints: ports.reduce((sum, { prints }) => sum + prints, 0),
      },
      rows: [...forks, ...ports],
    };
    const tables = [
      "| fork | of | score | files of the fork set aside, of | makers left out of the index |",
      "|---|---|---|---|---|",
      ...forks.map(
        (row) =>
          `| ${[row.made.join(" "), row.original.join(" "), row.statistic.toFixed(3), `${row.aside} of ${row.files}`, row.leftOut.join(", ") || "none"].join(" | ")} |`,
      ),
      "",
      "| port | of | prints of the one in the other | prints of both |",
      "|---|---|---|---|",
      ...ports.map((row) => `| ${[row.made.join(" "), row.original.join(" "), row.shared, row.prints].join(" | ")} |`),
      "",
    ].join("\n");
    return { json: json as never, tables };
  },
});

function makers(): Maker[] {
  index ??= loadMakers(folders.prints).map(({ maker, prints }) => {
    const sets = prints.map((each) => printSet(new Uint32Array(each.buffer)));
    return { maker, languages: new Set(["python" as const]), prints: (k: number) => sets[k]! };
  });
  return index;
}

async function printed(name: string) {
  const whole = await readSourceTree(join(folders.forks, name));
  const files = [...whole.files].sort((a, b) => (a.digest < b.digest ? -1 : 1)).slice(0, FILES_MAX);
  return printTree(treeOf(name, files), "units", () => {});
}

async function forkOf(original: string, fork: string): Promise<Fork> {
  const [claimant, suspect] = [await printed(original), await printed(fork)];
  const asideOurs = setAside(claimant, namesOf(claimant), usualOf(claimant));
  const asideTheirs = setAside(suspect, [...namesOf(claimant), ...namesOf(suspect)], usualOf(claimant, suspect));
  const ours = claimant.units.filter(({ path, language }) => language === "python" && !asideOurs.has(path));
  const theirs = suspect.units.filter(({ path, language }) => language === "python" && !asideTheirs.has(path));
  const { forward, turned } = bothWays(ours, theirs, makers());
  const kin = new Set(
    [forward, turned].flatMap(({ kin: of }) =>
      of.filter(({ share }) => share >= LEFT_OUT_SHARE).map(({ maker }) => maker),
    ),
  );
  const found = bothWays(
    ours,
    theirs,
    makers().filter(({ maker }) => !kin.has(maker)),
  );
  return {
    statistic: found.statistic,
    aside: asideTheirs.size,
    files: suspect.files,
    leftOut: [...kin].sort(),
  };
}

function portOf(original: readonly string[], made: readonly string[]): Port {
  let [shared, prints] = [0, 0];
  for (const tokens of PRINT_TOKENS) {
    const [a, b] = [original, made].map(([language, name]) => printsOf(language!, name!, tokens)) as [
      Set<bigint>,
      Set<bigint>,
    ];
    for (const print of a) if (b.has(print)) shared++;
    prints += a.size + b.size;
  }
  return { shared, prints };
}

/** Each print once. Zero fills the last places of a file, which hold none. */
function printsOf(language: string, name: string, tokens: number): Set<bigint> {
  const bytes = readFileSync(join(folders.ports, language, `${name}.${tokens}`));
  const all = new Set(new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
  all.delete(0n);
  return all;
}
