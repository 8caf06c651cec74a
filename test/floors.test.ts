/** The floor check itself: with a missing transpiler it would be silently empty, so an upward import is planted. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const copy = mkdtempSync(join(tmpdir(), "assay-floors-"));
cpSync("src", join(copy, "src"), { recursive: true });
for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"]) cpSync(file, join(copy, file));
symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function floors(): { status: number | null; stdout: string } {
  const bin = resolve("node_modules/.bin/depcruise");
  return spawnSync(bin, ["--config", ".dependency-cruiser.cjs", "src"], { cwd: copy, encoding: "utf8" });
}

function planted(file: string, line: string): string {
  const path = join(copy, file);
  const before = readFileSync(path, "utf8");
  writeFileSync(path, `${line}\n${before}`);
  const { stdout } = floors();
  writeFileSync(path, before);
  return stdout;
}

describe("floors", { timeout: 120_000 }, () => {
  test("hold as the house stands", () => expect(floors().status).toBe(0));
  test("an upward import is caught", () => {
    expect(planted("src/stats/combine.ts", 'import "../labs/weights/examine.js";')).toContain("floor-of-stats");
  });
  test("a file read below host is caught", () => {
    expect(planted("src/finding/codec.ts", 'import "node:fs";')).toContain("no-machine-below-host");
  });
  test("a verb of one laboratory that reaches into another's is caught", () => {
    expect(planted("src/app/marks/leak.ts", 'import "../traffic/read-mapping.js";')).toContain(
      "verbs-of-laboratories-are-blind-to-each-other",
    );
  });
  test("a question about marks that reaches into another is caught", () => {
    expect(planted("src/labs/marks/canaries/canaries.ts", 'import "../leak/leak.js";')).toContain(
      "questions-about-marks-are-blind-to-each-other",
    );
  });
  test("a room of host that reaches into another is caught", () => {
    expect(planted("src/host/traffic/ingest.ts", 'import "../log/log-url.js";')).toContain("rooms-of-host");
  });
  test("a heavy dependency in verify is caught", () => {
    expect(planted("src/evidence/bag.ts", 'import "commander";')).toContain("verify-stays-light");
  });
});
