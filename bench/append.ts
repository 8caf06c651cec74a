/**
 * `assay register append` of one declaration to registers of growing size, by two builds in one run: processor time, time
 * by the clock, peak memory (GNU time). The first append by this build makes its rows; the later ones use them.
 *   npm run build && node bench/append.ts --before CHECKOUT [--largest 1000000]     writes bench/append.json
 * CHECKOUT is a built checkout of an earlier commit.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { anotherDeclaration, fillRegister, newRegister } from "./large-register.ts";

const { values } = parseArgs({
  options: { before: { type: "string" }, largest: { type: "string", default: "1000000" } },
});
if (!values.before) throw new Error("expected --before CHECKOUT");
const builds = { before: join(values.before, "dist/command/main.js"), after: "dist/command/main.js" };
const commit = (at: string) => execFileSync("git", ["-C", at, "rev-parse", "--short", "HEAD"]).toString().trim();
const folder = mkdtempSync(join(tmpdir(), "assay-append-"));
const log = join(folder, "log");
function append(build: "before" | "after") {
  const file = join(folder, "one.declaration.json");
  writeFileSync(file, anotherDeclaration());
  const words = ["-f", "TIME %U %S %e %M", process.execPath, builds[build], "register", "append", log, file];
  const { stderr, stdout, status } = spawnSync("/usr/bin/time", words, { encoding: "utf8" });
  const [, user, system, clock, kibibytes] = /TIME (\S+) (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
  if (status !== 0) throw new Error(`${build}: ${stdout}${stderr}`);
  const processor = Number((Number(user) + Number(system)).toFixed(2));
  return { processor, clock: Number(clock), mebibytes: Math.round(Number(kibibytes) / 1024) };
}

try {
  await newRegister(log);
  const rows = [];
  for (let size = 1000; size <= Number(values.largest); size *= 10) {
    await fillRegister(log, size);
    execFileSync("sync");
    rows.push({
      entries: size,
      before: append("before"),
      first: append("after"),
      after: [append("after"), append("after")],
    });
    console.log(JSON.stringify(rows.at(-1)));
  }
  const result = {
    type: "assay/bench-append/v1",
    date: new Date().toISOString().slice(0, 10),
    load: Number(loadavg()[0]!.toFixed(1)),
    commits: { before: commit(values.before), after: commit(".") },
    rows,
  };
  writeFileSync("bench/append.json", `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
