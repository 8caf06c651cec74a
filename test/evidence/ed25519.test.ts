import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, hex, utf8 } from "../../src/base/bytes.js";
import { keyIdOf, publicKeyOf, signEd25519, verifyEd25519 } from "../../src/evidence/ed25519.js";
import { parsePrivateKeyPem, parsePublicKeyPem } from "../../src/evidence/ed25519-key.js";

/** RFC 8032 §7.1, tests 1, 2, 3 and SHA(abc): seed, public key, message, signature. */
const VECTORS = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
] as const;

/** The order of the group, little-endian: RFC 8032 §5.1. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function withS(signature: Uint8Array, change: (s: bigint) => bigint): Uint8Array {
  let s = change(BigInt(`0x${hex(signature.slice(32).reverse())}`));
  const out = signature.slice();
  for (let i = 32; i < 64; i++, s >>= 8n) out[i] = Number(s & 255n);
  return out;
}

describe("Ed25519", () => {
  test.each(VECTORS)("RFC 8032 vector %#", (seed, publicKey, message, signature) => {
    expect(hex(publicKeyOf(fromHex(seed, "")))).toBe(publicKey);
    expect(hex(signEd25519(fromHex(message, ""), fromHex(seed, "")))).toBe(signature);
    expect(verifyEd25519(fromHex(signature, ""), fromHex(message, ""), fromHex(publicKey, ""))).toBe(true);
  });
  test("a signature holds for its message and key only", () => {
    const bytes = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 99 }), fc.nat(511), (seed, message, bit) => {
        const signature = signEd25519(message, seed);
        expect(verifyEd25519(signature, message, publicKeyOf(seed))).toBe(true);
        signature[bit >> 3]! ^= 1 << (bit & 7);
        expect(verifyEd25519(signature, message, publicKeyOf(seed))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
  test("S + L, which a lax verifier takes too, is refused (RFC 8032 §5.1.7)", () => {
    const [, key, message, signature] = VECTORS[2];
    const again = withS(fromHex(signature, ""), (s) => s + ORDER);
    expect(verifyEd25519(again, fromHex(message, ""), fromHex(key, ""))).toBe(false);
  });
  test("keys of small order, which sign anything, are refused", () => {
    // The neutral element as key and R, S = 0: the equation holds for every message.
    const neutral = new Uint8Array(32).fill(0);
    neutral[0] = 1;
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(verifyEd25519(signature, utf8("anything"), neutral)).toBe(false);
    const orderEight = fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "");
    expect(verifyEd25519(signature, utf8("anything"), orderEight)).toBe(false);
    expect(verifyEd25519(signature, utf8("anything"), new Uint8Array(32))).toBe(false);
  });
  test("whatever the bytes are, verifying answers", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 40 }), (signature, key) => {
        expect(verifyEd25519(signature, utf8("m"), key)).toBe(false);
      }),
    );
  });
  test("keys of another length are refused", () => {
    expect(() => publicKeyOf(new Uint8Array(31))).toThrow(/expected 32 bytes, got 31/);
    expect(() => keyIdOf(new Uint8Array(33))).toThrow(/expected 32 bytes, got 33/);
  });
});

describe("PEM", () => {
  /** RFC 8410 §10.3 and §10.1: one pair of keys. */
  const PRIVATE =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
  const PUBLIC =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
  test("the pair of RFC 8410", () => {
    const seed = parsePrivateKeyPem(PRIVATE);
    expect(hex(seed)).toBe("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    expect(publicKeyOf(seed)).toEqual(parsePublicKeyPem(PUBLIC));
    expect(parsePublicKeyPem(PUBLIC.replaceAll("\n", "\r\n"))).toEqual(parsePublicKeyPem(PUBLIC));
  });
  test.each([
    ["the other half", PUBLIC, /expected a PEM "PRIVATE KEY", got PUBLIC KEY; this is the public half/],
    ["encrypted", PRIVATE.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), /decrypt it first/],
    ["OpenSSH", PRIVATE.replaceAll("PRIVATE", "OPENSSH PRIVATE"), /openssl genpkey/],
    ["no PEM", "d4ee72db", /got no PEM block/],
    ["something before", `x\n${PRIVATE}`, /nothing before or after/],
    ["two blocks", PRIVATE + PRIVATE, /nothing before or after/],
    ["labels that differ", PRIVATE.replace("END PRIVATE", "END PUBLIC"), /one PEM block/],
    ["another algorithm (X25519)", PRIVATE.replace("K2Vw", "K2Vu"), /expected an Ed25519 key/],
    ["cut", PRIVATE.replace("VhC\n", "\n"), /canonical base64|base64|Ed25519/],
    ["too long", "x".repeat(5000), /at most 1024 characters/],
  ])("refuses: %s", (_what, text, message) => {
    expect(() => parsePrivateKeyPem(text)).toThrow(message);
  });
  test("messages do not quote the key", () => {
    const broken = PRIVATE.replace("MC4C", "MC4D");
    expect(() => parsePrivateKeyPem(broken)).toThrow(/^(?!.*INTu).*$/);
  });
});
