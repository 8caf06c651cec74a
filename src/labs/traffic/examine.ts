/**
 * The door of the traffic laboratory: are there accounts in this log that are operated together, and does what they ask
 * harvest the model? Groups are found by content lockstep, and by shared cards and networks, on half of each account's days
 * and judged on the others; what judges them stands on both, and their statistics are ranked among benign coordinated
 * groups (research: SynchroTrap, CCS 2014; FRAUDAR, KDD 2016; Ikram et al. 2015).
 * It cannot see who operates them, nor what became of the answers.
 */
import type { Digest } from "../../base/digest.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideScored, refuse } from "../../finding/outcome.js";
import { log10Cap } from "../../finding/strength.js";
import type { Validation } from "../../finding/validation.js";
import { describeGroup, groupFacts, NOTHING_DESCRIBED } from "./describe-group.js";
import type { SqlEngine } from "./engine.js";
import { type FoundGroup, findGroups, type Search } from "./find-groups.js";
import { leads, listed, type Naming, tablesOf } from "./list-accounts.js";
import { type LogTotals, logRoot, logTotals } from "./log/facts.js";
import { type Fill, withFill } from "./log/fill.js";
import type { Rejects } from "./log/parse-lines.js";
import { CLASS, LEVELS, MEMBER_P_MAX, METHOD_ID, METHOD_VERSION, REST_P_MAX, SEED_DEFAULT } from "./method.js";
import type { Lead, LogFacts, TrafficObservations } from "./observations.js";
import { TRAFFIC_PROPOSITIONS } from "./propositions.js";
import { type OutOfReach, outOfReach } from "./reach.js";
import { restOf } from "./score/rest.js";
import { type PropositionId, statistic } from "./score/statistic.js";
import {
  ALTERNATIVES,
  LIMITS,
  MEMBER_ASSUMPTION,
  NO_PROMPTS,
  RANK_ASSUMPTION,
  REST_ASSUMPTION,
  SCREEN_ASSUMPTION,
} from "./words.js";

interface TrafficRequest {
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
  /** Studies at hand, one a proposition. */
  validations: readonly Validation[];
  software: Finding["software"];
  onStage: (stage: string) => void;
}

/** Groups described as findings at most. */
const SHOWN_MAX = 50;

/**
 * Two findings for each group that gives rise to one; where none does, two `inconclusive` ones on the whole log, and
 * `refused` ones for a log that cannot be read. Names are keyed hashes unless the request reveals them.
 */
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
  const name: Naming = (account) => {
    const hash = search.accounts.hex(account);
    return request.reveal?.get(hash) ?? hash;
  };
  const facts = search.groups.map(groupFacts);
  const shown = search.groups
    .flatMap((group, g) => (worthShowing(request, totals, group) ? [g] : []))
    .slice(0, SHOWN_MAX);
  const shared = { log: logFacts(request, totals, search), groups: facts, outOfReach: outOfReach(search.fill) };
  const below = leads(
    search.groups.flatMap((group, g) => (shown.includes(g) ? [] : [{ id: facts[g]!.id, group, ...standing(group) }])),
    name,
  );
  const out: Finding[] = [];
  for (const g of shown) {
    request.onStage(`exhibits of group ${g + 1}`);
    const group = search.groups[g]!;
    const described = await describeGroup(engine, g, group.listed.length);
    const observations: TrafficObservations = {
      ...shared,
      group: facts[g]!,
      accounts: listed(group, search, name),
      tables: tablesOf(group, search, name),
      leads: [],
      ...described,
    };
    for (const id of IDS) {
      const { value, weakest } = statistic(id, group.measures);
      const decision = decide(request, id, value, outside(totals, group), shared.outOfReach);
      out.push(finding(request, id, decision, { ...observations }, root, tests(request, id, value, weakest, group)));
    }
  }
  // What remains of the log: leads below the level, told from what was found.
  if (out.length === 0 || below.length > 0)
    for (const id of IDS) {
      const rest = search.groups.filter((_, g) => !shown.includes(g));
      const top = Math.max(0, ...rest.map((group) => statistic(id, group.measures).value));
      const decision = decide(request, id, top, outside(totals, null), shared.outOfReach);
      const tests = wholeTests(request, id, top, rest.length);
      out.push(finding(request, id, decision, whole(shared, below), root, tests));
    }
  return out;
}

function standing(group: FoundGroup) {
  return {
    pooled: statistic("traffic/pooled-operation", group.measures).value,
    extraction: statistic("traffic/extraction-workload", group.measures).value,
  };
}

const IDS = ["traffic/pooled-operation", "traffic/extraction-workload"] as const;

function both(make: (id: PropositionId) => Finding): Finding[] {
  return IDS.map(make);
}

/** Above the level and above all benign groups of the study, and like its campaigns in size; all others are leads at most. */
function worthShowing(request: TrafficRequest, totals: LogTotals, group: FoundGroup): boolean {
  if (outside(totals, group) !== null) return false;
  return IDS.some((id) => statistic(id, group.measures).value > Math.max(LEVELS[id], nullMax(request, id)));
}

function nullMax(request: TrafficRequest, id: PropositionId): number {
  return Math.max(0, ...(studyOf(request, id)?.summary.nullKinds ?? []).map((kind) => kind.statisticMax));
}

function decide(
  request: TrafficRequest,
  id: PropositionId,
  value: number,
  outsideClass: string | null,
  missing: readonly OutOfReach[],
): Decision {
  const summary = studyOf(request, id)?.summary ?? null;
  const cap = summary ? log10Cap(TRAFFIC_PROPOSITIONS.entries[id], summary) : 0;
  const decision = decideScored({
    proposition: TRAFFIC_PROPOSITIONS.entries[id],
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
  if (decision.outcome !== "inconclusive" || missing.length === 0) return decision;
  const why = missing.map(({ why }) => why).join("; ");
  return { ...decision, reason: `Out of reach of this log: ${why}. ${decision.reason}` };
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

function tests(request: TrafficRequest, id: PropositionId, value: number, weakest: string, group: FoundGroup): Test[] {
  const kinds = studyOf(request, id)?.summary.nullKinds ?? [];
  // Groups of one source and kind are not independent: the rank is among families.
  const nulls = studyOf(request, id)?.summary.nulls.families ?? 0;
  const above = value > LEVELS[id] && kinds.every((kind) => value > kind.statisticMax);
  const outsiders = group.calibration;
  return [
    {
      id: `${id}/rank`,
      statistic: { name: `product of its parts (weakest: ${weakest})`, value },
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
      id: "traffic/rest",
      statistic: {
        name: `listed accounts, each at work at hours at which a person who rests would be with a chance of at most ${REST_P_MAX}`,
        value: group.listed.length,
      },
      log10P: group.listed.reduce((most, { account }) => Math.max(most, restLog10P(group, account)), -Infinity),
      exact: false,
      assumption: REST_ASSUMPTION,
      n: group.listed.length,
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

function restLog10P({ measured }: FoundGroup, account: number): number {
  return round6(restOf(measured.work.get(account)?.everyDay).log10P);
}

function wholeTests(request: TrafficRequest, id: PropositionId, value: number, groups: number): Test[] {
  const nulls = studyOf(request, id)?.summary.nulls.families ?? 0;
  return [
    {
      id: `${id}/rank`,
      statistic: { name: "highest statistic among the groups of the log that are no finding", value },
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
    known: {
      payment: search.fill.payment,
      network: search.fill.network,
      org: search.fill.org,
      joined: search.joined,
    },
    popular: search.popular,
    names: request.reveal ? "clear" : "keyed-hash",
    ...(request.intake ? { fill: request.intake.fill } : {}),
  };
}

const NO_LOG = null;

function whole(
  shared: Pick<TrafficObservations, "log" | "groups" | "outOfReach">,
  below: readonly Lead[],
): TrafficObservations {
  return { ...shared, group: null, accounts: [], tables: null, leads: [...below], ...NOTHING_DESCRIBED };
}

function finding(
  request: TrafficRequest,
  id: PropositionId,
  decision: Decision,
  observations: TrafficObservations | null,
  root: Digest | "",
  testList: Test[],
): Finding {
  const digest = root === "" ? EMPTY : root;
  return frameFinding({
    list: TRAFFIC_PROPOSITIONS,
    proposition: TRAFFIC_PROPOSITIONS.entries[id],
    method: METHOD,
    validation: studyOf(request, id),
    subject: {
      kind: "log",
      log: { name: request.name, kind: "log", root: digest },
      accounts: observations?.log.accounts ?? 0,
    },
    decision,
    tests: testList,
    observations,
    alternatives: ALTERNATIVES[id]!,
    limits: LIMITS,
    evidence: [digest],
    software: request.software,
  });
}

/** SHA-256 of nothing: the root of an empty log. */
const EMPTY: Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function floor2(value: number): number {
  return Math.floor(value * 100) / 100;
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

const METHOD = { id: METHOD_ID, version: METHOD_VERSION };

/** Each question leans on its own study of the one method. */
function studyOf({ validations }: TrafficRequest, id: PropositionId): Validation | null {
  return studyOfMethod(validations, METHOD, id);
}
