/**
 * How a maker names tensors, as a table, and the lookup in it. A name says nothing of what a tensor holds: shapes are
 * checked in shapes.ts, and a maker who renames tensors is read as what the names say.
 */
import type { MlpPart, Role } from "../model.js";

/** Several canonical tensors in one stored one, laid out along its outputs. */
export interface Fused {
  parts: readonly Role[];
  /**
   * "stretches": all of the first part, then all of the next. "heads": the parts of head 0, of head 1, … "mixer": what
   * a state-space mixer reads from the stream: x then z (Mamba), or z, x and more that is left aside (Mamba 2).
   */
  layout: "stretches" | "heads" | "mixer";
}

/** The same matrix (or the same two) of all experts of a layer in one stored tensor, experts first. */
export interface Stack {
  parts: readonly MlpPart[];
  /** Output 0 of the first part, output 0 of the second, output 1 of the first, … */
  interleaved?: true;
}

export interface Naming {
  /** Where the model sits, e.g. `model.`. */
  prefixes: readonly string[];
  /** What stands before the layer's number, behind the prefix. */
  layer: string;
  layerNames: Readonly<Record<string, Role>>;
  fused: Readonly<Record<string, Fused>>;
  /** Experts with tensors of their own, by the name in which K stands for the expert's number. */
  expertNames?: Readonly<Record<string, MlpPart>>;
  stacks?: Readonly<Record<string, Stack>>;
  globalNames: Readonly<Record<string, Role>>;
  /** The output embedding stands beside the model, not in it: whole names, by prefix. */
  outputNames: Readonly<Record<string, readonly string[]>>;
  /** Matrices of layers are stored [inputs, outputs] (Conv1D) instead of [outputs, inputs]. */
  transposed?: true;
  /** Stacked experts are stored [expert, outputs, inputs]; elsewhere their shapes have to say so. */
  stacksPlain?: true;
}

/** A naming under one of its prefixes. */
export interface Place {
  naming: Naming;
  prefix: string;
  /** Several stacks of layers, each under a prefix of its own; the number that its layer 0 gets. */
  stacks?: readonly { prefix: string; first: number }[];
  /** Whole names of tensors outside layers. */
  globals?: ReadonlyMap<string, Role>;
}

type Holding = { layer: number | null } & ({ role: Role } | { fused: Fused } | { stack: Stack });

/** What a tensor of this name holds; null when the name is not in the table. */
export function holdingOf(source: string, place: Place): Holding | null {
  const role = place.globals?.get(source);
  if (role !== undefined) return { role, layer: null };
  if (!place.stacks) return held(source, place, 0);
  for (const { prefix, first } of place.stacks) {
    const found = held(source, { naming: place.naming, prefix }, first);
    if (found) return found;
  }
  return null;
}

function held(source: string, { naming, prefix }: Place, first: number): Holding | null {
  if (naming.outputNames[prefix]?.includes(source)) return { role: "output", layer: null };
  if (!source.startsWith(prefix)) return null;
  const rest = source.slice(prefix.length);
  if (Object.hasOwn(naming.globalNames, rest)) return { role: naming.globalNames[rest]!, layer: null };
  if (!rest.startsWith(naming.layer)) return null;
  // No leading zeros: layers.1 and layers.01 would be one layer.
  const match = /^(0|[1-9]\d{0,5})\.(.+)$/.exec(rest.slice(naming.layer.length));
  if (!match) return null;
  const [layer, name] = [first + Number(match[1]), match[2]!];
  if (Object.hasOwn(naming.layerNames, name)) return { role: naming.layerNames[name]!, layer };
  if (Object.hasOwn(naming.fused, name)) return { fused: naming.fused[name]!, layer };
  const { stacks = {} } = naming;
  if (Object.hasOwn(stacks, name)) return { stack: stacks[name]!, layer };
  return expertOf(name, layer, naming.expertNames ?? {});
}

function expertOf(name: string, layer: number, names: Readonly<Record<string, MlpPart>>): Holding | null {
  const match = /^((?:layer\.\d\.)?[^\d]+[._])(0|[1-9]\d{0,5})(\..+)$/.exec(name);
  if (!match) return null;
  const pattern = `${match[1]}K${match[3]}`;
  if (!Object.hasOwn(names, pattern)) return null;
  return { role: `mlp.experts.${Number(match[2])}.${names[pattern]!}`, layer };
}

/** Places at which layers are found. */
export function placesOf(names: readonly string[], namings: readonly Naming[]): Place[] {
  const all = namings.flatMap((naming) => naming.prefixes.map((prefix) => ({ naming, prefix })));
  return all.filter((place) => names.some((name) => (holdingOf(name, place)?.layer ?? null) !== null));
}

/** The one name that all makers' names are brought to, such as `layers.3.mlp.up`. */
export function canonicalName(role: Role, layer: number | null): string {
  return layer === null ? role : `layers.${layer}.${role}`;
}
