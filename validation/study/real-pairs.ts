/** Real pairs that were not made here: what is known of each is what its makers say; code names as in materials/makers/real_models.py. */

import type { Finding } from "../../dist/finding/finding.js";

export interface RealPair {
  reference: string;
  suspect: string;
  /**
   * "taken": made here from the reference. "one file twice": one model in two forms, by its packagers. "one parent":
   * both from one public model, by their makers. "apart": other makers, other data, other architecture or tokenizer.
   * "undocumented": no maker says; neither null nor positive.
   */
  relation: "taken" | "one file twice" | "one parent" | "apart" | "undocumented";
  how: string;
  /** Mean loss of parent and child on one text. */
  loss?: [number, number];
}

/** The statistic in percent, its p, and of each layer pair the reference's layer, units that agree, and units drawn. */
export interface OverDepth {
  percent: number;
  log10P: number;
  depth: [number, number, number][];
}

/** A pair as the command found it. */
export interface RealRow extends RealPair {
  outcome: Finding["outcome"];
  method: string;
  /** Of the exact tests of units in place. */
  log10P: number;
  /** Of units in any order, where that was looked at. */
  permuted: OverDepth | null;
  /** Of units seen through tokens, where that was looked at. */
  rotated?: (OverDepth & { tokens: number; slope: number | null }) | null;
  reason: string;
  seconds: number | null;
}

const pair = (reference: string, suspect: string, relation: RealPair["relation"], how: string): RealPair => ({
  reference,
  suspect,
  relation,
  how,
});

/** Encoders of one residual width: what units in any order may be asked of. */
export const ENCODER_PAIRS: RealPair[] = [
  pair("e6-onnx", "e6", "one file twice", "ONNX and safetensors"),
  pair("e6", "e6-int8", "one file twice", "safetensors and int8 ONNX"),
  pair("f12", "f12-int8", "one file twice", "ONNX and int8 ONNX"),
  pair("g12", "g12-int8", "one file twice", "ONNX and int8 ONNX"),
  pair("e6", "e3", "one parent", "six layers and three of a parent of twelve, by their makers' cards"),
  pair("f12", "f12b", "undocumented", "two versions of one maker, 12 layers"),
  pair("f12", "e6-onnx", "undocumented", "two makers, 12 layers and 6"),
  pair("f12", "e3", "undocumented", "two makers, 12 layers and 3"),
  pair("f12b", "e6-int8", "undocumented", "two makers, 12 layers and 6 in int8"),
  pair("g12", "f12", "undocumented", "two makers, 12 layers each"),
  pair("g12", "e6-onnx", "undocumented", "two makers, 12 layers and 6"),
  pair("g12", "e3", "undocumented", "two makers, 12 layers and 3"),
  pair("z4", "w6", "apart", "an encoder of text and the encoder of a model of speech, both 512 wide"),
];

/** Models of several makers, of other widths: no basis can have been kept. */
export const MAKERS_PAIRS: RealPair[] = [
  pair("p135", "g270", "apart", "two makers, widths 576 and 640"),
  pair("p135", "q500", "apart", "two makers, widths 576 and 896"),
  pair("g270", "q500", "apart", "two makers, widths 640 and 896"),
  pair("p135", "q1500", "apart", "two makers, widths 576 and 1,536"),
  pair("g270", "q1500", "apart", "two makers, widths 640 and 1,536"),
  pair("q500", "q1500", "undocumented", "two sizes of one maker, widths 896 and 1,536"),
  pair("h12", "e6", "apart", "two encoders, widths 768 and 384"),
  pair("h12", "f12", "apart", "two encoders, widths 768 and 384"),
];

/** Children chosen before any of them was run, so that none that is not found can go unsaid. */
export const CHOSEN = [
  "p135-tuned-30",
  "p135-tuned-30-reordered",
  "p135-tuned-30-quarot-reordered",
  "p135-continued",
  "p135-continued-quarot-reordered",
  "p135-lora-16-quarot-reordered",
  "p135-slerp-merge",
  "p135-slerp-merge-quarot-reordered",
  "p135-gptq4-quarot-reordered",
  "p135-units-quarot-reordered",
  "p135-layers-quarot-reordered",
  "p135-tuned-30-alternate-reordered",
  "p135-tuned-30-alternate-quarot-reordered",
  "q500-reordered",
  "q500-int8-reordered",
  "q500-quarot",
  "q500-quarot-int8",
  "q500-int4-quarot-reordered",
  "q500-layers-quarot-reordered",
];
