/** The protocol around a sketch: a seed that neither side chooses, and rows opened against what was committed. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { base64, fromBase64 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { makeSketch } from "../../src/labs/weights/desk/sketch.js";
import { type Asked, checkOpening, openSketchRows } from "../../src/labs/weights/desk/sketch-opening.js";
import { commitToModel, seedOf } from "../../src/labs/weights/desk/sketch-seed.js";
import { PREFIX_BYTES } from "../../src/labs/weights/sketch/header.js";
import type { Opening } from "../../src/labs/weights/sketch/opening.js";
import { contributionOf, jointSeed } from "../../src/labs/weights/sketch/seed.js";
import { temporary } from "../host/temporary.js";

const folder = temporary();
const quiet = () => {};
const SEED = "5e".repeat(32);
const CHALLENGE = "c4".repeat(32);
const asked: Asked = { challenge: CHALLENGE, rows: 16 };

async function sketchOf(name: string): Promise<string> {
  const out = folder(`${name}.sketch`);
  const options = { seed: SEED, width: null, rows: "sampled" as const, out, home: null, threads: 1, onProgress: quiet };
  await makeSketch({ model: `fixtures/demo/${name}`, ...options }).catch((error) => {
    if (!/exists/.test(error.message)) throw error;
  });
  return out;
}

const opened = async (model: string, sketch: string) =>
  openSketchRows({ model: `fixtures/demo/${model}`, sketch, challenge: CHALLENGE, rows: 16, onProgress: quiet });

async function failing(sketch: string, opening: Opening, what = asked): Promise<string[]> {
  return (await checkOpening(sketch, opening, what)).filter((c) => !c.holds).map((c) => c.name);
}

describe("a joint seed", () => {
  const root = (digit: string) => `sha256:${digit.repeat(64)}` as const;
  const a = contributionOf(root("1"), root("2"), new Uint8Array(32).fill(3));
  const b = contributionOf(root("4"), root("5"), new Uint8Array(32).fill(6));

  test("is the digest of both roots and both nonces, whoever computes it", () => {
    expect(jointSeed(a, b)).toBe(jointSeed(b, a));
    const bytes = [0x11, 0x44, 3, 6].flatMap((x) => Array<number>(32).fill(x));
    expect(sha256Digest(Uint8Array.from(bytes))).toBe(`sha256:${jointSeed(a, b)}`);
  });

  test("changes with every part that a side could vary", () => {
    const others = [
      contributionOf(root("7"), root("2"), new Uint8Array(32).fill(3)),
      contributionOf(root("1"), root("2"), new Uint8Array(32).fill(9)),
    ];
    for (const other of others) expect(jointSeed(other, b)).not.toBe(jointSeed(a, b));
    const trees = contributionOf(root("1"), root("8"), new Uint8Array(32).fill(3));
    expect(trees.commitment).not.toBe(a.commitment);
  });

  test("through files: kept readable by the owner alone; another contribution, or one altered, is not taken", async () => {
    const paths = { base: folder("base.json"), finetune: folder("finetune.json") };
    const made = {
      base: await commitToModel({ model: "fixtures/demo/base", out: paths.base, home: null, onProgress: quiet }),
      finetune: await commitToModel({
        model: "fixtures/demo/finetune",
        out: paths.finetune,
        home: null,
        onProgress: quiet,
      }),
    };
    const seed = await seedOf(paths.base, paths.finetune, made.finetune.commitment);
    expect(seed).toBe(await seedOf(paths.finetune, paths.base, made.base.commitment));
    await expect(seedOf(paths.base, paths.finetune, made.base.commitment)).rejects.toThrow(/expected the contribution/);
    const altered = readFileSync(paths.finetune, "utf8").replace(/"nonce":"./, '"nonce":"f');
    writeFileSync(folder("altered.json"), altered);
    if (altered !== readFileSync(paths.finetune, "utf8"))
      await expect(seedOf(paths.base, folder("altered.json"), made.finetune.commitment)).rejects.toThrow(
        /own commitment/,
      );
  });
});

describe("an opening", () => {
  test("of the model's own rows holds, and shows a small part of the model", async () => {
    const sketch = await sketchOf("base");
    const opening = await opened("base", sketch);
    expect(await failing(sketch, opening)).toEqual([]);
    const shown = opening.files.flatMap((f) => f.chunks).length * 16_384;
    expect(shown).toBeLessThan(readFileSync("fixtures/demo/base/model.safetensors").length / 2);
  });

  test("cannot be made from another model", async () => {
    await expect(opened("finetune", await sketchOf("base"))).rejects.toThrow(/the model that the sketch was made from/);
  });

  test("does not hold for another challenge, fewer rows, another sketch, a left-out or altered chunk", async () => {
    const sketch = await sketchOf("base");
    const opening = await opened("base", sketch);
    expect(await failing(sketch, opening, { ...asked, challenge: SEED })).toEqual(["challenge"]);
    expect(await failing(sketch, opening, { ...asked, rows: 17 })).toEqual(["number"]);
    expect(await failing(await sketchOf("finetune"), opening)).toContain("sketch");
    expect(await failing(sketch, { ...opening, challenge: SEED }, { ...asked, challenge: SEED })).toEqual(["rows"]);
    const weights = opening.files.findIndex((f) => f.name.endsWith(".safetensors"));
    const with_ = (chunks: Opening["files"][number]["chunks"]) => ({
      ...opening,
      files: opening.files.map((f, at) => (at === weights ? { ...f, chunks } : f)),
    });
    const { chunks } = opening.files[weights]!;
    expect(await failing(sketch, with_(chunks.slice(0, -1)))).toEqual(["rows"]);
    const data = fromBase64(chunks.at(-1)!.data, "test");
    data[7]! ^= 1;
    expect(await failing(sketch, with_([...chunks.slice(0, -1), { ...chunks.at(-1)!, data: base64(data) }]))).toEqual([
      "chunks",
    ]);
    const escaping = { ...opening, files: [{ ...opening.files[0]!, name: "../x.json" }] };
    expect(await failing(sketch, escaping)).toEqual(["chunks"]);
  });

  test("does not hold for a sketch whose folds were made up, were its header rewritten to fit", async () => {
    const sketch = await sketchOf("base");
    const opening = await opened("base", sketch);
    const bytes = readFileSync(sketch);
    const length = bytes.readUInt32LE(8);
    const payload = bytes.subarray(PREFIX_BYTES + length);
    for (let i = 0; i < payload.length; i += 2) payload[i]! ^= 1;
    const text = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length).toString();
    const digest = sha256Digest(payload);
    const forged = text.replace(/("payload":\{"digest":")[^"]*/, `$1${digest}`);
    bytes.set(Buffer.from(forged), PREFIX_BYTES);
    writeFileSync(folder("forged.sketch"), bytes);
    const fitted = { ...opening, sketch: sha256Digest(bytes) };
    expect(await failing(folder("forged.sketch"), fitted)).toEqual(["rows"]);
  });
});
