/**
 * Scores of an ONNX model run by the command against torch's own of the same weights and texts.
 *   python validation/peers/membership-onnx.py OUT && npm run build && npm install --no-save --ignore-scripts \
 *     @huggingface/transformers@4 && node validation/membership-onnx.study.ts OUT
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2) as [string];
const own = join(folder, "own.jsonl");
rmSync(own, { force: true });
execFileSync(process.execPath, [
  "dist/command/main.js",
  ...["membership", "score", join(folder, "texts.jsonl"), "--endpoint", `onnx:${join(folder, "model")}`, "--out", own],
]);
interface Scored {
  id: string;
  logprob: number;
  tokens: number;
}
const scores = (path: string) =>
  new Map(
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Scored)
      .map((each) => [each.id, each]),
  );
const [ours, theirs] = [scores(own), scores(join(folder, "torch.jsonl"))];
let [most, perToken, tokens] = [0, 0, 0];
for (const [id, { logprob, tokens: count }] of theirs) {
  const mine = ours.get(id)!;
  if (mine.tokens !== count) throw new Error(`${id}: ${mine.tokens} tokens, torch has ${count}`);
  most = Math.max(most, Math.abs(mine.logprob - logprob));
  perToken = Math.max(perToken, Math.abs(mine.logprob - logprob) / count);
  tokens += count;
}
const figures = {
  says: "a GPT of 3 layers and 64 units with random weights, exported to ONNX by torch and run by ONNX Runtime: natural log-likelihoods of 300 texts of 2 to 199 letters against torch's",
  command:
    "python validation/peers/membership-onnx.py OUT && npm run build && node validation/membership-onnx.study.ts OUT",
  dated: new Date().toISOString().slice(0, 10),
  seed: 19,
  texts: theirs.size,
  tokens,
  largestDifference: most,
  largestDifferenceAToken: perToken,
  tolerance: 1e-3,
};
writeFileSync("validation/membership-onnx.json", `${JSON.stringify(figures, null, 1)}\n`);
console.log(JSON.stringify(figures));
if (most > figures.tolerance) process.exitCode = 1;
