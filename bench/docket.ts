/**
 * Sizes of the docket: a case of 10,000 entries folded, and admitted with signatures and without; 10,000 cases in the
 * index, asked beside a static answer of the same process. Writes bench/docket.json.
 *   npm run build && node bench/docket.ts [fold] [admission] [queries] [postgres]
 * `postgres` takes DATABASE_URL and the package pg (npm install --no-save pg). Parts that are not named keep their figures.
 * Wall-clock times are of the machine as it was; processor time is this process's own, user and system.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { signedAct } from "../dist/app/docket/act.js";
import { type CaseQuery, listCases } from "../dist/app/docket/index/list-cases.js";
import { type CaseIndex, openCaseIndex } from "../dist/app/docket/index/open-index.js";
import { analyse, refreshIndex, writeCases } from "../dist/app/docket/index/refresh-index.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { admit, openCase, readmit } from "../dist/office/docket/entry/admission.js";
import { entryOf } from "../dist/office/docket/entry/docket-record.js";
import { fold, rulesOf } from "../dist/office/docket/fold/fold.js";
import { rowsOfCase } from "../dist/office/docket/index/case-rows.js";
import type { EntryKind, Role } from "../dist/office/docket/pack/names.js";
import { shippedPack, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { Court, DAY } from "../materials/docket/court.ts";
import { fileCase } from "../materials/docket/folders.ts";
import { history } from "../materials/docket/histories.ts";

const OUT = "bench/docket.json";
const ENTRIES = 10_000;
const CASES = 10_000;
const parts = process.argv.slice(2);
const has = (part: string) => parts.length === 0 || parts.includes(part);
const figures: Record<string, unknown> = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
figures.machine = { processors: cpus().length, model: cpus()[0]?.model ?? "", node: process.version };
const save = () => writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
const load = () => Math.round(loadavg()[0]! * 10) / 10;

/** @returns milliseconds on the wall and of this process's processor time */
function timed<T>(work: () => T): { value: T; wall: number; processor: number } {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, wall: round(performance.now() - began), processor: round((user + system) / 1000) };
}
const round = (value: number) => Math.round(value * 100) / 100;
const quarter = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 2]!;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** What most of a large docket is: exhibits, custody, orders to preserve, urgent requests, each with clocks of its own. */
const CYCLE: readonly [Role, EntryKind, (n: number) => Record<string, unknown>][] = [
  [
    "complainant",
    "exhibit",
    (n) => ({
      ...{ exhibit: `E${n}`, title: `exhibit ${n}`, kind: "document", root: `sha256:${String(n).padStart(64, "0")}` },
      ...{ tier: "PUBLIC", carried: false, speaksFor: "neither" },
    }),
  ],
  [
    "complainant",
    "custody",
    (n) => ({
      ...{ exhibit: `E${n - 1}`, event: "received", seq: 0, purpose: "examination" },
      rehash: `sha256:${String(n - 1).padStart(64, "0")}`,
    }),
  ],
  ["registrar", "preservation", () => ({})],
  ["respondent", "commitment.received", (n) => ({ roots: [`sha256:${String(n).padStart(64, "0")}`] })],
  ["registrar", "delay.explained", () => ({ timer: "response", because: "none" })],
  ["complainant", "interim.asked", () => ({ urgent: false })],
  ["respondent", "settlement.offered", (n) => ({ terms: `sha256:${String(n).padStart(64, "0")}` })],
];

async function oneCase(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-docket-"));
  const court = await Court.open(folder);
  await court.file();
  const signing = performance.now();
  const bundles: { bundle: Uint8Array; at: number }[] = [];
  // Signed and entered one after the other, as each names the head that it saw.
  for (let n = 0; court.open.records.length < ENTRIES; n++) {
    const [role, kind, facts] = CYCLE[n % CYCLE.length]!;
    court.at += 20;
    const bundle = await signedAct(court.open, { kind, role, facts: facts(n) }, court.players.get(role)!, court.at);
    const judged = admit(court.open, bundle, court.at, platformKey);
    if (!judged.admitted) throw new Error(judged.says);
    court.open.records.push(judged.record);
    bundles.push({ bundle, at: court.at });
  }
  rmSync(folder, { recursive: true, force: true });
  const made = round(performance.now() - signing);
  const { records, rules, id } = court.open;
  const entries = records.map(entryOf);
  if (has("fold")) {
    const runs = Array.from({ length: 21 }, () => {
      const { value, wall, processor } = timed(() => fold(rules, entries, court.at + DAY));
      if (value.refused.length > 0) throw new Error(value.refused[0]!.says);
      return { wall, processor };
    });
    figures.fold = {
      entries: entries.length,
      clocks: court.open.state.clocks.length,
      runs: runs.length,
      median: { wall: median(runs.map(({ wall }) => wall)), processor: median(runs.map(({ processor }) => processor)) },
      first: runs[0],
      loadAverage: load(),
    };
    console.log(JSON.stringify(figures.fold));
    save();
  }
  if (has("admission")) {
    // Records of one's own log: everything but signatures of entries.
    const without = timed(() => {
      const open = openCase(id, rules, platformKey);
      for (const record of records) {
        const fault = readmit(open, record);
        if (fault !== null) throw new Error(fault);
      }
    });
    const begun = records.length - bundles.length;
    const fresh = () => {
      const open = openCase(id, rules, platformKey);
      for (const record of records.slice(0, begun)) readmit(open, record);
      return open;
    };
    const open = fresh();
    const platform = timed(() => {
      for (const { bundle, at } of bundles) {
        const judged = admit(open, bundle, at, platformKey);
        if (!judged.admitted) throw new Error(judged.says);
      }
    });
    const some = bundles.slice(0, 300);
    const pure = fresh();
    const ours = timed(() => {
      for (const { bundle, at } of some) {
        const judged = admit(pure, bundle, at);
        if (!judged.admitted) throw new Error(judged.says);
      }
    });
    figures.admission = {
      entries: records.length,
      signedAndEnteredMs: made,
      withoutSignatures: { wall: without.wall, processor: without.processor },
      withSignatures: { entries: bundles.length, wall: platform.wall, processor: platform.processor },
      withSignaturesInScript: { entries: some.length, wall: ours.wall, processor: ours.processor },
      loadAverage: load(),
    };
    console.log(JSON.stringify(figures.admission));
    save();
  }
}

async function queries(engine: string, databaseUrl: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-docket-"));
  const index = await openCaseIndex(folder, { databaseUrl, rebuild: true });
  try {
    const indexed = await fill(index);
    const now = FIRST + CASES * 60;
    const asked = await askBeside(index, now);
    figures[engine] = { cases: CASES, ...indexed, ...asked, loadAverage: load() };
    console.log(JSON.stringify(figures[engine]));
    save();
  } finally {
    await index.database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const FIRST = 1_773_000_000;

/**
 * Ten thousand cases as the index holds them: random histories under both packs, folded; 200 of them made once each and the
 * rest again under other names, parties and times, as only the index is measured. And twenty cases from folders.
 */
async function fill(index: CaseIndex) {
  const packs = [shippedPack("expedited-ai-ip/v1")!, shippedPack("udrp/v1")!];
  const made = Array.from({ length: 200 }, (_, n) => {
    const rules = rulesOf(packs[n % 2]!, WEEKENDS_ONLY);
    const entries = history(rules, `bench ${n}`);
    const state = fold(rules, entries, entries.at(-1)!.received);
    return rowsOfCase({ id: "", origin: "", rehearsal: false }, entries, state, rules);
  });
  const [began, spent] = [performance.now(), process.cpuUsage()];
  for (let from = 0; from < CASES; from += 100)
    await writeCases(
      index,
      Array.from({ length: 100 }, (_, k) => {
        const n = from + k;
        const rows = made[n % made.length]!;
        const shift = FIRST + n * 60 - rows.lastEntry;
        const moved = (at: number) => (at > 1e12 ? at : at + shift);
        return {
          name: `case-${n}`,
          head: "",
          rows: {
            ...rows,
            id: `2026-${n}`,
            origin: `docket.example/${n}`,
            opened: rows.opened + shift,
            lastEntry: rows.lastEntry + shift,
            spans: rows.spans.map((span) => ({
              ...span,
              since: moved(span.since),
              until: moved(span.until),
              clocks: span.clocks.map(({ timer, due }) => ({ timer, due: due + shift })),
            })),
            entries: rows.entries.map((entry) => ({ ...entry, received: entry.received + shift })),
            parties: [
              { party: n % 2 === 0 ? "Everywhere plc" : `Party ${n % 1000}`, role: "complainant" as const },
              { party: `Respondent ${n % 3000}`, role: "respondent" as const },
            ],
            models: [{ model: `sha256:${String(n % 5000).padStart(64, "0")}`, part: "suspect" as const }],
          },
        };
      }),
    );
  await analyse(index);
  const wrote = performance.now() - began;
  const writing = process.cpuUsage(spent);
  // From folders, with their logs read and every record admitted again but for signatures.
  const docket = mkdtempSync(join(tmpdir(), "assay-bench-folders-"));
  const folders = 20;
  for (let n = 0; n < folders; n++)
    await fileCase(docket, `f-${n}`, {
      complainant: "Aldgate Labs",
      respondent: "Meridian Cloud",
      at: null,
      commence: true,
    });
  const beside = await openCaseIndex(docket);
  const before = process.cpuUsage();
  await refreshIndex(beside);
  const { user, system } = process.cpuUsage(before);
  const again = process.cpuUsage();
  await refreshIndex(beside);
  const unchanged = process.cpuUsage(again);
  await beside.database.close();
  rmSync(docket, { recursive: true, force: true });
  return {
    writing: {
      wallSeconds: round(wrote / 1000),
      processorMsEach: round((writing.user + writing.system) / 1000 / CASES),
    },
    fromFolders: {
      folders,
      processorMsEach: round((user + system) / 1000 / folders),
      unchangedProcessorMsEach: round((unchanged.user + unchanged.system) / 1000 / folders),
    },
  };
}

/** A server with two addresses: the query, and an answer that is ready and as long. Asked in turn over one connection. */
async function askBeside(index: CaseIndex, now: number) {
  const questions: [string, CaseQuery][] = [
    ["first page", {}],
    ["by state", { state: "final" }],
    ["by state that is rare", { state: "deficient" }],
    ["by party of three cases", { party: "respondent 7" }],
    ["by party of half the cases", { party: "everywhere plc" }],
    ["by party and state", { party: "Everywhere plc", state: "published" }],
    ["by model", { model: `sha256:${"42".padStart(64, "0")}` }],
    ["due within a week", { dueBy: now + 7 * DAY }],
    ["response due", { timer: "response", dueBy: now + 7 * DAY }],
    ["by id", { id: "2026-77" }],
  ];
  let ready = Buffer.alloc(0);
  let query: CaseQuery = {};
  const server = createServer(async (asked, answer) => {
    const body =
      asked.url === "/static" ? ready : Buffer.from(JSON.stringify((await listCases(index, query, now)).cases));
    answer.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    answer.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const began = performance.now();
      request({ port, host: "127.0.0.1", path, agent }, (answer) => {
        answer.resume();
        answer.once("end", () => resolve(performance.now() - began));
      })
        .once("error", reject)
        .end();
    });
  // A deep page of the largest answer.
  let after: string | null = null;
  for (let page = 0; page < 40; page++)
    ({ after } = await listCases(index, { limit: 100, ...(after ? { after } : {}) }, now));
  questions.push(["a page 4,000 cases on", { after: after! }]);
  const results: Record<
    string,
    { found: number; bytes: number; queryMs: number; staticMs: number; ratio: number; ratioOfLowerQuarters: number }
  > = {};
  for (const [name, given] of questions) {
    query = given;
    const { cases } = await listCases(index, given, now);
    ready = Buffer.from(JSON.stringify(cases));
    for (let warm = 0; warm < 30; warm++) await get(warm % 2 === 0 ? "/query" : "/static");
    const times = { query: [] as number[], static: [] as number[] };
    for (let n = 0; n < 200; n++) {
      times.query.push(await get("/query"));
      times.static.push(await get("/static"));
    }
    const [q, s] = [median(times.query), median(times.static)];
    const [quick, quickStatic] = [quarter(times.query), quarter(times.static)];
    results[name] = {
      found: cases.length,
      bytes: ready.length,
      queryMs: round(q),
      staticMs: round(s),
      ratio: round(q / s),
      ratioOfLowerQuarters: round(quick / quickStatic),
    };
  }
  agent.destroy();
  server.close();
  return { questions: results, worstRatio: Math.max(...Object.values(results).map(({ ratio }) => ratio)) };
}

if (has("fold") || has("admission")) await oneCase();
if (has("queries")) await queries("sqlite", undefined);
if (parts.includes("postgres")) await queries("postgresql", process.env.DATABASE_URL);
