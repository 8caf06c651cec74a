/**
 * Leak tracing through disguises, by the command's own code: copies of a small trained model of the zoo, marked for one
 * recipient (or for nobody: the control), disguised (materials/weights/disguise.ts: gains folded, stream rotated, units permuted and
 * rescaled with signs, heads mixed), tokens left under their own numbers; one key each.
 *   node validation/marks-leak-disguised.study.ts --zoo ../shared/zoo --keys 10 --work DIR --out result.json
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { examineLeakedWeights, markWeights } from "../dist/labs/marks/desk/leak.js";
import { writeDisguised } from "../materials/weights/write-disguised.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    keys: { type: "string", default: "10" },
    work: { type: "string" },
    out: { type: "string" },
  },
});

const base = join(values.zoo!, "models/base");
const tuning = [base, join(values.zoo!, "models/finetune")] as const;
const onProgress = () => {};
const rows = [];
for (let k = 0; k < Number(values.keys); k++) {
  const folder = join(values.work!, String(k));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const recipients = join(folder, "recipients.json");
  const names = Array.from({ length: 1000 }, (_, i) => `recipient ${i + 1}`);
  const key = String(k).padStart(2, "0").repeat(32);
  writeFileSync(recipients, JSON.stringify({ type: "assay/recipients/v1", key, recipients: names }));
  const copy = join(folder, "copy");
  await markWeights({ model: base, recipient: "recipient 17", key: recipients, out: copy, onProgress });
  for (const [what, model, tuned] of [
    ["marked, disguised", copy, false],
    ["marked, given the zoo's fine-tune, disguised", copy, true],
    ["control: original, disguised", base, false],
    ["control: the zoo's disguised fine-tune", null, false],
  ] as const) {
    const suspect = model === null ? join(values.zoo!, "models/disguised") : join(folder, `suspect ${rows.length}`);
    if (model !== null) await writeDisguised(model, suspect, `leak ${k}`, tuned ? tuning : null);
    const asked = { suspect, original: base, recipients, freshWords: 10_000_000, home: null, studies: [], onProgress };
    const { findings } = await examineLeakedWeights(asked);
    const finding = findings[0]!;
    const seen = finding.observations as { named: string[]; tensors: number; results: { deviations: number }[] };
    const log10P = finding.tests.find(({ id }) => id === "combined")!.log10P;
    rows.push({
      key: k,
      what,
      log10P,
      deviations: seen.results[0]!.deviations,
      named: seen.named,
      tensors: seen.tensors,
    });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  rmSync(folder, { recursive: true, force: true });
}
writeFileSync(values.out!, `${JSON.stringify({ part: "disguised", recipients: 1000, rows })}\n`);
