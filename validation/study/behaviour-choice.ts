/**
 * Which statistics to score by, chosen without the bases that are then judged: all of them, or what a model says word
 * for word and as fact (`SUBSTANCE`). Equal weights either way; the choice is the one of lower Cllr over the bases that
 * are left, each scored by a calibration without its own. What the shipped method would have shown had its choice of
 * statistics been left to the data.
 */
import { STATISTICS } from "../../dist/labs/behaviour/agreement/agreement.js";
import { type Case, calibrateWithout, costs } from "./behaviour-figures.ts";
import { type Rows, SUBSTANCE } from "./behaviour-fits.ts";

const SETS = {
  all: STATISTICS.map((_, s) => s),
  substance: SUBSTANCE.map((s) => STATISTICS.indexOf(s)),
} as const;
type SetName = keyof typeof SETS;

/** Null pairs are many: choices are made on every n-th of them. */
const NULL_STEP = 16;

export interface Chosen {
  cases: Case[];
  /** How the set was chosen for each set of positive bases left out, as text. */
  choices: Record<string, SetName>;
}

/** @param cases places of pairs with their bases; `log10LR` is not read */
export function chosenWithout(cases: readonly (Case & { pair: number })[], rows: Rows): Chosen {
  const scored = Object.fromEntries(
    Object.entries(SETS).map(([name, columns]) => [
      name,
      cases.map((c) => ({ ...c, log10LR: columns.reduce((sum, s) => sum + rows[c.pair]![s]!, 0) / columns.length })),
    ]),
  ) as Record<SetName, (Case & { pair: number })[]>;
  const calibrated = { all: calibrateWithout(scored.all), substance: calibrateWithout(scored.substance) };
  const positiveBases = new Set(cases.filter((c) => c.positive).map((c) => c.bases[0]));
  const choices: Record<string, SetName> = {};
  const chosen = cases.map((c, i): Case => {
    const out = [...new Set(c.bases)].filter((base) => positiveBases.has(base));
    const key = out.join("+") || "none";
    choices[key] ??= choose(scored, out);
    return calibrated[choices[key]!][i]!;
  });
  return { cases: chosen, choices };
}

function choose(scored: Record<SetName, readonly (Case & { pair: number })[]>, out: readonly number[]): SetName {
  const costOf = (name: SetName) =>
    costs(
      calibrateWithout(
        scored[name].filter(
          (c) => !c.bases.some((base) => out.includes(base)) && (c.positive || c.pair % NULL_STEP === 0),
        ),
      ),
    ).cllr;
  return costOf("all") < costOf("substance") ? "all" : "substance";
}
