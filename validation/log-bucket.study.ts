/**
 * A log in a bucket of a full S3 implementation: kills while it appends, two writers at once, everything checked after.
 *   moto_server -p 5557 &   (moto 5, Python; or any S3 with conditional writes)
 *   AWS_ENDPOINT_URL=http://127.0.0.1:5557 AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b node validation/log-bucket.study.ts
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkLog, initBucketLog, readEntry } from "../dist/app/log/log.js";
import { prng } from "../dist/base/prng.js";

const [kills, races] = [8, 4];
const folder = mkdtempSync(join(tmpdir(), "assay-bucket-"));
const bucket = `assay-${Date.now()}`;
const where = `s3://${bucket}/log`;
const keys = join(folder, "keys");
await fetch(`${process.env.AWS_ENDPOINT_URL}/${bucket}`, { method: "PUT" });
await initBucketLog(where, "bucket.example/log", keys);

const APPENDER = `
import { withWriter } from ${JSON.stringify(join(process.cwd(), "dist/app/log/log.js"))};
const [where, keys, name, rounds] = process.argv.slice(1);
try {
  await withWriter(where, null, async (writer) => {
    process.stdout.write("open\\n");
    for (let i = 0; i < Number(rounds); i++) {
      const { index } = await writer.append(new TextEncoder().encode(name + " " + i));
      process.stdout.write("ack " + index + " " + name + " " + i + "\\n");
    }
  }, keys);
  process.stdout.write("closed\\n");
} catch (error) { process.stdout.write("out: " + error.message + "\\n"); }`;

const acknowledged = new Map<number, string>();
function run(name: string, rounds: number, killAfterMs: number | null): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", APPENDER, where, keys, name, String(rounds)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      if (killAfterMs !== null && !out.includes("open") && String(chunk).includes("open"))
        setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      out += chunk;
    });
    child.once("close", () => {
      for (const [, index, entry] of out.matchAll(/^ack ([0-9]+) (.+)$/gm)) {
        if ((acknowledged.get(Number(index)) ?? entry) !== entry) throw new Error(`two entries at ${index}`);
        acknowledged.set(Number(index), entry!);
      }
      resolve(out);
    });
  });
}

const random = prng("validation/log-bucket", "1");
for (let kill = 0; kill < kills; kill++) {
  await run(`kill ${kill}`, 100_000, 100 + random.below(1500));
  process.stderr.write(`${kill + 1} kills, ${acknowledged.size} acknowledged\n`);
}
// The first run waits for the dead one's lease to lapse; then two start together.
await run("after the kills", 1, null);
let [turnedAway, both] = [0, 0];
for (let race = 0; race < races; race++) {
  const said = await Promise.all([run(`race ${race} a`, 40, null), run(`race ${race} b`, 40, null)]);
  if (said.filter((out) => out.includes("out: log: expected to be the only writer")).length === 1) turnedAway++;
  else if (said.every((out) => out.includes("closed"))) both++;
}
const report = await checkLog(where, null, () => undefined);
let lost = 0;
for (const [index, entry] of acknowledged)
  if (new TextDecoder().decode(await readEntry(where, index)) !== entry) lost++;
const figures = {
  type: "assay/log-bucket-study/v1",
  date: new Date().toISOString().slice(0, 10),
  kills,
  races,
  oneTurnedAway: turnedAway,
  oneAfterTheOther: both,
  acknowledged: acknowledged.size,
  lost,
  entries: report.entries,
  fsckFaults: report.faults.length,
};
writeFileSync("validation/log-bucket.json", `${JSON.stringify(figures, null, 2)}\n`);
console.log(figures);
rmSync(folder, { recursive: true, force: true });
