/**
 * The door of the traffic laboratory: are there accounts in this log that are operated together, and does what they ask
 * harvest the model? Groups are found by content lockstep on even days and judged on odd days; their statistics are
 * ranked among benign coordinated groups (research: SynchroTrap, CCS 2014; FRAUDAR, KDD 2016; Ikram et al. 2015).
 * It cannot see who operates them, nor what became of the answers.
 */
import type { Digest } from "../../base/digest.js";
import type { Finding, Test } from "../../finding/finding.js";
import { type Decision, decideScored, refuse } from "../../finding/outcome.js";
import { PROPOSITIONS } from "../../finding/propositions.js";
import { log10Cap } from "../../finding/strength.js";
import type { Validation } from "../../finding/validation.js";
import { describeGroup, groupFacts, NOTHING_DESCRIBED } from "./describe-group.js";
import type { SqlEngine } from "./engine.js";
import { type FoundGroup, findGroups, type Search } from "./find-groups.js";
import { type LogTotals, logRoot, logTotals } from "./log/facts.js";
import { type Fill, withFill } from "./log/fill.js";
import type { Rejects } from "./log/parse-lines.js";
import { CLASS, LEVELS, MEMBER_P_MAX, METHOD_ID, METHOD_VERSION, SEED_DEFAULT } from "./method.js";
import type { GroupFacts, LogFacts, TrafficObservations } from "./observations.js";
import { type PropositionId, statistic } from "./score/statistic.js";
import { ALTERNATIVES, LIMITS, MEMBER_ASSUMPTION, NO_PROMPTS, RANK_ASSUMPTION, SCREEN_ASSUMPTION } from "./words.js";

export interface TrafficRequest {
  engine: SqlEngine;
  /** Name of the log for the page. */
  name: string;
  formats: readonly string[];
  rejects: Rejects;
  /** What the log carries, and why nobody in it may be named, if so (log/fill.ts). */
  intake?: { fill: Fill; refusal: string | null } | null;
  /** Clear names by hash where the owner reveals them; null to show keyed hashes. */
  reveal: ReadonlyMap<string, string> | null;
  /** The committed study, one for both propositions; null when the package carries none. */
  validation: Partial<Record<PropositionId, Validation>>;
  software: Finding["software"];
  onStage: (stage: string) => void;
}

/** Groups described as findings at most. */
const SHOWN_MAX = 50;

export async function examineTraffic(request: TrafficRequest): Promise<Finding[]> {
  const { engine } = request;
  const totals = await logTotals(engine);
  if (totals.rows === 0)
    return both((id) => finding(request, id, refuse("The log holds no row that could be read."), NO_LOG, "", []));
  request.onStage("digest of the log");
  const root = await logRoot(engine, totals.rows);
  const { fill, refusal } = request.intake ?? { fill: null, refusal: null };
  if (refusal !== null)
    return both((id) => withFill(finding(request, id, refuse(refusal), null, root, []), totals, fill));
  const search = await findGroups(engine, totals.rows, request.onStage);
  const log = logFacts(request, totals, search);
  const facts = search.groups.map(groupFacts);
  const shown = search.groups.flatMap((group, g) => (worthShowing(request, group) && g < SHOWN_MAX ? [g] : []));
  const out: Finding[] = [];
  for (const g of shown) {
    request.onStage(`exhibits of group ${g + 1}`);
    const group = search.groups[g]!;
    const described = await describeGroup(engine, g, group.listed.length);
    const observations: TrafficObservations = {
      log,
      group: facts[g]!,
      groups: facts,
      accounts: accountList(group, search, request),
      ...described,
    };
    for (const id of IDS) {
      const { value, least } = statistic(id, group.measures);
      const decision = decide(request, id, value, outside(totals, group));
      out.push(finding(request, id, decision, { ...observations }, root, tests(request, id, value, least, group)));
    }
  }
  if (out.length > 0) return out;
  return both((id) => {
    const top = Math.max(0, ...search.groups.map((group) => statistic(id, group.measures).value));
    return finding(
      request,
      id,
      decide(request, id, top, outside(totals, null)),
      whole(log, facts),
      root,
      wholeTests(request, id, top, facts.length),
    );
  });
}

const IDS = ["traffic/pooled-operation", "traffic/extraction-workload"] as const;

function both(make: (id: PropositionId) => Finding): Finding[] {
  return IDS.map(make);
}

/** Above the level and above all benign groups of the study; other groups stand in the table of groups only. */
function worthShowing(request: TrafficRequest, group: FoundGroup): boolean {
  return IDS.some((id) => statistic(id, group.measures).value > Math.max(LEVELS[id], nullMax(request, id)));
}

function nullMax({ validation }: TrafficRequest, id: PropositionId): number {
  return Math.max(0, ...(validation[id]?.summary.nullKinds ?? []).map((kind) => kind.statisticMax));
}

function decide(request: TrafficRequest, id: PropositionId, value: number, outsideClass: string | null): Decision {
  const known = request.validation[id]?.summary ?? null;
  const summary = known?.methodVersion === METHOD_VERSION ? known : null;
  const cap = summary ? log10Cap(id, summary) : 0;
  return decideScored({
    proposition: id,
    statistic: value,
    nullKinds: [
      { kind: "the level set on tuning material", families: 0, statisticMax: LEVELS[id] },
      ...(summary?.nullKinds ?? []).map(({ kind, families, statisticMax }) => ({ kind, families, statisticMax })),
    ],
    // What a rank above every null is worth is what the study's rates allow, no more.
    log10LR: { low: cap, high: cap },
    outside: outsideClass,
    validation: summary,
  });
}

/** Why log or group lie outside what the study speaks for. */
function outside(totals: LogTotals, group: FoundGroup | null): string | null {
  if (totals.promptRows < totals.rows / 2) return NO_PROMPTS.replace(/\.$/, "");
  if (totals.days < CLASS.daysMin) return `a log of ${totals.days} days; the study's have at least ${CLASS.daysMin}`;
  if (group && group.listed.length < CLASS.accountsMin)
    return `a group of ${group.listed.length} accounts; the study's have at least ${CLASS.accountsMin}`;
  if (group && group.measures.rows < CLASS.rowsMin)
    return `a group with ${group.measures.rows} rows on the days that judge; the study's campaigns have at least ${CLASS.rowsMin}`;
  return null;
}

function tests(request: TrafficRequest, id: PropositionId, value: number, least: string, group: FoundGroup): Test[] {
  const kinds = request.validation[id]?.summary.nullKinds ?? [];
  const nulls = kinds.reduce((n, kind) => n + kind.pairs, 0);
  const above = value > LEVELS[id] && kinds.every((kind) => value > kind.statisticMax);
  const outsiders = group.calibration;
  return [
    {
      id: `${id}/rank`,
      statistic: { name: `least of the measures (${least})`, value },
      log10P: above && nulls > 0 ? floor2(Math.log10(1 / (nulls + 1))) : 0,
      exact: false,
      assumption: RANK_ASSUMPTION,
      n: nulls,
      seed: SEED_DEFAULT,
      share: 1,
    },
    {
      id: "traffic/membership",
      statistic: { name: `accounts with a conformal p of at most ${MEMBER_P_MAX}`, value: group.members.length },
      log10P: group.members.reduce((most, m) => Math.max(most, round6(m.log10P)), -Infinity),
      exact: false,
      assumption: MEMBER_ASSUMPTION,
      n: outsiders,
      seed: SEED_DEFAULT,
      share: 0,
      where: "the largest p among the listed accounts",
    },
    {
      id: "traffic/screen",
      statistic: {
        name: `uses of the group's templates by its members; shuffles within ${group.screen.strata} strata give ${Math.round(group.screen.expected)} on average`,
        value: group.screen.observed,
      },
      log10P: floor2(group.screen.log10P),
      exact: false,
      assumption: SCREEN_ASSUMPTION,
      n: group.screen.observed,
      seed: SEED_DEFAULT,
      share: 0,
      where: "permutation screen, bounded by Hoeffding's inequality: it says not chance, and no more",
    },
  ];
}

function wholeTests(request: TrafficRequest, id: PropositionId, value: number, groups: number): Test[] {
  const nulls = (request.validation[id]?.summary.nullKinds ?? []).reduce((n, kind) => n + kind.pairs, 0);
  return [
    {
      id: `${id}/rank`,
      statistic: { name: "highest least measure among the groups of the log", value },
      log10P: 0,
      exact: false,
      assumption: RANK_ASSUMPTION,
      n: nulls,
      seed: SEED_DEFAULT,
      share: 1,
      where: `${groups} groups looked at`,
    },
  ];
}

function accountList(group: FoundGroup, search: Search, { reveal }: TrafficRequest): TrafficObservations["accounts"] {
  return group.listed.map(({ account, log10P }) => {
    const hash = search.accounts.hex(account);
    return { account: reveal?.get(hash) ?? hash, log10P: round6(log10P) };
  });
}

function logFacts(request: TrafficRequest, totals: LogTotals, search: Search): LogFacts {
  return {
    rows: totals.rows,
    accounts: totals.accounts,
    from: totals.from,
    to: totals.to,
    days: totals.days,
    promptShare: Math.round((1e6 * totals.promptRows) / totals.rows) / 1e6,
    distinctPrompts: search.prompts,
    formats: [...new Set(request.formats)].sort(),
    rejects: Object.entries(request.rejects)
      .map(([reason, { count }]) => ({ reason, lines: count }))
      .sort((a, b) => (a.reason < b.reason ? -1 : 1)),
    names: request.reveal ? "clear" : "keyed-hash",
    ...(request.intake ? { fill: request.intake.fill } : {}),
  };
}

const NO_LOG = null;

function whole(log: LogFacts, groups: GroupFacts[]): TrafficObservations {
  return { log, group: null, groups, accounts: [], ...NOTHING_DESCRIBED };
}

function finding(
  request: TrafficRequest,
  id: PropositionId,
  decision: Decision,
  observations: TrafficObservations | null,
  root: Digest | "",
  testList: Test[],
): Finding {
  const { hp, hd } = PROPOSITIONS[id];
  const validation = request.validation[id] ?? null;
  const digest = root === "" ? EMPTY : root;
  return {
    type: "assay/finding/v1",
    proposition: { id, hp, hd },
    method: {
      id: METHOD_ID,
      version: METHOD_VERSION,
      validation: validation ? { page: validation.summary.page, digest: validation.digest } : null,
    },
    subject: {
      kind: "log",
      log: { name: request.name, kind: "log", root: digest },
      accounts: observations?.log.accounts ?? 0,
    },
    outcome: decision.outcome,
    reason: decision.reason,
    strength: decision.strength,
    tests: testList,
    errorRate: decision.errorRate,
    observations,
    alternatives: [...ALTERNATIVES[id]!],
    limits: [...LIMITS],
    evidence: [digest],
    software: request.software,
  };
}

/** SHA-256 of nothing: the root of an empty log. */
const EMPTY: Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function floor2(value: number): number {
  return Math.floor(value * 100) / 100;
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
