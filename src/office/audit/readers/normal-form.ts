/**
 * From the fields that tools write to a row's normal form. Names are those of transformers, PyTorch Lightning, W&B, MLflow
 * and Megatron; what has no place there stays under `extra` as it was. Absent is null. A time in milliseconds or
 * nanoseconds is told by its size.
 */
import { AssayError, quoted } from "../../../base/error.js";
import type { CheckpointRow, DataRow, Row, RowClass, StepRow } from "../rows.js";

export type Fields = Record<string, unknown>;

const STEP_NAMES = {
  step: ["step", "global_step", "_step", "iteration", "trainer/global_step"],
  time: ["time", "_timestamp", "wall_time", "timestamp"],
  tokens: ["tokens", "num_input_tokens_seen", "consumed_tokens", "total_tokens", "tokens_seen"],
  loss: ["loss", "train_loss", "train/loss", "lm loss", "training_loss"],
  lr: ["lr", "learning_rate", "train/learning_rate", "train/lr", "learning rate"],
  gradNorm: ["grad_norm", "gradNorm", "train/grad_norm", "grad norm"],
  epoch: ["epoch", "train/epoch"],
} as const;
const WHOLE = new Set(["step", "tokens"]);

const TOKEN_NAMES = ["tokens", "num_tokens", "n_tokens", "token_count", "length"] as const;

/** @param line digest of the line as it stands in the file */
export function stepRow(fields: Fields, line: string): StepRow {
  const extra: Fields = { ...fields };
  const taken: Record<string, number | null> = {};
  for (const [name, known] of Object.entries(STEP_NAMES)) {
    const key = known.find((each) => typeof extra[each] === "number" && (!WHOLE.has(name) || isCount(extra[each])));
    taken[name] = key === undefined ? null : (extra[key] as number);
    if (key !== undefined) delete extra[key];
  }
  const { step, time, tokens, loss, lr, gradNorm, epoch } = taken as Record<keyof typeof STEP_NAMES, number | null>;
  return { step, time: time === null ? null : seconds(time), tokens, loss, lr, gradNorm, epoch, extra, line };
}

/** @param start token position at which the row begins; null where rows before have no count */
function dataRow(fields: Fields, line: string, start: number | null): DataRow {
  const extra: Fields = { ...fields };
  const key = TOKEN_NAMES.find((each) => isCount(extra[each]));
  const tokens = key === undefined ? null : (extra[key] as number);
  if (key !== undefined) delete extra[key];
  return { start: tokens === null ? null : start, tokens, extra, line };
}

/** @throws SCHEMA without a root digest */
function checkpointRow(fields: Fields, line: string): CheckpointRow {
  const { step, root, ...extra } = fields;
  if (typeof root !== "string" || !/^sha256:[0-9a-f]{64}$/.test(root))
    throw new AssayError("SCHEMA", `checkpoint: expected "root" as sha256:…, got ${quoted(root)}`);
  return { step: isCount(step) ? (step as number) : null, root, extra, line };
}

/** @param start as for a row of data */
export function rowOf(of: RowClass, fields: Fields, line: string, start: number | null): Row {
  if (of === "steps") return stepRow(fields, line);
  if (of === "data") return dataRow(fields, line, start);
  if (of === "checkpoints") return checkpointRow(fields, line);
  return { key: typeof fields.key === "string" ? fields.key : "", value: fields.value ?? null, line };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function seconds(time: number): number {
  // 10¹¹ s is the year 5138; 10¹⁴ ms likewise.
  if (time > 1e14) return time / 1e9;
  return time > 1e11 ? time / 1e3 : time;
}
