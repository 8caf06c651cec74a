/** A mapping file of one's own: where the fields of a log are. */
import { readFile } from "node:fs/promises";
import { fromUtf8 } from "../../../base/bytes.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { asAssayError } from "../../../host/files.js";
import { type Mapping, parseMapping } from "../log/mapping.js";

/** @throws NOT_FOUND, FORMAT or SCHEMA under the file's path */
export async function readMapping(path: string): Promise<Mapping> {
  const bytes = await readFile(path).catch((error) => {
    throw asAssayError(error, path, "--mapping");
  });
  return parseMapping(parseStrictJson(fromUtf8(bytes, path), path), path);
}
