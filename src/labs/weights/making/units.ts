/**
 * Which hidden units of an MLP were kept, where its width changed: gate rows of both sides that are each other's nearest.
 * Of a deep or wide model some layers only. Units that were trained on for long, or an MLP without a gate, are not told.
 */
import { zeros } from "../../../kernels/rotation/dense.js";
import type { CanonicalTensor } from "../../../model/model.js";
import { shared } from "../alignment/clouds.js";
import type { Counterparts } from "../story/counterparts.js";
import type { Bench } from "../tests/bench.js";
import { inParallel } from "../work.js";
import type { Statement } from "./observed.js";
import { count, percent, runs, span } from "./wording.js";

/** Values of gates read, both sides together: 64 MiB, or one layer of a model of 14 billion parameters. */
const VALUES_MAX = 16 * 1024 * 1024;
/** All units of two layers are set against each other. */
const UNITS_MAX = 16_384;
/** Nothing is said of a layer where fewer of the narrower side's units find a partner. */
const FOUND_MIN = 0.5;

interface Kept {
  layer: number;
  /** Numbers of the wider side's units that have a partner, ascending. */
  units: number[];
  narrow: number;
  wide: number;
  /** Share of neighbouring units of the narrower side whose partners ascend. */
  ascending: number;
}

/** Empty where widths are the same, or too few kept units are found to speak of. */
export async function statementsOnUnits(bench: Bench, { ofSuspect }: Counterparts): Promise<Statement[]> {
  const gates = ofSuspect.flatMap((layer, s) => {
    const a = bench.reference.tensors.get(`layers.${layer}.mlp.gate`);
    const b = bench.suspect.tensors.get(`layers.${s}.mlp.gate`);
    return a && b && differOnlyInUnits(a, b) ? [{ a, b, layer: s }] : [];
  });
  if (gates.length === 0) return [];
  const size = gates.reduce((sum, { a, b }) => sum + (a.matrix.rows + b.matrix.rows) * a.matrix.columns, 0);
  const every = Math.ceil(size / VALUES_MAX);
  const looked = gates.filter((_, i) => i % every === 0);
  const found = (await inParallel(bench.work, "units kept", looked, (pair) => keptIn(bench, pair))).filter(
    ({ units, narrow }) => units.length >= FOUND_MIN * narrow,
  );
  return found.length === 0 ? [] : [said(found, bench.suspect.mlpHidden < bench.reference.mlpHidden)];
}

function differOnlyInUnits({ matrix: a }: CanonicalTensor, { matrix: b }: CanonicalTensor): boolean {
  return a.columns === b.columns && a.rows !== b.rows && Math.max(a.rows, b.rows) <= UNITS_MAX;
}

async function keptIn(
  { compute }: Bench,
  { a, b, layer }: { a: CanonicalTensor; b: CanonicalTensor; layer: number },
): Promise<Kept> {
  const [wide, narrow] = a.matrix.rows > b.matrix.rows ? [a, b] : [b, a];
  const [w, n] = await Promise.all(
    [wide, narrow].map(async ({ matrix }) => {
      const out = zeros(matrix.rows, matrix.columns);
      out.data.set(await compute.rows({ matrix, runs: [{ start: 0, count: matrix.rows }] }));
      return shared(unit(out));
    }),
  );
  const [partners] = await compute.partners({ sets: [{ a: w!, b: n!, signed: false }] });
  const inOrder = [...partners!].filter((u) => u >= 0);
  const rises = inOrder.filter((u, i) => i > 0 && u > inOrder[i - 1]!).length;
  return {
    layer,
    units: inOrder.toSorted((x, y) => x - y),
    narrow: narrow.matrix.rows,
    wide: wide.matrix.rows,
    ascending: inOrder.length > 1 ? rises / (inOrder.length - 1) : 1,
  };
}

function unit(rows: ReturnType<typeof zeros>): ReturnType<typeof zeros> {
  const { data, columns } = rows;
  for (let r = 0; r < rows.rows; r++) {
    let square = 0;
    for (let c = 0; c < columns; c++) square += data[r * columns + c]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let c = 0; c < columns; c++) data[r * columns + c]! *= scale;
  }
  return rows;
}

function said(found: readonly Kept[], narrowed: boolean): Statement {
  const [wider, narrower] = narrowed ? ["reference", "suspect"] : ["suspect", "reference"];
  const [one] = found as [Kept];
  const paired = found.reduce((sum, k) => sum + k.units.length, 0);
  const all = found.reduce((sum, k) => sum + k.narrow, 0);
  const order = Math.min(...found.map((k) => k.ascending));
  return {
    what: "width",
    sentence: `In layers ${runs(found.map((k) => k.layer))} of the suspect, ${percent(paired / all)} of the ${narrower}'s ${count(all)} hidden units have a partner among the ${wider}'s (${span(found.map((k) => k.wide))} a layer), ${order === 1 ? "all in ascending order" : `${percent(order)} or more of neighbours in ascending order`}: consistent with units ${narrowed ? "removed from" : "added to"} the reference's MLPs. Of layer ${one.layer} they are units ${listed(one.units)}.`,
    numbers: {
      paired,
      of: all,
      ascending: Number(order.toPrecision(6)),
      layers: found.map((k) => k.layer),
      firstLayerUnits: one.units,
    },
  };
}

/** The first stretches; all are in the numbers. */
function listed(units: readonly number[]): string {
  const parts = runs(units).split(", ");
  return parts.length <= 12 ? parts.join(", ") : `${parts.slice(0, 12).join(", ")} and further ones`;
}
