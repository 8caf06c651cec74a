/** A register's findings by versions that were since found to accuse innocents: said beside the model and beside the link. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { appendDeclarations, initRegister, openRegister } from "../../src/app/register/register.js";
import { descentOf, modelRecord } from "../../src/app/register/register-record.js";
import { WEIGHTS_STUDIES } from "../../src/labs/weights/studies.js";
import { findingBytes, findingOf } from "../office/finding-sample.js";
import { bundleOf, derivation, model, party, policyBytes } from "../office/world.js";

const folder = mkdtempSync(join(tmpdir(), "assay-found-since-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const issued = "2026-01-01T12:00:00Z";

test("a finding by a former version is told of, one by the version in use is not", { timeout: 60_000 }, async () => {
  const north = party("Northwind", ["publisher"], ["northwind/"]);
  const south = party("Southwind", ["publisher"], ["southwind/"]);
  const laboratory = party("Laboratory", ["auditor"], []);
  const [base, suspected] = [model("southwind/base"), model("northwind/lm")];
  const log = join(folder, "log");
  await initRegister(log, "found-since.example/models", policyBytes([north, south, laboratory]));
  const made = [
    { method: "weights/unit-labels", version: "2" },
    { method: "weights/unit-labels", version: WEIGHTS_STUDIES[0].version },
  ];
  const statements = made.map((by) => ({ issued, ...findingOf(base.id, suspected.id, by) }));
  await appendDeclarations(
    log,
    [
      bundleOf(south, { subject: base, kind: "derivation", predicate: derivation([], { issued }) }),
      bundleOf(north, { subject: suspected, kind: "derivation", predicate: derivation([], { issued }) }),
      ...statements.map((predicate) => bundleOf(laboratory, { subject: suspected, kind: "finding", predicate })),
    ],
    null,
    new Map(made.map((by, n) => [statements[n]!.finding, findingBytes(base.id, suspected.id, by)])),
  );
  const register = await openRegister(log);
  const descent = await descentOf(register, base.id);
  const links = descent.links.filter(({ proposition }) => proposition !== null);
  expect(links.length).toBe(2);
  const former = links[0]!.entry;
  expect(descent.foundSince).toEqual([
    {
      entry: former,
      says: expect.stringMatching(
        /^Found since of weights\/unit-labels, version 2: It believed numbers of units alone/,
      ),
    },
  ]);
  for (const id of [base.id, suspected.id]) {
    const { remarks } = await modelRecord(register, register.index.models.get(id)!, null);
    const mended = remarks.filter(({ code }) => code === "finding-version-mended");
    expect(mended.map(({ weight, entries }) => [weight, entries])).toEqual([["finding", [former]]]);
    expect(mended[0]!.says).toContain("A later version mends that");
  }
});
