/**
 * What a model's inner states are like as it reads a fixed set of prompts: by layer the inner products of the prompts' mean
 * states about their common mean (a Gram matrix), as `assay collect --score states` writes them. States and weights stay
 * with the model's owner; what the file gives away is the states up to a rotation. A direction itself has no meaning in
 * another model's space, so that none is stored: projections on it follow from the products. Whoever wrote the file could
 * have written another: nothing in it shows that a model made it.
 */
import { z } from "zod";
import { base64, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { canonicalJson } from "../base/canonical-json.js";
import { type Digest, sha256Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { Prompt } from "./prompt-set.js";

const STATES_TYPE = "assay/states/v1";
/** Of a file; prompts and layers (CWE-770). Public models have up to some 250 points along the stream. */
export const STATES_BYTES_MAX = 128 * 1024 * 1024;
export const [STATES_PROMPTS_MIN, STATES_PROMPTS_MAX] = [16, 1024];
export const STATES_LAYERS_MAX = 512;
/** How far rows of a centred matrix of 32-bit values may sum from nought, by the matrix's largest value. */
const CENTRED_WITHIN = 1e-3;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const schema = z.strictObject({
  type: z.literal(STATES_TYPE),
  model: z.string().min(1).max(200),
  /** Over ids, purposes and texts, in order. */
  prompts: z.strictObject({ digest, purposes: z.array(z.string().max(100).nullable()) }),
  /** How states of a prompt's tokens become one. */
  pool: z.literal("mean"),
  /** Whether prompts were turns of the model's chat template. */
  chat: z.boolean(),
  width: z.int().min(1).max(1_000_000),
  layers: z.array(z.string()).min(1).max(STATES_LAYERS_MAX),
});

export interface States {
  model: string;
  promptsDigest: Digest;
  purposes: readonly (string | null)[];
  chat: boolean;
  /** Dimensions of a state. */
  width: number;
  /** By layer, prompts² values row by row, doubly centred, largest 1; all noughts where nothing varies. */
  grams: readonly Float64Array[];
}

/** What binds a file to its prompts: two files can be compared only under one digest. */
export function promptsDigestOf(prompts: readonly Prompt[]): Digest {
  return sha256Digest(utf8(canonicalJson(prompts.map(({ id, purpose, text }) => [id, purpose, text]))));
}

/** The mean over prompts taken out, then inner products, the largest made 1. @param states one a prompt, of one length */
export function centredGram(states: readonly Float64Array[]): Float64Array {
  const [n, width] = [states.length, states[0]!.length];
  const mean = new Float64Array(width);
  for (const state of states) for (let k = 0; k < width; k++) mean[k]! += state[k]! / n;
  const centred = states.map((state) => state.map((value, k) => value - mean[k]!));
  const gram = new Float64Array(n * n);
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += centred[i]![k]! * centred[j]![k]!;
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
      if (i === j) largest = Math.max(largest, sum);
    }
  return largest > 0 ? gram.map((value) => value / largest) : gram;
}

/** The file: lower triangles in 32-bit floats, little-endian, base64. */
export function writeStates({ model, promptsDigest, purposes, chat, width, grams }: States): Uint8Array {
  const n = purposes.length;
  const layers = grams.map((gram) => {
    const bytes = new DataView(new ArrayBuffer(2 * n * (n + 1)));
    for (let i = 0, at = 0; i < n; i++)
      for (let j = 0; j <= i; j++, at += 4) bytes.setFloat32(at, gram[i * n + j]!, true);
    return base64(new Uint8Array(bytes.buffer));
  });
  const prompts = { digest: promptsDigest, purposes };
  return utf8(`${canonicalJson({ type: STATES_TYPE, model, prompts, pool: "mean", chat, width, layers })}\n`);
}

/** @throws AssayError FORMAT, SCHEMA or LIMIT, naming the layer */
export function readStates(bytes: Uint8Array, what: string): States {
  if (bytes.length > STATES_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${STATES_BYTES_MAX} bytes`);
  const value = parseStrictJson(fromUtf8(bytes, what), what);
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { model, prompts, chat, width, layers } = parsed.data;
  const n = prompts.purposes.length;
  if (n < STATES_PROMPTS_MIN || n > STATES_PROMPTS_MAX)
    throw new AssayError("LIMIT", `${what}: expected ${STATES_PROMPTS_MIN} to ${STATES_PROMPTS_MAX} prompts, got ${n}`);
  const grams = layers.map((layer, l) => gramOf(layer, n, `${what}: layer ${l}`));
  return { model, promptsDigest: prompts.digest as Digest, purposes: prompts.purposes, chat, width, grams };
}

function gramOf(layer: string, n: number, where: string): Float64Array {
  const size = 2 * n * (n + 1);
  if (layer.length !== 4 * Math.ceil(size / 3))
    throw new AssayError("FORMAT", `${where}: expected ${size} bytes in base64, got ${layer.length} characters`);
  const bytes = fromBase64(layer, where);
  if (bytes.length !== size) throw new AssayError("FORMAT", `${where}: expected ${size} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const gram = new Float64Array(n * n);
  let largest = 0;
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j <= i; j++, at += 4) {
      const value = view.getFloat32(at, true);
      // Of inner products none is larger than the largest square, which is 1.
      if (!(Math.abs(value) <= 1) || (i === j && value < 0))
        throw new AssayError("FORMAT", `${where}: expected values from -1 to 1 and squares from 0, got ${value}`);
      gram[i * n + j] = value;
      gram[j * n + i] = value;
      largest = Math.max(largest, Math.abs(value));
    }
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += gram[i * n + j]!;
    if (Math.abs(row) > CENTRED_WITHIN * largest)
      throw new AssayError(
        "FORMAT",
        `${where}: expected products about the common mean, got a row that sums to ${row}`,
      );
  }
  return gram;
}
