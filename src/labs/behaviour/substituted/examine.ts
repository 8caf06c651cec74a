/**
 * Does this endpoint serve the reference's weights? Answers to the same prompts by the reference, by honest hosts of the
 * same weights (controls) and by the endpoint go in; one finding comes out. Each host's surprises are counted among the
 * others (surprise.ts), and the endpoint's are held, request by request, against those of the control that explains them
 * best (e-value.ts). One-sided: it never says that an endpoint is honest.
 */
import type { Digest } from "../../../base/digest.js";
import { prng, sample } from "../../../base/prng.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideExact, OUTCOME_RULES, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { log10PFromE, logMeanE, roundLog10P } from "../../../stats/combine.js";
import { BEHAVIOUR_PROPOSITIONS } from "../propositions.js";
import { type Counted, logEAgainst } from "./e-value.js";
import {
  ANSWERS_MIN,
  ASKERS_OWN,
  CONTROL_KINDS,
  CONTROLS_MIN,
  type ControlKind,
  LEFT_OUT_MAX,
  LEVELS,
  LOG10_WARNING,
  LOOK,
  PROMPTS_MIN,
  SUBSTITUTED,
  SUBSTITUTED_METHOD,
} from "./method.js";
import type { SubstitutedObservations } from "./observations.js";
import { type Reading, type Recorded, readAnswers, withoutNotices } from "./reading.js";
import { shareOf } from "./share.js";
import { type Answers, levelsReached, poolOf, surpriseOf } from "./surprise.js";
import { type TokenCounts, tokenExhibit } from "./token-counts.js";
import {
  CHAT_OUTSIDE,
  RAW_ASSUMPTION,
  SUBSTITUTED_ALTERNATIVES,
  SUBSTITUTED_ASSUMPTION,
  SUBSTITUTED_LIMITS,
} from "./words.js";

/** One transcript. */
export interface Host {
  artefact: Artefact;
  records: readonly Recorded[];
  tokens: TokenCounts;
}

interface SubstitutedRequest {
  reference: Host;
  endpoint: Host;
  controls: readonly (Host & { kind: ControlKind })[];
  /** Answers of what is suspected to serve instead: bounds the share from above, and is part of no test. */
  substitute: Host | null;
  prompts: ReadonlyMap<string, string>;
  /** Of the order in which the endpoint's answers are looked at. */
  seed: string;
  /** Asked through a completions interface: no host puts a system prompt or a template round the text. */
  raw: boolean;
  validations: readonly Validation[];
  software: Finding["software"];
}

/** One finding; `refused` where controls or answers do not suffice. */
export function examineSubstituted(request: SubstitutedRequest): Finding {
  const short = tooFew(request);
  if (short !== null) return framed(request, refuse(short), [], null);
  const gathered = gather(request);
  if ("refused" in gathered) return framed(request, refuse(gathered.refused), [], null);
  const { hosts, counted, course, log10E, requests } = judged(gathered);
  const validation = studyOfMethod(request.validations, SUBSTITUTED_METHOD);
  const log10P = roundLog10P(log10PFromE(Math.max(0, log10E * Math.LN10)));
  const decision = decideExact({
    proposition: BEHAVIOUR_PROPOSITIONS.entries[SUBSTITUTED],
    log10P,
    outside: request.raw ? null : CHAT_OUTSIDE,
    validation: validation?.summary ?? null,
  });
  const test: Test = {
    id: "surprises",
    statistic: { name: "log10 of the largest e-value", value: round(Math.max(0, log10E)) },
    log10P,
    exact: true,
    assumption: request.raw ? `${SUBSTITUTED_ASSUMPTION} ${RAW_ASSUMPTION}` : SUBSTITUTED_ASSUMPTION,
    n: requests,
    seed: request.seed,
    share: 10 ** OUTCOME_RULES.log10Alpha,
    where: `${requests} answers to ${gathered.prompts.length} prompts beside ${hosts.length - 1} controls`,
  };
  return framed(request, decision, [test], { gathered, hosts, counted, course });
}

/** What the request lacks, in a sentence; null where nothing. */
function tooFew({ controls, raw }: SubstitutedRequest): string | null {
  const missing = CONTROL_KINDS.filter(
    (kind) => !(raw && ASKERS_OWN.includes(kind)) && !controls.some((control) => control.kind === kind),
  );
  if (missing.length > 0)
    return `No control shows the same weights over another ${missing.join(", ")}: an honest change of it would look like a substitution.`;
  if (controls.length < CONTROLS_MIN)
    return `There are ${controls.length} controls; the spread of honest hosts is learned from at least ${CONTROLS_MIN}.`;
  const roots = new Set(controls.map(({ artefact }) => artefact.root));
  if (roots.size < controls.length) return "Two controls are the same file: a copy shows no spread.";
  return null;
}

interface Gathered {
  prompts: readonly string[];
  /** The reference first, then controls: openings by prompt. */
  honest: readonly Balanced[];
  endpoint: Balanced;
  substitute: Balanced | null;
  readings: { endpoint: Reading; honest: readonly Reading[] };
  seed: string;
}

/** Openings of one host by prompt, the same number for every prompt. */
interface Balanced {
  name: string;
  kind: "reference" | ControlKind;
  answers: ReadonlyMap<string, Answers>;
}

function gather(request: SubstitutedRequest): Gathered | { refused: string } {
  const { reference, controls, endpoint, substitute } = request;
  const read = (host: Host) => readAnswers(host.records, reference.records);
  const honestHosts = [{ ...reference, kind: "reference" as const }, ...controls];
  const honestReadings = [readAnswers(reference.records, null), ...controls.map(read)];
  const ofEndpoint = withoutNotices(read(endpoint), honestReadings);
  const kept = (reading: Reading) =>
    new Map([...reading.openings].map(([id, given]) => [id, given.filter((opening) => opening !== null)]));
  const honest = honestReadings.map(kept);
  const own = kept(ofEndpoint);
  const answered = (of: ReadonlyMap<string, Answers>, id: string) => (of.get(id)?.length ?? 0) > 0;
  // What the honest hosts answered is settled without a look at the endpoint.
  const asked = [...honest[0]!.keys()].filter((id) => honest.every((of) => answered(of, id))).sort();
  const prompts = asked.filter((id) => answered(own, id));
  if (prompts.length < PROMPTS_MIN)
    return {
      refused: `The reference, the endpoint and all controls answered ${prompts.length} prompts in common; at least ${PROMPTS_MIN} are needed.`,
    };
  const sent = asked.flatMap((id) => ofEndpoint.openings.get(id) ?? []);
  const left = sent.filter((opening) => opening === null).length;
  if (left > LEFT_OUT_MAX * sent.length)
    return {
      refused: `Of the endpoint's ${sent.length} answers ${left} are empty, rejected or one notice repeated: what remains is no sample of what it serves.`,
    };
  const balanced = (of: ReadonlyMap<string, Answers>, name: string, kind: Balanced["kind"]): Balanced => {
    const least = Math.min(...prompts.map((id) => of.get(id)!.length));
    return { name, kind, answers: new Map(prompts.map((id) => [id, of.get(id)!.slice(0, least)])) };
  };
  const hosts = honest.map((of, i) => balanced(of, honestHosts[i]!.artefact.name, honestHosts[i]!.kind));
  const thin = hosts.find(({ answers }) => sizeOf(answers) < ANSWERS_MIN);
  if (thin)
    return {
      refused: `${thin.name} gave ${sizeOf(thin.answers)} answers that count, as many to each prompt; at least ${ANSWERS_MIN} are needed to know how often an honest host surprises.`,
    };
  const other = substitute ? kept(read(substitute)) : null;
  return {
    prompts,
    honest: hosts,
    endpoint: balanced(own, endpoint.artefact.name, "host"),
    substitute:
      other && prompts.every((id) => answered(other, id)) ? balanced(other, substitute!.artefact.name, "host") : null,
    readings: { endpoint: ofEndpoint, honest: honestReadings },
    seed: request.seed,
  };
}

interface Judged {
  hosts: { name: string; kind: Balanced["kind"]; answers: number; surprising: number[] }[];
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

/** Counts surprises of every host, and bets on the endpoint's in a drawn order. */
function judged({ prompts, honest, endpoint, substitute, seed }: Gathered): Judged {
  const hosts = honest.map(({ name, kind, answers }) => ({
    name,
    kind,
    answers: sizeOf(answers),
    surprising: LEVELS.map(() => 0),
  }));
  const ranked: { id: string; text: string; surprise: number }[] = [];
  const ofSubstitute = LEVELS.map(() => 0);
  const source = prng("behaviour/substituted/ties", seed);
  const drawn = () => (source.uint32() + 0.5) / 2 ** 32;
  for (const id of prompts) {
    const answers = honest.map((host) => host.answers.get(id)!);
    for (const [h, own] of answers.entries()) {
      const pool = poolOf(answers.filter((_, other) => other !== h));
      for (const text of own) count(hosts[h]!.surprising, surpriseOf(text, pool, drawn()));
    }
    const pool = poolOf(answers);
    for (const text of endpoint.answers.get(id)!) ranked.push({ id, text, surprise: surpriseOf(text, pool, drawn()) });
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

function sizeOf(answers: ReadonlyMap<string, Answers>): number {
  return [...answers.values()].reduce((sum, { length }) => sum + length, 0);
}

function observed(
  request: SubstitutedRequest,
  { gathered, hosts, counted, course }: Pick<Judged, "hosts" | "counted" | "course"> & { gathered: Gathered },
): SubstitutedObservations {
  const { requests } = counted;
  const last = course.at(-1)!;
  const passed = (log10: number) => course.find(({ log10E }) => log10E >= log10)?.requests ?? null;
  const strongest = last.levels.indexOf(Math.max(...last.levels));
  const level = (of: readonly number[], answers: number): Counted => ({ surprising: of[strongest]!, answers });
  const share = shareOf(
    level(counted.surprising, requests),
    hosts.map(({ answers, surprising }) => level(surprising, answers)),
    counted.substitute ? level(counted.substitute, sizeOf(gathered.substitute!.answers)) : null,
  );
  const every = Math.ceil(course.length / 100);
  const { readings, prompts } = gathered;
  const frames = [
    { side: gathered.endpoint.name, frames: readings.endpoint.frames },
    ...readings.honest.map(({ frames }, i) => ({ side: hosts[i]!.name, frames })),
  ].flatMap(({ side, frames }) => frames.map((frame) => ({ side: cut(side), frame: cut(frame) })));
  return {
    type: "behaviour/substituted/observations/v1",
    settings: { seed: request.seed, raw: request.raw, method: SUBSTITUTED_METHOD.version },
    prompts: prompts.length,
    requests,
    leftOut: readings.endpoint.leftOut,
    frames,
    controls: hosts.map(({ name, ...rest }) => ({ name: cut(name), ...rest })),
    levels: LEVELS.map((level, l) => {
      const worst = hosts.reduce((a, b) => (b.surprising[l]! / b.answers > a.surprising[l]! / a.answers ? b : a));
      return {
        level,
        surprising: counted.surprising[l]!,
        control: cut(worst.name),
        controlRate: round(worst.surprising[l]! / worst.answers),
        log10E: round(last.levels[l]!),
      };
    }),
    course: course
      .filter((_, i) => i % every === 0 || i === course.length - 1)
      .map(({ requests: after, log10E }) => ({ requests: after, log10E: round(log10E) })),
    warningAt: passed(LOG10_WARNING),
    foundAt: passed(-OUTCOME_RULES.log10Alpha),
    share: { ...share, substitute: gathered.substitute ? cut(gathered.substitute.name) : null },
    tokens: tokenExhibit(request.reference.tokens, request.endpoint.tokens),
    exhibits: [...counted.ranked]
      .sort((a, b) => a.surprise - b.surprise || (a.id < b.id ? -1 : 1))
      .slice(0, 12)
      .map(({ id, text, surprise }) => ({
        promptId: cut(id),
        prompt: request.prompts.has(id) ? cut(request.prompts.get(id)!) : null,
        surprise: round(surprise),
        endpoint: text,
        honest: commonest(gathered.honest.flatMap(({ answers }) => answers.get(id)!)),
      })),
  };
}

function commonest(texts: readonly string[]): string {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "";
}

function framed(
  request: SubstitutedRequest,
  decision: Decision,
  tests: Test[],
  seen: Parameters<typeof observed>[1] | null,
): Finding {
  const { reference, endpoint, controls, substitute } = request;
  const roots: Digest[] = [reference, endpoint, ...controls, ...(substitute ? [substitute] : [])].map(
    ({ artefact }) => artefact.root,
  );
  return frameFinding({
    list: BEHAVIOUR_PROPOSITIONS,
    proposition: BEHAVIOUR_PROPOSITIONS.entries[SUBSTITUTED],
    method: SUBSTITUTED_METHOD,
    validation: studyOfMethod(request.validations, SUBSTITUTED_METHOD),
    subject: { kind: "pair", reference: reference.artefact, suspect: endpoint.artefact },
    decision,
    tests,
    observations: seen ? observed(request, seen) : null,
    alternatives: SUBSTITUTED_ALTERNATIVES,
    limits: SUBSTITUTED_LIMITS,
    evidence: roots,
    software: request.software,
  });
}

const cut = (text: string) => text.slice(0, 500);
const round = (value: number) => Math.round(1e6 * value) / 1e6 + 0;
