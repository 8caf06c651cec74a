/**
 * `trainer_state.json` of Hugging Face transformers: rows are the entries of `log_history`, in their order. Evaluation
 * rows repeat the step of training rows. Tokens are only there where the trainer was told to count them.
 */
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { pythonJson } from "./json-line.js";
import type { Fields } from "./normal-form.js";

/** A row of 200 bytes for each of a million logged steps. */
export const TRAINER_STATE_BYTES_MAX = 256 * 1024 * 1024;

/** Null where the JSON is something else. @throws FORMAT, LIMIT */
export function trainerStateRows(text: string, what: string): { fields: Fields; line: string }[] {
  if (text.length > TRAINER_STATE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${TRAINER_STATE_BYTES_MAX} characters`);
  const state = pythonJson(text, what);
  const history = typeof state === "object" && state !== null ? (state as Fields).log_history : undefined;
  if (!Array.isArray(history))
    throw new AssayError("FORMAT", `${what}: expected "log_history" of a trainer_state.json`);
  return history.map((row, i) => {
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new AssayError("FORMAT", `${what}: expected log_history[${i}] to be an object`);
    return { fields: { ...row }, line: sha256Digest(canonicalJsonBytes(row)) };
  });
}
