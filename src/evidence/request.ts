/**
 * What was asked: the command, its arguments and settings, and the inputs by digest, so that someone who holds the
 * inputs can run it again. Carries no input. Arguments are kept as given: the caller strips private folders first.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../base/bytes.js";
import { canonicalJsonBytes } from "../base/canonical-json.js";
import type { Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { digestSchema } from "./artefact.js";

/** A model of 10,000 files, each with its path and digest, takes about 3 MB. */
const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

const text = z.string().max(4096);
const scalar = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]);

const body = {
  /** As typed: "examine weights". */
  command: z.string().min(1).max(100),
  arguments: z.array(text).max(1000),
  /** What the method was set to, defaults included. */
  settings: z.record(z.string().min(1).max(100), z.union([scalar, z.array(scalar).max(1000)])),
  inputs: z
    .array(
      z.strictObject({
        /** The part it played: "reference", "suspect", "init", … */
        role: z.string().min(1).max(50),
        name: z.string().min(1).max(255),
        root: digestSchema,
        files: z
          .array(z.strictObject({ path: z.string().min(1).max(4096), digest: digestSchema }))
          .max(100_000)
          .optional(),
      }),
    )
    .max(10_000),
};

/** `plan`: digest of the plan that was fixed before the run (a protocol, an order); null where none was. */
const second = z.strictObject({ type: z.literal("assay/request/v2"), plan: digestSchema.nullable(), ...body });
/** Readable for ever: it could name no plan. */
const first = z.strictObject({ type: z.literal("assay/request/v1"), ...body });

const requestSchema = z.discriminatedUnion("type", [second, first]);
export type ExaminationRequest = z.infer<typeof requestSchema>;

/** The plan under which the run was made; null for none. */
export function planOf(request: ExaminationRequest): Digest | null {
  return request.type === "assay/request/v1" ? null : request.plan;
}

/** Canonical JSON in UTF-8. It throws zod's error for a request of another form, which is a fault of the caller. */
export function encodeRequest(request: ExaminationRequest): Uint8Array {
  return canonicalJsonBytes(requestSchema.parse(request));
}

/** Canonical text only. */
export function decodeRequest(bytes: Uint8Array, what: string): ExaminationRequest {
  if (bytes.length > REQUEST_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${REQUEST_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = requestSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  if (!equalBytes(canonicalJsonBytes(parsed.data), bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  return parsed.data;
}
