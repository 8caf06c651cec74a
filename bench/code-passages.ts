/**
 * What passages cost beside the rest of an examination of code: two trees are printed, and asked of each other by an index of
 * makers (bothWays, as an examination does it) with enough makers for passages and with too few, in turns, in one process.
 * Processor time, so that a busy machine changes little. Writes bench/code-passages.md.
 *
 *   npm run build && node bench/code-passages.ts OURS THEIRS PRINTS
 *
 * OURS and THEIRS hold Python; PRINTS is Python's folder as validation/code/print-makers.ts writes it. What stands in
 * code-passages.md was measured on 33 folders of transformers/models that both transformers 4.46.3 and
 * adapter-transformers 3.2.1.post0 hold: albert, bart, beit, bert, big_bird, blenderbot, bloom, camembert, clip, codegen,
 * convbert, ctrl, deberta, deit, distilbert, electra, encoder_decoder, flaubert, fnet, gpt2, gptj, longformer, m2m_100,
 * marian, mbart, mpnet, mt5, pegasus, roberta, t5, vit, xlm, xlnet.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { printTree } from "../dist/labs/code/host/printed-tree.js";
import { readSourceTree } from "../dist/labs/code/host/source-tree.js";
import { PASSAGE_MAKERS_MIN, PRINT_TOKENS } from "../dist/labs/code/method.js";
import { bothWays } from "../dist/labs/code/prints/both-ways.js";
import type { Maker } from "../dist/labs/code/prints/containment.js";
import { printSet } from "../dist/labs/code/prints/prints.js";

const TURNS = 3;
const [ours, theirs, prints] = process.argv.slice(2) as [string, string, string];
const load = loadavg()[0]!;

function cost<T>(work: () => T): [T, number] {
  const start = process.cpuUsage();
  const made = work();
  const { user, system } = process.cpuUsage(start);
  return [made, (user + system) / 1e6];
}

async function read(folder: string) {
  const start = process.cpuUsage();
  const tree = await readSourceTree(folder);
  const { units } = await printTree(tree, "units", () => {});
  const { user, system } = process.cpuUsage(start);
  const lines = tree.files.reduce((sum, { bytes }) => sum + bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0), 0);
  return { units, lines, seconds: (user + system) / 1e6 };
}

const names = readdirSync(prints).filter((name) => name.endsWith(".json"));
const makers = names.slice(0, PASSAGE_MAKERS_MIN).map((name): Maker => {
  const sets = PRINT_TOKENS.map((tokens) => {
    const bytes = readFileSync(join(prints, name.replace(".json", `.${tokens}`)));
    return printSet(new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
  });
  return { maker: name.slice(0, -5), languages: new Set(["python"]), prints: (k) => sets[k]! };
});
const [a, b] = [await read(ours), await read(theirs)];
const took = { with: 0, without: 0, passages: 0 };
for (let turn = 0; turn < TURNS; turn++) {
  const [found, all] = cost(() => bothWays(a.units, b.units, makers));
  const [, fewer] = cost(() => bothWays(a.units, b.units, makers.slice(1)));
  took.with += all / TURNS;
  took.without += fewer / TURNS;
  took.passages = found.passages.length;
}
const printing = a.seconds + b.seconds;
const seconds = (value: number): string => `${value.toFixed(2)} s`;
writeFileSync(
  join(import.meta.dirname, "code-passages.md"),
  `<!-- Written by bench/code-passages.ts; do not edit. -->
# What passages cost

\`npm run build && node bench/code-passages.ts OURS THEIRS PRINTS\` on ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}; load ${load.toFixed(1)} when it began. Processor time; ${TURNS} turns each.

Two trees of ${a.lines.toLocaleString("en-GB")} and ${b.lines.toLocaleString("en-GB")} lines of Python, one a fork of the other, with ${took.passages} passages listed.

| what | processor time |
| --- | --- |
| both trees read and printed | ${seconds(printing)} |
| asked of each other, index of ${makers.length} makers: with passages | ${seconds(took.with)} |
| the same, index of ${makers.length - 1}: without | ${seconds(took.without)} |

Passages add ${seconds(took.with - took.without)}: ${(((took.with - took.without) / (printing + took.without)) * 100).toFixed(0)} % of an examination without them.
`,
);
