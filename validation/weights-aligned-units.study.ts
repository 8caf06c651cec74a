/**
 * The validation study of the aligned method: nulls by kind, power by row. Resumable: each pair's result is a line of
 * the cache, and a run stops after `--minutes`. With `--write` the committed files are made from the cache.
 *
 *   npm run build && node validation/weights-aligned-units.study.ts --zoo ../shared/zoo --extra FOLDER --own FOLDER \
 *     --cache FILE [--minutes N] [--shard K/N] [--only TEXT] [--write]
 *
 * `--extra` and `--own` are filled by materials/makers (train_bank, train_children; train_own_mlps), `--draws` by
 * train_structured (`--kinds one-draw --steps 60 --rate 2e-3`), `--features` by train_feature_students, `--starts` by
 * train_one_start. `--carried FILE`: nulls of an earlier version's study that none of what has changed since can touch,
 * since what is asked in addition is asked of pairs beyond α alone.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type SharedTokens, sharedTokens, TOKENS_PAIRED } from "../dist/alignment/shared-tokens.js";
import { FileReader } from "../dist/host/files.js";
import { openModel } from "../dist/host/model/open-model.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { align, LOG10_ENOUGH } from "../dist/labs/weights/alignment/align.js";
import { alignedStart } from "../dist/labs/weights/alignment/aligned-start.js";
import { canonicalModel } from "../dist/labs/weights/alignment/canonical.js";
import { ALIGNED_METHOD_VERSION } from "../dist/labs/weights/alignment/method.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import type { CanonicalTensor, Vocabulary } from "../dist/model/model.js";
import { asModel, type Held, held } from "../materials/weights/altered.ts";
import { disguise } from "../materials/weights/disguise.ts";
import { allPairs, type PairSpec } from "./study/aligned-pairs.ts";
import { type PairRow, writeStudy } from "./study/aligned-tables.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    extra: { type: "string", default: "" },
    own: { type: "string", default: "" },
    draws: { type: "string", default: "" },
    features: { type: "string", default: "" },
    starts: { type: "string", default: "" },
    carried: { type: "string" },
    cache: { type: "string", default: "aligned-study.jsonl" },
    minutes: { type: "string", default: "600" },
    shard: { type: "string", default: "0/1" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
const load = (tensor: CanonicalTensor) => compute.load(tensor.matrix);

const rows = cached();
const carried = new Set<string>(
  values.carried ? JSON.parse(readFileSync(values.carried, "utf8")).nullKinds.map(({ kind }: PairSpec) => kind) : [],
);
const { zoo, extra, own: ownMlps, draws, features, starts } = values;
const specs = allPairs({ zoo, extra, ownMlps, draws, features, starts }).filter(
  ({ kind, derived }) => derived || !carried.has(kind),
);
if (values.write) writeStudy(specs, rows, new URL(".", import.meta.url).pathname, values.carried);
else await run();
await files.close();

async function run(): Promise<void> {
  const until = Date.now() + Number(values.minutes) * 60_000;
  const [shard, shards] = values.shard.split("/").map(Number) as [number, number];
  const wanted = specs.filter(({ id }) => id.includes(values.only));
  const mine = wanted.filter((_, i) => i % shards === shard);
  for (const [at, spec] of mine.entries()) {
    if (rows.has(spec.id)) continue;
    if (Date.now() > until) break;
    const row = await pair(spec);
    appendFileSync(values.cache, `${JSON.stringify(row)}\n`);
    process.stderr.write(`${at + 1}/${mine.length} ${row.id.slice(0, 90)} ${row.log10P} ${row.log10PUntolerant}\n`);
  }
}

async function pair(spec: PairSpec): Promise<PairRow> {
  const reference = await open(spec.reference);
  const parts = await Promise.all(spec.parts.map(open));
  const made = asModel(
    spec.make(
      parts.map(({ held: h }) => h),
      spec.id,
    ),
    spec.id,
  );
  const vocabulary = parts[0]!.vocabulary;
  const suspect = spec.disguise ? await disguise(made.model, made.load, spec.id) : { ...made, tokens: null };
  const started = process.cpuUsage();
  const models = {
    reference: await canonicalModel(reference.held.model, load),
    suspect: await canonicalModel(suspect.model, suspect.load),
  };
  const result = await align({
    ...models,
    tokens: spec.tokens ? known(reference, vocabulary, suspect.model.vocabulary, suspect.tokens) : null,
    seed: SEED_DEFAULT,
    compute,
    onProgress: () => {},
  });
  const found = result.layerPairs.filter((layer) => layer.log10P <= LOG10_ENOUGH);
  const inOrder = [models.reference, models.suspect].map(({ layers }) => layers.map((_, n) => n));
  const start =
    found.length > 0 ? await alignedStart(models, result.rotation, found, [inOrder[0]!, inOrder[1]!], compute) : null;
  const { user, system } = process.cpuUsage(started);
  const { agreeing, pairs, labels, log10P, log10PUntolerant, mode } = result;
  const layers = result.layerPairs.filter((p) => p.log10P <= -6).length;
  const seconds = Math.round((user + system) / 1e4) / 100;
  return {
    id: spec.id,
    version: ALIGNED_METHOD_VERSION,
    mode,
    agreeing,
    pairs,
    labels,
    log10P,
    log10PUntolerant,
    layers,
    seconds,
    ...(start ? { start } : {}),
  };
}

interface Opened {
  held: Held;
  vocabulary: Vocabulary | null;
}

async function open(path: string): Promise<Opened> {
  const { reading, vocabulary } = await openModel(path);
  if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
  return { held: await held(reading.model, load), vocabulary };
}

/** Tokens of the same string, the suspect's under the ids that its disguise gave them. */
function known(
  reference: Opened,
  vocabulary: Vocabulary | null,
  suspectRows: number,
  renamed: Uint32Array | null,
): SharedTokens | null {
  // The bank's models share the tokenizer that its children carry.
  const mine = reference.vocabulary ?? vocabulary;
  if (!mine || !vocabulary) return null;
  const now = renamed ? new Map([...vocabulary].map(([token, id]) => [token, renamed[id]!] as const)) : vocabulary;
  const both = { reference: mine, suspect: now };
  return sharedTokens(both, reference.held.model.vocabulary, suspectRows, TOKENS_PAIRED, SEED_DEFAULT);
}

function cached(): Map<string, PairRow> {
  if (!existsSync(values.cache)) return new Map();
  const lines = readFileSync(values.cache, "utf8").split("\n").filter(Boolean);
  const found = lines.map((line) => JSON.parse(line) as PairRow).filter((r) => r.version === ALIGNED_METHOD_VERSION);
  return new Map(found.map((row) => [row.id, row]));
}
