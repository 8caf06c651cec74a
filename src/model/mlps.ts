/**
 * The MLPs of a layer, whatever the model is: one dense MLP, or experts and perhaps a shared one, or both. Hidden units
 * of each can be put in any order for themselves, so each is a block of its own. The order of routed experts is free
 * too: a copy may list them otherwise, together with the rows of its router.
 */
import type { CanonicalTensor, Model } from "./model.js";

export interface Mlp {
  layer: number;
  /** Null: the dense MLP of a layer; else the expert's number, or the one that every token visits. */
  expert: number | "shared" | null;
  /** Canonical names of its tensors begin with this, e.g. `layers.3.mlp.experts.17`. */
  stem: string;
  gate: CanonicalTensor | null;
  up: CanonicalTensor;
  /** Null in a sketch, which holds none, and where it was left out. */
  down: CanonicalTensor | null;
}

/** Dense first, then the shared expert, then the routed ones by number. */
export function mlpsOf(model: Pick<Model, "tensors" | "experts">, layer: number): Mlp[] {
  const out: Mlp[] = [];
  const add = (expert: Mlp["expert"], stem: string) => {
    const of = (part: string) => model.tensors.get(`${stem}.${part}`);
    const up = of("up");
    if (up) out.push({ layer, expert, stem, gate: of("gate") ?? null, up, down: of("down") ?? null });
  };
  const stem = `layers.${layer}.mlp`;
  add(null, stem);
  add("shared", `${stem}.shared`);
  for (let k = 0; k < model.experts; k++) add(k, `${stem}.experts.${k}`);
  return out;
}
