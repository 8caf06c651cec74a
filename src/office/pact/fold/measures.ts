/**
 * What may follow: measures of the pact whose condition is fulfilled, and whether the docket has ordered them. The pact
 * orders nothing itself: what binds goes through a case, whose gate must be open and whose panel must have ordered it.
 */
import { dayOf, momentText, parseDay } from "../../docket/time/day.js";
import type { Fact } from "../schema/facts.js";
import type { Pact } from "../schema/pact.js";
import { holderBefore, type PactState } from "./parties.js";
import type { StandingOf } from "./standing.js";

export interface MeasureState {
  measure: string;
  party: string;
  obligation: string;
  does: string;
  /** `may be asked for`, `needs an order` of a case, or `ordered`. */
  status: "may be asked for" | "needs an order" | "ordered" | "lifted";
  says: string;
  order: { source: string; entry: number; rung: number; at: string } | null;
}

/** Measures whose condition is fulfilled, and whether a case has ordered them. @param asOf Unix seconds */
export function readMeasures(
  state: PactState,
  { data }: Pact,
  all: readonly StandingOf[],
  facts: readonly Fact[],
  asOf: number,
): MeasureState[] {
  const out: MeasureState[] = [];
  for (const measure of data.measures)
    for (const each of all) {
      if (each.standing !== measure.standing) continue;
      if (measure.obligations.length > 0 && !measure.obligations.includes(each.obligation)) continue;
      const since = sinceOf(each, asOf);
      if (since === null || dayOf(asOf) - since < measure.afterDays) continue;
      const order = measure.rung === null ? null : orderAgainst(state, facts, each.party, measure.rung);
      out.push({
        measure: measure.id,
        party: each.party,
        obligation: each.obligation,
        does: measure.does,
        status:
          measure.rung === null
            ? "may be asked for"
            : order === null
              ? "needs an order"
              : order.lifted
                ? "lifted"
                : "ordered",
        says:
          measure.rung === null
            ? "binds nobody: any party may ask for it"
            : order === null
              ? `needs an order of rung ${measure.rung} or higher, made in a case under ${data.arbitration.pack}; the pact orders nothing by itself`
              : `ordered by entry ${order.fact.entry} of ${order.fact.source}`,
        order: order && {
          source: order.fact.source,
          entry: order.fact.entry,
          rung: Number(order.fact.attributes.rung),
          at: momentText(order.fact.at),
        },
      });
    }
  return out;
}

/** Day since which the earliest of its occasions stands so. */
function sinceOf({ occasions, standing }: StandingOf, asOf: number): number | null {
  const days = occasions
    .filter((each) => each.standing === standing)
    .map(({ due }) => (due === null ? null : parseDay(due.slice(0, 10))))
    .filter((day) => day !== null);
  return days.length > 0 ? Math.min(...days) : dayOf(asOf);
}

function orderAgainst(
  state: PactState,
  facts: readonly Fact[],
  party: string,
  rung: number,
): { fact: Fact; lifted: boolean } | null {
  const orders = facts.filter(
    ({ log, kind, attributes }) =>
      log === "docket" &&
      kind === "order" &&
      typeof attributes.rung === "number" &&
      attributes.rung >= rung &&
      typeof attributes.respondent === "string" &&
      holderBefore(state, attributes.respondent) === party,
  );
  const isLifted = ({ source, attributes }: Fact) =>
    facts.some(
      (each) =>
        each.source === source && each.kind === "order.lifted" && each.attributes.order === attributes.statement,
    );
  const standing = orders.find((fact) => !isLifted(fact));
  if (standing) return { fact: standing, lifted: false };
  return orders[0] ? { fact: orders[0], lifted: true } : null;
}
