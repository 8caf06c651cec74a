/** Where a committed checkpoint's files lie in a folder of checkpoints: by the name it was committed under, else by its step. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import type { CheckpointRow } from "../../office/audit/rows.js";

/** Null where there is none. @throws NOT_FOUND for no folder */
export async function checkpointPlace(folder: string, { extra, step }: CheckpointRow): Promise<string | null> {
  const inside = await readdir(folder).catch(() => null);
  if (!inside) throw new AssayError("NOT_FOUND", `audit: expected a folder of checkpoints at ${quoted(folder)}`);
  const name =
    typeof extra.name === "string" && inside.includes(extra.name)
      ? extra.name
      : inside.find((each) => step !== null && each.match(/\d+/)?.[0] === String(step));
  return name === undefined ? null : join(folder, name);
}
