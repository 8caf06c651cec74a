/**
 * BOMs and model cards in public shapes, in and out. In: each value is carried over or named. Out: CycloneDX by its schema
 * and back, SPDX 3 by `spdx3-validate` (SHACL) and `spdx-python-model`, Croissant by `mlcroissant`, all from PyPI.
 *   pip install spdx3-validate spdx-python-model mlcroissant
 *   npm run build && node validation/bom-exchange.study.ts --python python3 --model spdx-model.ttl --context spdx-context.jsonld
 * (model and context: rdf/ of branch gh-pages of spdx/spdx-spec, the files that spdx.org serves)
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { assertBom, importBom } from "../dist/app/register/bom.js";
import { draft } from "../dist/office/register/declarations/draft.js";
import { croissantOf } from "../dist/office/register/exchange/croissant-export.js";
import { bomOf } from "../dist/office/register/exchange/cyclonedx-export.js";
import { draftsOfBom } from "../dist/office/register/exchange/cyclonedx-import.js";
import { parseModelCard } from "../dist/office/register/exchange/model-card.js";
import { spdxOf } from "../dist/office/register/exchange/spdx-export.js";
import { leaves, tally } from "../materials/register/accounted.ts";
import { BOMS, CARDS } from "../materials/register/public-shapes.ts";

const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, model: { type: "string" }, context: { type: "string" } },
});
const NOW = "2026-09-01T12:00:00Z";
const subject = {
  name: "northwind/lm",
  id: `sha256:${"5".repeat(64)}` as const,
  uri: "https://models.example/northwind/lm",
};
/** What is the format's own and says nothing about the model. */
const FRAME = /^(\$schema|bomFormat|specVersion|serialNumber|version|metadata\.timestamp)$|\.(type|bom-ref|ref)$/;
type Declared = Parameters<typeof spdxOf>[1];

const plain = (value: unknown) => JSON.stringify(JSON.parse(JSON.stringify(value)));
const folder = mkdtempSync(join(tmpdir(), "assay-exchange-"));
const documents: { spdx: string[]; croissant: string[] } = { spdx: [], croissant: [] };

async function out(name: string, declared: Declared) {
  const bom = bomOf(subject, declared, NOW);
  await assertBom(bom, name);
  const back = draftsOfBom(JSON.parse(JSON.stringify(bom)), NOW);
  const file = join(folder, `${documents.spdx.length}.spdx.json`);
  writeFileSync(file, JSON.stringify(spdxOf(subject, declared, NOW)));
  documents.spdx.push(file);
  for (const dataset of declared.derivation?.datasets ?? []) {
    const path = join(folder, `${documents.croissant.length}.croissant.json`);
    writeFileSync(path, JSON.stringify(croissantOf(subject, dataset).document));
    documents.croissant.push(path);
  }
  // Keys may stand in another order.
  const same = leaves(JSON.parse(plain(back.declared)))
    .map(([at, v]) => `${at}=${v}`)
    .sort()
    .join("\n");
  return (
    same ===
    leaves(JSON.parse(plain(declared)))
      .map(([at, v]) => `${at}=${v}`)
      .sort()
      .join("\n")
  );
}

const rows = [];
for (const [name, bom] of Object.entries(BOMS)) {
  const path = join(folder, "bom.json");
  writeFileSync(path, JSON.stringify(bom));
  const { declared, left, unread, subject: found } = await importBom(path);
  const comesBack = await out(name, declared);
  rows.push({ what: "BOM", name, ...tally(bom, left, { declared, found }, FRAME), unread: unread.length, comesBack });
}
for (const [name, text] of Object.entries(CARDS)) {
  const card = parseModelCard(Buffer.from(text), name)!;
  const declared = draft({ subject, now: NOW, card, config: null, datasets: [] });
  const front = parse(/---\r?\n([\s\S]*?)\r?\n---/.exec(text)![1]!, { schema: "core" });
  const comesBack = await out(name, declared);
  rows.push({ what: "card", name, ...tally(front, card.left, declared, /^$/), unread: 0, comesBack });
}

function peer(script: string, args: string[]) {
  const run = spawnSync(values.python, [join(import.meta.dirname, "peers", script), ...args], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr.slice(-2000));
  return run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
const spdx = peer("spdx3-offline.py", [values.model!, values.context!, ...documents.spdx]);
// A control: the same validator has to see a document that is wrong.
const wrong = join(folder, "wrong.json");
writeFileSync(
  wrong,
  readFileSync(documents.spdx[0]!, "utf8").replace(
    '"software_primaryPurpose":"model"',
    '"software_primaryPurpose":"oracle"',
  ),
);
const [control] = peer("spdx3-offline.py", [values.model!, values.context!, wrong]);
const croissant = peer("croissant.py", documents.croissant);
rmSync(folder, { recursive: true, force: true });
const of = (list: { errors: string[] }[]) => ({
  documents: list.length,
  withErrors: list.filter(({ errors }) => errors.length > 0).length,
});
const study = {
  type: "assay/bom-exchange-study/v1",
  date: new Date().toISOString().slice(0, 10),
  rows,
  spdx: {
    ...of(spdx),
    unresolved: spdx.filter(({ unresolved }) => unresolved.length > 0).length,
    errors: [...new Set(spdx.flatMap(({ errors, unresolved }) => [...errors, ...unresolved]))].slice(0, 20),
    controlErrors: control.errors.length,
  },
  croissant: {
    ...of(croissant),
    errors: [...new Set(croissant.flatMap(({ errors }) => errors))],
    warnings: [...new Set(croissant.flatMap(({ warnings }) => warnings))],
  },
};
writeFileSync(join(import.meta.dirname, "bom-exchange.json"), `${JSON.stringify(study, null, 2)}\n`);
console.table(rows.map(({ lost, ...row }) => ({ ...row, lost: lost.length })));
console.log(JSON.stringify({ spdx: study.spdx, croissant: study.croissant }, null, 1));
