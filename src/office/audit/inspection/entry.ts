/**
 * What an inspection's log holds: signed words of inspectors, of the host whose systems they are, and of whoever clears what
 * leaves. Each thing that passes between two sides takes a word of each. Queries, results and files are in none of them,
 * only their salted digests and sizes.
 */
import { z } from "zod";
import { entryCodec, type Signed } from "../signed-entry.js";
import { checkOrder } from "./order.js";

export const INSPECTION_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const pem = z.string().max(1024);
const word = z.string().min(1).max(100);
const line = z.string().min(1).max(600);
const bytes = z.int().nonnegative();
const base = { inspection: z.string().regex(INSPECTION_NAME), issued: moment };

const entrySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("opened"),
    ...base,
    order: z.unknown().transform((value, context) => {
      try {
        return checkOrder(value, "order");
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
        return z.NEVER;
      }
    }),
    /** Statement of the docket's entry that ordered it; null where the parties agreed on it. */
    authority: digest.nullable(),
    inspectors: z.array(pem).min(1).max(20),
    host: pem,
    clears: pem,
  }),
  /** A query of an inspector: the tool by its digest, query and result by salted digests. */
  z.strictObject({
    kind: z.literal("queried"),
    ...base,
    tool: digest,
    query: digest,
    result: digest.nullable(),
    resultBytes: bytes,
  }),
  /** The host's word on a query: its own record of the room agrees, or does not. */
  z.strictObject({
    kind: z.literal("observed"),
    ...base,
    query: digest,
    agrees: z.boolean(),
    says: z.string().max(600),
  }),
  /** A query that the host's record shows and no entry of an inspector tells. */
  z.strictObject({ kind: z.literal("missed"), ...base, says: line }),
  z.strictObject({ kind: z.literal("delivered"), ...base, item: word, digest, bytes, whole: z.boolean() }),
  z.strictObject({ kind: z.literal("received"), ...base, delivered: digest, digest, bytes, usable: z.boolean() }),
  z.strictObject({ kind: z.literal("withheld"), ...base, item: word, because: line }),
  /** A file that is to leave the room, under one of the order's kinds. */
  z.strictObject({ kind: z.literal("asked"), ...base, what: word, digest, bytes }),
  z.strictObject({ kind: z.literal("cleared"), ...base, asked: digest }),
  z.strictObject({ kind: z.literal("stopped"), ...base, asked: digest, because: line }),
  z.strictObject({ kind: z.literal("left"), ...base, asked: digest, digest, bytes }),
  z.strictObject({ kind: z.literal("clawed-back"), ...base, asked: digest, because: line }),
  z.strictObject({ kind: z.literal("returned"), ...base, asked: digest }),
  z.strictObject({ kind: z.literal("incident"), ...base, noticed: moment, says: line }),
  z.strictObject({
    kind: z.literal("ended"),
    ...base,
    end: z.enum(["destroy", "escrow"]),
    items: z.int().nonnegative(),
  }),
]);
export type InspectionEntry = z.infer<typeof entrySchema>;
export type InspectionEntryOf<K extends InspectionEntry["kind"]> = Extract<InspectionEntry, { kind: K }>;
export type SignedInspectionEntry = Signed<InspectionEntry>;

const codec = entryCodec<InspectionEntry>(
  "inspection-entry/v1",
  entrySchema as unknown as z.ZodType<InspectionEntry>,
  ({ inspection }) => inspection,
  "inspection's entry",
);

/** The statement to sign. @throws SCHEMA or LIMIT */
export function encodeInspectionEntry(entry: InspectionEntry): Uint8Array {
  return codec.encode(entry);
}

/** @throws SCHEMA, FORMAT for what is no entry; the signature is for the fold to check */
export function readInspectionEntry(bytes: Uint8Array, what: string): SignedInspectionEntry {
  return codec.read(bytes, what);
}
