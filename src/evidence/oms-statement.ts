/**
 * What an OpenSSF Model Signing signature signs (ossf/model-signing-spec, spec/v1.0.md): an in-toto Statement v1 about
 * one model, its files or shards with their digests, and how they were listed. Read strictly: the subject must be the
 * root digest of the listed resources. It cannot see the files themselves.
 */
import { z } from "zod";
import { concatBytes, fromHex, fromUtf8, utf8 } from "../base/bytes.js";
import { sha256Hex } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { sortByName } from "./oms.js";

export const IN_TOTO_PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://model_signing/signature/v1.0";

/** A million shards of a gigabyte; a name is at most a path. */
const RESOURCES_MAX = 1_000_000;
export const PAYLOAD_BYTES_MAX = 256 * 1024 * 1024;

export const HASH_TYPES = ["sha256", "blake2b", "blake3"] as const;
export type HashType = (typeof HASH_TYPES)[number];
/** Bytes of each digest: hashlib's blake2b, and blake3, at their default lengths. */
const DIGEST_BYTES: Record<HashType, number> = { sha256: 32, blake2b: 64, blake3: 32 };

const resourceSchema = z.object({
  name: z.string().min(1).max(8192),
  digest: z.string().regex(/^(?:[0-9a-f]{2}){16,64}$/),
  // The reference implementation (1.1) writes "sha256-sharded-1000" where the specification has "sha256".
  algorithm: z
    .string()
    .transform((text) => text.replace(/-sharded-[1-9][0-9]*$/, ""))
    .pipe(z.enum(HASH_TYPES)),
});
export type SignedResource = z.infer<typeof resourceSchema>;

const serializationSchema = z.strictObject({
  method: z.enum(["files", "shards"]),
  hash_type: z.enum(HASH_TYPES),
  shard_size: z.number().int().positive().optional(),
  allow_symlinks: z.boolean(),
  ignore_paths: z.array(z.string().min(1).max(8192)).max(10_000).optional(),
});
export type Serialization = z.infer<typeof serializationSchema>;

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.object({ name: z.string().max(8192), digest: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }),
  ]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    serialization: serializationSchema,
    resources: z.array(resourceSchema).min(1).max(RESOURCES_MAX),
  }),
});

export interface ModelStatement {
  /** Base name of what was signed; binds nothing. */
  name: string;
  serialization: Serialization;
  /** By name in code point order. */
  resources: SignedResource[];
  /** Root digest: SHA-256 over the raw digests in that order. */
  root: string;
}

/**
 * @param resources files or shards with their digests, in any order; they are sorted by name and the root is worked out
 * here
 */
export function statementOf(
  name: string,
  serialization: Serialization,
  resources: readonly SignedResource[],
): ModelStatement {
  const sorted = sortByName([...resources]);
  return { name, serialization, resources: sorted, root: rootOf(sorted) };
}

/** The payload of the envelope. */
export function encodeStatement({ name, serialization, resources, root }: ModelStatement): Uint8Array {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: root } }],
    predicateType: PREDICATE_TYPE,
    predicate: { serialization, resources },
  };
  return utf8(JSON.stringify(statement, null, 2));
}

/** @throws SCHEMA for another shape or predicate, DIGEST when the subject is not the root of the resources */
export function decodeStatement(payload: Uint8Array): ModelStatement {
  const what = "model signature";
  if (payload.length > PAYLOAD_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PAYLOAD_BYTES_MAX} bytes, got ${payload.length}`);
  const parsed = statementSchema.safeParse(parseStrictJson(fromUtf8(payload, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { subject, predicate } = parsed.data;
  const { serialization, resources } = predicate;
  if ((serialization.method === "shards") !== (serialization.shard_size !== undefined))
    throw new AssayError("SCHEMA", `${what}: expected shard_size with method "shards" and only there`);
  const names = new Set<string>();
  for (const { name, algorithm, digest } of resources) {
    assertName(name, what);
    if (names.has(name)) throw new AssayError("SCHEMA", `${what}: expected each name once, got ${quoted(name)} twice`);
    names.add(name);
    if (algorithm !== serialization.hash_type || digest.length !== 2 * DIGEST_BYTES[algorithm])
      throw new AssayError("SCHEMA", `${what}: expected a ${serialization.hash_type} digest of ${quoted(name)}`);
  }
  // The root is taken in the order listed: the specification sorts, and a list out of order has another root.
  const sorted = sortByName(resources);
  const root = rootOf(sorted);
  if (root !== subject[0].digest.sha256)
    throw new AssayError(
      "DIGEST",
      `${what}: the subject ${subject[0].digest.sha256} is not the root of its resources, ${root}`,
    );
  return { name: subject[0].name, serialization, resources: sorted, root };
}

function rootOf(sorted: readonly SignedResource[]): string {
  return sha256Hex(concatBytes(sorted.map(({ digest }) => fromHex(digest, "model signature"))));
}

/** Relative, inside the model, one text per file; "." stands for a model of one file. */
function assertName(name: string, what: string): void {
  if (name === ".") return;
  const parts = name.split("/");
  if (name.includes("\0") || name.includes("\\") || parts.some((part) => part === "" || part === "." || part === ".."))
    throw new AssayError("SCHEMA", `${what}: expected a relative path inside the model, got ${quoted(name)}`);
}

/** `path:start:end` of a shard, from its last two colons. */
export function shardOf(name: string): { path: string; start: number; end: number } {
  const [, path, start, end] = /^(.+):(0|[1-9][0-9]{0,15}):([1-9][0-9]{0,15})$/s.exec(name) ?? [];
  if (path === undefined || !(Number(start) < Number(end)))
    throw new AssayError("SCHEMA", `model signature: expected path:start:end, got ${quoted(name)}`);
  return { path, start: Number(start), end: Number(end) };
}
