/**
 * What changed in the model's build: layers dropped, repeated or replaced, hidden units fewer or more, tokens renamed or
 * added. Read from the test's own correspondence of layers and from the vocabularies.
 */

import type { Counterparts } from "../story/counterparts.js";
import type { Bench } from "../tests/bench.js";
import type { Statement } from "./observed.js";
import { count, percent, runs } from "./wording.js";

/** A smaller share of shared tokens with another number is not called a renaming. */
const RENAMED_MIN = 0.1;

/** Depth, then width, then vocabulary; empty where the build is the same. */
export function statementsOnStructure(bench: Bench, layers: Counterparts): Statement[] {
  return [...depth(bench, layers), ...width(bench), ...vocabulary(bench)];
}

function depth({ reference, suspect }: Bench, { ofSuspect }: Counterparts): Statement[] {
  const found = ofSuspect.flatMap((r) => (r === null ? [] : [r]));
  if (found.length === 0) return [];
  const used = new Set(found);
  const repeated = [...used].filter((r) => found.filter((x) => x === r).length > 1).sort((a, b) => a - b);
  const dropped = range(reference.layers).filter((r) => !used.has(r));
  const without = ofSuspect.flatMap((r, j) => (r === null ? [j] : []));
  const ascending = found.every((r, i) => i === 0 || r > found[i - 1]!);
  const map = ofSuspect.map((r) => (r === null ? "–" : r)).join(", ");
  const numbers = { referenceLayers: reference.layers, suspectLayers: suspect.layers, map };
  const said: Statement[] = [];
  if (repeated.length > 0)
    said.push({
      what: "depth",
      sentence: `The suspect's ${suspect.layers} layers answer to the reference's layers ${map}: layers ${runs(repeated)} more than once, consistent with depth up-scaling by repeated layers.`,
      numbers: { ...numbers, repeated },
    });
  else if (without.length === 0 && dropped.length > 0 && ascending)
    said.push({
      what: "depth",
      sentence: `The suspect's ${suspect.layers} layers answer in order to the reference's layers ${runs(found)}; layers ${runs(dropped)} have no counterpart: consistent with layers ${runs(dropped)} left out of the one model, or put into the other.`,
      numbers: { ...numbers, dropped },
    });
  if (without.length > 0)
    said.push({
      what: "graft",
      sentence: `${found.length} of the suspect's ${suspect.layers} layers have a counterpart in the reference (${runs(ofSuspect.flatMap((r, j) => (r === null ? [] : [j])))}); layers ${runs(without)} have none: consistent with a part taken over and the rest from elsewhere, or changed beyond what this test follows.`,
      numbers: { ...numbers, with: found.length, without },
    });
  if (repeated.length === 0 && !ascending)
    said.push({
      what: "depth",
      sentence: `The suspect's layers answer to the reference's layers ${map}, not in their order: consistent with layers put into another order.`,
      numbers,
    });
  return said;
}

function width({ reference, suspect }: Bench): Statement[] {
  const said: Statement[] = [];
  const sizes = [
    ["hidden units of the MLP", reference.mlpHidden, suspect.mlpHidden],
    ["residual dimensions", reference.hidden, suspect.hidden],
  ] as const;
  for (const [what, a, b] of sizes)
    if (a !== b)
      said.push({
        what: "width",
        sentence: `The reference has ${count(a)} ${what}, the suspect ${count(b)}: consistent with a change of width by selection of units.`,
        numbers: { reference: a, suspect: b, of: what },
      });
  return said;
}

function vocabulary({ vocabularies, reference, suspect }: Bench): Statement[] {
  const { reference: a, suspect: b } = vocabularies;
  const said: Statement[] = [];
  if (a && b) {
    let [shared, same] = [0, 0];
    for (const [token, id] of a) {
      const other = b.get(token);
      if (other === undefined) continue;
      shared++;
      if (other === id) same++;
    }
    if (shared > 0 && shared - same >= RENAMED_MIN * shared)
      said.push({
        what: "vocabulary",
        sentence: `Of ${count(shared)} token strings that both vocabularies hold, ${count(same)} (${percent(same / shared)}) keep their number: consistent with token numbers that were permuted.`,
        numbers: { shared, same },
      });
    if (shared > 0 && (shared < a.size || shared < b.size))
      said.push({
        what: "vocabulary",
        sentence: `${count(b.size - shared)} token strings are in the suspect's vocabulary alone, ${count(a.size - shared)} in the reference's alone, ${count(shared)} in both: consistent with a vocabulary that was extended or cut.`,
        numbers: { suspectOnly: b.size - shared, referenceOnly: a.size - shared, shared },
      });
  } else if (reference.vocabulary !== suspect.vocabulary)
    said.push({
      what: "vocabulary",
      sentence: `The embedding has ${count(reference.vocabulary)} rows in the reference and ${count(suspect.vocabulary)} in the suspect: consistent with a vocabulary that was extended or cut.`,
      numbers: { reference: reference.vocabulary, suspect: suspect.vocabulary },
    });
  return said;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
