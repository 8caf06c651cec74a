/** A log with two witnesses over HTTP: cosigned before published, followed by a monitor, and a fork that no one cosigns. */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendEntries, checkLog, followLog, initLog } from "../../src/app/log/log.js";
import { openWitness, type Witness } from "../../src/app/log/witness.js";
import { utf8 } from "../../src/base/bytes.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { trustCheckpoint } from "../../src/tlog/trusted-checkpoint.js";
import { serveLog, serveWitness } from "../../src/web/log-server.js";
import type { Served } from "../../src/web/static-server.js";

let folder: string;
const open: { close: () => void | Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-witness-"));
});
afterAll(async () => {
  for (const it of open) await it.close();
  await rm(folder, { recursive: true, force: true });
});

const keys = [
  secretKeyOf("w1.example", "ed25519-cosigner", new Uint8Array(32).fill(1)),
  secretKeyOf("w2.example", "ml-dsa-44", new Uint8Array(32).fill(2)),
];

async function witnesses(log: string): Promise<{ desks: Witness[]; served: Served[] }> {
  const logs = [parseVerifierKey(log)];
  const desks = await Promise.all(
    keys.map((key, i) => openWitness({ folder: join(folder, `w${i}`), key, logs, now: () => 1_700_000_000 })),
  );
  const served = await Promise.all(desks.map((desk) => serveWitness(desk, 0)));
  open.push(...desks, ...served);
  return { desks, served };
}

test("cosigned growth, a fork refused, a monitor that shouts", async () => {
  const log = join(folder, "log");
  const { verifierKeys } = await initLog(log, "watched.example/log");
  const { served } = await witnesses(verifierKeys[0]!);
  const lines = keys.map((key, i) => `witness W${i} ${encodeVerifierKey(key)} ${served[i]!.url}\n`).join("");
  const text = `log ${verifierKeys[0]}\n${lines}group both all W0 W1\nquorum both\n`;
  const policy = parsePolicy(utf8(text));

  await appendEntries(log, [utf8("a"), utf8("b")], policy);
  const first = await readFile(join(log, "checkpoint"));
  expect(trustCheckpoint(first, policy)).toMatchObject({ size: 2, cosigners: ["W0", "W1"] });
  await cp(log, join(folder, "fork"), { recursive: true });
  await appendEntries(
    log,
    Array.from({ length: 300 }, (_, i) => utf8(`more ${i}`)),
    policy,
  );

  const shown = await serveLog(log, 0);
  open.push(shown);
  expect((await followLog(shown.url, policy, first)).fault).toBeNull();
  expect((await checkLog(shown.url, policy, () => undefined)).faults).toEqual([]);
  expect((await fetch(`${shown.url}/state/keys`)).status).toBe(404);
  expect((await fetch(`${shown.url}/tile/%2e%2e/state/keys`)).status).toBe(404);

  // The same keys, another history: the witnesses have seen more, and refuse.
  const fork = join(folder, "fork");
  await expect(appendEntries(fork, [utf8("other")], policy)).rejects.toThrow(/expected cosignatures of quorum both/);
  const alone = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  await appendEntries(
    fork,
    Array.from({ length: 400 }, (_, i) => utf8(`lie ${i}`)),
    null,
  );
  const now = await readFile(join(log, "checkpoint"));
  expect((await followLog(fork, alone, now)).fault).toMatch(/fork/);
  expect((await followLog(log, alone, await readFile(join(fork, "checkpoint")))).fault).toMatch(/shrank/);
});

test("an oversized or senseless request is answered, and nothing is stored", async () => {
  const { url } = open.find((it) => "url" in it) as Served;
  expect((await fetch(`${url}/add-checkpoint`, { method: "POST", body: "old x\n\n" })).status).toBe(400);
  expect((await fetch(`${url}/add-checkpoint`, { method: "POST", body: "x".repeat(2_000_000) })).status).toBe(413);
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404);
});
