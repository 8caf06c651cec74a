/**
 * Texts by the originals with parameters that no test has (makers/marks/make_held_out.py), each examined by
 * `assay examine marks --json` itself: what the outcome is by what the text is. A wrong one fails the study.
 *   npm run build && node validation/marks-held-out.study.ts DIR…
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const main = new URL("../dist/command/main.js", import.meta.url).pathname;
const counts = new Map<string, number>();
let wrong = 0;
for (const folder of process.argv.slice(2))
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".truth.json"))) {
    const { name, truth, kind, parameters } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const path = join(folder, name);
    const args = [main, "examine", "marks", `${path}.jsonl`, "--mark", `${path}.mark.json`, "--json"];
    const finding = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
    const size = parameters.sampling_table_size ?? 2;
    const table = (size & (size - 1)) === 0 ? "" : ", table of another size than 2^k";
    const what = `${kind}${table}: ${truth === "marked" ? "marked" : name.split("-").at(-1)}`;
    const key = `${what} | ${finding.outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const log10P = finding.tests.find((test: { id: string }) => test.id === "combined")?.log10P;
    if (truth !== "marked" && finding.outcome === "supports-hp") wrong++;
    if (truth === "marked" && finding.outcome === "inconclusive")
      console.error(`not found: ${name} ${log10P} ${JSON.stringify(parameters)}`);
  }
console.log("| made by: what | outcome | files |\n|---|---|---|");
for (const [key, count] of [...counts].sort()) console.log(`| ${key} | ${count} |`);
console.log(`wrong: ${wrong}`);
process.exitCode = wrong > 0 ? 1 : 0;
