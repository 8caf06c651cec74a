/** The keyed hash is HMAC-SHA-256 as everybody else computes it, whatever the length of what is hashed. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { keyedHash } from "../../../src/labs/traffic/host/keyed-hash.js";

test("keyed hashes are HMAC-SHA-256 over field, 0 and value, cut", () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
  const own = keyedHash(key);
  for (const value of ["", "a", "naïve – 漢字 🙂", "x".repeat(20_000), "\ud800 alone"]) {
    const peer = createHmac("sha256", key).update("prompt").update("\u0000").update(value).digest();
    expect(Buffer.from(own("prompt", value, 16)).toString("hex")).toBe(peer.subarray(0, 16).toString("hex"));
  }
});
