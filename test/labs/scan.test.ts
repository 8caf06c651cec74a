/** `assay scan`: the base is first and supported, a twin is of none of these, every candidate is paid for. */
import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { merged, noisy } from "../../materials/weights/derive.ts";
import { readWeights, storeWeights } from "../../materials/weights/weights.ts";
import { signModel } from "../../src/app/register/sign-model.js";
import { loadStudies } from "../../src/app/studies.js";
import { scanModel } from "../../src/labs/weights/desk/scan.js";
import { addToLibrary } from "../../src/labs/weights/desk/scan-add.js";
import { LIBRARY_FILE, LIBRARY_SIGNATURE, readLibrary } from "../../src/labs/weights/host/scan-library.js";
import { WEIGHTS_STUDIES } from "../../src/labs/weights/studies.js";
import { temporary } from "../host/temporary.js";

const inTemporary = temporary();
const onProgress = () => {};
const common = { home: null, onProgress };
const scan = (model: string, library: string) =>
  scanModel({ model: `fixtures/demo/${model}`, library, studies: [], threads: 1, ...common });

it("names the base among others, pays for all, and says none of these for a twin and a student", async () => {
  const library = inTemporary("library");
  for (const model of ["independent-twin", "base"])
    await addToLibrary({ model: `fixtures/demo/${model}`, library, added: "2026-11-29", ...common });
  const found = await scan("finetune", library);
  expect(found.candidates.map(({ name }) => name)).toEqual(["base", "independent-twin"]);
  // Without a study at hand what p says is not an outcome yet.
  expect(found.candidates[0]!.log10P).toBeLessThan(-6);
  expect(found.candidates[0]!.configuration).toEqual(found.candidates[1]!.configuration);
  expect(found.candidates[1]!.log10P).toBe(0);

  // The same pair among a thousand: three powers of ten are paid.
  const listed = await readLibrary(library);
  const entries = [...listed.entries];
  for (let i = 0; i < 998; i++) entries.push({ ...entries[0]!, name: `gone ${i}`, file: `gone-${i}.sketch` });
  writeFileSync(join(library, LIBRARY_FILE), JSON.stringify({ ...listed, entries }));
  const paid = await scan("finetune", library);
  expect(paid.candidates[0]!.log10P! - found.candidates[0]!.log10P!).toBeCloseTo(Math.log10(500), 5);
  expect(paid.library).toMatchObject({ candidates: 1000, compared: 2 });
  expect(paid.candidates.at(-1)!.notCompared).toBe("its sketch is missing");
  expect(paid.findings).toEqual([]);

  writeFileSync(join(library, LIBRARY_FILE), JSON.stringify(listed));
  const student = await scan("text-student", library);
  expect(student.findings).toEqual([]);
  expect(student.candidates.every(({ log10P }) => log10P === 0)).toBe(true);
  await expect(addToLibrary({ model: "fixtures/demo/base", library, added: "2026-11-29", ...common })).rejects.toThrow(
    /expected a name that the library does not hold/,
  );
});

it("a library that was tampered with or is none is refused in a line", async () => {
  const library = inTemporary("library-2");
  mkdirSync(library, { recursive: true });
  await expect(scan("base", library)).rejects.toThrow(/LIBRARY\.json|no such/);
  await addToLibrary({ model: "fixtures/demo/base", library, added: "2026-11-29", ...common });
  const { entries } = await readLibrary(library);
  const path = join(library, entries[0]!.file);
  const bytes = readFileSync(path);
  bytes[bytes.length - 2]! ^= 1;
  writeFileSync(path, bytes);
  await expect(scan("finetune", library)).rejects.toThrow(/expected the sketch of base with the digest/);
  writeFileSync(join(library, LIBRARY_FILE), '{"type":"assay/scan-library/v1","seed":"00","entries":[]}');
  await expect(scan("finetune", library)).rejects.toThrow(/scan: LIBRARY\.json: at seed/);
});

it("goes on to weights where no sketch speaks, pays for both, and takes only the weights that the library names", async () => {
  const folder = inTemporary("library-3");
  const library = join(folder, "library");
  const weights = join(folder, "weights");
  for (const model of ["independent-twin", "base"]) {
    await addToLibrary({ model: `fixtures/demo/${model}`, library, added: "2026-11-29", ...common });
    cpSync(`fixtures/demo/${model}`, join(weights, model), { recursive: true });
  }
  const studies = await loadStudies({ studies: WEIGHTS_STUDIES });
  const suspect = join(folder, "suspect");
  mkdirSync(suspect);
  storeWeights(noisy(readWeights("fixtures/demo/base"), 0.5, "scan"), suspect);
  const ask = (model: string) => scanModel({ model, library, weights, studies, threads: 1, ...common });
  const found = await ask(suspect);
  expect(found.library).toMatchObject({ candidates: 2, weights: 2, paid: 4 });
  expect(found.candidates.map(({ name, by, outcome }) => [name, by, outcome])).toEqual([
    ["base", "weights", "supports-hp"],
    ["independent-twin", "weights", "inconclusive"],
  ]);
  expect(found.candidates.map(({ commonStartLog10P }) => commonStartLog10P)).toEqual([null, null]);
  expect(found.findings[0]!.tests.at(-1)!.where).toBe("one of 4 candidates, all of them paid for");
  const stranger = await ask("fixtures/demo/text-student");
  expect([stranger.findings, stranger.candidates.map(({ log10P }) => log10P)]).toEqual([[], [0, 0]]);

  // Half of one and half of another: both are named.
  const half = join(folder, "half");
  mkdirSync(half);
  const [base, twin] = ["base", "independent-twin"].map((name) => readWeights(`fixtures/demo/${name}`));
  storeWeights(merged(base!, twin!, 0.5, "linear"), half);
  const { mixtures } = await ask(half);
  expect(mixtures).toHaveLength(1);
  expect([...mixtures[0]!.of].sort()).toEqual(["base", "independent-twin"]);
  for (const share of mixtures[0]!.shares) expect(share).toBeCloseTo(0.5, 1);
  expect(mixtures[0]!.left).toBeLessThan(0.02);
  expect([found.mixtures, stranger.mixtures]).toEqual([[], []]);

  rmSync(join(weights, "base"), { recursive: true });
  cpSync("fixtures/demo/finetune", join(weights, "base"), { recursive: true });
  await expect(ask(suspect)).rejects.toThrow(/expected the weights of base with the root that the library states/);
  await expect(scanModel({ model: suspect, library, weights: library, studies, ...common })).rejects.toThrow(
    /expected --weights with models under the names of the library's sketches/,
  );
});

it("a library is read as its keeper signed it, or not at all", async () => {
  const library = inTemporary("library-5");
  await addToLibrary({ model: "fixtures/demo/base", library, added: "2026-11-29", ...common });
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [key, pem] = [inTemporary("key.pem"), inTemporary("pub.pem")];
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(pem, publicKey.export({ type: "spki", format: "pem" }));
  const ask = () =>
    scanModel({ model: "fixtures/demo/finetune", library, publicKey: pem, studies: [], threads: 1, ...common });
  await expect(ask()).rejects.toThrow(/LIBRARY\.sig/);
  await signModel({
    ...{ model: library, signature: join(library, LIBRARY_SIGNATURE), privateKey: key, algorithm: "sha256" },
    ...{ method: "files", shardSize: 1_000_000, certificateChain: [], ignorePaths: [], ignoreGitPaths: true },
    ...{ allowSymlinks: false, onProgress },
  });
  expect((await ask()).library).toMatchObject({ signed: true, candidates: 1 });
  const { entries, ...rest } = await readLibrary(library);
  writeFileSync(
    join(library, LIBRARY_FILE),
    JSON.stringify({ ...rest, entries: [{ ...entries[0]!, added: "2020-01-01" }] }),
  );
  await expect(ask()).rejects.toThrow(/expected the library as its keeper signed it, got LIBRARY\.json/);
});

it("takes a library from its URL, and refuses what its list does not name", async () => {
  const library = inTemporary("library-4");
  await addToLibrary({ model: "fixtures/demo/base", library, added: "2026-11-29", ...common });
  let spoilt = false;
  const server = createServer((request, response) => {
    const path = join(library, request.url!.slice(1));
    if (!existsSync(path)) return response.writeHead(404).end();
    const bytes = readFileSync(path);
    if (spoilt && path.endsWith(".sketch")) bytes[bytes.length - 2]! ^= 1;
    return response.end(bytes);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const [near, far] = [await scan("finetune", library), await scan("finetune", url)];
    expect({ ...far, model: near.model }).toEqual(near);
    spoilt = true;
    await expect(scan("finetune", url)).rejects.toThrow(/expected the sketch of base with the digest/);
    await expect(scan("finetune", `${url}/none`)).rejects.toThrow(/expected LIBRARY\.json at http/);
  } finally {
    server.close();
  }
});
