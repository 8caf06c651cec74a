/**
 * A penalty as a range with its reasons, never one number: under a cap that is in force, exact in whole units, from six
 * graded factors. The steps from grades to shares are this house's convention and stand in no statute; what they keep to is
 * that a graver grade never lowers either end and that no end passes the cap. Without a turnover and its currency there is
 * no figure.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { amount, type Cap, currency } from "./cap.js";

export const FACTORS = ["gravity", "duration", "intent", "prior", "cooperation", "mitigation"] as const;
export type FactorId = (typeof FACTORS)[number];
/** How much one grade weighs; the last two speak for the party. */
const WEIGHTS: Readonly<Record<FactorId, number>> = {
  gravity: 3,
  duration: 2,
  intent: 3,
  prior: 2,
  cooperation: -2,
  mitigation: -2,
};
const GRADE_MAX = 3;
/** 3 × (3 + 2 + 3 + 2). */
const POINTS_MAX = 30;
/** The low end reaches half the cap, the high end the whole: a judge's room on both sides. */
const LOW_PARTS = 60n;
const HIGH_PARTS = 40n;
const HIGH_AHEAD = 10n;

export interface Grade {
  id: FactorId;
  grade: 0 | 1 | 2 | 3;
  because: string;
}

interface Turnover {
  /** Whole units. */
  value: string;
  currency: string;
  source: string;
}

/** Units of the cap's currency for one unit of the turnover's. */
interface Rate {
  from: string;
  to: string;
  rate: string;
  source: string;
}

interface PenaltyRange {
  type: "assay/pact-penalty/v1";
  low: string | null;
  high: string | null;
  currency: string | null;
  /** The cap itself for this turnover, whole units rounded down: "not more than" allows no rounding up. */
  atMost: string | null;
  formula: string[];
  cap: Pick<Cap, "id" | "regime" | "text" | "status" | "inForce" | "source" | "seen" | "note" | "digest">;
  factors: (Grade & { weighs: string })[];
  /** Factors nobody graded: the range is as wide as any grade of them would make it. */
  ungraded: FactorId[];
  inputs: { turnover: Turnover | null; rate: Rate | null };
  says: string;
}

interface PenaltyInput {
  cap: Cap;
  turnover: Turnover | null;
  rate: Rate | null;
  grades: readonly Grade[];
  /** Day on which the breach is judged, such as 2026-11-29. */
  on: string;
}

/** @throws USAGE for an input out of its form; a missing one gives no figure and says why */
export function penaltyRange({ cap, turnover, rate, grades, on }: PenaltyInput): PenaltyRange {
  check(grades, turnover, rate);
  const none = (says: string): PenaltyRange => range(cap, turnover, rate, grades, says);
  if (cap.rule === "none" && cap.status === "in force") return none("no figure: the text names no amount");
  if (cap.status !== "in force") return none(`no figure: ${REASONS[cap.status]}`);
  if (cap.inForce === null || cap.inForce > on) return none(`no figure: not in force on ${on}`);
  if (turnover === null) return none("no figure: no turnover is given");
  const unit = cap.currency ?? turnover.currency;
  const fraction = inUnit(turnover, unit, rate);
  if (typeof fraction === "string") return none(`no figure: ${fraction}`);
  const [over, under] = fraction;
  if (cap.above !== null && over <= BigInt(cap.above) * under)
    return none(`no figure: it reaches only those with more than ${unit} ${cap.above} a year`);
  const share = cap.turnoverBasisPoints === null ? null : (over * BigInt(cap.turnoverBasisPoints)) / (under * 10_000n);
  const fixed = cap.amount === null ? null : BigInt(cap.amount);
  const most =
    cap.rule === "amount"
      ? fixed!
      : cap.rule === "share"
        ? share!
        : larger(fixed!, share!) === (cap.rule === "higher")
          ? fixed!
          : share!;
  if (most === 0n) return none("no figure: the cap is nought for this turnover");
  const [least, greatest] = pointsOf(grades);
  const low = (most * BigInt(least)) / LOW_PARTS;
  const high = min(most, (most * (BigInt(greatest) + HIGH_AHEAD)) / HIGH_PARTS);
  const formula = [
    ...(share === null
      ? []
      : [
          `${cap.turnoverBasisPoints! / 100} % of ${unit} ${over / under}${over % under === 0n ? "" : " and a part"} = ${unit} ${share}, rounded down`,
        ]),
    ...(fixed === null ? [] : [`amount of the text: ${unit} ${fixed}`]),
    `at most (${cap.rule}): ${unit} ${most}`,
    `points of the factors: ${least === greatest ? least : `${least} to ${greatest}`} of ${POINTS_MAX}`,
    `low = at most × ${least} / ${LOW_PARTS}, high = at most × (${greatest} + ${HIGH_AHEAD}) / ${HIGH_PARTS}, never above at most`,
  ];
  return {
    ...range(
      cap,
      turnover,
      rate,
      grades,
      `${unit} ${low} to ${unit} ${high}: a range for whoever decides, who may go outside it with reasons and never above ${unit} ${most}`,
    ),
    low: low.toString(),
    high: high.toString(),
    currency: unit,
    atMost: most.toString(),
    formula,
  };
}

const REASONS: Readonly<Record<Exclude<Cap["status"], "in force">, string>> = {
  bill: "a bill caps nothing",
  repealed: "it is repealed",
  deferred: "its fines are put off",
};

/** Least and greatest points over all grades of what nobody graded. */
function pointsOf(grades: readonly Grade[]): [number, number] {
  let [least, greatest] = [0, 0];
  for (const id of FACTORS) {
    const given = grades.find((each) => each.id === id);
    const all = given ? [given.grade] : [0, GRADE_MAX];
    const points = all.map((grade) => grade * WEIGHTS[id]);
    least += Math.min(...points);
    greatest += Math.max(...points);
  }
  return [clamp(least), clamp(greatest)];
}

function clamp(points: number): number {
  return Math.min(POINTS_MAX, Math.max(0, points));
}

/** A turnover in the cap's currency as a fraction, or why there is none. */
function inUnit({ value, currency: own }: Turnover, unit: string, rate: Rate | null): [bigint, bigint] | string {
  if (own === unit) return [BigInt(value), 1n];
  if (rate === null || rate.from !== own || rate.to !== unit)
    return `the turnover is in ${own} and the cap in ${unit}: no rate from ${own} to ${unit} is given`;
  const [whole, part = ""] = rate.rate.split(".");
  return [BigInt(value) * BigInt(whole! + part), 10n ** BigInt(part.length)];
}

function larger(a: bigint, b: bigint): boolean {
  return a >= b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function range(
  cap: Cap,
  turnover: Turnover | null,
  rate: Rate | null,
  grades: readonly Grade[],
  says: string,
): PenaltyRange {
  const { id, regime, text, status, inForce, source, seen, note, digest } = cap;
  return {
    type: "assay/pact-penalty/v1",
    low: null,
    high: null,
    currency: null,
    atMost: null,
    formula: [],
    cap: { id, regime, text, status, inForce, source, seen, note, digest },
    factors: grades.map((each) => ({ ...each, weighs: WEIGHTS[each.id] > 0 ? "against" : "for" })),
    ungraded: FACTORS.filter((factor) => !grades.some((each) => each.id === factor)),
    inputs: { turnover, rate },
    says: `${says}. Not advice: the cap was read at ${source} on ${seen}`,
  };
}

/** @throws USAGE for what no command would hand over */
function check(grades: readonly Grade[], turnover: Turnover | null, rate: Rate | null): void {
  const bad = (what: string, got: unknown) => new AssayError("USAGE", `penalty: expected ${what}, got ${quoted(got)}`);
  for (const { id, grade, because } of grades) {
    if (!FACTORS.includes(id)) throw bad(`one of ${FACTORS.join(", ")}`, id);
    if (!Number.isInteger(grade) || grade < 0 || grade > GRADE_MAX) throw bad("a grade from 0 to 3", grade);
    if (because.trim() === "") throw bad(`a reason for the grade of ${id}`, because);
  }
  if (new Set(grades.map(({ id }) => id)).size !== grades.length)
    throw bad("each factor once", grades.map(({ id }) => id).join(", "));
  if (turnover && !amount.safeParse(turnover.value).success) throw bad("a turnover in whole units", turnover.value);
  if (turnover && !currency.safeParse(turnover.currency).success)
    throw bad("a turnover with its currency, such as EUR", turnover.currency);
  if (turnover && turnover.source.trim() === "") throw bad("the source of the turnover", turnover.source);
  if (rate && !/^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(rate.rate)) throw bad("a rate such as 1.0852", rate.rate);
}
