/**
 * A party's workspace, in a browser along links and labels alone: a complaint and an answer filed by passkey, an answer's seal
 * opened by the other side, a filing signed on the command line; and a decision read on the public docket without scripts.
 * And the program behind it: what it hands out, and what it refuses.
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { announceDraw, countersign, newSecret } from "../../dist/app/docket/act.js";
import { Docket } from "../../dist/app/docket/docket.js";
import { Rehearsal } from "../../dist/app/docket/rehearsal.js";
import { caseCommand } from "../../dist/cli/commands/case/case.js";
import { localChain } from "../../dist/evidence/drand.js";
import { makeIdentity } from "../../dist/host/log/sealing.js";
import type { Role } from "../../dist/office/docket/pack/names.js";
import { serveDocket } from "../../dist/web/docket/docket-server.js";
import { serveWorkspace, workspaceSite } from "../../dist/web/docket/workspace-server.js";
import type { Served } from "../../dist/web/static-server.js";
import { notShownCourse } from "../../materials/docket/courses.ts";
import { axeFaults } from "../axe.js";
import { faultsOnPaper } from "../on-paper.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-docket-workspace-"));
const cases = join(folder, "cases");
const ID = "2026-002";
const SECRET = "PLANTED-words-of-a-sealed-answer";
const bytes = (text: string) => new TextEncoder().encode(text);
let court: Rehearsal;
let site: Served;
let desk: Served;

beforeAll(async () => {
  court = await Rehearsal.open(cases, {
    id: ID,
    office: "docket.example",
    // The workspace enters by the clock.
    begins: Math.floor(Date.now() / 1000) - 3600,
    escrow: await makeIdentity(join(folder, "escrow.age")),
    cast: { panel: ["the panel", "presiding member"] },
  });
  desk = await serveWorkspace({ where: cases, port: 0 });
}, 60_000);
afterAll(async () => {
  await desk?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As the registrar enters it, by the clock that the workspace enters by. */
async function office(...[role, kind, facts]: Parameters<Rehearsal["act"]>): Promise<string> {
  court.at = Math.max((await court.open()).state.at, Math.floor(Date.now() / 1000)) - 60;
  return court.act(role, kind, facts);
}

describe("the program", () => {
  const ask = (path: string, method: string, headers: Record<string, string>, body?: Uint8Array) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asked = request(
        { port: new URL(desk.url).port, host: "127.0.0.1", path, method, headers: { host: "localhost", ...headers } },
        (answer) => {
          let text = "";
          answer.on("data", (chunk) => (text += chunk));
          answer.on("end", () => resolve({ status: answer.statusCode!, text }));
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  const zip = { "content-type": "application/zip" };

  test("takes filings from its own pages and from no browser's page elsewhere, under its own names, within bounds", async () => {
    const entries = `/cases/${ID}/entries`;
    const size = (await court.open()).records.length;
    expect((await ask(entries, "POST", { ...zip, host: "evil.example" }, bytes("x"))).status).toBe(421);
    expect((await ask(entries, "POST", { ...zip, "sec-fetch-site": "cross-site" }, bytes("x"))).status).toBe(403);
    expect((await ask(entries, "POST", { ...zip, "sec-fetch-site": "same-site" }, bytes("x"))).status).toBe(403);
    expect((await ask(entries, "POST", { ...zip, origin: "https://evil.example" }, bytes("x"))).status).toBe(403);
    for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
      expect((await ask(entries, "POST", { "content-type": type }, bytes("x"))).status).toBe(415);
    expect((await ask("/cases/2026-999/entries", "POST", zip, bytes("x"))).status).toBe(404);
    expect((await ask("/cases/..%2f/entries", "POST", zip, bytes("x"))).status).toBe(404);
    for (const body of ["", "x", "PK\u0003\u0004"])
      expect((await ask(entries, "POST", zip, bytes(body))).status).toBe(400);
    expect((await ask(`/cases/${ID}/check?key=x`, "POST", zip, bytes("x"))).status).toBe(400);
    expect((await ask(entries, "PUT", zip, bytes("x"))).status).toBe(404);
    expect((await court.open()).records.length).toBe(size);
  });

  test("more than one sealed part is refused before it is kept", async () => {
    const { status, text } = await ask(`/cases/${ID}/entries`, "POST", zip, new Uint8Array(67 * 1024 * 1024));
    expect([status, JSON.parse(text).says]).toEqual([413, expect.stringContaining("by the command line")]);
  }, 60_000);

  test("no answer sets a cookie or lets another site read or frame it, and each route is known", async () => {
    const known = workspaceSite(await Docket.open(cases))
      .routes.filter(({ path }) => !path.includes("*"))
      .map(({ method, path }) => `${method} ${path.replace(/\{.*\}/, "")}`);
    expect(known.sort()).toEqual(
      [
        ...["GET /", "GET /assets/assay-label.js", "GET /assets/site.css", "GET /verify", "GET /cases/:id"],
        ...["GET /cases/:id/:page", "GET /cases/:id/entries/:n", "GET /cases/:id/workspace.json"],
        ...["GET /cases/:id/sealed/:digest", "GET /cases/:id/files/:digest", "GET /cases/:id/bundle.zip"],
        ...["GET /cases/:id/feed.atom", "GET /cases/:id/deadlines.ics"],
        ...["POST /cases/:id/check", "POST /cases/:id/entries"],
      ].sort(),
    );
    for (const path of ["/", "/verify", `/cases/${ID}`, `/cases/${ID}/file`, `/cases/${ID}/workspace.json`]) {
      const answer = await fetch(new URL(path, desk.url));
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      if (path.includes("workspace.json")) continue;
      const policy = answer.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'none'");
      expect(policy).not.toContain("unsafe");
      if (path !== "/verify") expect(policy).toContain("frame-ancestors 'none'");
    }
  });
});

const CHROMIUM = "/usr/bin/chromium";
const pictures = process.env.PICTURES;
const present = existsSync(CHROMIUM);
if (!present) console.log(`docket-workspace.test: browser part skipped, no ${CHROMIUM} (apt-get install chromium)`);

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  const faults: string[] = [];
  const asked: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => browser?.close());

  /** A party's own browser, with a device that keeps passkeys. */
  async function partyBrowser(id = ID): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (sent) => {
      if (!/^(data|blob):/.test(sent.url())) asked.push(`${sent.method()} ${sent.url()} ${sent.postData() ?? ""}`);
    });
    const session = await context.newCDPSession(page);
    await session.send("WebAuthn.enable");
    await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        ...{ protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasPrf: true },
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
    await page.goto(desk.url);
    await page.getByRole("link", { name: new RegExp(id) }).click();
    return page;
  }

  /** Axe, no sideways scrolling on a narrow screen, nothing cut off on paper, and pictures for whoever looks. */
  async function looked(page: Page, name: string): Promise<void> {
    expect([name, await axeFaults(page)]).toEqual([name, []]);
    if (pictures) await page.screenshot({ path: `${pictures}/workspace-${name}.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    expect([name, await page.evaluate("document.documentElement.scrollWidth <= 390")]).toEqual([name, true]);
    if (pictures) await page.screenshot({ path: `${pictures}/workspace-${name}-mobile.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 800 });
    expect([name, await faultsOnPaper(page, `workspace-${name}`, pictures)]).toEqual([name, []]);
  }

  const saved = async (page: Page, press: () => Promise<unknown>): Promise<string> => {
    const [file] = await Promise.all([page.waitForEvent("download"), press()]);
    return file.path();
  };

  /** Makes a passkey on the page My keys; the registrar enters its enrolment. */
  async function enrolled(page: Page, party: string, role: string): Promise<void> {
    await page.getByRole("link", { name: "My keys" }).click();
    await page.getByLabel("Party").fill(party);
    await page.getByLabel("Who holds it").fill(`counsel of ${party}`);
    await page.getByLabel("Role in the case").selectOption({ label: role });
    await page.getByRole("button", { name: "Make a passkey" }).click();
    const file = await saved(page, () => page.getByRole("link", { name: "Save enrolment.json" }).click());
    await office("registrar", "key.enrolled", JSON.parse(readFileSync(file, "utf8")));
    await page.reload();
    await page.getByRole("link", { name: "What can I do now" }).click();
    await page.getByLabel("My role").selectOption({ label: role });
  }

  /** Answers one page after the other until all can be checked. */
  async function answered(page: Page, answers: Record<string, string | { file: string; text: string }>): Promise<void> {
    const heading = page.getByRole("heading", { level: 1 });
    for (let n = 0; n < 30; n++) {
      const asked = await heading.innerText();
      if (asked.startsWith("Check and sign")) return;
      const found = Object.entries(answers).find(([question]) => asked.startsWith(question));
      const given = found?.[1];
      if (typeof given === "object")
        await page
          .getByLabel(/^Digest/.test(asked) ? "Its file, whose SHA-256" : asked)
          .setInputFiles({ name: given.file, mimeType: "text/plain", buffer: Buffer.from(given.text) });
      else if (given !== undefined && (await page.getByRole("radio").or(page.getByRole("checkbox")).count()) > 0)
        await page.getByLabel(given, { exact: true }).check();
      else if (given !== undefined) await page.getByLabel(asked).fill(given);
      const before = page.url();
      await page.getByRole("button", { name: "Save and continue" }).click();
      await page.waitForURL((url) => url.href !== before);
      // The next page stands there: its check may take a while.
      await heading.filter({ hasNotText: asked }).waitFor();
    }
  }

  async function signedAndFiled(page: Page): Promise<number> {
    await page.getByText("the office would admit it").waitFor();
    const digest = await page.locator("#digest").innerText();
    await page.getByRole("button", { name: "Sign with my passkey and file" }).click();
    await page.getByRole("heading", { name: "Filed as entry" }).waitFor();
    const entry = Number(/\d+$/.exec(await page.locator("h1").innerText())![0]);
    const { records } = await court.open();
    expect(digest.replace(/\s/g, "")).toContain(records[entry]!.statement.slice(7));
    return entry;
  }

  /** Takes the filing along, signs it with the command line, brings it back and files it. @returns the signed filing */
  async function signedElsewhere(page: Page, keyFile: string): Promise<string> {
    await page.getByText("the office would admit it").waitFor();
    const unsigned = await saved(page, () => page.getByRole("link", { name: "Take the filing along" }).click());
    const out = join(mkdtempSync(join(folder, "signed-")), "signed.zip");
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = ((text: string) => written.push(text) > 0) as typeof process.stdout.write;
    try {
      await caseCommand().parseAsync(["sign", unsigned, "--private-key", keyFile, "--out", out], { from: "user" });
    } finally {
      process.stdout.write = write;
    }
    const digest = (await page.locator("#digest").innerText()).replace(/\s/g, "");
    expect(written.join("")).toContain(digest.replace(/^sha256:/, ""));
    await page.getByLabel("The signed filing").setInputFiles(out);
    await page.getByRole("button", { name: "File it" }).click();
    await page.getByRole("heading", { name: "Filed as entry" }).waitFor();
    return out;
  }

  test("what once asked for the command line or a notation is filed by labels: a key, a draw of the panel, an exhibit", async () => {
    const id = "2026-003";
    // Begun so long ago that the round of a draw announced then is out.
    const third = await Rehearsal.open(cases, {
      id,
      office: "docket.example",
      begins: Math.floor(Date.now() / 1000) - 4 * 3600,
      cast: { complainant: ["Aldgate Labs", "counsel"], respondent: ["Meridian Cloud", "counsel"] },
    });
    await third.act("complainant", "complaint", { members: 1, fee: "paid" });
    const keys = Object.fromEntries(
      (["registrar", "complainant"] as const).map((role) => {
        const path = join(folder, `${id}-${role}.pem`);
        writeFileSync(path, third.players.get(role)!.privateKey);
        return [role, path];
      }),
    ) as Record<"registrar" | "complainant", string>;
    const page = await partyBrowser(id);
    const as = async (role: string, kind: string) => {
      await page.getByRole("link", { name: "What can I do now" }).click();
      await page.getByLabel("My role").selectOption({ label: role });
      await page.getByRole("link", { name: kind, exact: true }).click();
    };
    const entered = async () => (await third.open()).records.at(-1)!;

    const { secret, commitment } = newSecret();
    await as("Registrar", "Notice: proceedings commenced");
    await answered(page, {
      "Who may read": "Public",
      "Is the panel to be drawn": "Yes",
      "The secret of the draw": { file: "panel.secret", text: `${secret}\n` },
    });
    await page.getByText("the office would admit it").waitFor();
    await page.locator("#facts").getByText(commitment).waitFor();
    await third.act("registrar", "notice", async (open, received) => ({
      ...(await announceDraw(open, received, 3600)),
    }));

    const custodian = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const publicKey = custodian.publicKey.export({ type: "spki", format: "pem" }).toString();
    const said = { party: "Keep & Co", name: "the custodian", roles: ["custodian" as Role], publicKey };
    const by = (message: Uint8Array) => new Uint8Array(sign("sha256", message, custodian.privateKey));
    const enrolment = countersign(id, said, by);
    await as("Registrar", "Key enrolled");
    await answered(page, { "The enrolment": { file: "enrolment.json", text: JSON.stringify(enrolment) } });
    await page.locator("#facts").getByText("Keep & Co").waitFor();
    await signedElsewhere(page, keys.registrar);
    expect((await entered()).facts).toEqual(enrolment);

    await as("Complainant", "Exhibit");
    await answered(page, {
      "Who may read": "Public",
      "Number of the exhibit": "E1",
      "Title of the exhibit": "Log of access",
      "What is it": "log",
      "For whom does it speak": "Complainant",
      "Is the exhibit itself filed": "Yes",
      "The exhibit's file": { file: "access.log", text: "GET /answers" },
    });
    await signedElsewhere(page, keys.complainant);
    expect((await entered()).facts).toMatchObject({ exhibit: "E1", carried: true, kind: "log" });
    await as("Complainant", "Custody of an exhibit");
    await answered(page, {
      "Who may read": "Public",
      "Which exhibit": "E1",
      "What happened": "copied",
      "Digest of the exhibit": { file: "access.log", text: "GET /answers" },
      "For what purpose": "to be shown at the hearing",
    });
    await signedElsewhere(page, keys.complainant);
    const { root } = (await third.open()).state.exhibits.E1!;
    expect((await entered()).facts).toMatchObject({ exhibit: "E1", event: "copied", seq: 0, rehash: root });

    third.at = (await third.open()).state.at - 60;
    await third.act("registrar", "service.proof", { way: "courier", on: third.today });
    third.at -= 60;
    await third.act("respondent", "response", { position: "denies" });
    const { draw, beacon } = (await third.open()).state;
    expect(beacon!.standIn).toBe(true);
    const kept = (name: string) => readFileSync(join(third.folder, "state", `${name}.secret`), "utf8");
    // What is entered elsewhere is looked for once a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await as("Registrar", "Panel drawn");
    await looked(page, "circle-of-a-draw");
    await answered(page, {
      "Who may read": "Public",
      "Is there a name that is left out": "Yes",
      "Name that is left out 1. Who": "B. Osei",
      "Name that is left out 1. Why": "advised the complainant",
      "Is there another name": "No",
      "Who is on the list": "A. Moreau\nB. Osei\nC. Lindqvist",
      "Signature of the beacon": localChain(Buffer.from(kept("beacon"), "hex")).sign(draw!.round),
      "The secret of the draw": { file: "panel.secret", text: kept("panel") },
    });
    await page.getByText("the office would admit it").waitFor();
    await looked(page, "check-of-a-draw");
    await signedElsewhere(page, keys.registrar);
    const drawn = (await entered()).facts as { excluded: object[]; drawn: string[] };
    expect(drawn.excluded).toEqual([{ who: "B. Osei", because: "advised the complainant" }]);
    expect(["A. Moreau", "C. Lindqvist"]).toContain(drawn.drawn[0]);

    // A decision, issue by issue: refused as the case stands, with all that was answered in its facts.
    await page.goto(`${desk.url}cases/${id}/file?role=panel&kind=decision&step=0`);
    await answered(page, {
      "Who may read": "Public",
      "How does the panel decide": "not shown",
      "Issue 1. The question": "Was the suspect made from the reference?",
      "Issue 1. By which standard": "clear and convincing",
      "Issue 1. On which conduct": "access",
      "Issue 1. Is there an alternative": "No",
      "Issue 1. Is it held": "not shown",
      "Issue 1. The reasons": "one laboratory, inconclusive",
      "Is there another issue, after 1": "No",
    });
    await page.getByText("No key is enrolled in this role").waitFor();
    const facts = await page.locator("#facts").innerText();
    for (const each of ["not-shown", "Was the suspect made", "clear and convincing", "access", "inconclusive"])
      expect(facts).toContain(each);
    await page.context().close();
  }, 240_000);

  test("a complaint is filed, an answer given under seal, the seal opened by the other side", async () => {
    const complainant = await partyBrowser();
    await looked(complainant, "now");
    await enrolled(complainant, "Aldgate Labs", "Complainant");
    await complainant.getByRole("link", { name: "Complaint" }).click();
    await looked(complainant, "circle");
    await answered(complainant, {
      "Who may read": "Public",
      "How many members": "1",
      "Is the fee paid?": "paid",
      "How many claims": "2",
      "What do you say?": "The respondent's model was made from ours. Public words: heron.",
    });
    await complainant.getByText("the office would admit it").waitFor();
    await looked(complainant, "check");
    // A draft is kept when the page is left.
    await complainant.reload();
    const complaint = await signedAndFiled(complainant);
    await looked(complainant, "filed");
    await complainant.getByRole("link", { name: "Read the entry" }).click();
    await complainant.getByText("Public words: heron.").waitFor();
    expect(await complainant.getByRole("heading", { level: 1 }).innerText()).toContain(`Entry ${complaint}`);

    // An identity is made here, kept under a passkey, and a circle is joined with it.
    await complainant.getByRole("link", { name: "My keys" }).click();
    await complainant.getByRole("button", { name: "Make an identity" }).click();
    await complainant.getByRole("link", { name: "Save identity.age" }).waitFor();
    const identityFile = await saved(complainant, () =>
      complainant.getByRole("link", { name: "Save identity.age" }).click(),
    );
    await looked(complainant, "keys");
    await complainant.getByRole("button", { name: "Keep it in this browser, under a passkey" }).click();
    await complainant.getByRole("button", { name: "Forget the identity that is kept" }).waitFor();
    await complainant.getByRole("link", { name: "What can I do now" }).click();
    await complainant.getByRole("link", { name: "Reader joined a circle" }).click();
    await answered(complainant, {
      "Which circle": "Sealed to the parties",
      "Name, as": "counsel of Aldgate Labs",
      "Is this reader employed": "No",
      "Your undertaking": "I keep to myself what I read.",
    });
    await signedAndFiled(complainant);

    await office("registrar", "notice", {});
    await office("registrar", "service.proof", { way: "courier", on: court.today });

    const respondent = await partyBrowser();
    await enrolled(respondent, "Meridian Cloud", "Respondent");
    // What may be done is there, with its time; a first draft is left and taken up again.
    await respondent.getByRole("link", { name: "Response", exact: true }).click();
    await respondent.getByLabel("Sealed to the parties").check();
    await respondent.getByRole("button", { name: "Save and continue" }).click();
    await respondent.getByRole("link", { name: "What can I do now" }).click();
    await respondent.getByRole("link", { name: "Go on with: Response" }).click();
    await answered(respondent, {
      "Who may read": "Sealed to the parties",
      "What does the respondent say": "denies",
      "What do you say?": SECRET,
      Files: { file: "annex.txt", text: `${SECRET} in a file` },
    });
    await respondent.getByText("counsel of Aldgate Labs").waitFor();
    const answer = await signedAndFiled(respondent);

    // The other side reads it: with its file, and again by passkey after the page was loaded anew.
    await complainant.reload();
    await complainant.getByRole("link", { name: "What can I do now" }).click();
    await complainant.getByLabel("My age identity (a file)").setInputFiles(identityFile);
    await complainant.getByRole("button", { name: "Open", exact: true }).click();
    await complainant.getByText("1 of 1 sealed entries opened").waitFor();
    await looked(complainant, "opened");
    await complainant.getByRole("link", { name: "Timeline" }).click();
    await complainant.getByLabel("Kind").selectOption({ label: "Response" });
    await complainant.getByRole("button", { name: "Filter" }).click();
    await complainant
      .locator("tbody")
      .getByRole("link", { name: String(answer), exact: true })
      .click();
    await complainant.getByText(SECRET, { exact: true }).waitFor();
    await looked(complainant, "opened-entry");
    const annex = await saved(complainant, () => complainant.getByRole("link", { name: "annex.txt" }).click());
    expect(readFileSync(annex, "utf8")).toBe(`${SECRET} in a file`);
    await complainant.getByRole("link", { name: "Search" }).click();
    await complainant.getByLabel("Words, in what is public").fill("planted-words");
    await complainant.getByRole("button", { name: "Search" }).click();
    await complainant.getByText("1 entry found").waitFor();
    await complainant.reload();
    await complainant.getByText("No entry that is open here").waitFor();
    await complainant.getByRole("link", { name: "What can I do now" }).click();
    await complainant.getByRole("button", { name: "Open with my passkey" }).click();
    await complainant.getByText("1 of 1 sealed entries opened").waitFor();
    // The respondent sealed it to those who had joined: not to itself, and to nobody without an identity.
    await respondent.getByRole("link", { name: "Timeline" }).click();
    expect(await respondent.locator("main").innerText()).not.toContain(SECRET);

    // Nothing went anywhere but to this server, and nothing planted went in clear.
    expect(asked.filter((each) => !each.split(" ")[1]!.startsWith(desk.url))).toEqual([]);
    expect(asked.filter((each) => /planted/i.test(each))).toEqual([]);
    expect(faults).toEqual([]);
    await complainant.context().close();
    await respondent.context().close();
  }, 180_000);

  test("a filing is taken along, signed by the command line, and entered", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const keyFile = join(folder, "respondent-key.pem");
    writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const said = { party: "Meridian Cloud", name: "counsel", roles: ["respondent" as Role], publicKey: pem };
    const by = (message: Uint8Array) => new Uint8Array(sign("sha256", message, privateKey));
    await office("registrar", "key.enrolled", { ...countersign(ID, said, by) });
    const page = await partyBrowser();
    await page.getByLabel("My role").selectOption({ label: "Respondent" });
    await page.getByRole("link", { name: "Commitment to evidence" }).click();
    await answered(page, { "Who may read": "Public", "Digests of what": `sha256:${"7".repeat(64)}` });
    const out = await signedElsewhere(page, keyFile);
    // The same once more is refused, in words.
    const again = await fetch(`${desk.url}cases/${ID}/entries`, {
      method: "POST",
      headers: { "content-type": "application/zip" },
      body: readFileSync(out),
    });
    expect([again.status, ((await again.json()) as { reason: string }).reason]).toEqual([409, "replay"]);
    await page.context().close();
  }, 60_000);

  test("a check says what is lacking, and nothing incomplete can be signed", async () => {
    const page = await partyBrowser();
    for (const kind of ["response", "decision", "order", "club.joined", "penalty"]) {
      await page.goto(`${desk.url}cases/${ID}/file?role=respondent&kind=${kind}&step=99`);
      await page.getByRole("heading", { name: /^Check and sign/ }).waitFor();
      expect(await page.locator("#against").innerText()).toContain("not answered");
    }
    await page.goto(`${desk.url}cases/${ID}/file?role=respondent&kind=exhibit&step=99`);
    await page.getByText("Is the exhibit itself filed?: not answered").waitFor();
    expect(await page.getByRole("button", { name: /Sign|File it/ }).count()).toBe(0);
    await page.context().close();
  }, 60_000);

  test("a page that takes long does not draw over the one its reader went on to", async () => {
    const page = await partyBrowser();
    let asked = 0;
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    // The check asks for the case a second time, as it stands then.
    await page.route("**/workspace.json", async (route) => {
      if (++asked === 2) await held;
      await route.continue();
    });
    await page.goto(`${desk.url}cases/${ID}/file?role=respondent&kind=response&step=99`);
    await expect.poll(() => asked).toBe(2);
    await page.getByRole("link", { name: "What can I do now" }).click();
    await page.getByLabel("My age identity (a file)").waitFor();
    const late = page.waitForResponse(/workspace\.json/);
    answer();
    await (await late).finished();
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain("What can I do now?");
    await page.getByLabel("My age identity (a file)").waitFor();
    await page.context().close();
  }, 60_000);

  test("a decision is read on the public docket without scripts, along links alone", async () => {
    await (await notShownCourse(folder)).save(join(cases, "2026-001"));
    site = await serveDocket({ where: cases, port: 0 });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.getByLabel("Party, case number, or words of an entry").fill("2026-001");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator("tbody").getByRole("link").first().click();
    await page.getByRole("navigation", { name: "Pages of this case" }).getByRole("link", { name: "Decision" }).click();
    const text = await page.locator("main").innerText();
    expect(text).toContain("not-shown");
    expect(text).toContain("What was found does not carry the burden, which is the complainant's.");
    if (pictures) await page.screenshot({ path: `${pictures}/docket-decision-read.png`, fullPage: true });
    await page.getByRole("link", { name: /^entry \d+$/ }).click();
    expect(await page.locator("h1").innerText()).toContain("Decision");
    await context.close();
  }, 60_000);
});

test("what the workspace handed out holds nothing of what was sealed", async () => {
  const { records } = await court.open();
  const json = await (await fetch(`${desk.url}cases/${ID}/workspace.json`)).text();
  expect(json).not.toContain("PLANTED");
  const { sealed } = JSON.parse(json) as { sealed: { parts: string[] }[] };
  for (const { parts } of sealed)
    for (const part of parts) {
      const answer = await fetch(`${desk.url}cases/${ID}/sealed/${part.slice(7)}`);
      const text = Buffer.from(await answer.arrayBuffer()).toString("latin1");
      expect(text).toMatch(/^age-encryption\.org\/v1\n/);
      expect(text).not.toContain("PLANTED");
    }
  // Neither what is public elsewhere nor what no seal names is handed out as sealed.
  for (const other of [records[0]!.bundle.slice(7), "0".repeat(64)])
    expect((await fetch(`${desk.url}cases/${ID}/sealed/${other}`)).status).toBe(404);
});
