/** The study's transcripts and the rows it works on: features of every pair of models, from all prompts or a draw of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { prng, sample } from "../../dist/base/prng.js";
import { AgreementCounter, emptySums } from "../../dist/labs/behaviour/agreement/agreement.js";
import { promptWords } from "../../dist/labs/behaviour/answers/features.js";
import { allStandardScores, featuresOfPair } from "../../dist/labs/behaviour/score/score.js";
import { readTranscript } from "../../dist/transcript/read-transcript.js";
import { firstAnswers } from "../../dist/transcript/transcript.js";
import { type Kind, type Labels, type Lineage, labelsOf } from "./labels.ts";

export interface Material {
  labels: Labels;
  lineage: Lineage;
  prompts: string[];
  /** texts[model][prompt] */
  readonly texts: (string | null)[][];
  pairs: { a: number; b: number; kind: Kind }[];
}

export function loadMaterial(folder: string): Material {
  const lineage: Lineage = JSON.parse(readFileSync(join(folder, "lineage.json"), "utf8"));
  const prompts: string[] = JSON.parse(readFileSync(join(folder, "prompts.json"), "utf8"));
  const known = new Set(Object.values(lineage.base).flat());
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl.gz"))
    .map((file) => file.slice(0, -".jsonl.gz".length))
    .filter((name) => known.has(name))
    .sort();
  // Read when first asked for: fits need names alone.
  let texts: (string | null)[][] | null = null;
  const read = (name: string) => {
    const first = firstAnswers(readTranscript(readFileSync(join(folder, `${name}.jsonl.gz`)), name));
    return prompts.map((_, p) => first.get(String(p))?.text ?? null);
  };
  const labels = labelsOf(names, lineage);
  const pairs: Material["pairs"] = [];
  for (let a = 1; a < names.length; a++) for (let b = 0; b < a; b++) pairs.push({ a, b, kind: labels.kind(a, b) });
  return {
    labels,
    lineage,
    prompts,
    pairs,
    get texts() {
      texts ??= names.map(read);
      return texts;
    },
  };
}

/** The first `count` prompts of a seeded order. */
export function drawOf(material: Material, count: number, draw: number): number[] {
  return [...sample(material.prompts.length, count, prng("behaviour/study-draw", `${count}/${draw}`))];
}

/** Features of every pair, in the order of `pairs`. */
export function rowsOf(material: Material, promptPlaces: readonly number[], texts = material.texts): number[][] {
  const counter = new AgreementCounter(material.labels.bases);
  const sums = emptySums(texts.length);
  for (const p of promptPlaces)
    counter.add(
      texts.map((of) => of[p]!),
      promptWords(material.prompts[p]!),
      sums,
    );
  const scores = allStandardScores(sums, material.labels.bases);
  return material.pairs.map((_, i) => featuresOfPair(scores, i));
}
