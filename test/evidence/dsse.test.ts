import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64, fromUtf8, utf8 } from "../../src/base/bytes.js";
import { openDsse, pae, signDsse, verifyDsse } from "../../src/evidence/dsse.js";
import { keyIdOf, publicKeyOf } from "../../src/evidence/ed25519.js";

const SEED = new Uint8Array(32).fill(7);
const OTHER = new Uint8Array(32).fill(8);
const TYPE = "http://example.com/HelloWorld";
const envelope = () => signDsse(TYPE, utf8("hello world"), SEED);
const edited = (edit: (text: string) => string) => utf8(edit(fromUtf8(envelope(), "")));

describe("DSSE", () => {
  test("the PAE of protocol.md", () => {
    expect(fromUtf8(pae(TYPE, utf8("hello world")), "")).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    expect(fromUtf8(pae("", utf8("")), "")).toBe("DSSEv1 0  0 ");
    expect(fromUtf8(pae("é", utf8("")), "")).toBe("DSSEv1 2 é 0 "); // bytes, not characters
  });
  test("no two pairs of type and payload have one encoding", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (t1, p1, t2, p2) => {
        fc.pre(t1 !== t2 || p1 !== p2);
        expect(base64(pae(t1, utf8(p1)))).not.toBe(base64(pae(t2, utf8(p2))));
      }),
    );
  });
  test("what is signed verifies, by its key only", () => {
    const open = verifyDsse(envelope(), [publicKeyOf(OTHER), publicKeyOf(SEED)]);
    expect(open).toMatchObject({ payloadType: TYPE, payload: utf8("hello world"), keyId: keyIdOf(publicKeyOf(SEED)) });
    expect(() => verifyDsse(envelope(), [publicKeyOf(OTHER)])).toThrow(/expected one of 1 known keys/);
    expect(() => verifyDsse(envelope(), [])).toThrow(/known keys/);
  });
  test("every flipped bit of an envelope is caught", () => {
    const bytes = envelope();
    const keys = [publicKeyOf(SEED)];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => verifyDsse(flipped, keys), `bit ${bit}`).toThrow();
    }
  }, 30_000);
  test.each([
    ["a space", edited((t) => t.replace(":", ": ")), /canonical JSON/],
    [
      "another order of keys",
      edited((t) => t.replace(/("payload":"[^"]*"),("payloadType":"[^"]*")/, "$2,$1")),
      /canonical JSON/,
    ],
    ["a key more", edited((t) => t.replace("{", '{"a":1,')), /Unrecognized key/],
    ["a key twice", edited((t) => t.replace('"payloadType"', '"payload":"","payloadType"')), /unique keys/],
    ["two signatures", edited((t) => t.replace(/\[(.*)\]/, "[$1,$1]")), /at signatures/],
    ["no signature", edited((t) => t.replace(/\[.*\]/, "[]")), /at signatures/],
    [
      "base64 that decodes the same",
      edited((t) => t.replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGR=")),
      /canonical base64/,
    ],
    ["another payload", edited((t) => t.replace("aGVsbG8gd29ybGQ=", base64(utf8("hello World")))), /does not hold/],
    ["another type", edited((t) => t.replace("HelloWorld", "HelloMoon")), /does not hold/],
    ["a byte-order mark", edited((t) => `\ufeff${t}`), /expected JSON/],
    ["nothing", new Uint8Array(0), /expected JSON/],
    ["too much", new Uint8Array(2 ** 20 + 1), /at most 1048576 bytes/],
  ])("refuses %s", (_what, bytes, message) => {
    expect(() => verifyDsse(bytes, [publicKeyOf(SEED)])).toThrow(message);
  });
  test("a signature by another key under this key's name does not hold", () => {
    const forged = fromUtf8(signDsse(TYPE, utf8("x"), OTHER), "");
    const renamed = forged.replace(keyIdOf(publicKeyOf(OTHER)), keyIdOf(publicKeyOf(SEED)));
    expect(() => verifyDsse(utf8(renamed), [publicKeyOf(SEED)])).toThrow(/does not hold/);
    expect(openDsse(utf8(renamed)).keyId).toBe(keyIdOf(publicKeyOf(SEED)));
  });
});
