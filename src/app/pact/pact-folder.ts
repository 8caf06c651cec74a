/**
 * A pact as a folder: a log of its own whose entries are signed bundles, the pact's data beside it by digest, and
 * `pact.json`. Opening admits every entry anew with its signature; what may not come in is refused before it is appended.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fromUtf8, hex } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { entryHeadPath, writeEntryHead } from "../../host/log/entry-heads.js";
import { readObjects, writeObject } from "../../host/log/object-store.js";
import { unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { momentText } from "../../office/docket/time/day.js";
import { enter, newPact, type PactState } from "../../office/pact/fold/parties.js";
import { encodeEntry, PACT_NAME, readEntry, type Said, type SignedEntry } from "../../office/pact/schema/entry.js";
import type { Source } from "../../office/pact/schema/facts.js";
import { PACT_BYTES_MAX, type Pact, readPact } from "../../office/pact/schema/pact.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import { type Policy, parsePolicy, plainPolicy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { readBundle } from "../../tlog/tree-reader.js";
import { type Cosigned, cosignedOf, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import { initLog, openLog, readHead, withWriter } from "../log/log.js";
import type { Signer } from "../register/declare.js";

const PACT_FILE = "pact.json";
const fileSchema = z.strictObject({
  type: z.literal("assay/pact-folder/v1"),
  name: z.string().regex(PACT_NAME),
  origin: z.string().min(1).max(200),
  pact: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  rehearsal: z.boolean(),
});
type PactFile = z.infer<typeof fileSchema>;

export interface PactFolder {
  folder: string;
  file: PactFile;
  pact: Pact;
  /** The pact's data as given. */
  text: Uint8Array;
  state: PactState;
  source: Source;
  /** Signed bundles as they stand in the log, and when a witness had seen each. */
  entries: { bytes: Uint8Array; witnessed: number | null }[];
  checkpoint: Uint8Array;
}

/** `pact.json`, read as hostile input. @throws SCHEMA */
export function readPactFile(bytes: Uint8Array, what: string): PactFile {
  const parsed = fileSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/** @throws LIMIT, FORMAT, SCHEMA */
export function pactOf(bytes: Uint8Array, what: string): Pact {
  if (bytes.length > PACT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PACT_BYTES_MAX} bytes, got ${bytes.length}`);
  return readPact(parseStrictJson(fromUtf8(bytes, what), what), what);
}

/** Makes the folder with its log; the first entry, which adopts the pact, is the depositary's to sign. */
export async function createPact(
  folder: string,
  given: { name: string; origin: string; pact: unknown; rehearsal: boolean },
): Promise<PactFile> {
  if (!PACT_NAME.test(given.name))
    throw new AssayError("USAGE", `pact: expected a name such as model-2026, got ${quoted(given.name)}`);
  readPact(given.pact);
  await mkdir(folder, { recursive: true });
  await initLog(folder, given.origin);
  const pact = await writeObject(folder, canonicalJsonBytes(given.pact));
  const { name, origin, rehearsal } = given;
  const file: PactFile = { type: "assay/pact-folder/v1", name, origin, pact, rehearsal };
  await writeFile(join(folder, PACT_FILE), canonicalJsonBytes(file), { flag: "wx", flush: true });
  return file;
}

/** @throws NOT_FOUND where no pact lies, DIGEST where it does not hold together */
export async function openPact(folder: string, policy: Policy | null = null): Promise<PactFolder> {
  const bytes = await readFile(join(folder, PACT_FILE)).catch(() => null);
  if (!bytes) throw new AssayError("NOT_FOUND", `pact: expected a pact at ${quoted(folder)}: there is no ${PACT_FILE}`);
  const file = readPactFile(bytes, PACT_FILE);
  const text = await readObjects(folder)(file.pact);
  if (!text) throw new AssayError("NOT_FOUND", `pact: expected ${file.pact} beside the pact`);
  const read = openLog(folder);
  const { bytes: checkpoint, head } = await readHead(read, folder, policy);
  if (!policy) {
    const keys = await readFile(join(folder, "verifier-keys.txt"), "utf8").catch(() => "");
    trustCheckpoint(checkpoint, ownPolicy(keys.split("\n").filter(Boolean)), `${folder}: checkpoint`);
  }
  const entries: PactFolder["entries"] = [];
  for (let bundle = 0; bundle * TILE_WIDTH < head.size; bundle++)
    for (const entry of await readBundle(read, head.size, bundle)) {
      const kept = policy ? await read(entryHeadPath(entries.length)).catch(() => null) : null;
      entries.push({ bytes: entry, witnessed: (kept && policy ? cosignedOf(kept, policy)[0]?.time : null) ?? null });
    }
  const pact = pactOf(text, "pact");
  const state = foldEntries(entries, pact, file);
  const cosigned: readonly Cosigned[] = policy ? cosignedOf(checkpoint, policy) : [];
  const source: Source = {
    id: "pact",
    log: "pact",
    origin: head.origin,
    size: head.size,
    root: hex(head.root),
    holds: true,
    says: `${head.size} entries, each admitted anew with its signature`,
    until: Math.max(state.latest, cosigned.at(-1)?.time ?? 0),
  };
  return { folder, file, pact, text, state, source, entries, checkpoint };
}

/** Believes a checkpoint that these verifier keys signed, and asks for no witness. */
export function ownPolicy(keys: readonly string[]): Policy {
  return parsePolicy(new TextEncoder().encode(plainPolicy([...keys])), "verifier keys");
}

/** @throws DIGEST where an entry may not stand where it does: a log of this program appends none that may not */
export function foldEntries(entries: PactFolder["entries"], pact: Pact, file: PactFile): PactState {
  const state = newPact();
  for (const [seq, { bytes, witnessed }] of entries.entries()) {
    const entry = readEntry(bytes, `pact entry ${seq}`);
    const fault = take(state, entry, pact, seq, witnessed);
    if (fault !== null) throw new AssayError("DIGEST", `pact entry ${seq}: ${fault}`);
  }
  if (entries.length > 0 && (state.name !== file.name || state.rehearsal !== file.rehearsal))
    throw new AssayError("DIGEST", `${PACT_FILE}: entry 0 says otherwise`);
  return state;
}

/** @returns why it may not come in; null where it did */
function take(
  state: PactState,
  { said, signed }: SignedEntry,
  pact: Pact,
  seq: number,
  witnessed: number | null,
): string | null {
  const issued = Date.parse(said.issued) / 1000;
  const at = witnessed === null ? issued : Math.max(issued, witnessed);
  const clock = witnessed === null ? "signer" : "witness";
  const refused = enter(state, { seq, said, key: signed.keyId, statement: signed.statement, at, clock }, pact);
  if (refused) return refused.says;
  const key = state.keys.get(signed.keyId) ?? null;
  // A key that was named with its proof has no text here: parties sign the pact's own log with the key they joined by.
  if (key === null || !signed.verify(platformKey(key))) return "the signature does not hold";
  return null;
}

interface ActingInPact {
  folder: string;
  signer: Signer;
  /** Unix seconds; only in a rehearsal. */
  at: number | null;
  witnesses: Policy | null;
}

export type EnteredInPact = { admitted: true; seq: number; statement: string } | { admitted: false; says: string };

/** Signs an entry over the pact as it stands, judges it and appends it, under the log's only lock. */
export async function enterInPact(
  { folder, signer, at, witnesses }: ActingInPact,
  kind: Said["kind"],
  facts: unknown,
): Promise<EnteredInPact> {
  return withWriter(folder, witnesses, async (writer) => {
    const { file, pact, state, entries } = await openPact(folder);
    if (at !== null && !file.rehearsal)
      throw new AssayError("USAGE", "pact: --at is for a pact that was opened as a rehearsal");
    const issued = momentText(at ?? Math.max(unixSeconds(), file.rehearsal ? state.latest : 0));
    const statement = encodeEntry({ pact: file.name, kind, issued, facts } as Said);
    const bytes = encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId);
    const entry = readEntry(bytes, "pact entry");
    const fault = take(state, entry, pact, entries.length, null);
    if (fault !== null) return { admitted: false, says: fault };
    await writer.append(bytes);
    if (witnesses) {
      const checkpoint = await openLog(folder)(CHECKPOINT_PATH);
      if (checkpoint) await writeEntryHead(folder, entries.length, checkpoint);
    }
    return { admitted: true, seq: entries.length, statement: entry.signed.statement };
  });
}
