/**
 * The study of planted preferences: decisions that a seed drew, tested exactly in what small scorers prefer, those of the
 * judging half that never saw them and students that were distilled from what was served (materials/makers,
 * train_preferences.py). Writes preferences-planted.json and preferences-planted.tables.md.
 *
 *   npm run build && node validation/preferences-planted.study.ts            (seconds)
 */
import { writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { OUTCOME_RULES } from "../dist/finding/outcome-rules.js";
import { PLANTED_METHOD } from "../dist/labs/preferences/method.js";
import { log10Agreement } from "../dist/labs/preferences/planted/examine.js";
import { type Model, readPanel } from "./preferences/panel.ts";

const panel = readPanel("judge");
const out: string[] = [];
const drawn = panel.planted;
const planted = panel.models.filter(({ kind }) => kind === "planted");
const agreed = (model: Model, n: number) => [...drawn.slice(0, n)].filter((bit, i) => bit === model.choices[i]).length;
const strangers = panel.models.filter(
  ({ kind }) => kind === "own" || kind === "length" || kind === "judge" || kind === "jurisdiction",
);
const KEYS = 20_000;
const LEVELS = [0.05, 0.01, 0.001] as const;
const n = drawn.length;
const least = LEVELS.map((level) => {
  let k = 0;
  while (log10Agreement(k, n) > Math.log10(level)) k++;
  return k;
});
const source = prng("assay/preferences-study", "keys");
const counts = strangers.map(() => LEVELS.map(() => 0));
const best = strangers.map(() => 0);
for (let key = 0; key < KEYS; key++) {
  const bits: number[] = [];
  while (bits.length < n) {
    const word = source.uint32();
    for (let b = 0; b < 32; b++) bits.push((word >>> b) & 1);
  }
  for (const [m, { choices }] of strangers.entries()) {
    let k = 0;
    for (let i = 0; i < n; i++) if (bits[i] === choices.charCodeAt(i) - 48) k++;
    best[m] = Math.max(best[m]!, k);
    for (const [l, from] of least.entries()) if (k >= from) counts[m]![l]!++;
  }
}
const shares = counts.map((of) => of.map((c) => c / KEYS));
const plants = [...new Set(planted.map((model) => model.plants!))].sort((a, b) => a - b);
const p = (model: Model) => log10Agreement(agreed(model, model.plants!), model.plants!);
const found = (value: number) => value <= OUTCOME_RULES.log10Alpha;
const stated = planted.filter((model) => model.plants === Math.max(...plants));
const nulls = strangers.map((model) => log10Agreement(agreed(model, n), n));
out.push(
  `${strangers.length} models that never saw the decisions; ${KEYS.toLocaleString("en")} keys, ${n} pairs each:`,
  `| level | mean share of keys that reaches it | worst model |\n| --- | --- | --- |\n${LEVELS.map((level, l) => `| ${level} | ${(100 * (shares.reduce((s, of) => s + of[l]!, 0) / shares.length)).toFixed(3)} % | ${(100 * Math.max(...shares.map((of) => of[l]!))).toFixed(3)} % |`).join("\n")}`,
  `Smallest p of ${strangers.length * KEYS} looks: 10^${log10Agreement(Math.max(...best), n).toFixed(2)}. On the key that was served: 10^${Math.min(...nulls).toFixed(2)}; ${nulls.filter(found).length} of ${nulls.length} accused.`,
  `Students distilled from 700 pairs of a teacher's scores and the planted ones twice:`,
  `| plants | students | p below 10^-6 | best log10 p | median | worst |\n| --- | --- | --- | --- | --- | --- |\n${plants
    .map((k) => {
      const of = planted
        .filter((model) => model.plants === k)
        .map(p)
        .sort((a, b) => a - b);
      return `| ${k} | ${of.length} | ${of.filter(found).length} | ${of[0]!.toFixed(1)} | ${of[of.length >> 1]!.toFixed(1)} | ${of.at(-1)!.toFixed(1)} |`;
    })
    .join("\n")}`,
);
writeFileSync(
  "validation/preferences-planted.json",
  `${JSON.stringify({
    type: "assay/validation/v1",
    method: PLANTED_METHOD.id,
    methodVersion: PLANTED_METHOD.version,
    page: "validation/preferences.md",
    nulls: {
      pairs: nulls.length,
      families: nulls.length,
      accusedPairs: nulls.filter(found).length,
      accusedFamilies: nulls.filter(found).length,
    },
    positives: {
      pairs: stated.length,
      families: stated.length,
      foundPairs: stated.filter((model) => found(p(model))).length,
      foundFamilies: stated.filter((model) => found(p(model))).length,
    },
    levels: { of: LEVELS, keys: KEYS, worst: LEVELS.map((_, l) => Math.max(...shares.map((of) => of[l]!))) },
    nullLog10P: nulls,
    positiveLog10P: stated.map(p),
  })}\n`,
);
writeFileSync(
  "validation/preferences-planted.tables.md",
  `Written by \`validation/preferences-planted.study.ts\`.\n\n${out.join("\n\n")}\n`,
);
