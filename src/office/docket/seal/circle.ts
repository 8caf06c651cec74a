/**
 * Who can open what is sealed to a circle: computed from the entries by which readers joined and left, each with an age
 * recipient beside it. A narrower circle reads what a wider one reads. What was opened stays opened: leaving works forward
 * only. It cannot see whom a reader shows what it opened, nor who holds an identity.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { FactsOf } from "../pack/facts.js";
import { type EntryKind, type Role, TIERS, type Tier } from "../pack/names.js";

export const RECIPIENT_FILE = "recipient.json";
export const UNDERTAKING_FILE = "undertaking.txt";
export const SEAL_FILE = "seal.json";
export const SEALED_PART = /^sealed-[1-9][0-9]?\.age$/;

/** One kind a case: a file sealed to recipients of two kinds is only as strong as the weaker (age refuses the mix). */
const RECIPIENT_KINDS = ["hybrid", "x25519"] as const;
type RecipientKind = (typeof RECIPIENT_KINDS)[number];

const recipientSchema = z.strictObject({
  type: z.literal("assay/seal-recipient/v1"),
  who: z.string().min(1).max(100),
  tier: z.enum(TIERS),
  recipient: z.string().max(4096),
});
const sealSchema = z.strictObject({
  type: z.literal("assay/seal/v1"),
  tier: z.enum(TIERS),
  contents: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  kind: z.enum(RECIPIENT_KINDS),
  recipients: z.array(z.string().min(1).max(100)).min(1).max(64),
  parts: z
    .array(z.strictObject({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), sizeBytes: z.int().positive() }))
    .min(1)
    .max(60),
});
export type Seal = z.infer<typeof sealSchema>;

/** What a reader of a circle is named by, and sealed to. */
export interface Reader {
  who: string;
  tier: Tier;
  recipient: string;
}

/** What this needs of an entry: its record's facts and what lies beside it. */
export interface JoiningEntry {
  kind: EntryKind;
  role: Role;
  facts: Readonly<Record<string, unknown>>;
  attachments: readonly { name: string; digest: string }[];
}

/** Circles that one may join by one's own signature; the office admits the tribunal's members. */
const BY_ROLE: Partial<Record<Role, readonly Tier[]>> = {
  complainant: ["PARTIES", "COUNSEL_EXPERTS"],
  respondent: ["PARTIES", "COUNSEL_EXPERTS"],
  examiner: ["PARTIES", "COUNSEL_EXPERTS"],
  inspector: ["PARTIES", "COUNSEL_EXPERTS", "ROOM_ONLY"],
  registrar: TIERS,
};

/** @throws FORMAT for anything but an age recipient; whether its key is a good one age says when it seals */
export function kindOfRecipient(recipient: string): RecipientKind {
  if (/^age1pq1[0-9a-z]{1000,3000}$/.test(recipient)) return "hybrid";
  if (/^age1[0-9a-z]{58}$/.test(recipient)) return "x25519";
  throw new AssayError("FORMAT", `seal: expected an age recipient (age1pq1… or age1…), got ${recipient.slice(0, 24)}…`);
}

/** @throws FORMAT where the recipient is none */
export function encodeRecipient(reader: Reader): Uint8Array {
  kindOfRecipient(reader.recipient);
  return canonicalJsonBytes({ type: "assay/seal-recipient/v1", ...reader });
}

/** @throws FORMAT or SCHEMA */
export function decodeSeal(bytes: Uint8Array): Seal {
  const parsed = sealSchema.safeParse(parseStrictJson(fromUtf8(bytes, "seal"), "seal"));
  if (!parsed.success) throw new AssayError("SCHEMA", `seal: ${parsed.error.issues[0]!.message}`);
  return parsed.data;
}

/** Canonical JSON: what the entry's object holds in place of the contents. */
export function encodeSeal(seal: Omit<Seal, "type">): Uint8Array {
  return canonicalJsonBytes({ type: "assay/seal/v1", ...seal });
}

/** All readers as the entries stand. @param object what lies beside the case, by digest */
export async function readersOf(
  entries: Iterable<JoiningEntry>,
  object: (digest: string) => Promise<Uint8Array | null>,
): Promise<Reader[]> {
  const readers = new Map<string, Reader>();
  const employed = new Set<string>();
  for (const entry of entries) {
    const { kind, facts } = entry;
    if (kind === "club.left") {
      const { tier, who } = facts as FactsOf<"club.left">;
      readers.delete(`${tier} ${who}`);
    }
    if (kind !== "club.joined" && kind !== "pack.adopted") continue;
    const reader = await readerOf(entry, object);
    if (!reader) continue;
    // Whoever was said to be a party's employee, and whatever recipient such a reader has, stays out of counsel's circle.
    const names = [reader.who, reader.recipient];
    if ((facts as FactsOf<"club.joined">).employedByParty) for (const name of names) employed.add(name);
    else if (readsCounsel(reader.tier) && names.some((name) => employed.has(name))) continue;
    readers.set(`${reader.tier} ${reader.who}`, reader);
  }
  return [...readers.values()];
}

/** Narrower circles read what counsel and experts read. */
const readsCounsel = (tier: Tier) => TIERS.indexOf(tier) >= TIERS.indexOf("COUNSEL_EXPERTS");

async function readerOf(
  { kind, role, facts, attachments }: JoiningEntry,
  object: (digest: string) => Promise<Uint8Array | null>,
): Promise<Reader | null> {
  const named = attachments.find(({ name }) => name === RECIPIENT_FILE);
  const bytes = named ? await object(named.digest) : null;
  if (!bytes) return null;
  const parsed = recipientSchema.safeParse(parseStrictJson(fromUtf8(bytes, RECIPIENT_FILE), RECIPIENT_FILE));
  if (!parsed.success) return null;
  const { who, tier, recipient } = parsed.data;
  if (!/^age1/.test(recipient)) return null;
  const reader = { who, tier, recipient };
  if (kind === "pack.adopted") return tier === "TRIBUNAL_ONLY" ? reader : null;
  const said = facts as FactsOf<"club.joined">;
  if (said.who !== who || said.tier !== tier || !BY_ROLE[role]?.includes(tier)) return null;
  if (readsCounsel(tier) && said.employedByParty) return null;
  const undertaken = attachments.some(({ name }) => name === UNDERTAKING_FILE);
  return role === "registrar" || tier === "PARTIES" || undertaken ? reader : null;
}

/** Those to whom something of this circle is sealed. @throws USAGE where there is none, or kinds are mixed */
export function circleFor(readers: readonly Reader[], tier: Tier): { readers: Reader[]; kind: RecipientKind } {
  const circle = readers.filter((each) => TIERS.indexOf(each.tier) >= TIERS.indexOf(tier));
  if (!circle.some((each) => each.tier === "TRIBUNAL_ONLY"))
    throw new AssayError(
      "USAGE",
      `seal: expected an escrow before anything is sealed: assay case open --escrow, or assay case join --tier TRIBUNAL_ONLY by the registrar`,
    );
  const kinds = new Set(circle.map(({ recipient }) => kindOfRecipient(recipient)));
  if (kinds.size > 1) throw new AssayError("USAGE", "seal: expected age recipients of one kind in a case");
  return { readers: circle, kind: [...kinds][0]! };
}
