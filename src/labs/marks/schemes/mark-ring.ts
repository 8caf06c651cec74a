/**
 * A ring of marks in one file (assay/mark-ring/v1): keys, periods, tokenizers and variants of one or many providers, so
 * that one question asks whether any of them stands in a text. Every mark of the ring is paid for. A secret, as each of
 * its marks is.
 */
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { checkDrawn } from "./drawn-mark.js";
import { MARK_BYTES_MAX, type Mark, parseMark } from "./mark-file.js";

/** 10,000 keys of SynthID (30 numbers of 20 digits) are 8 MB. */
export const RING_BYTES_MAX = 64 * 1024 * 1024;
const RING_MARKS_MAX = 100_000;

const ringSchema = z.strictObject({
  type: z.literal("assay/mark-ring/v1"),
  name: z.string().min(1).max(200).optional(),
  marks: z.array(z.unknown()).min(1).max(RING_MARKS_MAX),
});

interface MarkRing {
  name: string | null;
  /** Each with a name of its own; a ring of one is a mark file read as such. */
  marks: readonly Mark[];
  /** Whether the file was a ring, and not a mark. */
  ring: boolean;
}

/** Reads a mark file or a ring. @throws AssayError LIMIT, FORMAT or SCHEMA, naming the mark and the field */
export function readMarks(bytes: Uint8Array, what: string): MarkRing {
  if (bytes.length > RING_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${RING_BYTES_MAX} bytes, got ${bytes.length}`);
  const value = parseStrictJson(fromUtf8(bytes, what), what);
  const type = typeof value === "object" && value !== null ? (value as { type?: unknown }).type : undefined;
  if (type !== "assay/mark-ring/v1") {
    if (bytes.length > MARK_BYTES_MAX)
      throw new AssayError("LIMIT", `${what}: expected a mark of at most ${MARK_BYTES_MAX} bytes`);
    const mark = parseMark(value, what);
    checkDrawn(value as Record<string, unknown>, mark, what);
    return { name: mark.name, marks: [mark], ring: false };
  }
  const parsed = ringSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const marks = parsed.data.marks.map((mark, i) => {
    const read = parseMark(mark, `${what}, mark ${i + 1}`);
    return { ...read, name: read.name ?? `mark ${i + 1}` };
  });
  const seen = new Set<string>();
  for (const { name } of marks) {
    if (seen.has(name))
      throw new AssayError("SCHEMA", `${what}: expected a name once, got ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
  return { name: parsed.data.name ?? null, marks, ring: true };
}
