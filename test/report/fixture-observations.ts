/** Observations of an invented pair: evidence maps with a diagonal where layers correspond, blocks, tensors, architecture. */
import { prng } from "../../src/base/prng.js";
import type { Block, EvidenceMap, TensorStory, WeightsObservations } from "../../src/labs/weights/observations.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";

export interface Case {
  layers: { reference: number; suspect: number };
  labels: number;
  /** Suspect layer → the reference layer it came from, or null. */
  origin: (suspect: number) => number | null;
  log10P: number;
  names: [string, string];
}

function evidenceMap(c: Case, axis: EvidenceMap["axis"], labels: number): EvidenceMap {
  const source = prng("test/report/map", axis);
  const log10P = Array.from({ length: c.layers.reference }, (_, reference) =>
    Array.from({ length: c.layers.suspect }, (_, suspect) => {
      const noise = Math.log10((source.uint32() + 1) / 2 ** 32);
      if (c.origin(suspect) !== reference) return Math.round(noise * 1e4) / 1e4;
      return -Math.round(labels * (0.6 + 0.5 * (source.below(1000) / 1000)) * 1e3) / 1e3;
    }),
  );
  return { axis, labels, log10P };
}

function blocksOf(map: EvidenceMap, groups: number): Block[] {
  return map.log10P.map((row, referenceLayer) => {
    const log10P = Math.min(...row);
    const share = Math.min(1, -log10P / map.labels);
    const pairs = Math.round(map.labels * (0.35 + 0.5 * share));
    const self = log10P > -4 ? 1 : Math.round(pairs * share);
    const cosines = { selfCosine: self > 1 ? 0.912 : null, otherCosine: 0.143 };
    const suspectLayer = row.indexOf(log10P);
    return {
      axis: map.axis,
      referenceLayer,
      suspectLayer,
      labels: map.labels / groups,
      groups,
      pairs,
      self,
      log10P,
      ...cosines,
    };
  });
}

const TENSORS = [
  "self_attn.q_proj",
  "self_attn.k_proj",
  "self_attn.v_proj",
  "self_attn.o_proj",
  "mlp.gate_proj",
  "mlp.up_proj",
  "mlp.down_proj",
];

function stories(c: Case): TensorStory[] {
  const embedding = story("model.embed_tokens.weight", null, null, "near", 0.62, 0.998);
  const inside = Array.from({ length: c.layers.suspect }, (_, suspect) => {
    const reference = c.origin(suspect);
    return TENSORS.map((name, i) => {
      const tensor = `model.layers.${suspect}.${name}.weight`;
      if (reference === null) return { ...story(tensor, null, suspect, "not-assessed", 0, null), compared: 0 };
      const relation = i % 3 === 0 ? "identical" : "near";
      return story(tensor, reference, suspect, relation, i % 3 === 0 ? 1 : 0.41, i % 3 === 0 ? 1 : 0.9912);
    });
  });
  return [embedding, ...inside.flat()];
}

function story(
  tensor: string,
  referenceLayer: number | null,
  suspectLayer: number | null,
  relation: TensorStory["relation"],
  equal: number,
  pearson: number | null,
): TensorStory {
  return { tensor, referenceLayer, suspectLayer, relation, compared: 65_536, total: 11_534_336, equal, pearson };
}

export function observe(c: Case): WeightsObservations {
  const hidden = evidenceMap(c, "mlp-hidden", c.labels);
  const values = evidenceMap(c, "value-dim", 64);
  const found = Array.from({ length: c.layers.suspect }, (_, s) => c.origin(s)).some((r) => r !== null);
  const residual: Block = {
    ...{ axis: "residual", referenceLayer: null, suspectLayer: null, labels: 512, groups: 1 },
    ...(found
      ? { pairs: 470, self: 466, log10P: -1163.2, selfCosine: 0.981, otherCosine: 0.12 }
      : { pairs: 180, self: 1, log10P: -0.2, selfCosine: null, otherCosine: 0.12 }),
  } as Block;
  return weightsObservationsSchema.parse({
    architecture: {
      fields: [
        { field: "hidden_size", reference: "512", suspect: "512", same: true },
        {
          field: "num_hidden_layers",
          reference: `${c.layers.reference}`,
          suspect: `${c.layers.suspect}`,
          same: c.layers.reference === c.layers.suspect,
        },
        { field: "intermediate_size", reference: "1408", suspect: "1408", same: true },
        { field: "rope_theta", reference: "10000", suspect: "500000", same: false },
      ],
      tokenizer: { reference: 32_000, suspect: 32_064, shared: 31_998, sameId: 31_990 },
    },
    settings: { seed: "6f1d0c2a", rows: "sampled", labelsMax: 1408, scanLabelsMax: c.labels },
    axes: [
      { axis: "mlp-hidden", weight: 0.6, log10P: found ? c.log10P : -0.61, note: "scan of all layer pairs paid for" },
      { axis: "value-dim", weight: 0.2, log10P: found ? -88.4 : -0.05, note: "8 key-value heads" },
      { axis: "residual", weight: 0.2, log10P: residual.log10P, note: "31,998 shared token strings" },
    ],
    maps: [hidden, values],
    blocks: [...blocksOf(hidden, 1), ...blocksOf(values, 8), residual],
    tensors: found ? stories(c) : [],
    correspondence: found
      ? Array.from({ length: c.layers.reference }, (_, referenceLayer) => ({
          referenceLayer,
          suspectLayers: Array.from({ length: c.layers.suspect }, (_, s) => s).filter(
            (s) => c.origin(s) === referenceLayer,
          ),
        }))
      : [],
  });
}
