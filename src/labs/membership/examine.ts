/**
 * The door of the membership laboratory: a committed plan and a model's scores of its texts go in, one finding comes out.
 * Canaries and orders of a data set: the rank of the drawn one among its set, combined over sets (law/ranks.ts; Oren et al.
 * 2310.17623 for orders, exact a shard and exactly combined). The claimant's training order: Kendall's correlation of
 * likelihoods with it (law/concordance.ts). Phrasings and held-out texts: t-tests on a stated condition, which are never more
 * than uncalibrated (law/conditional.ts). What has no score counts against the claim, so that leaving out helps nobody;
 * what was tried is paid for (stats/paid.ts). It cannot see what model made the scores.
 */
import type { Artefact } from "../../evidence/artefact.js";
import { chosenByItsMaker, type Dated } from "../../evidence/beacon-draw.js";
import { COMBINED_TEST_ID } from "../../finding/coherence.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideExact, OUTCOME_RULES, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { roundLog10P } from "../../stats/combine.js";
import { log10Paid, waysPaid } from "../../stats/paid.js";
import { concordantPairs, log10Concordance } from "./law/concordance.js";
import { learned, pairedT, type TTest, twoSampleT } from "./law/conditional.js";
import { log10Tail, type Ranked, rankOf, weightOf } from "./law/ranks.js";
import { type Look, looksAt, trend } from "./looks.js";
import { LOOK_P, METHODS, type PlanKind } from "./method.js";
import type { MembershipObservations } from "./observations.js";
import { drawnCanaries, idsOf, orderOf, type Plan, type PlanOf, shardsOf, sidesOf } from "./plan/plan.js";
import { type Scores, scoresOf } from "./plan/scores.js";
import { MEMBERSHIP_PROPOSITIONS } from "./propositions.js";
import { ALTERNATIVES, ASSUMPTIONS, CONDITIONS, LIMITS, PAID } from "./words.js";

export interface Given<T> {
  artefact: Artefact;
  value: T;
}

interface MembershipRequest {
  plan: Given<Plan>;
  suspect: Given<Scores>;
  /** Scores of a model that the plan named before its draw: they take out how hard a text is. For an order alone. */
  reference: Given<Scores> | null;
  /** What shows when the plan was fixed; checked by whoever hands it in. */
  dated: Dated | null;
  /** Suspects, sets of scores and the like that were tried, this one included. */
  tries: number;
  validations: readonly Validation[];
  software: Finding["software"];
}

type Left<T> = T extends unknown ? Omit<T, "round" | "dated" | "tries" | "log10P"> : never;

interface Seen {
  log10P: number;
  test: Pick<Test, "id" | "statistic" | "n" | "seed"> & { where: string };
  observations: Left<MembershipObservations>;
  /** Why nothing may be said; null where something may. */
  refused: string | null;
  /** On what the p holds, where no draw secures it; left out where the test is exact. */
  condition?: string;
}

/**
 * One finding from a plan and the scores of its texts.
 * @returns `uncalibrated` where nothing shows that the draw was nobody's choice, or the p leans on a condition; `refused` where no set is scored, a data
 * set is ordered by its own look, or a reference was chosen after the draw
 * @throws AssayError USAGE where the plan's round has not drawn yet
 */
export function examineMembership(request: MembershipRequest): Finding {
  const { plan, suspect, reference, dated, tries, validations, software } = request;
  const { kind } = plan.value;
  const method = METHODS[kind];
  const proposition = MEMBERSHIP_PROPOSITIONS.entries[method.asks];
  const validation = studyOfMethod(validations, method);
  const seen = SEE[kind](plan.value as never, suspect.value, reference);
  const alone = roundLog10P(seen.log10P);
  const paid = roundLog10P(log10Paid(seen.log10P, tries, dated));
  const outside = seen.condition ?? ownOrder(plan.value) ?? chosenByItsMaker(plan.value.round, dated);
  const decision: Decision =
    seen.refused === null
      ? decideExact({ proposition, log10P: paid, outside, validation: validation?.summary ?? null })
      : refuse(seen.refused);
  return frameFinding({
    list: MEMBERSHIP_PROPOSITIONS,
    proposition,
    method,
    validation,
    subject: { kind: "pair", reference: plan.artefact, suspect: suspect.artefact },
    decision,
    tests: [
      { ...seen.test, log10P: alone, exact: seen.condition === undefined, assumption: ASSUMPTIONS[kind], share: 0 },
      {
        id: COMBINED_TEST_ID,
        statistic: { name: "ways that are paid for", value: waysPaid(tries, dated) },
        log10P: paid,
        exact: seen.condition === undefined,
        assumption: PAID,
        n: seen.test.n,
        seed: seen.test.seed,
        share: 10 ** OUTCOME_RULES.log10Alpha,
      },
    ],
    observations: { ...seen.observations, round: plan.value.round, dated, tries, log10P: { alone, paid } },
    alternatives: ALTERNATIVES[kind],
    limits: LIMITS,
    evidence: [
      plan.artefact.root,
      suspect.artefact.root,
      ...(reference ? [reference.artefact.root] : []),
      ...(dated ? [dated.evidence] : []),
    ],
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
    // An order that was drawn follows nothing but by chance.
    const looks = plan.asPublished ? looksAt(plan.lines, plan.commitment) : [];
    return {
      ...seen,
      refused: seen.refused ?? ordered(looks),
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
    // Pairs with a text that has no score are pairs that speak against the claim.
    const pairs = (trained.length * (trained.length - 1)) / 2;
    const looks: Look[] = other ? [{ of: "the reference's likelihoods", log10P: round6(trend(other)) }] : [];
    return {
      log10P: log10Concordance(trained.length, concordant),
      refused: referenceFault(plan, reference) ?? (held.length < 2 ? "No two texts of the plan have a score." : null),
      test: {
        id: "concordance",
        statistic: { name: "pairs of texts of which the later one is likelier", value: concordant },
        n: trained.length,
        seed: plan.commitment,
        where: `${concordant} of ${pairs} pairs`,
      },
      observations: {
        ...common(plan, scores, trained.length - held.length, []),
        kind: "order",
        texts: trained.length,
        concordant,
        pairs,
        tau: round6((2 * concordant) / pairs - 1),
        reference: reference?.artefact.name ?? null,
        looks,
      },
    };
  },

  stamp: (plan, scores) => {
    const ids = idsOf(plan);
    const drawn = drawnCanaries(plan);
    const held = ids.map((set) => scoresOf(scores, set));
    const missing = held.reduce((sum, each) => sum + ("missing" in each ? each.missing : 0), 0);
    // Log-perplexity by character: of a document's phrasings, how much easier the published one is.
    const gains = held.flatMap((each, s) => {
      if (!("values" in each)) return [];
      const easy = each.values.map((value, c) => value / plan.sets[s]![c]!.length);
      const others = easy.filter((_, c) => c !== drawn[s]);
      return [easy[drawn[s]!]! - others.reduce((a, b) => a + b, 0) / others.length];
    });
    const gaining = gains.filter((gain) => gain > 0).length;
    const { seen, ...rest } = conditional(plan, missing, {
      test: missing > 0 ? null : pairedT(gains),
      n: ids.length,
      where: `${gaining} of ${ids.length} documents are easier as published`,
      what: "t of the gain in log-perplexity of published over private phrasings",
    });
    const picked = ids.map((set, s) => set[drawn[s]!]!);
    return {
      ...rest,
      observations: {
        ...common(plan, scores, missing, picked),
        kind: "stamp",
        documents: ids.length,
        gaining,
        ...seen,
      },
    };
  },

  inference: (plan, scores) => {
    const { published, heldOut, learn, judge, texts } = sidesOf(plan);
    const missing = [...published, ...heldOut].filter((id) => !scores.logprobs.has(id)).length;
    const whole = [...scores.others].filter(([, values]) => [...published, ...heldOut].every((id) => values.has(id)));
    const row = (id: string) => [
      scores.logprobs.get(id)! / texts[Number(id)]!.length,
      ...whole.map(([, values]) => values.get(id)!),
    ];
    const rows = (of: readonly string[]) => of.map(row);
    let test: TTest | null = null;
    if (missing === 0) {
      const sum = learned(rows(learn.published), rows(learn.heldOut));
      test = twoSampleT(rows(judge.published).map(sum), rows(judge.heldOut).map(sum));
    }
    const judged: [number, number] = [judge.published.length, judge.heldOut.length];
    const { seen, ...rest } = conditional(plan, missing, {
      test,
      n: judged[0] + judged[1],
      where: `${judged[0]} published and ${judged[1]} held-out texts judged, ${1 + whole.length} features`,
      what: "t of the learned sum of features, published over held out",
    });
    return {
      ...rest,
      observations: {
        ...common(plan, scores, missing, published),
        kind: "inference",
        published: published.length,
        heldOut: heldOut.length,
        judged,
        features: ["log-likelihood a character", ...whole.map(([name]) => name.slice(0, 100))],
        ...seen,
      },
    };
  },
};

/** What a plan of either conditional kind comes to: a t-test, or why there is none. */
function conditional(
  plan: PlanOf<"stamp" | "inference">,
  missing: number,
  { test, n, where, what }: { test: TTest | null; n: number; where: string; what: string },
) {
  const { t, degrees, log10P } = test ?? { t: null, degrees: 0, log10P: 0 };
  const condition = CONDITIONS[plan.kind];
  const none = "Nothing differs between the texts, or too few have a score.";
  return {
    log10P,
    refused: missing > 0 ? `${missing} texts of the plan have no score: leaving out could choose.` : test ? null : none,
    condition,
    test: { id: "t-test", statistic: { name: what, value: round6(t ?? 0) }, n, seed: plan.commitment, where },
    seen: { t: t === null ? null : round6(t), degrees, condition },
  };
}

/** Why an order that nobody drew says nothing. */
function ownOrder(plan: Plan): string | null {
  return plan.kind === "exchange" && plan.asPublished
    ? "the data set stands in its own order, which nobody drew: that a model which never saw it would not prefer it is assumed, not tested"
    : null;
}

/** Scores to compare with that were chosen after the draw could make any suspect rise along it, and so could leaving them out. */
function referenceFault(plan: PlanOf<"order">, reference: Given<Scores> | null): string | null {
  if (reference && plan.reference === null)
    return "The plan names no reference: scores to compare with that are chosen when the order is known can make any suspect rise along it.";
  if (reference && plan.reference !== reference.artefact.root)
    return `The plan names a reference of ${plan.reference}; these scores are others, and may have been chosen when the order was known.`;
  if (!reference && plan.reference !== null)
    return `The plan names a reference of ${plan.reference}, which is not given.`;
  return null;
}

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
    // All sets of the plan: one that was not scored whole counts as one whose drawn text ranked last.
    log10P: log10Tail(
      groups.map(({ ids }) => ids.length),
      value,
    ),
    refused:
      whole.length === 0 ? `No set of the plan has a score for each of its texts; ${missing} are missing.` : null,
    test: {
      id: "ranks",
      statistic: { name: "sum of the floor of 50 ln(candidates / rank)", value },
      n: groups.length,
      seed: plan.commitment,
      where: `${best} of ${groups.length} ${what} rank first among ${groups[0]!.ids.length}`,
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
    type: "membership/observations/v2" as const,
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
function ordered(looks: readonly Look[]): string | null {
  const found = looks.find(({ log10P }) => log10P < Math.log10(LOOK_P));
  return found
    ? `By the texts alone, the data set's published order is not random: it follows ${found.of} (p = 10^${found.log10P.toFixed(2)}). A model that never saw it may prefer it.`
    : null;
}

const round6 = (value: number) => Math.round(1e6 * value) / 1e6;
