/**
 * What is filed through a workspace while its process is killed: fifty clients file in ten cases at once, the program is
 * killed (SIGKILL) after some of its acknowledgements, started again, and everything it acknowledged is looked for.
 *   npm run build && node validation/docket-serve-crash.study.ts [kills, default 50]
 * Resumable: counting goes on where docket-serve-crash.json stands; when to kill is drawn from the number of the round.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedAct } from "../dist/app/docket/act.js";
import { bundleOfCase } from "../dist/app/docket/case-bundle.js";
import { openCaseFolder } from "../dist/app/docket/case-folder.js";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { sha256Digest } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { packFiling } from "../dist/office/docket/entry/filing.js";
import { type FiledCase, fileCase } from "../materials/docket/folders.ts";

const OUT = "validation/docket-serve-crash.json";
const CLIENTS = 50;
const CASES = 10;
/** Rounds on one docket; opening a case reads all of it, so that a new one begins then. */
const ROUNDS_A_DOCKET = 10;
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
  ...(existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {}),
};
const wanted = Number(process.argv[2] ?? 50);
let docket = "";
let filed: FiledCase[] = [];
const acknowledged = new Map<string, { statement: string; attachment: string }[]>();

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
  const child = spawn(process.execPath, ["dist/command/main.js", "docket", "workspace", docket, "--port", "0"]);
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
          killed = true;
          child.kill("SIGKILL");
        }, wait);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, who) => client(who)));
  await gone;
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
