/**
 * What makers do to weights, as rows: each operation at each strength on models of the bank, the original as reference.
 * Beside each positive stands its negative: the same operation on the same model against a third one that gave nothing.
 */
import type { WeightsObservations } from "../../dist/labs/weights/observations.js";
import {
  dare,
  grafted,
  layersOf,
  merged,
  narrowed,
  noisy,
  quantised,
  relayered,
  thinned,
  tied,
  ties,
  untied,
  widened,
} from "./derive.ts";
import { reexperted, split, upcycled } from "./mixtures.ts";
import { findingOf, type Loaded } from "./models.ts";
import { asModel, forget, readWeights, type Weights } from "./weights.ts";

/** Pairs of layers, reference then suspect. */
type Layers = [number, number][];

export interface Context {
  name: string;
  parent: Weights;
  /** An independent model of the same shape. */
  host: Weights;
  /** Trained children of the parent, of two kinds; null where there are none. */
  children: [Weights, Weights] | null;
}

interface Made {
  weights: Weights;
  /** Layers that were taken, where not all in their place. */
  layers?: Layers;
}

export interface Operation {
  row: string;
  strength: string;
  make(c: Context): Made | null;
  /** What the method says it cannot see: counted apart, never as missed. */
  blind?: true;
}

export interface DerivedPair {
  row: string;
  strength: string;
  blind: boolean;
  family: string;
  log10P: number;
  /** Against a model that gave nothing. */
  nullLog10P: number;
  axes: Record<string, number | null>;
  layers: { taken: number; listed: number; wrong: number };
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
export const identity = (n: number): Layers => range(n).map((l) => [l, l]);

export const OPERATIONS: readonly Operation[] = [
  ...[8, 4, 3].map((bits) =>
    row("quantised, round to nearest in groups of 32", `int${bits}`, (c) => quantised(c.parent, bits)),
  ),
  ...[1, 2, 4, 6, 8, 12].map((x) =>
    row("noise on every matrix, in sd of the matrix", String(x), (c) => noisy(c.parent, x, c.name)),
  ),
  ...(["random", "important", "first", "last"] as const).flatMap((keep) =>
    [0.75, 0.5, 0.25].map((s) =>
      row(`MLP units removed, ${keep} kept in order`, share(s), (c) => narrowed(c.parent, s, keep, c.name)),
    ),
  ),
  ...[0.75, 0.5, 0.25].map((s) =>
    row("MLP units removed, kept by falling importance", share(s), (c) => narrowed(c.parent, s, "sorted", c.name)),
  ),
  ...(["random", "important"] as const).flatMap((keep) =>
    [0.75, 0.5].map((s) =>
      row(`residual dimensions removed, ${keep} kept in order`, share(s), (c) => thinned(c.parent, s, keep, c.name)),
    ),
  ),
  ...[0.75, 0.5].map((s) =>
    row("MLP units and residual dimensions removed, random kept in order", share(s), (c) =>
      thinned(narrowed(c.parent, s, "random", c.name), s, "random", c.name),
    ),
  ),
  ...[1.25, 2].map((x) => row("MLP units appended", `× ${x}`, (c) => widened(c.parent, x, c.name))),
  ...[1, 2, 3, 4, 5].map((k) => graft("grafted into an independent model, every so many layers", k, spread)),
  ...[1, 2, 3, 4, 5].map((k) =>
    graft("grafted into an independent model, one stretch", k, (l, n) =>
      range(n).map((i) => i + Math.floor((l - n) / 2)),
    ),
  ),
  ...[1, 2, 3].map((k) => depth("layers kept, evenly", String(k), (l) => (k < l ? spread(l, k) : null))),
  depth("layers repeated, two overlapping stacks", "", (l) => [...range(l - 1), ...range(l).slice(1)]),
  depth("layers repeated, each twice", "", (l) => range(l).flatMap((i) => [i, i])),
  depth("layers in reverse", "", (l) => range(l).reverse()),
  ...([0.1, 0.3, 0.5, 0.7, 0.9] as const).flatMap((t) =>
    (["linear", "slerp"] as const).map((how) =>
      row(`${how} merge with an independent model, share of the reference`, share(t), (c) =>
        merged(c.host, c.parent, t, how),
      ),
    ),
  ),
  ...(["linear", "slerp"] as const).map((how) =>
    children(`${how} merge of two children`, "1 : 1", (_, a, b) => merged(a, b, 0.5, how)),
  ),
  ...[0.5, 0.2].map((d) => children("TIES merge of two children, density", share(d), (p, a, b) => ties(p, [a, b], d))),
  ...[0.5, 0.9, 0.99].map((d) =>
    children("DARE on a child, changes dropped", share(d), (p, a) => dare(p, a, d, "dare")),
  ),
  ...[0.9, 0.99].map((d) =>
    children("DARE on a child of long training, changes dropped", share(d), (p, _, b) => dare(p, b, d, "dare")),
  ),
  row("output embedding untied or tied", "", (c) =>
    c.parent.config.tie_word_embeddings ? untied(c.parent) : tied(c.parent),
  ),
  children("int4, half the layers kept, half the MLP units kept in order, of a child", "", (_, __, b) => {
    const order = spread(layersOf(b), Math.ceil(layersOf(b) / 2));
    return {
      weights: quantised(narrowed(relayered(b, order), 0.5, "random", "mix"), 4),
      layers: order.map((l, to) => [l, to]),
    };
  }),
  ...[0, 0.5, 1].map((x) =>
    row("upcycled to four experts, noise on each in sd", String(x), (c) => upcycled(c.parent, 4, x, c.name)),
  ),
  ...[2, 4].map((e) =>
    row("MLP units dealt out to experts, in order in each", String(e), (c) => split(c.parent, e, c.name)),
  ),
];

/** The same for mixtures of experts under Mixtral names. */
export const MIXTURE_OPERATIONS: readonly Operation[] = [
  row("mixture: quantised, round to nearest in groups of 32", "int4", (c) => quantised(c.parent, 4)),
  row("mixture: half the experts kept, in order", "", (c) => reexperted(c.parent, [1, 3])),
  row("mixture: experts listed in reverse", "", (c) => reexperted(c.parent, [3, 2, 1, 0])),
  row("mixture: one expert repeated in place of all", "", (c) => reexperted(c.parent, [2, 2, 2, 2])),
  graft("mixture: grafted into an independent one, layers", 1, spread),
  graft("mixture: grafted into an independent one, layers", 2, spread),
];

export async function derivedPairs(
  subjects: { parent: Loaded; host: Loaded; third: Loaded; children: [Loaded, Loaded] | null }[],
  log: (text: string) => void,
  operations: readonly Operation[] = OPERATIONS,
): Promise<DerivedPair[]> {
  const out: DerivedPair[] = [];
  for (const [at, s] of subjects.entries()) {
    const context: Context = {
      name: s.parent.name,
      parent: readWeights(s.parent.path),
      host: readWeights(s.host.path),
      children: s.children && [readWeights(s.children[0].path), readWeights(s.children[1].path)],
    };
    for (const operation of operations) {
      const made = operation.make(context);
      if (!made) continue;
      const suspect = await asModel(made.weights, s.parent, `${operation.row} ${operation.strength}`);
      const [finding, control] = await Promise.all([findingOf(s.parent, suspect), findingOf(s.third, suspect)]);
      forget(suspect);
      const seen = finding.observations as WeightsObservations;
      const combined = (f: typeof finding) => f.tests.find((t) => t.id === "combined")!.log10P;
      out.push({
        row: operation.row,
        strength: operation.strength,
        blind: operation.blind === true,
        family: s.parent.family,
        log10P: combined(finding),
        nullLog10P: combined(control),
        axes: Object.fromEntries(seen.axes.map((x) => [x.axis, x.log10P])),
        layers: layersSeen(seen, made.layers ?? identity(s.parent.model.layers)),
      });
    }
    if (at % 8 === 7) log(`  ${at + 1} of ${subjects.length} models`);
  }
  return out;
}

/** How many of the layers taken the page lists, and how many it lists that were not taken. */
export function layersSeen({ correspondence }: WeightsObservations, taken: Layers): DerivedPair["layers"] {
  const listed = correspondence.flatMap((c) => c.suspectLayers.map((s) => `${c.referenceLayer}:${s}`));
  const truth = new Set(taken.map(([r, s]) => `${r}:${s}`));
  return {
    taken: truth.size,
    listed: listed.filter((x) => truth.has(x)).length,
    wrong: listed.filter((x) => !truth.has(x)).length,
  };
}

function row(name: string, strength: string, make: (c: Context) => Weights): Operation {
  return { row: name, strength, make: (c) => ({ weights: make(c) }) };
}

function graft(name: string, k: number, layers: (all: number, taken: number) => number[]): Operation {
  return {
    row: name,
    strength: `${k}`,
    make: (c) => {
      const all = layersOf(c.parent);
      if (k >= all) return null;
      const taken = layers(all, k);
      return { weights: grafted(c.host, c.parent, taken), layers: taken.map((l) => [l, l]) };
    },
  };
}

function depth(name: string, strength: string, order: (l: number) => number[] | null): Operation {
  const of = (c: Context) => order(layersOf(c.parent));
  return {
    row: name,
    strength,
    make: (c) => {
      const layers = of(c);
      return layers && { weights: relayered(c.parent, layers), layers: layers.map((l, to) => [l, to]) };
    },
  };
}

function children(
  name: string,
  strength: string,
  make: (parent: Weights, a: Weights, b: Weights) => Weights | Made,
): Operation {
  return {
    row: name,
    strength,
    make: (c) => {
      if (!c.children) return null;
      const made = make(c.parent, ...c.children);
      return "weights" in made ? made : { weights: made };
    },
  };
}

/** `count` of `all` layers, evenly. */
function spread(all: number, count: number): number[] {
  return range(count).map((i) => Math.floor(((i + 0.5) * all) / count));
}

function share(x: number): string {
  return `${Math.round(100 * x)} %`;
}
