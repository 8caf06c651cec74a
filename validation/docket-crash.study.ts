/**
 * What a case survives while it is filed in: kills of two writers at once, and a full disk. Figures of validation/docket.md.
 *   npm run build && node validation/docket-crash.study.ts kills [kills in all, default 1000]
 *   npm run build && node validation/docket-crash.study.ts full FOLDER [times, default 300]
 *   npm run build && node validation/docket-crash.study.ts writers [entries of each of two processes, default 100]
 * FOLDER lies on a small file system of its own, such as `mount -t tmpfs -o size=8m tmpfs FOLDER`: it is filled.
 * Resumable: counting goes on where docket-crash.json stands; delays are drawn from the number of the round.
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "rolldown";
import { adoptPack, enterAct } from "../dist/app/docket/act.js";
import { bundleOfCase } from "../dist/app/docket/case-bundle.js";
import { createCase, openCaseFolder } from "../dist/app/docket/case-folder.js";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { followLog } from "../dist/app/log/log.js";
import { readSigner } from "../dist/app/register/declare.js";
import { utf8 } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import { unixSeconds } from "../dist/host/moment.js";
import { platformKey, publicOf, readPrivateKey } from "../dist/host/signing/signature-keys.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { parsePolicy } from "../dist/tlog/policy.js";

const OUT = "validation/docket-crash.json";
/** Rounds in one case; each kills two writers. Opening a case reads all of it, so that a new one begins then. */
const ROUNDS_A_CASE = 20;
const PACK = "expedited-ai-ip/v1";

const figures = {
  seed: "assay/docket-crash/v1 <round>",
  kills: {
    kills: 0,
    cases: 0,
    acknowledged: 0,
    entered: 0,
    lost: 0,
    attachmentsLost: 0,
    forks: 0,
    notOpened: 0,
    notVerified: 0,
  },
  full: {
    tries: 0,
    failed: 0,
    acknowledged: 0,
    lost: 0,
    notOpened: 0,
    forks: 0,
    notVerified: 0,
    errors: {} as Record<string, number>,
  },
  writers: { processes: 2, cases: 0, acknowledged: 0, byEach: [0, 0], lost: 0, forks: 0, notOpened: 0, notVerified: 0 },
  ...(existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {}),
};
function save(): void {
  writeFileSync(`${OUT}.new`, `${JSON.stringify(figures, null, 2)}\n`);
  renameSync(`${OUT}.new`, OUT);
}

const home = mkdtempSync(join(tmpdir(), "assay-docket-crash-"));
const keyFile = join(home, "key.pem");
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
const signer = await readSigner(keyFile);

const [part, ...rest] = process.argv.slice(2);
try {
  if (part === "kills") await kills(Number(rest[0] ?? 1000));
  else if (part === "full") await full(resolve(rest[0]!), Number(rest[1] ?? 300));
  else if (part === "writers") await writers(Number(rest[0] ?? 100));
  else throw new Error("expected kills, full or writers");
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** A case in which the registrar may enter without an end. */
async function newCase(folder: string, id: string) {
  await createCase(folder, {
    id,
    origin: `crash.example/${id}`,
    pack: PACK_TEXTS.get(PACK),
    calendar: WEEKENDS_ONLY.data,
    rehearsal: false,
  });
  const key = publicOf(readPrivateKey(readFileSync(keyFile), keyFile));
  const publicKey = key.export({ type: "spki", format: "pem" }).toString();
  const who = { folder, signer, at: null };
  await enterAct(who, adoptPack(publicKey, { packId: PACK, beacon: "local" }));
  // Preservation may be ordered once a complaint is filed: by a complainant whose key is enrolled.
  const { player } = await import("../materials/docket/court.ts");
  const { countersign } = await import("../dist/app/docket/act.js");
  const complainant = player();
  const said = {
    party: "Aldgate Labs",
    name: "counsel",
    roles: ["complainant" as const],
    publicKey: complainant.publicKey,
  };
  await enterAct(who, {
    kind: "key.enrolled",
    role: "registrar",
    facts: { ...countersign(id, said, complainant.sign) },
  });
  const filed = await enterAct(
    { ...who, signer: complainant },
    { kind: "complaint", role: "complainant", facts: { members: 1, fee: "paid" } },
  );
  if (!filed.admitted) throw new Error(filed.says);
  const keys = readFileSync(join(folder, "verifier-keys.txt"), "utf8").trim().split("\n");
  return parsePolicy(utf8(`${keys.map((line) => `log ${line}\n`).join("")}quorum none\n`), "policy");
}

type Acknowledged = Map<number, { statement: string; attachment: string }>;

/** After how many of its acknowledgements, and how many milliseconds more, a writer is killed. */
interface Fate {
  acks: number;
  milliseconds: number;
}

/** Both file at once in one case, and each is killed when its time has come. @returns number, statement, attachment, writer */
async function killTwo(
  script: string,
  folder: string,
  round: number,
  fates: readonly Fate[],
): Promise<[number, string, string, number][]> {
  const acks: [number, string, string, number][] = [];
  await Promise.all(
    fates.map(async ({ acks: wanted, milliseconds }, writer) => {
      const child = spawn(process.execPath, [script, folder, keyFile, `${round}.${writer}`], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, NODE_COMPILE_CACHE: join(home, "cache") },
      });
      let out = "";
      const due = new Promise<void>((resolve) =>
        child.stdout.on("data", (chunk) => {
          out += chunk;
          if (out.split("\n").length > wanted + 1) resolve();
        }),
      );
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
      await Promise.race([due, ended]);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      child.kill("SIGKILL");
      await ended;
      for (const line of out.slice(0, out.lastIndexOf("\n")).split("\n")) {
        const [, seq, statement, attachment] = /^ack ([0-9]+) (sha256:[0-9a-f]{64}) ([0-9a-f]{64})$/.exec(line) ?? [];
        if (seq !== undefined) acks.push([Number(seq), statement!, attachment!, writer]);
      }
    }),
  );
  return acks;
}

/** Two processes file into one case and its one log until each was acknowledged so often; nobody is killed before that. */
async function writers(entries: number): Promise<void> {
  const at = { ...figures.writers, attachmentsLost: 0 };
  const id = `writers-${at.cases}`;
  const folder = join(home, id);
  const policy = await newCase(folder, id);
  const seen: Uint8Array = readFileSync(join(folder, "checkpoint"));
  const acknowledged: Acknowledged = new Map();
  const script = join(process.cwd(), "materials/docket/filing.ts");
  const acks = await killTwo(
    script,
    folder,
    at.cases,
    [0, 1].map(() => ({ acks: entries, milliseconds: 0 })),
  );
  for (const [seq, statement, attachment] of acks) {
    if (acknowledged.has(seq)) at.forks++;
    acknowledged.set(seq, { statement, attachment });
  }
  const { records } = await openCaseFolder(folder);
  for (const writer of [0, 1])
    at.byEach[writer]! += records.filter(({ seq }) => acks.some(([n, , , by]) => n === seq && by === writer)).length;
  if ((await followLog(folder, policy, seen)).fault !== null) at.forks++;
  await judged(at, folder, acknowledged);
  at.cases++;
  const { attachmentsLost, ...rest } = at;
  figures.writers = { ...rest, lost: rest.lost + attachmentsLost };
  save();
  console.log(JSON.stringify(figures.writers));
}

async function kills(wanted: number): Promise<void> {
  const script = join(process.cwd(), "node_modules", `.docket-filing-${process.pid}.mjs`);
  // In one file, so that starting a thousand times costs little.
  await build({
    input: "materials/docket/filing.ts",
    platform: "node",
    external: (id) => id.startsWith("node:") || /fs-native|@napi-rs/.test(id),
    output: { format: "esm", file: script },
    logLevel: "silent",
  });
  const at = figures.kills;
  try {
    while (at.kills < wanted) {
      const id = `case-${at.cases}`;
      const folder = join(home, id);
      const policy = await newCase(folder, id);
      let seen: Uint8Array = readFileSync(join(folder, "checkpoint"));
      const acknowledged: Acknowledged = new Map();
      const found = { kills: 0, forks: 0 };
      for (let n = 0; n < ROUNDS_A_CASE && at.kills + found.kills < wanted; n++) {
        const round = (at.kills + found.kills) / 2;
        const random = prng("assay/docket-crash/v1", String(round));
        const fates = [0, 1].map(() => ({ acks: random.below(3), milliseconds: random.below(100) }));
        for (const [seq, statement, attachment] of await killTwo(script, folder, round, fates)) {
          const before = acknowledged.get(seq);
          if (before && before.statement !== statement) found.forks++;
          acknowledged.set(seq, { statement, attachment });
        }
        found.kills += 2;
        const look = await followLog(folder, policy, seen);
        if (look.fault !== null) found.forks++;
        seen = look.bytes;
      }
      await judged(at, folder, acknowledged);
      at.kills += found.kills;
      at.forks += found.forks;
      at.cases++;
      rmSync(folder, { recursive: true, force: true });
      save();
      process.stderr.write(`${at.kills} kills, ${at.acknowledged} acknowledged, ${at.lost} lost\n`);
    }
  } finally {
    rmSync(script, { force: true });
  }
}

/** Everything acknowledged is in the case, and the other side's check holds. */
async function judged(
  at: {
    acknowledged: number;
    lost: number;
    notOpened: number;
    notVerified: number;
    entered?: number;
    attachmentsLost?: number;
  },
  folder: string,
  acknowledged: Acknowledged,
): Promise<void> {
  at.acknowledged += acknowledged.size;
  const open = await openCaseFolder(folder).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    return null;
  });
  if (!open) {
    at.notOpened++;
    return;
  }
  if (at.entered !== undefined) at.entered += open.records.length;
  for (const [seq, { statement, attachment }] of acknowledged) {
    if (open.records[seq]?.statement !== statement) at.lost++;
    if (at.attachmentsLost !== undefined && !(await open.object(`sha256:${attachment}`))) at.attachmentsLost++;
  }
  const report = await verifyCase(await bundleOfCase(folder, "PUBLIC", Math.max(open.state.at, unixSeconds())), {
    quick: platformKey,
  });
  if (!report.holds) at.notVerified++;
}

/** The disk is filled up to a number of bytes drawn anew each time; an entry is tried, room is made, another is tried. */
async function full(folder: string, times: number): Promise<void> {
  const at = figures.full;
  const caseFolder = join(folder, "case");
  rmSync(caseFolder, { recursive: true, force: true });
  const policy = await newCase(caseFolder, `full-${at.tries}`);
  let seen: Uint8Array = readFileSync(join(caseFolder, "checkpoint"));
  const acknowledged: Acknowledged = new Map();
  const filler = join(folder, "filler");
  const file = async (n: string) => {
    const bytes = utf8(`attachment ${n} `.repeat(300));
    const entered = await enterAct(
      { folder: caseFolder, signer, at: null },
      { kind: "preservation", role: "registrar", facts: {}, attachments: [{ name: n, bytes }] },
    );
    if (!entered.admitted) throw new Error(entered.says);
    acknowledged.set(entered.record.seq, { statement: entered.record.statement, attachment: "" });
  };
  for (let n = 0; n < times; n++) {
    const random = prng("assay/docket-crash/v1", `full ${at.tries + n}`);
    fillBut(filler, random.below(24) * 1024);
    try {
      await file(`${n} on a full disk`);
    } catch (error) {
      at.failed++;
      const name = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      at.errors[name] = (at.errors[name] ?? 0) + 1;
    }
    rmSync(filler, { force: true });
    try {
      await file(`${n} with room again`);
    } catch (error) {
      at.notOpened++;
      process.stderr.write(`${(error as Error).message}\n`);
    }
    const look = await followLog(caseFolder, policy, seen);
    if (look.fault !== null) at.forks++;
    seen = look.bytes;
  }
  at.tries += times;
  await judged(at, caseFolder, acknowledged);
  save();
  console.log(JSON.stringify(at));
}

/** Fills the file system until only so many bytes are free. */
function fillBut(filler: string, free: number): void {
  let size = 1024 * 1024;
  writeFileSync(filler, "");
  while (size >= 1024) {
    try {
      writeFileSync(filler, Buffer.alloc(size), { flag: "a" });
    } catch {
      size >>= 1;
    }
  }
  // What does not fit a page is left; then room is made.
  const bytes = readFileSync(filler).length;
  writeFileSync(filler, Buffer.alloc(Math.max(0, bytes - free)));
}
