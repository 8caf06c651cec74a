/**
 * Words that several kinds of declarations share: which model is meant, dates, countries, sources. A model is known by
 * its OMS root digest; one whose weights nobody here has read is known by the digest of its address, and is shown so.
 */
import { z } from "zod";
import { utf8 } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";

/** `sha256:` an OMS root digest; `uri:` the SHA-256 of an address, for models known by name only. */
export const MODEL_ID = /^(sha256|uri):[0-9a-f]{64}$/;
export type ModelId = `sha256:${string}` | `uri:${string}`;

/** For a model whose weights nobody here has read: `uri:` and the SHA-256 of the address as it is written. */
export function idOfUri(uri: string): ModelId {
  return `uri:${sha256Hex(utf8(uri))}`;
}

/** ASCII, so that no two names look the same by borrowed letters; `look-alike.ts` compares what is left. */
export const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}){0,2}$/;

/** Free text stays short: a declaration is to be read. */
const TEXT_CHARACTERS_MAX = 4000;
export const LIST_ITEMS_MAX = 1000;

export const modelId = z.string().regex(MODEL_ID).describe("sha256: OMS root digest, or uri: SHA-256 of an address");
export const modelName = z
  .string()
  .regex(MODEL_NAME, "expected maker/model in ASCII")
  .describe("name as the publisher writes it, in ASCII");
export const text = z.string().min(1).max(TEXT_CHARACTERS_MAX);
/** Null is an answer: "not stated". It is shown as such, never left out. */
export const answer = text.nullable();
export const yesNo = z.boolean().nullable();
export const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** RFC 3339 in UTC, whole seconds. */
export const moment = z
  .string()
  .regex(
    /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z$/,
    "expected UTC, such as 2026-05-01T12:00:00Z",
  );
/** A day, a month or a year, as exactly as it is known. */
export const day = z
  .string()
  .regex(
    /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/,
    "expected a day, month or year, such as 2026-05-01",
  );
export const countries = z
  .array(z.string().regex(/^[A-Z]{2}$/, "expected two-letter countries, such as GB"))
  .min(1)
  .max(60)
  .describe("ISO 3166-1 alpha-2 codes");
/**
 * The host in ASCII, so that no address looks like another's by borrowed letters (international names as punycode), and
 * no user name before it, so that none looks to lie elsewhere (https://maker.example@elsewhere.example).
 */
export const webAddress = z
  .string()
  .regex(/^https?:\/\/[A-Za-z0-9._:[\]-]{1,255}([/?#][^\s<>"'`\\]{0,1700})?$/, "expected an http or https address")
  .describe("http or https address, its host in ASCII");
/** Decimal, as a whole number or with an exponent: 3.1e24. */
export const quantity = z
  .string()
  .regex(/^[0-9]{1,30}(\.[0-9]{1,10})?(e[0-9]{1,3})?$/, "expected a number, such as 3.1e22");

export const source = z.strictObject({
  url: webAddress,
  says: text.optional().describe("what is taken from it"),
  seen: day.optional(),
});

export const modelRef = z.strictObject({
  name: z.string().min(1).max(300),
  id: modelId.nullable().describe("null where no digest and no address is known"),
  uri: webAddress.optional(),
});
export type ModelRef = z.infer<typeof modelRef>;

/** What each of our own predicates begins with. */
export const head = {
  issued: moment.describe("when the signer says this was written"),
  /** Written down from public sources by someone else than the publisher; said in the signed words themselves. */
  standing: z.literal("compiled").optional(),
  sources: z.array(source).max(LIST_ITEMS_MAX).optional(),
};
