/** The runner of studies: shards, cache, and the rule that no kind leaves a count; figures and the code they measured. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOfCode, measuredFigures, olderThanTheirCode } from "../../tools/measured.ts";
import { countKinds, faultsOfCounts } from "../../validation/runner/count-kinds.ts";
import { defineStudy, type Kind } from "../../validation/runner/study.ts";

const house = mkdtempSync(join(tmpdir(), "assay-study-"));
afterAll(() => rmSync(house, { recursive: true, force: true }));

/** A study of six numbers, in a house of its own. */
const TOY = `import { defineStudy } from "./runner/study.ts";
export default defineStudy({
  id: "toy", method: null, materials: { root: { what: "a number", default: "0" } },
  kinds: [{ name: "even", counted: "null" }, { name: "odd", counted: "positive" }, { name: "four", counted: "no", why: "a square" }],
  cases: ({ root }) => [0, 1, 2, 3, 4, 5].map((n) => ({ n: n + Number(root), kind: n === 4 ? "four" : n % 2 ? "odd" : "even" })),
  idOf: ({ n }) => String(n),
  run: async ({ n }) => { console.log("ran " + n); return { log10P: n % 2 && n !== 3 ? -9 : 0 }; },
  hit: ({ log10P }) => log10P <= -6,
  summarise: ({ nulls, positives }) => ({ json: {
    nulls: { pairs: nulls.length, accusedPairs: 0 },
    positives: { pairs: positives.length - (process.env.LEAVE_OUT ? 1 : 0), foundPairs: positives.filter((r) => r.result.log10P <= -6).length } } }),
});
`;

function run(...args: string[]): { status: number | null; ran: string[]; stderr: string } {
  const at = { cwd: house, encoding: "utf8" as const };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["validation/runner/run.ts", ...args], at);
  return { status, ran: [...stdout.matchAll(/ran (\d)/g)].map((hit) => hit[1]!), stderr };
}

describe("the runner", () => {
  beforeAll(() => {
    mkdirSync(join(house, "tools"));
    cpSync("validation/runner", join(house, "validation/runner"), { recursive: true });
    cpSync("tools/measured.ts", join(house, "tools/measured.ts"));
    writeFileSync(join(house, "package.json"), `{"type":"module"}`);
    writeFileSync(join(house, "validation/toy.study.ts"), TOY);
    writeFileSync(join(house, "code.ts"), "export const n = 1;\n");
    const entry = { code: ["code.ts"], digest: null, commit: null };
    writeFileSync(join(house, "tools/measured.json"), JSON.stringify({ "validation/toy.json": entry }));
    symlinkSync(resolve("node_modules"), join(house, "node_modules"));
    const git = (...args: string[]) => execFileSync("git", args, { cwd: house, stdio: "ignore" });
    git("init", "-q");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "first");
  });

  test("takes shards from one cache, goes on where it stopped, and states every kind", () => {
    const cache = join(house, "cache");
    expect(run("toy", "--shard", "0/2", "--cache", cache).ran).toEqual(["0", "2", "4"]);
    expect(run("toy", "--only", "four", "--cache", cache).ran).toEqual([]);
    const last = run("toy", "--cache", cache, "--write");
    expect([last.status, last.ran]).toEqual([0, ["1", "3", "5"]]);
    expect(JSON.parse(readFileSync(join(house, "validation/toy.json"), "utf8"))).toEqual({
      nulls: { pairs: 2, accusedPairs: 0 },
      positives: { pairs: 3, foundPairs: 2 },
      declared: [
        { name: "even", counted: "null", cases: 2, hits: 0 },
        { name: "odd", counted: "positive", cases: 3, hits: 2 },
        { name: "four", counted: "no", why: "a square", cases: 1, hits: 0 },
      ],
    });
  });

  test("refuses a summary that leaves a case out of its count", () => {
    const { status, stderr } = spawnSync(process.execPath, ["validation/runner/run.ts", "toy"], {
      cwd: house,
      encoding: "utf8",
      env: { ...process.env, LEAVE_OUT: "1" },
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("toy: a kind left the count: 2 positives counted, 3 declared");
  });

  test("notes the code that was measured; changed code is told, moved or explained code is not", () => {
    run("toy", "--write");
    const list = () => JSON.parse(readFileSync(join(house, "tools/measured.json"), "utf8"));
    expect(olderThanTheirCode(list(), house)).toEqual([]);
    writeFileSync(join(house, "code.ts"), '// Why.\nimport fs from "node:fs";\nexport const n = 1;\n');
    expect(olderThanTheirCode(list(), house)).toEqual([]);
    writeFileSync(join(house, "code.ts"), "export const n = 2;\n");
    expect(olderThanTheirCode(list(), house).map(({ figures }) => figures)).toEqual(["validation/toy.json"]);
  });
});

describe("kinds", () => {
  const study = (kinds: Kind[]) => ({ id: "toy", kinds, hit: (p: number) => p <= -6 });
  test("that were not declared, or are in no count without a reason, are faults", () => {
    const row = { case: { kind: "odd" }, result: -9 };
    expect(() => countKinds(study([{ name: "even", counted: "null" }]), [row], 1)).toThrow(/"odd" was not declared/);
    const { kinds } = countKinds(study([{ name: "odd", counted: "positive" }]), [row], 1);
    expect(kinds).toEqual([{ name: "odd", counted: "positive", cases: 1, hits: 1 }]);
    const bare = [{ name: "odd", counted: "no" as const }];
    expect(() => defineStudy({ ...study(bare) } as unknown as Parameters<typeof defineStudy>[0])).toThrow(
      /says not why/,
    );
  });

  test("of the committed studies count as they were declared", () => {
    for (const name of readdirSync("validation").filter((name) => name.endsWith(".json")))
      expect(faultsOfCounts(JSON.parse(readFileSync(join("validation", name), "utf8"))), name).toEqual([]);
  });
});

test("every file of figures that is listed is there, and so is the code it measures", () => {
  for (const [figures, { code }] of Object.entries(measuredFigures()))
    for (const path of [figures, ...code])
      expect(readdirSync(resolve(path, "..")), path).toContain(path.split("/").at(-1));
  expect(digestOfCode(["const a = 1;", "const b = 2;"])).toBe(digestOfCode(["const b = 2;", "/* so */ const a = 1;"]));
});
