/** Logs served by someone hostile: answers that unpack without end, break off, redirect in circles, claim any size; sealed files made to cost. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRegister } from "../../src/app/register/register.js";
import { utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { readLogUrl } from "../../src/host/log/log-url.js";
import { makeIdentity, readIdentities, seal, unseal } from "../../src/host/log/sealing.js";
import { checkpointText } from "../../src/tlog/checkpoint.js";
import { processorMs } from "../processor-time.js";

let server: Server;
let base: string;
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url!, "http://x").pathname;
    if (path.startsWith("/bomb/")) return response.writeHead(200, { "content-encoding": "gzip" }).end(BOMB);
    if (path.startsWith("/cut/")) {
      response.writeHead(200, { "content-length": "1000" }).write("half");
      return setTimeout(() => response.destroy(), 20);
    }
    if (path.startsWith("/endless/")) {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(1 << 20)));
      };
      response.on("drain", more);
      return more();
    }
    if (path.startsWith("/circle/")) return response.writeHead(302, { location: request.url! }).end();
    if (path === "/huge/checkpoint") {
      const text = checkpointText({
        origin: "x.example/log",
        size: Number.MAX_SAFE_INTEGER,
        root: new Uint8Array(32),
        extensions: [],
      });
      return response.writeHead(200).end(`${text}\n\u2014 x.example/log ${Buffer.alloc(68).toString("base64")}\n`);
    }
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ["bomb", /at most 17825792 bytes/],
  ["endless", /at most 17825792 bytes/],
  ["cut", /broke off/],
  ["circle", /redirect|fetch failed/],
  ["huge", /expected tile|found nothing/],
])("%s: one line, bounded memory, no entry believed", async (kind, says) => {
  const before = process.memoryUsage().arrayBuffers;
  const failure = await openRegister(`${base}/${kind}`).then(
    () => null,
    (error) => error,
  );
  expect(failure).toBeInstanceOf(AssayError);
  expect(failure.message).toMatch(says);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});

test("paths and methods of a log's address stay below it", async () => {
  expect(await readLogUrl(`${base}/none`)("checkpoint")).toBe(null);
});

test("a sealed file made to cost (a thousand stanzas, a passphrase's) is told apart in bounded time, and damage is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-sealed-"));
  const recipient = await makeIdentity(join(folder, "id"));
  const identities = await readIdentities(join(folder, "id"));
  const sealed = await seal(utf8("fields"), [recipient]);
  expect(await unseal(sealed, identities)).toEqual(utf8("fields"));
  const other = await seal(utf8("fields"), [await makeIdentity(join(folder, "other"))]);
  expect(await unseal(other, identities)).toBe(null);
  const changed = sealed.slice();
  changed[changed.length - 1]! ^= 1;
  await expect(unseal(changed, identities)).rejects.toThrow(AssayError);
  await expect(unseal(utf8("age-encryption.org/v1\n"), identities)).rejects.toThrow(AssayError);
  const stanza = `-> X25519 ${Buffer.alloc(32, 9).toString("base64").replaceAll("=", "")}\n${Buffer.alloc(32).toString("base64").replaceAll("=", "")}\n`;
  const many = utf8(
    `age-encryption.org/v1\n${stanza.repeat(1000)}-> scrypt ${"A".repeat(22)} 30\n${"A".repeat(43)}\n--- ${"A".repeat(43)}\n`,
  );
  const unsealed = () => unseal(many, identities).catch((error) => expect(error).toBeInstanceOf(AssayError));
  expect(await processorMs(unsealed)).toBeLessThan(20_000);
  await rm(folder, { recursive: true, force: true });
});
