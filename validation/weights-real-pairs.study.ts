/**
 * Pairs of real models through the built command, as a stranger would run it: children that were made of a real model
 * as people make them (materials/makers/real_children.py), encoders that ship in packages (real_models.py), and
 * models of other makers. One pass, one line a pair; resumable. What a pair is must stand in `pairs.json` of the folder
 * of children or in the lists below; where a maker documents no relation, none is claimed.
 *
 *   npm run build && node validation/weights-real-pairs.study.ts --models FOLDER --children FOLDER --cache FILE
 *     [--python PYTHON] [--write]
 *
 * With `--python` (torch, safetensors, scipy) the published statistics of the same pairs are asked besides
 * (bench/baselines/peers.py) and kept in FILE.published; their parents are the maker's rows `as-fetched`.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { COMBINED_TEST_ID } from "../dist/finding/coherence.js";
import type { Finding } from "../dist/finding/finding.js";
import { ENCODER_PAIRS, MAKERS_PAIRS, type OverDepth, type RealPair, type RealRow } from "./study/real-pairs.ts";
import { realPairsDepth } from "./study/real-pairs-depth.ts";
import { realPairsPage } from "./study/real-pairs-page.ts";
import type { Published } from "./study/real-pairs-published.ts";

/** Says at its end what processor time the process took, all its threads. */
const COUNTED = `data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write("\\nprocessor seconds "+Math.round((user+system)/1e6)+"\\n")})`;

/** Of the blocks every tenth is asked by Zhu et al.'s statistics: an assignment of thousands of units takes seconds. */
const EVERY = 10;

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "" },
    children: { type: "string", default: "" },
    cache: { type: "string", default: "real-pairs.jsonl" },
    python: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const linesOf = <T>(file: string): T[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T)
    : [];
const rows = linesOf<RealRow>(values.cache);
const published = linesOf<Published>(`${values.cache}.published`);
if (values.write) {
  writeFileSync(new URL("weights-real-pairs.md", import.meta.url), realPairsPage(rows, published));
  writeFileSync(new URL("weights-real-pairs.depth.svg", import.meta.url), realPairsDepth(rows));
} else {
  for (const pair of [...ENCODER_PAIRS, ...MAKERS_PAIRS, ...ofOneTool(childrenOf(values.children))]) run(pair);
  if (values.python) askPublished();
}

/** What the maker wrote of each child. */
function childrenOf(folder: string): RealPair[] {
  const path = join(folder, "made.json");
  if (!existsSync(path)) return [];
  const made = JSON.parse(readFileSync(path, "utf8")) as Record<
    string,
    { of: string; how: string; loss: number; parentLoss: number }
  >;
  return Object.entries(made).map(([name, { of, how, loss, parentLoss }]) => ({
    reference: of,
    suspect: name,
    relation: "taken",
    how,
    loss: [parentLoss, loss],
  }));
}

/** The children, each followed by the pairs that the same tool made of models of other makers: innocents. */
function ofOneTool(children: readonly RealPair[]): RealPair[] {
  const tool = ({ reference, suspect }: RealPair) => suspect.slice(reference.length + 1);
  return children.flatMap((child, at) => [
    child,
    ...children
      .slice(0, at)
      .filter((other) => other.reference !== child.reference && tool(other) === tool(child))
      // The parents themselves are pairs of their own.
      .filter((other) => tool(other) !== "as-fetched")
      .map(
        (other): RealPair => ({
          reference: other.suspect,
          suspect: child.suspect,
          relation: "apart",
          how: `two makers' models, both: ${child.how}`,
        }),
      ),
  ]);
}

function run(pair: RealPair): void {
  if (rows.some((row) => row.reference === pair.reference && row.suspect === pair.suspect)) return;
  const sides = [pair.reference, pair.suspect].map(pathOf);
  if (!sides.every((side) => side !== null)) return;
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      COUNTED,
      "dist/command/main.js",
      "examine",
      "weights",
      ...(sides as string[]),
      "--json",
      "--quiet",
      "--threads",
      "2",
    ],
    { cwd: join(import.meta.dirname, ".."), encoding: "utf8", maxBuffer: 2 ** 28, timeout: 3_600_000 },
  );
  const finding = stdout.split("\n").find((line) => line.startsWith("{"));
  if (finding === undefined) throw new Error(`${pair.suspect}: status ${status}: ${stderr.slice(0, 500)}`);
  const row = rowOf(pair, JSON.parse(finding) as Finding, secondsIn(stderr));
  rows.push(row);
  appendFileSync(values.cache, `${JSON.stringify(row)}\n`);
  process.stderr.write(`${row.reference} / ${row.suspect}: ${row.outcome} ${row.method} ${row.log10P}\n`);
}

/** What the published statistics say of pairs whose sides are folders that the peers read: one process, a line a pair. */
function askPublished(): void {
  const requests = rows.flatMap(({ reference, suspect }) => {
    if (published.some((each) => each.reference === reference && each.suspect === suspect)) return [];
    const [a, b] = [reference, suspect].map(folderOf);
    return a && b ? [JSON.stringify({ reference, suspect, a, b, every: EVERY, once: true })] : [];
  });
  if (requests.length === 0) return;
  const { status } = spawnSync(values.python, ["../bench/baselines/peers.py"], {
    cwd: import.meta.dirname,
    input: `${requests.join("\n")}\n`,
    stdio: ["pipe", openSync(`${values.cache}.published`, "a"), "inherit"],
  });
  if (status !== 0) throw new Error(`peers.py ended with ${status}`);
}

function folderOf(name: string): string | null {
  const folders = [name, `${name}-as-fetched`].map((each) => join(values.children, each));
  return folders.find((folder) => existsSync(join(folder, "model.safetensors"))) ?? null;
}

function pathOf(name: string): string | null {
  const places = [
    join(values.models, name),
    join(values.models, `${name}.gguf`),
    ...(values.children ? [join(values.children, name)] : []),
  ];
  return places.find((place) => existsSync(place)) ?? null;
}

function rowOf(pair: RealPair, finding: Finding, seconds: number | null): RealRow {
  const test = (id: string) => finding.tests.find((each) => each.id === id);
  const { permuted, rotated } = (finding.observations ?? {}) as {
    permuted?: Seen;
    rotated?: Seen & { tokens: { shared: number }; start?: { slope: number | null } };
  };
  return {
    ...pair,
    outcome: finding.outcome,
    method: finding.method.id,
    // Where a later stage spoke, the exact combination stands under its own name.
    log10P: (test("weights/unit-labels") ?? test(COMBINED_TEST_ID))?.log10P ?? 0,
    permuted: permuted ? overDepthOf(permuted) : null,
    rotated: rotated
      ? { ...overDepthOf(rotated), tokens: rotated.tokens.shared, slope: rotated.start?.slope ?? null }
      : null,
    reason: finding.reason,
    seconds,
  };
}

interface Seen {
  percent: number;
  log10P: number;
  layerPairs: { referenceLayer: number; agreeing: number; labels: number }[];
}

function overDepthOf({ percent, log10P, layerPairs }: Seen): OverDepth {
  return {
    percent,
    log10P,
    depth: layerPairs.map(({ referenceLayer, agreeing, labels }) => [referenceLayer, agreeing, labels]),
  };
}

/** What the command's process says of itself when it ends. */
function secondsIn(stderr: string): number | null {
  const found = /processor seconds (\d+)$/m.exec(stderr);
  return found ? Number(found[1]) : null;
}
