/**
 * What `examine behaviour --questions common-origin` costs in two builds, side by side: both at once, so that one load bears
 * on both, and the ratio means something on a busy machine. Builds of one version of the method must find the same, to the last
 * bit, but for their names (`sameFinding`).
 * Needs GNU time.
 *
 *   node bench/common-origin-cost.ts --before OTHER/dist --after dist --transcripts ../shared/corpora/transcripts
 *
 * Prints one JSON line a round: processor seconds (user and system) and peak memory in MiB of each, and the ratios.
 */
import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    after: { type: "string", default: "dist" },
    transcripts: { type: "string", default: "../shared/corpora/transcripts" },
    reference: { type: "string", default: "Qwen1.5-14B-Chat" },
    suspect: { type: "string", default: "Starling-LM-7B-alpha-ExPO" },
    questions: { type: "string", default: "common-origin" },
    rounds: { type: "string", default: "1" },
  },
});
if (values.before === undefined) throw new Error("--before: expected a folder of a build");
const run = promisify(execFile);
const at = (model: string) => `${values.transcripts}/${model}.jsonl.gz`;

async function cost(build: string) {
  const asked = ["examine", "behaviour", at(values.reference), at(values.suspect), "--panel", values.transcripts];
  const { stdout, stderr } = await run(
    "/usr/bin/time",
    [
      "-f",
      "cost %U %S %M",
      process.execPath,
      `${build}/cli/main.js`,
      ...asked,
      "--questions",
      values.questions,
      "--json",
    ],
    { maxBuffer: 1 << 28 },
  );
  const [user, system, kib] = /cost (\S+) (\S+) (\S+)/.exec(stderr)!.slice(1).map(Number);
  return {
    seconds: user! + system!,
    mib: Math.round(kib! / 1024),
    finding: stdout.replace(/"commit":"[^"]*"/g, ""),
  };
}

for (let round = 0; round < Number(values.rounds); round++) {
  const [before, after] = await Promise.all([cost(values.before), cost(values.after)]);
  const two = (x: number) => Math.round(100 * x) / 100;
  process.stdout.write(
    `${JSON.stringify({
      before: { seconds: two(before.seconds), mib: before.mib },
      after: { seconds: two(after.seconds), mib: after.mib },
      time: two(after.seconds / before.seconds),
      memory: two(after.mib / before.mib),
      sameFinding: before.finding === after.finding,
    })}\n`,
  );
}
