/** BOMs and cards as the public writes them, in and out: each value is carried over or named, and none is lost. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaves, tally } from "../../materials/register/accounted.js";
import { BOMS, CARDS } from "../../materials/register/public-shapes.js";
import { assertBom, importBom } from "../../src/app/register/bom.js";
import { utf8 } from "../../src/base/bytes.js";
import { draft } from "../../src/office/register/declarations/draft.js";
import { croissantOf } from "../../src/office/register/exchange/croissant-export.js";
import { type BomDeclarations, bomOf } from "../../src/office/register/exchange/cyclonedx-export.js";
import { draftsOfBom } from "../../src/office/register/exchange/cyclonedx-import.js";
import { parseModelCard } from "../../src/office/register/exchange/model-card.js";
import { spdxOf } from "../../src/office/register/exchange/spdx-export.js";
import { ISSUED, model } from "./world.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-shapes-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** What is the format's own and says nothing about the model. */
const FRAME = /^(\$schema|bomFormat|specVersion|serialNumber|version|metadata\.timestamp)$|\.(type|bom-ref|ref)$/;

/** Out in every format, and back from ours. */
async function out(declared: BomDeclarations): Promise<void> {
  const subject = { ...model("northwind/lm"), uri: "https://models.example/northwind/lm" };
  const bom = bomOf(subject, declared, ISSUED);
  await assertBom(bom, "bom");
  const back = draftsOfBom(JSON.parse(JSON.stringify(bom)), ISSUED);
  expect(back.left).toEqual([]);
  expect(JSON.parse(JSON.stringify(back.declared))).toEqual(JSON.parse(JSON.stringify(declared)));
  const graph = spdxOf(subject, declared, ISSUED)["@graph"] as Record<string, unknown>[];
  const notes = graph.filter(({ type }) => type === "Annotation").map(({ statement }) => JSON.parse(String(statement)));
  expect(Object.fromEntries(notes.map(({ kind, declaration }) => [kind, declaration]))).toEqual(
    JSON.parse(JSON.stringify(declared)),
  );
  const ids = new Set(graph.map((each) => each.spdxId ?? each["@id"]));
  for (const { from, to } of graph.filter(({ type }) => type === "Relationship"))
    for (const end of [from, ...(to as unknown[])]) expect(ids).toContain(end);
  for (const dataset of declared.derivation?.datasets ?? []) {
    const { document, missing } = croissantOf(subject, dataset);
    expect(document).toMatchObject({ "@type": "sc:Dataset", name: dataset.name });
    expect(missing).toContain("license");
  }
}

describe.each(Object.entries(BOMS))("%s", (_, bom) => {
  test("each value is carried over or named", async () => {
    const path = join(folder, "bom.json");
    await writeFile(path, JSON.stringify(bom));
    const { declared, left, subject, unread } = await importBom(path);
    expect(new Set(left).size).toBe(left.length);
    expect(tally(bom, left, { declared, subject }, FRAME).lost, "neither carried over nor named").toEqual([]);
    const there = new Set(leaves(bom).map(([at]) => at));
    expect(left.filter((at) => !there.has(at))).toEqual([]);
    for (const line of unread) expect(line).toMatch(/^[^:]+: ./);
    await out(declared);
  });
});

test("faults are named where they stood, and the rest is read", async () => {
  const path = join(folder, "faults.json");
  await writeFile(path, JSON.stringify(BOMS["one with faults in many places"]));
  const { declared, unread, left } = await importBom(path);
  const places = unread.map((line) => line.split(":")[0]);
  for (const at of [
    "serialNumber",
    "components.0.type",
    "components.1",
    "components.2.colour",
    "components.2.licenses.0.license.id",
    "components.2.externalReferences.0.type",
    "components.2.hashes.0.alg",
  ])
    expect(places).toContain(at);
  expect(left).toContain("components.2.licenses.0.license.id");
  expect(declared.derivation).toMatchObject({
    licence: "Own terms",
    identifiers: { hashes: [{ algorithm: "SHA-256", value: "e".repeat(64) }] },
  });
  expect(declared["training-content"]!.general.characteristics.text!.types).toBe("chat");
});

test("the licence of a foreign list is named, digests and references are kept", async () => {
  const path = join(folder, "licence.json");
  await writeFile(path, JSON.stringify(BOMS["a generator's, with the hub's name of a licence as SPDX id"]));
  const { declared, unread, left } = await importBom(path);
  expect(left).toContain("components.0.licenses.0.license.id");
  expect(unread.join()).toMatch(/components\.0\.licenses\.0\.license\.id: must be equal to one of/);
  expect(declared.derivation!.identifiers).toEqual({
    hashes: [],
    references: [{ kind: "website", uri: "https://models.example/northwind/lm" }],
  });
});

test("items that are there twice are seen", async () => {
  const twice = { type: "data", name: "same" };
  await expect(
    assertBom({ bomFormat: "CycloneDX", specVersion: "1.7", version: 1, components: [twice, { ...twice }] }, "bom"),
  ).rejects.toThrow(/twice/);
});

describe.each(Object.entries(CARDS))("%s", (_, text) => {
  test("each value is carried over or named", async () => {
    const card = parseModelCard(utf8(text), "card")!;
    const declared = draft({ subject: model("northwind/lm"), now: ISSUED, card, config: null, datasets: [] });
    const { parse } = await import("yaml");
    const front = parse(/---\r?\n([\s\S]*?)\r?\n---/.exec(text)![1]!, { schema: "core" });
    expect(tally(front, card.left, declared, /^$/).lost, "neither carried over nor named").toEqual([]);
    await out(declared);
  });
});
