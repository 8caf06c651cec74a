/** Exact reads: the bytes asked for, or one clear error. */
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { FileReader, READ_BYTES_MAX } from "../../src/host/files.js";
import { looksLikeSketch } from "../../src/labs/weights/host/sketch-store.js";
import { temporary } from "./temporary.js";

const at = temporary();
const reader = new FileReader();
afterAll(() => reader.close());
const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
writeFileSync(at("f"), bytes);
mkdirSync(at("d"));

test("a range", async () => {
  expect(await reader.readExactly(at("f"), 10, 20)).toEqual(bytes.slice(10, 30));
  expect(await reader.readExactly(at("f"), 1000, 0)).toEqual(new Uint8Array(0));
});
test("many files at once, more than there are handles", async () => {
  const paths = Array.from({ length: 60 }, (_, i) => at(`n${i}`));
  for (const [i, path] of paths.entries()) writeFileSync(path, Uint8Array.of(i));
  for (let round = 0; round < 3; round++) {
    const got = await Promise.all(paths.map((path) => reader.readExactly(path, 0, 1)));
    expect(got.map((b) => b[0])).toEqual(paths.map((_, i) => i));
  }
});
test("a short read is an error", async () => {
  await expect(reader.readExactly(at("f"), 990, 11)).rejects.toThrow(/"f": expected 11 bytes at 990, got 10/);
  writeFileSync(at("cut"), bytes);
  await reader.readExactly(at("cut"), 0, 10);
  truncateSync(at("cut"), 5);
  await expect(reader.readExactly(at("cut"), 0, 10)).rejects.toMatchObject({ code: "FORMAT" });
});
test("what cannot be read", async () => {
  await expect(reader.readExactly(at("none"), 0, 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(reader.readExactly(at("d"), 0, 1)).rejects.toMatchObject({ code: "FORMAT" });
  await expect(reader.readExactly(at("f"), 0, READ_BYTES_MAX + 1)).rejects.toMatchObject({ code: "LIMIT" });
});
test.skipIf(process.platform === "win32")("a pipe that nobody writes into is refused and not waited for", async () => {
  execFileSync("mkfifo", [at("pipe")]);
  await expect(reader.readExactly(at("pipe"), 0, 1)).rejects.toThrow(/expected a file, got a pipe/);
  expect(await looksLikeSketch(at("pipe"))).toBe(false);
});
test("a file that was missing can be read once it is there", async () => {
  await expect(reader.readExactly(at("late"), 0, 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
  writeFileSync(at("late"), "x");
  expect(await reader.readExactly(at("late"), 0, 1)).toEqual(Uint8Array.of(120));
});
