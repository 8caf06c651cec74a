/** Operators whose clock runs an hour or a year ahead or back: what is refused, and what a reader sees. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as age from "age-encryption";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { openWitness } from "../../src/app/log/witness.js";
import { appendAccess, askWhoHad, makeAccess } from "../../src/app/register/access.js";
import { appendDeclarations, initRegister, openRegister, setPolicy } from "../../src/app/register/register.js";
import { checkRegister } from "../../src/app/register/register-fsck.js";
import { findModel, modelRecord } from "../../src/app/register/register-record.js";
import { utf8 } from "../../src/base/bytes.js";
import { entryTime, faultOfReceived } from "../../src/office/register/log-time.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { type Policy, parsePolicy } from "../../src/tlog/policy.js";
import { serveWitness } from "../../src/web/log-server.js";
import { serveRegister } from "../../src/web/register/register-server.js";
import { serveFolder } from "../../src/web/static-server.js";
import { bundleOf, derivation, model, party, policyBytes } from "./world.js";

const HOUR = 3600;
const YEAR = 365 * 24 * HOUR;
const north = party("Northwind", ["publisher", "owner"], ["*"]);
const truth = Math.floor(Date.now() / 1000);
let folder: string;
const open: { close: () => unknown }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-time-"));
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  for (const it of open) await it.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A register with one witness, whose clock is right. */
async function witnessed(name: string): Promise<{ log: string; policy: Policy }> {
  const log = join(folder, name);
  const { verifierKeys } = await initRegister(log, `${name}.example/log`, policyBytes([north]));
  const key = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
  const logs = verifierKeys.map((text) => parseVerifierKey(text));
  const desk = await openWitness({ folder: join(folder, `${name}-w`), key, logs, now: () => truth });
  const { url, close } = await serveWitness(desk, 0);
  open.push({ close }, desk);
  const lines = `log ${verifierKeys[0]}\nwitness W ${encodeVerifierKey(key)} ${url}\nquorum W\n`;
  return { log, policy: parsePolicy(utf8(lines)) };
}

/** Enters one declaration by an operator's clock that is wrong by so many seconds. */
async function entered(log: string, policy: Policy, name: string, off: number) {
  vi.useFakeTimers({ now: (truth + off) * 1000, toFake: ["Date"] });
  const subject = model(name);
  const bundle = bundleOf(north, { subject, kind: "derivation", predicate: derivation() });
  const [result] = await appendDeclarations(log, [bundle], policy);
  vi.useRealTimers();
  return result!;
}

test.each([
  ["an hour ahead", HOUR, "uncertain"],
  ["a year ahead", YEAR, "uncertain"],
  ["an hour back", -HOUR, "refused"],
  ["a year back", -YEAR, "refused"],
  ["five minutes ahead", 300, "taken"],
  ["five minutes back", -300, "taken"],
] as const)(
  "an operator's clock %s",
  async (name, off, expected) => {
    const { log, policy } = await witnessed(name.replaceAll(" ", "-"));
    expect((await entered(log, policy, "northwind/first", 0)).admitted).toBe(true);
    const result = await entered(log, policy, "northwind/lm", off);
    if (expected === "refused") {
      expect(result).toMatchObject({ admitted: false, reason: "clock" });
      return;
    }
    expect(result.admitted).toBe(true);
    const register = await openRegister(log, policy);
    const { statements } = await modelRecord(
      register,
      await findModel(register, "northwind/lm", () => undefined),
      policy,
    );
    const uncertain = expected === "uncertain";
    expect(statements[0]!.time).toMatchObject({
      uncertain,
      witness: "W",
      cosigned: new Date(truth * 1000).toISOString(),
    });
    const { faults } = await checkRegister(log, policy, () => undefined);
    expect(faults.filter((fault) => fault.includes("time uncertain"))).toHaveLength(uncertain ? 1 : 0);
  },
  60_000,
);

test("who may append is entered by the same clock", async () => {
  const { log, policy } = await witnessed("admit");
  const enter = async (off: number) => {
    vi.useFakeTimers({ now: (truth + off) * 1000, toFake: ["Date"] });
    try {
      return await setPolicy(log, policyBytes([north, party(`Other ${off}`, ["publisher"], ["*"])]), policy);
    } finally {
      vi.useRealTimers();
    }
  };
  expect((await entered(log, policy, "northwind/first", 0)).admitted).toBe(true);
  await expect(enter(-HOUR)).rejects.toThrow(/received .* by the operator's clock, but W had cosigned/);
  await expect(enter(-YEAR)).rejects.toThrow(/clock/);
  expect((await openRegister(log)).head.size).toBe(2);
  expect(await enter(-300)).toEqual({ index: 2 });
});

test("the access ledger keeps to the same clock", async () => {
  const { log, policy } = await witnessed("access");
  expect((await entered(log, policy, "northwind/first", 0)).admitted).toBe(true);
  const recipient = await age.identityToRecipient(await age.generateIdentity());
  const grant = async (off: number) => {
    vi.useFakeTimers({ now: (truth + off) * 1000, toFake: ["Date"] });
    const made = await makeAccess({
      kind: "access-grant",
      fields: {
        asset: { kind: "model", name: "northwind/lm", digest: model("northwind/lm").id },
        recipient: { name: "Institute A", publicKey: null },
        purpose: { kind: "inspection", says: null },
        rights: ["inspect"],
        terms: { says: "evaluation only", document: null, uri: null },
        mark: null,
        note: null,
        sealedTo: [recipient],
      },
      public: { until: "2126-01-01T00:00:00Z" },
      sealTo: [recipient],
      signer: { keyId: north.id, sign: north.sign },
    });
    const result = await appendAccess(log, made, policy);
    vi.useRealTimers();
    return result;
  };
  for (const off of [-HOUR, -YEAR]) expect(await grant(off)).toMatchObject({ admitted: false, reason: "clock" });
  for (const off of [0, HOUR]) expect(await grant(off)).toMatchObject({ admitted: true });
  const { faults } = await checkRegister(log, policy, () => undefined);
  expect(faults.filter((fault) => fault.includes("time uncertain"))).toEqual([expect.stringMatching(/^entry 3: /)]);
  const register = await openRegister(log, policy);
  const answer = await askWhoHad(
    register,
    [],
    { digest: model("northwind/lm").id, before: null },
    () => undefined,
    policy,
  );
  expect(answer.faults).toEqual([expect.stringMatching(/^entry 3: time uncertain/)]);
  const site = await serveRegister({
    where: log,
    port: 0,
    trust: policy,
    writable: false,
    hosts: ["register.example"],
  });
  open.push(site);
  const page = await (await fetch(`${site.url}entries/3`)).text();
  expect(page).toContain("Time uncertain");
  expect(await (await fetch(`${site.url}entries/3.json`)).json()).toMatchObject({ time: { uncertain: true } });
  // The register's site as well answers under its own names only, and those that its operator gives it.
  const { port } = new URL(site.url);
  const status = (host: string) =>
    new Promise<number>((done) =>
      request({ port, host: "127.0.0.1", path: "/", headers: { host } }, (answer) => {
        answer.resume();
        done(answer.statusCode!);
      }).end(),
    );
  expect(await status("register.example")).toBe(200);
  expect(await status("Register.Example:443")).toBe(200);
  expect(await status("rebound.example")).toBe(421);
  expect(await status("register.example.rebound.example")).toBe(421);
}, 60_000);

test("the bounds, to the second; without a witness nothing is known", () => {
  const at = [{ witness: "W", time: truth }];
  expect([600, 601].map((off) => entryTime(truth + off, at).uncertain)).toEqual([false, true]);
  expect([-600, -601].map((off) => faultOfReceived(truth + off, at) === null)).toEqual([true, false]);
  expect(entryTime(truth, [])).toMatchObject({ cosigned: null, uncertain: false });
  expect(faultOfReceived(0, [])).toBeNull();
});

test("a folder of pages answers its own hosts only, and stays in its folder", async () => {
  const { mkdirSync, symlinkSync, writeFileSync } = await import("node:fs");
  const pages = join(folder, "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "page");
  writeFileSync(join(folder, "secret.txt"), "secret");
  symlinkSync(join(folder, "secret.txt"), join(pages, "link.txt"));
  symlinkSync(folder, join(pages, "up"));
  const served = await serveFolder(pages, 0);
  open.push(served);
  const { port } = new URL(served.url);
  const status = (path: string, host: string) =>
    new Promise<number>((done, fail) =>
      request({ port, host: "127.0.0.1", path, headers: { host } }, (answer) => {
        answer.resume();
        done(answer.statusCode!);
      })
        .on("error", fail)
        .end(),
    );
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "LOCALHOST"]) expect(await status("/", host)).toBe(200);
  for (const host of ["rebound.example", `rebound.example:${port}`, "127.0.0.1.rebound.example"])
    expect(await status("/", host)).not.toBe(200);
  for (const path of ["/link.txt", "/up/secret.txt", "/%2e%2e/secret.txt"])
    expect(await status(path, `localhost:${port}`)).toBe(404);
});
