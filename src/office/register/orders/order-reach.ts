/**
 * Which orders mean a model at a time, and how: its own, and those on models it was declared or found to stem from. A
 * descendant is noticed when both the order and the link stand in the log, and has the order's days from then. After
 * them an order reaches what the descendant's own declarer ever declared, even if it was withdrawn or corrected since;
 * what another declared, an address suggests or a laboratory found, it reaches only by an extension that names the model.
 * An authority spares a model by lifting the order for it. It cannot see a descent that nobody declared and nobody found.
 */

import type { OrderFacts, Reach } from "../declarations/order.js";
import type { ModelId } from "../declarations/vocabulary.js";
import { type DescentLink, earliestWays, everDescended, type Standing, strongestWays } from "../descent.js";
import type { LoadDeclaration } from "../load-declaration.js";
import type { RegisterIndex } from "../register-index.js";
import type { OrderOnModel, OrderStateName } from "./order-states.js";
import type { OrderState } from "./orders.js";

/** What a model's own declarer said of it, at whatever time. */
const OWN_WORD: ReadonlySet<Standing> = new Set(["declared", "corrected", "withdrawn"]);
const DAY_SECONDS = 86_400;

/** @param at Unix seconds @returns those in force first, then by entry; lifted and expired ones included */
export async function ordersOn(
  index: RegisterIndex,
  id: ModelId,
  at: number,
  load: LoadDeclaration,
): Promise<OrderOnModel[]> {
  const found: OrderOnModel[] = [];
  for (const order of index.orders.all) {
    if (order.entry.model === id) found.push(onModel(order, id, null, null, at));
    else if (order.facts.reach !== "self") {
      const tie = (await reached(index, order, load)).get(id);
      if (tie) found.push(onModel(order, id, tie.standing, tie.since, at));
    }
  }
  return found.sort((a, b) => rank(a) - rank(b) || a.entry - b.entry);
}

function rank({ state }: OrderOnModel): number {
  return ["in force", "noticed", "awaiting hearing", "stayed", "not yet in force", "expired", "lifted"].indexOf(state);
}

interface Tie {
  standing: Standing;
  /** Unix seconds: since when it is tied; declaring the same anew does not begin it anew. */
  since: number;
}

/** Every model an order may mean, with how. One walk an order while the log stands still. */
const walked = new WeakMap<OrderState, { size: number; ties: Promise<Map<ModelId, Tie>> }>();

/** Models that the order means, each with the links that lead to it; kept while the register does not grow. */
export function reached(index: RegisterIndex, order: OrderState, load: LoadDeclaration): Promise<Map<ModelId, Tie>> {
  const held = walked.get(order);
  if (held?.size === index.size) return held.ties;
  const ties = walk(index, order, load);
  walked.set(order, { size: index.size, ties });
  // A walk that failed is tried again.
  ties.catch(() => walked.delete(order));
  return ties;
}

async function walk(index: RegisterIndex, { entry, facts }: OrderState, load: LoadDeclaration) {
  const { links, atEntry } = await everDescended(index, entry.model, load);
  const meant = links.filter((link) => means(index, facts, link));
  const own = earliestWays(
    entry.model,
    meant.filter(({ standing }) => OWN_WORD.has(standing)),
  );
  const any = earliestWays(entry.model, meant);
  const ties = new Map<ModelId, Tie>();
  for (const { id, standing } of strongestWays(index, entry.model, meant, atEntry))
    ties.set(id, { standing, since: (own.get(id) ?? any.get(id)!).received });
  return ties;
}

function means(
  { descents }: RegisterIndex,
  { reach, taught }: { reach: Reach; taught: boolean },
  link: DescentLink,
): boolean {
  if (link.standing === "found-withdrawn" || (link.standing === "found" && link.against.length > 0)) return false;
  if (link.standing === "found" && reach !== "declared-and-found") return false;
  const byAnswers =
    link.relation === "distilled" || (link.proposition !== null && descents.get(link.proposition)?.by === "answers");
  return taught || !byAnswers;
}

function onModel(
  order: OrderState,
  id: ModelId,
  standing: Standing | null,
  since: number | null,
  at: number,
): OrderOnModel {
  const { entry, facts, authority } = order;
  const lifted = order.lifted.filter(({ models }) => models === null || models.includes(id));
  const extended = order.extended.filter(({ models }) => models.includes(id));
  const received = entry.record.received;
  const noticeEnds = since === null ? null : Math.max(since, received) + facts.noticeDays * DAY_SECONDS;
  return {
    order: entry.record.statement,
    entry: entry.index,
    authority,
    keyName: entry.keyName,
    effect: facts.effect,
    on: entry.model,
    onName: entry.record.name,
    reach: standing === null ? "self" : "descendant",
    standing,
    state: stateOf(facts, {
      at,
      noticeEnds,
      byName: noticeEnds !== null && extended.some(({ entry: by }) => by.record.received >= noticeEnds),
      ownWord: standing !== null && OWN_WORD.has(standing),
      lifted: lifted.length > 0 || entry.withdrawnBy !== null,
    }),
    from: facts.from,
    until: facts.until ?? null,
    stay: facts.stay ?? null,
    noticeEnds: noticeEnds === null ? null : `${new Date(noticeEnds * 1000).toISOString().slice(0, 19)}Z`,
    liftedBy: [...lifted.map(({ entry: by }) => by.index), ...(entry.withdrawnBy ? [entry.withdrawnBy.index] : [])],
    extendedBy: extended.map(({ entry: by }) => by.index),
  };
}

function stateOf(
  { from, until, stay }: OrderFacts,
  how: { at: number; noticeEnds: number | null; byName: boolean; ownWord: boolean; lifted: boolean },
): OrderStateName {
  const { at, noticeEnds, byName, ownWord, lifted } = how;
  const seconds = (moment: string) => Date.parse(moment) / 1000;
  if (lifted) return "lifted";
  if (until !== undefined && seconds(until) <= at) return "expired";
  if (noticeEnds !== null && !byName) {
    if (at < noticeEnds) return "noticed";
    if (!ownWord) return "awaiting hearing";
  }
  if (seconds(from) > at) return "not yet in force";
  return stay !== undefined && seconds(stay) > at ? "stayed" : "in force";
}
