/**
 * Descendants that were really trained: children at several lengths, siblings on different text, partial copies whose
 * other layers were drawn anew before the whole was trained. Beside each its negative against a third model.
 */
import type { WeightsObservations } from "../../dist/labs/weights/observations.js";
import { type DerivedPair, identity, layersSeen } from "./derivations.ts";
import { findingOf, type Loaded } from "./models.ts";

export interface Subject {
  row: string;
  strength: string;
  reference: Loaded;
  suspect: Loaded;
  /** A model of the reference's shape that gave nothing. */
  third: Loaded;
}

export async function trainedPairs(subjects: readonly Subject[]): Promise<DerivedPair[]> {
  const out: DerivedPair[] = [];
  for (const { row, strength, reference, suspect, third } of subjects) {
    const [finding, control] = await Promise.all([findingOf(reference, suspect), findingOf(third, suspect)]);
    const seen = finding.observations as WeightsObservations;
    const combined = (f: typeof finding) => f.tests.find((t) => t.id === "combined")!.log10P;
    const taken = (suspect.made.layers as number[] | undefined)?.map((l): [number, number] => [l, l]);
    out.push({
      row,
      strength,
      blind: false,
      family: reference.family,
      log10P: combined(finding),
      nullLog10P: combined(control),
      axes: Object.fromEntries(seen.axes.map((x) => [x.axis, x.log10P])),
      layers: layersSeen(seen, taken ?? identity(reference.model.layers)),
    });
  }
  return out;
}

const STEPS: Record<string, string> = {
  tuned: "60 steps at 3e-4",
  continued: "300 steps at the rate of pre-training",
  long: "1,500 steps at the rate of pre-training",
  longest: "6,000 steps at the rate of pre-training",
};

/** Pairs of parent and child, child and sibling, parent and partial copy. */
export function subjectsOf(parents: readonly Loaded[], descendants: readonly Loaded[]): Subject[] {
  const byName = new Map(parents.map((m) => [m.name, m]));
  const out: Subject[] = [];
  const thirdOf = (parent: Loaded) => {
    const kin = parents.filter((m) => shape(m) === shape(parent) && m.family !== parent.family);
    const at = parents.indexOf(parent);
    return kin.find((m) => parents.indexOf(m) > at) ?? kin[0]!;
  };
  for (const suspect of descendants) {
    const reference = byName.get(suspect.parents[0] ?? "");
    if (!reference) continue;
    const third = thirdOf(reference);
    const kind = String(suspect.made.kind);
    if (kind === "partial") {
      const strength = `${suspect.made.taken} of ${reference.model.layers} layers, ${suspect.made.steps} steps`;
      out.push({
        row: "some layers copied, others drawn anew, the whole trained",
        strength,
        reference,
        suspect,
        third,
      });
    } else if (kind !== "sibling") {
      out.push({ row: `trained on${kindOf(reference)}`, strength: STEPS[kind] ?? kind, reference, suspect, third });
    }
    if (kind === "sibling") {
      const other = descendants.find((d) => d.parents[0] === reference.name && d.made.kind === "continued");
      const row = "siblings: two children of one parent on different text";
      if (other) out.push({ row, strength: "300 and 300 steps", reference: other, suspect, third });
    }
  }
  return out;
}

function kindOf({ model }: Loaded): string {
  if (model.experts > 0) return ", mixture of experts";
  return model.tensors.has("layers.0.mlp.gate") ? "" : ", MLP without a gate";
}

function shape({ model: m }: Loaded): string {
  return [m.layers, m.hidden, m.mlpHidden, m.keyValueHeads, m.headDim, m.experts].join("/");
}
