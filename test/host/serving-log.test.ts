/** The serving log: one writer, and a batch that could not be written leaves the chain whole. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { ServingLog } from "../../src/host/log/serving-log.js";
import { temporary } from "./temporary.js";

const inTemporary = temporary();
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

test("a second server is turned down", async () => {
  const path = inTemporary("served.log");
  const log = await ServingLog.open(path);
  await expect(ServingLog.open(path)).rejects.toThrow(/only server/);
  await log.close();
  await (await ServingLog.open(path)).close();
  mkdirSync(inTemporary("folder"));
  await expect(ServingLog.open(inTemporary("folder"))).rejects.toThrow(/can be written/);
});

test("a write that fails is told, and the chain goes on from the last whole line", async () => {
  const path = inTemporary("failing.log");
  const log = await ServingLog.open(path);
  await log.append({ n: 1 });
  const probe = await open(path, "r");
  const sync = vi.spyOn(Object.getPrototypeOf(probe), "datasync").mockRejectedValueOnce(new Error("no space"));
  await probe.close();
  await expect(log.append({ n: 2 })).rejects.toThrow("no space");
  sync.mockRestore();
  await log.append({ n: 3 });
  await log.close();
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).n)).toEqual([1, 3]);
  expect(JSON.parse(lines[1]!).previous).toBe(sha(lines[0]!));
});
