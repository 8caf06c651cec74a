/** A dossier of own making, from the run's folder, its checkpoints' files and the released model. */
import { AssayError, quoted } from "../../base/error.js";
import { FileReader } from "../../host/files.js";
import { listTensors, readTensorValues } from "../../host/model/tensor-files.js";
import { Kernel } from "../../kernels/kernel.js";
import { type Matrix, ROWS_MAX, ROWS_MIN } from "../../office/audit/origin.js";
import { type OriginReport, originReport } from "../../office/audit/origin-report.js";
import type { CheckpointRow } from "../../office/audit/rows.js";
import type { Policy } from "../../tlog/policy.js";
import { modelRoot } from "../register/declare.js";
import { SOFTWARE } from "../software.js";
import { checkpointPlace } from "./checkpoint-places.js";
import { RowStore } from "./row-store.js";
import { openRun, runSecret, witnessedEntries } from "./run-log.js";

/** Matrices looked at, the first in the order of their names: each is anchored against itself alone. */
const MATRICES_MAX = 64;
/** A run keeps some hundreds of checkpoints. */
const CHECKPOINTS_MAX = 2000;

interface OriginOptions {
  /** The run's own folder. */
  folder: string;
  /** The released model: a folder or file. */
  model: string;
  /** Folder that holds the checkpoints' files. */
  checkpoints: string;
  policy: Policy | null;
}

/** @throws USAGE for a run without committed checkpoints, or with more than are taken */
export async function originOfRun({ folder, model, checkpoints, policy }: OriginOptions): Promise<OriginReport> {
  const run = await openRun(folder, policy);
  const committed = run.state.committed.get("checkpoints")?.at(-1)?.said.size ?? 0;
  if (committed === 0 || committed > CHECKPOINTS_MAX)
    throw new AssayError(
      "USAGE",
      `audit origin: expected a run with 1 to ${CHECKPOINTS_MAX} committed checkpoints, got ${committed}`,
    );
  const store = await RowStore.open(folder, "checkpoints", await runSecret(folder));
  const rows: CheckpointRow[] = [];
  try {
    for (let i = 0; i < committed; i++) rows.push((await store.rowAt(i)).row as CheckpointRow);
  } finally {
    await store.close();
  }
  const places = await placesOf(checkpoints, rows);
  const roots: string[] = [];
  for (const place of places) roots.push(`sha256:${await modelRoot(place, () => undefined)}`);
  const { times } = await witnessedEntries(folder, run.bytes.length, policy);
  const weights = await matricesOf(places);
  return originReport({
    state: run.state,
    rows,
    roots,
    weights,
    model: `sha256:${await modelRoot(model, () => undefined)}`,
    witnessed: times,
    software: SOFTWARE,
  });
}

/** Each row names its folder or file. */
async function placesOf(folder: string, rows: readonly CheckpointRow[]): Promise<string[]> {
  const places: string[] = [];
  for (const row of rows) {
    const place = await checkpointPlace(folder, row);
    if (place === null)
      throw new AssayError(
        "NOT_FOUND",
        `audit origin: expected the checkpoint of step ${row.step} in ${quoted(folder)}`,
      );
    places.push(place);
  }
  return places;
}

/** The same matrices of each checkpoint: rank two, in all of them, large enough. */
async function matricesOf(places: readonly string[]): Promise<Matrix[][]> {
  const listed = await Promise.all(places.map(listTensors));
  const names = [...listed[0]!.values()]
    .filter(
      ({ name, shape }) =>
        shape.length === 2 &&
        Math.min(...shape) >= ROWS_MIN &&
        listed.every((each) => each.get(name)?.shape.join() === shape.join()),
    )
    .map(({ name }) => name)
    .sort()
    .slice(0, MATRICES_MAX);
  const reader = new FileReader();
  const kernel = new Kernel();
  try {
    const out: Matrix[][] = [];
    for (const tensors of listed) {
      const matrices: Matrix[] = [];
      for (const name of names) {
        const tensor = tensors.get(name)!;
        const [rows, columns] = tensor.shape as [number, number];
        const taken = Math.min(rows, ROWS_MAX);
        matrices.push({
          name,
          rows: taken,
          columns,
          values: await readTensorValues(reader, kernel, tensor, 0, taken * columns),
        });
      }
      out.push(matrices);
    }
    return out;
  } finally {
    await reader.close();
  }
}
