/**
 * False-alarm study of marks/present, in chunks that a busy machine bears:
 *   node validation/marks-false-alarms.study.ts --transcripts DIR --tokenizer node_modules/llama3-tokenizer-js \
 *     --cache corpus.bin --part kgw --keys 50 --seed a --out part.json
 * and, from the parts, the committed data and tables:
 *   node validation/marks-false-alarms.study.ts --part write --from part.json,another.json
 * (rows that stand already: --from validation/marks-false-alarms.jsonl,part.json).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadCorpus } from "../materials/texts/corpus.ts";
import {
  ALPHAS,
  type Counts,
  ENGINE_PARTS,
  engineFalseAlarms,
  kgwFalseAlarms,
  ratioByKey,
  synthIdFalseAlarms,
} from "./study/marks-false-alarms.ts";

const { values } = parseArgs({
  options: {
    transcripts: { type: "string" },
    tokenizer: { type: "string" },
    cache: { type: "string" },
    /** Named in the row where the texts are no model's answers. */
    kind: { type: "string" },
    part: { type: "string" },
    keys: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
    from: { type: "string" },
  },
});
interface Part extends Counts {
  part: string;
  tokenizer: string;
  texts: number;
  keys: number;
  seed: string;
}

async function count(): Promise<void> {
  const corpus = await loadCorpus(values.transcripts!, values.tokenizer!, values.cache!);
  const keys = Number(values.keys);
  const started = Date.now();
  const progress = (k: number) =>
    process.stderr.write(`\r${values.part} ${k}/${keys} ${((Date.now() - started) / 1000).toFixed(0)} s`);
  const counts = Object.hasOwn(ENGINE_PARTS, values.part!)
    ? engineFalseAlarms(corpus, values.part as keyof typeof ENGINE_PARTS, keys, values.seed!, progress)
    : values.part === "kgw"
      ? kgwFalseAlarms(corpus, 0.25, keys, values.seed!, progress)
      : synthIdFalseAlarms(
          corpus,
          values.part === "synthid-reference" ? "reference" : "transformers",
          keys,
          values.seed!,
          progress,
        );
  const result = {
    part: values.part,
    tokenizer: values.kind === undefined ? corpus.tokenizer : `${corpus.tokenizer}, ${values.kind}`,
    texts: corpus.texts.length,
    keys,
    seed: values.seed,
    ...counts,
  };
  writeFileSync(values.out!, `${JSON.stringify(result)}\n`);
  process.stderr.write("\n");
}

/** Parts of one scheme and tokenizer are one row. */
function write(): void {
  const lines = (path: string) => readFileSync(path, "utf8").split("\n").filter(Boolean);
  const parts = values.from!.split(",").flatMap((path) => lines(path).map((line) => JSON.parse(line) as Part));
  const names: Record<string, string> = {
    ...Object.fromEntries(Object.entries(ENGINE_PARTS).map(([part, { name }]) => [part, name])),
    kgw: "KGW lefthash, γ ¼",
    "synthid-transformers": "SynthID 30 layers, transformers",
    "synthid-reference": "SynthID 30 layers, reference",
  };
  const groups = new Map<string, Part>();
  for (const part of parts) {
    const name = `${part.part} ${part.tokenizer}`;
    const known = groups.get(name);
    if (!known) {
      groups.set(name, { ...part, byKey: [...part.byKey] });
      continue;
    }
    known.byKey.push(...part.byKey);
    known.keys += part.keys;
    known.tests += part.tests;
    known.seed += ` ${part.seed}`;
    for (const a of ALPHAS.keys()) {
      known.below[a]! += part.below[a]!;
      known.expected[a]! += part.expected[a]!;
    }
  }
  let table =
    "# False alarms of `marks/present`, text by text\n\nWritten by `validation/marks-false-alarms.study.ts --part write`. Tests at or below α, beside what the discrete exact law expects; in brackets their ratio and its 95 % interval with keys as families. Last columns: the key with most tests at or below 10⁻², as a multiple of the law's number; the smallest p of all tests.\n\n";
  table += `| mark, tokenizer | keys | tests | ${ALPHAS.map((alpha) => `≤ ${alpha.toExponential(0)}`).join(" | ")} | worst key | smallest p |\n|---|---|---|${"---|".repeat(ALPHAS.length)}---|---|\n`;
  for (const group of groups.values()) {
    const cells = ALPHAS.map((_, a) => {
      const { ratio, low, high } = ratioByKey(group, a);
      return `${group.below[a]} of ${group.expected[a]!.toFixed(1)} (${ratio.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)})`;
    });
    const worst = Math.max(
      ...group.byKey.map(({ below, tests }) => (below[0]! * group.tests) / (group.expected[0]! * tests)),
    );
    const smallest = Math.min(...group.byKey.map((key) => key.smallest));
    table += `| ${names[group.part]}, ${group.tokenizer} | ${group.keys} | ${group.tests} | ${cells.join(" | ")} | ${worst.toFixed(2)} | 10^${smallest.toFixed(1)} |\n`;
  }
  const here = new URL(".", import.meta.url).pathname;
  writeFileSync(`${here}marks-false-alarms.tables.md`, table);
  writeFileSync(
    `${here}marks-false-alarms.jsonl`,
    [...groups.values()].map((group) => `${JSON.stringify(group)}\n`).join(""),
  );
}

if (values.part === "write") write();
else await count();
