/** A client that goes away while it sends to the register's site: one line, and the site answers on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { initRegister } from "../../src/app/register/register.js";
import { serveRegister } from "../../src/web/register/register-server.js";
import type { Served } from "../../src/web/static-server.js";
import { party, policyBytes } from "../office/world.js";
import { linesOf } from "./break-off.js";

let folder: string;
const open: Served[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-broken-"));
});
afterAll(async () => {
  for (const served of open) await served.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the register's", async () => {
  const log = join(folder, "log");
  await initRegister(log, "broken.example/log", policyBytes([party("Northwind", ["publisher"], ["*"])]));
  const served = await serveRegister({ where: log, port: 0, trust: null, writable: true });
  open.push(served);
  expect(await linesOf(served.url, "/submit")).toEqual(["register: a request was broken off\n"]);
  expect((await fetch(served.url)).status).toBe(200);
});
