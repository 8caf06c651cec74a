/**
 * The header of a sketch file: what it says about itself, read as hostile input. The rows it holds are never stated:
 * they follow from seed and sizes (plan.ts), so whoever makes a sketch cannot choose them. docs/sketch-format.md.
 */
import { z } from "zod";
import { equalBytes, fromHex, fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { CHUNK_BYTES } from "../../../evidence/chunk-tree.js";
import { rootDigest } from "../../../evidence/oms.js";
import { NO_CONFIG } from "../../../model/beside/config.js";
import { plannedRows, planOf, type Sizes, WIDTHS } from "./plan.js";

/** First bytes of the file; the digit is the format's version. */
const MAGIC = utf8("ASSAYSK1");
/** Magic, then the header's length as u32, little endian. */
export const PREFIX_BYTES = 12;
/** 10,000 files with paths of 1,000 characters and two digests take 12 MB. */
const HEADER_BYTES_MAX = 16 * 1024 * 1024;
/** Folds of all rows of a model of 10^12 parameters, at full width, take about 40 GB; nothing known takes more. */
const PAYLOAD_BYTES_MAX = 64 * 2 ** 30;
/** Far beyond any public model (CWE-770). */
const LAYERS_MAX = 4096;
const UNITS_MAX = 1_000_000;
const FILES_MAX = 10_000;

const fact = z.union([z.string().max(200), z.number(), z.boolean(), z.null()]);
const whole = (max: number) => z.int().nonnegative().max(max);

const sketchHeaderSchema = z.strictObject({
  type: z.literal("assay/sketch/v1"),
  /** 32 bytes as hexadecimal, drawn jointly (seed.ts). */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.int().refine((w) => WIDTHS.includes(w), "expected a width of the format"),
  rows: z.enum(["sampled", "all"]),
  model: z.strictObject({
    /** OMS root digest over `files`. */
    root: digestSchema,
    chunkBytes: z.literal(CHUNK_BYTES),
    files: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(1024),
          sizeBytes: whole(Number.MAX_SAFE_INTEGER),
          digest: digestSchema,
          /** Root of the hash tree over its chunks. */
          chunks: digestSchema,
        }),
      )
      .min(1)
      .max(FILES_MAX),
  }),
  sizes: z.strictObject({
    hidden: z.int().positive().max(UNITS_MAX),
    gated: z.boolean(),
    mlpHidden: z.array(z.int().positive().max(UNITS_MAX)).min(1).max(LAYERS_MAX),
    keyValueHeads: whole(UNITS_MAX),
    headDim: whole(UNITS_MAX),
  }),
  /** What the model's configuration states: architecture, shown as such. */
  config: z
    .record(z.string().max(64), fact)
    .refine((c) => Object.keys(c).every((k) => Object.hasOwn(NO_CONFIG, k)), "expected facts of a configuration"),
  tied: z.boolean(),
  vocabulary: whole(2 ** 31),
  parameters: whole(Number.MAX_SAFE_INTEGER),
  payload: z.strictObject({ sizeBytes: whole(PAYLOAD_BYTES_MAX), digest: digestSchema }),
  software: z.strictObject({ name: z.string().max(100), version: z.string().max(100), commit: z.string().max(100) }),
});
export type SketchHeader = z.infer<typeof sketchHeaderSchema>;

/** Told by the magic at its start; the rest may still be refused. */
export function isSketch(first: Uint8Array): boolean {
  return first.length >= MAGIC.length && equalBytes(first.subarray(0, MAGIC.length), MAGIC);
}

/** Magic, length as little-endian uint32, canonical JSON. */
export function encodeHeader(header: SketchHeader): Uint8Array {
  const json = canonicalJsonBytes(header);
  const out = new Uint8Array(PREFIX_BYTES + json.length);
  out.set(MAGIC);
  new DataView(out.buffer).setUint32(MAGIC.length, json.length, true);
  out.set(json, PREFIX_BYTES);
  return out;
}

/** @param prefix the first PREFIX_BYTES of the file */
export function headerLength(prefix: Uint8Array, fileBytes: number, name: string): number {
  const at = `sketch ${name}`;
  if (prefix.length < PREFIX_BYTES || !isSketch(prefix))
    throw new AssayError("FORMAT", `${at}: expected a sketch file, got other first bytes`);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(MAGIC.length, true);
  if (length > HEADER_BYTES_MAX)
    throw new AssayError("LIMIT", `${at}: expected a header of at most ${HEADER_BYTES_MAX} bytes, got ${length}`);
  if (PREFIX_BYTES + length > fileBytes)
    throw new AssayError("FORMAT", `${at}: expected a header of ${length} bytes, got a file of ${fileBytes}`);
  return length;
}

/**
 * @param json the header's bytes behind the prefix
 * @throws AssayError FORMAT, LIMIT or SCHEMA; DIGEST when the files do not give the stated root
 */
export function decodeHeader(json: Uint8Array, fileBytes: number, name: string): SketchHeader {
  const at = `sketch ${name}`;
  const parsed = sketchHeaderSchema.safeParse(parseStrictJson(fromUtf8(json, at), at));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${at}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const header = parsed.data;
  if (!equalBytes(canonicalJsonBytes(header), json))
    throw new AssayError("FORMAT", `${at}: expected canonical JSON (RFC 8785)`);
  const { sizes, payload, model, width } = header;
  const held = PREFIX_BYTES + json.length + payload.sizeBytes;
  if (held !== fileBytes) throw new AssayError("FORMAT", `${at}: expected ${held} bytes, got ${fileBytes}`);
  // Before any plan is drawn up: a header may state far more than the file can hold.
  const least = sizes.mlpHidden.length * (sizes.gated ? 2 : 1) * width * 2;
  const most = sizes.mlpHidden.reduce((sum, n) => sum + n, 0) + sizes.mlpHidden.length * rowsOfValues(sizes);
  if (payload.sizeBytes < least || payload.sizeBytes > 2 * most * width * 2)
    throw new AssayError("FORMAT", `${at}: expected a payload that fits the sizes, got ${payload.sizeBytes} bytes`);
  const planned = plannedRows(planOf(sizes, header.seed, header.rows)) * width * 2;
  if (planned !== payload.sizeBytes)
    throw new AssayError("FORMAT", `${at}: expected a payload of ${planned} bytes, got ${payload.sizeBytes}`);
  if (rootDigest(model.files) !== model.root)
    throw new AssayError("DIGEST", `${at}: expected files that give the stated root`);
  return header;
}

function rowsOfValues(sizes: Sizes): number {
  return sizes.keyValueHeads * sizes.headDim;
}

/** The digest that names a chunk tree's root. */
export function chunkDigest(root: Uint8Array): `sha256:${string}` {
  let text = "";
  for (const b of root) text += b.toString(16).padStart(2, "0");
  return `sha256:${text}`;
}

/** One digest for all chunk trees of a model: over their roots in the order of the file names. */
export function chunkRootOf(files: SketchHeader["model"]["files"]): `sha256:${string}` {
  return rootDigest(files.map(({ name, chunks }) => ({ name, digest: chunks }))) as `sha256:${string}`;
}

/** Raw bytes behind a digest. */
export function digestBytes(digest: string, at: string): Uint8Array {
  return fromHex(digest.slice(digest.indexOf(":") + 1), at);
}
