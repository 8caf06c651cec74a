/** Every model of the zoo of small trained models opens, with the shapes its config.json states, and is finite. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { intake } from "../../src/host/model/intake.js";
import { openModel } from "../../src/host/model/open-model.js";
import { SHARED } from "../shared-material.js";

const zoo = join(SHARED, "zoo");
const there = existsSync(join(zoo, "models"));
if (!there) console.log(`skipped: no zoo of models at ${zoo}`);

const folders = (name: string) =>
  there
    ? readdirSync(join(zoo, name), { withFileTypes: true })
        .filter((e) => e.isDirectory())
        .map((e) => join(name, e.name))
    : [];
const inits = there ? readdirSync(join(zoo, "inits")).filter((n) => n.endsWith(".safetensors")) : [];

describe.skipIf(!there)("the zoo", () => {
  test("is there", () => expect(folders("models").length + folders("bank").length).toBeGreaterThan(70));
  test.each([...folders("models"), ...folders("bank")])("%s", async (name) => {
    const opened = await openModel(join(zoo, name));
    if (opened.reading.kind !== "model") throw new Error(opened.reading.reason);
    const { model } = opened.reading;
    const { config } = model;
    expect(model).toMatchObject({
      layers: config.layers,
      hidden: config.hiddenSize,
      vocabulary: config.vocabularySize,
    });
    expect(model.headDim * config.heads!).toBe(model.tensors.get("layers.0.attention.q")!.matrix.rows);
    expect(model.keyValueHeads).toBe(config.keyValueHeads);
    expect(model.tied).toBe(config.tiedEmbeddings);
    expect(model.others).toEqual([]);
    if (name.startsWith("models")) expect(opened.vocabulary!.size).toBeGreaterThan(1000);
    const taken = await intake(join(zoo, name), { home: null });
    expect(taken.files.map((f) => f.name)).toEqual(opened.files.map((f) => f.name));
  });
  test.each(inits)("inits/%s, a single file", async (name) => {
    const opened = await openModel(join(zoo, "inits", name));
    expect(opened.reading).toMatchObject({ kind: "model", model: { keyValueHeads: 0, headDim: 0 } });
  });
});
