/**
 * The verifier of the page /verify: receipts, and a model's files against their signature, checked in the reader's own
 * browser. Nothing is sent anywhere; the page works from a saved copy without a network.
 */
import { blake2b } from "@noble/hashes/blake2.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { pae } from "../../evidence/dsse.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { IGNORED_AT_TOP, SIGNATURE_NAME } from "../../evidence/oms.js";
import { decodeStatement, type ModelStatement, shardOf } from "../../evidence/oms-statement.js";
import { decodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { verifyReceipt } from "../../office/register/receipt.js";
import { parsePolicy } from "../../tlog/policy.js";

const HASHES = { sha256: () => sha256.create(), blake2b: () => blake2b.create(), blake3: () => blake3.create() };

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const results = byId<HTMLUListElement>("results");
const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

byId<HTMLFormElement>("verify").addEventListener("submit", async (event) => {
  event.preventDefault();
  results.replaceChildren();
  const models = await guarded("Receipt", checkReceipts);
  const root = await guarded("Model", checkModel);
  if (root && models && models.length > 0)
    say(
      models.includes(root),
      models.includes(root)
        ? "The receipts are about these files."
        : "The receipts are about another model than these files.",
    );
  if (results.childElementCount === 0) say(false, "Choose a receipt, or a model with its signature and key.");
});

async function guarded<T>(what: string, check: () => Promise<T | null>): Promise<T | null> {
  try {
    return await check();
  } catch (error) {
    // What is no receipt or signature at all is a mistake of choice, not a fault of evidence.
    const form = error instanceof AssayError && (error.code === "FORMAT" || error.code === "SCHEMA");
    if (form) say(null, `${what}: what was chosen is not one. ${error.message}`);
    else say(false, `${what}: does not hold. ${(error as Error).message}`);
    return null;
  }
}

async function checkReceipts(): Promise<string[] | null> {
  const files = [...(byId<HTMLInputElement>("receipts").files ?? [])];
  if (files.length === 0) return null;
  const policy = parsePolicy(utf8(byId<HTMLTextAreaElement>("policy").value));
  const models: string[] = [];
  for (const file of files) {
    const { record, log } = verifyReceipt(await bytesOf(file), policy);
    models.push(record.model);
    const witnesses = log.cosigners.length > 0 ? `cosigned by ${log.cosigners.join(", ")}` : "cosigned by nobody";
    say(
      true,
      `${file.name}: holds. ${record.kind} of ${record.name} (${record.model}), signed by key ${record.key}, in ${log.origin} at size ${log.size}, ${witnesses}.`,
    );
  }
  return models;
}

/** @returns the model's id when every file is as signed */
async function checkModel(): Promise<string | null> {
  const files = [...(byId<HTMLInputElement>("model").files ?? [])];
  const signature = byId<HTMLInputElement>("signature").files?.[0];
  const key = byId<HTMLInputElement>("key").files?.[0];
  if (files.length === 0 && !signature) return null;
  if (!signature || !key || files.length === 0)
    throw new Error("Choose the model's folder, its signature and the signer's public key.");
  const bundle = decodeSignatureBundle(await bytesOf(signature), signature.name);
  if (bundle.mode.kind !== "key")
    throw new Error("Only signatures by a key are checked here; use assay register verify.");
  const publicKey = parseEcdsaKey(await key.text(), key.name);
  if (!publicKey.verify(bundle.signature, pae(bundle.payloadType, bundle.payload)))
    throw new Error("The signature does not hold under the key.");
  const statement = decodeStatement(bundle.payload);
  const faults = await compare(statement, files);
  if (faults.length > 0) throw new Error(faults.slice(0, 20).join(" "));
  say(
    true,
    `Model: holds. ${statement.resources.length} ${statement.serialization.method} as signed, root sha256:${statement.root}.`,
  );
  return `sha256:${statement.root}`;
}

async function compare({ serialization, resources }: ModelStatement, files: readonly File[]): Promise<string[]> {
  const ignored = new Set([...(serialization.ignore_paths ?? []), ...IGNORED_AT_TOP, SIGNATURE_NAME]);
  const held = new Map<string, File>();
  const faults: string[] = [];
  for (const file of files) {
    const name = file.webkitRelativePath.split("/").slice(1).join("/") || file.name;
    const parts = name.split("/");
    if (parts.some((_, i) => ignored.has(parts.slice(0, i + 1).join("/")))) continue;
    // A browser shows names as text: bytes that are no UTF-8 may read as another file's name.
    if (held.has(name)) faults.push(`${name}: two files read alike; use assay register verify.`);
    held.set(name, file);
  }
  const shards = serialization.method === "shards";
  const signed = new Set<string>();
  const lengths = new Map<string, number>();
  for (const { name, digest } of resources) {
    const { path, start, end } = shards ? shardOf(name) : { path: name, start: 0, end: Number.POSITIVE_INFINITY };
    signed.add(path);
    lengths.set(path, Math.max(lengths.get(path) ?? 0, end));
    const file = held.get(path) ?? (path === "." ? files[0] : undefined);
    if (!file) faults.push(`${name}: signed, but not there.`);
    else if ((await digestOf(file.slice(start, Math.min(end, file.size)), serialization.hash_type)) !== digest)
      faults.push(`${name}: not as signed.`);
  }
  for (const [name, file] of held) {
    if (!signed.has(name) && !signed.has(".")) faults.push(`${name}: there, but not signed.`);
    if (shards && signed.has(name) && file.size !== lengths.get(name)) faults.push(`${name}: not as long as signed.`);
  }
  return faults;
}

async function digestOf(blob: Blob, algorithm: keyof typeof HASHES): Promise<string> {
  const hash = HASHES[algorithm]();
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return hex(hash.digest());
    hash.update(value);
  }
}

/** @param holds null where nothing was there to check */
function say(holds: boolean | null, text: string): void {
  const item = document.createElement("li");
  const mark = document.createElement("strong");
  const colour = holds === null ? "govuk-tag--grey" : holds ? "govuk-tag--green" : "govuk-tag--red";
  mark.className = `govuk-tag ${colour}`;
  mark.textContent = holds === null ? "Not checked" : holds ? "Holds" : "Does not hold";
  item.append(mark, " ", text);
  results.append(item);
}
