/**
 * The other side's check of a case, offline, in two time zones and locales and on two versions of Node: the same bytes?
 *   npm run build && node validation/docket-zones.study.ts CASE.zip NODE…
 * NODE are paths of other versions' binaries (npm install --no-save node@22 gives one); this one is always taken. Each runs
 * in a network namespace without any device where the system allows it (`unshare`), which the figures say.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const OUT = "validation/docket-zones.json";
const [zip, ...others] = process.argv.slice(2) as [string, ...string[]];
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const PLACES = [
  { TZ: "Pacific/Kiritimati", LANG: "ar_EG.UTF-8" },
  { TZ: "America/St_Johns", LANG: "C" },
] as const;
const offline = spawnSync("unshare", ["-n", "true"]).status === 0;
const runs = [process.execPath, ...others].flatMap((node) =>
  PLACES.map((place) => {
    const command = [node, "dist/command/main.js", "verify", zip, "--json"];
    const [file, ...args] = offline ? ["unshare", "-n", ...command] : command;
    const { status, stdout } = spawnSync(file!, args, { env: { ...process.env, ...place }, maxBuffer: 1 << 28 });
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    return { node: version, ...place, status, bytes: stdout.length, sha256: sha256(stdout) };
  }),
);
const same = new Set(runs.map((run) => run.sha256)).size === 1;
const figures = { case: sha256(readFileSync(zip)), offline, same, runs };
writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
console.log(JSON.stringify(figures));
if (!same || runs.some(({ status }) => status !== 0)) process.exitCode = 1;
