/**
 * COSE receipts (RFC 9942, verifiable data structure RFC9162_SHA256): what a tlog-proof says about inclusion, in the form
 * that SCITT services hand out: an inclusion proof, and the log's own signature over the root it leads to. It carries no
 * cosignature and no time: beside a tlog-proof it is a convenience, and under a policy that asks for witnesses it fails.
 * Only the root is signed: index and size stand in the open part, and are not handed on.
 */
import { equalBytes } from "../base/bytes.js";
import { AssayError, assert, quoted } from "../base/error.js";
import { signEd25519, verifyEd25519 } from "../evidence/ed25519.js";
import { type Cbor, CborTag, decodeCbor, encodeCbor } from "./cbor.js";
import { HASH_BYTES, leafHash, nodeHash } from "./merkle-hash.js";
import { PROOF_HASHES_MAX, verifyInclusion } from "./merkle-proof.js";
import { keyIdOf, type NoteKey, type SecretNoteKey } from "./note-keys.js";
import type { Policy } from "./policy.js";

/** 63 hashes take 2.1 kB. */
const RECEIPT_BYTES_MAX = 16 * 1024;
const SIGN1 = 18;
const HEADER = { algorithm: 1, keyId: 4, claims: 15, structure: 395, proofs: 396 } as const;
const EDDSA = -8;
const RFC9162_SHA256 = 1;
const INCLUSION = -1;
const ISSUER = 1;

interface Inclusion {
  index: number;
  size: number;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}

/** @param key the log's own Ed25519 key */
export function encodeReceipt({ index, size, root, proof }: Inclusion, key: SecretNoteKey): Uint8Array {
  assert(key.type === "ed25519", "encodeReceipt: expected the log's Ed25519 key");
  const header = encodeCbor(
    new Map<Cbor, Cbor>([
      [HEADER.algorithm, EDDSA],
      [HEADER.keyId, keyIdBytes(key)],
      [HEADER.claims, new Map<Cbor, Cbor>([[ISSUER, key.name]])],
      [HEADER.structure, RFC9162_SHA256],
    ]),
  );
  const inclusion = encodeCbor([size, index, [...proof]]);
  const open = new Map<Cbor, Cbor>([[HEADER.proofs, new Map<Cbor, Cbor>([[INCLUSION, [inclusion]]])]]);
  const signature = signEd25519(toBeSigned(header, root), key.signingKey);
  return encodeCbor(new CborTag(SIGN1, [header, open, null, signature]));
}

/** Told by the tag of COSE_Sign1 (18) in its first byte; nothing else is looked at. */
export function isReceipt(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd2;
}

/** @throws SIGNATURE when no log of the policy signed it, or the policy asks for witnesses; DIGEST when the entry is not in the tree */
export function verifyReceipt(
  bytes: Uint8Array,
  entry: Uint8Array,
  policy: Policy,
  what = "receipt",
): { origin: string } {
  const { header, keyId, origin, index, size, proof, signature } = parseReceipt(bytes, what);
  const keys = policy.logs.filter(
    ({ key }) => key.type === "ed25519" && key.name === origin && equalBytes(keyIdBytes(key), keyId),
  );
  if (keys.length === 0)
    throw new AssayError("SIGNATURE", `${what}: expected a log of the policy, got ${quoted(origin)}`);
  const root = rootOf(leafHash(entry), index, size, proof);
  const holds =
    root !== null &&
    verifyInclusion({ index, size, leaf: leafHash(entry), root, proof }) &&
    keys.some(({ key }) => verifyEd25519(signature, toBeSigned(header, root), key.publicKey));
  // The root is not carried: another entry, another proof and another signature are one fault.
  if (!holds) throw new AssayError("DIGEST", `${what}: the log did not sign a tree with this entry at index ${index}`);
  if (!policy.quorum(new Set()))
    throw new AssayError("SIGNATURE", `${what}: a COSE receipt carries no cosignature, and the policy asks for them`);
  return { origin };
}

function parseReceipt(bytes: Uint8Array, what: string) {
  if (bytes.length > RECEIPT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${RECEIPT_BYTES_MAX} bytes`);
  const fault = (part: string) => new AssayError("FORMAT", `${what}: expected a COSE receipt (RFC 9942): ${part}`);
  const top = decodeCbor(bytes, what);
  if (!(top instanceof CborTag) || top.tag !== SIGN1 || !Array.isArray(top.value) || top.value.length !== 4)
    throw fault("a COSE_Sign1");
  const [header, open, payload, signature] = top.value;
  if (!(header instanceof Uint8Array) || !(open instanceof Map) || !(signature instanceof Uint8Array))
    throw fault("its parts");
  if (payload !== null) throw fault("no payload, as the root is computed");
  const stated = decodeCbor(header, what);
  if (!(stated instanceof Map)) throw fault("its protected header");
  if (stated.get(HEADER.algorithm) !== EDDSA || stated.get(HEADER.structure) !== RFC9162_SHA256)
    throw fault("EdDSA over a tree of RFC 9162");
  const claims = stated.get(HEADER.claims);
  const origin = claims instanceof Map ? claims.get(ISSUER) : null;
  const keyId = stated.get(HEADER.keyId);
  if (typeof origin !== "string" || !(keyId instanceof Uint8Array)) throw fault("its log and key");
  const proofs = open.get(HEADER.proofs);
  const list = proofs instanceof Map ? proofs.get(INCLUSION) : null;
  const [first] = Array.isArray(list) && list.length === 1 ? list : [];
  const inclusion = first instanceof Uint8Array ? decodeCbor(first, what) : null;
  if (!Array.isArray(inclusion) || inclusion.length !== 3) throw fault("one inclusion proof");
  const [size, index, hashes] = inclusion;
  const isHash = (hash: Cbor): hash is Uint8Array => hash instanceof Uint8Array && hash.length === HASH_BYTES;
  if (typeof size !== "number" || typeof index !== "number" || index < 0 || size <= index)
    throw fault("index and size");
  if (!Array.isArray(hashes) || hashes.length > PROOF_HASHES_MAX || !hashes.every(isHash)) throw fault("its hashes");
  return { header, keyId, origin, index, size, proof: hashes, signature };
}

/** RFC 9052, §4.4. */
function toBeSigned(header: Uint8Array, root: Uint8Array): Uint8Array {
  return encodeCbor(["Signature1", header, new Uint8Array(0), root]);
}

/** The root that a proof leads to (RFC 9162, §2.1.3.2); null where it does not fit the place. */
function rootOf(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[]): Uint8Array | null {
  let [at, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

function keyIdBytes(key: NoteKey): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, keyIdOf(key));
  return bytes;
}
