/**
 * What is filed through a workspace while its process is killed: fifty clients file in ten cases at once, the program is
 * killed (SIGKILL) after some of its acknowledgements, started again, and everything it acknowledged is looked for.
 *   npm run build && node validation/docket-serve-crash.study.ts [kills, default 50]
 *   npm run build && node validation/docket-serve-crash.study.ts KILLS postgres
 * With `postgres` the index lies in a PostgreSQL server of the study's own (from Debian's packages; npm install --no-save pg):
 * the server is killed while entries are filed and lists are read, in every other round the program with it; both are started
 * again, and the index must say of every case what its folder says. Resumable: counting goes on where the results stand; when
 * to kill is drawn from the number of the round.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedAct } from "../dist/app/docket/act.js";
import { bundleOfCase } from "../dist/app/docket/case-bundle.js";
import { openCaseFolder } from "../dist/app/docket/case-folder.js";
import { listCases } from "../dist/app/docket/index/list-cases.js";
import { openCaseIndex } from "../dist/app/docket/index/open-index.js";
import { refreshIndex } from "../dist/app/docket/index/refresh-index.js";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { sha256Digest } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { packFiling } from "../dist/office/docket/entry/filing.js";
import { type FiledCase, fileCase } from "../materials/docket/folders.ts";
import { startPostgres } from "../materials/docket/postgres.ts";

const withPostgres = process.argv[3] === "postgres";
const OUT = withPostgres ? "validation/docket-postgres-crash.json" : "validation/docket-serve-crash.json";
const CLIENTS = 50;
const CASES = 10;
/** Rounds on one docket; opening a case reads all of it, so that a new one begins then. */
const ROUNDS_A_DOCKET = 10;
const PG_PORT = 54_329;
/** So long is filed without the database. */
const AFTER_MS = 1500;
const figures = {
  seed: "assay/docket-serve-crash/v1 <round>",
  clients: CLIENTS,
  casesAtOnce: CASES,
  kills: 0,
  acknowledged: 0,
  entered: 0,
  lost: 0,
  attachmentsLost: 0,
  notOpened: 0,
  notVerified: 0,
  ...(withPostgres ? { programsKilled: 0, listsAnswered: 0, listsRefused: 0, listedOtherwise: 0 } : {}),
  ...(existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {}),
};
const wanted = Number(process.argv[2] ?? 50);
let docket = "";
let filed: FiledCase[] = [];
const acknowledged = new Map<string, { statement: string; attachment: string }[]>();
const postgres = withPostgres ? await startPostgres(PG_PORT) : null;

while (figures.kills < wanted) {
  if (docket === "" || figures.kills % ROUNDS_A_DOCKET === 0) await fresh();
  const before = [...acknowledged.values()].flat().length;
  await round(figures.kills);
  figures.kills++;
  await looked(before);
  writeFileSync(`${OUT}.new`, `${JSON.stringify(figures, null, 2)}\n`);
  renameSync(`${OUT}.new`, OUT);
  console.log(JSON.stringify(figures));
}
rmSync(docket, { recursive: true, force: true });
await postgres?.end();

async function fresh(): Promise<void> {
  if (docket !== "") rmSync(docket, { recursive: true, force: true });
  docket = mkdtempSync(join(tmpdir(), "assay-docket-serve-crash-"));
  acknowledged.clear();
  filed = [];
  for (let n = 0; n < CASES; n++)
    filed.push(
      await fileCase(docket, `2026-${n}`, { complainant: "Aldgate Labs", respondent: "Meridian Cloud", at: null }),
    );
}

async function started(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ["dist/command/main.js", "docket", "workspace", docket, "--port", "0"], {
    env: { ...process.env, DATABASE_URL: postgres?.url ?? "" },
  });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error(said)));
    child.stderr!.on("data", (chunk) => {
      said += chunk;
      const found = /http:\S+/.exec(said)?.[0];
      if (found) resolve(found);
    });
  });
  child.removeAllListeners("exit");
  return { child, url };
}

/** Until it is killed: each client files one entry after the other, whatever became of the one before. */
async function round(n: number): Promise<void> {
  const draw = prng("assay/docket-serve-crash/v1", String(n));
  const after = 1 + draw.below(30);
  const wait = draw.below(40);
  const { child, url } = await started();
  const program = !postgres || n % 2 === 0;
  let answers = 0;
  let killed = false;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const client = async (who: number) => {
    const { folder, players } = filed[who % CASES]!;
    const id = `2026-${who % CASES}`;
    const open = await openCaseFolder(folder);
    for (let k = 0; !killed; k++) {
      const attachment = new TextEncoder().encode(`round ${n}, client ${who}, filing ${k}`);
      const act = {
        kind: "preservation" as const,
        role: "registrar" as const,
        facts: {},
        attachments: [{ name: "order.txt", bytes: attachment }],
      };
      const bundle = await signedAct(open, act, players.registrar, Math.floor(Date.now() / 1000));
      const answer = await fetch(`${url}cases/${id}/entries`, {
        method: "POST",
        headers: { "content-type": "application/zip" },
        body: new Uint8Array(packFiling({ bundle }, [attachment])),
      }).catch(() => null);
      const text = answer ? await answer.text().catch(() => null) : null;
      if (text === null) return;
      // Others are filing: this one waits its turn.
      if (answer!.status === 503) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const said = JSON.parse(text) as { admitted: boolean; statement: string; says?: string };
      if (!said.admitted) throw new Error(said.says);
      const list = acknowledged.get(folder) ?? [];
      list.push({ statement: said.statement, attachment: sha256Digest(attachment) });
      acknowledged.set(folder, list);
      if (++answers === after)
        setTimeout(() => {
          postgres?.kill();
          if (program) child.kill("SIGKILL");
          // A program that goes on without its index goes on entering what is filed.
          setTimeout(() => (killed = true), program ? 0 : AFTER_MS);
        }, wait);
    }
  };
  /** Lists are asked for from the index, the last of them when it is gone. */
  const reader = async () => {
    while (!killed) {
      const answer = await fetch(url).catch(() => null);
      if (answer) await answer.arrayBuffer().catch(() => null);
      if (answer?.status === 200) figures.listsAnswered++;
      else if (answer?.status === 503) figures.listsRefused++;
      else if (answer && !killed) throw new Error(`a list was answered with ${answer.status}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all([
    ...Array.from({ length: CLIENTS }, (_, who) => client(who)),
    ...(postgres ? [reader(), reader()] : []),
  ]);
  if (program) figures.programsKilled++;
  else {
    // It finds the database again without being started anew.
    await postgres!.start();
    if (!(await answered(url))) throw new Error("lists are not answered after the database was started again");
    child.kill("SIGKILL");
  }
  await gone;
  await postgres?.start();
  if (postgres) await compared(postgres.url);
}

async function answered(url: string): Promise<boolean> {
  for (let n = 0; n < 100; n++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** The index, brought up to date, against each folder. */
async function compared(databaseUrl: string): Promise<void> {
  const index = await openCaseIndex(docket, { databaseUrl });
  try {
    const { faults } = await refreshIndex(index);
    const { cases } = await listCases(index, {}, Math.floor(Date.now() / 1000));
    for (const { folder } of filed) {
      const { records } = await openCaseFolder(folder);
      const listed = cases.find((each) => join(docket, each.folder) === folder);
      if (listed?.entries !== records.length || faults.length > 0) figures.listedOtherwise++;
    }
  } finally {
    await index.database.close();
  }
}

async function looked(before: number): Promise<void> {
  figures.acknowledged += [...acknowledged.values()].flat().length - before;
  for (const { folder } of filed)
    try {
      const { records, object, state } = await openCaseFolder(folder);
      const there = new Set(records.map(({ statement }) => statement as string));
      for (const { statement, attachment } of acknowledged.get(folder) ?? []) {
        if (!there.has(statement)) figures.lost++;
        if (!(await object(attachment))) figures.attachmentsLost++;
      }
      if (figures.kills % ROUNDS_A_DOCKET !== 0 && figures.kills < wanted) continue;
      figures.entered += records.filter(({ kind }) => kind === "preservation").length;
      const report = await verifyCase(await bundleOfCase(folder, "PUBLIC", state.at), { quick: platformKey });
      if (!report.holds) figures.notVerified++;
    } catch (error) {
      figures.notOpened++;
      console.error(error);
    }
}
