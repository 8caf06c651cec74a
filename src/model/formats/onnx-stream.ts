/**
 * The residual stream of a transformer's ONNX graph: what runs past attention and MLPs and has their outputs added to it
 * (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"). Exporters name nothing alike, so it is found by
 * what it is: an addition one side of which was computed from the other through weights. The bytes that make a graph give
 * those values out are here too. It cannot see into graphs within nodes, nor a stream that a fused block keeps inside.
 */
import { concatBytes, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import type { OnnxGraph, OnnxNode } from "./onnx.js";

/** Of the graph itself, and additions that are looked at: paths are followed from each (CWE-407). */
const [NODES_MAX, ADDITIONS_MAX] = [40_000, 4_000];
/** Steps along paths over all additions: public graphs take some millions. */
const STEPS_MAX = 400_000_000;
/** Additions, and what exporters fuse with the norm behind it. */
const ADDS = new Set(["Add", "SkipLayerNormalization", "SkipSimplifiedLayerNormalization"]);
/** Where a fused addition gives out the sum itself. */
const SUM = 3;
/** Operators that multiply by weights when one side is stored; quantised and fused forms have these words in their names. */
const BY_WEIGHTS = /MatMul|Gemm|Conv|Attention/;

/**
 * Values of the stream, in order: what goes into each addition, and what comes out of the last. A few others may be among
 * them (a mask that is added in every layer), which their rank tells apart when the graph is run.
 * @throws AssayError FORMAT where there is none, LIMIT
 */
export function residualStream(graph: OnnxGraph, what: string): string[] {
  const nodes = graph.nodes.slice(0, graph.own);
  if (nodes.length > NODES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${NODES_MAX} nodes`);
  const madeBy = new Map<string, number>();
  for (const [i, { outputs }] of nodes.entries())
    for (const output of outputs) if (output !== "") madeBy.set(output, i);
  // A node comes after what it reads (onnx.proto); who claims otherwise is not followed.
  const before = nodes.map(({ inputs }, i) => [
    ...new Set(inputs.flatMap((input) => (madeBy.has(input) && madeBy.get(input)! < i ? [madeBy.get(input)!] : []))),
  ]);
  const fixed = fixedNodes(nodes, graph, madeBy);
  const isFixed = (value: string) => graph.tensors.has(value) || (madeBy.has(value) && fixed[madeBy.get(value)!]!);
  const weighs = nodes.map(
    ({ op, inputs }) =>
      BY_WEIGHTS.test(op) && inputs.some(isFixed) && inputs.some((each) => each !== "" && !isFixed(each)),
  );
  const additions = nodes.flatMap((node, i) => (ADDS.has(node.op) && !fixed[i] ? [i] : []));
  if (additions.length > ADDITIONS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${ADDITIONS_MAX} additions`);
  const paths = new Paths(before, weighs, what);
  const found: string[] = [];
  let last = -1;
  for (const at of additions) {
    const [one, other] = nodes[at]!.inputs;
    if (one === undefined || other === undefined || isFixed(one) || isFixed(other)) continue;
    const [i, j] = [madeBy.get(one), madeBy.get(other)];
    if (i === undefined || j === undefined) continue;
    const past = paths.through(i, j) ? one : paths.through(j, i) ? other : null;
    if (past === null) continue;
    found.push(past);
    last = at;
  }
  if (last === -1)
    throw new AssayError("FORMAT", `${what}: expected a residual stream: additions past weights, got none`);
  const { outputs } = nodes[last]!;
  const sum = outputs[SUM] || outputs[0];
  return [...new Set([...found, sum!])];
}

/** By node: whether all it reads is stored, so that it gives the same whatever the model is asked. */
function fixedNodes(
  nodes: readonly OnnxNode[],
  { tensors }: OnnxGraph,
  madeBy: ReadonlyMap<string, number>,
): boolean[] {
  const fixed: boolean[] = [];
  for (const [i, { op, inputs }] of nodes.entries()) {
    const own = (input: string) =>
      tensors.has(input) || (madeBy.has(input) && madeBy.get(input)! < i && fixed[madeBy.get(input)!]!);
    const read = inputs.filter((input) => input !== "");
    fixed.push(op === "Constant" || (read.length > 0 && read.every(own)));
  }
  return fixed;
}

/** Paths backwards through the graph. */
class Paths {
  readonly #before: readonly (readonly number[])[];
  readonly #weighs: readonly boolean[];
  readonly #what: string;
  readonly #seen: Uint32Array;
  #round = 0;
  #steps = 0;

  constructor(before: readonly (readonly number[])[], weighs: readonly boolean[], what: string) {
    this.#before = before;
    this.#weighs = weighs;
    this.#what = what;
    this.#seen = new Uint32Array(2 * before.length);
  }

  /** Whether `to` was computed from `from` by a path with weights on it. */
  through(from: number, to: number): boolean {
    if (from >= to) return false;
    const round = ++this.#round;
    const open = [2 * to];
    while (open.length > 0) {
      const state = open.pop()!;
      const node = state >> 1;
      const weighed = (state & 1) === 1 || this.#weighs[node]!;
      for (const earlier of this.#before[node]!) {
        if (++this.#steps > STEPS_MAX)
          throw new AssayError("LIMIT", `${this.#what}: expected fewer ways from one addition to another`);
        if (earlier === from) {
          if (weighed) return true;
          continue;
        }
        const next = 2 * earlier + (weighed ? 1 : 0);
        if (earlier < from || this.#seen[next] === round) continue;
        this.#seen[next] = round;
        open.push(next);
      }
    }
    return false;
  }
}

/**
 * What is put behind the bytes of an ONNX file so that its graph gives these values out as well: a second piece of
 * ModelProto's field 7 with outputs alone (GraphProto's field 12, ValueInfoProto's name 1), which readers of protocol buffers
 * merge with the first. Types are left to the runtime's inference.
 */
export function moreOutputs(names: readonly string[]): Uint8Array {
  const outputs = names.map((name) => part(12, part(1, utf8(name))));
  return part(7, concatBytes(outputs));
}

function part(field: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([varint(8 * field + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Uint8Array.from([...out, rest]);
}
