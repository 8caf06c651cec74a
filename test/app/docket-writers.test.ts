/** Two processes that file into one case, and its one log, at once: whatever was acknowledged is there, each once. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { adoptPack, countersign, enterAct } from "../../dist/app/docket/act.js";
import { bundleOfCase } from "../../dist/app/docket/case-bundle.js";
import { createCase, openCaseFolder } from "../../dist/app/docket/case-folder.js";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { readSigner } from "../../dist/app/register/declare.js";
import { platformKey } from "../../dist/host/signing/signature-keys.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { player } from "../../materials/docket/court.ts";

const home = mkdtempSync(join(tmpdir(), "assay-docket-writers-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
/** Of each process. */
const ENTRIES = 3;

test("nothing acknowledged is lost, and no number is given twice", { timeout: 120_000 }, async () => {
  const [folder, keyFile] = [join(home, "case"), join(home, "key.pem")];
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const [pack, calendar] = [PACK_TEXTS.get("expedited-ai-ip/v1"), WEEKENDS_ONLY.data];
  await createCase(folder, { id: "w", origin: "docket.example/w", pack, calendar, rehearsal: false });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const registrar = { folder, signer: await readSigner(keyFile), at: null };
  await enterAct(registrar, adoptPack(pem, { packId: "expedited-ai-ip/v1", beacon: "local" }));
  const complainant = player();
  const said = { party: "Aldgate Labs", name: "counsel", roles: ["complainant" as const] };
  const facts = { ...countersign("w", { ...said, publicKey: complainant.publicKey }, complainant.sign) };
  await enterAct(registrar, { kind: "key.enrolled", role: "registrar", facts });
  const complaint = { kind: "complaint", role: "complainant", facts: { members: 1, fee: "paid" } } as const;
  expect(await enterAct({ ...registrar, signer: complainant }, complaint)).toMatchObject({ admitted: true });

  const acks = (await Promise.all([0, 1].map((writer) => filing(folder, keyFile, writer)))).flat();
  expect(acks.length).toBeGreaterThanOrEqual(2 * ENTRIES);
  expect(new Set(acks.map(([seq]) => seq)).size).toBe(acks.length);
  const { records, object } = await openCaseFolder(folder);
  for (const [seq, statement, attachment] of acks) {
    expect(records[Number(seq)]!.statement).toBe(statement);
    expect(await object(`sha256:${attachment}`)).not.toBeNull();
  }
  const report = await verifyCase(await bundleOfCase(folder, "PUBLIC", 4_000_000_000), { quick: platformKey });
  expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
});

/** A process that files until it was acknowledged so often, then is killed. */
function filing(folder: string, keyFile: string, writer: number): Promise<string[][]> {
  const child = spawn(process.execPath, ["materials/docket/filing.ts", folder, keyFile, String(writer)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
    if (out.split("\n").length > ENTRIES + 1) child.kill("SIGKILL");
  });
  return new Promise((resolve) =>
    child.once("close", () => {
      const lines = out.slice(0, out.lastIndexOf("\n")).split("\n");
      resolve(lines.filter((line) => line.startsWith("ack ")).map((line) => line.split(" ").slice(1)));
    }),
  );
}
