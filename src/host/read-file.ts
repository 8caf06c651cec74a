/** One small or middling file as a whole, within a bound given by who reads it (CWE-400). */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { AssayError, quoted } from "../base/error.js";
import { asAssayError, fill } from "./files.js";

/** @throws AssayError NOT_FOUND, FORMAT for a folder, LIMIT when it is longer than `bytesMax` */
export async function readWholeFile(path: string, bytesMax: number): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const state = await handle.stat();
      if (!state.isFile()) throw new AssayError("FORMAT", `files.readWhole: expected a file at ${quoted(path)}`);
      if (state.size > bytesMax)
        throw new AssayError(
          "LIMIT",
          `files.readWhole: ${quoted(basename(path))}: expected at most ${bytesMax} bytes, got ${state.size}`,
        );
      const bytes = new Uint8Array(state.size);
      const got = await fill(handle, bytes, 0);
      return bytes.subarray(0, got);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asAssayError(error, path, "files.readWhole");
  }
}
