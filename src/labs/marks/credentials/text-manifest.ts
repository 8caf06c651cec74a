/**
 * What a C2PA manifest in plain text claims, and whether it hangs together and is bound to this text (C2PA 2.4, §8.4,
 * §15.4 to §15.12): the active manifest's claim, the digest of every assertion that the claim names, and the data hash
 * over the text without the wrapper, in normal form C. Signature and certificates are for the desk. Not looked at:
 * ingredients, redactions, what earlier manifests of the store say, and time stamps.
 */
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { decode } from "cborg";
import { equalBytes, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseJumbf, type Superbox } from "./jumbf.js";
import { type TextWrapper, textWrappers } from "./text-wrapper.js";

const HASHES = { sha256, sha384, sha512 } as const;
const MANIFESTS = ["c2ma", "c2md", "c2um", "c2cm"];
const STORE = "c2pa";
const ASSERTIONS = "c2pa.assertions";
const SIGNATURE = "c2pa.signature";
const DATA_HASH = "c2pa.hash.data";
/** Assertions a claim names; real ones have some ten, and each costs a hash (CWE-407). */
const ASSERTIONS_MAX = 1000;
const WHAT = "C2PA manifest";

interface TextManifest {
  /** As it stands in the box: what is signed. */
  claim: Uint8Array;
  /** COSE_Sign1, as it stands. */
  signature: Uint8Array;
  /** Software that made the claim, by its own word. */
  generator: string | null;
  /** What the first action says of the making, by its own word: an IPTC digital source type. */
  sourceType: string | null;
}

type Fields = ReadonlyMap<unknown, unknown>;

/**
 * @returns null where the text carries none
 * @throws AssayError FORMAT, LIMIT, DIGEST: a wrapper stands in the text and does not hold
 */
export function textManifest(text: string): TextManifest | null {
  const wrappers = textWrappers(text);
  const [wrapper] = wrappers;
  if (!wrapper) return null;
  if (wrappers.length > 1) throw new AssayError("FORMAT", `${WHAT}: expected one in the text, got ${wrappers.length}`);
  if (wrapper.manifest === null) throw new AssayError("FORMAT", `${WHAT}: expected a whole wrapper: ${wrapper.fault}`);
  if (/\p{Surrogate}/u.test(text)) throw new AssayError("FORMAT", `${WHAT}: expected text of whole Unicode characters`);
  const { manifest, label } = activeManifest(wrapper.manifest);
  const claimBox = only(manifest, (box) => box.type === "c2cl", "claim");
  const signatureBox = only(manifest, (box) => box.label === SIGNATURE && box.type === "c2cs", "signature");
  const store = only(manifest, (box) => box.label === ASSERTIONS && box.type === "c2as", "assertion store");
  const claimBytes = contentOf(claimBox, "cbor");
  const claim = fieldsOf(cbor(claimBytes), "its claim");
  if (locate(claim.get("signature"), label) !== SIGNATURE)
    throw new AssayError("FORMAT", `${WHAT}: expected the claim to name the signature beside it`);
  const assertions = heldAssertions(claim, store, label);
  bind(text, wrapper, hardBinding(assertions), claim);
  const says = assertions.find((box) => /^c2pa\.actions(\.v2)?(__\d+)?$/.test(box.label!));
  return {
    claim: claimBytes,
    signature: contentOf(signatureBox, "cbor"),
    generator: generatorOf(claim),
    sourceType: says ? sourceTypeOf(says) : null,
  };
}

function activeManifest(bytes: Uint8Array): { manifest: Superbox; label: string } {
  const store = parseJumbf(bytes, WHAT);
  if (store.type !== STORE) throw new AssayError("FORMAT", `${WHAT}: expected a manifest store, got ${store.type}`);
  const manifest = store.boxes.filter(({ type }) => MANIFESTS.includes(type)).at(-1);
  if (!manifest?.label) throw new AssayError("FORMAT", `${WHAT}: expected a manifest with a label in its store`);
  if (manifest.type === "c2um" || manifest.type === "c2cm")
    throw new AssayError("FORMAT", `${WHAT}: expected a standard manifest, got type ${manifest.type}`);
  return { manifest, label: manifest.label };
}

function only(of: Superbox, is: (box: Superbox) => boolean, name: string): Superbox {
  const found = of.boxes.filter(is);
  if (found.length !== 1) throw new AssayError("FORMAT", `${WHAT}: expected one ${name}, got ${found.length}`);
  return found[0]!;
}

function contentOf({ contents, label }: Superbox, type: string): Uint8Array {
  const [content, ...more] = contents.filter((box) => box.type !== "free");
  if (content?.type !== type || more.length > 0)
    throw new AssayError("FORMAT", `${WHAT}: expected ${label} to hold one ${type} box`);
  return content.bytes;
}

function cbor(bytes: Uint8Array): unknown {
  try {
    // Tags say how a value is meant (a date, a URI): here the value is enough.
    const tags = new Proxy({}, { has: () => true, get: () => (inner: () => unknown) => inner() });
    return decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true, tags });
  } catch (error) {
    throw new AssayError("FORMAT", `${WHAT}: expected CBOR: ${(error as Error).message}`);
  }
}

function fieldsOf(value: unknown, name: string): Fields {
  if (!(value instanceof Map)) throw new AssayError("FORMAT", `${WHAT}: expected ${name} to be a map`);
  return value;
}

/** The path within this manifest that an address names, or null. */
function locate(url: unknown, label: string): string | null {
  const path = typeof url === "string" && url.startsWith("self#jumbf=") ? url.slice("self#jumbf=".length) : null;
  if (path === null || !path.startsWith("/")) return path;
  const own = `/${STORE}/${label}/`;
  return path.startsWith(own) ? path.slice(own.length) : null;
}

/** The assertions that the claim names, each with the digest it states; the store may hold no other. */
function heldAssertions(claim: Fields, store: Superbox, label: string): Superbox[] {
  const lists = [claim.get("assertions"), claim.get("created_assertions"), claim.get("gathered_assertions")];
  const links = lists.filter((list) => list !== undefined).flat();
  if (links.length === 0 || links.length > ASSERTIONS_MAX)
    throw new AssayError("FORMAT", `${WHAT}: expected 1 to ${ASSERTIONS_MAX} assertions in its claim`);
  const named = new Map<string, Superbox>();
  for (const each of links) {
    const link = fieldsOf(each, "each link of its claim");
    const path = locate(link.get("url"), label);
    const name = path?.startsWith(`${ASSERTIONS}/`) ? path.slice(ASSERTIONS.length + 1) : null;
    const found = store.boxes.filter((box) => box.label === name);
    if (name === null || found.length !== 1)
      throw new AssayError("FORMAT", `${WHAT}: expected each link of its claim to name one assertion beside it`);
    if (named.has(name)) throw new AssayError("FORMAT", `${WHAT}: expected each assertion to be named once`);
    if (!sameHash(link.get("hash"), hasherOf(link, claim)(found[0]!.bytes)))
      throw new AssayError("DIGEST", `${WHAT}: the assertion ${name} is not the one that was signed`);
    named.set(name, found[0]!);
  }
  if (store.boxes.some((box) => box.label === null || !named.has(box.label)))
    throw new AssayError("FORMAT", `${WHAT}: expected no assertion that the claim does not name`);
  return [...named.values()];
}

function hasherOf(structure: Fields, claim: Fields): (bytes: Uint8Array) => Uint8Array {
  const name = structure.get("alg") ?? claim.get("alg");
  if (typeof name !== "string" || !Object.hasOwn(HASHES, name))
    throw new AssayError("FORMAT", `${WHAT}: expected SHA-256, -384 or -512`);
  return HASHES[name as keyof typeof HASHES];
}

const sameHash = (stated: unknown, found: Uint8Array) => stated instanceof Uint8Array && equalBytes(stated, found);

function hardBinding(assertions: readonly Superbox[]): Fields {
  const found = assertions.filter(({ label }) => label!.replace(/__\d+$/, "").startsWith("c2pa.hash."));
  if (found.length !== 1 || found[0]!.label!.replace(/__\d+$/, "") !== DATA_HASH)
    throw new AssayError("FORMAT", `${WHAT}: expected one data hash that binds it to the text`);
  return fieldsOf(cbor(contentOf(found[0]!, "cbor")), "its data hash");
}

/** @throws AssayError DIGEST when the text is another, FORMAT when more than the wrapper is left out */
function bind(text: string, wrapper: TextWrapper, binding: Fields, claim: Fields): void {
  const [exclusion, ...more] = (Array.isArray(binding.get("exclusions")) ? binding.get("exclusions") : []) as unknown[];
  if (!exclusion || more.length > 0)
    throw new AssayError("FORMAT", `${WHAT}: expected its data hash to leave out the wrapper alone`);
  const range = fieldsOf(exclusion, "the range left out");
  const [before, inside] = [text.slice(0, wrapper.from), text.slice(wrapper.from, wrapper.to)];
  const [start, length] = [range.get("start"), range.get("length")];
  // Offsets are of the text as stored (§15.12.1.3.1); of the normal form, as A.8.7.3 has it, where a maker counted so.
  const starts = [utf8(before).length, utf8(before.normalize("NFC")).length];
  if (!starts.includes(start as number) || length !== utf8(inside).length)
    throw new AssayError("FORMAT", `${WHAT}: expected its data hash to leave out the wrapper alone`);
  const visible = utf8((before + text.slice(wrapper.to)).normalize("NFC"));
  if (!sameHash(binding.get("hash"), hasherOf(binding, claim)(visible)))
    throw new AssayError("DIGEST", `${WHAT}: the text is not the one that was signed`);
}

function generatorOf(claim: Fields): string | null {
  const info = claim.get("claim_generator_info");
  const first = Array.isArray(info) ? info[0] : info;
  const name = first instanceof Map ? first.get("name") : claim.get("claim_generator");
  return typeof name === "string" ? name.slice(0, 200) : null;
}

function sourceTypeOf(box: Superbox): string | null {
  const actions = fieldsOf(cbor(contentOf(box, "cbor")), "its actions").get("actions");
  const first = Array.isArray(actions) ? actions[0] : undefined;
  const type = first instanceof Map ? first.get("digitalSourceType") : undefined;
  return typeof type === "string" ? type.slice(0, 200) : null;
}

export { cbor as decodeClaimCbor };
