// Fails when a test skipped although what it needs is there: a skip must never pass for a pass.
// usage: node tools/no-skips.mjs RESULTS.json  (vitest's JSON report)
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const shared = resolve(process.env.ASSAY_SHARED ?? "../shared");
const chromium = existsSync("/usr/bin/chromium");
const chdb = existsSync("node_modules/chdb");
const llama = existsSync("node_modules/node-llama-cpp");
const onnx = existsSync("node_modules/@huggingface/transformers");
const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const skipped = report.testResults.flatMap((file) =>
  file.assertionResults
    .filter((t) => t.status === "pending" || t.status === "skipped")
    .map((t) => ({ file: file.name, title: t.fullName })),
);
const excused = ({ file, title }) => {
  if (/accessibility|behaviour-page/.test(file)) return !chromium;
  if (/local-model|serve-gguf/.test(file)) return !llama;
  if (/onnx-model|collect-states/.test(file)) return !onnx;
  if (file.includes("collect-scores")) return title.includes("GGUF") ? !llama : !onnx;
  if (file.includes("/traffic/")) return !chdb || !existsSync(shared);
  return !existsSync(shared);
};
const faults = skipped.filter((t) => !excused(t));
for (const { file, title } of skipped) console.log(`skipped: ${title} (${file})`);
if (faults.length > 0) {
  console.error(`${faults.length} tests skipped although what they need is there (${shared})`);
  process.exit(1);
}
const wanting = [!existsSync(shared) && shared, !chromium && "chromium", !chdb && "chdb"].filter(Boolean).join(", ");
console.log(`${report.numPassedTests} tests passed, ${skipped.length} skipped${wanting && ` for want of ${wanting}`}`);
