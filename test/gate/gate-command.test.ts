/** The command on a real log with a real witness: allowed, refused by an order, allowed when it is lifted; replay and watch. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchModel } from "../../src/app/gate/fetch-model.js";
import { GateKeeper } from "../../src/app/gate/keeper.js";
import { openPolicyFolder } from "../../src/app/gate/policy-folder.js";
import { openWitness } from "../../src/app/log/witness.js";
import { modelRoot } from "../../src/app/register/declare.js";
import { appendDeclarations, initRegister } from "../../src/app/register/register.js";
import { encodeSignedStatement, openSignedStatement, toBeSigned } from "../../src/evidence/signed-statement.js";
import { attestationsOf } from "../../src/office/gate/attestations.js";
import type { Declaration } from "../../src/office/register/declarations/statement.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { encodeAuthorityPolicy } from "../../src/office/register/orders/authority-policy.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { type Policy, parsePolicy } from "../../src/tlog/policy.js";
import { serveWitness } from "../../src/web/log-server.js";
import { SAMPLES } from "../office/samples.js";
import { bundleOf, derivation, keysOf, party, policyBytes } from "../office/world.js";

const folder = mkdtempSync(join(tmpdir(), "assay-gate-"));
const [log, gate, weights] = ["log", "gate", "model"].map((name) => join(folder, name)) as [string, string, string];
const north = party("Northwind", ["publisher"], ["northwind/"]);
const court = party("Court", ["authority"], []);
const judge = party("Judge", [], []);
let trust: Policy;
let id: ModelId;
const open: { close: () => unknown }[] = [];
const issued = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`;

beforeAll(async () => {
  cpSync("fixtures/demo/base", weights, { recursive: true });
  cpSync("data/gate/hobbyist", gate, { recursive: true });
  const { verifierKeys } = await initRegister(log, "register.example/log", policyBytes([north, court]));
  const key = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
  const desk = await openWitness({
    folder: join(folder, "seen"),
    key,
    logs: verifierKeys.map((text) => parseVerifierKey(text)),
    now: () => Math.floor(Date.now() / 1000),
  });
  const { url, close } = await serveWitness(desk, 0);
  open.push({ close }, desk);
  const lines = `log ${verifierKeys[0]}\nwitness W ${encodeVerifierKey(key)} ${url}\nquorum W\n`;
  writeFileSync(join(gate, "log.policy"), lines);
  trust = parsePolicy(new TextEncoder().encode(lines));
  id = `sha256:${await modelRoot(weights, () => undefined)}` as ModelId;
  await say(north, { subject: subject(), kind: "derivation", predicate: derivation([], { issued }) });
  const statement = encodeAuthorityPolicy({ ...keysOf("court.example", [judge], null, issued), issued });
  await enter(encodeSignedStatement(statement, court.sign(toBeSigned(statement)), court.id));
});
afterAll(async () => {
  for (const it of open) await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const subject = () => ({ name: "northwind/lm", id, uri: null });
async function enter(bundle: Uint8Array) {
  const [result] = await appendDeclarations(log, [bundle], trust);
  expect(result).toMatchObject({ admitted: true });
  return result!;
}
const say = (by: typeof north, declaration: Declaration) => enter(bundleOf(by, declaration));
function assay(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("dist/command/main.js"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ASSAY_HOME: join(folder, "home") },
  });
  return { status, stdout, stderr };
}
const check = (...more: string[]) => assay("gate", "check", weights, "--policy", gate, "--register", log, ...more);

test("an order reaches the gate with its entry, a verdict is made again from its facts, and a lifted order lets it through", async () => {
  const allowed = check("--json");
  expect([allowed.status, allowed.stderr]).toEqual([0, ""]);
  expect(JSON.parse(allowed.stdout)).toMatchObject({
    type: "assay/gate-verdict/v1",
    allow: true,
    model: id,
    reasons: [],
  });

  const keeper = new GateKeeper(log, await openPolicyFolder(gate, null));
  await keeper.look();
  expect((await keeper.verdict(id)).allow).toBe(true);

  const order = {
    ...SAMPLES.order,
    issued,
    from: issued,
    effect: "suspend" as const,
    reach: "self" as const,
    until: null,
    stay: null,
  };
  const made = await say(judge, { subject: subject(), kind: "order", predicate: order });
  const out = join(folder, "verdict");
  const refused = check("--out", out);
  expect(refused.status).toBe(3);
  expect(refused.stdout).toMatch(
    /refused under hobbyist[\s\S]*order: suspend by court\.example, in force[\s\S]*cure: have the order lifted/,
  );
  await keeper.look();
  expect((await keeper.verdict(id)).reasons).toMatchObject([{ rule: "order" }]);

  const again = assay("gate", "explain", out, "--policy", gate, "--json");
  expect(again.status).toBe(3);
  expect(again.stdout.trim()).toBe(readFileSync(join(out, "verdict.json"), "utf8"));
  writeFileSync(
    join(out, "verdict.json"),
    readFileSync(join(out, "verdict.json"), "utf8").replace('"allow":false', '"allow":true'),
  );
  expect(assay("gate", "explain", out, "--policy", gate)).toMatchObject({
    status: 3,
    stdout: "",
    stderr: expect.stringMatching(/not what these facts give/),
  });

  const running = join(folder, "running.txt");
  writeFileSync(running, `${id} ward-3\n`);
  const watched = assay("gate", "watch", running, "--policy", gate, "--register", log, "--once");
  expect([watched.status, watched.stdout]).toEqual([3, expect.stringMatching(/ward-3 refused order: suspend/)]);

  const digest = made.admitted && "statement" in made.record ? made.record.statement : "";
  await say(judge, {
    subject: subject(),
    kind: "order-lifted",
    predicate: { issued, order: digest, models: null, basis: null, reasons: "allowed on appeal" },
  });
  expect(check().status).toBe(0);
  await keeper.look();
  expect((await keeper.verdict(id)).allow).toBe(true);
}, 60_000);

test("fetched from a folder, a URL and a hub of the same form; what is refused stays out, what broke off goes on", async () => {
  const model = join(folder, "signed");
  cpSync("fixtures/demo/base", model, { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(folder, "sign.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(folder, "sign-pub.pem"), publicKey.export({ type: "spki", format: "pem" }));
  const done = assay(
    "register",
    "sign",
    model,
    "--private-key",
    join(folder, "sign.pem"),
    "--signature",
    join(model, "model.sig"),
  );
  expect(done.status, done.stderr).toBe(0);
  const names = readdirSync(model);
  let broken = 1;
  const asked: string[] = [];
  const hub = createServer((request, response) => {
    const path = decodeURIComponent(request.url!);
    asked.push(`${path} ${request.headers.range ?? ""}`.trim());
    if (path === "/api/models/northwind/lm/revision/v1")
      return void response.end(JSON.stringify({ siblings: names.map((rfilename) => ({ rfilename })) }));
    if (path === "/api/models/northwind/evil/revision/main")
      return void response.end(JSON.stringify({ siblings: [{ rfilename: "../out" }] }));
    const name = /^\/(?:northwind\/lm\/resolve\/v1|plain)\/(.+)$/.exec(path)?.[1];
    if (name === undefined || !names.includes(name)) return void response.writeHead(404).end();
    const bytes = readFileSync(join(model, name));
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(
      from > 0 ? 206 : 200,
      from > 0
        ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
        : { "content-length": bytes.length },
    );
    if (name === "model.safetensors" && from === 0 && broken-- > 0)
      return void response.write(bytes.subarray(0, 5000), () => setTimeout(() => response.destroy(), 50));
    response.end(bytes.subarray(from));
  });
  await new Promise<void>((ready) => hub.listen(0, "127.0.0.1", ready));
  open.push(hub);
  const base = `http://127.0.0.1:${(hub.address() as { port: number }).port}`;
  const folderOfPolicy = await openPolicyFolder(gate, null);
  const fetched = (source: string, into: string) =>
    fetchModel({
      source,
      into: join(folder, into),
      register: log,
      folder: folderOfPolicy,
      evaluations: null,
      audits: null,
      env: { HF_ENDPOINT: base },
      onBytes: () => undefined,
    });
  await expect(fetched("hf:northwind/lm@v1", "hub")).rejects.toThrow(/broken off/);
  expect(existsSync(join(folder, "hub"))).toBe(false);
  const { verdict, facts } = await fetched("hf:northwind/lm@v1", "hub");
  expect(verdict).toMatchObject({ allow: true, model: id });
  expect(asked.at(-1)).toMatch(/model\.safetensors bytes=\d+-|tokenizer|model\.sig|config/);
  expect(asked.some((each) => /model\.safetensors bytes=[1-9]/.test(each))).toBe(true);
  expect(readFileSync(join(folder, "hub/model.safetensors"))).toEqual(readFileSync(join(model, "model.safetensors")));
  expect((await fetched(`${base}/plain`, "url")).verdict).toMatchObject({ allow: true, model: id });
  expect((await fetched(model, "copy")).verdict).toMatchObject({ allow: true, model: id });
  await expect(fetched("hf:northwind/evil", "evil")).rejects.toThrow(/inside the model/);
  await expect(fetched("hf:northwind/none", "none")).rejects.toThrow(/no such model/);
  await expect(fetched(model, "copy")).rejects.toThrow(/new folder/);

  const policy = { ...folderOfPolicy, policy: { ...folderOfPolicy.policy, signers: ["Northwind"] } };
  const refused = await fetchModel({
    source: model,
    into: join(folder, "kept-out"),
    register: log,
    folder: policy,
    evaluations: null,
    audits: null,
    env: {},
    onBytes: () => undefined,
  });
  expect(refused.verdict.reasons).toMatchObject([{ rule: "signer" }]);
  expect(existsSync(join(folder, "kept-out"))).toBe(false);

  const [summary, result] = attestationsOf({ ...facts, signature: "holds" }, verdict, "https://gate.example/v1");
  const statement = (each: { statement: Uint8Array }) => JSON.parse(new TextDecoder().decode(each.statement));
  expect(statement(summary!)).toMatchObject({
    predicateType: "https://slsa.dev/verification_summary/v1",
    subject: [{ digest: { sha256: id.slice(7) } }],
    predicate: { verificationResult: "PASSED", timeVerified: verdict.at },
  });
  expect(statement(result!).predicate.properties).toEqual(
    expect.arrayContaining(["ASSAY_FILES_SIGNED", "ASSAY_DECLARED"]),
  );
  expect(
    attestationsOf(refused.facts, refused.verdict, "v").map((each) => statement(each).predicate.verificationResult),
  ).toEqual(["FAILED"]);
  const signed = check("--attest", join(folder, "attested"), "--private-key", join(folder, "sign.pem"));
  expect([signed.status, signed.stderr]).toEqual([0, ""]);
  expect(
    openSignedStatement(new Uint8Array(readFileSync(join(folder, "attested/verification-summary.sigstore.json"))), "s")
      .keyId,
  ).toMatch(/^[0-9a-f]{64}$/);
}, 60_000);

test("weights that nobody declared, a log that is not there, another witness: status 3 or 2, never an allow", () => {
  writeFileSync(join(weights, "extra.bin"), "x");
  // The hobbyist asks for no declaration: other files are another model, on which no order stands.
  expect(check().status).toBe(0);
  cpSync("data/gate/bank", join(folder, "bank"), { recursive: true });
  cpSync(join(gate, "log.policy"), join(folder, "bank/log.policy"));
  const bank = assay("gate", "check", weights, "--policy", join(folder, "bank"), "--register", log);
  expect([bank.status, bank.stdout]).toEqual([
    3,
    expect.stringMatching(/undeclared[\s\S]*two witnesses at least|unsigned/),
  ]);
  const away = assay("gate", "check", weights, "--policy", gate, "--register", join(folder, "nowhere"));
  expect([away.status, away.stdout]).toEqual([3, expect.stringMatching(/log-unreadable/)]);
  const bad = join(folder, "bad.policy");
  const other = encodeVerifierKey(secretKeyOf("other.example", "ed25519-cosigner", new Uint8Array(32).fill(6)));
  const [line] = readFileSync(join(gate, "log.policy"), "utf8").split("\n");
  writeFileSync(bad, `${line}\nwitness O ${other}\nquorum O\n`);
  expect(check("--log-policy", bad)).toMatchObject({ status: 3, stdout: expect.stringMatching(/log-unreadable/) });
  expect(assay("gate", "check", weights, "--policy", join(folder, "none"), "--register", log).status).toBe(2);
});
