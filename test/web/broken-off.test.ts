/** A client that goes away while it sends: one line on every server that reads what is posted, and each answers on. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { initRegister } from "../../src/app/register/register.js";
import { serveWorkspace } from "../../src/web/docket/workspace-server.js";
import { serveRegister } from "../../src/web/register/register-server.js";
import type { Served } from "../../src/web/static-server.js";
import { party, policyBytes } from "../office/world.js";

let folder: string;
const open: Served[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-broken-"));
});
afterAll(async () => {
  for (const served of open) await served.close();
  rmSync(folder, { recursive: true, force: true });
});

async function linesOf(url: string, path: string): Promise<string[]> {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  await new Promise<void>((done) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a`,
      );
      setTimeout(() => socket.destroy(), 100);
    });
    socket.on("close", () => setTimeout(done, 300));
  });
  write.mockRestore();
  return lines;
}

test("the register's", async () => {
  const log = join(folder, "log");
  await initRegister(log, "broken.example/log", policyBytes([party("Northwind", ["publisher"], ["*"])]));
  const served = await serveRegister({ where: log, port: 0, trust: null, writable: true });
  open.push(served);
  expect(await linesOf(served.url, "/submit")).toEqual(["register: a request was broken off\n"]);
  expect((await fetch(served.url)).status).toBe(200);
});

test("the workspace's", async () => {
  const served = await serveWorkspace({ where: folder, port: 0 });
  open.push(served);
  const lines = await linesOf(served.url, "/cases/1/acts");
  expect(lines.filter((line) => line !== "workspace: a request was broken off\n")).toEqual([]);
  expect((await fetch(served.url)).status).toBe(200);
});
