/**
 * The floor check itself: with a missing transpiler it would be silently empty, so forbidden imports are planted, all at
 * once, each in a file of its own.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOMS = ["src", "materials", "bench", "validation", "test", "fixtures", "tools"];
const copy = mkdtempSync(join(tmpdir(), "assay-floors-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What is planted, by the file it stands in; the rule that must catch it. */
const PLANTED: { what: string; file: string; imports: string; rule: string }[] = [
  {
    what: "an upward import",
    file: "src/stats/combine.ts",
    imports: "../labs/weights/examine.js",
    rule: "floor-of-stats",
  },
  {
    what: "a file read below host",
    file: "src/finding/codec.ts",
    imports: "node:fs",
    rule: "no-machine-below-host",
  },
  {
    what: "a laboratory's desk that reaches into another's",
    file: "src/labs/marks/desk/leak.ts",
    imports: "../../traffic/desk/read-mapping.js",
    rule: "laboratories-are-blind-to-each-other",
  },
  {
    what: "a request's words that reach what opens files",
    file: "src/labs/membership/desk/typed.ts",
    imports: "../../../app/log/dated.js",
    rule: "typing-stays-light",
  },
  {
    what: "a laboratory's core that opens its own desk",
    file: "src/labs/marks/canaries/canary-plan.ts",
    imports: "../desk/leak.js",
    rule: "storey-of-a-laboratory-core",
  },
  {
    what: "a laboratory's page that opens its desk",
    file: "src/labs/weights/page/view.tsx",
    imports: "../desk/sketch.js",
    rule: "storey-of-a-laboratory-page",
  },
  {
    what: "a back door into a laboratory",
    file: "src/app/demo.ts",
    imports: "../labs/weights/method.js",
    rule: "doors-of-laboratories",
  },
  {
    what: "a list of laboratories that knows more than records",
    file: "src/app/laboratories.ts",
    imports: "../labs/weights/examine.js",
    rule: "doors-of-laboratories",
  },
  {
    what: "a record known beside the list",
    file: "src/app/publish.ts",
    imports: "../labs/weights/laboratory.js",
    rule: "one-list-of-laboratories",
  },
  {
    what: "the house's host that knows a laboratory",
    file: "src/host/model/open-model.ts",
    imports: "../../labs/weights/sketch/read.js",
    rule: "floor-of-host",
  },
  {
    what: "a laboratory's host that opens its desk",
    file: "src/labs/traffic/host/ingest.ts",
    imports: "../desk/tell-accounts.js",
    rule: "storey-of-a-laboratory-host",
  },
  {
    what: "a question about marks that reaches into another",
    file: "src/labs/marks/canaries/canaries.ts",
    imports: "../leak/leak.js",
    rule: "questions-about-marks-are-blind-to-each-other",
  },
  {
    what: "a room of host that reaches into another",
    file: "src/host/http/http-pin.ts",
    imports: "../log/log-url.js",
    rule: "rooms-of-host",
  },
  {
    what: "what the office's rooms share, reaching into one of them",
    file: "src/office/entries/foreign.ts",
    imports: "../register/register-index.js",
    rule: "office-entries-sees-only-what-is-listed",
  },
  {
    what: "a docket that reaches into the audit",
    file: "src/office/docket/planted.ts",
    imports: "../audit/planted.js",
    rule: "office-docket-sees-only-what-is-listed",
  },
  {
    what: "a room of the office that is not listed",
    file: "src/office/cellar/planted.ts",
    imports: "../register/admission.js",
    rule: "rooms-of-office-are-listed",
  },
  {
    what: "material that knows a bench",
    file: "materials/weights/derive.ts",
    imports: "../../bench/curve.ts",
    rule: "beside-the-house-materials",
  },
  {
    what: "a bench that knows a study",
    file: "bench/tables.ts",
    imports: "../validation/study/power.ts",
    rule: "beside-the-house-bench",
  },
  {
    what: "a study that knows a bench",
    file: "validation/study/null.ts",
    imports: "../../bench/curve.ts",
    rule: "beside-the-house-validation",
  },
  { what: "a circle among materials", file: "materials/weights/models.ts", imports: "./pairs.ts", rule: "no-circle" },
  {
    what: "a circle among studies",
    file: "validation/study/behaviour-choice.ts",
    imports: "./behaviour-report.ts",
    rule: "no-circle",
  },
];

/** Arrows that are listed: planted as well, and not caught. */
const LISTED: { file: string; imports: string }[] = [
  { file: "src/office/audit/planted.ts", imports: "../register/admission.js" },
  { file: "src/office/gate/planted.ts", imports: "../audit/planted.js" },
  { file: "src/office/pact/planted.ts", imports: "../audit/planted.js" },
];

function floors(): { status: number | null; stdout: string } {
  const bin = resolve("node_modules/.bin/depcruise");
  return spawnSync(bin, ["--config", ".dependency-cruiser.cjs", ...ROOMS], { cwd: copy, encoding: "utf8" });
}

describe("floors", { timeout: 120_000 }, () => {
  let found: string[];
  beforeAll(() => {
    const code = (path: string) => !/\.(jsonl|svg|md|gz|safetensors)$/.test(path);
    for (const room of ROOMS) cpSync(room, join(copy, room), { recursive: true, filter: code });
    for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json", "vitest.config.ts"])
      cpSync(file, join(copy, file));
    for (const name of ["node_modules", "dist"]) symlinkSync(resolve(name), join(copy, name));
    for (const { file, imports } of [...PLANTED, ...LISTED]) {
      const path = join(copy, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `import "${imports}";\n${existsSync(path) ? readFileSync(path, "utf8") : ""}`);
    }
    // One violation: "error RULE: FROM → TO", a circle's further members on the lines below.
    found = floors().stdout.split(/^ {2}error /m);
  }, 120_000);

  test.each(PLANTED)("$what is caught", ({ file, rule }) => {
    const ofRule = found.filter((violation) => violation.startsWith(`${rule}:`));
    expect(ofRule.some((violation) => violation.includes(`${file} →`))).toBe(true);
  });

  test("nothing else is", () => {
    const rules = new Set(PLANTED.map(({ rule }) => rule));
    expect(
      found
        .slice(1)
        .map((v) => v.slice(0, v.indexOf(":")))
        .filter((rule) => !rules.has(rule)),
    ).toEqual([]);
  });

  test("a heavy dependency in verify is caught, and what a laboratory loads when asked is none", () => {
    const light = join(copy, "light");
    cpSync("dist", join(light, "dist"), { recursive: true });
    for (const file of [".dependency-cruiser.cjs", ".dependency-cruiser.light.cjs", "tsconfig.json", "package.json"])
      cpSync(file, join(light, file));
    symlinkSync(resolve("node_modules"), join(light, "node_modules"));
    const run = () =>
      spawnSync(
        resolve("node_modules/.bin/depcruise"),
        ["--config", ".dependency-cruiser.light.cjs", "dist/app/bundle/verify-bundle.js"],
        { cwd: light, encoding: "utf8" },
      );
    expect(run().status).toBe(0);
    const path = join(light, "dist/evidence/bag.js");
    writeFileSync(path, `import "commander";\n${readFileSync(path, "utf8")}`);
    expect(run().stdout).toContain("verify-stays-light");
  });
});
