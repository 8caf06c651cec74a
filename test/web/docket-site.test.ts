/**
 * Seals and the public docket: what is planted in private places stands on no page, in no feed, bundle, log or memory of
 * the server; every page has its twin; hostile text runs nowhere; in a browser axe (WCAG 2.2 AA), narrow screens, no script.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { announceDraw } from "../../dist/app/docket/act.js";
import { bundleOfCase } from "../../dist/app/docket/case-bundle.js";
import { Docket } from "../../dist/app/docket/docket.js";
import { Rehearsal } from "../../dist/app/docket/rehearsal.js";
import { openSealed } from "../../dist/app/docket/seals.js";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { wholeCase } from "../../dist/app/docket/whole-case.js";
import { docketCommand } from "../../dist/cli/commands/docket.js";
import { makeIdentity, readIdentities } from "../../dist/host/log/sealing.js";
import { ROLES, TIERS } from "../../dist/office/docket/pack/names.js";
import { encodeRecipient, RECIPIENT_FILE, UNDERTAKING_FILE } from "../../dist/office/docket/seal/circle.js";
import { view } from "../../dist/office/docket/view/case-view.js";
import { docketSite, serveDocket } from "../../dist/web/docket/docket-server.js";
import type { Served } from "../../dist/web/static-server.js";
import { axeFaults } from "../axe.js";
import { faultsOnPaper } from "../on-paper.ts";

const BEGIN = Date.parse("2026-03-02T09:00:00Z") / 1000;
const bytes = (text: string) => new TextEncoder().encode(text);
/** Every private place of a case holds one of these. */
const PLANTED = {
  title: "PLANTED-title-of-a-sealed-exhibit",
  file: "PLANTED-bytes-of-a-sealed-exhibit",
  name: "PLANTED-name-of-a-file.txt",
  text: "PLANTED-text-for-the-parties",
  room: "PLANTED-text-for-the-room",
  tribunal: "PLANTED-note-of-the-tribunal",
};
const EVIL = `"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{7*7}}`;
const folder = await mkdtemp(join(tmpdir(), "assay-docket-site-"));
const cases = join(folder, "cases");
let court: Rehearsal;
let site: Served;
const identity = (who: string) => join(folder, `${who}.age`);
const joined = (who: string, tier: "PARTIES" | "COUNSEL_EXPERTS", recipient: string) => ({
  attachments: [
    { name: RECIPIENT_FILE, bytes: encodeRecipient({ who, tier, recipient }) },
    { name: UNDERTAKING_FILE, bytes: bytes("I keep to myself what I read.") },
  ],
});

beforeAll(async () => {
  const escrow = await makeIdentity(identity("escrow"));
  const party = await makeIdentity(identity("party"));
  const expert = await makeIdentity(identity("expert"));
  court = await Rehearsal.open(cases, {
    id: "2026-001",
    office: "docket.example",
    begins: BEGIN,
    escrow,
    cast: {
      complainant: ["Aldgate Labs", `counsel ${EVIL}`],
      respondent: ["Meridian Cloud", "counsel of Meridian Cloud"],
      examiner: ["Thornbury Analysis", "examiner"],
      panel: ["the panel", "presiding member"],
    },
  });
  await court.act(
    "complainant",
    "complaint",
    { members: 1, fee: "paid", tried: 2 },
    { text: `Public words. ${EVIL}\n\nMore words: heron.` },
  );
  await court.later(1).act("registrar", "notice", async (open, received) => ({
    ...(await announceDraw(open, received, 3600)),
  }));
  await court.act("registrar", "service.proof", { way: "courier", on: court.today });
  const before = { tier: "PARTIES", who: "counsel of Meridian Cloud", employedByParty: true };
  await court.act("respondent", "club.joined", before, joined("counsel of Meridian Cloud", "PARTIES", party));
  const exhibit = {
    exhibit: "E1",
    kind: "document",
    root: `sha256:${"0".repeat(64)}`,
    carried: true,
    speaksFor: "complainant",
  };
  await court.act(
    "complainant",
    "exhibit",
    { ...exhibit, title: PLANTED.title, tier: "COUNSEL_EXPERTS" },
    { tier: "COUNSEL_EXPERTS", attachments: [{ name: PLANTED.name, bytes: bytes(PLANTED.file) }] },
  );
  const expertJoins = { tier: "COUNSEL_EXPERTS", who: "B. Okafor", employedByParty: false };
  await court.act("examiner", "club.joined", expertJoins, joined("B. Okafor", "COUNSEL_EXPERTS", expert));
  await court.act("respondent", "response", { position: "denies" }, { tier: "PARTIES", text: PLANTED.text });
  await court.act("registrar", "preservation", {}, { tier: "ROOM_ONLY", text: PLANTED.room });
  await court.act(
    "complainant",
    "exhibit",
    { ...exhibit, exhibit: "E2", title: "E2", tier: "TRIBUNAL_ONLY" },
    { tier: "TRIBUNAL_ONLY", text: PLANTED.tribunal },
  );
  await court.act(
    "complainant",
    "exhibit",
    { ...exhibit, exhibit: "E3", title: `Open letter ${EVIL}`, tier: "PUBLIC" },
    { attachments: [{ name: "E3", bytes: bytes("a public letter") }] },
  );
  site = await serveDocket({ where: cases, port: 0 });
}, 120_000);
afterAll(async () => {
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

const seqOf = async (kind: string, nth = 0) =>
  (await court.open()).records.filter((record) => record.kind === kind)[nth]!.seq;

describe("seals", () => {
  test("the circle opens, others do not; who joined later does not open what was sealed before", async () => {
    const open = await court.open();
    const opens = async (who: string, seq: number) => openSealed(open, seq, await readIdentities(identity(who)));
    const first = await seqOf("exhibit");
    expect(await opens("escrow", first)).toMatchObject({ title: PLANTED.title, files: [{ name: PLANTED.name }] });
    expect(new TextDecoder().decode((await opens("escrow", first))!.files[0]!.bytes)).toBe(PLANTED.file);
    expect(await opens("party", first)).toBeNull();
    expect(await opens("expert", first)).toBeNull();
    const response = await seqOf("response");
    for (const who of ["escrow", "party", "expert"])
      expect(await opens(who, response)).toMatchObject({ text: PLANTED.text });
    const tribunal = await seqOf("exhibit", 1);
    expect([await opens("party", tribunal), await opens("expert", tribunal)]).toEqual([null, null]);
    await expect(opens("escrow", 0)).rejects.toThrow("seals nothing");
  });

  test("without an escrow nothing is sealed, an employee stays out of counsel's circle, kinds are not mixed", async () => {
    const bare = await Rehearsal.open(join(folder, "bare"), {
      id: "2026-002",
      office: "docket.example",
      begins: BEGIN,
      cast: { complainant: ["Aldgate Labs", "counsel"] },
    });
    await expect(
      bare.act("complainant", "complaint", { members: 1, fee: "paid" }, { tier: "PARTIES", text: "x" }),
    ).rejects.toThrow("expected an escrow");
    const employed = { tier: "COUNSEL_EXPERTS", who: "C", employedByParty: true };
    await expect(court.act("respondent", "club.joined", employed)).rejects.toThrow("employees stay out");
  });
});

/** Every address that can be reached from the first page, with what it answers. */
async function crawl(): Promise<Map<string, { type: string; body: string }>> {
  const seen = new Map<string, { type: string; body: string }>();
  const waiting = [
    "/",
    "/index.json",
    "/index.json?q=PLANTED",
    "/?q=planted",
    "/deadlines.json",
    "/about.json",
    "/deadlines.ics",
  ];
  while (waiting.length > 0) {
    const path = waiting.pop()!;
    if (seen.has(path)) continue;
    const answer = await fetch(new URL(path, site.url));
    expect([answer.status, path]).toEqual([200, path]);
    const body = Buffer.from(await answer.arrayBuffer()).toString("latin1");
    const type = answer.headers.get("content-type") ?? "";
    seen.set(path, { type, body });
    if (!type.startsWith("text/html")) continue;
    const { document } = parseHTML(Buffer.from(body, "latin1").toString());
    for (const link of document.querySelectorAll("a[href], link[href]")) {
      const href = link.getAttribute("href")!;
      if (href.startsWith("#") || href.startsWith("data:")) continue;
      const url = new URL(href, new URL(path, site.url));
      expect(url.origin).toBe(new URL(site.url).origin);
      waiting.push(url.pathname + url.search);
    }
  }
  return seen;
}

describe("the public docket", () => {
  let pages: Awaited<ReturnType<typeof crawl>>;
  beforeAll(async () => {
    pages = await crawl();
  }, 60_000);

  test("nothing planted is on a page, in a feed, a calendar, the index, or the case's bundle", () => {
    expect(pages.size).toBeGreaterThan(50);
    for (const [path, { body }] of pages)
      for (const [where, secret] of Object.entries(PLANTED)) {
        const asked = /[?&]q=/.test(path) ? "PLANTED-" : secret;
        expect([path, where, body.includes(asked)]).toEqual([path, where, false]);
      }
    expect([...pages.keys()].some((path) => path.endsWith("bundle.zip"))).toBe(true);
  });

  test("each route of the site was asked, by links alone but for its assets", async () => {
    const asked = [...pages.keys()].map((path) => path.split("?")[0]!);
    const routes = docketSite(await Docket.open(cases)).routes.filter(
      ({ method, path }) => method === "GET" && !/\*/.test(path),
    );
    expect(routes.length).toBeGreaterThan(15);
    for (const { path } of routes) {
      const pattern = path
        .split("/")
        .map((part) => (part.startsWith(":") ? (/\{(.*)\}$/.exec(part)?.[1] ?? "[^/]+") : part.replace(/[.]/g, "\\.")));
      const matcher = new RegExp(`^${pattern.join("/")}$`);
      expect([path, path.startsWith("/assets") || asked.some((each) => matcher.test(each))]).toEqual([path, true]);
    }
  });

  test("an exhibit with a narrow circle does not enter in clear beside a public entry", async () => {
    const facts = { exhibit: "E9", title: "E9", kind: "document", root: `sha256:${"0".repeat(64)}`, tier: "PARTIES" };
    const more = { attachments: [{ name: "E9", bytes: bytes("in clear") }] };
    await expect(
      court.act("complainant", "exhibit", { ...facts, carried: true, speaksFor: "complainant" }, more),
    ).rejects.toThrow("sealed parts alone");
  });

  test("mail to each role says what is new and nothing that was planted", async () => {
    const { stdout } = await mail("respondent", "--since", "4", "--site", "https://docket.example/");
    const [head, body] = stdout.split("\r\n\r\n");
    expect(head).toContain("Subject: ");
    const text = Buffer.from(body!, "base64").toString();
    expect(text).toContain("https://docket.example/cases/2026-001/entries/5");
    expect(text).not.toContain("entries/4");
    expect(text).toContain("What can you do now".replace("can you", "you can"));
    for (const role of ROLES) {
      const said = (await mail(role)).stdout;
      const clear = said + Buffer.from(said.split("\r\n\r\n")[1]!, "base64").toString();
      for (const secret of Object.values(PLANTED)) expect(clear.includes(secret)).toBe(false);
    }
  }, 60_000);

  test("nothing planted lies in clear beside the case, and bundles of every circle verify", async () => {
    for (const tier of TIERS) {
      const files = await bundleOfCase(court.folder, tier, (await court.open()).state.at);
      const all = Buffer.concat([...files.values()]).toString("latin1");
      for (const secret of Object.values(PLANTED)) expect(all.includes(secret)).toBe(false);
      expect((await verifyCase(files)).checks.filter(({ holds }) => !holds)).toEqual([]);
    }
  });

  test("a sealed entry stays listed with its number, in every circle, and each circle has every page", async () => {
    const open = await court.open();
    const whole = await wholeCase(open, open.state.at);
    const { CASE_PAGES } = await import("../../dist/web/docket/case-pages.js");
    for (const tier of TIERS) {
      const shown = view(whole, tier);
      expect(shown.entries.map(({ seq }) => seq)).toEqual(open.records.map(({ seq }) => seq));
      for (const { record, body, path } of CASE_PAGES) {
        const made = record(shown, {}, "");
        expect([path, String(body(made!, shown)).length > 60]).toEqual([path, true]);
      }
    }
    const { entries } = view(whole, "PUBLIC");
    expect(entries.filter(({ sealed }) => sealed).length).toBe(4);
    expect(pages.get("/cases/2026-001/exhibits")!.body).toContain("E1");
  });

  test("text that another program signed in clear for a circle is shown to that circle alone", async () => {
    const open = await court.open();
    const whole = await wholeCase(open, open.state.at);
    const seq = await seqOf("complaint");
    const narrow = {
      ...whole,
      records: whole.records.map((record) => (record.seq === seq ? { ...record, tier: "PARTIES" as const } : record)),
    };
    expect(JSON.stringify(view(narrow, "PUBLIC"))).not.toContain("heron");
    expect(JSON.stringify(view(narrow, "PARTIES"))).toContain("heron");
  });

  test("each page says what its twin says, and nothing of it runs", () => {
    let twins = 0;
    for (const [path, { type, body }] of pages) {
      if (!type.startsWith("text/html") || path === "/verify") continue;
      expect([path, body.includes("<script")]).toEqual([path, false]);
      expect([path, body.includes("<img")]).toEqual([path, false]);
      const { document } = parseHTML(body);
      const twin = document.querySelector('link[type="application/json"]')?.getAttribute("href");
      if (!twin) continue;
      const record = JSON.parse(pages.get(twin)!.body);
      expect(record.type).toMatch(/^assay\/docket-/);
      twins++;
      if (record.page === "timeline") {
        const rows = [...document.querySelectorAll("tbody tr th")].map((cell) => Number(cell.textContent));
        expect(rows).toEqual(record.entries.map(({ seq }: { seq: number }) => seq));
      }
      if (record.page === "entries") expect(document.querySelector("h1")!.textContent).toContain(record.title);
    }
    expect(twins).toBeGreaterThan(25);
  });

  test("filters leave numbers as they are; search finds public words", async () => {
    const read = async (path: string) =>
      (await (await fetch(site.url + path)).json()) as { entries: { seq: number; role: string }[]; found: number };
    const filtered = await read("cases/2026-001/timeline.json?role=complainant");
    expect(filtered.entries.every(({ role }) => role === "complainant")).toBe(true);
    const whole = await read("cases/2026-001/timeline.json");
    for (const each of filtered.entries) expect(whole.entries[each.seq]).toEqual(each);
    const find = async (q: string) => (await read(`index.json?q=${q}`)).found;
    expect([await find("heron"), await find("aldgate+heron"), await find("nightjar")]).toEqual([1, 1, 0]);
  });

  test("a deadline shows its computation on the page and in the calendar", () => {
    const page = pages.get("/cases/2026-001/deadlines")!.body;
    expect(page).toMatch(/ends 24:00 of \d{4}-\d\d-\d\d in UTC-12/);
    const ics = pages.get("/cases/2026-001/deadlines.ics")!.body;
    expect(ics.startsWith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")).toBe(true);
    for (const line of ics.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(ics.replaceAll("\r\n ", "")).toMatch(/DESCRIPTION:.*UTC-12/);
  });

  test("other names, methods and strange paths are refused", async () => {
    const { port } = new URL(site.url);
    const raw = await import("node:http");
    const status = (path: string, host: string, method = "GET") =>
      new Promise<number>((resolve, reject) => {
        const asked = raw.request({ port, host: "127.0.0.1", path, method, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        asked.on("error", reject).end();
      });
    expect(await status("/", "evil.example")).toBe(421);
    expect(await status("/", "localhost", "POST")).toBe(404);
    const strange = [
      "/cases/../state",
      "/cases/2026-001/entries/01",
      "/cases/2026-001/entries/999",
      "/cases/2026-001/x",
    ];
    for (const path of [
      ...strange,
      `/cases/2026-001/files/${"0".repeat(64)}`,
      "/cases/%2e%2e/x",
      "/cases/2026-001/entries",
    ])
      expect([path, await status(path, "localhost")]).toEqual([path, 404]);
  });
});

/** As the command prints it. */
async function mail(role: string, ...more: string[]): Promise<{ stdout: string }> {
  const said: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => said.push(text) > 0) as typeof process.stdout.write;
  try {
    await docketCommand().parseAsync(["mail", court.folder, "--role", role, ...more], { from: "user" });
  } finally {
    process.stdout.write = write;
  }
  return { stdout: said.join("") };
}

describe.each(["serve", "workspace"])("%s as a process", (program) => {
  let child: ChildProcess;
  let url = "";
  let said = "";
  beforeAll(async () => {
    child = spawn(process.execPath, ["dist/command/main.js", "docket", program, cases, "--port", "0"]);
    child.stdout!.on("data", (chunk) => (said += chunk));
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(said)));
      child.stderr!.on("data", (chunk) => {
        said += chunk;
        url = /http:\S+/.exec(said)?.[0] ?? "";
        if (url) resolve();
      });
    });
  }, 60_000);
  afterAll(() => child?.kill());

  test("its log and its memory hold nothing that was planted", async () => {
    const paths = [
      "",
      "cases/2026-001",
      "cases/2026-001/print",
      "cases/2026-001/bundle.zip",
      "feed.atom",
      "index.json",
    ];
    for (const path of [...paths, "cases/2026-001/workspace.json"]) await (await fetch(url + path)).arrayBuffer();
    expect(said).not.toContain("PLANTED");
    const held = memoryOf(child.pid!);
    if (held === null) return console.log("docket-site.test: memory of the server not read: no /proc/PID/mem here");
    // What is public is found there: the search itself works.
    expect(held.some((part) => part.includes("heron"))).toBe(true);
    for (const secret of Object.values(PLANTED)) expect(held.some((part) => part.includes(secret))).toBe(false);
  }, 60_000);
});

/** All that a child process holds in writable memory, in parts; null where the system does not show it. */
function memoryOf(pid: number): Buffer[] | null {
  let file: number;
  let maps: string;
  try {
    maps = readFileSync(`/proc/${pid}/maps`, "latin1");
    file = openSync(`/proc/${pid}/mem`, "r");
  } catch {
    return null;
  }
  const parts: Buffer[] = [];
  for (const line of maps.split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (from === undefined) continue;
    const length = Number(BigInt(`0x${to}`) - BigInt(`0x${from}`));
    // Reserved, not used: V8 keeps room of gigabytes for its heap.
    if (length > 2 ** 30) continue;
    const part = Buffer.alloc(length);
    try {
      readSync(file, part, 0, length, BigInt(`0x${from}`));
    } catch {
      continue;
    }
    parts.push(part);
  }
  return parts;
}

const CHROMIUM = "/usr/bin/chromium";
const pictures = process.env.PICTURES;
const present = existsSync(CHROMIUM);
if (!present) console.log(`docket-site.test: browser part skipped, no ${CHROMIUM} (apt-get install chromium)`);

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => browser?.close());

  const PAGES = ["", "timeline", "deadlines", "exhibits", "findings", "orders", "decision", "entries/6", "print"];
  test("axe has nothing to say, 390 px are enough, nothing runs, paper shows all that is to be read", async () => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    for (const path of [
      "",
      "deadlines",
      "about",
      "verify",
      ...PAGES.map((name) => `cases/2026-001/${name}`.replace(/\/$/, "")),
    ]) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(site.url + path);
      const name = path.replaceAll("/", "-") || "home";
      if (pictures) await page.screenshot({ path: `${pictures}/docket-${name}.png`, fullPage: true });
      expect([path, await axeFaults(page)]).toEqual([path, []]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect([path, await page.evaluate("document.documentElement.scrollWidth <= 390")]).toEqual([path, true]);
      if (pictures) await page.screenshot({ path: `${pictures}/docket-${name}-mobile.png`, fullPage: true });
      expect([path, await faultsOnPaper(page, `docket-${name}`, pictures)]).toEqual([path, []]);
    }
    expect(dialogs).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("what is wrong on paper is seen", async () => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.setContent(`<!doctype html><main><nav>Tabs</nav><button>Press</button><p><a href="/there">there</a></p>
      <div style="width: 900px">wide</div><div style="overflow: auto; width: 100px"><pre>${"x".repeat(99)}</pre></div>
      <details><summary>More</summary><p>folded</p></details>
      <table><thead style="display: table-row-group"><tr><th>A</th></tr></thead></table></main>`);
    const faults = await faultsOnPaper(page, "wrong", undefined);
    for (const each of ["pressed: <nav", "pressed: <button", "no address", "cut off", "scrolls", "folded", "its head"])
      expect([each, faults.some((fault) => fault.includes(each))]).toEqual([each, true]);
    await page.context().close();
  });

  test("without scripts, along links and labels: a case is searched, its timeline filtered, an entry read", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.getByLabel("Party, case number, or words of an entry").fill("heron");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Aldgate Labs v. Meridian Cloud" }).click();
    await page.getByRole("link", { name: "Timeline" }).click();
    await page.getByLabel("Kind").selectOption({ label: "Complaint" });
    await page.getByRole("button", { name: "Filter" }).click();
    await page.locator("tbody").getByRole("link").first().click();
    expect(await page.locator("h1").textContent()).toContain("Complaint");
    expect(await page.locator("main").innerText()).toContain("heron");
    await context.close();
  }, 60_000);

  test("a saved page verifies the case without a network, and finds a flipped bit", async () => {
    const saved = join(folder, "verify.html");
    writeFileSync(saved, await (await fetch(`${site.url}verify`)).text());
    const zip = Buffer.from(await (await fetch(`${site.url}cases/2026-001/bundle.zip`)).arrayBuffer());
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.goto(`file://${saved}`);
    const verdict = async (buffer: Buffer) => {
      await page
        .getByLabel("The case (a .zip)")
        .setInputFiles({ name: "case.zip", mimeType: "application/zip", buffer });
      await page.getByRole("button", { name: "Verify" }).click();
      await page.locator("#state", { hasText: /holds|does not hold|no case/ }).waitFor();
      return page.locator("#state").innerText();
    };
    expect(await verdict(zip)).toMatch(/^The case holds\./);
    expect(await page.locator("#unseen").innerText()).toContain("attachments of the circle");
    const changed = Buffer.from(zip);
    const at = changed.indexOf("complaint");
    changed[at] = changed[at]! ^ 1;
    expect(await verdict(changed)).not.toMatch(/^The case holds\./);
    await context.close();
  }, 60_000);
});

test("names of planted files are no names on disk", () => {
  const names = readdirSync(court.folder, { recursive: true, encoding: "utf8" });
  expect(names.filter((name) => name.includes("PLANTED"))).toEqual([]);
});
