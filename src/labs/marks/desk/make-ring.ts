/** Mark files into one ring, as `assay mark ring` writes it. */
import { basename } from "node:path";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { RING_BYTES_MAX, readMarks } from "../schemes/mark-ring.js";

/**
 * @returns the line to print: how many marks the ring holds
 * @throws AssayError as the reader of marks does, or SCHEMA for two marks of one name
 */
export async function ringOf(paths: readonly string[], out: string, name?: string): Promise<string> {
  const marks: object[] = [];
  for (const path of paths) {
    const bytes = await readSmallFile(path, RING_BYTES_MAX);
    const what = basename(path);
    readMarks(bytes, what);
    const value = parseStrictJson(fromUtf8(bytes, `mark ring: ${what}`), `mark ring: ${what}`) as {
      name?: string;
      marks?: object[];
    };
    if (value.marks) marks.push(...value.marks);
    else marks.push({ ...value, name: value.name ?? what.replace(/\.json$/, "") });
  }
  const ring = { type: "assay/mark-ring/v1", ...(name === undefined ? {} : { name }), marks };
  const bytes = utf8(`${JSON.stringify(ring)}\n`);
  if (bytes.length > RING_BYTES_MAX)
    throw new AssayError("LIMIT", `mark ring: expected a ring of at most ${RING_BYTES_MAX} bytes, got ${bytes.length}`);
  readMarks(bytes, basename(out));
  await writeNewFile(out, bytes, true);
  return `${marks.length} marks in ${out}`;
}
