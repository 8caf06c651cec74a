/** Sides that are not one folder of files — a base with an adapter, a model behind a URL — are found again and give the same bits. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recompute } from "../../src/app/recompute.js";
import { ask, bundleOf } from "../asked.js";
import { bytesFile, rangeServer } from "../host/range-server.js";
import { temporary } from "../host/temporary.js";

const vectors = "test/model/adapter-vectors";
const demo = "fixtures/demo";
const inTemporary = temporary();
const onProgress = () => {};
const settings = { seed: "assay", rows: "sampled" };

async function bundle(reference: string, suspect: string) {
  const examination = await ask("examine weights", [reference, suspect], settings, { home: inTemporary("home") });
  return bundleOf("examine weights", examination);
}

async function again(files: Map<string, Uint8Array>, ...inputs: string[]) {
  const checks = await recompute(files, { inputs, home: inTemporary("home"), keyId: null, onProgress });
  expect(checks.length).toBeGreaterThanOrEqual(2);
  expect(checks.filter((check) => !check.holds)).toEqual([]);
}

test("a base and an adapter are found as a pair", async () => {
  await again(await bundle(join(vectors, "base"), `${join(vectors, "base")}+${join(vectors, "plain")}`), vectors);
});

test("a model behind a URL is read again with leave only", async () => {
  const server = await rangeServer((path) => {
    const file = join(demo, path);
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? bytesFile(readFileSync(file)) : undefined;
  });
  try {
    const url = `${server.origin}/finetune/`;
    const files = await bundle(`${demo}/base`, url);
    await expect(again(files, demo)).rejects.toThrow(/expected leave to read/);
    await again(files, demo, url);
  } finally {
    await server.close();
  }
});
