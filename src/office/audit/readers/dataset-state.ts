/**
 * `state.json`, by which Hugging Face's `save_to_disk` says which Arrow files a data set consists of, in order. It cannot
 * see whether those files are the ones that were trained on.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { pythonJson } from "./json-line.js";

export const STATE_BYTES_MAX = 16 * 1024 * 1024;

/** Names of files beside it, in order. @throws FORMAT; UNSUPPORTED where rows are chosen by a file of indices */
export function filesOfState(text: string, what: string): string[] {
  const state = pythonJson(text, what);
  const { _data_files: files, _indices_files: indices } = (
    typeof state === "object" && state !== null ? state : {}
  ) as Record<string, unknown>;
  if (Array.isArray(indices) && indices.length > 0)
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected a data set of all rows of its files, got one of chosen rows: write it again with flatten_indices`,
    );
  if (!Array.isArray(files)) throw new AssayError("FORMAT", `${what}: expected a data set's _data_files`);
  const names = files.map((file) => {
    const name = typeof file === "object" && file !== null ? (file as Record<string, unknown>).filename : null;
    if (typeof name !== "string" || !/^[^/\\]{1,255}$/.test(name) || name === "." || name === "..")
      throw new AssayError("FORMAT", `${what}: expected names of files beside it, got ${quoted(name)}`);
    return name;
  });
  if (new Set(names).size < names.length) throw new AssayError("FORMAT", `${what}: expected each file once`);
  return names;
}
