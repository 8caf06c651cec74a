/**
 * The public docket under load: 50 clients at once on a docket of 10,000 cases, each kind of page beside a page of the same
 * server that asks for nothing (/about). Writes bench/docket-site.json.
 *   npm run build && node bench/docket-site.ts 500             (SQLite, beside the cases)
 *   npm run build && node bench/docket-site.ts 500 postgres    (PostgreSQL of the bench's own, from Debian's packages, or the
 *                                                               one that DATABASE_URL names; npm install --no-save pg)
 * Twenty cases are filed; 9,980 further folders hold a checkpoint, which the server reads to see whether a case has grown. The
 * index holds each folder under a name, parties and words of its own, so that lists are of 10,000 cases and pages of cases are
 * of the twenty.
 * Lists are kept in memory until the index changes: two kinds are asked with the index changed before each request, as if a
 * case had just been filed. Processor time is the server process's own, user and system; PostgreSQL's stands beside it, of
 * all processes of the server, which must run on this machine. Wall-clock figures are of the machine as it was.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { openCaseFolder } from "../dist/app/docket/case-folder.js";
import { changed, openCaseIndex } from "../dist/app/docket/index/open-index.js";
import { analyse, writeCases } from "../dist/app/docket/index/refresh-index.js";
import { wordsIn } from "../dist/app/docket/index/words.js";
import { sha256Hex } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import type { Queries } from "../dist/host/sql/database.js";
import { rowsOfCase } from "../dist/office/docket/index/case-rows.js";
import { Court } from "../materials/docket/court.ts";
import { startPostgres } from "../materials/docket/postgres.ts";

const OUT = "bench/docket-site.json";
const CASES = 10_000;
const FILED = 20;
const CLIENTS = 50;
const REQUESTS = Number(process.argv[2] ?? 1000);
const NAMES = ["Aldgate", "Bexley", "Camden", "Dulwich", "Ealing", "Finchley", "Greenwich", "Hackney"];
const KINDS = ["Labs", "Models", "Research", "Systems", "Analytics"];
const party = (n: number) => `${NAMES[n % 8]} ${KINDS[Math.floor(n / 8) % 5]} ${Math.floor(n / 40)}`;
const idOf = (n: number) => `2026-${String(n).padStart(5, "0")}`;
const PG_PORT = 54_331;
const engine = process.argv[3] === "postgres" ? "postgresql" : "sqlite";
const given = process.env.DATABASE_URL;
const own = engine === "postgresql" && given === undefined ? await startPostgres(PG_PORT) : null;
const databaseUrl = engine === "postgresql" ? (own?.url ?? given) : undefined;
const draw = prng("assay/docket-site/v1", engine);
const round = (value: number) => Math.round(value * 100) / 100;

/** Addresses of each kind; the same of each kind are drawn on either engine's turn anew. */
const PAGES: Record<string, () => string> = {
  "/about, which asks for nothing": () => "/about",
  "front page, any of its pages": () => `/?page=${1 + draw.below(200)}`,
  "search by a party": () => `/?q=${NAMES[draw.below(8)]}+${KINDS[draw.below(5)]}+${draw.below(250)}`,
  "search by a word of 13 cases": () => `/index.json?q=word${draw.below(777)}`,
  "search by the beginning of a word of every case": () => `/index.json?q=compl&page=${1 + draw.below(200)}`,
  "times that run, any of its pages": () => `/deadlines?page=${1 + draw.below(200)}`,
  "a case": () => `/cases/${idOf(draw.below(FILED))}`,
  "its timeline": () => `/cases/${idOf(draw.below(FILED))}/timeline`,
  "an entry": () => `/cases/${idOf(draw.below(FILED))}/entries/${draw.below(10)}`,
  "feed of all cases": () => "/feed.atom",
};
/** Asked once more with the index changed before each request. */
const CHANGED = ["front page, any of its pages", "search by a party"];

const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "assay-bench-site-"));
const figures: Record<string, unknown> = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
try {
  const filed = await fileCases();
  await fill(filed, databaseUrl);
  figures.machine = { processors: cpus().length, model: cpus()[0]?.model ?? "", node: process.version };
  await load(databaseUrl, (measured) => {
    // What was measured stays where the rest is not.
    figures[engine] = { cases: CASES, filed: FILED, clients: CLIENTS, requests: REQUESTS, ...measured };
    writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
  });
  console.log(JSON.stringify(figures[engine], null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
  await own?.end();
}

async function fileCases(): Promise<ReturnType<typeof rowsOfCase>[]> {
  const filed: ReturnType<typeof rowsOfCase>[] = [];
  for (let n = 0; n < FILED; n++) {
    const court = await Court.open(folder, idOf(n));
    await court.file();
    await court.save(join(folder, idOf(n)));
    const { file, records, state, rules } = await openCaseFolder(join(folder, idOf(n)));
    filed.push(rowsOfCase(file, records, state, rules));
  }
  for (let n = FILED; n < CASES; n++) {
    mkdirSync(join(folder, idOf(n)));
    cpSync(join(folder, idOf(n % FILED), "checkpoint"), join(folder, idOf(n), "checkpoint"));
  }
  return filed;
}

async function fill(filed: readonly ReturnType<typeof rowsOfCase>[], url: string | undefined): Promise<void> {
  const index = await openCaseIndex(folder, { databaseUrl: url, rebuild: true });
  for (let from = 0; from < CASES; from += 100) {
    const read: Parameters<typeof writeCases>[1][number][] = [];
    for (let n = from; n < from + 100; n++) {
      const name = idOf(n);
      const rows = filed[n % FILED]!;
      const [complainant, respondent] = [party(n), party((7 * n + 3) % CASES)];
      const title = `${complainant} v. ${respondent}`;
      read.push({
        name,
        head: sha256Hex(readFileSync(join(folder, name, "checkpoint"))),
        rows: {
          ...rows,
          id: name,
          origin: `docket.example/${name}`,
          parties: [
            { party: complainant, role: "complainant" },
            { party: respondent, role: "respondent" },
          ],
        },
        shown: {
          title,
          outcome: null,
          words: wordsIn(`${name} ${title} complaint notice counsel paid word${n % 777}`),
        },
      });
    }
    await writeCases(index, read);
  }
  await analyse(index);
  await index.database.close();
}

/** @param told after each kind of page, of all that were measured so far */
async function load(databaseUrl: string | undefined, told: (measured: object) => void): Promise<void> {
  const { DATABASE_URL: _, ...rest } = process.env;
  const server = spawn(process.execPath, ["dist/command/main.js", "docket", "serve", folder, "--port", "0"], {
    env: databaseUrl === undefined ? rest : { ...rest, DATABASE_URL: databaseUrl },
  });
  let said = "";
  const begun = performance.now();
  const url = await new Promise<string>((resolve, reject) => {
    server.once("exit", () => reject(new Error(said)));
    server.stderr.on("data", (chunk) => {
      said += chunk;
      const found = /http:\S+/.exec(said)?.[0];
      if (found) resolve(found);
    });
  });
  const startSeconds = round((performance.now() - begun) / 1000);
  const processor = () => spentBy(server.pid!);
  const index = await openCaseIndex(folder, { databaseUrl });
  const postmaster = databaseUrl === undefined ? null : await postmasterOf(index.database);
  const engine = () => (postmaster === null ? 0 : spentByFamily(postmaster));
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const ask = (path: string): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const asked = get(new URL(path, url), { agent }, (answer) => {
        let text = "";
        if (answer.statusCode === 200) answer.resume();
        else answer.on("data", (chunk) => (text += chunk));
        answer.once("end", () =>
          answer.statusCode === 200
            ? resolve()
            : reject(new Error(`${answer.statusCode} ${path} ${text.slice(-1500)}`)),
        );
      });
      // A connection that the server closed, as nothing was asked over it for a while, is made again.
      asked.once("error", (error: NodeJS.ErrnoException) =>
        asked.reusedSocket && error.code === "ECONNRESET" ? resolve(ask(path)) : reject(error),
      );
    });
  const run = async (address: () => string, requests: number) => {
    let left = requests;
    const client = async () => {
      while (left-- > 0) await ask(address());
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  const pages: Record<string, object> = {};
  let still = 0;
  const measured = async (name: string, work: (requests: number) => Promise<void>) => {
    await work(2 * CLIENTS);
    const [wall, spent, beside] = [performance.now(), processor(), engine()];
    await work(REQUESTS);
    const each = (processor() - spent) / REQUESTS;
    still ||= each;
    pages[name] = {
      wallMsEach: round((performance.now() - wall) / REQUESTS),
      processorMsEach: round(each),
      ...(databaseUrl === undefined ? {} : { postgresMsEach: round((engine() - beside) / REQUESTS) }),
      ratio: round(each / still),
    };
    told({ startSeconds, pages, loadAverage: Math.round(loadavg()[0]! * 10) / 10 });
    console.error(name, JSON.stringify(pages[name]));
  };
  for (const [name, address] of Object.entries(PAGES)) await measured(name, (requests) => run(address, requests));
  for (const name of CHANGED)
    await measured(`${name}, the index changed before each`, async (requests) => {
      for (let n = 0; n < requests; n++) {
        await index.database.transaction(changed);
        await ask(PAGES[name]!());
      }
    });
  await index.database.close();
  agent.destroy();
  server.kill();
}

/** Fields of a process's stat after its name: the first is its state, the second its parent. */
function statOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
}

/** Processor time of a process so far, in milliseconds, user and system, from clock ticks of a hundredth of a second. */
function spentBy(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Its own, of its children, and of those that have ended. */
function spentByFamily(pid: number): number {
  const fields = statOf(pid);
  const children = readdirSync("/proc").filter((each) => {
    try {
      return /^[0-9]+$/.test(each) && statOf(Number(each))[1] === String(pid);
    } catch {
      return false;
    }
  });
  const ended = (Number(fields[13]) + Number(fields[14])) * 10;
  return children.reduce((sum, each) => sum + spentBy(Number(each)), ended + spentBy(pid));
}

/** The server that a connection's process was started by. */
async function postmasterOf({ all }: Queries): Promise<number> {
  const [row] = await all<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return Number(statOf(row!.pid)[1]);
}
