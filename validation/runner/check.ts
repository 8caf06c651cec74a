/** Of every study's file that states its kinds: whether what is counted is what was declared. Exit status 1 where not. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { faultsOfCounts } from "./count-kinds.ts";

const here = join(import.meta.dirname, "..");
let [studies, withKinds] = [0, 0];
for (const name of readdirSync(here).filter((name) => name.endsWith(".json"))) {
  const summary = JSON.parse(readFileSync(join(here, name), "utf8"));
  studies++;
  if (summary.declared) withKinds++;
  for (const fault of faultsOfCounts(summary)) {
    process.stdout.write(`validation/${name}: ${fault}\n`);
    process.exitCode = 1;
  }
}
if (process.exitCode !== 1)
  process.stdout.write(`${withKinds} of ${studies} study files state their kinds; those count what they declared\n`);
