/** What a gate is handed beside the log: audit reports that an auditor entered, and signatures of models that lie elsewhere. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { auditsOf } from "../../src/app/gate/audit-facts.js";
import { type AuditAtHand, auditsAt } from "../../src/app/gate/read-audit.js";
import { signatureAtHand, signaturesAt } from "../../src/app/gate/signatures.js";
import { modelRoot } from "../../src/app/register/declare.js";
import { signModel } from "../../src/app/register/sign-model.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { derivation, ISSUED, model, NOW, party, World } from "../office/world.js";

const root = mkdtempSync(join(tmpdir(), "assay-at-hand-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const DIGEST = `sha256:${"1".repeat(64)}` as const;
const DAY = 86_400;

const bound = (count: number) => ({
  rule: "licence",
  says: "each row names its licence",
  unit: "rows" as const,
  N: 1_000_000,
  k: 300,
  bad: 0,
  absent: 0,
  unopened: 0,
  upper: { count, share: (count / 1e6).toPrecision(4) },
  level: "0.950000",
  method: "hypergeometric/v1" as const,
});
const report = (more: Partial<AuditAtHand["report"]> = {}): AuditAtHand["report"] => ({
  type: "assay/audit-report/v1",
  run: { name: "north-1", digest: DIGEST, key: "k", purpose: "pre-training", openedAt: ISSUED },
  challenge: { digest: DIGEST, class: "data", unit: "rows", k: 300, round: 9, due: ISSUED },
  committed: { size: 1_000_000, root: DIGEST, tokens: null, notBefore: ISSUED, seenBy: null },
  answer: "opened",
  signature: null,
  sealed: null,
  model: null,
  checked: [],
  bounds: [bound(9_934), bound(649)],
  status: "no contradiction found",
  says: [],
  cannotSee: [],
  software: { name: "assay", version: "0", commit: "test" },
  ...more,
});

test("a bound comes from an auditor's entry and the report that it names; a maker's own, another's weights and silence give none", async () => {
  const [north, auditor] = [party("North", ["publisher"], ["north/"]), party("Institute", ["auditor"], [])];
  const w = new World([north, auditor]);
  const m = model("north/m");
  const statement = w.say(north, m, "derivation", derivation());
  const audit = (digest: string | null, result = "audited") => ({
    issued: ISSUED,
    statement,
    facts: ["licence"],
    result,
    method: "rows drawn by a beacon",
    report: digest === null ? null : { digest },
  });
  const held = (audits: AuditAtHand[]) =>
    auditsOf({ audits, index: w.index, now: NOW + 3 * DAY }, w.index.models.get(m.id as ModelId)!, (entry) =>
      w.load(entry),
    );
  const atHand = (more: Partial<AuditAtHand["report"]>, digit: string): AuditAtHand => ({
    report: report(more),
    digest: `sha256:${digit.repeat(64)}`,
  });
  const good = atHand({}, "2");
  expect(await held([good])).toEqual([]);
  w.say(auditor, m, "audit", audit(good.digest) as never, NOW + DAY);
  expect(await held([good])).toEqual([{ run: "north-1", status: "bounded", boundPpm: 9_934, ageDays: 2 }]);
  expect(await held([])).toEqual([{ run: "rows drawn by a beacon", status: "bounded", boundPpm: null, ageDays: 2 }]);
  expect(await held([{ ...good, report: report({ model: `sha256:${"9".repeat(64)}` }) }])).toEqual([
    { run: "north-1", status: "unopened", boundPpm: null, ageDays: 2 },
  ]);
  for (const [status, fact] of [
    ["contradicted", "contradicted"],
    ["not opened", "unopened"],
    ["not checkable", "unopened"],
  ] as const)
    expect(await held([{ ...good, report: report({ status }) }])).toMatchObject([{ status: fact, boundPpm: null }]);
  // Nobody entered it, and it speaks against these weights.
  expect(await held([atHand({ status: "contradicted", model: m.id }, "3")])).toMatchObject([
    { status: "contradicted" },
    { status: "bounded" },
  ]);
});

test("reports are read from a file or a folder; what is none is named", async () => {
  const folder = join(root, "audits");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.json"), JSON.stringify(report()));
  expect(await auditsAt(folder)).toEqual(await auditsAt(join(folder, "a.json")));
  writeFileSync(join(folder, "b.json"), "{}");
  await expect(auditsAt(folder)).rejects.toThrow(/b\.json: at /);
  await expect(auditsAt(join(root, "none"))).rejects.toThrow(/expected a report/);
});

test("a signature tells the weights by their id, under a key of the register alone", async () => {
  const folder = join(root, "models/one");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.safetensors"), "weights");
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(root, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await signModel({
    model: folder,
    signature: join(folder, "model.sig"),
    privateKey: join(root, "key.pem"),
    ignorePaths: [],
    ignoreGitPaths: true,
    allowSymlinks: false,
    method: "files",
    algorithm: "sha256",
    shardSize: 0,
    certificateChain: [],
    onProgress: () => undefined,
  });
  const id = `sha256:${await modelRoot(folder, () => undefined)}` as ModelId;
  const signatures = await signaturesAt(join(root, "models"));
  expect([...signatures.keys()]).toEqual([id]);
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const index = (name: string) => ({ registered: () => ({ name, key: { pem } }) }) as never;
  expect(signatureAtHand(signatures, id, index("North"), NOW)).toEqual({ state: "holds", signer: "North" });
  expect(signatureAtHand(signatures, id, { registered: () => null } as never, NOW).state).toBe("not checked");
  expect(signatureAtHand(signatures, DIGEST as ModelId, index("North"), NOW).state).toBe("not checked");
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
  const wrong = { registered: () => ({ name: "South", key: { pem: other.toString() } }) } as never;
  expect(signatureAtHand(signatures, id, wrong, NOW)).toEqual({ state: "does not hold", signer: "South" });
});
