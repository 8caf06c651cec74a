/**
 * How a maker names tensors, as a table, and the lookup in it. A name says nothing of what a tensor holds: shapes are
 * checked in shapes.ts, and a maker who renames tensors is read as what the names say.
 */
import type { Role } from "./model.js";

/** Several canonical tensors in one stored one, laid out along its outputs. */
export interface Fused {
  parts: readonly Role[];
  /** "stretches": all of the first part, then all of the next. "heads": the parts of head 0, of head 1, … */
  layout: "stretches" | "heads";
}

export interface Naming {
  /** Where the model sits, e.g. `model.`. */
  prefixes: readonly string[];
  /** What stands before the layer's number, behind the prefix. */
  layer: string;
  layerNames: Readonly<Record<string, Role>>;
  fused: Readonly<Record<string, Fused>>;
  globalNames: Readonly<Record<string, Role>>;
  /** The output embedding stands beside the model, not in it: whole names, by prefix. */
  outputNames: Readonly<Record<string, readonly string[]>>;
  /** Matrices of layers are stored [inputs, outputs] (Conv1D) instead of [outputs, inputs]. */
  transposed?: true;
}

/** A naming under one of its prefixes. */
export interface Place {
  naming: Naming;
  prefix: string;
}

export type Holding = { layer: number | null } & ({ role: Role } | { fused: Fused });

/** What a tensor of this name holds; null when the name is not in the table. */
export function holdingOf(source: string, { naming, prefix }: Place): Holding | null {
  if (naming.outputNames[prefix]?.includes(source)) return { role: "output", layer: null };
  if (!source.startsWith(prefix)) return null;
  const rest = source.slice(prefix.length);
  if (Object.hasOwn(naming.globalNames, rest)) return { role: naming.globalNames[rest]!, layer: null };
  if (!rest.startsWith(naming.layer)) return null;
  // No leading zeros: layers.1 and layers.01 would be one layer.
  const match = /^(0|[1-9]\d{0,5})\.(.+)$/.exec(rest.slice(naming.layer.length));
  if (!match) return null;
  const [layer, name] = [Number(match[1]), match[2]!];
  if (Object.hasOwn(naming.layerNames, name)) return { role: naming.layerNames[name]!, layer };
  return Object.hasOwn(naming.fused, name) ? { fused: naming.fused[name]!, layer } : null;
}

/** Places at which layers are found. */
export function placesOf(names: readonly string[], namings: readonly Naming[]): Place[] {
  const all = namings.flatMap((naming) => naming.prefixes.map((prefix) => ({ naming, prefix })));
  return all.filter((place) => names.some((name) => (holdingOf(name, place)?.layer ?? null) !== null));
}

export function canonicalName(role: Role, layer: number | null): string {
  return layer === null ? role : `layers.${layer}.${role}`;
}
