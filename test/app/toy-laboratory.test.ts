/**
 * How a laboratory is added: test/toy-laboratory is put beside a copy of the sources, one line goes into the list, and
 * the copy is built as the house is. Nothing else is touched, and the laboratory has its command, help, page, bundle,
 * verification, recomputation and entry in a register, under the house's own rules for imports.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const TOY = "test/toy-laboratory";
const LIST = "src/app/laboratories.ts";
const LINE = 'export { tosses } from "../labs/tosses/laboratory.js";\n';
/** What a build reads, and what the built command line reads of the package. */
const COPIED = ["src", "tools", "validation", "renderers", "schema", "data", "package.json", "tsconfig.json"];
const FLOORS = ".dependency-cruiser.cjs";

const copy = mkdtempSync(join(tmpdir(), "assay-toy-"));
const inCopy = (...path: string[]) => join(copy, ...path);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const node = (...args: string[]) =>
  spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, ASSAY_HOME: inCopy("home") },
  });
const assay = (...args: string[]) => node(inCopy("dist/command/main.js"), ...args);

function wellDone(run: ReturnType<typeof node>): string {
  expect(run.status, `${run.stdout.slice(-2000)}\n${run.stderr.slice(-2000)}`).toBe(0);
  return run.stdout;
}

beforeAll(() => {
  for (const name of [...COPIED, FLOORS])
    cpSync(name, inCopy(name), { recursive: true, filter: (path) => !/\.(jsonl|svg)$/.test(path) });
  symlinkSync(resolve("node_modules"), inCopy("node_modules"));
  cpSync(TOY, copy, { recursive: true });
  writeFileSync(inCopy(LIST), readFileSync(LIST, "utf8") + LINE);
  execFileSync(process.execPath, ["tools/build.mjs"], { cwd: copy, stdio: "pipe" });
  for (const name of ["reference", "copied", "independent"]) writeFileSync(inCopy(`${name}.txt`), tosses(name));
});

/** 400 tosses by a rule that is no generator of the study's: bits of digits of powers. */
function tosses(name: string): string {
  let state = name === "independent" ? 987654321n : 123456789n;
  return Array.from({ length: 400 }, (_, i) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    const head = state >> 63n === 1n;
    return head !== (name === "copied" && i % 20 === 0) ? "H" : "T";
  }).join("");
}

/** Files of the repository that the copy has otherwise or more, but for what a build makes. */
function touched(): string[] {
  const walk = (path: string): string[] =>
    readdirSync(inCopy(path), { withFileTypes: true }).flatMap((entry) => {
      const name = `${path}/${entry.name}`;
      return entry.isDirectory() ? (entry.name === "generated" ? [] : walk(name)) : [name];
    });
  const rooms = ["src", "tools", "validation", "renderers", "schema", "data"].flatMap(walk);
  return [...rooms, "package.json", "tsconfig.json", FLOORS]
    .filter((file) => !existsSync(file) || !readFileSync(file).equals(readFileSync(inCopy(file))))
    .sort();
}

describe("a laboratory is one folder, one line and one study", () => {
  test("nothing else is touched", () => {
    const added = readFileSync(inCopy(LIST), "utf8").split("\n").length - readFileSync(LIST, "utf8").split("\n").length;
    const files = touched();
    process.stdout.write(`${files.map((file) => (file === LIST ? `${file} (+${added} line)` : file)).join("\n")}\n`);
    expect(added).toBe(1);
    expect(files).toEqual([
      LIST,
      "src/labs/tosses/desk/question.ts",
      "src/labs/tosses/examine.ts",
      "src/labs/tosses/laboratory.ts",
      "src/labs/tosses/observations.ts",
      "src/labs/tosses/page/view.tsx",
      "src/labs/tosses/propositions.ts",
      "validation/tosses-copied.json",
      "validation/tosses-copied.md",
      "validation/tosses-copied.study.ts",
    ]);
  });

  test("its study's file is what its study prints", () => {
    expect(wellDone(node("validation/tosses-copied.study.ts"))).toBe(
      readFileSync(inCopy("validation/tosses-copied.json"), "utf8"),
    );
  });

  test("the rules for imports hold, and what reaches behind its door is caught", () => {
    const planted = inCopy("src/host/planted.ts");
    writeFileSync(planted, 'import "../labs/tosses/propositions.js";\n');
    const bin = resolve("node_modules/.bin/depcruise");
    const { stdout } = spawnSync(bin, ["--config", FLOORS, "src"], { cwd: copy, encoding: "utf8" });
    rmSync(planted);
    expect(stdout.match(/^ {2}error .*$/gm)).toEqual([
      "  error floor-of-host: src/host/planted.ts → src/labs/tosses/propositions.ts",
      "  error doors-of-laboratories: src/host/planted.ts → src/labs/tosses/propositions.ts",
    ]);
  });

  test("command and help", () => {
    expect(wellDone(assay("examine", "--help"))).toMatch(/^ +tosses .*Were two records of coin tosses copied/m);
    expect(wellDone(assay("examine", "tosses", "--help"))).toMatch(
      /Usage: assay examine tosses .*<reference> <suspect>/,
    );
    const { status, stderr } = assay("examine", "tosses", "package.json", "copied.txt");
    expect([status, stderr]).toEqual([2, expect.stringMatching(/expected tosses as H and T/)]);
  });

  test("summary, finding and page, by its study", () => {
    const summary = wellDone(assay("examine", "tosses", "reference.txt", "copied.txt", "--out", "case"));
    expect(summary).toMatch(/^supports-hp .*copied records of tosses/);
    const finding = JSON.parse(wellDone(assay("examine", "tosses", "reference.txt", "independent.txt", "--json")));
    expect(finding).toMatchObject({
      outcome: "inconclusive",
      proposition: { id: "tosses/copied" },
      method: { validation: { page: "validation/tosses-copied.md" } },
    });
    const page = readFileSync(inCopy("case/data/page.html"), "utf8");
    for (const words of ["Equal places", "one record of tosses was copied", "assay examine tosses REFERENCE SUSPECT"])
      expect(page).toContain(words);
  });

  test("the bundle verifies, and is made again from the records", () => {
    wellDone(assay("verify", "case"));
    mkdirSync(inCopy("inputs"), { recursive: true });
    for (const name of ["reference", "copied"]) cpSync(inCopy(`${name}.txt`), inCopy(`inputs/of-${name}.txt`));
    const again = wellDone(assay("verify", "case", "--recompute", "--inputs", "inputs"));
    expect(again).toMatch(/recomputed finding: the same to the last bit/);
    expect(again).toMatch(/recomputed page/);
  });

  test("a register takes its finding and shows it beside a model", () => {
    const script = `set -e
      for k in lab maker; do openssl ecparam -name prime256v1 -genkey -noout -out $k.pem; openssl ec -in $k.pem -pubout -out $k-pub.pem 2>/dev/null; done
      mkdir model && echo w > model/w.safetensors
      $ASSAY register init log --origin r.example/m > trust.txt
      $ASSAY register admit log --public-key maker-pub.pem --name Northwind --role publisher --names northwind/
      $ASSAY register admit log --public-key lab-pub.pem --name Lab --role auditor
      $ASSAY register declare model --name northwind/coin --kind derivation --private-key maker.pem --register log
      $ASSAY register finding case/data/finding.json --beside northwind/coin --private-key lab.pem --register log
      $ASSAY register show northwind/coin --register log --json`;
    const env = { ...process.env, ASSAY: `${process.execPath} ${inCopy("dist/command/main.js")}` };
    const run = spawnSync("sh", ["-c", script], { cwd: copy, encoding: "utf8", env });
    expect(wellDone(run)).toMatch(/"tosses\/copied"/);
    expect(wellDone(assay("register", "fsck", "log", "--policy", "trust.txt"))).toMatch(/ 0 faults/);
  });
});
