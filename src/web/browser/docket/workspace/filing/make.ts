/** From a draft to what is signed: facts read, what is not public sealed to its circle, the statement written, and judged. */
import { Encrypter } from "age-encryption";
import { hex, utf8 } from "../../../../../base/bytes.js";
import { sha256Digest } from "../../../../../base/digest.js";
import { encodeSignedStatement } from "../../../../../evidence/signed-statement.js";
import { encodeEntry } from "../../../../../office/docket/entry/entry-statement.js";
import { packFiling } from "../../../../../office/docket/entry/filing.js";
import {
  circleFor,
  encodeRecipient,
  RECIPIENT_FILE,
  UNDERTAKING_FILE,
} from "../../../../../office/docket/seal/circle.js";
import { needsSeal, type Sealable, sealAct } from "../../../../../office/docket/seal/sealed-act.js";
import { answered } from "../../../../docket/forms/form.js";
import { here, workspace } from "../held.js";
import { keysOf, recipientOf } from "../keys.js";
import { myIdentity } from "../opening.js";
import { chosen, type Draft, given } from "./draft.js";

export interface Made {
  /** What stands against it, in sentences; empty when it may be signed. */
  against: string[];
  /** Who will read what is not a fact. */
  readers: string[];
  /** What is public of it in any case; null where the draft is not complete. */
  facts: Record<string, unknown> | null;
  /** What is signed, and the filing with it; null where the draft is not complete. */
  ready: { statement: Uint8Array; digest: string; attachments: Uint8Array[]; unsigned: Uint8Array } | null;
}

/** Asks the server for the case as it stands now. @throws where it does not answer */
export async function makeFiling(draft: Draft): Promise<Made> {
  const { view, readers } = await workspace(true);
  const { facts, attachments, against } = answered(draft.kind, view, draft.facts, {
    chosen: given,
    tier: draft.tier,
    now: Math.floor(Date.now() / 1000),
  });
  const act = { kind: draft.kind, tier: draft.tier, facts, attachments };
  for (const name of draft.files) {
    const bytes = chosen.get(name);
    if (bytes) attachments.push({ name, bytes });
    else against.push(`${name}: choose the file again`);
  }
  const said: Sealable = draft.text === "" ? act : { ...act, text: draft.text };
  if (draft.kind === "club.joined") await addUndertaking(said, act, facts, against);
  if (against.length > 0) return { against, readers: [], facts: null, ready: null };
  const sealed = await sealAct(said, readers, hex(crypto.getRandomValues(new Uint8Array(32))), seal);
  const last = view.entries.at(-1);
  const named = (sealed.attachments ?? []).map(({ name, bytes }) => ({ name, digest: sha256Digest(bytes) }));
  const statement = encodeEntry({
    case: here,
    kind: draft.kind,
    role: draft.role,
    issued: new Date().toISOString().replace(/\.[0-9]+Z$/, "Z"),
    seen: last ? { seq: last.seq, record: last.record } : null,
    tier: draft.tier,
    facts: sealed.facts as Record<string, unknown>,
    ...(sealed.text === undefined ? {} : { text: sealed.text }),
    ...(named.length === 0 ? {} : { attachments: named }),
  });
  const files = (sealed.attachments ?? []).map(({ bytes }) => bytes);
  const unsigned = packFiling({ statement }, files);
  const [key] = keysOf(view, draft.role);
  if (!key) against.push("No key is enrolled in this role: see My keys.");
  else against.push(...(await judged(unsigned, key.keyId)));
  return {
    against,
    facts: sealed.facts as Record<string, unknown>,
    readers: needsSeal(said) ? circleFor(readers, draft.tier).readers.map(({ who }) => who) : ["everyone"],
    ready: { statement, digest: sha256Digest(statement), attachments: files, unsigned },
  };
}

/** Who joins a circle signs an undertaking and says what is to be sealed to. */
async function addUndertaking(
  said: Sealable,
  act: { attachments: { name: string; bytes: Uint8Array }[] },
  facts: Record<string, unknown>,
  against: string[],
): Promise<void> {
  const identity = myIdentity();
  if (identity === undefined) return void against.push("Open or make your identity first: see My keys.");
  const { who, tier } = facts as { who?: string; tier?: "PARTIES" };
  if (who === undefined || tier === undefined) return;
  const bytes = encodeRecipient({ who, tier, recipient: await recipientOf(identity) });
  act.attachments.unshift({ name: RECIPIENT_FILE, bytes });
  if (said.text !== undefined) act.attachments.push({ name: UNDERTAKING_FILE, bytes: utf8(said.text) });
}

async function seal(plaintext: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of new Set(recipients)) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plaintext);
}

async function judged(unsigned: Uint8Array, keyId: string): Promise<string[]> {
  const answer = await post(`check?key=${keyId}`, unsigned);
  const { against } = answer as { against?: string | null };
  return against === null ? [] : [`The office would refuse it: ${against ?? "it did not answer"}`];
}

/** @returns the server's answer, whatever its status @throws where it is none */
async function post(path: string, body: Uint8Array): Promise<Record<string, unknown>> {
  const answer = await fetch(`/cases/${here}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/zip" },
    body: new Blob([new Uint8Array(body)], { type: "application/zip" }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

/** Hands over a signed filing. @returns the number of its entry @throws with the reason where it is refused */
export async function enter(signed: Uint8Array): Promise<number> {
  const { admitted, entry, says } = await post("entries", signed);
  if (admitted !== true) throw new Error(`It was not entered: ${String(says ?? "the office did not say why")}`);
  return entry as number;
}

/** The signed filing. @param by key and signature over `toBeSigned(statement)` */
export function signedFiling(
  ready: NonNullable<Made["ready"]>,
  by: { keyId: string; signature: Uint8Array },
): Uint8Array {
  return packFiling({ bundle: encodeSignedStatement(ready.statement, by.signature, by.keyId) }, ready.attachments);
}
