/**
 * The public register: every page and its twin, hostile entries, requests from elsewhere, a log that does not hold; and
 * in a browser axe (WCAG 2.2 AA), no script where none belongs, the verifier offline, the label that fails closed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// Hashing threads run what was built.
import { signModel } from "../../dist/app/register/sign-model.js";
import { appendAccess, makeAccess } from "../../src/app/register/access.js";
import { appendDeclarations, initRegister } from "../../src/app/register/register.js";
import { demoRegister } from "../../src/app/register/register-demo.js";
import { serveRegister } from "../../src/web/register/register-server.js";
import type { Served } from "../../src/web/static-server.js";
import { axeFaults } from "../axe.js";
import { findingBytes, findingOf } from "../office/finding-sample.js";
import { SAMPLES } from "../office/samples.js";
import { bundleOf, derivation, model, party, policyBytes } from "../office/world.js";

const NOW_ISSUED = "2026-01-01T12:00:00Z";
const north = party("Northwind <script>alert(1)</script>", ["publisher", "owner"], ["northwind/"]);
const south = party("Southwind", ["publisher"], ["southwind/"]);
const auditor = party("Auditor", ["auditor"], []);
const doubter = party("Doubter", ["challenger"], []);
const base = model("southwind/base");
const lm = { ...model("northwind/lm"), uri: "https://models.example/northwind/lm" };
/** What is sealed must stand on no page. */
const SECRET = "Institute of Secrets";
/** X25519, of the age specification's examples. */
const RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
const EVIL = `"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{7*7}}`;

let folder: string;
let log: string;
let site: Served;
let demo: Served;
const declarations: Record<string, Uint8Array> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-site-"));
  log = join(folder, "log");
  await initRegister(log, "site.example/models", policyBytes([north, south, auditor, doubter]));
  const d = declarations;
  d.base = bundleOf(south, {
    subject: base,
    kind: "derivation",
    predicate: derivation([], { issued: NOW_ISSUED, licence: "cc-by-nd-4.0" }),
  });
  const { statement } = (await appendDeclarations(log, [d.base], null)).map((r) => (r.admitted ? r.record : null))[0]!;
  const origin = {
    ...SAMPLES.origin,
    issued: NOW_ISSUED,
    providerSeat: { status: "declared" as const, countries: ["GB"], note: EVIL },
  };
  d.origin = bundleOf(north, { subject: lm, kind: "origin", predicate: origin });
  d.lm = bundleOf(north, {
    subject: lm,
    kind: "derivation",
    predicate: derivation([base, model("southwind/ghost")], { issued: NOW_ISSUED, method: EVIL }),
  });
  d.content = bundleOf(north, {
    subject: lm,
    kind: "training-content",
    predicate: { ...SAMPLES["training-content"], issued: NOW_ISSUED, version: EVIL },
  });
  d.challenge = bundleOf(doubter, {
    subject: base,
    kind: "challenge",
    predicate: { issued: NOW_ISSUED, against: statement, ground: EVIL },
  });
  const finding = findingOf(base.id, lm.id);
  d.finding = bundleOf(auditor, { subject: lm, kind: "finding", predicate: { issued: NOW_ISSUED, ...finding } });
  const results = await appendDeclarations(
    log,
    [d.origin, d.lm, d.content, d.challenge, d.finding],
    null,
    new Map([[finding.finding, findingBytes(base.id, lm.id)]]),
  );
  const signed = results[0]!;
  if (!signed.admitted) throw new Error("expected admission");
  const audit = {
    issued: NOW_ISSUED,
    statement: signed.record.statement,
    facts: ["trainingPlace"],
    result: "audited" as const,
    method: EVIL,
    report: null,
  };
  await appendDeclarations(log, [bundleOf(auditor, { subject: lm, kind: "audit", predicate: audit })], null);
  const made = await makeAccess({
    kind: "access-grant",
    fields: {
      asset: { kind: "data", name: SECRET, digest: lm.id },
      recipient: { name: SECRET, publicKey: null },
      purpose: { kind: "inspection", says: null },
      rights: ["inspect"],
      terms: { says: SECRET, document: null, uri: null },
      mark: null,
      note: null,
      sealedTo: [RECIPIENT],
    },
    public: { until: "2126-01-01T00:00:00Z" },
    sealTo: [RECIPIENT],
    signer: { keyId: north.id, sign: north.sign },
  });
  const granted = await appendAccess(log, made, null);
  if (!granted.admitted) throw new Error(granted.says);
  site = await serveRegister({ where: log, port: 0, trust: null, writable: true });
  await demoRegister(join(folder, "demo"), "demo.example/models");
  demo = await serveRegister({ where: join(folder, "demo"), port: 0, trust: null, writable: false });
}, 60_000);
afterAll(async () => {
  await site?.close();
  await demo?.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (path: string) => `${site.url}${path.replace(/^\//, "")}`;
const PAGES: Record<string, string> = {
  home: "/",
  search: `/?q=${encodeURIComponent(EVIL)}`,
  found: "/?q=northwind",
  model: `/models/${lm.id}`,
  base: `/models/${base.id}`,
  entry: "/entries/3",
  finding: "/entries/6",
  publishers: "/publishers",
  publisher: `/publishers/${north.id}`,
  submit: "/submit",
  declare: "/declare",
  about: "/about",
  verify: "/verify",
  label: `/label/${lm.id}`,
  access: "/access",
  grant: "/entries/8",
  missing: "/models/sha256:0",
};

describe("as text", () => {
  test.each(Object.entries(PAGES))(
    "%s: nothing hostile is markup, and the policy forbids what it must",
    async (name, path) => {
      const response = await fetch(at(path));
      expect(response.status).toBe(name === "missing" ? 404 : 200);
      const policy = response.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
      expect(policy).toContain(name === "label" ? "frame-ancestors *" : "frame-ancestors 'none'");
      if (name !== "label" && name !== "verify") expect(policy).toContain("script-src 'none'");
      const html = await response.text();
      const { document } = parseHTML(html);
      if (name !== "label" && name !== "verify") expect(document.querySelectorAll("script")).toHaveLength(0);
      expect(document.querySelectorAll("img, iframe, object, embed")).toHaveLength(0);
      expect(html).not.toContain("\u202e");
      expect(html).not.toContain(SECRET);
      for (const element of document.querySelectorAll("*"))
        for (const { name: attribute, value } of element.attributes) {
          expect(attribute).not.toMatch(/^on/);
          if (attribute === "href" || attribute === "action") expect(value).toMatch(/^(\/|#|data:,|https?:\/\/)/);
        }
      expect(document.querySelectorAll("h1")).toHaveLength(1);
    },
  );

  test("each page has its twin, and they agree", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: records of many shapes
    const twin = async (path: string): Promise<any> => (await fetch(at(path))).json();
    const record = await twin(`/models/${lm.id}.json`);
    expect(record).toMatchObject({
      type: "assay/register-model/v1",
      name: "northwind/lm",
      declarer: { compiled: false },
    });
    expect(record.remarks.map(({ code }: { code: string }) => code).sort()).toEqual([
      "base-origin-differs",
      "bases-differ",
      "challenged-upstream",
      "finding-supports-declared",
      "licence-forbids",
      "missing-parent",
    ]);
    expect(record.label.facts[1].audited).toMatchObject({ by: "Auditor" });
    expect(await twin("/entries/3.json")).toMatchObject({ entry: 3, kind: "derivation" });
    expect((await twin("/index.json?q=northwind")).found).toHaveLength(1);
    expect((await twin("/publishers.json")).keys).toHaveLength(4);
    expect((await twin(`/publishers/${north.id}.json`)).entries).toHaveLength(3);
    expect((await twin(`/models/${lm.id}/bom.json`)).specVersion).toBe("1.7");
    expect((await twin(`/models/${base.id}/derives.json`)).links).toHaveLength(1);
  });

  test("feeds: a model's feed tells of what happens upstream", async () => {
    const text = await (await fetch(at(`/models/${lm.id}/feed.atom`))).text();
    expect(text).toContain("Challenge: southwind/base");
    expect(text).not.toContain("<script>");
    expect(parseHTML(text).document.querySelectorAll("entry").length).toBeGreaterThan(5);
  });

  test("the log and what lies beside it are served, its secrets are not", async () => {
    expect((await fetch(at("/log/checkpoint"))).status).toBe(200);
    const { bundle } = (await (await fetch(at("/entries/3.json"))).json()) as { bundle: string };
    const hex = bundle.slice(7);
    expect((await fetch(at(`/log/objects/${hex.slice(0, 2)}/${hex}`))).status).toBe(200);
    for (const path of [
      "/log/state/keys",
      "/log/tile/../state/keys",
      "/log/objects/../state/keys",
      "/log/objects/00/%2e%2e%2fstate",
      "/assets/../package.json",
    ])
      expect((await fetch(at(path))).status).toBe(404);
  });
});

describe("submissions", () => {
  const send = (body: Uint8Array<ArrayBuffer> | FormData | string, headers: Record<string, string> = {}) =>
    fetch(at("/submit"), { method: "POST", body, headers: { accept: "application/json", ...headers } });

  test("a signed declaration comes in once, as a file of the form or bare", async () => {
    const bundle = bundleOf(north, {
      subject: model("northwind/second"),
      kind: "derivation",
      predicate: derivation([], { issued: NOW_ISSUED }),
    });
    const form = new FormData();
    form.set("declaration", new File([new Uint8Array(bundle)], "d.json"));
    const first = await send(form, { "sec-fetch-site": "same-origin" });
    expect(await first.json()).toMatchObject({ admitted: true });
    const again = await send(new Uint8Array(bundle));
    expect(again.status).toBe(422);
    expect(await again.json()).toMatchObject({ refusal: { reason: "replay" } });
    const found = (await (await fetch(at("/index.json?q=second"))).json()) as { found: unknown[] };
    expect(found.found).toHaveLength(1);
  });

  test("a request from another site is turned away, whatever it says", async () => {
    const body = new Uint8Array(declarations.base!);
    expect((await send(body, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await send(body, { "sec-fetch-site": "same-site" })).status).toBe(403);
    expect((await send(body, { origin: "https://evil.example" })).status).toBe(403);
    expect((await send(body, { origin: "null" })).status).toBe(403);
    const draft = await fetch(at("/declare"), {
      method: "POST",
      body: "name=a/b",
      headers: { origin: "https://evil.example" },
    });
    expect(draft.status).toBe(403);
  });

  test("what is too large, malformed or unsigned is answered with its reason", async () => {
    expect((await send(new Uint8Array(3 * 1024 * 1024))).status).toBe(413);
    for (const body of ["", "{}", "not json", '{"a":1,"a":2}', "[".repeat(100_000)]) {
      const response = await send(body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ refusal: { reason: "malformed" } });
    }
    const html = await (await fetch(at("/submit"), { method: "POST", body: EVIL })).text();
    expect(html).not.toContain("<img src=x");
  });

  test("an access entry does not come in by the form: its sealed fields are not with it", async () => {
    const { bundle } = (await (await fetch(at("/entries/8.json"))).json()) as { bundle: string };
    const hex = bundle.slice(7);
    const stored = await (await fetch(at(`/log/objects/${hex.slice(0, 2)}/${hex}`))).arrayBuffer();
    const response = await send(new Uint8Array(stored));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ refusal: { reason: "malformed" } });
  });

  test("a publisher that floods its own model does not stop the model's page", async () => {
    const flood = Array.from({ length: 220 }, (_, i) =>
      bundleOf(south, {
        subject: model("southwind/flood"),
        kind: "origin",
        predicate: {
          ...SAMPLES.origin,
          issued: NOW_ISSUED,
          providerSeat: { status: "declared", countries: ["GB"], note: `${i}` },
        },
      }),
    );
    await appendDeclarations(log, flood, null);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const before = process.cpuUsage();
    const record = (await (await fetch(at(`/models/${model("southwind/flood").id}.json`))).json()) as {
      statements: unknown[];
      statementsCut: number;
    };
    expect([record.statements.length, record.statementsCut]).toEqual([200, 20]);
    expect(
      (await (await fetch(at(`/models/${model("southwind/flood").id}`))).text()).match(/href="\/entries\//g)!.length,
    ).toBeLessThan(1000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(20_000);
  });

  test("a read-only copy takes nothing", async () => {
    const response = await fetch(`${demo.url}submit`, { method: "POST", body: "{}" });
    expect(response.status).toBe(405);
  });

  test("a drafted form becomes a file of answers; faults are named", async () => {
    const post = (fields: Record<string, string>) =>
      fetch(at("/declare"), {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { "sec-fetch-site": "same-origin" },
      });
    const good = await post({
      name: "northwind/x",
      base: "southwind/base",
      "origin.providerSeat": "gb, fr",
      "derivation.licence": "mit",
    });
    expect(good.headers.get("content-disposition")).toContain("attachment");
    expect(await good.json()).toMatchObject({
      derivation: { relation: "finetune", licence: "mit" },
      origin: { providerSeat: { countries: ["GB", "FR"] } },
    });
    const bad = await post({ name: "northwind/x", "derivation.released": `yesterday${EVIL}` });
    expect(bad.status).toBe(422);
    expect(await bad.text()).toContain("released");
  });
});

test("when the log does not hold, nothing is shown", async () => {
  const path = join(log, "checkpoint");
  const before = readFileSync(path);
  writeFileSync(path, "gone");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  for (const page of ["/", `/models/${lm.id}`, `/models/${lm.id}.json`, `/label/${lm.id}.json`])
    expect((await fetch(at(page))).status).toBe(503);
  writeFileSync(path, before);
  expect((await fetch(at("/"))).status).toBe(200);
});

test("the demonstration register: compiled, with its graph, no fault and no finding", async () => {
  const { latest } = (await (await fetch(`${demo.url}index.json`)).json()) as { latest: { model: string }[] };
  const { found } = (await (await fetch(`${demo.url}index.json?q=llama`)).json()) as {
    found: { model: string; name: string }[];
  };
  expect(latest.length).toBe(20);
  for (const { model: id } of found) {
    const record = (await (await fetch(`${demo.url}models/${id}.json`)).json()) as {
      declarer: { compiled: boolean };
      remarks: unknown[];
      statements: { says: { sources: unknown[] } }[];
    };
    expect(record.declarer.compiled).toBe(true);
    expect(record.remarks).toEqual([]);
    for (const { says } of record.statements) expect(says.sources.length).toBeGreaterThan(0);
  }
  expect(await (await fetch(`${demo.url}models/${found[0]!.model}`)).text()).toContain(
    "Compiled from public facts, not declared by the publisher",
  );
});

const CHROMIUM = "/usr/bin/chromium";
/** Where to leave pictures for a person to look at; none by default. */
const pictures = process.env.PICTURES;
const present = existsSync(CHROMIUM);
if (!present) console.log(`register-site.test: browser part skipped, no ${CHROMIUM} (apt-get install chromium)`);

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => browser?.close());

  test.each(Object.entries(PAGES))(
    "%s",
    async (name, path) => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      const dialogs: string[] = [];
      page.on("dialog", (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      const faults: string[] = [];
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await page.goto(at(path));
      if (name === "label") await page.locator("assay-label[data-state=shown]").waitFor();
      if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-mobile.png`, fullPage: true });
      expect(dialogs).toEqual([]);
      expect(faults.filter((text) => !/404/.test(text))).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  test("without scripts: search, a model, its history, an entry", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(at("/"));
    await page.fill("#q", "northwind");
    await page.click("text=Search");
    await page.click("text=northwind/lm");
    expect(await page.locator("h1").textContent()).toBe("northwind/lm");
    await page.click("main >> text=entry 2");
    expect(await page.locator("h1").textContent()).toContain("Origin");
    await page.goto(at(`/label/${lm.id}`));
    expect(await page.locator("assay-label").textContent()).toContain("No label");
    await context.close();
  }, 60_000);

  test("the verifier works from a saved page without a network, and tells what does not hold", async () => {
    const saved = join(folder, "verify.html");
    writeFileSync(saved, await (await fetch(at("/verify"))).text());
    const receipt = Buffer.from(await (await fetch(at("/entries/2/receipt.json"))).arrayBuffer());
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.goto(`file://${saved}`);
    const verdict = async (bytes: Buffer) => {
      await page.setInputFiles("#receipts", { name: "receipt.json", mimeType: "application/json", buffer: bytes });
      await page.click("button");
      await page.locator("#results li").first().waitFor();
      return page.locator("#results").innerText();
    };
    expect(await verdict(receipt)).toMatch(/^Holds\s+receipt.json: holds. origin of northwind\/lm/);
    const forged = Buffer.from(
      // Another digit than the one that stands there, which is anybody's guess.
      receipt
        .toString()
        .replace(/("record":"\{\\"bundle\\":\\"sha256:)(.)/, (_, head, digit) => `${head}${digit === "0" ? "1" : "0"}`),
    );
    expect(await verdict(forged)).toMatch(/Does not hold/);
    for (const none of ["hello", '{"type":"assay/other/v1"}', "PK\u0003\u0004"])
      expect(await verdict(Buffer.from(none))).toMatch(/Not checked\s+Receipt: what was chosen is not one/);

    const files = join(folder, "signed");
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, "model.safetensors"), "weights");
    writeFileSync(join(files, "config.json"), "{}");
    const { privateKey, publicKey } = await pemPair();
    writeFileSync(join(folder, "key.pem"), privateKey);
    writeFileSync(join(folder, "pub.pem"), publicKey);
    const signature = join(folder, "model.sig");
    await signModel({
      model: files,
      signature,
      method: "files",
      algorithm: "sha256",
      shardSize: 1e9,
      privateKey: join(folder, "key.pem"),
      certificateChain: [],
      ignorePaths: [],
      ignoreGitPaths: true,
      allowSymlinks: false,
      onProgress: () => undefined,
    });
    await page.reload();
    await page.setInputFiles("#model", files);
    await page.setInputFiles("#signature", signature);
    await page.setInputFiles("#key", join(folder, "pub.pem"));
    await page.click("button");
    await page.locator("#results li").first().waitFor();
    expect(await page.locator("#results").innerText()).toContain("2 files as signed");
    writeFileSync(join(files, "model.safetensors"), "weighty");
    await page.setInputFiles("#model", files);
    await page.click("button");
    await page.locator("text=Does not hold").first().waitFor();
    expect(await page.locator("#results").innerText()).toContain("model.safetensors: not as signed.");
    await context.close();
  }, 60_000);

  test("the label fails closed: another key, changed evidence, no answer", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(at(`/label/${lm.id}`));
    await page.locator("assay-label[data-state=shown]").waitFor();
    const root = page.locator("assay-label");
    expect(await root.evaluate((e) => e.shadowRoot!.textContent)).toContain("audited 2026-01-01");
    const closed = async () => {
      await page.locator("assay-label[data-state=closed]").waitFor();
      expect(await root.evaluate((e) => e.shadowRoot!.textContent)).toMatch(/^No label/);
      expect(await root.evaluate((e) => e.shadowRoot!.textContent)).not.toContain("GB");
    };
    await page.route("**/label/*.json", async (route) => {
      const body = (await (await route.fetch()).text()).replace(/\\"proof\\":\\"c2sp/, '\\"proof\\":\\"x2sp');
      await route.fulfill({ body, contentType: "application/json" });
    });
    await page.reload();
    await closed();
    await page.unroute("**/label/*.json");
    // The log cannot be read: what held last is shown, as stale; without anything kept there is no label.
    await page.route("**/label/*.json", (route) => route.abort());
    await page.reload();
    await page.locator("assay-label[data-state=stale]").waitFor();
    expect(await root.evaluate((e) => e.shadowRoot!.textContent)).toMatch(
      /Stale: as it was \d{4}-\d\d-\d\d; the log cannot be read\./,
    );
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await closed();
    await page.unroute("**/label/*.json");
    // One line on a page of somebody else.
    await page.goto(at(`/label/${lm.id}`));
    const line = (await page.locator("code").first().textContent())!;
    const chat = await context.newPage();
    const elsewhere = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end(`<!doctype html><title>Chat</title><p>Hello</p>${line}`),
    );
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    await chat.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    await chat.locator("assay-label[data-state=shown]").waitFor();
    const shown = () => chat.locator("assay-label").evaluate((e) => e.shadowRoot!.textContent);
    expect(await shown()).toMatch(/^Origin of /);
    expect(await chat.locator("assay-label").evaluate((e) => e.shadowRoot!.children.length)).toBe(1);
    await context.route("**/label/*.json", (route) => route.fulfill({ status: 503, body: "" }));
    await chat.reload();
    await chat.locator("assay-label[data-state=stale]").waitFor();
    expect(await shown()).toContain("Stale: as it was");
    await context.unroute("**/label/*.json");
    await chat.close();
    elsewhere.close();
    // Another log's key under the same name.
    const demoKeys = readFileSync(join(folder, "demo/verifier-keys.txt"), "utf8").split("\n")[0]!;
    await page.route(`**/label/${lm.id}`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/policy="log [^"]*?\n/, `policy="log ${demoKeys}\n`);
      await route.fulfill({ response, body });
    });
    await page.reload();
    await closed();
    await context.close();
  }, 60_000);
});

async function pemPair(): Promise<{ privateKey: string; publicKey: string }> {
  const { generateKeyPairSync } = await import("node:crypto");
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}
