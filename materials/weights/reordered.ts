/**
 * The hazard no test on labels survives: a claimant renumbers the MLP units of an unrelated model of its own so that
 * they agree with the suspect's nearest ones. Measured to show what gives it away: the cosines.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openModel } from "../../dist/host/model/open-model.js";
import { Kernel, type Matrix } from "../../dist/kernels/kernel.js";
import type { WeightsObservations } from "../../dist/labs/weights/observations.js";
import { parseSafetensorsHeader } from "../../dist/model/formats/safetensors.js";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";
import { findingOf, type Loaded } from "./models.ts";

export interface Reordered {
  pairs: { a: string; b: string; log10P: number; selfCosine: number; otherCosine: number }[];
  /** The same two medians in true descendants. */
  derived: { a: string; b: string; log10P: number; selfCosine: number; otherCosine: number }[];
}

export async function reordered(unrelated: [Loaded, Loaded][], derived: [Loaded, Loaded][]): Promise<Reordered> {
  const out: Reordered = { pairs: [], derived: [] };
  for (const [a, b] of unrelated)
    out.pairs.push({ a: a.name, b: b.name, ...(await cosines(await renumbered(a, b), b)) });
  for (const [a, b] of derived) out.derived.push({ a: a.name, b: b.name, ...(await cosines(a, b)) });
  return out;
}

async function cosines(a: Loaded, b: Loaded) {
  const finding = await findingOf(a, b);
  const blocks = (finding.observations as WeightsObservations).blocks.filter((x) => x.axis === "mlp-hidden");
  const median = (values: (number | null)[]) => {
    const known = values.filter((v): v is number => v !== null).sort((x, y) => x - y);
    return known[Math.floor(known.length / 2)] ?? Number.NaN;
  };
  return {
    log10P: finding.tests.find((t) => t.id === "combined")!.log10P,
    selfCosine: median(blocks.map((x) => x.selfCosine)),
    otherCosine: median(blocks.map((x) => x.otherCosine)),
  };
}

/** The model `a` with the units of each MLP renumbered after their mutual nearest neighbours in `b`. */
async function renumbered(a: Loaded, b: Loaded): Promise<Loaded> {
  const kernel = new Kernel();
  const [mine, theirs] = [a, b].map((m) => tensorsOf(m, kernel));
  for (let l = 0; l < a.model.layers; l++) {
    const at = `model.layers.${l}.mlp.`;
    const units = [mine!, theirs!].map((t) => beside(t.get(`${at}gate_proj.weight`)!, t.get(`${at}up_proj.weight`)!));
    const { rows, columns } = kernel.nearest(units[0]!, units[1]!);
    const n = units[0]!.n;
    const place = new Int32Array(n).fill(-1); // new number → old number
    const free: number[] = [];
    for (let i = 0; i < n; i++) {
      const j = rows.partner[i]!;
      if (columns.partner[j] === i) place[j] = i;
      else free.push(i);
    }
    for (let j = 0; j < n; j++) if (place[j] === -1) place[j] = free.pop()!;
    for (const role of ["gate_proj", "up_proj"]) {
      const t = mine!.get(`${at}${role}.weight`)!;
      t.data = Float32Array.from(
        t.data,
        (_, x) => t.data[place[Math.floor(x / t.columns)]! * t.columns + (x % t.columns)]!,
      );
    }
    const down = mine!.get(`${at}down_proj.weight`)!;
    down.data = Float32Array.from(down.data, (_, x) => down.data[x - (x % n) + place[x % n]!]!);
  }
  const folder = mkdtempSync(join(tmpdir(), "assay-reordered-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const tensors = [...mine!].map(([name, t]) => ({
    name,
    dtype: "F32" as const,
    shape: t.shape,
    data: new Uint8Array(t.data.buffer),
  }));
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(tensors));
  writeFileSync(join(folder, "config.json"), readFileSync(join(a.path, "config.json")));
  const { reading } = await openModel(folder);
  if (reading.kind === "refused") throw new Error(reading.reason);
  return { ...a, path: folder, model: reading.model };
}

interface Values {
  shape: readonly number[];
  columns: number;
  data: Float32Array;
}

function tensorsOf(m: Loaded, kernel: Kernel): Map<string, Values> {
  const bytes = readFileSync(join(m.path, "model.safetensors"));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, m.name);
  return new Map(
    tensors.map((t) => {
      const data = kernel.decode(t.dtype as "F32", bytes.subarray(t.offsetBytes, t.offsetBytes + t.sizeBytes));
      return [t.name, { shape: t.shape, columns: t.shape.at(-1)!, data }];
    }),
  );
}

/** Gate and up rows of a unit side by side, each of length 1/√2. */
function beside(gate: Values, up: Values): Matrix {
  const d = gate.columns;
  const n = gate.data.length / d;
  const width = Math.ceil((2 * d) / 4) * 4;
  const out = new Float32Array(n * width);
  for (const [part, t] of [gate, up].entries())
    for (let i = 0; i < n; i++) {
      const row = t.data.subarray(i * d, (i + 1) * d);
      const length = Math.sqrt(2 * row.reduce((s, x) => s + x * x, 0));
      for (let c = 0; c < d; c++) out[i * width + part * d + c] = row[c]! / length;
    }
  return { n, k: width, data: out };
}
