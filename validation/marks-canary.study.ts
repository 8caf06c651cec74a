/**
 * The study behind `marks/canary`, version 2: plans under many seeds, suspects that answer by their own taste (nulls), and
 * suspects that learned a share of one account's canaries (positives). Simulated answers: it tests the assignment and
 * the arithmetic, not whether a model learns a canary.
 *   npm run build && node validation/runner/run.ts marks-canary --write
 */
import { type Prng, prng } from "../dist/base/prng.js";
import { testCanaries } from "../dist/labs/marks/canaries/canaries.js";
import { assignments, type CanaryPlan, committedPlan } from "../dist/labs/marks/canaries/canary-plan.js";
import { CANARY } from "../dist/labs/marks/record/method.js";
import { defineStudy, type Row } from "./runner/study.ts";

const PLANS = 200;
const ACCOUNTS = 100;
const ITEMS = 40;
const LEARNED = 0.6;
/** Every account of a plan is paid for. */
const PAID = Math.log10(ACCOUNTS);
const LEVEL = -6;

type Answers = readonly (number | null)[];
interface Case {
  /** Of a plan: a suspect that has never met it, or one that learned an account's canaries. */
  kind: "own taste" | "learned";
  n: number;
  plan: CanaryPlan;
  who: number;
  /** Of the suspect that answers by its own taste, and of the one that learned. */
  taste: Answers;
  learned: Answers;
}
interface Result {
  /** Of the best account, paid for all. */
  log10P: number;
  /** Of a null: whether the suspect that learned one account's canaries accuses another account of the plan. */
  another: boolean;
}

/** One stream of draws for all plans, in their order. */
function drawn(source: Prng, n: number): Omit<Case, "kind"> {
  const seed = Array.from({ length: 8 }, () => source.uint32().toString(16).padStart(8, "0")).join("");
  // A secret draws in place of a round: both are as random to a suspect.
  const plan = committedPlan({
    secret: seed,
    round: null,
    accounts: Array.from({ length: ACCOUNTS }, (_, a) => `account-${a}`),
    items: Array.from({ length: ITEMS }, (_, i) => ({
      id: `i${i}`,
      question: "",
      options: ["a1", "b2", "c3", "d4", "e5"],
    })),
  });
  // A taste: the first options are favoured, as models favour what comes first; one in ten questions stays open.
  const own = () => (source.below(10) === 0 ? null : Math.min(source.below(5), source.below(5)));
  const taste = plan.items.map(own);
  const who = source.below(ACCOUNTS);
  const served = assignments(plan)[who]!;
  const learned = plan.items.map((_, i) => (source.below(100) < 100 * LEARNED ? served[i]! : own()));
  return { n, plan, who, taste, learned };
}

const round = (x: number) => Math.round(x * 100) / 100;
const log10Ps = (rows: readonly Row<Case, Result>[]) => rows.map(({ result }) => round(result.log10P));

export default defineStudy<Case, Result, ReturnType<typeof summary>>({
  id: "marks-canary",
  method: CANARY,
  materials: {},
  kinds: [
    { name: "own taste", counted: "null" },
    { name: "learned", counted: "positive" },
  ],
  cases() {
    const source = prng("assay/study/canary", "1");
    const plans = Array.from({ length: PLANS }, (_, n) => drawn(source, n));
    return (["own taste", "learned"] as const).flatMap((kind) => plans.map((plan) => ({ kind, ...plan })));
  },
  idOf: ({ kind, n }) => `${kind} ${n}`,
  async run({ kind, plan, who, taste, learned }) {
    const best = (answers: Answers) => testCanaries(plan, [...answers]);
    const log10P = Math.min(0, best(kind === "learned" ? learned : taste)[0]!.log10P + PAID);
    const another =
      kind === "own taste" && best(learned).some((r) => r.log10P + PAID <= LEVEL && r.account !== `account-${who}`);
    return { log10P, another };
  },
  hit: ({ log10P, another }) => log10P <= LEVEL || another,
  summarise: ({ nulls, positives }) => ({ json: summary(nulls, positives) }),
});

/** Plans are drawn apart, so each is a family of its own. */
function summary(nulls: readonly Row<Case, Result>[], positives: readonly Row<Case, Result>[]) {
  const accused = nulls.filter(({ result }) => result.log10P <= LEVEL || result.another).length;
  const found = positives.filter(({ result }) => result.log10P <= LEVEL).length;
  return {
    type: "assay/validation/v1",
    method: CANARY.id,
    methodVersion: CANARY.version,
    page: "validation/marks-canary.md",
    nulls: { pairs: nulls.length, families: nulls.length, accusedPairs: accused, accusedFamilies: accused },
    positives: { pairs: positives.length, families: positives.length, foundPairs: found, foundFamilies: found },
    nullLog10P: log10Ps(nulls),
    positiveLog10P: log10Ps(positives),
  };
}
