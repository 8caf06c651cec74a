/**
 * Whether the docket entry that an order carries is one that it can rest on: an order of a docket that names this model,
 * with no smaller effect and reach; a hearing of the descendant it is extended to; an act that lifts one. A proof of some
 * other entry, however true, carries nothing. The docket's own floor is above this one, so that a record is read by the
 * few members that matter here.
 */
import { z } from "zod";
import { utf8 } from "../../../base/bytes.js";
import { readRecordText } from "../../entries/canonical-record.js";
import type { SignedDeclaration } from "../declarations/declaration-bundle.js";
import { type Basis, EFFECTS, type Order, type OrderExtended, REACHES } from "../declarations/order.js";

/** The type of a docket's records. */
const DOCKET_RECORD = "assay/docket-entry/v1";
/** Acts of a docket by which an order, or its hold on one model, ends. */
const LIFTS: readonly string[] = ["order.lifted", "order.varied", "appeal.decided", "reopening", "descendant.heard"];

const record = z.looseObject({
  type: z.literal(DOCKET_RECORD),
  case: z.string(),
  kind: z.string(),
  facts: z.looseObject({
    models: z.array(z.string()).optional(),
    model: z.string().optional(),
    effect: z.string().optional(),
    reach: z.string().optional(),
    held: z.string().optional(),
  }),
});
type DocketEntry = z.infer<typeof record>;

/** @returns what stands against it; null where nothing does, or no entry is carried @throws FORMAT for a record that is none */
export function faultOfDocketEntry({ entry }: Basis, { kind, predicate, subject }: SignedDeclaration["declaration"]) {
  if (entry === null) return null;
  const parsed = record.safeParse(readRecordText(utf8(entry.record), "basis").value);
  if (!parsed.success) return `the record carried is no entry of a docket (${DOCKET_RECORD})`;
  if (kind === "order") return ofOrder(parsed.data, predicate as Order, subject.id);
  if (kind === "order-extended") return ofHearing(parsed.data, predicate as OrderExtended);
  return LIFTS.includes(parsed.data.kind) ? null : `the docket entry is a ${parsed.data.kind}, which lifts nothing`;
}

function ofOrder({ kind, facts }: DocketEntry, { effect, reach }: Order, model: string): string | null {
  if (kind !== "order") return `the docket entry is a ${kind}, not an order`;
  if (!facts.models?.includes(model)) return `the docket's order does not name ${model}`;
  const rank = <T extends string>(list: readonly T[], value: string | undefined) => list.indexOf(value as T);
  if (rank(EFFECTS, effect) > rank(EFFECTS, facts.effect))
    return `the docket orders ${facts.effect ?? "nothing"}, not ${effect}`;
  return rank(REACHES, reach) > rank(REACHES, facts.reach)
    ? `the docket's order reaches ${facts.reach ?? "nobody"}, not ${reach}`
    : null;
}

function ofHearing({ kind, facts }: DocketEntry, { models }: OrderExtended): string | null {
  if (kind !== "descendant.heard") return `the docket entry is a ${kind}, not the hearing of a descendant`;
  if (facts.held !== "reached") return `the docket holds the descendant ${facts.held ?? "unheard"}`;
  const other = models.find((model) => model !== facts.model);
  return other === undefined ? null : `the docket heard ${facts.model}, not ${other}`;
}
