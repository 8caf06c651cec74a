/**
 * Does the endpoint surprise more often than honest hosts? An e-value, valid at any stop, for "its rate is at most the
 * margin times that of some control", both rates unknown: the endpoint's likelihood ratio under bets on larger odds, times
 * the control's own (Krichevsky and Trofimov's mixture over its likelihood), at the control's rate where the product is
 * least. At the true rate both factors have mean at most 1 and are independent, so the least has as well (universal
 * inference, Wasserman, Ramdas, Balakrishnan, PNAS 2020); rates that differ from prompt to prompt only make counts less
 * scattered (Hoeffding 1956). By Ville's inequality 1/sup e is a p-value however often one looks.
 */
import { logFactorial } from "../../../stats/log-factorial.js";
import { BETS, ODDS_MARGIN } from "./method.js";

/** Surprising answers among answers. */
export interface Counted {
  surprising: number;
  answers: number;
}

/** ln e against the control that explains the endpoint best. At least one control; a study tries other margins. */
export function logEAgainst(endpoint: Counted, controls: readonly Counted[], margin = ODDS_MARGIN): number {
  let least = Number.POSITIVE_INFINITY;
  for (const control of undominated(controls)) least = Math.min(least, logEOf(endpoint, control, margin));
  return least;
}

/** Of controls with as many answers, the one that surprises most explains most: the others cannot be the least. */
function undominated(controls: readonly Counted[]): Counted[] {
  const most = new Map<number, Counted>();
  for (const each of controls) {
    const known = most.get(each.answers);
    if (!known || each.surprising > known.surprising) most.set(each.answers, each);
  }
  return [...most.values()];
}

/** Steps of the first search, over log odds from the control's own rate upwards. */
const STEPS = 24;
const LOG_ODDS_MAX = 14;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

function logEOf(endpoint: Counted, { surprising, answers }: Counted, margin: number): number {
  const own = mixture(surprising, answers);
  const at = (logOdds: number) => {
    const p = 1 / (1 + Math.exp(-logOdds));
    const rest = answers - surprising;
    const likelihood = (surprising > 0 ? surprising * Math.log(p) : 0) + (rest > 0 ? rest * Math.log1p(-p) : 0);
    return betOn(endpoint, logOdds + Math.log(margin)) + own - likelihood;
  };
  // Below the control's own rate both factors only grow.
  const p = surprising / answers;
  const from = p <= 0 ? -LOG_ODDS_MAX : p >= 1 ? LOG_ODDS_MAX : Math.log(p / (1 - p));
  const step = (LOG_ODDS_MAX - from) / STEPS;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= STEPS; i++) {
    const value = at(from + i * step);
    if (value < least) [least, best] = [value, i];
  }
  // Golden section between the neighbours of the least.
  let [low, high] = [from + Math.max(0, best - 1) * step, from + Math.min(STEPS, best + 1) * step];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [va, vb] = [at(a), at(b)];
  for (let i = 0; i < 10; i++) {
    least = Math.min(least, va, vb);
    if (va < vb) {
      [high, b, vb] = [b, a, va];
      a = high - GOLDEN * (high - low);
      va = at(a);
    } else {
      [low, a, va] = [a, b, vb];
      b = low + GOLDEN * (high - low);
      vb = at(b);
    }
  }
  return Math.min(least, va, vb);
}

/** ln of the mean likelihood ratio of the bets over the rate at these log odds. */
function betOn({ surprising, answers }: Counted, logOdds: number): number {
  const p = 1 / (1 + Math.exp(-logOdds));
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < BETS.length; i++) {
    const log = surprising * LOG_BETS[i]! - answers * Math.log1p(p * (BETS[i]! - 1));
    logs[i] = log;
    if (log > most) most = log;
  }
  let sum = 0;
  for (let i = 0; i < BETS.length; i++) sum += Math.exp(logs[i]! - most);
  return most + Math.log(sum / BETS.length);
}
const LOG_BETS = BETS.map((odds) => Math.log(odds));
/** Held for the next call: a course asks some thousands of times. */
const logs = new Float64Array(BETS.length);

/** ln of the likelihood under Jeffreys' prior: Beta(k + ½, n − k + ½) / Beta(½, ½). */
function mixture(k: number, n: number): number {
  return half(k) + half(n - k) - logFactorial(n) - Math.log(Math.PI);
}

/** ln Γ(k + ½). */
function half(k: number): number {
  return logFactorial(2 * k) - 2 * k * Math.LN2 - logFactorial(k) + Math.log(Math.PI) / 2;
}
