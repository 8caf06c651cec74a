/**
 * Overlap of configurations with base rates: how many of a panel of public configurations have the same value. An
 * architecture may be copied by anyone, and most of its numbers are common property. An exhibit, never evidence.
 */
import type { Model, ModelConfig } from "../../../model/model.js";
import type { Exhibits } from "./observed.js";
import panel from "./panel.json" with { type: "json" };

const FIELDS = [
  "hiddenSize",
  "intermediateSize",
  "layers",
  "heads",
  "keyValueHeads",
  "vocabularySize",
  "ropeTheta",
  "normEpsilon",
  "hiddenAct",
  "tiedEmbeddings",
] as const satisfies readonly (keyof ModelConfig)[];

/**
 * `panel` of a field counts public configurations with the reference's value; `alike` those with all values that the
 * two share.
 */
export function configOverlap(reference: Model, suspect: Model): Exhibits["config"] {
  const known = FIELDS.filter((f) => reference.config[f] !== null && suspect.config[f] !== null);
  const fields = known.map((field) => ({
    field,
    reference: String(reference.config[field]),
    suspect: String(suspect.config[field]),
    same: reference.config[field] === suspect.config[field],
    panel: panel.configurations.filter((c) => c[field] === reference.config[field]).length,
  }));
  const shared = known.filter((_, i) => fields[i]!.same);
  const alike = panel.configurations.filter((c) => shared.every((f) => c[f] === reference.config[f])).length;
  return { panel: panel.configurations.length, fields, alike };
}
