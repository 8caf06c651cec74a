/**
 * Does this endpoint serve the reference's weights? Answers to the same prompts by the reference, by honest hosts of the
 * same weights (controls) and by the endpoint go in; one finding comes out. Each host's surprises are counted among the
 * others (surprise.ts), and the endpoint's are held, request by request, against those of the control that explains them
 * best (e-value.ts). One-sided: it never says that an endpoint is honest.
 */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideExact, OUTCOME_RULES, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { log10PFromE, roundLog10P } from "../../../stats/combine.js";
import { BEHAVIOUR_PROPOSITIONS } from "../propositions.js";
import type { Counted } from "./e-value.js";
import { type Gathered, gather, readHonest, sizeOf } from "./gather.js";
import { judgeEndpoint, learnHosts } from "./judge.js";
import {
  ASKERS_OWN,
  CONTROL_KINDS,
  CONTROLS_MIN,
  type ControlKind,
  LEVELS,
  LOG10_WARNING,
  SUBSTITUTED,
  SUBSTITUTED_METHOD,
} from "./method.js";
import type { SubstitutedObservations } from "./observations.js";
import type { Recorded } from "./reading.js";
import { shareOf } from "./share.js";
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
  const named = ({ artefact: { name }, records }: Host) => ({ name, records });
  const controls = request.controls.map((control) => ({ ...named(control), kind: control.kind }));
  const honest = readHonest(
    [{ ...named(request.reference), kind: "reference" }, ...controls],
    request.prompts,
    request.raw,
  );
  const gathered = gather(honest, named(request.endpoint), request.substitute && named(request.substitute));
  if ("refused" in gathered) return framed(request, refuse(gathered.refused), [], null);
  const { hosts, counted, course, repeats, log10E, requests } = judgeEndpoint(
    learnHosts(gathered, request.seed),
    gathered,
    request.seed,
  );
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
  return framed(request, decision, [test], { gathered, hosts, counted, course, repeats });
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

function observed(
  request: SubstitutedRequest,
  {
    gathered,
    hosts,
    counted,
    course,
    repeats,
  }: Pick<ReturnType<typeof judgeEndpoint>, "hosts" | "counted" | "course" | "repeats"> & { gathered: Gathered },
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
  const spelledHonestly = (text: string) =>
    readings.honest.find(({ spelled }) => spelled.has(text))?.spelled.get(text) ?? text;
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
    repeats,
    frames,
    controls: hosts.map(({ name, kind, answers, surprising }) => ({ name: cut(name), kind, answers, surprising })),
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
        endpoint: readings.endpoint.spelled.get(text) ?? text,
        honest: spelledHonestly(commonest(gathered.honest.flatMap(({ answers }) => answers.get(id)!))),
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
