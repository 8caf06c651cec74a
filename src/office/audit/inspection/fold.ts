/**
 * An inspection's log as a fold, and its gate: nothing leaves that was not asked for under one of the order's kinds, within
 * that kind's bytes, cleared by the order's key and the same file. What a rule of the order forbids and cannot be undone (a
 * tool that is not listed, a query out of hours) is entered and shown; what can still be stopped is refused.
 */
import { AssayError } from "../../../base/error.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import type { InspectionEntry, InspectionEntryOf, SignedInspectionEntry } from "./entry.js";
import type { InspectionOrder } from "./order.js";
import { orderDigest } from "./order.js";

type Side = "inspector" | "host" | "clears";

interface Noted<K extends InspectionEntry["kind"]> {
  said: InspectionEntryOf<K>;
  digest: string;
  seq: number;
  key: string;
}

interface Export {
  asked: Noted<"asked">;
  cleared: Noted<"cleared"> | null;
  stopped: Noted<"stopped"> | null;
  left: Noted<"left"> | null;
  clawedBack: Noted<"clawed-back"> | null;
  returned: Noted<"returned"> | null;
}

export interface InspectionState {
  opened: Noted<"opened"> | null;
  order: InspectionOrder | null;
  orderDigest: string | null;
  keys: Map<string, { side: Side; key: EcdsaPublicKey }>;
  queries: { said: Noted<"queried">; observed: Noted<"observed"> | null }[];
  missed: Noted<"missed">[];
  deliveries: { said: Noted<"delivered">; received: Noted<"received"> | null }[];
  withheld: Noted<"withheld">[];
  exports: Export[];
  incidents: Noted<"incident">[];
  ended: Noted<"ended">[];
  entries: number;
}

/** Before its first entry. */
export function newInspection(): InspectionState {
  return {
    opened: null,
    order: null,
    orderDigest: null,
    keys: new Map(),
    queries: [],
    missed: [],
    deliveries: [],
    withheld: [],
    exports: [],
    incidents: [],
    ended: [],
    entries: 0,
  };
}

interface FoldOptions {
  /** Check the signatures. */
  signatures: boolean;
  /** The same key, checked by the platform where there is one. */
  quick?: (key: EcdsaPublicKey) => EcdsaPublicKey;
}

/** Whose word each kind is. */
const BY: { [K in Exclude<InspectionEntry["kind"], "opened">]: readonly Side[] } = {
  queried: ["inspector"],
  observed: ["host"],
  missed: ["host"],
  delivered: ["host"],
  received: ["inspector"],
  withheld: ["host"],
  asked: ["inspector"],
  cleared: ["clears"],
  stopped: ["clears"],
  left: ["host"],
  "clawed-back": ["host"],
  returned: ["inspector"],
  incident: ["inspector", "host", "clears"],
  ended: ["inspector"],
};

/** @throws SCHEMA where the entry may not come in; the state is then as it was */
export function enterInspection(state: InspectionState, entry: SignedInspectionEntry, options: FoldOptions): void {
  const { said, digest, signed } = entry;
  const seq = state.entries;
  const key = signed.keyId;
  if (said.kind === "opened") {
    if (state.opened) throw fault(seq, "a log holds one inspection, and this one is open");
    const keys = keysOf(said, options, seq);
    if (keys.get(key)?.side !== "host") throw fault(seq, "expected the host to open the log of its inspection");
    hold(entry, keys.get(key)!.key, seq, options);
    Object.assign(state, {
      opened: { said, digest, seq, key },
      order: said.order,
      orderDigest: orderDigest(said.order),
      keys,
    });
  } else {
    if (!state.opened) throw fault(seq, "expected the opening of the inspection first");
    if (said.inspection !== state.opened.said.inspection)
      throw fault(seq, `expected an entry of ${state.opened.said.inspection}`);
    const known = state.keys.get(key);
    if (!known) throw fault(seq, "this key is none of the order's");
    if (!BY[said.kind].includes(known.side)) throw fault(seq, `"${said.kind}" is not the ${known.side}'s to say`);
    hold(entry, known.key, seq, options);
    TAKE[said.kind](state, { said, digest, seq, key } as never);
  }
  state.entries++;
}

type Take<K extends InspectionEntry["kind"]> = (state: InspectionState, noted: Noted<K>) => void;

const TAKE: { [K in Exclude<InspectionEntry["kind"], "opened">]: Take<K> } = {
  queried: (state, noted) => {
    state.queries.push({ said: noted, observed: null });
  },
  observed: (state, noted) => {
    const query = state.queries.find(({ said }) => said.digest === noted.said.query);
    if (!query) throw fault(noted.seq, "expected the host's word on a query of this inspection");
    if (query.observed) throw fault(noted.seq, "the host has had its word on this query");
    query.observed = noted;
  },
  missed: (state, noted) => {
    state.missed.push(noted);
  },
  delivered: (state, noted) => {
    state.deliveries.push({ said: noted, received: null });
  },
  received: (state, noted) => {
    const delivery = state.deliveries.find(({ said }) => said.digest === noted.said.delivered);
    if (!delivery) throw fault(noted.seq, "expected a receipt for something that was delivered in this inspection");
    if (delivery.received) throw fault(noted.seq, "this delivery has its receipt");
    delivery.received = noted;
  },
  withheld: (state, noted) => {
    state.withheld.push(noted);
  },
  asked: (state, noted) => {
    const { what, bytes } = noted.said;
    const leaf = state.order!.leaves.find((each) => each.what === what);
    if (!leaf) throw fault(noted.seq, `the order lets no "${what}" leave`);
    const taken = state.exports
      .filter(({ asked, stopped }) => asked.said.what === what && !stopped)
      .reduce((sum, { asked }) => sum + asked.said.bytes, 0);
    if (taken + bytes > leaf.bytesMax)
      throw fault(
        noted.seq,
        `"${what}" may leave in ${leaf.bytesMax} bytes in all: ${taken} are asked for already, and this has ${bytes}`,
      );
    state.exports.push({ asked: noted, cleared: null, stopped: null, left: null, clawedBack: null, returned: null });
  },
  cleared: (state, noted) => {
    const found = exported(state, noted.said.asked, noted.seq);
    if (found.cleared || found.stopped) throw fault(noted.seq, "this was decided");
    found.cleared = noted;
  },
  stopped: (state, noted) => {
    const found = exported(state, noted.said.asked, noted.seq);
    if (found.left || found.stopped) throw fault(noted.seq, "this was stopped, or has left");
    found.stopped = noted;
  },
  left: (state, noted) => {
    const found = exported(state, noted.said.asked, noted.seq);
    if (!found.cleared || found.stopped) throw fault(noted.seq, "nothing leaves that is not cleared");
    if (found.left) throw fault(noted.seq, "this has left already");
    if (found.asked.said.digest !== noted.said.digest || found.asked.said.bytes !== noted.said.bytes)
      throw fault(noted.seq, "expected the file that was cleared");
    found.left = noted;
  },
  "clawed-back": (state, noted) => {
    const found = exported(state, noted.said.asked, noted.seq);
    if (!found.left || found.clawedBack) throw fault(noted.seq, "expected something that has left, once");
    found.clawedBack = noted;
  },
  returned: (state, noted) => {
    const found = exported(state, noted.said.asked, noted.seq);
    if (!found.clawedBack || found.returned) throw fault(noted.seq, "expected something that was clawed back, once");
    found.returned = noted;
  },
  incident: (state, noted) => {
    state.incidents.push(noted);
  },
  ended: (state, noted) => {
    if (state.ended.some(({ key }) => key === noted.key)) throw fault(noted.seq, "this inspector has ended");
    state.ended.push(noted);
  },
};

function exported(state: InspectionState, asked: string, seq: number): Export {
  const found = state.exports.find((each) => each.asked.digest === asked);
  if (!found) throw fault(seq, "expected something that was asked for in this inspection");
  return found;
}

/** Keys as the order names them, and no others. */
function keysOf(
  { order, inspectors, host, clears }: InspectionEntryOf<"opened">,
  { quick }: FoldOptions,
  seq: number,
): InspectionState["keys"] {
  const keys: InspectionState["keys"] = new Map();
  const put = (pem: string, side: Side) => {
    const key = parseEcdsaKey(pem, "inspection: key");
    keys.set(key.id, { side, key: quick ? quick(key) : key });
    return key.id;
  };
  const named = new Set(inspectors.map((pem) => put(pem, "inspector")));
  if (
    named.size !== order.inspectors.length ||
    order.inspectors.some(({ key }) => !named.has(key)) ||
    put(host, "host") !== order.host ||
    put(clears, "clears") !== order.clears
  )
    throw fault(seq, "expected the keys that the order names, each once");
  return keys;
}

function hold({ signed }: SignedInspectionEntry, key: EcdsaPublicKey, seq: number, { signatures }: FoldOptions): void {
  if (signatures && !signed.verify(key)) throw fault(seq, "the signature does not hold");
}

function fault(seq: number, says: string): AssayError {
  return new AssayError("SCHEMA", `inspection entry ${seq}: ${says}`);
}
