/** A log with two witnesses over HTTP: cosigned before published, followed by a monitor, and a fork that no one cosigns. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { appendEntries, checkLog, followLog, initLog } from "../../src/app/log/log.js";
import { openWitness, type Witness } from "../../src/app/log/witness.js";
import { base64, concatBytes, utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { checkpointText } from "../../src/tlog/checkpoint.js";
import { signerOf, verifySubtreeCosignature } from "../../src/tlog/cosignature.js";
import { EMPTY_ROOT, leafHash, nodeHash } from "../../src/tlog/merkle-hash.js";
import { split } from "../../src/tlog/merkle-ranges.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { encodeNote, parseSignature, signNote } from "../../src/tlog/signed-note.js";
import { trustCheckpoint } from "../../src/tlog/trusted-checkpoint.js";
import { judge, parseAddCheckpoint } from "../../src/tlog/witness.js";
import { encodeSignSubtree, type SignSubtree } from "../../src/tlog/witness-subtree.js";
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
    ["old sizes in words", 400, concatBytes([utf8("old one\n\n"), head(2, wrong)])],
    ["a proof from size 0", 422, asked("0", head(0, EMPTY_ROOT), [wrong])],
  ];
  test("fourteen requests", () => expect(requests).toHaveLength(14));
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

describe("sign-subtree of the same text", () => {
  const log = secretKeyOf("subtrees.example/log", "ed25519", new Uint8Array(32).fill(3));
  const key = secretKeyOf("w.example/subtrees", "ml-dsa-44", new Uint8Array(32).fill(4));
  const leaves = Array.from({ length: 14 }, (_, i) => leafHash(utf8(`entry ${i}`)));
  const hashOf = (start: number, end: number): Uint8Array => {
    if (end - start === 1) return leaves[start]!;
    const middle = start + split(end - start);
    return nodeHash(hashOf(start, middle), hashOf(middle, end));
  };
  const wrong = new Uint8Array(32).fill(1);
  const root = hashOf(0, 14);
  const text = checkpointText({ origin: log.name, size: 14, root, extensions: [] });
  // The text's own example: entries 8 to 13 of 14, whose proof is these four hashes.
  const proof = [hashOf(12, 13), hashOf(13, 14), hashOf(8, 12), hashOf(0, 8)];
  const asked = { start: 8, end: 13, hash: hashOf(8, 13), proof };

  test("answered with a cosignature of the subtree, without a time", async () => {
    const desk = await openWitness({ folder: join(folder, "subtrees"), key, logs: [log], now: () => 1_700_000_000 });
    const served = await serveWitness(desk, 0);
    open.push(desk, served);
    const post = (path: string, body: Uint8Array) =>
      fetch(`${served.url}${path}`, { method: "POST", body: new Uint8Array(body) });
    const signedByLog = encodeNote(signNote(text, [signerOf(log, 0)]));
    const added = await post("/add-checkpoint", concatBytes([utf8("old 0\n\n"), signedByLog]));
    const own = utf8(`${text}\n${await added.text()}`);
    const request = (change: Partial<SignSubtree> = {}) => encodeSignSubtree({ ...asked, checkpoint: own, ...change });
    const good = await post("/sign-subtree", request());
    expect(good.status).toBe(200);
    const { signature } = parseSignature((await good.text()).trimEnd());
    const subtree = { origin: log.name, start: 8, end: 13, hash: asked.hash };
    expect([...signature.slice(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(verifySubtreeCosignature(subtree, signature, key)).toBe(true);
    expect(verifySubtreeCosignature({ ...subtree, end: 12 }, signature, key)).toBe(false);
    expect(verifySubtreeCosignature({ ...subtree, hash: wrong }, signature, key)).toBe(false);
    const otherText = checkpointText({ origin: "other.example", size: 14, root, extensions: [] });
    const cases: [string, number, Uint8Array][] = [
      ["no line of a range", 400, utf8("\n\n")],
      ["a start that no subtree has", 400, utf8(`subtree 3 8\n${base64(wrong)}\n\n${text}`)],
      ["an end behind the checkpoint", 400, request({ start: 0, end: 15 })],
      ["64 proof lines", 400, request({ proof: Array.from({ length: 64 }, () => wrong) })],
      ["another hash", 422, request({ hash: wrong })],
      ["a proof that does not hold", 422, request({ proof: [wrong, ...proof.slice(1)] })],
      ["the log's signature alone", 403, request({ checkpoint: signedByLog })],
      [
        "an unknown origin",
        404,
        request({ checkpoint: encodeNote(signNote(otherText, [signerOf(key, 1_700_000_000)])) }),
      ],
    ];
    for (const [says, status, body] of cases) expect((await post("/sign-subtree", body)).status, says).toBe(status);
    // Ed25519 signs whole trees only: the call, which is optional, is not there.
    const plain = await openWitness({
      folder: join(folder, "plain"),
      key: secretKeyOf("w.example/plain", "ed25519-cosigner", new Uint8Array(32).fill(6)),
      logs: [log],
      now: () => 0,
    });
    open.push(plain);
    expect(plain.signSubtree).toBeNull();
  });
});

test("a post that is broken off is one line, and the server answers on", async () => {
  const desk = await openWitness({
    folder: join(folder, "aborted"),
    key: keys[0]!,
    logs: [],
    now: () => 0,
  });
  const served = await serveWitness(desk, 0);
  open.push(desk, served);
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  const { port } = new URL(served.url);
  await new Promise<void>((done) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write("POST /add-checkpoint HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nold 0");
      setTimeout(() => socket.destroy(), 100);
    });
    socket.on("close", () => setTimeout(done, 300));
  });
  write.mockRestore();
  expect(lines.filter((line) => !line.startsWith("witness: a request was broken off"))).toEqual([]);
  expect(lines).toHaveLength(1);
  expect((await fetch(`${served.url}/add-checkpoint`, { method: "POST", body: "old x\n\n" })).status).toBe(400);
});
