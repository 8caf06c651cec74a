/**
 * Sealing what an entry says to a narrower circle than the public: text, title and files become one sealed contents, cut
 * into parts, each an age file; the entry itself stays listed with its number. And opening such an entry again.
 */
import { randomBytes } from "node:crypto";
import { concatBytes, hex } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { seal, unseal } from "../../host/log/sealing.js";
import { openEntryBundle } from "../../office/docket/entry/entry-statement.js";
import {
  decodeSeal,
  encodeRecipient,
  type JoiningEntry,
  kindOfRecipient,
  type Reader,
  readersOf,
  SEAL_FILE,
  type Seal,
} from "../../office/docket/seal/circle.js";
import { type Contents, decodeContents } from "../../office/docket/seal/contents.js";
import { needsSeal, type Sealable, sealAct } from "../../office/docket/seal/sealed-act.js";
import type { WholeCase } from "../../office/docket/view/case-view.js";
import type { CaseFolder } from "./case-folder.js";

/** What every reader of a case needs of its entries: records with what their signers wrote. */
async function joiningEntries({ records, object }: CaseFolder): Promise<JoiningEntry[]> {
  const entries: JoiningEntry[] = [];
  for (const { kind, role, facts, bundle, seq } of records) {
    if (!["pack.adopted", "club.joined", "club.left"].includes(kind)) continue;
    const bytes = await object(bundle);
    if (!bytes) throw new AssayError("NOT_FOUND", `case: expected the bundle of entry ${seq}`);
    entries.push({ kind, role, facts, attachments: openEntryBundle(bytes, `entry ${seq}`).said.attachments ?? [] });
  }
  return entries;
}

/** From the entries by which they joined: to whom something may be sealed. */
export async function readersOfCase(open: CaseFolder): Promise<Reader[]> {
  return readersOf(await joiningEntries(open), open.object);
}

/** @throws USAGE where nothing would be sealed to the reader: an employee in counsel's circle, another kind of recipient */
export async function assertMayJoin(
  open: CaseFolder,
  entry: Omit<JoiningEntry, "kind">,
  { who, tier, recipient }: Reader,
): Promise<void> {
  const before = await joiningEntries(open);
  assertSameKind(await readersOf(before, open.object), recipient);
  const bytes = encodeRecipient({ who, tier, recipient });
  const known = async (digest: string) => (digest === sha256Digest(bytes) ? bytes : open.object(digest));
  const after = await readersOf([...before, { kind: "club.joined", ...entry }], known);
  if (!after.some((each) => each.who === who && each.tier === tier && each.recipient === recipient))
    throw new AssayError(
      "USAGE",
      `seal: ${who} would not be sealed to in ${tier}: the role, an undertaking, or a party's employment stands against it`,
    );
}

function assertSameKind(readers: readonly Reader[], recipient: string): void {
  const kind = kindOfRecipient(recipient);
  const other = readers.find((each) => kindOfRecipient(each.recipient) !== kind);
  if (other)
    throw new AssayError("USAGE", `seal: expected a recipient of the case's kind, that of ${other.who}; got ${kind}`);
}

/**
 * The act as it may be entered: unchanged where it is public or says nothing beside its facts.
 * @throws USAGE where nobody could open it
 */
export async function sealedAct<A extends Sealable>(open: CaseFolder, act: A): Promise<A> {
  if (!needsSeal(act)) return act;
  return sealAct(act, await readersOfCase(open), hex(new Uint8Array(randomBytes(32))), seal);
}

/** Opens what an entry sealed. Null when it is sealed to others. @throws NOT_FOUND where the entry seals nothing */
export async function openSealed(
  { records, object }: Pick<CaseFolder, "records" | "object">,
  seq: number,
  identities: readonly string[],
): Promise<Contents | null> {
  const record = records[seq];
  const bundle = record ? await object(record.bundle) : null;
  const attachments = bundle ? (openEntryBundle(bundle, `entry ${seq}`).said.attachments ?? []) : [];
  const named = attachments.find(({ name }) => name === SEAL_FILE);
  const bytes = named && record!.tier !== "PUBLIC" ? await object(named.digest) : null;
  if (!bytes) throw new AssayError("NOT_FOUND", `case: entry ${seq} seals nothing here`);
  const { parts, contents } = decodeSeal(bytes);
  const opened: Uint8Array[] = [];
  for (const { digest } of parts) {
    const sealed = await object(digest);
    if (!sealed) throw new AssayError("NOT_FOUND", `case: expected ${digest} beside the case`);
    const part = await unseal(sealed, identities);
    if (part === null) return null;
    opened.push(part);
  }
  return decodeContents(concatBytes(opened), contents);
}

/** The seals of a case, by entry: what is sealed, in which parts; not what is within. */
export async function sealsOf(
  { records, said }: Pick<WholeCase, "records" | "said">,
  object: (digest: string) => Promise<Uint8Array | null>,
): Promise<{ seq: number; seal: Seal }[]> {
  const seals: { seq: number; seal: Seal }[] = [];
  for (const [seq, { attachments = [] }] of said.entries()) {
    const named = attachments.find(({ name }) => name === SEAL_FILE);
    const bytes = named && records[seq]!.tier !== "PUBLIC" ? await object(named.digest) : null;
    if (bytes) seals.push({ seq, seal: decodeSeal(bytes) });
  }
  return seals;
}
