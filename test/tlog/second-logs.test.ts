/** The same entry as COSE receipt, and checkpoints in a second log: what holds, and that nothing changed does. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkCrossPost, crossPost } from "../../src/app/log/cross-post.js";
import { appendEntries, initLog, openLog, proveEntry, readHead, receiptOf } from "../../src/app/log/log.js";
import { base64, utf8 } from "../../src/base/bytes.js";
import { canonicalJson } from "../../src/base/canonical-json.js";
import { AssayError } from "../../src/base/error.js";
import { CborTag, decodeCbor, encodeCbor } from "../../src/tlog/cbor.js";
import { verifyReceipt } from "../../src/tlog/cose-receipt.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { inclusionProof } from "../../src/tlog/tree-reader.js";

const folder = mkdtempSync(join(tmpdir(), "assay-second-logs-"));
let server: Server | null = null;
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("CBOR: the examples of RFC 8949, and one text a value", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const cases: [Parameters<typeof encodeCbor>[0], string][] = [
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [1000, "1903e8"],
    [1000000000000, "1b000000e8d4a51000"],
    [-1, "20"],
    [-1000, "3903e7"],
    ["IETF", "6449455446"],
    [Uint8Array.of(1, 2, 3, 4), "4401020304"],
    [[1, [2, 3], [4, 5]], "8301820203820405"],
    [
      new Map([
        ["b", 2],
        ["a", 1],
      ] as [string, number][]),
      "a2616101616202",
    ],
    [new CborTag(1, 1363896240), "c11a514b67b0"],
    [null, "f6"],
  ];
  for (const [value, text] of cases) {
    expect(hex(encodeCbor(value))).toBe(text);
    expect(hex(encodeCbor(decodeCbor(Buffer.from(text, "hex"), "cbor")))).toBe(text);
  }
  for (const text of [
    "1800",
    "190001",
    "9f01ff",
    "a2616201616102",
    "a2616101616101",
    "0000",
    "44010203",
    "f5",
    "fb3ff199999999999a",
  ])
    expect(() => decodeCbor(Buffer.from(text, "hex"), "cbor"), text).toThrow(AssayError);
  expect(() => decodeCbor(new Uint8Array(1000).fill(0x81), "cbor")).toThrow(/16 deep/);
});

test("a receipt holds for its entry in its log, and no byte of it can be changed", async () => {
  const log = join(folder, "log");
  const { verifierKeys } = await initLog(log, "receipts.example/log");
  const other = await initLog(join(folder, "other"), "receipts.example/log");
  const entries = Array.from({ length: 300 }, (_, i) => utf8(`entry ${i}`));
  await appendEntries(log, entries, null);
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  for (const index of [0, 1, 255, 256, 299])
    expect(verifyReceipt(await receiptOf(log, index), entries[index]!, policy)).toEqual({
      origin: "receipts.example/log",
    });
  const receipt = await receiptOf(log, 7);
  expect(() => verifyReceipt(receipt, entries[8]!, policy)).toThrow(/did not sign a tree with this entry/);
  const stranger = parsePolicy(utf8(`log ${other.verifierKeys[0]}\nquorum none\n`));
  expect(() => verifyReceipt(receipt, entries[7]!, stranger)).toThrow(/expected a log of the policy/);
  const witnessed = parsePolicy(utf8(`log ${verifierKeys[0]}\nwitness W ${other.verifierKeys[1]}\nquorum W\n`));
  expect(() => verifyReceipt(receipt, entries[7]!, witnessed)).toThrow(/carries no cosignature/);
  // Index and size are not signed: other ones that lead to the same root say the same of the entry, and of no other.
  for (let i = 0; i < receipt.length; i++) {
    const changed = Uint8Array.from(receipt);
    changed[i]! ^= 1 << (i % 8);
    expect(() => verifyReceipt(changed, entries[8]!, policy), `octet ${i}`).toThrow(AssayError);
    const open = i > receipt.length - 66 - 9 * 34 - 20 && i < receipt.length - 66 - 9 * 34;
    if (!open) expect(() => verifyReceipt(changed, entries[7]!, policy), `octet ${i}`).toThrow(AssayError);
  }
});

test("a checkpoint posted to a second log, in Rekor v2's form, is held against that log's own checkpoint", async () => {
  const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  ssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem");
  ssl("ec", "-in", "key.pem", "-pubout", "-out", "pub.pem");
  ssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "stranger.pem");
  ssl("ec", "-in", "stranger.pem", "-pubout", "-out", "stranger-pub.pem");
  // The second log: it stores the canonical entry, and answers with a proof under its checkpoint, as rekor-tiles does.
  const rekor = join(folder, "rekor");
  const { verifierKeys } = await initLog(rekor, "rekor.example");
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  await appendEntries(rekor, [utf8("someone else's")], null);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { digest, signature } = JSON.parse(Buffer.concat(chunks).toString()).hashedRekordRequestV002;
      const body = utf8(
        canonicalJson({
          apiVersion: "0.0.2",
          kind: "hashedrekord",
          spec: { hashedRekordV002: { data: { algorithm: "SHA2_256", digest }, signature } },
        }),
      );
      const { index } = (await appendEntries(rekor, [body], null))[0]!;
      const read = openLog(rekor);
      const { bytes, head } = await readHead(read, rekor, null);
      const { proof } = await inclusionProof(read, head, index);
      response.writeHead(201, { "content-type": "application/json" }).end(
        JSON.stringify({
          logIndex: String(index),
          kindVersion: { kind: "hashedrekord", version: "0.0.2" },
          canonicalizedBody: base64(body),
          inclusionProof: {
            logIndex: String(index),
            treeSize: String(head.size),
            rootHash: base64(head.root),
            hashes: proof.map(base64),
            checkpoint: { envelope: Buffer.from(bytes).toString() },
          },
        }),
      );
    });
  });
  await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const log = join(folder, "log");
  const posted = await crossPost(log, { rekor: url, privateKey: join(folder, "key.pem"), policy });
  expect(posted).toMatchObject({ log: "rekor.example", index: 1 });
  const at = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const entry = at("entry.json", posted.entry);
  const checkpoint = at("checkpoint", posted.checkpoint);
  const publicKey = join(folder, "pub.pem");
  expect(await checkCrossPost({ entry, checkpoint, publicKey, policy })).toMatchObject({
    log: "rekor.example",
    index: 1,
  });
  await appendEntries(log, [utf8("one more")], null);
  const later = at("later", readFileSync(join(log, "checkpoint")));
  await expect(checkCrossPost({ entry, checkpoint: later, publicKey, policy })).rejects.toThrow(/is of other bytes/);
  const stranger = join(folder, "stranger-pub.pem");
  await expect(checkCrossPost({ entry, checkpoint, publicKey: stranger, policy })).rejects.toThrow(/by another key/);
  const wrong = JSON.parse(Buffer.from(posted.entry).toString());
  wrong.inclusionProof.logIndex = "0";
  const moved = at("moved.json", utf8(JSON.stringify(wrong)));
  await expect(checkCrossPost({ entry: moved, checkpoint, publicKey, policy })).rejects.toThrow(/not in the tree/);
  await expect(
    checkCrossPost({ entry: at("proof", await proveEntry(log, 0, null)), checkpoint, publicKey, policy }),
  ).rejects.toThrow(AssayError);
});
