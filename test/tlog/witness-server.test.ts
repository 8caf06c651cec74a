/** A log with two witnesses over HTTP: cosigned before published, followed by a monitor, and a fork that no one cosigns. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendEntries, checkLog, followLog, initLog } from "../../src/app/log/log.js";
import { openWitness, type Witness } from "../../src/app/log/witness.js";
import { base64, concatBytes, utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { checkpointText } from "../../src/tlog/checkpoint.js";
import { signerOf } from "../../src/tlog/cosignature.js";
import { EMPTY_ROOT, leafHash } from "../../src/tlog/merkle-hash.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeNote, signNote } from "../../src/tlog/signed-note.js";
import { trustCheckpoint } from "../../src/tlog/trusted-checkpoint.js";
import { judge, parseAddCheckpoint } from "../../src/tlog/witness.js";
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

describe("the text of C2SP tlog-witness of July 2026", () => {
  const log = secretKeyOf("text.example/log", "ed25519", new Uint8Array(32).fill(7));
  const leaf = leafHash(utf8("entry number 1"));
  const wrong = new Uint8Array(32).fill(1);
  const head = (size: number, root: Uint8Array, key = log, origin = log.name) =>
    encodeNote(signNote(checkpointText({ origin, size, root, extensions: [] }), [signerOf(key, 0)]));
  const spoiled = (bytes: Uint8Array) => utf8(Buffer.from(bytes).toString().replace("\n1\n", "\n2\n"));
  const asked = (old: string, checkpoint: Uint8Array, proof: Uint8Array[] = []) =>
    concatBytes([utf8([`old ${old}`, ...proof.map(base64), "", ""].join("\n")), checkpoint]);
  const other = secretKeyOf("other.example/log", "ed25519", new Uint8Array(32).fill(8));
  // In this order, to one fresh witness: what the text says to each.
  const requests: [string, number, Uint8Array][] = [
    ["size 0 with a root that is not the empty tree's", 422, asked("0", head(0, wrong))],
    ["size 0 with the empty tree's root", 200, asked("0", head(0, EMPTY_ROOT))],
    ["a signature that does not hold", 403, asked("0", spoiled(head(1, leaf)))],
    ["an unknown origin", 404, asked("0", head(1, leaf, other, other.name))],
    ["an old size above the checkpoint's", 400, asked("5", head(1, leaf))],
    ["the first entry", 200, asked("0", head(1, leaf))],
    ["the same again", 200, asked("1", head(1, leaf))],
    ["a fork of the same size", 422, asked("1", head(1, wrong))],
    ["a stale old size", 409, asked("0", head(2, wrong))],
    ["a proof that does not hold", 422, asked("1", head(2, wrong), [wrong])],
    [
      "64 proof lines",
      400,
      asked(
        "1",
        head(2, wrong),
        Array.from({ length: 64 }, () => wrong),
      ),
    ],
    ["a leading zero", 400, asked("01", head(2, wrong))],
    ["a proof from size 0", 422, asked("0", head(0, EMPTY_ROOT), [wrong])],
  ];
  test.each(["ed25519-cosigner", "ml-dsa-44"] as const)(
    "each request has its answer, and monitors are served: %s",
    async (type) => {
      const key = secretKeyOf("witness.example/text", type, new Uint8Array(32).fill(9));
      const where = join(folder, `text-${type}`);
      let desk = await openWitness({ folder: where, key, logs: [log], now: () => 1_700_000_000 });
      let served = await serveWitness(desk, 0);
      const monitor = async (origin: string) => {
        const hash = Buffer.from(sha256Digest(utf8(origin)).slice(7));
        return fetch(`${served.url}/${hash}/checkpoint`);
      };
      expect((await monitor(log.name)).status).toBe(404);
      for (const [says, status, body] of requests) {
        // What the last case asks at size 0 only a fresh witness can be asked: it is stale here, unless judged alone.
        const expected = says === "a proof from size 0" ? 409 : status;
        const response = await fetch(`${served.url}/add-checkpoint`, { method: "POST", body: new Uint8Array(body) });
        const text = await response.text();
        expect(response.status, `${says}: ${text}`).toBe(expected);
        if (expected === 409) {
          expect(response.headers.get("content-type")).toBe("text/x.tlog.size");
          expect(text).toBe("1\n");
        }
      }
      expect((await fetch(`${served.url}/add-checkpoint`)).status).toBe(404);
      const policy = parsePolicy(
        utf8(`log ${encodeVerifierKey(log)}\nwitness W ${encodeVerifierKey(key)}\nquorum W\n`),
      );
      const shown = new Uint8Array(await (await monitor(log.name)).arrayBuffer());
      expect(trustCheckpoint(shown, policy)).toMatchObject({
        size: 1,
        cosigned: [{ witness: "W", time: 1_700_000_000 }],
      });
      await served.close();
      desk.close();
      // A state without the cosignature, as older versions kept it, gets one when it is opened.
      const [file] = await readdir(join(where, "logs"));
      await writeFile(join(where, "logs", file!), head(1, leaf));
      desk = await openWitness({ folder: where, key, logs: [log], now: () => 1_700_000_001 });
      served = await serveWitness(desk, 0);
      open.push(desk, served);
      expect(
        trustCheckpoint(new Uint8Array(await (await monitor(log.name)).arrayBuffer()), policy).cosigned[0]!.time,
      ).toBe(1_700_000_001);
      // A second checkpoint of a first log is judged alone: the proof from size 0 that a witness has not seen yet.
      const fresh = judge(parseAddCheckpoint(requests.at(-1)![2]), [log], () => null);
      expect(fresh.status).toBe(422);
    },
  );
});
