/** What the command line loads before it works: counted in modules, which no busy machine can blur. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "assay-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COUNTER = join(folder, "counter.mjs");
writeFileSync(
  COUNTER,
  `import { registerHooks } from "node:module";
   const loaded = [];
   registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
   process.on("exit", () => process.stderr.write("\\nloaded " + JSON.stringify(loaded.filter((url) => url.startsWith("file:")))));`,
);

const JOINED: Record<string, string[]> = JSON.parse(readFileSync("dist/command/modules.json", "utf8"));

const LABORATORIES = readdirSync("src/labs").length;

function started(...args: string[]): { stdout: string; loaded: string[] } {
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", COUNTER, "dist/command/main.js", ...args], {
    encoding: "utf8",
  });
  const files = JSON.parse(stderr.slice(stderr.lastIndexOf("loaded ") + 7)) as string[];
  // The command line's modules are joined into files (tools/bundle-command.mjs): counted are modules, not files.
  return { stdout, loaded: files.flatMap((file) => JOINED[file.slice(file.lastIndexOf("/") + 1)] ?? [file]) };
}

/** Of the rooms that do the work; a laboratory's record, its words and its past versions are what every command may know. */
function beyondRecords(url: string): boolean {
  return (
    /(?:^|\/)dist\/(labs|office|report|host|web)\//.test(url) &&
    !/\/labs\/[^/]+\/(laboratory|propositions|past-versions|studies)\.js$/.test(url)
  );
}

describe("the command line", () => {
  test.each([["--version"], ["--help"], ["no-such-command"]])("%s loads no command", (argument) => {
    const { loaded } = started(argument);
    // Three of them a laboratory: its record, its words, and what was found of its past versions.
    expect(loaded.length).toBeLessThanOrEqual(20 + 3 * LABORATORIES);
    expect(loaded.filter(beyondRecords)).toEqual([]);
  });

  test("verify without --recompute loads no laboratory, no page and no other command", () => {
    const { loaded } = started("verify", join(folder, "no-bundle"));
    expect(loaded.filter((url) => !/(?:^|\/)dist\/host\//.test(url) && beyondRecords(url))).toEqual([]);
    expect(loaded.length).toBeLessThanOrEqual(250);
  });

  test("the list of commands says of each what its own help says", () => {
    const { stdout } = started("--help");
    const listed = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[.*?\])* {2,}/gm)].map((hit) => hit[1]!);
    const verbs = listed.filter((name) => name !== "help");
    expect(verbs).toEqual(
      expect.arrayContaining([
        "examine",
        "collect",
        "sketch",
        "verify",
        "log",
        "register",
        "mark",
        "traffic",
        "serve",
        "demo",
      ]),
    );
    const { stdout: own } = started("help", "mark");
    expect(own).toContain("Mark what a model serves, and the weights it hands out.");
    expect(own).toContain("canaries");
  });
});
