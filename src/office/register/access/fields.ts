/**
 * What an access entry says in private: to whom, what, on which terms, with which mark. None of it stands in the log;
 * each field is committed to apart, so that one can be shown without the others.
 */
import { z } from "zod";
import { moment, sha256, text, webAddress } from "../declarations/vocabulary.js";

export const ASSET_KINDS = ["model", "code", "data"] as const;
export const RIGHTS = ["download", "query", "inspect"] as const;
export const PURPOSES = ["joint-research", "customer", "inspection", "other"] as const;
/** Where the secret of a per-recipient mark is kept; the entry names it by digest. */
const MARK_KINDS = ["leak-code", "text-mark", "canaries"] as const;
export type Right = (typeof RIGHTS)[number];

const asset = z
  .strictObject({ kind: z.enum(ASSET_KINDS), name: z.string().min(1).max(300), digest: sha256 })
  .describe("what is shared; a model by its OMS root digest");
const recipient = z.strictObject({
  name: z.string().min(1).max(200),
  publicKey: z.string().max(1024).nullable().describe("EC public key in PEM, with which it acknowledges; null: none"),
});
const mark = z
  .strictObject({
    kind: z.enum(MARK_KINDS),
    recipient: z.string().min(1).max(200).describe("name in the owner's list of recipients, plan or mark file"),
    secret: sha256.describe("SHA-256 of the key in that file: says which list without giving it away"),
  })
  .nullable()
  .describe("per-recipient mark by which a copy that leaks can be traced; null: none");
const right = z.enum(RIGHTS);
const note = text.nullable();

export const FIELDS = {
  "access-grant": z.strictObject({
    asset,
    recipient,
    purpose: z.strictObject({ kind: z.enum(PURPOSES), says: note }),
    rights: z.array(right).min(1).max(RIGHTS.length),
    terms: z.strictObject({ says: note, document: sha256.nullable(), uri: webAddress.nullable() }),
    mark,
    note,
    sealedTo: z
      .array(z.string().regex(/^age1[a-z0-9]{50,4000}$/))
      .min(1)
      .max(16)
      .describe("age recipients who can open this entry and those under it"),
  }),
  "access-delivery": z.strictObject({
    asset,
    recipient,
    right,
    digest: sha256.describe("what was handed over: the asset, or the recipient's marked copy of it"),
    handedOver: moment.nullable().describe("when, by the owner's word, if not at the time of the entry"),
    mark,
    note,
  }),
  "access-receipt": z.strictObject({
    acknowledgement: z.string().max(16_384).describe("the recipient's signed statement, base64"),
  }),
  "access-revocation": z.strictObject({ reason: text }),
} as const;

export type AccessKind = keyof typeof FIELDS;
export const ACCESS_KINDS = Object.keys(FIELDS) as AccessKind[];
export type AccessFields = { [K in AccessKind]: z.infer<(typeof FIELDS)[K]> };
export type Grant = AccessFields["access-grant"];
export type Delivery = AccessFields["access-delivery"];
export type Mark = Grant["mark"];

export const ACCESS_TITLES: Record<AccessKind, string> = {
  "access-grant": "Access granted",
  "access-delivery": "Access given",
  "access-receipt": "Receipt acknowledged",
  "access-revocation": "Access revoked",
};

/** The published JSON Schema (2020-12) of a kind's private fields. */
export function fieldsJsonSchema(kind: AccessKind): unknown {
  return z.toJSONSchema(FIELDS[kind], { io: "input" });
}
