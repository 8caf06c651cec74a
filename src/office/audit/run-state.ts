/**
 * A run's log as a fold: what has been opened, committed, asked, answered and reported. Entries that do not follow from
 * those before are faults, told in words; whoever replays the log comes to the same state. Signatures of keys and of the
 * beacon are checked where the caller asks, since a pairing takes some 50 ms.
 */
import { fromHex } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { roundAt, verifyRound } from "../../evidence/drand.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { verifyConsistency } from "../../tlog/merkle-proof.js";
import type { AuditEntry, EntryOf, SignedEntry } from "./entry.js";
import type { RowClass } from "./rows.js";

interface Committed {
  said: EntryOf<"committed">;
  digest: string;
  /** Number in the log. */
  seq: number;
}

export interface Challenged {
  said: EntryOf<"challenged">;
  digest: string;
  seq: number;
  target: Committed;
  key: EcdsaPublicKey;
  answered: EntryOf<"answered"> | null;
  refused: EntryOf<"refused"> | null;
  reported: EntryOf<"reported"> | null;
}

interface Entered<K extends AuditEntry["kind"]> {
  said: EntryOf<K>;
  digest: string;
  seq: number;
}

export interface RunState {
  opened: EntryOf<"run.opened"> | null;
  /** Digest of the opening statement: the run's identity. */
  run: string | null;
  key: EcdsaPublicKey | null;
  committed: Map<RowClass, Committed[]>;
  challenges: Map<string, Challenged>;
  /** Summaries of training content, by the digest of their statement. */
  summaries: Map<string, Entered<"summarised">>;
  /** How segments are trained again and the last checkpoint exported, in the order logged. */
  commands: Entered<"command">[];
  closed: EntryOf<"run.closed"> | null;
  entries: number;
  /** Round of the last entry that carries one. */
  lastRound: number;
}

/** Before its first entry. */
export function newRun(): RunState {
  return {
    opened: null,
    run: null,
    key: null,
    committed: new Map(),
    challenges: new Map(),
    summaries: new Map(),
    commands: [],
    closed: null,
    entries: 0,
    lastRound: 0,
  };
}

interface FoldOptions {
  /** Check signatures of keys and of the beacon. */
  signatures: boolean;
  /** The same key, checked by the platform where there is one. */
  quick?: (key: EcdsaPublicKey) => EcdsaPublicKey;
}

/** @throws SCHEMA where the entry does not follow from those before; the state is then as it was */
export function enter(state: RunState, entry: SignedEntry, options: FoldOptions): void {
  const { said, digest } = entry;
  const seq = state.entries;
  if (said.kind === "run.opened") {
    if (state.opened) throw fault(seq, "a log holds one run, and this one is open");
    const key = ecdsa(said.publicKey, options);
    signed(entry, key, seq, options);
    round(said, said.first, seq, options);
    Object.assign(state, { opened: said, run: digest, key, lastRound: said.first.round });
  } else {
    if (!state.opened || !state.key) throw fault(seq, "expected the opening of the run first");
    if (said.run !== state.opened.run) throw fault(seq, `expected an entry of ${state.opened.run}`);
    ENTER[said.kind](state, entry as never, seq, options);
  }
  state.entries++;
}

type Enter<K extends AuditEntry["kind"]> = (
  state: RunState,
  entry: SignedEntry & { said: EntryOf<K> },
  seq: number,
  options: FoldOptions,
) => void;

const ENTER: { [K in Exclude<AuditEntry["kind"], "run.opened">]: Enter<K> } = {
  committed(state, entry, seq, options) {
    const { said, digest } = entry;
    signed(entry, state.key!, seq, options);
    if (state.closed) throw fault(seq, "the run is closed");
    const before = state.committed.get(said.class) ?? [];
    const last = before.at(-1)?.said ?? null;
    if (
      (last === null) !== (said.prev === null) ||
      (last && (said.prev!.size !== last.size || said.prev!.root !== last.root))
    )
      throw fault(seq, `expected the commitment to follow the last one of ${said.class}`);
    if (last && said.size < last.size) throw fault(seq, "a tree of rows never gets smaller");
    if (last && last.size > 0 && !grown(last, said))
      throw fault(seq, "the rows committed before are not a beginning of these");
    if (said.beacon.round < state.lastRound) throw fault(seq, "the beacon's rounds run backwards");
    round(state.opened!, said.beacon, seq, options);
    state.committed.set(said.class, [...before, { said, digest, seq }]);
    state.lastRound = said.beacon.round;
  },
  "run.closed"(state, entry, seq, options) {
    signed(entry, state.key!, seq, options);
    if (state.closed) throw fault(seq, "the run is closed");
    state.closed = entry.said;
  },
  challenged(state, entry, seq, options) {
    const { said, digest } = entry;
    const key = ecdsa(said.publicKey, options);
    signed(entry, key, seq, options);
    const target = state.committed.get(said.class)?.find((each) => each.digest === said.target);
    if (!target) throw fault(seq, `expected a target among the commitments of ${said.class}`);
    const size = said.unit === "tokens" ? target.said.tokens : target.said.size;
    if (said.unit === "tokens" && said.class !== "data") throw fault(seq, "tokens are drawn from data alone");
    if (size === null || said.k > size)
      throw fault(seq, `expected to draw no more than there are (${size ?? "not stated"})`);
    // Not out yet when it was signed, by the auditor's clock, and after every round that the maker has shown to know.
    const issued = Date.parse(said.issued) / 1000;
    if (said.round <= Math.max(state.lastRound, roundAt(state.opened!.beacon, issued)))
      throw fault(seq, "expected a round that is not out when the challenge is made");
    const named = new Set((state.opened!.declared.dataRules ?? []).map(({ id }) => id));
    const unknown = said.rules.find((id) => !named.has(id));
    if (unknown !== undefined) throw fault(seq, `no rule ${unknown} was declared`);
    state.challenges.set(digest, { said, digest, seq, target, key, answered: null, refused: null, reported: null });
  },
  answered(state, entry, seq, options) {
    const { said } = entry;
    signed(entry, state.key!, seq, options);
    const challenge = pending(state, said.challenge, seq);
    round(state.opened!, { round: challenge.said.round, signature: said.signature }, seq, options);
    challenge.answered = said;
  },
  summarised(state, entry, seq, options) {
    const { said, digest } = entry;
    signed(entry, state.key!, seq, options);
    if (!state.committed.get("data")?.some((each) => each.digest === said.target))
      throw fault(seq, "expected a summary of a commitment to data");
    state.summaries.set(digest, { said, digest, seq });
  },
  command(state, entry, seq, options) {
    signed(entry, state.key!, seq, options);
    state.commands.push({ said: entry.said, digest: entry.digest, seq });
  },
  refused(state, entry, seq, options) {
    signed(entry, state.key!, seq, options);
    pending(state, entry.said.challenge, seq).refused = entry.said;
  },
  reported(state, entry, seq, options) {
    const challenge = state.challenges.get(entry.said.challenge);
    if (!challenge) throw fault(seq, "expected a report on a challenge of this run");
    signed(entry, challenge.key, seq, options);
    challenge.reported = entry.said;
  },
};

function pending(state: RunState, digest: string, seq: number): Challenged {
  const challenge = state.challenges.get(digest);
  if (!challenge) throw fault(seq, "expected an answer to a challenge of this run");
  if (challenge.answered || challenge.refused) throw fault(seq, "this challenge has its answer");
  return challenge;
}

function grown(last: EntryOf<"committed">, said: EntryOf<"committed">): boolean {
  return verifyConsistency({
    oldSize: last.size,
    size: said.size,
    oldRoot: fromHex(last.root, "root"),
    root: fromHex(said.root, "root"),
    proof: said.consistency.map((hash) => fromHex(hash, "consistency")),
  });
}

function ecdsa(pem: string, { quick }: FoldOptions): EcdsaPublicKey {
  const key = parseEcdsaKey(pem, "audit: key");
  return quick ? quick(key) : key;
}

function signed(
  { signed: statement }: SignedEntry,
  key: EcdsaPublicKey,
  seq: number,
  { signatures }: FoldOptions,
): void {
  if (statement.keyId !== key.id || (signatures && !statement.verify(key)))
    throw fault(seq, "the signature does not hold");
}

function round(
  { beacon }: EntryOf<"run.opened">,
  said: { round: number; signature: string },
  seq: number,
  { signatures }: FoldOptions,
): void {
  if (signatures && !verifyRound(beacon, said.round, said.signature))
    throw fault(seq, `round ${said.round} of the beacon does not hold`);
}

function fault(seq: number, says: string): AssayError {
  return new AssayError("SCHEMA", `audit entry ${seq}: ${says}`);
}
