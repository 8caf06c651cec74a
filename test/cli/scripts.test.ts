/**
 * Runs test/cli/scripts/*.txt against the built command line. A script reads as prose:
 *   # why this case
 *   $ command            run with sh in a fresh folder; $DEMO, $SHARED and the `assay` command are there
 *   ? 0                  exit status
 *   > pattern            standard output holds this regular expression
 *   ! pattern            standard error holds it
 *   = out N              standard output has N lines
 *   = err N              standard error has N lines
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const scripts = join(import.meta.dirname, "scripts");
const main = resolve("dist/command/main.js");

interface Case {
  why: string;
  command: string;
  checks: string[];
}

function parse(text: string): Case[] {
  const cases: Case[] = [];
  let why = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) why = line.slice(2);
    else if (line.startsWith("$ ")) cases.push({ why, command: line.slice(2), checks: [] });
    else if (line.trim() !== "") cases.at(-1)!.checks.push(line);
  }
  return cases;
}

test("the command line is built", () => {
  expect(existsSync(main), "run `npm run build` first").toBe(true);
});

for (const name of readdirSync(scripts).sort()) {
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-script-"));
    symlinkSync(main, join(folder, "assay"));
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      ASSAY_HOME: join(folder, "home"),
      DEMO: resolve("fixtures/demo"),
      NO_COLOR: "1",
    };
    for (const { why, command, checks } of parse(readFileSync(join(scripts, name), "utf8"))) {
      test(`${why}: ${command}`, { timeout: 120_000 }, () => {
        const run = spawnSync("sh", ["-c", command], { cwd: folder, env, encoding: "utf8", maxBuffer: 1e8 });
        const streams = { out: run.stdout, err: run.stderr };
        for (const check of checks) {
          const [kind, rest] = [check[0], check.slice(2)];
          if (kind === "?") expect(run.status, run.stderr.slice(0, 2000)).toBe(Number(rest));
          else if (kind === ">") expect(run.stdout).toMatch(new RegExp(rest, "m"));
          else if (kind === "!") expect(run.stderr).toMatch(new RegExp(rest, "m"));
          else if (kind === "=") {
            const [stream, lines] = rest.split(" ") as ["out" | "err", string];
            expect(streams[stream].split("\n").filter((l) => l !== "").length).toBe(Number(lines));
          } else throw new Error(`unreadable check: ${check}`);
        }
      });
    }
    test("clean up", () => rmSync(folder, { recursive: true, force: true }));
  });
}
