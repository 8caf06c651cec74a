/**
 * The study of `behaviour/substituted`: honest hosts of small models that must not be accused, and swaps, coarser
 * roundings and mixtures with the number of requests that finds them. Answers are those of models that
 * materials/makers/train_endpoints.py trains, sampled by materials/makers/sample_endpoints.py into FOLDER.
 *
 *   npm run build && node validation/behaviour-substituted.study.ts FOLDER [margins | part K N | merge N]
 *
 * `margins` tries margins on the four models that judge nothing and writes nothing; `part` judges every Nth model into
 * FOLDER/judged-K.json, and `merge` writes validation/behaviour-substituted-trained.json of all N (behaviour-substituted-fresh.json of set 1); without either, one does both.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { courseOf } from "../dist/labs/behaviour/substituted/judge.js";
import { LEVELS, ODDS_MARGIN, SUBSTITUTED, SUBSTITUTED_METHOD } from "../dist/labs/behaviour/substituted/method.js";
import { readAnswers } from "../dist/labs/behaviour/substituted/reading.js";
import { shareOf } from "../dist/labs/behaviour/substituted/share.js";
import { levelsReached, poolOf, surpriseOf } from "../dist/labs/behaviour/substituted/surprise.js";

const [folder, mode, first, second] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node validation/behaviour-substituted.study.ts FOLDER [margins]");

interface Condition {
  name: string;
  role: "control" | "honest" | "other";
  samples: number;
}
const {
  prompts,
  tokens,
  vocabulary,
  conditions,
  frames: FRAMES,
  set,
} = JSON.parse(readFileSync(`${folder}/conditions.json`, "utf8")) as {
  prompts: number[][];
  tokens: number;
  vocabulary: string[];
  conditions: Condition[];
  /** Put in front of every answer: what a host's template or manners do. */
  frames: string[];
  /** 1: models that had judged nothing when version 2 was made. */
  set: number;
};
/** Requests of an endpoint that is judged for its level, and of one that serves something else. */
const REQUESTS = 2;
/** Endpoints a model and honest condition. */
const ENDPOINTS = 16;
const SHARES = [0.05, 0.1, 0.2, 0.5] as const;

/** Texts by condition, prompt and sample. */
function textsOf(model: string): Map<string, string[][]> {
  const bytes = readFileSync(`${folder}/${model}.u16`);
  const ids = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  let at = 0;
  return new Map(
    conditions.map(({ name, samples }) => [
      name,
      prompts.map(() =>
        Array.from({ length: samples }, () => {
          const text = Array.from({ length: tokens }, () => vocabulary[ids[at++]!]!).join("");
          return text.replaceAll("Ġ", " ").replaceAll("Ċ", "\n");
        }),
      ),
    ]),
  );
}

const recorded = (texts: string[][]) =>
  texts.flatMap((answers, p) =>
    answers.map((text, sample) => ({ promptId: String(p), sample, text, unanswered: false })),
  );

/** Openings by prompt, as the method reads them; an answer that is none is said again as a blank that agrees with nothing. */
function openingsOf(texts: string[][], reference: string[][] | null): string[][] {
  const { openings } = readAnswers(recorded(texts), reference && recorded(reference));
  return texts.map((_, p) => openings.get(String(p))!.map((opening) => opening ?? ""));
}

interface Learned {
  hosts: { name: string; answers: number; surprising: number[] }[];
  /** Levels reached by each answer of a condition: by prompt, by sample. */
  reached: (texts: string[][]) => number[][];
}

/** A chat, with all controls; or a completions interface, with those that no system prompt or template made. */
type Asked = "chat" | "raw";
const isAskersOwn = (name: string) => /system prompt|system-prompt|template/.test(name);

function learn(texts: Map<string, string[][]>, asked: Asked): Learned {
  const reference = texts.get("reference")!;
  const controls = conditions.filter(({ role, name }) => role === "control" && !(asked === "raw" && isAskersOwn(name)));
  const openings = controls.map(({ name }) => openingsOf(texts.get(name)!, name === "reference" ? null : reference));
  const hosts = controls.map(({ name }) => ({ name, answers: 0, surprising: LEVELS.map(() => 0) }));
  const pools = prompts.map((_, p) => {
    const answers = openings.map((of) => of[p]!);
    for (const [h, own] of answers.entries()) {
      const pool = poolOf(answers.filter((__, other) => other !== h));
      for (const text of own) {
        hosts[h]!.answers++;
        for (let l = LEVELS.length - levelsReached(surpriseOf(text, pool, tie())); l < LEVELS.length; l++)
          hosts[h]!.surprising[l]!++;
      }
    }
    return poolOf(answers);
  });
  return {
    hosts,
    reached: (of) =>
      openingsOf(of, reference).map((own, p) => own.map((text) => levelsReached(surpriseOf(text, pools[p]!, tie())))),
  };
}

/** An endpoint that gives so many answers to each prompt, each drawn by `from`, in a drawn order. */
function endpointOf(
  seed: string,
  answers: number,
  from: (draw: (below: number) => number, prompt: number) => number,
): number[] {
  const source = prng("assay/substituted-study", seed);
  const draw = (below: number) => source.below(below);
  const all = prompts.flatMap((_, p) => Array.from({ length: answers }, () => from(draw, p)));
  for (let i = all.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

const any = (reached: number[][]) => (draw: (below: number) => number, p: number) =>
  reached[p]![draw(reached[p]!.length)]!;
const foundAt = (course: { requests: number; log10E: number }[], log10: number) =>
  course.find(({ log10E }) => log10E >= log10)?.requests ?? null;
const round = (value: number) => Math.round(1e4 * value) / 1e4;
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;

const all = readdirSync(folder)
  .filter((name) => name.endsWith(".u16"))
  .map((name) => name.slice(0, -4))
  .sort();
const isDevelopment = (model: string) => /^m0[0-3]$/.test(model);
const ties = prng("assay/substituted-study/ties", "assay");
const tie = () => (ties.uint32() + 0.5) / 2 ** 32;
const held = new Map<string, Map<string, string[][]>>();
const texts = (model: string) => {
  if (!held.has(model)) held.set(model, textsOf(model));
  return held.get(model)!;
};
/** Honest conditions, the framed ones after them. */
const honest = conditions.filter(({ role }) => role === "honest").map(({ name }) => ({ name, frame: "" }));
const framed = FRAMES.map((frame) => ({ name: "plain", frame }));

if (mode === "margins") {
  const margins = [1, 1.25, 1.5, 2, 3];
  const worst = new Map<string, number[]>();
  const tried = (["chat", "raw"] as const).flatMap((asked) =>
    all.filter(isDevelopment).map((model) => ({ asked, model })),
  );
  for (const { asked, model } of tried) {
    const learned = learn(texts(model), asked);
    for (const { name } of honest) {
      if (asked === "raw" && isAskersOwn(name)) continue;
      const kind = `${asked}, ${name}`;
      const reached = learned.reached(texts(model).get(name)!);
      for (let e = 0; e < 6; e++) {
        const drawn = endpointOf(`${model}/${name}/${e}`, REQUESTS, any(reached));
        const each = margins.map((margin) => courseOf(drawn, learned.hosts, margin).log10E);
        worst.set(
          kind,
          (worst.get(kind) ?? each).map((value, i) => Math.max(value, each[i]!)),
        );
      }
    }
  }
  process.stdout.write(`largest log10 e by margin ${margins.join(", ")}\n`);
  for (const [name, values] of worst)
    process.stdout.write(`${name}: ${values.map((value) => value.toFixed(2)).join(", ")}\n`);
} else if (mode === "part") judge(Number(first), Number(second));
else if (mode === "merge") conclude(Array.from({ length: Number(first) }, (_, k) => heldPart(k)));
else {
  judge(0, 1);
  conclude([heldPart(0)]);
}

interface Judged {
  byCondition: [string, { endpoints: number; warned: number; accused: number; worstLog10E: number }][];
  warnedByModel: [string, number][];
  endpoints: number;
  accused: number;
  accusedModels: string[];
  nullLog10P: number[];
  positives: { kind: string; model: string; warningAt: number | null; foundAt: number | null; of: number }[];
  positiveLog10P: number[];
  shares: { kind: string; low: number; high: number; holds: boolean }[];
}
function partFile(k: number): string {
  return `${folder}/judged-${k}.json`;
}
function heldPart(k: number): Judged {
  return JSON.parse(readFileSync(partFile(k), "utf8"));
}

/** Every `parts`th model from `part` on. */
function judge(part: number, parts: number): void {
  const judgedModels = all.filter((model) => !isDevelopment(model));
  const byCondition = new Map<string, { endpoints: number; warned: number; accused: number; worstLog10E: number }>();
  const warnedByModel = new Map<string, number>();
  let [endpoints, accused] = [0, 0];
  const accusedModels = new Set<string>();
  const nullLog10P: number[] = [];
  const positives: Judged["positives"] = [];
  const positiveLog10P: number[] = [];
  const shares: Judged["shares"] = [];
  const judged = (["chat", "raw"] as const).flatMap((asked) =>
    [...judgedModels.entries()].map(([m, model]) => ({ asked, m, model })),
  );
  for (const { asked, m, model } of judged) {
    if (m % parts !== part) continue;
    const learned = learn(texts(model), asked);
    for (const { name, frame } of [...honest, ...framed]) {
      if (asked === "raw" && isAskersOwn(name)) continue;
      const own = texts(model)
        .get(name)!
        .map((answers) => answers.map((text) => frame + text));
      const reached = learned.reached(own);
      const kind = `${asked}, ${frame === "" ? name : `every answer begins with ${JSON.stringify(frame)}`}`;
      const row = byCondition.get(kind) ?? {
        endpoints: 0,
        warned: 0,
        accused: 0,
        worstLog10E: Number.NEGATIVE_INFINITY,
      };
      byCondition.set(kind, row);
      let worst = Number.NEGATIVE_INFINITY;
      for (let e = 0; e < ENDPOINTS; e++) {
        const { log10E } = courseOf(endpointOf(`${model}/${kind}/${e}`, REQUESTS, any(reached)), learned.hosts);
        endpoints++;
        row.endpoints++;
        worst = Math.max(worst, log10E);
        if (log10E >= 3) {
          row.warned++;
          warnedByModel.set(model, (warnedByModel.get(model) ?? 0) + 1);
        }
        if (log10E >= 6) {
          row.accused++;
          accused++;
          accusedModels.add(model);
        }
      }
      row.worstLog10E = round(Math.max(row.worstLog10E, worst));
      nullLog10P.push(round(Math.min(0, -worst)));
    }
    // What else may answer: the next model of the same shape, one of another shape, and the reference rounded coarsely.
    const plain = learned.reached(texts(model).get("plain")!);
    const next = judgedModels[(m + 1) % judgedModels.length]!;
    const other = judgedModels[(m + Math.floor(judgedModels.length / 2)) % judgedModels.length]!;
    const swapped = learned.reached(texts(next).get("plain")!);
    const far = learned.reached(texts(other).get("plain")!);
    const tried: [string, number, (draw: (below: number) => number, p: number) => number][] = [
      ["swap, the next model", 4, any(swapped)],
      ["swap, another model", 4, any(far)],
      ["three bits", 12, any(learned.reached(texts(model).get("three bits")!))],
      ["two bits", 12, any(learned.reached(texts(model).get("two bits")!))],
      ...SHARES.map((share): [string, number, (draw: (below: number) => number, p: number) => number] => [
        `mixture of ${100 * share} %`,
        12,
        (draw, p) => any(draw(10_000) < 10_000 * share ? swapped : plain)(draw, p),
      ]),
    ];
    for (const [kind, answers, from] of tried) {
      const drawn = endpointOf(`${asked}/${model}/${kind}`, answers, from);
      const { course, log10E } = courseOf(drawn, learned.hosts);
      positives.push({
        kind: `${asked}, ${kind}`,
        model,
        warningAt: foundAt(course, 3),
        foundAt: foundAt(course, 6),
        of: drawn.length,
      });
      if (asked === "raw" && kind.startsWith("swap")) positiveLog10P.push(round(Math.min(0, -log10E)));
      const share = Number(/mixture of (\d+)/.exec(kind)?.[1] ?? Number.NaN) / 100;
      if (share > 0) {
        const strongest = course.at(-1)!.levels.indexOf(Math.max(...course.at(-1)!.levels));
        const counted = (reached: number[]) => ({
          surprising: reached.filter((levels) => LEVELS.length - levels <= strongest).length,
          answers: reached.length,
        });
        const interval = shareOf(
          counted(drawn),
          learned.hosts.map(({ answers: n, surprising }) => ({ surprising: surprising[strongest]!, answers: n })),
          counted(swapped.flat()),
        );
        shares.push({ kind: `${asked}, ${kind}`, ...interval, holds: interval.low <= share && share <= interval.high });
      }
    }
    process.stderr.write(`${asked} ${model}\n`);
  }
  const made: Judged = {
    byCondition: [...byCondition],
    warnedByModel: [...warnedByModel],
    endpoints,
    accused,
    accusedModels: [...accusedModels],
    nullLog10P,
    positives,
    positiveLog10P,
    shares,
  };
  writeFileSync(partFile(part), JSON.stringify(made));
}

/** The study of all parts together. */
function conclude(parts: readonly Judged[]): void {
  const judgedModels = all.filter((model) => !isDevelopment(model));
  const sum = (of: (part: Judged) => number) => parts.reduce((total, part) => total + of(part), 0);
  const [endpoints, accused] = [sum((part) => part.endpoints), sum((part) => part.accused)];
  const accusedModels = new Set(parts.flatMap((part) => part.accusedModels));
  const byCondition = new Map<string, Judged["byCondition"][number][1]>();
  for (const [kind, row] of parts.flatMap((part) => part.byCondition)) {
    const held = byCondition.get(kind);
    byCondition.set(kind, {
      endpoints: row.endpoints + (held?.endpoints ?? 0),
      warned: row.warned + (held?.warned ?? 0),
      accused: row.accused + (held?.accused ?? 0),
      worstLog10E: Math.max(row.worstLog10E, held?.worstLog10E ?? Number.NEGATIVE_INFINITY),
    });
  }
  const warnedByModel = new Map(parts.flatMap((part) => part.warnedByModel));
  const [nullLog10P, positiveLog10P, positives, shares] = [
    parts.flatMap((part) => part.nullLog10P),
    parts.flatMap((part) => part.positiveLog10P),
    parts.flatMap((part) => part.positives),
    parts.flatMap((part) => part.shares),
  ];
  const kinds = [...new Set(positives.map(({ kind }) => kind))].map((kind) => {
    const rows = positives.filter((row) => row.kind === kind);
    const found = rows.flatMap(({ foundAt: at }) => at ?? []);
    return {
      kind,
      models: rows.length,
      found: found.length,
      warned: rows.filter(({ warningAt }) => warningAt !== null).length,
      requestsMedian: median(found),
      requestsMost: found.length > 0 ? Math.max(...found) : null,
      warningMedian: median(rows.flatMap(({ warningAt }) => warningAt ?? [])),
      of: rows[0]!.of,
    };
  });
  const swaps = positives.filter(({ kind }) => kind.startsWith("raw, swap"));
  const foundFamilies = judgedModels.filter((model) =>
    swaps.filter((row) => row.model === model).every(({ foundAt: at }) => at !== null),
  );
  const [worstModel, worstWarned] = [...warnedByModel].sort((a, b) => b[1] - a[1])[0] ?? ["none", 0];
  const study = {
    type: "assay/validation/v1",
    method: SUBSTITUTED,
    methodVersion: SUBSTITUTED_METHOD.version,
    page: "validation/behaviour-substituted.md",
    measuredOn: new Date().toISOString().slice(0, 10),
    seeds:
      "prng domain assay/substituted-study, the model, the condition and a number; sampling seeds in materials/makers/sample_endpoints.py",
    margin: ODDS_MARGIN,
    nulls: {
      pairs: endpoints,
      families: judgedModels.length,
      accusedPairs: accused,
      accusedFamilies: accusedModels.size,
    },
    positives: {
      pairs: swaps.length,
      families: judgedModels.length,
      foundPairs: swaps.filter(({ foundAt: at }) => at !== null).length,
      foundFamilies: foundFamilies.length,
    },
    honest: Object.fromEntries(byCondition),
    warnings: {
      level: 0.001,
      endpoints,
      warned: [...warnedByModel.values()].reduce((a, b) => a + b, 0),
      worstModel,
      worstModelWarned: worstWarned,
      endpointsPerModel: endpoints / judgedModels.length,
    },
    found: kinds,
    shareIntervals: {
      intervals: shares.length,
      covered: shares.filter(({ holds }) => holds).length,
      byKind: [...new Set(shares.map(({ kind }) => kind))].map((kind) => {
        const own = shares.filter((each) => each.kind === kind);
        return { kind, medianLow: median(own.map(({ low }) => low)), medianHigh: median(own.map(({ high }) => high)) };
      }),
    },
    nullLog10P,
    positiveLog10P,
  };
  writeFileSync(
    `validation/behaviour-substituted-${set === 1 ? "fresh" : "trained"}.json`,
    `${JSON.stringify(study, null, 1)}\n`,
  );
  process.stdout.write(
    `${JSON.stringify({ nulls: study.nulls, positives: study.positives, honest: study.honest, warnings: study.warnings, found: kinds, shareIntervals: study.shareIntervals }, null, 1)}\n`,
  );
}
