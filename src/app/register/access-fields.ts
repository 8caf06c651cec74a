/** From what the command line is given to the private fields of a grant and of a delivery: digests taken, marks looked up. */
import { utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { RECIPIENTS_BYTES_MAX, readMarkedRecipients } from "../../evidence/recipients.js";
import { publicOf, readPublicKey } from "../../host/signing/signature-keys.js";
import { readSmallFile } from "../../host/small-file.js";
import { readWhole } from "../../host/whole-file.js";
import type { Delivery, Grant, Mark, Right } from "../../office/register/access/fields.js";
import { modelRoot } from "./declare.js";

type OnProgress = (done: number, total: number) => void;

export interface GrantOptions {
  assetKind: Grant["asset"]["kind"];
  assetName: string;
  recipient: string;
  recipientKey?: string;
  right: string[];
  purpose: Grant["purpose"]["kind"];
  purposeSays?: string;
  terms?: string;
  termsDocument?: string;
  termsUri?: string;
  markList?: string;
  markRecipient?: string;
  note?: string;
}

/** A digest as it is, or the OMS root digest of a folder or file: one way to name models, code and data. */
export async function assetDigest(asked: string, onProgress: OnProgress): Promise<string> {
  if (/^sha256:[0-9a-f]{64}$/.test(asked)) return asked;
  if (/^[0-9a-f]{64}$/.test(asked)) return `sha256:${asked}`;
  return `sha256:${await modelRoot(asked, onProgress)}`;
}

/** @param asset file or folder whose digest is taken @param sealedTo age recipients who can open the fields */
export async function grantFields(
  asset: string,
  options: GrantOptions,
  sealedTo: string[],
  onProgress: OnProgress,
): Promise<Grant> {
  const { assetKind: kind, assetName: name, recipient, recipientKey, purpose, terms, termsDocument } = options;
  return {
    asset: { kind, name, digest: await assetDigest(asset, onProgress) },
    recipient: { name: recipient, publicKey: recipientKey === undefined ? null : await pemOf(recipientKey) },
    purpose: { kind: purpose, says: options.purposeSays ?? null },
    rights: (options.right.length > 0 ? [...new Set(options.right)] : ["download"]) as Right[],
    terms: {
      says: terms ?? null,
      document: termsDocument === undefined ? null : sha256Digest(await readWhole(termsDocument)),
      uri: options.termsUri ?? null,
    },
    mark: await markOf(options),
    note: options.note ?? null,
    sealedTo,
  };
}

/** What is handed over: the copy where one is named, else the asset itself. */
export async function deliveryFields(
  granted: Grant,
  options: { right?: Right; copy?: string; handedOver?: string; note?: string },
  onProgress: OnProgress,
): Promise<Delivery> {
  const right = options.right ?? granted.rights[0]!;
  if (!granted.rights.includes(right))
    throw new AssayError(
      "USAGE",
      `deliver: expected a right of the grant (${granted.rights.join(", ")}), got ${right}`,
    );
  if (options.copy !== undefined && granted.mark === null)
    throw new AssayError("USAGE", "deliver: expected a grant with a mark beside --copy");
  return {
    asset: granted.asset,
    recipient: granted.recipient,
    right,
    digest: options.copy === undefined ? granted.asset.digest : await assetDigest(options.copy, onProgress),
    handedOver: options.handedOver === undefined ? null : momentOf(options.handedOver, "--handed-over"),
    mark: granted.mark,
    note: options.note ?? null,
  };
}

/** The recipient must be on the list: a mark that was never planted traces nobody. */
async function markOf({ markList, markRecipient, recipient }: GrantOptions): Promise<Mark> {
  if (markList === undefined) {
    if (markRecipient !== undefined)
      throw new AssayError("USAGE", "grant: expected --mark-list beside --mark-recipient");
    return null;
  }
  const { key, recipients } = readMarkedRecipients(await readSmallFile(markList, RECIPIENTS_BYTES_MAX), markList);
  const name = markRecipient ?? recipient;
  if (!recipients.includes(name))
    throw new AssayError("USAGE", `grant: expected ${quoted(name)} on the list ${markList}; mark a copy for it first`);
  return { kind: "leak-code", recipient: name, secret: sha256Digest(utf8(key)) };
}

async function pemOf(path: string): Promise<string> {
  return publicOf(readPublicKey(await readWhole(path), path))
    .export({ type: "spki", format: "pem" })
    .toString();
}

/** A day is its first second, UTC. */
export function momentOf(text: string, what: string): string {
  const full = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const time = Date.parse(full);
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$/.test(full) || Number.isNaN(time) || !sameDay(full, time))
    throw new AssayError("USAGE", `${what}: expected a day or UTC moment such as 2026-12-01, got ${quoted(text)}`);
  return full;
}

/** `Date.parse` takes the 31st of February for a day in March. */
function sameDay(text: string, time: number): boolean {
  return new Date(time).toISOString().slice(0, 10) === text.slice(0, 10);
}
