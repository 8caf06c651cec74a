/**
 * Rounds of a public randomness beacon after drand's scheme `bls-unchained-g1-rfc9380`: a BLS signature in G1 over
 * SHA-256 of the round's number, under a group key in G2. Older chains that hash to the curve under G2's tag are refused.
 * A round that verifies was made by the holders of the group's key; for a chain run by one office, by that office.
 * Sources: drand.love/docs (specification), RFC 9380; vectors of noislabs/drand-verify.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, hex } from "../base/bytes.js";

const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

export interface BeaconChain {
  /** 96 bytes in hexadecimal. */
  publicKey: string;
  /** Unix seconds of round 1, and seconds between rounds. */
  genesis: number;
  period: number;
}

/** The public quicknet chain (hash 52db9ba7…e971). */
export const QUICKNET: BeaconChain = {
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  genesis: 1_692_803_367,
  period: 3,
};

function message(round: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(round));
  return sha256(bytes);
}

/** One round is asked about again and again in a case, and takes a tenth of a second each time. */
const KNOWN_MAX = 256;
const known = new Map<string, boolean>();

/** False, never an error, for whatever is malformed. @param signature 48 bytes in hexadecimal */
export function verifyRound({ publicKey }: BeaconChain, round: number, signature: string): boolean {
  const asked = `${publicKey} ${round} ${signature}`;
  const before = known.get(asked);
  if (before !== undefined) return before;
  const holds = isSignatureOfRound(publicKey, round, signature);
  if (known.size >= KNOWN_MAX) known.clear();
  if (asked.length <= 512) known.set(asked, holds);
  return holds;
}

function isSignatureOfRound(publicKey: string, round: number, signature: string): boolean {
  try {
    if (!Number.isSafeInteger(round) || round < 1) return false;
    const { shortSignatures: bls } = bls12_381;
    return bls.verify(
      fromHex(signature, "drand: signature"),
      bls.hash(message(round), DST),
      fromHex(publicKey, "drand: key"),
    );
  } catch {
    return false;
  }
}

/** A chain of the same scheme run by one holder: what stands in where no public round can be fetched. */
export function localChain(secret: Uint8Array): { publicKey: string; sign: (round: number) => string } {
  const { shortSignatures: bls } = bls12_381;
  return {
    publicKey: hex(bls.getPublicKey(secret).toBytes()),
    sign: (round) => hex(bls.sign(bls.hash(message(round), DST), secret).toBytes()),
  };
}

/** The round that is out first at or after a moment, Unix seconds. */
export function roundAt({ genesis, period }: BeaconChain, seconds: number): number {
  return Math.max(1, Math.ceil((seconds - genesis) / period) + 1);
}
