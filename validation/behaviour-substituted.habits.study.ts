/**
 * Honest hosts of a completions interface with habits that no control has: `behaviour/substituted` must not accuse them.
 * Answers are those of materials/makers/{sample_endpoints,sample_habits}.py in FOLDER (a model that the second has not sampled lacks those rows); what a host does to texts alone
 * (a cache, a filter, retries, quotes, cut bytes) is done here. Exchanges for other weights stand beside, judged alike.
 *
 *   npm run build && node validation/behaviour-substituted.habits.study.ts FOLDER [part K N | merge N]
 *
 * `part` judges every Nth model into FOLDER/habits-K.json, and `merge` writes
 * validation/behaviour-substituted-habits-trained.json and .tables.md (of set 1: -fresh) of all N; without either, one does both.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { gather, readHonest } from "../dist/labs/behaviour/substituted/gather.js";
import { judgeEndpoint, learnHosts } from "../dist/labs/behaviour/substituted/judge.js";
import { SUBSTITUTED, SUBSTITUTED_METHOD } from "../dist/labs/behaviour/substituted/method.js";

const [folder, mode, first, second] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node validation/behaviour-substituted.habits.study.ts FOLDER");

const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const {
  prompts,
  tokens,
  vocabulary,
  conditions,
  set = 0,
} = read(`${folder}/conditions.json`) as {
  prompts: number[][];
  tokens: number;
  vocabulary: string[];
  conditions: { name: string; role: string; samples: number }[];
  set?: number;
};
const { habits, samples } = read(`${folder}/habits/conditions.json`) as {
  habits: { name: string; tokens: number }[];
  samples: number;
};
/** Answers to a prompt of one endpoint: 240 requests; drawn anew for each of so many endpoints of a model and habit. */
const REQUESTS = 4;
const ENDPOINTS = 16;
/** One endpoint of every model and habit gives all answers that there are. */
const LONG = samples;

/** By prompt, by sample, by token. */
type Pieces = string[][][];
type Texts = string[][];
type Draw = (below: number) => number;

const piece = (id: number) => vocabulary[id]!;
const said = (pieces: readonly string[]) => bytesToText(pieces.join(""));
/** A byte-level vocabulary's letters for bytes. */
const BYTES = new Map<string, number>();
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printed = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  BYTES.set(String.fromCodePoint(printed ? byte : next++), byte);
}
function bytesToText(letters: string): string {
  return Buffer.from([...letters].map((letter) => BYTES.get(letter)!)).toString("utf8");
}

function piecesOf(path: string, rows: readonly { name: string; samples: number; tokens: number }[]) {
  const bytes = readFileSync(path);
  const ids = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  let at = 0;
  return new Map(
    rows.map((row): [string, Pieces] => [
      row.name,
      prompts.map(() =>
        Array.from({ length: row.samples }, () => Array.from({ length: row.tokens }, () => piece(ids[at++]!))),
      ),
    ]),
  );
}

function habitFile(model: string): string {
  return `${folder}/habits/${model}.u16`;
}

/** What sample_endpoints.py served of one model, and what sample_habits.py did; a model may lack the latter. */
const held = new Map<string, { controls: Map<string, Pieces>; habits: Map<string, Pieces> }>();
function ofModel(model: string) {
  const known = held.get(model);
  if (known) return known;
  const made = {
    controls: piecesOf(
      `${folder}/${model}.u16`,
      conditions.map((row) => ({ ...row, tokens })),
    ),
    habits: existsSync(habitFile(model))
      ? piecesOf(
          habitFile(model),
          habits.map((row) => ({ ...row, samples })),
        )
      : new Map<string, Pieces>(),
  };
  held.set(model, made);
  return made;
}

const textsOf = (pieces: Pieces): Texts => pieces.map((answers) => answers.map(said));
/** `count` of a prompt's answers, none twice. */
function some<T>(answers: readonly T[], count: number, draw: Draw): T[] {
  const left = [...answers];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(draw(left.length), 1)[0]!);
}
const promptTexts = prompts.map((row) => said(row.filter((id) => id > 1).map(piece)));

/** One honest endpoint's answers, by prompt, with `count` of them to each. */
type Serve = (of: (habit: string) => Pieces, count: number, draw: Draw) => Texts;
const plainly: Serve = (of, count, draw) => textsOf(of("plain").map((answers) => some(answers, count, draw)));
const each =
  (change: (text: string, draw: Draw, prompt: number) => string): Serve =>
  (of, count, draw) =>
    plainly(of, count, draw).map((answers, p) => answers.map((text) => change(text, draw, p)));
const CHARACTERS_OF_TYPE: readonly [RegExp, string][] = [
  [/"([^"]*)"/g, "“$1”"],
  [/'/g, "’"],
  [/--?/g, "–"],
  [/\.\.\./g, "…"],
];
const cutBytes = (text: string, bytes: number) => Buffer.from(text).subarray(0, bytes).toString("utf8");
const NOTICES = [
  "I can't help with that.",
  "This request was blocked by our policy.",
  "Sorry, something went wrong.",
  "The answer was removed.",
];
/** A cache before the model: an answer that is held is given again with this chance. */
const cached =
  (chance: number): Serve =>
  (of, count, draw) =>
    plainly(of, count, draw).map((answers) => answers.map((text) => (draw(1000) < 1000 * chance ? answers[0]! : text)));
const stopped =
  (stop: RegExp): Serve =>
  (of, count, draw) =>
    plainly(of, count, draw).map((answers) => answers.map((text) => text.split(stop)[0]!));
const filtered =
  (share: number, notices: readonly string[]): Serve =>
  (of, count, draw) =>
    each((text) => (draw(1000) < 1000 * share ? notices[draw(notices.length)]! : text))(of, count, draw);

const TEXT_HABITS: Record<string, Serve> = {
  "a cache that gives the first answer again": cached(1),
  "a cache that is hit by half of the requests": cached(0.5),
  "a cache that is hit by a fifth of the requests": cached(0.2),
  "the prompt said again before the answer": each((text, _, p) => promptTexts[p]! + text),
  "blanks taken off both ends": each((text) => text.trim()),
  "typographic quotes and dashes": each((text) => CHARACTERS_OF_TYPE.reduce((t, [a, b]) => t.replace(a, b), text)),
  "letters decomposed (NFD)": each((text) => text.normalize("NFD")),
  "compatibility forms (NFKC)": each((text) => text.normalize("NFKC")),
  "marks of HTML escaped": each((text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&#39;"),
  ),
  "cut after 8 bytes": each((text) => cutBytes(text, 8)),
  "cut after 15 bytes": each((text) => cutBytes(text, 15)),
  "pieces joined by a blank": (of, count, draw) =>
    of("plain").map((answers) =>
      some(answers, count, draw).map((pieces) => pieces.map((one) => said([one])).join(" ")),
    ),
  "stopped at a newline": stopped(/(?<=\S)\n/),
  "stopped at a full stop": stopped(/\./),
  "stopped at a comma or a colon": stopped(/[,:]/),
  "every fiftieth answer replaced by a notice": filtered(0.02, NOTICES.slice(0, 1)),
  "every twentieth answer replaced by a notice": filtered(0.05, NOTICES.slice(0, 1)),
  "every twentieth answer replaced by one of four notices": filtered(0.05, NOTICES),
  "every answer to two prompts replaced by a notice": each((text, _, p) => (p % 30 === 7 ? NOTICES[0]! : text)),
  "every answer to three prompts replaced by a notice of its own": each((text, _, p) =>
    p % 20 === 7 ? `${NOTICES[p % 4]!} Code ${p}.` : text,
  ),
  "answers in the first person asked again, up to three times": (of, count, draw) =>
    textsOf(of("plain")).map((answers) =>
      Array.from({ length: count }, () => {
        let text = answers[draw(answers.length)]!;
        for (let again = 0; again < 3 && /^\W*(?:i\b|as an?\b|sorry)/i.test(text); again++)
          text = answers[draw(answers.length)]!;
        return text;
      }),
    ),
  "half of the requests to six bits, half to four": (of, count, draw) => {
    const [a, b] = [of("six bits"), of("four bits, other groups")];
    return textsOf(prompts.map((_, p) => [...some(a[p]!, count / 2, draw), ...some(b[p]!, count / 2, draw)]));
  },
  "half of the prompts to six bits, half to four": (of, count, draw) =>
    textsOf(prompts.map((_, p) => some(of(p % 2 ? "six bits" : "four bits, other groups")[p]!, count, draw))),
};
/** What sample_endpoints.py serves a completions interface honestly. */
const SERVED = conditions
  .filter(({ role, name }) => role === "honest" && !/system prompt|template/.test(name))
  .map(({ name }) => name);
const HONEST = new Map<string, Serve>([
  ...[...SERVED, ...habits.map(({ name }) => name)].map((name): [string, Serve] => [
    name,
    (of, count, draw) => textsOf(of(name).map((answers) => some(answers, count, draw))),
  ]),
  ...Object.entries(TEXT_HABITS),
]);

const recorded = (texts: Texts) =>
  texts.flatMap((answers, p) =>
    answers.map((text, sample) => ({ promptId: String(p), sample, text, unanswered: false })),
  );
const prompted = new Map(promptTexts.map((text, p) => [String(p), text]));
const isAskersOwn = (name: string) => /system-prompt|template/.test(name);

/** The finding's own way, with what controls showed kept from endpoint to endpoint. */
function judgeOf(model: string) {
  const controls = ofModel(model).controls;
  const names = conditions.filter(({ role, name }) => role === "control" && !isAskersOwn(name)).map(({ name }) => name);
  const honest = readHonest(
    names.map((name, i) => ({
      name,
      kind: i === 0 ? ("reference" as const) : ("host" as const),
      records: recorded(textsOf(controls.get(name)!)),
    })),
    prompted,
    // These prompts end in a newline; the row in which a host cuts it shows why the finding leaves such prompts out.
    false,
  );
  const known: Parameters<typeof learnHosts>[2] = new Map();
  return (texts: Texts, seed: string) => {
    const gathered = gather(honest, { name: "endpoint", records: recorded(texts) }, null);
    if ("refused" in gathered) return null;
    return judgeEndpoint(learnHosts(gathered, model, known), gathered, seed);
  };
}

interface Row {
  kind: string;
  model: string;
  requests: number;
  endpoints: number;
  refused: number;
  /** Endpoints of which one answer a prompt counted. */
  once: number;
  warned: number;
  accused: number;
  worstLog10E: number;
}
interface Found {
  kind: string;
  refused: boolean;
  once: boolean;
  model: string;
  foundAt: number | null;
  warningAt: number | null;
  requests: number;
}
const round = (value: number) => Math.round(1e3 * value) / 1e3;
const models = Array.from({ length: 36 }, (_, i) => `m${String(i).padStart(2, "0")}`).filter(
  (name) => !/^m0[0-3]$/.test(name) && existsSync(`${folder}/${name}.u16`),
);
const passed = (course: readonly { requests: number; log10E: number }[], log10: number) =>
  course.find(({ log10E }) => log10E >= log10)?.requests ?? null;

/** Every `parts`th model from `part` on. */
function judge(part: number, parts: number): void {
  const rows: Row[] = [];
  const found: Found[] = [];
  for (const [m, model] of models.entries()) {
    if (m % parts !== part) continue;
    const judged = judgeOf(model);
    const { controls, habits: own } = ofModel(model);
    const of = (habit: string) => own.get(habit) ?? controls.get(habit)!;
    for (const [kind, serve] of HONEST) {
      if (own.size === 0 && habits.some(({ name }) => name === kind)) continue;
      for (const [count, endpoints] of [
        [REQUESTS, ENDPOINTS],
        [LONG, 1],
      ] as const) {
        const row = {
          kind,
          model,
          requests: count * prompts.length,
          endpoints,
          refused: 0,
          once: 0,
          warned: 0,
          accused: 0,
        };
        let worst = Number.NEGATIVE_INFINITY;
        for (let e = 0; e < endpoints; e++) {
          const seed = `${model}/${kind}/${count}/${e}`;
          const source = prng("assay/substituted-habits", seed);
          const seen = judged(
            serve(of, count, (below) => source.below(below)),
            seed,
          );
          if (seen === null) {
            row.refused++;
            continue;
          }
          worst = Math.max(worst, seen.log10E);
          if (seen.repeats.onceAPrompt) row.once++;
          if (seen.log10E >= 3) row.warned++;
          if (seen.log10E >= 6) row.accused++;
        }
        rows.push({ ...row, worstLog10E: worst === Number.NEGATIVE_INFINITY ? 0 : round(worst) });
      }
    }
    const next = models[(m + 1) % models.length]!;
    const other = models[(m + Math.floor(models.length / 2)) % models.length]!;
    const swapped = (name: string) => ofModel(name).controls.get("plain")!;
    const rough = (name: string) => ofModel(model).controls.get(name)!;
    const mixed = (share: number) => (draw: Draw) =>
      prompts.map((_, p) => {
        const [a, b] = [some(of("plain")[p]!, LONG, draw), some(swapped(next)[p]!, LONG, draw)];
        return a.map((own, i) => (draw(1000) < 1000 * share ? b[i]! : own));
      });
    const asIs = (pieces: Pieces, count: number) => (draw: Draw) => pieces.map((answers) => some(answers, count, draw));
    const tried: [string, (draw: Draw) => Pieces][] = [
      ["exchange for the next model", asIs(swapped(next), REQUESTS)],
      ["exchange for another model", asIs(swapped(other), REQUESTS)],
      ["exchange for the next model, all answers", asIs(swapped(next), LONG)],
      ["exchange for another model, all answers", asIs(swapped(other), LONG)],
      ["three bits", asIs(rough("three bits"), LONG)],
      ["two bits", asIs(rough("two bits"), LONG)],
      ...[0.05, 0.1, 0.2, 0.5].map((share): [string, (draw: Draw) => Pieces] => [
        `mixture of ${100 * share} %`,
        mixed(share),
      ]),
    ];
    for (const [kind, serve] of tried) {
      const source = prng("assay/substituted-habits", `${model}/${kind}`);
      const texts = textsOf(serve((below) => source.below(below)));
      const seen = judged(texts, `${model}/${kind}`);
      found.push({
        kind,
        model,
        refused: seen === null,
        once: seen?.repeats.onceAPrompt ?? false,
        requests: texts.flat().length,
        warningAt: seen && passed(seen.course, 3),
        foundAt: seen && passed(seen.course, 6),
      });
    }
    process.stderr.write(`${model}\n`);
  }
  writeFileSync(partFile(part), JSON.stringify({ rows, found }));
}

function partFile(k: number): string {
  return `${folder}/habits-${k}.json`;
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;

/** The study of all parts together. */
function conclude(parts: number): void {
  const made = Array.from({ length: parts }, (_, k) => read(partFile(k)) as { rows: Row[]; found: Found[] });
  const rows = made.flatMap((part) => part.rows);
  const found = made.flatMap((part) => part.found);
  const sum = (of: readonly Row[], key: "endpoints" | "refused" | "once" | "warned" | "accused") =>
    of.reduce((total, row) => total + row[key], 0);
  const totals = (of: readonly Row[]) => ({
    models: new Set(of.map(({ model }) => model)).size,
    endpoints: sum(of, "endpoints"),
    refused: sum(of, "refused"),
    once: sum(of, "once"),
    warned: sum(of, "warned"),
    accused: sum(of, "accused"),
    accusedModels: new Set(of.filter(({ accused }) => accused > 0).map(({ model }) => model)).size,
    worstLog10E: Math.max(
      ...of.filter(({ endpoints, refused }) => refused < endpoints).map(({ worstLog10E }) => worstLog10E),
    ),
  });
  const long = LONG * prompts.length;
  const kinds = [...HONEST.keys()].filter((kind) => rows.some((row) => row.kind === kind));
  const byKind = kinds.map((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    return {
      kind,
      short: totals(own.filter(({ requests }) => requests < long)),
      long: totals(own.filter(({ requests }) => requests === long)),
    };
  });
  const study = {
    type: "assay/behaviour/substituted-habits/v1",
    method: SUBSTITUTED,
    methodVersion: SUBSTITUTED_METHOD.version,
    page: "validation/behaviour-substituted.md",
    measuredOn: new Date().toISOString().slice(0, 10),
    seeds: "prng domain assay/substituted-habits, the model, the habit, the answers a prompt and a number",
    models: models.length,
    requests: { short: REQUESTS * prompts.length, long },
    honest: { all: totals(rows), accusedModels: totals(rows).accusedModels, byKind },
    found: [...new Set(found.map(({ kind }) => kind))].map((kind) => {
      const own = found.filter((row) => row.kind === kind);
      const at = own.flatMap(({ foundAt }) => foundAt ?? []);
      return {
        kind,
        models: own.length,
        requests: own[0]!.requests,
        refused: own.filter(({ refused }) => refused).length,
        once: own.filter(({ once }) => once).length,
        found: at.length,
        requestsMedian: median(at),
        warned: own.filter(({ warningAt }) => warningAt !== null).length,
      };
    }),
  };
  writeFileSync(
    `validation/behaviour-substituted-habits-${set === 1 ? "fresh" : "trained"}.json`,
    `${JSON.stringify(study, null, 1)}\n`,
  );
  const cell = (of: ReturnType<typeof totals>) =>
    `${of.endpoints} | ${of.refused} | ${of.once} | ${of.warned} | ${of.accused} (${of.accusedModels}) | ${of.worstLog10E}`;
  writeFileSync(
    `validation/behaviour-substituted-habits-${set === 1 ? "fresh" : "trained"}.tables.md`,
    [
      `# Habits of honest hosts, ${models.length} models`,
      "",
      "Written by `node validation/behaviour-substituted.habits.study.ts FOLDER` ([page](behaviour-substituted.md)). Accused: an e-value of 10^6; warned of: of 10^3; once: one answer a prompt counted.",
      "",
      ...[
        [`${study.requests.short} requests`, "short"],
        [`${study.requests.long} requests`, "long"],
      ].flatMap(([title, which]) => [
        `## ${title}`,
        "",
        "| habit | endpoints | refused | once | warned of | accused (models) | largest log10 e |",
        "|---|---|---|---|---|---|---|",
        ...byKind.map((row) => `| ${row.kind} | ${cell(row[which as "short" | "long"])} |`),
        "",
      ]),
    ].join("\n"),
  );
  const line = (
    kind: string,
    { endpoints, refused, once, warned, accused, accusedModels, worstLog10E }: ReturnType<typeof totals>,
  ) =>
    process.stdout.write(
      `${kind}: ${endpoints} endpoints, ${refused} refused, ${once} once a prompt, ${warned} warned of, ${accused} accused (${accusedModels} models), largest ${worstLog10E}\n`,
    );
  line("all", study.honest.all);
  for (const { kind, short, long: whole } of byKind) {
    line(kind, short);
    line("   all answers", whole);
  }
  for (const row of study.found) process.stdout.write(`${JSON.stringify(row)}\n`);
}

if (mode === "part") judge(Number(first), Number(second));
else if (mode === "merge") conclude(Number(first));
else {
  judge(0, 1);
  conclude(1);
}
