/**
 * The study behind `marks/canary`, version 1: plans under many seeds, suspects that answer by their own taste (nulls), and
 * suspects that learned a share of one account's canaries (positives). Simulated answers: it tests the assignment and
 * the arithmetic, not whether a model learns a canary.
 *   npm run build && node validation/marks-canary.study.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prng } from "../dist/base/prng.js";
import { testCanaries } from "../dist/labs/marks/canaries/canaries.js";
import { assignments, type CanaryPlan, planCommitment } from "../dist/labs/marks/canaries/canary-plan.js";
import { CANARY } from "../dist/labs/marks/record/method.js";

const PLANS = 200;
const ACCOUNTS = 100;
const ITEMS = 40;
const LEARNED = 0.6;
const source = prng("assay/study/canary", "1");
const nulls: number[] = [];
const positives: number[] = [];
let wrong = 0;
for (let n = 0; n < PLANS; n++) {
  const seed = Array.from({ length: 8 }, () => source.uint32().toString(16).padStart(8, "0")).join("");
  const draft = {
    seed,
    accounts: Array.from({ length: ACCOUNTS }, (_, a) => `account-${a}`),
    items: Array.from({ length: ITEMS }, (_, i) => ({
      id: `i${i}`,
      question: "",
      options: ["a1", "b2", "c3", "d4", "e5"],
    })),
  };
  const plan = { type: "assay/canary-plan/v1", ...draft, commitment: planCommitment(draft) } as CanaryPlan;
  const paid = Math.log10(ACCOUNTS);
  // A taste: the first options are favoured, as models favour what comes first; one in ten questions stays open.
  const taste = () => (source.below(10) === 0 ? null : Math.min(source.below(5), source.below(5)));
  nulls.push(Math.min(0, testCanaries(plan, plan.items.map(taste))[0]!.log10P + paid));
  const who = source.below(ACCOUNTS);
  const served = assignments(plan)[who]!;
  const learned = testCanaries(
    plan,
    plan.items.map((_, i) => (source.below(100) < 100 * LEARNED ? served[i]! : taste())),
  );
  positives.push(Math.min(0, learned[0]!.log10P + paid));
  if (learned.some((r) => r.log10P + paid <= -6 && r.account !== `account-${who}`)) wrong++;
}
const round = (x: number) => Math.round(x * 100) / 100;
const found = positives.filter((p) => p <= -6).length;
const accused = nulls.filter((p) => p <= -6).length + wrong;
const study = {
  type: "assay/validation/v1",
  method: CANARY.id,
  methodVersion: CANARY.version,
  page: "validation/marks-canary.md",
  nulls: { pairs: PLANS, families: PLANS, accusedPairs: accused, accusedFamilies: accused },
  positives: { pairs: PLANS, families: PLANS, foundPairs: found, foundFamilies: found },
  nullLog10P: nulls.map(round),
  positiveLog10P: positives.map(round),
};
writeFileSync(join(new URL(".", import.meta.url).pathname, "marks-canary.json"), `${JSON.stringify(study)}\n`);
console.log(
  JSON.stringify({
    accused,
    wrong,
    found,
    of: PLANS,
    smallestNull: round(Math.min(...nulls)),
    weakest: round(Math.max(...positives)),
  }),
);
