/**
 * The door of the membership laboratory: a committed plan and a model's scores of its texts go in, one finding comes out.
 * Canaries and orders of a data set: the rank of the drawn one among its set, combined over sets (law/ranks.ts; Oren et al.
 * 2310.17623 for orders, exact a shard and exactly combined). The claimant's training order: Kendall's correlation of
 * likelihoods with it (law/concordance.ts). It cannot see what model made the scores, nor when the plan was fixed.
 */
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideExact, OUTCOME_RULES, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { roundLog10P } from "../../stats/combine.js";
import { concordantPairs, log10Concordance } from "./law/concordance.js";
import { log10Tail, type Ranked, rankOf, weightOf } from "./law/ranks.js";
import { type Look, looksAt, trend } from "./looks.js";
import { LOOK_P, METHODS, type PlanKind, REFERENCE_P } from "./method.js";
import type { MembershipObservations } from "./observations.js";
import { drawnCanaries, idsOf, orderOf, type Plan, type PlanOf, shardsOf } from "./plan/plan.js";
import { type Scores, scoresOf } from "./plan/scores.js";
import { MEMBERSHIP_PROPOSITIONS } from "./propositions.js";
import { ALTERNATIVES, ASSUMPTIONS, LIMITS } from "./words.js";

export interface Given<T> {
  artefact: Artefact;
  value: T;
}

interface MembershipRequest {
  plan: Given<Plan>;
  suspect: Given<Scores>;
  /** Scores of a model that knows nothing of the order: they take out how hard a text is. For an order alone. */
  reference: Given<Scores> | null;
  validations: readonly Validation[];
  software: Finding["software"];
}

interface Seen {
  log10P: number;
  test: Pick<Test, "id" | "statistic" | "n" | "seed"> & { where: string };
  observations: MembershipObservations;
  /** Why nothing may be said; null where something may. */
  refused: string | null;
}

/**
 * One finding from a plan and the scores of its texts.
 * @returns `refused` where scores are missing, a data set is ordered by its own look, or the reference knows the order
 */
export function examineMembership({ plan, suspect, reference, validations, software }: MembershipRequest): Finding {
  const { kind } = plan.value;
  const method = METHODS[kind];
  const proposition = MEMBERSHIP_PROPOSITIONS.entries[method.id];
  const validation = studyOfMethod(validations, method);
  const seen = SEE[kind](plan.value as never, suspect.value, reference);
  const log10P = roundLog10P(seen.log10P);
  const decision: Decision =
    seen.refused === null
      ? decideExact({ proposition, log10P, outside: null, validation: validation?.summary ?? null })
      : refuse(seen.refused);
  return frameFinding({
    list: MEMBERSHIP_PROPOSITIONS,
    proposition,
    method,
    validation,
    subject: { kind: "pair", reference: plan.artefact, suspect: suspect.artefact },
    decision,
    tests: [
      {
        ...seen.test,
        log10P,
        exact: true,
        assumption: ASSUMPTIONS[kind],
        share: 10 ** OUTCOME_RULES.log10Alpha,
      },
    ],
    observations: seen.observations,
    alternatives: ALTERNATIVES[kind],
    limits: LIMITS,
    evidence: [plan.artefact.root, suspect.artefact.root, ...(reference ? [reference.artefact.root] : [])],
    software,
  });
}

const SEE: { [K in PlanKind]: (plan: PlanOf<K>, scores: Scores, reference: Given<Scores> | null) => Seen } = {
  canary: (plan, scores) => {
    const seen = ranksOf(plan, drawnCanaries(plan), scores);
    return { ...seen, observations: { ...seen.observations, kind: "canary", ranks: seen.ranks } };
  },

  exchange: (plan, scores) => {
    const seen = ranksOf(
      plan,
      shardsOf(plan).map(({ published }) => published),
      scores,
    );
    const looks = looksAt(plan.lines, plan.seed);
    return {
      ...seen,
      refused: seen.refused ?? ordered(looks, "the data set's published order"),
      observations: { ...seen.observations, kind: "exchange", ranks: seen.ranks, looks },
    };
  },

  order: (plan, scores, reference) => {
    const [ids] = idsOf(plan) as [string[]];
    const trained = orderOf(plan).map((i) => ids[i]!);
    const held = trained.filter((id) => scores.logprobs.has(id) && (!reference || reference.value.logprobs.has(id)));
    const own = held.map((id) => scores.logprobs.get(id)!);
    const other = reference ? held.map((id) => reference.value.logprobs.get(id)!) : null;
    const values = other ? own.map((value, i) => value - other[i]!) : own;
    const concordant = concordantPairs(values);
    const pairs = (held.length * (held.length - 1)) / 2;
    // A drawn order follows nothing; that of a plan that was made to fit does.
    const looks: Look[] = other ? [{ of: "the reference's likelihoods", log10P: round6(trend(other)) }] : [];
    const knows = looks.find(({ log10P }) => log10P < Math.log10(REFERENCE_P));
    return {
      log10P: log10Concordance(held.length, concordant),
      refused:
        held.length < 10
          ? `Only ${held.length} of ${trained.length} texts have a score; at least 10 are needed.`
          : knows
            ? `The reference model's own likelihoods follow the order (p = 10^${knows.log10P.toFixed(2)}): it is no stranger to it.`
            : null,
      test: {
        id: "concordance",
        statistic: { name: "pairs of texts of which the later one is likelier", value: concordant },
        n: held.length,
        seed: plan.commitment,
        where: `${concordant} of ${pairs} pairs`,
      },
      observations: {
        ...common(plan, scores, trained.length - held.length, []),
        kind: "order",
        texts: held.length,
        concordant,
        pairs,
        tau: pairs > 0 ? round6((2 * concordant) / pairs - 1) : 0,
        reference: reference?.artefact.name ?? null,
        looks,
      },
    };
  },
};

function ranksOf(plan: PlanOf<"canary" | "exchange">, drawn: readonly number[], scores: Scores) {
  const groups = idsOf(plan).map((ids, set) => ({ set, ids, drawn: drawn[set]!, held: scoresOf(scores, ids) }));
  const whole = groups.flatMap(({ set, held, drawn: at }) =>
    "values" in held ? [{ set, ...rankOf(held.values, at) }] : [],
  );
  const missing = groups.reduce((sum, { held }) => sum + ("missing" in held ? held.missing : 0), 0);
  const value = whole.reduce((sum, each: Ranked) => sum + weightOf(each), 0);
  const what = plan.kind === "canary" ? "canaries" : "shards";
  const best = whole.filter(({ rank }) => rank === 1).length;
  return {
    log10P: log10Tail(
      whole.map(({ of }) => of),
      value,
    ),
    refused:
      whole.length === 0 ? `No set of the plan has a score for each of its texts; ${missing} are missing.` : null,
    test: {
      id: "ranks",
      statistic: { name: "sum of the floor of 50 ln(candidates / rank)", value },
      n: whole.length,
      seed: plan.commitment,
      where: `${best} of ${whole.length} ${what} rank first among ${whole[0]?.of ?? 0}`,
    },
    ranks: whole,
    observations: common(
      plan,
      scores,
      missing,
      groups.map(({ ids, drawn: at }) => ids[at]!),
    ),
  };
}

function common(plan: Plan, { others }: Scores, missing: number, drawn: readonly string[]) {
  const picked = new Set(drawn);
  const mean = (values: readonly number[]) => round6(values.reduce((a, b) => a + b, 0) / Math.max(1, values.length));
  return {
    type: "membership/observations/v1" as const,
    plan: plan.name,
    commitment: plan.commitment,
    missing,
    exhibits: [...others].map(([name, values]) => ({
      name: name.slice(0, 100),
      drawn: mean([...values].flatMap(([id, value]) => (picked.has(id) ? [value] : []))),
      others: mean([...values].flatMap(([id, value]) => (picked.has(id) ? [] : [value]))),
    })),
  };
}

/** Why an order is no random one; null where the texts do not say so. */
function ordered(looks: readonly Look[], what: string): string | null {
  const found = looks.find(({ log10P }) => log10P < Math.log10(LOOK_P));
  return found
    ? `By the texts alone, ${what} is not random: it follows ${found.of} (p = 10^${found.log10P.toFixed(2)}). A model that never saw it may prefer it.`
    : null;
}

const round6 = (value: number) => Math.round(1e6 * value) / 1e6;
