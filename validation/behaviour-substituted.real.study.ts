/**
 * Small public language models at a completions interface: honest hosts of each beside its controls, and what else may
 * answer. Answers are those of materials/makers/sample_real_endpoints.py in FOLDER, one file a model. So few models are no
 * reference class: this carries no outcome, and says nothing of their makers.
 *
 *   npm run build && node validation/behaviour-substituted.real.study.ts FOLDER
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { gather, readHonest } from "../dist/labs/behaviour/substituted/gather.js";
import { judgeEndpoint, type Learned, learnHosts } from "../dist/labs/behaviour/substituted/judge.js";
import { SUBSTITUTED, SUBSTITUTED_METHOD } from "../dist/labs/behaviour/substituted/method.js";

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node validation/behaviour-substituted.real.study.ts FOLDER");

type Texts = string[][];
interface Sampled {
  prompts: string[];
  tokens: number;
  conditions: Record<string, { role: "control" | "honest" | "other"; texts: Texts }>;
}
const models = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => ({
    name: name.slice(0, -5),
    ...(JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as Sampled),
  }));
/** Answers to a prompt of an endpoint, and endpoints of a model and habit. */
const REQUESTS = 4;
const ENDPOINTS = 16;

type Draw = (below: number) => number;
/** `count` of a prompt's answers, none twice. */
function some<T>(answers: readonly T[], count: number, draw: Draw): T[] {
  const left = [...answers];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(draw(left.length), 1)[0]!);
}
const take = (texts: Texts, count: number, draw: Draw): Texts => texts.map((answers) => some(answers, count, draw));

/** What a host does to the reference's texts. */
const TEXT_HABITS: Record<string, (text: string, draw: Draw, prompt: string, first: string) => string> = {
  "a cache that gives the first answer again": (_, __, ___, first) => first,
  "a cache that is hit by half of the requests": (text, draw, _, first) => (draw(2) ? first : text),
  "the prompt said again before the answer": (text, _, prompt) => prompt + text,
  "blanks taken off both ends": (text) => text.trim(),
  "cut after 8 bytes": (text) => Buffer.from(text).subarray(0, 8).toString("utf8"),
  "stopped at a full stop": (text) => text.split(".")[0]!,
  "stopped at a newline": (text) => text.split(/(?<=\S)\n/)[0]!,
  "every word followed by two blanks": (text) => text.replaceAll(" ", "  "),
  "every twentieth answer replaced by a notice": (text, draw) => (draw(20) ? text : "This request was blocked."),
};

function judgeOf({ prompts, conditions }: Sampled) {
  const words = new Map(prompts.map((text, p) => [String(p), text]));
  const recorded = (texts: Texts) =>
    texts.flatMap((answers, p) =>
      answers.map((text, sample) => ({ promptId: String(p), sample, text, unanswered: false })),
    );
  const controls = Object.entries(conditions).filter(([, { role }]) => role === "control");
  const honest = readHonest(
    controls.map(([name, { texts }], i) => ({
      name,
      kind: i === 0 ? ("reference" as const) : ("host" as const),
      records: recorded(texts),
    })),
    words,
    true,
  );
  const learned = new Map<string, Learned>();
  return (texts: Texts, seed: string) => {
    const gathered = gather(honest, { name: "endpoint", records: recorded(texts) }, null);
    if ("refused" in gathered) return null;
    const key = gathered.prompts.join(" ");
    const known = learned.get(key) ?? learnHosts(gathered, "real");
    learned.set(key, known);
    return judgeEndpoint(known, gathered, seed);
  };
}

const round = (value: number) => Math.round(1e3 * value) / 1e3;
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
const rows: {
  model: string;
  kind: string;
  honest: boolean;
  requests: number;
  endpoints: number;
  refused: number;
  once: number;
  warned: number;
  accused: number;
  requestsMedian: number | null;
  worstLog10E: number;
}[] = [];

for (const { name: model, prompts, ...sampled } of models) {
  const judged = judgeOf({ prompts, ...sampled });
  const plain = sampled.conditions["as the reference"]!.texts;
  const run = (kind: string, honest: boolean, serve: (draw: Draw) => Texts) => {
    const row = { model, kind, honest, requests: 0, endpoints: 0, refused: 0, once: 0, warned: 0, accused: 0 };
    let worst = Number.NEGATIVE_INFINITY;
    const at: number[] = [];
    for (let e = 0; e < ENDPOINTS; e++) {
      const seed = `${model}/${kind}/${e}`;
      const source = prng("assay/substituted-real", seed);
      const texts = serve((below) => source.below(below));
      row.requests = texts.flat().length;
      row.endpoints++;
      const seen = judged(texts, seed);
      if (seen === null) {
        row.refused++;
        continue;
      }
      worst = Math.max(worst, seen.log10E);
      if (seen.repeats.onceAPrompt) row.once++;
      if (seen.log10E >= 3) row.warned++;
      if (seen.log10E < 6) continue;
      row.accused++;
      at.push(seen.course.find(({ log10E }) => log10E >= 6)!.requests);
    }
    rows.push({ ...row, requestsMedian: median(at), worstLog10E: Number.isFinite(worst) ? round(worst) : 0 });
  };
  for (const [kind, { role, texts }] of Object.entries(sampled.conditions))
    if (role !== "control") run(kind, role === "honest", (draw) => take(texts, REQUESTS, draw));
  for (const [kind, change] of Object.entries(TEXT_HABITS))
    run(kind, true, (draw) =>
      take(plain, REQUESTS, draw).map((answers, p) =>
        answers.map((text) => change(text, draw, prompts[p]!, answers[0]!)),
      ),
    );
  for (const other of models) {
    if (other.name === model) continue;
    const theirs = other.conditions["as the reference"]!.texts;
    run(`exchange for ${other.name}`, false, (draw) => take(theirs, REQUESTS, draw));
    for (const share of [5, 10, 20, 50])
      run(`${share} % of the answers by ${other.name}`, false, (draw) => {
        const [own, foreign] = [take(plain, 2 * REQUESTS, draw), take(theirs, 2 * REQUESTS, draw)];
        return own.map((answers, p) => answers.map((text, i) => (draw(100) < share ? foreign[p]![i]! : text)));
      });
  }
  process.stderr.write(`${model}\n`);
}

const total = (of: typeof rows, key: "endpoints" | "refused" | "once" | "warned" | "accused") =>
  of.reduce((sum, row) => sum + row[key], 0);
const honestRows = rows.filter(({ honest }) => honest);
const study = {
  type: "assay/behaviour/substituted-real/v1",
  method: SUBSTITUTED,
  methodVersion: SUBSTITUTED_METHOD.version,
  page: "validation/behaviour-substituted.md",
  measuredOn: new Date().toISOString().slice(0, 10),
  seeds: "prng domain assay/substituted-real, the model, the kind and a number",
  models: models.map(({ name }) => name),
  honest: {
    endpoints: total(honestRows, "endpoints"),
    refused: total(honestRows, "refused"),
    warned: total(honestRows, "warned"),
    accused: total(honestRows, "accused"),
  },
  rows,
};
writeFileSync("validation/behaviour-substituted-real.json", `${JSON.stringify(study, null, 1)}\n`);
for (const row of rows)
  process.stdout.write(
    `${row.model}, ${row.honest ? "honest" : "other"}, ${row.kind}: ${row.endpoints} of ${row.requests} requests, ${row.refused} refused, ${row.once} once a prompt, ${row.warned} warned of, ${row.accused} ${row.honest ? "accused" : "found"}${row.requestsMedian === null ? "" : ` (median ${row.requestsMedian})`}, largest ${row.worstLog10E}\n`,
  );
process.stdout.write(`${JSON.stringify(study.honest)}\n`);
