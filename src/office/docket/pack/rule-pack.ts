/**
 * A rule pack: a procedure as hashed data. It names states, roles, moves (who may enter what, from where to where, under
 * which guards), times and what follows when they run out, and the gates of remedies. What it means is in
 * docs/docket-packs.md, from which a second reader was written. A pack holds no code and no dates.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { ENTRY_KINDS, GUARD_IDS, type GuardId, ROLES } from "./names.js";

const PACK_TYPE = "assay/rule-pack/v1";

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "expected a short name such as response-due");
const note = z.string().min(1).max(500);
const role = z.enum(ROLES);
const states = z.union([z.literal("*"), z.array(name).min(1).max(64)]);
const guard = z.enum(GUARD_IDS as [GuardId, ...GuardId[]]);

const move = z.strictObject({
  kind: z.enum(ENTRY_KINDS),
  by: z.array(role).min(1),
  from: states,
  to: name.optional(),
  /** Facts that the entry must state, each as one of these values, for this move to be the one. */
  when: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).optional(),
  guards: z.array(guard).default([]),
  starts: z.array(name).default([]),
  meets: z.array(name).default([]),
  pauses: z.boolean().optional(),
  resumes: z.boolean().optional(),
  /** At most once in a case. */
  once: z.boolean().optional(),
  clears: z.array(name).optional(),
  flags: z.array(name).optional(),
  note: note.optional(),
});

const days = z.union([z.int().min(0).max(3660), z.strictObject({ "1": z.int().min(0), "3": z.int().min(0) })]);
const timer = z.strictObject({
  id: name,
  days: days.describe("by the number of the panel's members where it depends on it"),
  calendar: z.enum(["calendar", "business"]),
  /** In which states it runs: it ends when the case leaves them. */
  within: states,
  /** Who is late when it runs out. */
  of: z.array(role).min(1),
  extend: z
    .array(z.strictObject({ by: z.array(role).min(1), days: z.int().min(1).max(366), times: z.int().min(1).max(100) }))
    .default([]),
  expiry: z.strictObject({ to: name.optional(), flag: name.optional(), starts: z.array(name).default([]), note }),
});

const gate = z.strictObject({
  rung: z.int().min(1).max(10),
  name: note,
  guards: z.array(guard),
  /** Only after a decision for the complainant. */
  decision: z.boolean(),
  laboratories: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  conductFinding: z.boolean(),
  irreversible: z.boolean(),
  /** A refused order may stand in for the finding. */
  orRefusedOrder: z.boolean().default(false),
});

const schema = z.strictObject({
  type: z.literal(PACK_TYPE),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}\/v[1-9][0-9]{0,3}$/),
  title: note,
  source: note,
  /** A clock fires when so many seconds have passed after its end: clocks of machines differ. */
  graceSeconds: z.int().min(0).max(3600),
  initial: name,
  states: z
    .array(z.strictObject({ id: name, says: note, final: z.boolean().default(false) }))
    .min(2)
    .max(64),
  roles: z.array(role).min(1),
  moves: z.array(move).min(1).max(400),
  timers: z.array(timer).max(100),
  gates: z.array(gate).max(10),
  texts: z.record(name, z.string().min(1).max(2000)),
});

type PackData = z.infer<typeof schema>;
export type Move = z.infer<typeof move>;
export type Timer = z.infer<typeof timer>;
export type RemedyGate = z.infer<typeof gate>;

export interface RulePack {
  data: PackData;
  digest: Digest;
  /** Moves by kind, in the pack's order. */
  moves: ReadonlyMap<string, readonly Move[]>;
  timers: ReadonlyMap<string, Timer>;
  states: ReadonlyMap<string, PackData["states"][number]>;
}

/** @throws SCHEMA where it names what it does not have */
export function readPack(value: unknown, what = "rule pack"): RulePack {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { data } = parsed;
  const states = new Map(data.states.map((state) => [state.id, state]));
  const timers = new Map(data.timers.map((each) => [each.id, each]));
  const fault = faultOf(data, states, timers);
  if (fault !== null) throw new AssayError("SCHEMA", `${what}: ${fault}`);
  const moves = new Map<string, Move[]>();
  for (const each of data.moves) moves.set(each.kind, [...(moves.get(each.kind) ?? []), each]);
  // The digest is of what was given: defaults that this version fills in are not part of the text.
  return { data, digest: sha256Digest(canonicalJsonBytes(value)), moves, timers, states };
}

function faultOf(
  data: PackData,
  states: ReadonlyMap<string, unknown>,
  timers: ReadonlyMap<string, Timer>,
): string | null {
  if (states.size !== data.states.length || timers.size !== data.timers.length)
    return "expected each state and each timer once";
  const unknownState = (list: "*" | string[] | undefined, to?: string) =>
    [...(list === "*" || list === undefined ? [] : list), ...(to === undefined ? [] : [to])].find(
      (state) => !states.has(state),
    );
  if (!states.has(data.initial)) return `no state ${data.initial}`;
  for (const { kind, from, to, by, starts, meets } of data.moves) {
    const state = unknownState(from, to);
    if (state !== undefined) return `the move ${kind} names no state of the pack: ${state}`;
    const timer = [...starts, ...meets].find((each) => !timers.has(each));
    if (timer !== undefined) return `the move ${kind} names no timer of the pack: ${timer}`;
    const role = by.find((each) => !data.roles.includes(each));
    if (role !== undefined) return `the move ${kind} names no role of the pack: ${role}`;
  }
  for (const { id, within, expiry, of: late, extend } of data.timers) {
    const state = unknownState(within, expiry.to);
    if (state !== undefined) return `the timer ${id} names no state of the pack: ${state}`;
    const timer = expiry.starts.find((each) => !timers.has(each));
    if (timer !== undefined) return `the timer ${id} names no timer of the pack: ${timer}`;
    const role = [...late, ...extend.flatMap(({ by }) => by)].find((each) => !data.roles.includes(each));
    if (role !== undefined) return `the timer ${id} names no role of the pack: ${role}`;
  }
  return null;
}
