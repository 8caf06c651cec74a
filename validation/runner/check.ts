/**
 * Of every study's file that states its kinds: whether what is counted is what was declared. Of every sentence in which a
 * laboratory's record says on what its method was measured: whether the study's file is of that version, and whether each
 * number of the sentence stands on the study's page; likewise of what it says that past versions did. Of every study's file of a laboratory's method: whether a record
 * names some study of that method, so that no page calls it unmeasured. Exit status 1 where not.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LABORATORIES } from "../../dist/app/known.js";
import { faultsOfCounts } from "./count-kinds.ts";
import { faultsOfNumbers, faultsOfSentence } from "./measured-on.ts";

const here = join(import.meta.dirname, "..");
const fail = (line: string): void => {
  process.stdout.write(`${line}\n`);
  process.exitCode = 1;
};
let [studies, withKinds, sentences] = [0, 0, 0];
for (const name of readdirSync(here).filter((name) => name.endsWith(".json"))) {
  const summary = JSON.parse(readFileSync(join(here, name), "utf8"));
  studies++;
  if (summary.declared) withKinds++;
  for (const fault of faultsOfCounts(summary)) fail(`validation/${name}: ${fault}`);
}
for (const { id, studies, formerStudies = [] } of LABORATORIES)
  for (const { version, file, says } of [
    ...studies.map((study) => ({ ...study, says: study.measuredOn })),
    ...formerStudies.map((study) => ({ ...study, says: study.says ?? study.measuredOn ?? "" })),
  ]) {
    sentences++;
    const study = JSON.parse(readFileSync(join(here, "..", file), "utf8"));
    const page = readFileSync(join(here, "..", study.page), "utf8");
    for (const fault of faultsOfSentence({ version, says }, study, page))
      fail(`src/labs/${id}/laboratory.ts: of ${file}: ${fault}`);
  }
for (const { id, pastVersions = [] } of LABORATORIES)
  for (const { method, version, accused, told } of pastVersions) {
    if (accused === null) continue;
    sentences++;
    const page = readFileSync(join(here, "..", told), "utf8");
    for (const fault of faultsOfNumbers(accused, page))
      fail(`src/labs/${id}/past-versions.ts: of ${method} ${version}: ${fault}`);
  }
const named = new Set(
  LABORATORIES.flatMap(({ studies, formerStudies = [] }) => [...studies, ...formerStudies].map(({ method }) => method)),
);
for (const name of readdirSync(here).filter((name) => name.endsWith(".json"))) {
  const { type, method } = JSON.parse(readFileSync(join(here, name), "utf8"));
  if (type === "assay/validation/v1" && !named.has(method))
    fail(`validation/${name}: no laboratory's record names a study of ${method}: its pages would say "not measured"`);
}
if (process.exitCode !== 1)
  process.stdout.write(
    `${withKinds} of ${studies} study files state their kinds; those count what they declared. ${sentences} sentences on what was measured are of their study\n`,
  );
