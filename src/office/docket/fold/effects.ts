/** What an admitted entry changes in the case, beside its state and clocks. One function a kind; most change nothing. */

import { fromHex } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";
import type { FactsOf, SlotContent } from "../pack/facts.js";
import type { EntryKind, Tier } from "../pack/names.js";
import { drawLabels } from "../plan/draw.js";
import type { CaseEntry, CaseState, PlanState } from "./case-state.js";
import { adoptCalendar, extendClock, type Rules } from "./clocks.js";
import { findingOf } from "./evidence.js";
import {
  faultOfCosts,
  faultOfDissent,
  faultOfIndependence,
  faultOfOrder,
  faultOfPenalty,
  faultOfReferral,
  faultOfReopening,
} from "./remedy-facts.js";

/** @returns why the entry does not fit the case, before anything is changed; null when it does */
type Effect<K extends EntryKind> = (
  state: CaseState,
  facts: FactsOf<K>,
  entry: CaseEntry,
  rules: Rules,
) => string | null;

export const EFFECTS: { [K in EntryKind]?: Effect<K> } = {
  "pack.adopted": (state, { pack, packDigest, beacon }) => {
    if (pack !== state.pack.id || packDigest !== state.pack.digest) return `the case is folded under ${state.pack.id}`;
    state.beacon = beacon;
    return null;
  },
  calendar: (state, { calendar }, _entry, rules) => {
    if (!rules.calendars.has(calendar)) return `calendar ${calendar} is not at hand`;
    adoptCalendar(state, rules, calendar);
    return null;
  },
  complaint: (state, { members, fee, reference, suspect, tried }) => {
    state.members = members;
    state.fee = fee;
    state.asserted = { reference: reference ?? null, suspect: suspect ?? null, tried: tried ?? null };
    return null;
  },
  notice: (state, { draw }) => {
    state.draw = draw ?? null;
    return null;
  },
  "service.proof": ({ service }, { way }) => {
    if (!service.ways.includes(way)) service.ways.push(way);
    return null;
  },
  "service.receipt": (state, _facts, { received }) => {
    state.service.receipt ??= received;
    return null;
  },
  response: (state, { members }, { received }) => {
    state.respondent.answered ??= received;
    state.respondent.heardAt ??= received;
    if (members === 3) state.members = 3;
    return null;
  },
  "panel.drawn": (state, { members, drawn }) => {
    if (members !== state.members) return `the parties asked for ${state.members} members`;
    state.panel = [...(drawn ?? [])];
    return null;
  },
  "panel.disclosed": ({ panel }, { who }) =>
    panel.length === 0 || panel.includes(who) ? null : `${who} is not of the panel`,
  "recusal.asked": (state, { of }, { received }) => {
    if (state.panel.length > 0 && !state.panel.includes(of)) return `${of} is not of the panel`;
    state.recusals.push({ of, at: received, held: null });
    return null;
  },
  "recusal.decided": (state, { of, held }) => {
    const open = state.recusals.find((each) => each.of === of && each.held === null);
    if (!open) return `no challenge to ${of} is open`;
    open.held = held;
    if (held === "yes") state.panel = state.panel.filter((each) => each !== of);
    return null;
  },
  "club.joined": (state, { tier, who, employedByParty }) => {
    if (WIDTH[tier] >= WIDTH.COUNSEL_EXPERTS && employedByParty) return "a party's employees stay out of this circle";
    const club = state.clubs[tier] ?? [];
    state.clubs[tier] = club.includes(who) ? club : [...club, who];
    return null;
  },
  "club.left": (state, { tier, who }, { role }) => {
    if (!state.clubs[tier]?.includes(who)) return `${who} is not of ${tier}`;
    // Nobody takes the other side's reader out of a circle.
    if (role !== "registrar" && broughtIn(state, tier, who) !== role) return `${who} was brought in by another`;
    state.clubs[tier] = state.clubs[tier]!.filter((each) => each !== who);
    return null;
  },
  exhibit: (state, facts, { seq, role }) => {
    const { exhibit, root, tier, carried, speaksFor } = facts;
    if (state.exhibits[exhibit]) return `exhibit ${exhibit} is in the case`;
    state.exhibits[exhibit] = { seq, exhibit, root, tier, carried, speaksFor, source: role, custody: [], gaps: [] };
    return null;
  },
  custody: (state, facts, { seq }) => {
    const held = state.exhibits[facts.exhibit];
    if (!held) return `no exhibit ${facts.exhibit}`;
    if (facts.seq < held.custody.length) return `custody event ${facts.seq} is in the case`;
    if (facts.event === "derived" && (facts.from === undefined || !state.exhibits[facts.from]))
      return "what is derived names its parent among the exhibits";
    // Gaps are shown, not refused: what is lost cannot be entered any more.
    if (facts.seq > held.custody.length) held.gaps.push(`no event ${held.custody.length} before event ${facts.seq}`);
    if (facts.event !== "derived" && facts.rehash !== held.root)
      held.gaps.push(`event ${facts.seq} hashed it to ${facts.rehash}`);
    held.custody.push({ seq, event: facts.event, rehash: facts.rehash });
    return null;
  },
  unsealed: (state, { exhibit, to }) => {
    const held = state.exhibits[exhibit];
    if (!held) return `no exhibit ${exhibit}`;
    if (WIDTH[to] >= WIDTH[held.tier]) return `it is open to ${held.tier} already`;
    held.tier = to;
    return null;
  },
  "plan.proposed": (state, { plan }, { received }) => {
    if (state.proposals[plan]) return "the plan was proposed before";
    state.proposals[plan] = { at: received, comments: [] };
    return null;
  },
  "plan.commented": (state, { plan }, { role }) => {
    const proposed = state.proposals[plan];
    if (!proposed) return `plan ${plan} was not proposed`;
    if (!proposed.comments.includes(role)) proposed.comments.push(role);
    return null;
  },
  "plan.adopted": (state, facts, { seq, received }) => {
    const { plan, runs, contents, round, secret } = facts;
    if (new Set(runs.map(({ id }) => id)).size !== runs.length) return "a run is named twice";
    const stray = runs.find(({ slot }) => slot >= contents.length);
    if (stray) return `run ${stray.id} names slot ${stray.slot} of ${contents.length}`;
    if (contents.filter((each) => each === "suspect").length !== 1) return "the suspect lies in one slot";
    if (state.plan) state.plans.push(state.plan);
    state.plan = {
      seq,
      plan: plan as PlanState["plan"],
      adopted: received,
      runs,
      contents,
      round,
      secret,
      beacon: null,
      labels: null,
      status: "open",
    };
    return null;
  },
  beacon: (state, { round, signature }, { seq }) => {
    if (!state.plan) return "no plan waits for a round";
    if (state.plan.beacon) return "the round is in the case";
    state.plan.beacon = { round, signature, seq };
    return null;
  },
  finding: recordFinding,
  "blind.opened": openBlind,
  recomputed: (state, { finding, same }, { key, seq }) => {
    const found = findingOf(state, finding);
    if (!found) return `no finding ${finding}`;
    if (found.by === key) return "who made a finding does not compute it again";
    found.recomputed.push({ by: key, same, seq });
    return null;
  },
  "examination.void": (state, { plan }) => {
    if (state.plan?.plan !== plan) return "it is not the plan in force";
    state.plan.status = "void";
    return null;
  },
  "inspection.return": (state, { order, refused }) => {
    const ordered = state.entries[order];
    if (ordered?.kind !== "inspection.ordered") return "no such inspection order";
    if (refused && !state.refusedOrders.includes(order)) state.refusedOrders.push(order);
    return null;
  },
  "inspection.event": (state, { order }) =>
    state.entries[order]?.kind === "inspection.ordered" ? null : "no such inspection order",
  answer: (state, { question }, { role }) => {
    const asked = state.entries[question];
    if (asked?.kind !== "question") return "no such question";
    return (asked.facts as FactsOf<"question">).to === role ? null : "the question was put to another";
  },
  "interim.ordered": (state, { withoutHearing }, { seq }) => {
    state.interim = { seq, withoutHearing };
    return null;
  },
  bond: (state, _facts, { seq }) => {
    state.bonds.push(seq);
    return null;
  },
  extension: (state, { timer, days }, { role, seq }, rules) => {
    extendClock(state, rules, timer, days, role, seq);
    return null;
  },
  "conduct.found": (state, { element, held }) => {
    state.conduct[element] = held;
    return null;
  },
  decision: (state, facts, { seq }) => {
    const { outcome, issues } = facts;
    const bare = faultOfIndependence(state, facts);
    if (bare !== null) return bare;
    const yes = issues.filter(({ held }) => held === "yes");
    if ((outcome === "upheld" || outcome === "in-part") !== yes.length > 0)
      return `${outcome} does not follow from ${yes.length} issues held`;
    state.decision = { seq, outcome, issues };
    // After a reopening: what was appealed was another decision.
    state.appeal = null;
    return null;
  },
  dissent: faultOfDissent,
  costs: faultOfCosts,
  order: (state, facts, { seq, statement }, { pack }) => {
    const against = faultOfOrder(state, facts, pack);
    if (against !== null) return against;
    const { rung, effect, models, reach } = facts;
    const irreversible = pack.data.gates.find((gate) => gate.rung === rung)?.irreversible ?? true;
    state.orders.push({ seq, statement, rung, effect, models, reach, irreversible, standing: "made", noticed: {} });
    return null;
  },
  "order.varied": (state, { order }) => (orderOf(state, order) ? null : "no such order in force"),
  "order.lifted": (state, { order }) => {
    const found = orderOf(state, order);
    if (!found) return "no such order in force";
    found.standing = "lifted";
    return null;
  },
  "compliance.found": (state, { order, held }) => {
    if (!orderOf(state, order)) return "no such order in force";
    if (held === "not complied" && !state.refusedOrders.includes(order)) state.refusedOrders.push(order);
    return null;
  },
  penalty: faultOfPenalty,
  referral: faultOfReferral,
  "appeal.noticed": (state, _facts, { seq, role }) => {
    state.appeal = { seq, by: role, held: null };
    return null;
  },
  "appeal.decided": (state, { held }) => {
    if (!state.appeal) return "no appeal is open";
    state.appeal.held = held;
    if (held === "reversed")
      for (const order of state.orders) if (order.standing === "made") order.standing = "reversed";
    return null;
  },
  "descendant.noticed": (state, { order, model }, { received }) => {
    const found = orderOf(state, order);
    if (!found) return "no such order in force";
    if (found.reach === "self") return "the order means its own models alone";
    if (found.models.includes(model)) return "the order means it itself";
    if (found.noticed[model]) return "it was noticed before";
    found.noticed[model] = { at: received, answered: false, held: null };
    return null;
  },
  "descendant.answered": (state, { order, model }) => {
    const notice = orderOf(state, order)?.noticed[model];
    if (!notice) return "it was not noticed";
    notice.answered = true;
    return null;
  },
  reopening: (state, facts, { received }) => {
    const against = faultOfReopening(state, facts, received);
    if (against !== null || facts.ground !== "no-actual-notice") return against;
    // Nobody spoke for the respondent: what was decided and ordered is set aside, and nothing of it opens a gate.
    state.decision = null;
    state.appeal = null;
    for (const order of state.orders) if (order.standing === "made") order.standing = "set aside";
    return null;
  },
  "descendant.heard": (state, { order, model, held }) => {
    // An order that was lifted or reversed meanwhile reaches nobody.
    const notice = orderOf(state, order)?.noticed[model];
    if (!notice) return "no such order in force that it was noticed of";
    notice.held = held;
    return null;
  },
};

/** In which role somebody last joined a circle. */
function broughtIn({ entries }: CaseState, tier: Tier, who: string) {
  const joined = Object.values(entries).filter(
    ({ kind, facts }) => kind === "club.joined" && facts.who === who && facts.tier === tier,
  );
  return joined.at(-1)?.role;
}

/** How wide each circle is: the narrower, the greater. */
const WIDTH: Record<Tier, number> = { PUBLIC: 0, PARTIES: 1, COUNSEL_EXPERTS: 2, ROOM_ONLY: 3, TRIBUNAL_ONLY: 4 };

function orderOf({ orders }: CaseState, statement: string) {
  return orders.find((order) => order.statement === statement && order.standing === "made");
}

function recordFinding(state: CaseState, facts: FactsOf<"finding">, { seq, key }: CaseEntry): string | null {
  if (findingOf(state, facts.finding)) return "the finding is in the case";
  const { plan } = state;
  const run = plan?.plan === facts.plan ? plan.runs.find(({ id }) => id === facts.run) : undefined;
  const under =
    run !== undefined &&
    run.slot === facts.slot &&
    run.proposition === facts.proposition &&
    run.methods.includes(`${facts.method} ${facts.version}`);
  const repeated = state.findings.some((each) => each.planned && each.plan === facts.plan && each.run === facts.run);
  if (under && repeated) return `run ${facts.run} has its result`;
  const { proposition, outcome, finding, bundle, subjects, evidence, alternatives } = facts;
  state.findings.push({
    seq,
    run: facts.run,
    slot: facts.slot,
    plan: facts.plan,
    laboratory: proposition.split("/")[0]!,
    proposition,
    outcome,
    finding,
    bundle,
    subjects,
    evidence,
    alternatives,
    by: key,
    // Once the labels are open nothing is blind any more.
    planned: under && plan?.labels === null && plan.status === "open" && plan.beacon !== null,
    recomputed: [],
  });
  return null;
}

/** The labels are those that the beacon and the committed secret draw; who opens them cannot choose. */
function openBlind(state: CaseState, { secret, labels }: FactsOf<"blind.opened">): string | null {
  const { plan } = state;
  if (!plan?.beacon) return "no plan whose round is in the case";
  if (plan.labels) return "the labels are open";
  if (`sha256:${sha256Hex(fromHex(secret, "blind"))}` !== plan.secret) return "the secret is not the one committed to";
  const anew = drawLabels(plan.contents, plan.plan, plan.beacon.signature, secret);
  if (anew.join("\n") !== labels.join("\n")) return "the draw gives other labels";
  plan.labels = anew;
  plan.status = statusOf(state, anew, plan);
  return null;
}

function statusOf({ findings }: CaseState, labels: readonly SlotContent[], plan: PlanState): PlanState["status"] {
  const accused = new Set(
    findings
      .filter((each) => each.planned && each.plan === plan.plan && each.outcome === "supports-hp")
      .map(({ slot }) => slot!),
  );
  const slots = [...labels.entries()];
  const decoys = slots.filter(([, content]) => content !== "suspect" && content !== "positive-control");
  const controls = slots.filter(([, content]) => content === "positive-control");
  if (decoys.some(([slot]) => accused.has(slot))) return "decoy accused";
  if (controls.some(([slot]) => !accused.has(slot))) return "control missed";
  return decoys.length > 0 && controls.length > 0 ? "clean" : "no controls";
}
