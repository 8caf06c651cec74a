/**
 * The dispute that `npm start` tells, shortened: invented findings stand for those on models and the bundle that ships for
 * the log's, so that it takes seconds; texts are examined, and all else is the same code. Each served page's facts are those
 * of the bundle behind it, every link leads somewhere, and every command that a page shows is typed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseHTML } from "linkedom";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { demonstrated } from "../../dist/app/known.js";
import { openWitness } from "../../dist/app/log/witness.js";
import { modelRoot } from "../../dist/app/register/declare.js";
import { storyLaboratory } from "../../dist/app/story/laboratory.js";
import { type Persona, personasOf } from "../../dist/app/story/personas.js";
import { findingsOf } from "../../dist/app/story/shown-evidence.js";
import type { Step } from "../../dist/app/story/step.js";
import { type Story, tellStory } from "../../dist/app/story/tell.js";
import type { Digest } from "../../dist/base/digest.js";
import { AssayError } from "../../dist/base/error.js";
import { unzipStrict, ZIP_LIMITS, zip } from "../../dist/evidence/zip.js";
import type { Finding } from "../../dist/finding/finding.js";
import { unixSeconds } from "../../dist/host/moment.js";
import { parseSecretKey, parseVerifierKey } from "../../dist/tlog/note-keys.js";
import { serveWitness } from "../../dist/web/log-server.js";
import { type ServedStory, serveStory } from "../../dist/web/story-server.js";
import { axeFaults } from "../axe.js";
import { faultsOnPaper } from "../on-paper.ts";
import { storyBundle } from "./sample-bundle.js";

const home = mkdtempSync(join(tmpdir(), "assay-story-"));
const out = join(home, "told it's");
let story: Story;
let served: ServedStory;
let readers: readonly Persona[];
const seen: Step[] = [];
const { dispute } = demonstrated().demonstration;

beforeAll(async () => {
  mkdirSync(out);
  const roots = async (reference: string, suspect: string) => ({
    reference: `sha256:${await modelRoot(reference, () => undefined)}` as Digest,
    suspect: `sha256:${await modelRoot(suspect, () => undefined)}` as Digest,
  });
  const { item } = storyLaboratory(home, () => undefined);
  story = await tellStory({
    out,
    examine: async (slot, reference, plan) =>
      zip(storyBundle(await roots(reference, slot), basename(slot), found(slot), plan, dispute!.methods[0]!)),
    again: async () => true,
    item: async (asked, scratch) => {
      if (asked.made !== undefined) throw new AssayError("UNSUPPORTED", "left out of this test");
      return item(asked, scratch);
    },
    witness: async (folder, keyFile, logs) => {
      const key = parseSecretKey(readFileSync(keyFile, "utf8").trimEnd(), "key");
      const desk = await openWitness({
        folder,
        key,
        logs: logs.map((each) => parseVerifierKey(each)),
        now: unixSeconds,
      });
      const { url, close } = await serveWitness(desk, 0);
      return { url, close: () => close().then(desk.close) };
    },
    onStep: (step) => void seen.push(step),
  });
  served = await serveStory(out, story, 0);
  readers = personasOf(story);
}, 120_000);
afterAll(async () => {
  await served?.close();
  await story?.register.close();
  rmSync(home, { recursive: true, force: true });
});

/** By what lies in the slot: the weights that were copied there say which model it is. */
function found(slot: string): boolean {
  const weights = (folder: string) => readFileSync(join(folder, "model.safetensors"));
  return !weights(slot).equals(weights(join("fixtures/demo", dispute!.slots.independent)));
}

const caseState = async () =>
  (await verifyCase(unzipStrict(story.told.bundle, { ...ZIP_LIMITS, entriesMax: 65_535 }))).state!;
const textOf = async (url: string) => {
  const answer = await fetch(url);
  expect([url, answer.status]).toEqual([url, 200]);
  return answer.text();
};
const json = async (url: string) => JSON.parse(await textOf(url));

test("every step is told, everything verified holds, and the case ends final with its order in force", async () => {
  expect(seen).toEqual(story.steps);
  expect(story.steps.map(({ title }) => title)).toEqual([
    ...["Register", "Marked text", "A provider's log", "Complaint", "Answer", "Plan", "Slots", "Findings", "Labels"],
    ...["Decision and order", "Appeal", "On record", "Report"],
  ]);
  const verified = story.steps.flatMap((step) => step.verified);
  expect(verified.filter(({ holds }) => !holds)).toEqual([]);
  expect(verified.length).toBe(16);
  const report = await verifyCase(unzipStrict(story.told.bundle, { ...ZIP_LIMITS, entriesMax: 65_535 }));
  expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(report.state).toMatchObject({ state: "final", appeal: "upheld", plan: { status: "clean" } });
  expect(report.state!.orders).toMatchObject([{ rung: 5, effect: "label", standing: "made" }]);
  const { gates } = report.state!;
  expect(gates.filter(({ open }) => open).map(({ rung }) => rung)).not.toContain(7);
});

test("a campaign is found and a tool's users are left alone; the mark is traced to the customer it was served to", () => {
  const says = (title: string) => story.steps.find((step) => step.title === title)!.says;
  expect(says("A provider's log")).toMatch(/names 30: 30 of the 30 .*, 0 of 31 users of one tool.*, 0 of 25 a class/);
  expect(says("A provider's log")).toContain("Not examined here, as its engine is lacking");
  expect(says("Marked text")).toMatch(
    /carry the mark of the customer “meridian”.*without a mark come out inconclusive/,
  );
});

describe("each page's facts are those of its bundle", () => {
  test("the case", async () => {
    const state = await caseState();
    const at = `${served.docket}cases/${story.told.id}`;
    const overview = await json(`${at}.json`);
    expect([overview.state, overview.history, overview.decision.outcome]).toEqual([
      state.state,
      state.history,
      state.decision!.outcome,
    ]);
    const { findings, plan, gates } = state;
    expect(await json(`${at}/findings.json`)).toMatchObject({ findings, plan, gates });
    const { document } = parseHTML(await textOf(`${at}/findings`));
    const rows = [...document.querySelectorAll("table:first-of-type tbody tr")].map((row) => row.textContent);
    for (const [n, { outcome, about, entry }] of findings.entries())
      for (const each of [outcome, about, `entry ${entry}`]) expect(rows[n]).toContain(each);
    const bundle = new Uint8Array(await (await fetch(`${at}/bundle.zip`)).arrayBuffer());
    expect((await verifyCase(unzipStrict(bundle, { ...ZIP_LIMITS, entriesMax: 65_535 }))).state).toEqual(state);
  });

  test("the findings", async () => {
    for (const name of ["provider-log", "found-texts", "other-texts", ...story.told.outcomes.map(({ run }) => run)]) {
      const file = new Uint8Array(await (await fetch(`${served.url}bundles/${name}.zip`)).arrayBuffer());
      const files = unzipStrict(file);
      const page = await textOf(`${served.url}bundles/${name}/data/page.html`);
      expect(page).toBe(new TextDecoder().decode(files.get("data/page.html")));
      const [finding] = findingsOf(file);
      expect(await json(`${served.url}bundles/${name}/data/finding.json`)).toMatchObject({ outcome: finding!.outcome });
      const told = story.told.outcomes.find(({ run }) => run === name);
      if (told) expect(told.outcome).toBe(finding!.outcome);
    }
  });

  test("the start page", async () => {
    const { document } = parseHTML(await textOf(served.url));
    const rows = [...document.querySelectorAll("table tbody tr")].map((row) => row.textContent);
    const about = (await caseState()).findings;
    for (const [slot, { content, outcome }] of story.told.outcomes.entries()) {
      const entered = about[slot]!;
      expect([entered.about, entered.outcome]).toEqual([content, outcome]);
      expect(rows[slot]).toContain(outcome === "inconclusive" ? "accuses nobody" : "supports");
    }
    expect(document.body.textContent).toContain("16 checks were made as the other side would make them; all hold.");
  });

  test("the register", async () => {
    const state = await caseState();
    const record = await json(`${served.register}models/${story.models.suspect}.json`);
    const [order] = state.orders;
    expect(order!.models).toEqual([story.models.suspect]);
    expect(JSON.stringify(record)).toContain('"effect":"label"');
    const page = parseHTML(await textOf(`${served.register}models/${story.models.suspect}`)).document.body.textContent!;
    expect(page).toContain("supports-hp");
    expect(page.toLowerCase()).toContain("label");
  });

  test("the report", async () => {
    const verdict = await json(`${served.url}report/verdict.json`);
    const state = await caseState();
    expect(verdict.findings.map((each: { says: Finding }) => each.says.outcome)).toEqual(
      state.findings.map(({ outcome }) => outcome),
    );
    expect(verdict.runs.every(({ done }: { done: boolean }) => done)).toBe(true);
  });
});

test("keys, cases and logs lie beside what is served, not in it", async () => {
  for (const path of ["keys/escrow.age", "keys/witness.key", "../keys/office.pem", "%2e%2e/keys/office.pem", "cases/"])
    expect([path, (await fetch(`${served.url}${path}`)).status]).toEqual([path, 404]);
  expect(existsSync(join(out, "keys/office.pem"))).toBe(true);
});

test("every link of the start page and of each reader's page leads to a page", async () => {
  const pages = ["", ...readers.map(({ id }) => `${id}.html`)].map((path) => `${served.url}${path}`);
  const links = new Set<string>();
  for (const page of pages)
    for (const a of parseHTML(await textOf(page)).document.querySelectorAll("a"))
      if (!a.getAttribute("href")!.startsWith("#")) links.add(new URL(a.getAttribute("href")!, page).href);
  expect(links.size).toBeGreaterThan(25);
  for (const link of links) expect([link, (await fetch(link)).status]).toEqual([link, 200]);
});

test("every command that a page shows does what it says", { timeout: 240_000 }, async () => {
  const bin = join(home, "bin");
  mkdirSync(bin);
  const npx = `#!/bin/sh\n[ "$1" = assay ] || exit 127\nshift\nexec "${process.execPath}" "${resolve("dist/command/main.js")}" "$@"\n`;
  writeFileSync(join(bin, "npx"), npx, { mode: 0o755 });
  const PATH = `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const env = { PATH, HOME: home, ASSAY_HOME: join(home, "state"), NO_COLOR: "1" };
  for (const { id } of readers) {
    const { document } = parseHTML(await textOf(`${served.url}${id}.html`));
    const [setting, ...typed] = [...document.querySelectorAll("pre")].map((pre) => pre.textContent!);
    const commands = readers.find((each) => each.id === id)!.commands;
    expect(typed).toEqual(commands.map((each) => each.typed));
    for (const [n, line] of typed.entries()) {
      // Findings on models are invented here: what was really examined stands in.
      const command = line.replace(
        /run-\d\.zip" --recompute --inputs .*/,
        'found-texts.zip" --recompute --inputs fixtures/story/marks',
      );
      const { status, stderr } = await shell(`${setting}\n${command}`, env);
      expect([id, line, status, stderr.slice(0, 400)]).toEqual([id, line, commands[n]!.status, expect.anything()]);
    }
  }
});

test("without a Chromium the report is written, no PDF beside it, and that is said", async () => {
  const drawn = join(home, "no-pdf");
  const command = `"${process.execPath}" dist/command/main.js verdict '${story.told.folder.replaceAll("'", "'\\''")}' --out '${drawn}'`;
  const { status, stderr } = await shell(command, { CHROMIUM: "/nowhere/chromium" });
  expect([status, stderr]).toEqual([0, "no PDF: no Chromium was found; verdict.html is the record\n"]);
  expect(readdirSync(drawn).sort()).toEqual(["decision.json", "verdict.html", "verdict.json"]);
});

/** Beside the servers of this very process, which have to answer meanwhile. */
async function shell(script: string, env: NodeJS.ProcessEnv): Promise<{ status: number | null; stderr: string }> {
  const child = spawn("sh", ["-c", script], { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes.toString("utf8");
  });
  return new Promise((done) => child.once("close", (status) => done({ status, stderr })));
}

const CHROMIUM = "/usr/bin/chromium";
test.skipIf(!existsSync(CHROMIUM))(
  "in a browser: axe has no complaint, nothing is clipped at 390 px or on paper",
  async () => {
    const pictures = process.env.PICTURES;
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    try {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      for (const path of ["index", "report/verdict", ...readers.map(({ id }) => id)]) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(`${served.url}${path}.html`);
        expect([path, await axeFaults(page)]).toEqual([path, []]);
        if (pictures)
          await page.screenshot({ path: `${pictures}/story-${path.replace("/", "-")}-1280.png`, fullPage: true });
        await page.setViewportSize({ width: 390, height: 844 });
        expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 390]);
        if (pictures)
          await page.screenshot({ path: `${pictures}/story-${path.replace("/", "-")}-390.png`, fullPage: true });
        expect([path, await faultsOnPaper(page, `story-${path.replace("/", "-")}`, pictures)]).toEqual([path, []]);
      }
    } finally {
      await browser.close();
    }
  },
  120_000,
);
