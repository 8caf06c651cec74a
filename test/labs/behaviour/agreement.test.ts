/**
 * Agreement row by row is what its definition says value by value, to the last bit; and the study's own features have
 * not moved since they were written.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { AgreementCounter, emptySums, pairIndex, SHARES } from "../../../src/labs/behaviour/agreement/agreement.js";
import { extract, FAMILIES, Values } from "../../../src/labs/behaviour/answers/features.js";
import { HashSet } from "../../../src/labs/behaviour/answers/hash-set.js";
import { loadDevelopment } from "../../../src/labs/behaviour/desk/examine-transcripts.js";
import { answerDigests, coincidingBases } from "../../../src/labs/behaviour/score/development.js";
import { median } from "../../../src/labs/behaviour/score/standard-scores.js";
import { HAS_SHARED, SHARED } from "../../shared-material.js";
import { answersOf } from "./made-answers.js";

/** Of all pairs' features at the study's first ten prompts, in 64-bit floats, as version 2 was fitted on them. */
const FEATURES_SHA256 = "fd1a7f2a6bfb03509556b29eb75bfb929184b6f9f3672977e07afe4597f37674";

/** The definition: w = ln((N + 1) / (d + 1)) of each shared value, N and d over models of neither group. */
function byDefinition(answers: readonly (string | null)[], groups: Int32Array): Float64Array[] {
  const models = answers.length;
  const present = [...answers.keys()].filter((m) => answers[m] !== null);
  const sums = emptySums(models).agreement as Float64Array[];
  FAMILIES.forEach((family, f) => {
    const share = SHARES.indexOf(family as (typeof SHARES)[number]);
    const holders = new Map<number, number[]>();
    for (const m of present) {
      const values = FAMILIES.map(() => new Values());
      extract(answers[m]!, new HashSet(), values);
      for (const value of new Set(values[f]!.data.subarray(0, values[f]!.length)))
        holders.set(value, [...(holders.get(value) ?? []), m]);
    }
    const own = new Float64Array(models);
    const shared = new Float64Array(sums[f]!.length);
    for (const held of holders.values()) {
      if (held.length > Math.max(2, 0.5 * present.length)) continue;
      const of = (all: readonly number[], ...out: number[]) => all.filter((m) => !out.includes(groups[m]!)).length + 1;
      for (const a of held) own[a]! += Math.log(of(present, groups[a]!)) - Math.log(of(held, groups[a]!));
      for (const a of held)
        for (const b of held) {
          if (b >= a) continue;
          const w = Math.log(of(present, groups[a]!, groups[b]!)) - Math.log(of(held, groups[a]!, groups[b]!));
          sums[f]![pairIndex(a, b)]! += w;
          shared[pairIndex(a, b)]! += w;
        }
    }
    if (share === -1) return;
    for (const a of present)
      for (const b of present)
        if (b < a && shared[pairIndex(a, b)]! > 0)
          sums[FAMILIES.length + share]![pairIndex(a, b)]! += shared[pairIndex(a, b)]! / Math.sqrt(own[a]! * own[b]!);
  });
  return sums;
}

describe("agreement of all pairs", () => {
  const models = 14;
  const texts = Array.from({ length: models }, (_, m) => answersOf({ seed: `agreement/${m % 9}` }, 6));
  const answersTo = (p: number) => texts.map((of, m) => ((m + p) % 7 === 3 ? null : of.get(String(p))!));

  it.each([
    ["each a family of its own", (m: number) => m],
    ["families of one to five", (m: number) => [0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 0][m]!],
    ["one family", () => 0],
  ])("is the definition to the last bit: %s", (_, group) => {
    const groups = Int32Array.from({ length: models }, (_, m) => group(m));
    const counter = new AgreementCounter(groups);
    for (let p = 0; p < 6; p++) {
      const sums = emptySums(models);
      counter.add(answersTo(p), new HashSet(), sums);
      expect(sums.agreement).toEqual(byDefinition(answersTo(p), groups));
    }
  });

  it("takes the median that sorting gives", () => {
    const draws = prng("test/median", "0");
    for (let n = 0; n < 200; n++) {
      const values = Array.from({ length: n }, () => draws.below(1 + (n % 40)) / 8);
      const sorted = [...values].sort((a, b) => a - b);
      const middle = n === 0 ? 0 : (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
      expect(median(values)).toBe(middle);
    }
  });
});

describe.skipIf(!HAS_SHARED)("the study's models", () => {
  it("have the features that version 2 was fitted on, byte for byte, and are known by 50 answers", {
    timeout: 120_000,
  }, async () => {
    const { drawOf, loadMaterial, rowsOf } = await import("../../../materials/answers/material.js");
    const material = loadMaterial(`${SHARED}/corpora/transcripts`);
    const rows = Float64Array.from(rowsOf(material, drawOf(material, 10, 0)).flat());
    expect(createHash("sha256").update(new Uint8Array(rows.buffer)).digest("hex")).toBe(FEATURES_SHA256);
    const development = (await loadDevelopment())!;
    const asked = drawOf(material, 50, 100);
    const found = material.texts.map((texts) => {
      const digests = answerDigests(asked.map((p) => texts[p] ?? ""));
      return coincidingBases(development, digests, asked.length);
    });
    expect(found).toEqual([...material.labels.bases].map((base) => [base]));
  });
});
