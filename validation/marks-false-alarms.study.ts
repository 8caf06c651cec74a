/**
 * False-alarm study of marks/present, in chunks that a busy machine bears:
 *   node validation/marks-false-alarms.study.ts --transcripts DIR --tokenizer node_modules/llama3-tokenizer-js \
 *     --cache corpus.bin --part kgw --keys 50 --seed a --out part.json
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { kgwFalseAlarms, synthIdFalseAlarms } from "./study/marks-false-alarms.ts";
import { loadCorpus } from "./study/marks-material.ts";

const { values } = parseArgs({
  options: {
    transcripts: { type: "string" },
    tokenizer: { type: "string" },
    cache: { type: "string" },
    part: { type: "string" },
    keys: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
const corpus = await loadCorpus(values.transcripts!, values.tokenizer!, values.cache!);
const keys = Number(values.keys);
const started = Date.now();
const progress = (k: number) =>
  process.stderr.write(`\r${values.part} ${k}/${keys} ${((Date.now() - started) / 1000).toFixed(0)} s`);
const counts =
  values.part === "kgw"
    ? kgwFalseAlarms(corpus, 0.25, keys, values.seed!, progress)
    : synthIdFalseAlarms(
        corpus,
        values.part === "synthid-reference" ? "reference" : "transformers",
        keys,
        values.seed!,
        progress,
      );
const result = {
  part: values.part,
  tokenizer: corpus.tokenizer,
  texts: corpus.texts.length,
  keys,
  seed: values.seed,
  ...counts,
};
writeFileSync(values.out!, `${JSON.stringify(result)}\n`);
process.stderr.write("\n");
