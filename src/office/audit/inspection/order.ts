/**
 * The terms of an inspection with managed access, as a panel orders them: who may look, from where, with which tools by
 * digest, at which drawn sample, what must be delivered, and what may leave the room in how many bytes. Canonical JSON;
 * the docket's entry names it by digest, and so do a challenge and an inspection's log.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { DRAWS_MAX } from "../../../stats/hypergeometric-bound.js";
import { UNITS } from "../entry.js";
import { ROW_CLASSES } from "../rows.js";

/** With its log's entries an order has to fit into one entry of a log (CWE-770). */
const ORDER_BYTES_MAX = 30_000;

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "expected a time such as 2026-03-01T09:00:00Z");
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 hexadecimal digits");
const keyId = z.string().regex(/^[0-9a-f]{64}$/, "expected the id of a key, 64 hexadecimal digits");
const word = z.string().min(1).max(100);
const line = z.string().min(1).max(600);

const orderSchema = z.strictObject({
  type: z.literal("assay/inspection-order/v1"),
  case: word,
  /** Digest of the opening statement of the run that is looked at; null where there is none. */
  run: digest.nullable(),
  systems: z.array(word).min(1).max(50),
  window: z.tuple([moment, moment]),
  inspectors: z
    .array(z.strictObject({ key: keyId, name: word, disclosure: digest.nullable() }))
    .min(1)
    .max(20),
  /** Whose systems they are. */
  host: keyId,
  /** Who clears what leaves. */
  clears: keyId,
  place: z.enum(["tribunal enclave", "secure room", "remote session"]),
  tools: z.array(z.strictObject({ name: word, digest })).max(100),
  sample: z
    .strictObject({
      class: z.enum(ROW_CLASSES),
      unit: z.enum(UNITS),
      k: z.int().positive().max(DRAWS_MAX),
      alpha: z.literal("0.05"),
    })
    .nullable(),
  deIdentify: line.nullable(),
  /** What the host must deliver, each by a name. */
  completeness: z.array(word).max(200),
  /** What may leave: each kind with the most bytes of all files of it together. */
  leaves: z.array(z.strictObject({ what: word, bytesMax: z.int().nonnegative() })).max(50),
  clawBackDays: z.int().min(0).max(365),
  incidentHours: z.int().min(1).max(720),
  noticeDays: z.int().min(0).max(60),
  exParte: z.strictObject({ why: line, reviewDays: z.int().min(1).max(60) }).nullable(),
  end: z.enum(["destroy", "escrow"]),
});
export type InspectionOrder = z.infer<typeof orderSchema>;

/** @throws SCHEMA naming the first field that is not as an order has it */
export function checkOrder(value: unknown, what: string): InspectionOrder {
  const parsed = orderSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { window, inspectors, host, clears, tools, completeness, leaves } = parsed.data;
  if (window[0] >= window[1]) throw new AssayError("SCHEMA", `${what}: expected a window that ends after it begins`);
  if (inspectors.some(({ key }) => key === host || key === clears) || host === clears)
    throw new AssayError("SCHEMA", `${what}: expected inspectors, host and whoever clears to be different keys`);
  for (const [name, list] of [
    ["inspectors", inspectors.map(({ key }) => key)],
    ["tools", tools.map((tool) => tool.digest)],
    ["completeness", completeness],
    ["leaves", leaves.map((leaf) => leaf.what)],
  ] as const)
    if (new Set(list).size !== list.length) throw new AssayError("SCHEMA", `${what}: ${name}: expected each once`);
  return parsed.data;
}

/** @throws LIMIT, FORMAT, SCHEMA for what is no order in its canonical text */
export function readOrder(bytes: Uint8Array, what: string): InspectionOrder {
  if (bytes.length > ORDER_BYTES_MAX)
    throw new AssayError(
      "LIMIT",
      `${what}: expected an order of at most ${ORDER_BYTES_MAX} bytes, got ${bytes.length}`,
    );
  const order = checkOrder(parseStrictJson(fromUtf8(bytes, what), what), what);
  if (!equalBytes(encodeOrder(order), bytes))
    throw new AssayError(
      "SCHEMA",
      `${what}: expected an order in its canonical text (RFC 8785), which its digest is taken of`,
    );
  return order;
}

/** Canonical JSON: what its digest is taken of. @throws SCHEMA */
export function encodeOrder(order: InspectionOrder): Uint8Array {
  return canonicalJsonBytes(checkOrder(order, "inspection order"));
}

/** By which a docket's entry, a challenge and an inspection's log name it. */
export function orderDigest(order: InspectionOrder): Digest {
  return sha256Digest(encodeOrder(order));
}
