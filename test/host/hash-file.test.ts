/** Digests of large files, read ahead while they are hashed, are those of the bytes at once; a file cut short is said. */
import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { blake3 } from "@napi-rs/blake-hash";
import { expect, test } from "vitest";
import { hashFile } from "../../src/host/signing/hash-file.js";
import { temporary } from "./temporary.js";

const at = temporary();
const MIB = 2 ** 20;
/** Three chunks of four MiB and a rest that is no whole block. */
const bytes = Buffer.alloc(12 * MIB + 777);
for (let i = 0; i < bytes.length; i += 4)
  bytes.writeUInt32LE(Math.imul(i, 0x9e3779b1) >>> 0, Math.min(i, bytes.length - 4));
const path = at("large.bin");
writeFileSync(path, bytes);

const hexOf = {
  sha256: (part: Uint8Array) => createHash("sha256").update(part).digest("hex"),
  blake2b: (part: Uint8Array) => createHash("blake2b512").update(part).digest("hex"),
  blake3: (part: Uint8Array) => blake3(Buffer.from(part)).toString("hex"),
};

test.each(["sha256", "blake2b", "blake3"] as const)("%s", async (algorithm) => {
  for (const [start, end] of [
    [0, bytes.length],
    [0, 4 * MIB],
    [1, 4 * MIB + 2],
    [5 * MIB + 1, 12 * MIB + 7],
    [3, 3],
  ] as const) {
    let counted = 0;
    const whole = start === 0 && end === bytes.length;
    const found = await hashFile({ name: "n", path, start, end, whole, algorithm }, (n) => {
      counted += n;
    });
    expect(found, `${start} to ${end}`).toBe(hexOf[algorithm](bytes.subarray(start, end)));
    expect(counted).toBe(end - start);
  }
});

test("a file that ends while it is read is not hashed to what there was", async () => {
  const cut = at("cut.bin");
  writeFileSync(cut, "");
  truncateSync(cut, 80 * MIB);
  const task = { name: "n", path: cut, start: 0, end: 80 * MIB, whole: true, algorithm: "sha256" as const };
  // Said first after 64 MiB, when at most one more chunk was read.
  const hashing = hashFile(task, () => truncateSync(cut, 70 * MIB));
  await expect(hashing).rejects.toThrow("ended early");
});
