/**
 * What an act that burdens somebody must fit in the case beside its gate: an order takes the effects of its own rung and
 * names models in dispute; costs, penalties, referrals, dissents and reopenings have the ground that they name. Each gives
 * null, or what stands against it.
 */
import type { FactsOf } from "../pack/facts.js";
import type { RulePack } from "../pack/rule-pack.js";
import { dayOf, parseDay } from "../time/day.js";
import type { CaseState } from "./case-state.js";
import { otherWay, reliedOn } from "./evidence.js";
import { decidedAgainst } from "./gates.js";

/** A default is reopened so many days after the respondent came to know of the case. */
const REOPENING_DAYS = 30;
/** The remedy that hands a case on, and lists it. */
const REFERRAL_RUNG = 10;

const WEIGHT = { none: 0, notice: 0, label: 1, suspend: 2, recall: 2 } as const;

/** A small remedy cannot carry a large effect past its gate, and a gate opened about one model opens for no other. */
export function faultOfOrder(
  state: CaseState,
  { rung, effect, models }: FactsOf<"order">,
  pack: RulePack,
): string | null {
  const gate = pack.data.gates.find((each) => each.rung === rung);
  if (!gate) return `the pack has no remedy of rung ${rung}`;
  const most = gate.irreversible ? 2 : gate.decision ? 1 : 0;
  if (WEIGHT[effect] > most) return `${effect} is no effect of rung ${rung}, ${gate.name}`;
  if (WEIGHT[effect] > 0 && models.length === 0) return `${effect} names the models it means`;
  if (gate.laboratories === 0) return null;
  const disputed = modelsInDispute(state);
  const stray = models.find((model) => !disputed.has(model));
  return stray === undefined ? null : `${stray} is not in dispute: no finding relied on is about it`;
}

/** The model that the complaint names, and what the findings relied on are about: never the reference, never a decoy. */
function modelsInDispute({ asserted, findings, decision, plan }: CaseState): Set<string> {
  const relied = new Set(reliedOn(decision?.issues ?? []));
  const about = findings.filter(({ finding, slot }) => relied.has(finding) && plan?.labels?.[slot!] === "suspect");
  const others = findings.filter((each) => each.planned && each.plan === plan?.plan && !about.includes(each));
  const spared = new Set([
    ...(asserted.reference === null ? [] : [asserted.reference]),
    ...others.filter(({ slot }) => plan?.labels?.[slot!] !== "suspect").flatMap(({ subjects }) => subjects),
  ]);
  const disputed = [...about.flatMap(({ subjects }) => subjects), ...(asserted.suspect ? [asserted.suspect] : [])];
  return new Set(disputed.filter((model) => !spared.has(model)));
}

/** Costs beyond the scale: an abuse or a refusal was held before. @returns what stands against them */
export function faultOfCosts(state: CaseState, { against, because }: FactsOf<"costs">): string | null {
  if (because === "refused-order") return state.refusedOrders.length > 0 ? null : "no order was refused";
  if (because !== "abusive-complaint") return null;
  if (against !== "complainant") return "an abusive complaint is the complainant's";
  const threshold = Object.values(state.entries).some(
    ({ kind, facts }) => kind === "threshold.decided" && facts.held === "abusive",
  );
  return threshold || state.decision?.outcome === "abusive" ? null : "the complaint was not held to be abusive";
}

/** A range with its ends in order, on a decision that stands or an order refused. @returns what stands against it */
export function faultOfPenalty(state: CaseState, { low, high, turnoverSource }: FactsOf<"penalty">): string | null {
  const against = decidedAgainst(state);
  if (against !== null && state.refusedOrders.length === 0) return `${against}, and no order was refused`;
  if ((low === null) !== (high === null)) return "a range has two ends";
  if (low === null) return null;
  if (turnoverSource === null) return "without a turnover and its source there is no figure";
  return BigInt(low) < BigInt(high!) ? null : "a range goes from less to more";
}

/** Handing a case to a regulator cannot be taken back: its order stands, and is not stayed any more. */
export function faultOfReferral({ orders, state }: CaseState): string | null {
  const order = orders.find(({ rung, standing }) => rung === REFERRAL_RUNG && standing === "made");
  if (!order) return "no order of referral is in force";
  return order.irreversible && state !== "final" ? "the order of referral is stayed until the case is final" : null;
}

/** @returns why nobody of that name can dissent here */
export function faultOfDissent({ panel }: CaseState, { who }: FactsOf<"dissent">): string | null {
  // Where a pack draws no members by name, nobody can be held against them.
  if (panel.length === 0) return null;
  if (!panel.includes(who)) return `${who} is not of the panel`;
  return panel.length > 1 ? null : "a panel of one has nobody to dissent from";
}

/** Independence is an outcome of equal standing: it rests on something too. */
export function faultOfIndependence(state: CaseState, { outcome }: FactsOf<"decision">): string | null {
  if (outcome !== "shown-independent" || state.conduct["independent-making"] === "yes" || otherWay(state)) return null;
  return "independent making was not found, and no planned finding speaks for it";
}

/** Default is the normal case, and is undone for who was never reached. @param received Unix seconds @returns what stands against it */
export function faultOfReopening(
  { respondent, service }: CaseState,
  { ground, noticed }: FactsOf<"reopening">,
  received: number,
): string | null {
  if (ground !== "no-actual-notice") return null;
  if (respondent.heardAt !== null) return "the respondent was heard";
  if (service.receipt !== null) return "the respondent confirmed receipt";
  if (noticed === undefined) return "it names no day on which the respondent came to know of the case";
  const days = dayOf(received) - parseDay(noticed)!;
  if (days < 0) return `${noticed} is yet to come`;
  return days <= REOPENING_DAYS
    ? null
    : `${noticed} is ${days} days ago: a default is reopened within ${REOPENING_DAYS}`;
}
