/**
 * Whether a finding's outcome and strength follow from its own tests, counts and cap, by the rules of outcome.ts and
 * strength.ts read backwards, in the versions that the finding names and no others. It cannot see whether the tests are
 * true to the evidence: that takes the evidence.
 */
import { atMostLower95, isUpper95 } from "../stats/binomial-bound.js";
import type { ErrorRate, Finding, Strength, Test } from "./finding.js";
import type { OutcomeRules } from "./outcome-rules.js";
import type { Proposition } from "./propositions.js";
import { type FindingRules, type Known, type KnownRules, rulesOf } from "./rules.js";
import { type Scale, scaleTerm } from "./scale.js";
import { firstRankBound } from "./strength.js";
import type { ValidationSummary } from "./validation.js";
import { forbiddenWording } from "./wording.js";

/** upper95 is stored rounded up at the sixth decimal. */
const RATE_STEP = 1e-6;

/** A method of several tests states their combination under this id; a method of one test needs none. */
export const COMBINED_TEST_ID = "combined";

/** What does not follow by the finding's own rules, in sentences; empty when all of it does. */
export function incoherences(finding: Finding, known: KnownRules): string[] {
  const found = rulesOf(finding, known);
  if ("unknown" in found) return [`rules not known here: ${found.unknown.join(", ")}`];
  return found.rules.outcome.readBack(finding, found.rules);
}

/** Version 2 of the outcome rules, read backwards. */
export function readBack2(finding: Finding, rules: FindingRules): string[] {
  const { question } = rules;
  if (question === null) return [`${finding.proposition.id} is not in the list of questions that the finding names`];
  const thresholds = rules.outcome.table;
  return [
    ...ofWords(finding, question, thresholds),
    ...ofOutcome(finding, question, thresholds),
    ...ofStrength(finding, rules.scale),
    ...ofErrorRate(finding, question),
  ];
}

function ofWords(finding: Finding, words: Proposition, rules: OutcomeRules): string[] {
  const { proposition, reason, alternatives, limits } = finding;
  const faults: string[] = [];
  if (words.hp !== proposition.hp || words.hd !== proposition.hd)
    faults.push(`the words of the proposition are not those of ${proposition.id}`);
  const forbidden = forbiddenWording([reason, ...alternatives, ...limits].join("\n"), rules);
  if (forbidden !== null) faults.push(`it says "${forbidden}", which no test supports`);
  return faults;
}

function ofOutcome(finding: Finding, question: Proposition, rules: OutcomeRules): string[] {
  const { outcome, strength, errorRate, tests, method } = finding;
  const supports = outcome === "supports-hp" || outcome === "supports-hd";
  const faults: string[] = [];
  if (tests.some((test) => !(test.log10P <= 0))) faults.push("a test has a p above 1");
  if ((outcome === "uncalibrated" || outcome === "refused") && strength !== null)
    faults.push(`the outcome is ${outcome}, yet a strength is stated`);
  if (outcome === "supports-hd" && question.oneSided) faults.push("a one-sided question cannot give supports-hd");
  const combined = combinedTest(tests);
  if (outcome === "inconclusive" && combined?.exact && combined.log10P <= rules.log10Alpha)
    faults.push("the combined p reaches α, yet the outcome is inconclusive");
  if (!supports) return faults;
  if (method.validation === null) faults.push(`the outcome is ${outcome}, yet no validation study is named`);
  if (errorRate === null) faults.push(`the outcome is ${outcome}, yet no error rate is stated`);
  const least = outcome === "supports-hp" ? (strength?.log10LR.low ?? 0) : -(strength?.log10LR.high ?? 0);
  if (!(least > 0)) faults.push(`the outcome is ${outcome}, yet the strength does not favour that proposition`);
  faults.push(...(outcome === "supports-hp" ? ofSupport(tests, errorRate, rules) : ofScored(errorRate, rules)));
  return faults;
}

/** The combination, or the only test there is. */
function combinedTest(tests: readonly Test[]): Test | undefined {
  return tests.find((test) => test.id === COMBINED_TEST_ID) ?? (tests.length === 1 ? tests[0] : undefined);
}

/** A support rests on the exact combination or, where a scored test is among the tests, on the scored rule. */
function ofSupport(tests: readonly Test[], errorRate: ErrorRate | null, rules: OutcomeRules): string[] {
  const { log10Alpha, exactNullsMin } = rules;
  const families = errorRate?.families ?? 0;
  const combined = combinedTest(tests);
  if (tests.some(isScored) && !(combined?.exact && combined.log10P <= log10Alpha)) return ofScored(errorRate, rules);
  const faults: string[] = [];
  if (combined === undefined) faults.push(`there is no test "${COMBINED_TEST_ID}" that combines the others`);
  else if (combined.log10P > log10Alpha)
    faults.push(`the combined p, 10^${combined.log10P}, is above 10^${log10Alpha}`);
  if (families < exactNullsMin || errorRate?.falsePositives !== 0)
    faults.push(`exact tests need ${exactNullsMin} independent nulls with none accused`);
  return faults;
}

function isScored({ exact, id }: Test): boolean {
  return !exact && id !== COMBINED_TEST_ID;
}

function ofScored(errorRate: ErrorRate | null, { scoredFamiliesMin }: OutcomeRules): string[] {
  const short = (errorRate?.families ?? 0) < scoredFamiliesMin || errorRate?.falsePositives !== 0;
  return short ? [`scored tests need ${scoredFamiliesMin} families with none accused`] : [];
}

function ofStrength({ strength, errorRate }: Finding, { name, table }: Known<Scale>): string[] {
  if (strength === null) return [];
  const faults: string[] = [];
  const { low, high } = strength.log10LR;
  const { cap, scale } = strength;
  if (low !== null && high !== null && low > high) faults.push("the lower end of the strength is above the upper");
  if ([low, high].some((end) => end !== null && Math.abs(end) > cap.log10LR))
    faults.push("the strength is above its cap");
  if (scale.id !== name.version || scale.digest !== name.digest)
    faults.push(`the strength is not on the scale ${name.version}, by which the finding was made`);
  // A ratio below 1 is turned round: its least end is the upper one.
  const opposed = high !== null && high < 0;
  const term = scaleTerm(opposed ? -high : (low ?? Number.NEGATIVE_INFINITY), table);
  if (strength.term !== term) faults.push(`the term for this strength is "${term}"`);
  if (errorRate === null) faults.push("a strength is stated without an error rate");
  else faults.push(...ofCap(cap, errorRate));
  return faults;
}

function ofCap(cap: Strength["cap"], errorRate: ErrorRate): string[] {
  const faults: string[] = [];
  if (cap.nulls !== errorRate.nulls || cap.families !== errorRate.families)
    faults.push("the cap and the error rate count different nulls");
  // LR ≤ lower95(TPR) / upper95(FPR), and no rate is above 1.
  if (10 ** cap.log10LR * (errorRate.upper95 - RATE_STEP) > 1)
    faults.push("the cap is above what the false-positive bound permits");
  return faults;
}

function ofErrorRate({ errorRate }: Finding, question: Proposition): string[] {
  if (errorRate === null) return [];
  const { falsePositives, families, upper95, firstAmong } = errorRate;
  // Independent trials, as in strength.ts.
  const pairs = question.trial === "pair";
  const trials = pairs ? Math.floor(families / 2) : families;
  if (isUpper95(upper95, Math.min(falsePositives, trials), trials, RATE_STEP)) return [];
  if (firstAmong !== undefined) return ofFirstRank(errorRate, question);
  const unit = pairs ? "disjoint pairs of families" : "families";
  return [`upper95 is not the Clopper–Pearson bound of ${falsePositives} in ${trials} ${unit}`];
}

/** A first rank among n families speaks of pairs, and n is no more than the study's families without the pair's two. */
function ofFirstRank({ families, upper95, firstAmong = 0 }: ErrorRate, question: Proposition): string[] {
  const bound = firstRankBound(firstAmong);
  const follows = question.trial === "pair" && firstAmong <= families - 2;
  if (follows && upper95 >= bound && upper95 <= bound + RATE_STEP) return [];
  return [`upper95 is not the bound of a first rank among ${firstAmong} of ${families} families`];
}

/** What the finding states otherwise than the study it leans on; empty when nothing. */
export function incoherencesWithStudy(finding: Finding, study: ValidationSummary): string[] {
  const { method, errorRate, strength } = finding;
  const { nulls, positives } = finding.outcome === "supports-hd" ? (study.opposed ?? study) : study;
  const faults: string[] = [];
  if (study.method !== method.id || study.methodVersion !== method.version)
    faults.push(
      `the study is of ${study.method} ${study.methodVersion}, the finding of ${method.id} ${method.version}`,
    );
  if (errorRate === null) return faults;
  const { falsePositives, families } = errorRate;
  const counts = [falsePositives, errorRate.nulls, families, errorRate.firstAmong];
  if ([nulls.accusedFamilies, nulls.pairs, nulls.families, nulls.firstAmong].some((n, i) => n !== counts[i]))
    faults.push("the error rate does not state the study's counts");
  if (strength === null) return faults;
  const truePositiveRate = 10 ** strength.cap.log10LR * (errorRate.upper95 - RATE_STEP);
  if (!atMostLower95(truePositiveRate, positives.foundFamilies, positives.families))
    faults.push("the cap is above what the study permits");
  return faults;
}
