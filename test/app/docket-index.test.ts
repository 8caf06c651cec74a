/** The index across cases: it answers what the cases say, now and later, and can be thrown away. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enterAct } from "../../dist/app/docket/act.js";
import { openCaseFolder } from "../../dist/app/docket/case-folder.js";
import { Docket } from "../../dist/app/docket/docket.js";
import { type CaseQuery, listCases, recentEntries } from "../../dist/app/docket/index/list-cases.js";
import { type CaseIndex, INDEX_FILE, openCaseIndex } from "../../dist/app/docket/index/open-index.js";
import { indexCase, refreshIndex, writeCases } from "../../dist/app/docket/index/refresh-index.js";
import { type CaseSearch, searchCases, standingOf } from "../../dist/app/docket/index/search-cases.js";
import { prng } from "../../dist/base/prng.js";
import { advance } from "../../dist/office/docket/fold/clocks.js";
import { fold, rulesOf } from "../../dist/office/docket/fold/fold.js";
import { FOREVER, rowsOfCase } from "../../dist/office/docket/index/case-rows.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { momentText } from "../../dist/office/docket/time/day.js";
import { docketSite } from "../../dist/web/docket/docket-server.js";
import { workspaceSite } from "../../dist/web/docket/workspace-server.js";
import { type FiledCase, fileCase } from "../../materials/docket/folders.ts";
import { history } from "../../materials/docket/histories.ts";

const docket = mkdtempSync(join(tmpdir(), "assay-docket-index-"));
afterAll(() => rmSync(docket, { recursive: true, force: true }));
const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const SUSPECT = `sha256:${"5".repeat(64)}`;
const HOSTILE = "Null\u0000 and Sons";
const filed = new Map<string, FiledCase>();
let index: CaseIndex;
const ids = async (query: CaseQuery, now = NOW) => (await listCases(index, query, now)).cases.map((each) => each.case);

beforeAll(async () => {
  const of = (complainant: string, respondent: string) => ({ complainant, respondent, at: null });
  filed.set("a", await fileCase(docket, "a", { ...of("Aldgate Labs", "Meridian Cloud"), commence: true }));
  filed.set("b", await fileCase(docket, "b", { ...of("Meridian Cloud", HOSTILE), facts: { suspect: SUSPECT } }));
  filed.set("c", await fileCase(docket, "c", { ...of("Aldgate Labs", "Harrow"), at: 1_772_442_000, commence: true }));
  mkdirSync(join(docket, "notes"));
  index = await openCaseIndex(docket);
  expect(await refreshIndex(index)).toMatchObject({ cases: 3, changed: 3, gone: 0, faults: [] });
});
afterAll(() => index.database.close());

test("lists by party, role, state, time and model, each as the case itself says", async () => {
  const { cases } = await listCases(index, {}, NOW);
  expect(cases.length).toBe(3);
  for (const row of cases) {
    const { state, file, records } = await openCaseFolder(join(docket, row.folder));
    expect([row.state, row.origin, row.entries, row.rehearsal]).toEqual([
      state.state,
      file.origin,
      records.length,
      file.rehearsal,
    ]);
    expect(row.next!.due).toBe(momentText(Math.min(...state.running.map((at) => state.clocks[at]!.due))));
  }
  expect((await ids({ party: "ALDGATE labs" })).sort()).toEqual(["a", "c"]);
  expect(await ids({ party: "meridian cloud", role: "respondent" })).toEqual(["a"]);
  expect(await ids({ party: HOSTILE })).toEqual(["b"]);
  expect(await ids({ model: SUSPECT })).toEqual(["b"]);
  expect(await ids({ model: SUSPECT, party: "Aldgate Labs" })).toEqual([]);
  expect(await ids({ state: "filed" })).toEqual(["b"]);
  expect(await ids({ id: "c" })).toEqual(["c"]);
  // The rehearsal of March stands where its last entry left it: its response is due first.
  expect(await ids({ timer: "response" })).toEqual(["c", "a"]);
  expect(await ids({ state: "response", dueBy: NOW })).toEqual(["c"]);
  await expect(ids({ role: "panel" })).rejects.toThrow("--party");
  await expect(ids({ after: "x" })).rejects.toThrow("--after");
});

test("time runs out without an entry, and as it will stand is answered too", async () => {
  const later = NOW + 40 * DAY;
  const { state, rules } = await openCaseFolder(join(docket, "a"));
  advance(state, rules, later);
  expect(state.state).not.toBe("response");
  expect(await ids({ at: later, state: state.state })).toEqual(expect.arrayContaining(["a"]));
  expect(await ids({ state: "response" })).toEqual(expect.arrayContaining(["a", "c"]));
  expect(await ids({ state: state.state }, later)).toEqual(["a"]);
  expect(await ids({ state: "response" }, later)).toEqual(["c"]);
});

test("a new entry is found by its checkpoint; a page begins where the one before ended", async () => {
  const { folder, players } = filed.get("b")!;
  const lacks = { lacks: ["the query log"] };
  await enterAct(
    { folder, signer: players.registrar, at: null },
    { kind: "deficiency", role: "registrar", facts: lacks },
  );
  expect(await refreshIndex(index)).toMatchObject({ cases: 3, changed: 1 });
  expect(await ids({ state: "deficient" })).toEqual(["b"]);
  await enterAct({ folder, signer: players.complainant, at: null }, { kind: "cured", role: "complainant", facts: {} });
  await indexCase(index, "b");
  expect(await ids({ state: "filed" })).toEqual(["b"]);
  // Of this case: another's may have come in within the same second.
  const recent = (await recentEntries(index, 50)).filter((each) => each.case === "b");
  expect(recent.slice(0, 2).map(({ kind }) => kind)).toEqual(["cured", "deficiency"]);
  expect(await recentEntries(index, 5, "notice")).toHaveLength(2);
  const all = await ids({});
  const pages: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listCases(index, { limit: 1, after }, NOW);
    pages.push(...page.cases.map((each) => each.case));
    if (page.after === null) break;
    after = page.after;
  }
  expect(pages).toEqual(all);
});

test("found cases are kept until the index changes, by whatever program; by words, state and times", async () => {
  const found = async (query: CaseSearch, now = NOW) => {
    const { found: count, cases } = await searchCases(index, query, now);
    return [count, ...cases.map((each) => each.case)];
  };
  const page = { offset: 0, limit: 10 };
  const all = await found({ by: "latest", ...page });
  expect(all[0]).toBe(3);
  expect((await found({ by: "latest", words: ["ald", "LABS"], ...page })).sort()).toEqual([2, "a", "c"]);
  expect(await found({ by: "latest", words: ["aldgate", "harrow"], ...page })).toEqual([1, "c"]);
  expect(await found({ by: "latest", words: ["aldgate", "nightjar"], ...page })).toEqual([0]);
  // Pages are cut from the same order as the whole list.
  const byWord = await found({ by: "latest", words: ["aldgate"], ...page });
  expect(byWord.slice(1)).toEqual(all.filter((id) => byWord.slice(1).includes(id)));
  expect(await found({ by: "latest", words: ["aldgate"], offset: 1, limit: 1 })).toEqual([2, byWord[2]]);
  expect(await found({ by: "latest", offset: 1, limit: 1 })).toEqual([3, all[2]]);
  for (const state of (await standingOf(index, NOW)).states)
    for (const words of [[], ["aldgate"]]) {
      const [count, ...ids] = await found({ by: "latest", words, state, ...page });
      expect(count).toBe(ids.length);
      const listed = (await listCases(index, { state }, NOW)).cases.map((each) => each.case);
      expect(ids.sort()).toEqual(listed.filter((id) => words.length === 0 || byWord.includes(id)).sort());
    }
  const due = await listCases(index, { dueBy: FOREVER - 1 }, NOW);
  expect((await found({ by: "due", ...page })).slice(1)).toEqual(due.cases.map((each) => each.case));
  // Another program takes a case out and puts it back.
  const other = await openCaseIndex(docket);
  const folder = join(docket, "c");
  renameSync(folder, `${docket}-c`);
  await refreshIndex(other);
  expect(await found({ by: "latest", words: ["aldgate"], ...page })).toEqual([1, "a"]);
  expect((await found({ by: "latest", ...page }))[0]).toBe(2);
  renameSync(`${docket}-c`, folder);
  await refreshIndex(other);
  expect((await found({ by: "latest", words: ["aldgate"], ...page })).sort()).toEqual([2, "a", "c"]);
  await other.database.close();
  // Time runs out without an entry: states are asked again.
  const later = NOW + 40 * DAY;
  const [count, ...ids] = await found({ by: "latest", state: "response", words: ["aldgate"], ...page }, later);
  expect([count, ids]).toEqual([1, ["c"]]);
  expect((await found({ by: "latest", state: "response", words: ["aldgate"], ...page }))[0]).toBe(2);
});

test("thrown away, damaged or of another version, it is made again and answers the same", async () => {
  const questions: CaseQuery[] = [{}, { party: "Aldgate Labs" }, { timer: "response" }, { at: NOW + 9 * DAY }];
  const answers = async () => Promise.all(questions.map((query) => listCases(index, query, NOW)));
  const before = await answers();
  await index.database.run("UPDATE docket_about SET value = 'older' WHERE name = 'version'");
  await index.database.close();
  index = await openCaseIndex(docket);
  expect(await ids({})).toEqual([]);
  await refreshIndex(index);
  expect(await answers()).toEqual(before);
  await index.database.close();
  writeFileSync(join(docket, INDEX_FILE), "not a database, and long enough to be taken for one".repeat(40));
  rmSync(join(docket, `${INDEX_FILE}-wal`), { force: true });
  await expect(openCaseIndex(docket)).rejects.toThrow(/expected a database/);
  index = await openCaseIndex(docket, { rebuild: true });
  await refreshIndex(index);
  expect(await answers()).toEqual(before);
});

test("what does not hold together is told and not left out; a copy of a log too; what is gone is gone", async () => {
  cpSync(join(docket, "a"), join(docket, "copy"), { recursive: true });
  cpSync(join(docket, "b"), join(docket, "odd"), { recursive: true });
  writeFileSync(join(docket, "odd", "case.json"), "{}");
  const { faults, changed } = await refreshIndex(index);
  expect(changed).toBe(2);
  expect(faults.map(({ folder }) => folder).sort()).toEqual(["a", "copy", "odd"]);
  expect(faults.find(({ folder }) => folder === "odd")!.says).toContain("case.json");
  rmSync(join(docket, "copy"), { recursive: true });
  rmSync(join(docket, "odd"), { recursive: true });
  expect(await refreshIndex(index)).toMatchObject({ cases: 3, changed: 0, gone: 2, faults: [] });
});

test("a case that two folders hold is shown by neither name, refused with both, and hides no other", async () => {
  const twice = mkdtempSync(join(tmpdir(), "assay-docket-twice-"));
  try {
    const given = { complainant: "Aldgate Labs", respondent: "Meridian Cloud", at: 1_772_442_000 };
    await fileCase(twice, "2026-001", given);
    await fileCase(twice, "2026-002", given);
    cpSync(join(twice, "2026-001"), join(twice, "another"), { recursive: true });
    const desk = await Docket.open(twice);
    try {
      const says = /more than one folder holds the case 2026-001 \("2026-001", "another"\)/;
      expect(() => desk.folderOf("2026-001")).toThrow(says);
      await expect(desk.view("2026-001", "PUBLIC")).rejects.toThrow(says);
      expect((await desk.view("2026-002", "PUBLIC"))!.case).toBe("2026-002");
      expect((await desk.standing()).unreadable.map((each) => each.case).sort()).toEqual(["2026-001", "another"]);
      const site = docketSite(desk);
      const asked = async (path: string) => (await site.request(path, { headers: { host: "localhost" } })).status;
      expect(await asked("/cases/2026-001")).toBe(503);
      for (const path of ["/", "/feed.atom", "/deadlines.ics", "/cases/2026-002"])
        expect([path, await asked(path)]).toEqual([path, 200]);
      const filed = await workspaceSite(desk).request("/cases/2026-001/entries", {
        method: "POST",
        headers: { host: "localhost", "content-type": "application/zip" },
        body: "x",
      });
      expect([filed.status, ((await filed.json()) as { says: string }).says]).toEqual([
        400,
        expect.stringMatching(says),
      ]);
    } finally {
      await desk.close();
    }
  } finally {
    rmSync(twice, { recursive: true, force: true });
  }
});

test.each(SHIPPED_PACKS.map((pack) => [pack.data.id, pack] as const))(
  "spans of %s: what is laid down comes to what the fold says at any later time",
  async (id, pack) => {
    const rules = rulesOf(pack, WEEKENDS_ONLY);
    const draw = prng("assay/docket-index/v1", id);
    for (let n = 0; n < 20; n++) {
      const entries = history(rules, `index ${id} ${n}`);
      const end = entries.at(-1)!.received;
      const about = { id: `case-${n}`, origin: `docket.example/${n}`, rehearsal: false };
      const rows = rowsOfCase(about, entries, fold(rules, entries, end), rules);
      for (const [at, { since, until }] of rows.spans.entries())
        expect([since, until > since]).toEqual([at === 0 ? end : rows.spans[at - 1]!.until, true]);
      expect(rows.spans.at(-1)!.until).toBe(FOREVER);
      const times = rows.spans.flatMap(({ since, until }) => [since, until === FOREVER ? since + DAY : until - 1]);
      for (const at of [...times, end + draw.below(400 * DAY)]) {
        const span = rows.spans.find(({ since, until }) => since <= at && at < until)!;
        const state = fold(rules, entries, at);
        const running = state.running.map((position) => state.clocks[position]!);
        const dues = running.filter(({ status }) => status === "running").map(({ due }) => due);
        expect([span.state, span.clocks.map(({ due }) => due)]).toEqual([state.state, dues.sort((a, b) => a - b)]);
      }
      await writeCases(index, [{ name: `memory-${n}`, head: "", rows }]);
    }
    // Memory has no folder: the next look finds them gone.
    expect((await refreshIndex(index)).gone).toBe(20);
  },
);
