/** Counts surprises: each honest host's among the others, and the endpoint's among all, request by request. */
import { prng, sample } from "../../../base/prng.js";
import { logMeanE } from "../../../stats/combine.js";
import { type Counted, logEAgainst } from "./e-value.js";
import { type Balanced, type Gathered, sizeOf } from "./gather.js";
import { LEVELS, LOOK } from "./method.js";
import { type Answers, levelsReached, type Pool, poolOf, surpriseOf } from "./surprise.js";

/** What honest hosts showed. */
interface Learned {
  hosts: { name: string; kind: Balanced["kind"]; answers: number; surprising: number[] }[];
  /** Of the host that repeats itself most. */
  repeats: number;
  /** All honest answers, by prompt. */
  pools: ReadonlyMap<string, Pool>;
}

interface Judged {
  hosts: Learned["hosts"];
  repeats: { endpoint: number; most: number; onceAPrompt: boolean };
  counted: {
    surprising: number[];
    requests: number;
    ranked: { id: string; text: string; surprise: number }[];
    substitute: number[] | null;
  };
  course: { requests: number; log10E: number; levels: number[] }[];
  log10E: number;
  requests: number;
}

/** Share of pairs of a host's answers to one prompt that are the same; null where no prompt has two. */
function repeatsOf(answers: ReadonlyMap<string, Answers>): number | null {
  let [same, pairs] = [0, 0];
  for (const given of answers.values()) {
    const times = new Map<string, number>();
    for (const text of given) times.set(text, (times.get(text) ?? 0) + 1);
    pairs += (given.length * (given.length - 1)) / 2;
    for (const count of times.values()) same += (count * (count - 1)) / 2;
  }
  return pairs === 0 ? null : same / pairs;
}

/** What one prompt showed. */
interface OfPrompt {
  pool: Pool;
  /** By host, by level. */
  surprising: readonly (readonly number[])[];
}

/**
 * Each host's surprises among the others.
 * @param known by prompt, filled: a study that judges many endpoints beside the same hosts learns a prompt once
 */
export function learnHosts(
  { prompts, honest }: Pick<Gathered, "prompts" | "honest">,
  seed: string,
  known: Map<string, OfPrompt> = new Map(),
): Learned {
  const learned = prompts.map((id) => {
    const answers = honest.map((host) => host.answers.get(id)!);
    const key = JSON.stringify([id, ...answers.map(({ length }) => length)]);
    const made = known.get(key) ?? learnPrompt(answers, ties(`${seed}/controls/${id}`));
    known.set(key, made);
    return made;
  });
  return {
    hosts: honest.map(({ name, kind, answers }, h) => ({
      name,
      kind,
      answers: sizeOf(answers),
      surprising: LEVELS.map((_, l) => learned.reduce((sum, { surprising }) => sum + surprising[h]![l]!, 0)),
    })),
    pools: new Map(prompts.map((id, i) => [id, learned[i]!.pool])),
    repeats: Math.max(0, ...honest.map(({ answers }) => repeatsOf(answers) ?? 0)),
  };
}

function learnPrompt(answers: readonly Answers[], drawn: () => number): OfPrompt {
  const surprising = answers.map((own, h) => {
    const pool = poolOf(answers.filter((_, other) => other !== h));
    const counted = LEVELS.map(() => 0);
    for (const text of own) count(counted, surpriseOf(text, pool, drawn()));
    return counted;
  });
  return { pool: poolOf(answers), surprising };
}

/**
 * Bets on the endpoint's surprises in a drawn order. Answers that a cache gives again are one draw of the weights, not
 * many: where the endpoint repeats itself more than any honest host did, one answer a prompt counts.
 */
export function judgeEndpoint(
  { hosts, pools, repeats: most }: Learned,
  { prompts, endpoint, substitute }: Pick<Gathered, "prompts" | "endpoint" | "substitute">,
  seed: string,
): Judged {
  const ranked: { id: string; text: string; surprise: number }[] = [];
  const ofSubstitute = LEVELS.map(() => 0);
  const drawn = ties(`${seed}/endpoint`);
  const repeats = repeatsOf(endpoint.answers) ?? 0;
  const onceAPrompt = repeats > most;
  for (const id of prompts) {
    const pool = pools.get(id)!;
    const own = endpoint.answers.get(id)!;
    for (const text of onceAPrompt ? own.slice(0, 1) : own)
      ranked.push({ id, text, surprise: surpriseOf(text, pool, drawn()) });
    for (const text of substitute?.answers.get(id) ?? []) count(ofSubstitute, surpriseOf(text, pool, drawn()));
  }
  const order = sample(ranked.length, ranked.length, prng("behaviour/substituted", seed));
  const { course, log10E } = courseOf(
    [...order].map((i) => levelsReached(ranked[i]!.surprise)),
    hosts,
  );
  const surprising = LEVELS.map(() => 0);
  for (const { surprise } of ranked) count(surprising, surprise);
  return {
    hosts,
    repeats: { endpoint: round(repeats), most: round(most), onceAPrompt },
    counted: { surprising, requests: ranked.length, ranked, substitute: substitute ? ofSubstitute : null },
    course,
    log10E,
    requests: ranked.length,
  };
}

/**
 * The e-value after every look.
 * @param reached by request, the number of levels at which its answer surprises
 * @returns log10 of the largest e-value, and all of them
 */
export function courseOf(
  reached: readonly number[],
  hosts: readonly { answers: number; surprising: readonly number[] }[],
  margin?: number,
): { course: { requests: number; log10E: number; levels: number[] }[]; log10E: number } {
  const controls = LEVELS.map((_, l) =>
    hosts.map(({ answers, surprising }): Counted => ({ answers, surprising: surprising[l]! })),
  );
  const surprising = LEVELS.map(() => 0);
  const course: { requests: number; log10E: number; levels: number[] }[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, levels] of reached.entries()) {
    for (let l = LEVELS.length - levels; l < LEVELS.length; l++) surprising[l]!++;
    const answers = i + 1;
    if (answers % LOOK !== 0 && answers !== reached.length) continue;
    const logs = LEVELS.map((_, l) => logEAgainst({ surprising: surprising[l]!, answers }, controls[l]!, margin));
    const log10E = logMeanE(logs) / Math.LN10;
    course.push({ requests: answers, log10E, levels: logs.map((log) => log / Math.LN10) });
    most = Math.max(most, log10E);
  }
  return { course, log10E: most };
}

function count(surprising: number[], surprise: number): void {
  for (let l = LEVELS.length - levelsReached(surprise); l < LEVELS.length; l++) surprising[l]!++;
}

const round = (value: number) => Math.round(1e4 * value) / 1e4;

/** Numbers from 0 to 1 that break ties. */
function ties(seed: string): () => number {
  const source = prng("behaviour/substituted/ties", seed);
  return () => (source.uint32() + 0.5) / 2 ** 32;
}
