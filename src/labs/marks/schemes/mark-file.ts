/**
 * MARK.json, version 1: which mark a text may carry, with its key (schema/mark.v1.json, docs/mark-file.md). Parameters
 * keep the names their libraries give them. It holds the secret: keep it as you keep a key.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { type Draw, drawFields } from "../../../evidence/beacon-draw.js";
import { LAYERS_MAX, VOCABULARY_MAX } from "../../../kernels/token-draws.js";

/** A SynthID table of 2^24 entries as base64 bits is 2.8 MB; the rest is small. */
export const MARK_BYTES_MAX = 4 * 1024 * 1024;

/** A 64-bit integer: a JSON number where it is exact, else its decimal digits. */
const int64 = z
  .union([z.number().int().refine(Number.isSafeInteger), z.string().regex(/^-?[0-9]{1,20}$/)])
  .transform((value) => BigInt(value))
  .refine((value) => value >= -(2n ** 63n) && value < 2n ** 64n, "expected a 64-bit integer");
const ratio = z.number().gt(0).lt(1);
/** Wider contexts exist in no library and make every position unseen. */
const width = z.number().int().min(1).max(16);
const bias = z.number().min(0).max(100).optional();
/** A key of vLLM: 64 bits without a sign. */
const uint64 = int64.refine((value) => value >= 0n, "expected a 64-bit integer of at least 0");
/** Which history vLLM searched for a repeated context, which it then served unmarked. */
const deduplicate_contexts = z.enum(["none", "single_turn", "all"]).default("single_turn");
/**
 * All under one key, or a thousandth at least under each: what two keys' scores come to is summed over as many terms as
 * the lesser share needs, and a share of nearly nothing would keep a reader for days (CWE-834).
 */
const shareOfTwo = z
  .number()
  .min(0)
  .max(1)
  .refine(
    (share) => Number.isInteger(share) || Math.min(share, 1 - share) >= 0.001,
    "expected 0, 1, or 0.001 to 0.999",
  );
/** TextSeal has ten primes, one a place of its window. */
const textSealNgram = z.number().int().min(1).max(10).default(1);
const sbw = z.strictObject({
  scheme: z.enum(["selfhash", "lefthash"]).default("selfhash"),
  /** Ids read: 4 for selfhash (the token itself among them), 1 for lefthash. */
  context_width: width.optional(),
  gamma: ratio.default(0.5),
  delta: bias,
  /** What lefthash adds up: the ids (which the generators do) or their hashes (which vLLM's first detector did). */
  sum_of: z.enum(["ids", "hashes"]).default("ids"),
  deduplicate_contexts,
});
const secret = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hexadecimal digits");

/** By scheme and variant: the form of the key and of the parameters. */
const FORMS = {
  "kgw/transformers": {
    key: int64,
    parameters: z.strictObject({
      greenlist_ratio: ratio.default(0.25),
      bias,
      seeding_scheme: z.enum(["lefthash", "selfhash"]).default("lefthash"),
      context_width: width.default(1),
    }),
  },
  "kgw/original": {
    key: int64,
    parameters: z.strictObject({
      gamma: ratio.default(0.25),
      delta: bias,
      seeding_scheme: z.string().max(80).default("selfhash"),
      select_green_tokens: z.boolean().default(true),
    }),
  },
  "kgw/markllm": {
    key: int64,
    parameters: z.strictObject({
      gamma: ratio.default(0.5),
      delta: bias,
      prefix_length: width.default(1),
      f_scheme: z.enum(["time", "additive", "min"]).default("time"),
      window_scheme: z.enum(["left"]).default("left"),
    }),
  },
  "kgw/three-bricks": {
    key: int64,
    parameters: z.strictObject({
      gamma: ratio.default(0.5),
      delta: bias,
      ngram: width.default(1),
      salt_key: int64.default(35317n),
      payload: z.number().int().min(0).max(VOCABULARY_MAX).default(0),
    }),
  },
  "synthid/transformers": {
    key: z.array(int64).min(1).max(LAYERS_MAX),
    parameters: z.strictObject({
      ngram_len: z.number().int().min(2).max(16).default(5),
      context_history_size: z.number().int().min(0).max(1_000_000).default(1024),
      sampling_table_size: z
        .number()
        .int()
        .min(2)
        .max(2 ** 24)
        .default(65_536),
      sampling_table_seed: int64.default(0n),
      /** The table itself, as base64 of bits (first entry: lowest bit), where it was not drawn on a CPU. */
      sampling_table: z.base64().optional(),
    }),
  },
  "synthid/reference": {
    key: z.array(int64).min(1).max(LAYERS_MAX),
    parameters: z.strictObject({
      ngram_len: z.number().int().min(2).max(16).default(5),
      context_history_size: z.number().int().min(0).max(1_000_000).default(1024),
    }),
  },
  "unigram/original": { key: int64, parameters: z.strictObject({ gamma: ratio.default(0.5), delta: bias }) },
  "gumbel/markllm": { key: int64, parameters: z.strictObject({ prefix_length: width.default(4) }) },
  "gumbel/three-bricks": {
    key: int64,
    parameters: z.strictObject({
      ngram: width.default(1),
      salt_key: int64.default(35317n),
      payload: z.number().int().min(0).max(VOCABULARY_MAX).default(0),
    }),
  },
  "gumbel/vllm": {
    key: uint64,
    parameters: z.strictObject({
      context_width: width.default(4),
      prf: z.literal("philox").default("philox"),
      deduplicate_contexts,
    }),
  },
  "dual-gumbel/vllm": {
    key: uint64,
    parameters: z.strictObject({
      context_width: width.default(4),
      prf: z.literal("philox").default("philox"),
      /** Share of tokens under key B. */
      alpha: shareOfTwo.default(0.1),
      deduplicate_contexts,
    }),
  },
  "gumbel/textseal": { key: int64, parameters: z.strictObject({ ngram: textSealNgram }) },
  "kgw/textseal": {
    key: int64,
    parameters: z.strictObject({ ngram: textSealNgram, gamma: ratio.default(0.5), delta: bias }),
  },
  "sbw/vllm": { key: uint64, parameters: sbw },
  "sbw/original": { key: int64, parameters: sbw },
  "assay/tournament": {
    key: secret,
    parameters: z.strictObject({
      context_width: width.default(4),
      layers: z.number().int().min(1).max(LAYERS_MAX).default(30),
    }),
  },
  "assay/biased": {
    key: secret,
    parameters: z.strictObject({
      context_width: width.default(1),
      gamma: ratio.default(0.25),
      delta: z.number().gt(0).max(20).default(2),
    }),
  },
} as const;

type MarkForm = keyof typeof FORMS;
/** Every scheme and variant. */
export const MARK_FORMS = Object.keys(FORMS) as MarkForm[];
const SCHEMES = ["kgw", "synthid", "unigram", "gumbel", "dual-gumbel", "sbw", "assay"] as const;

const envelopeSchema = z.strictObject({
  type: z.literal("assay/mark/v1"),
  name: z.string().min(1).max(200).optional(),
  scheme: z.enum(SCHEMES),
  variant: z.string().max(40),
  key: z.unknown(),
  /** Size of the permutation: the model's vocabulary in transformers, the tokenizer's in the original repository. */
  vocabulary: z.number().int().min(2).max(VOCABULARY_MAX),
  /** SHA-256 of the tokenizer.json with which the marked text was made. */
  tokenizer: digestSchema.nullable().default(null),
  /** Where the marking side drew its random numbers. */
  device: z.enum(["cpu", "cuda", "xpu", "mps", "other"]).default("cpu"),
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** For keys derived from a master key: for whom and when, and the commitment published in advance. */
  customer: z.string().min(1).max(200).optional(),
  period: z.string().min(1).max(200).optional(),
  commitment: digestSchema.optional(),
  /** For keys that a beacon drew: from what, and the commitment that was in a log before (drawn-mark.ts). */
  drawn: z.strictObject({ ...drawFields, commitment: digestSchema }).optional(),
});

type Typed<F extends MarkForm> = {
  form: F;
  key: z.output<(typeof FORMS)[F]["key"]>;
  parameters: z.output<(typeof FORMS)[F]["parameters"]>;
};
interface Common {
  name: string | null;
  vocabulary: number;
  tokenizer: Digest | null;
  device: "cpu" | "cuda" | "xpu" | "mps" | "other";
  customer: string | null;
  period: string | null;
  commitment: Digest | null;
  drawn: (Draw & { commitment: Digest }) | null;
}
/** A mark as read: `form` tells key and parameters apart. */
export type Mark = Common & { [F in MarkForm]: Typed<F> }[MarkForm];

/** @throws AssayError LIMIT, FORMAT or SCHEMA, naming the field */
export function readMark(bytes: Uint8Array, what: string): Mark {
  if (bytes.length > MARK_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${MARK_BYTES_MAX} bytes, got ${bytes.length}`);
  const text = fromUtf8(bytes, what);
  return parseMark(parseStrictJson(text, what), what);
}

/** @param value JSON as read @throws SCHEMA with the place in the file; the key is never quoted */
export function parseMark(value: unknown, what: string): Mark {
  const envelope = checked(envelopeSchema, value, what, "");
  const form = `${envelope.scheme}/${envelope.variant}` as MarkForm;
  if (!Object.hasOwn(FORMS, form))
    throw new AssayError(
      "SCHEMA",
      `${what}: expected scheme and variant to be one of ${MARK_FORMS.join(", ")}, got ${quoted(form)}`,
    );
  const { key: keySchema, parameters: parametersSchema } = FORMS[form];
  const { name, vocabulary, tokenizer, device, customer, period, commitment, drawn } = envelope;
  return {
    form,
    key: checked<unknown>(keySchema, envelope.key, what, "key"),
    parameters: checked<unknown>(parametersSchema, envelope.parameters, what, "parameters"),
    name: name ?? null,
    vocabulary,
    tokenizer,
    device,
    customer: customer ?? null,
    period: period ?? null,
    commitment: commitment ?? null,
    drawn: drawn ?? null,
  } as Mark;
}

/** What a form's parameters are where a file states none. */
export function defaultParameters(form: MarkForm): object {
  return FORMS[form].parameters.parse({});
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string, under: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = [under, ...issue.path].filter((part) => part !== "").join(".") || "the top";
  throw new AssayError("SCHEMA", `${what}: at ${where}: ${issue.message}`);
}

/** The published JSON Schema (2020-12) of a mark file. */
export function markJsonSchema(): unknown {
  const variants = MARK_FORMS.map((form) => {
    const [scheme, variant] = form.split("/") as [(typeof SCHEMES)[number], string];
    const { key, parameters } = FORMS[form];
    return envelopeSchema.extend({
      scheme: z.literal(scheme),
      variant: z.literal(variant),
      key,
      parameters: (parameters as z.ZodObject).optional(),
    });
  });
  return z.toJSONSchema(z.union(variants as unknown as [z.ZodType, z.ZodType]), {
    io: "input",
    unrepresentable: "any",
  });
}
