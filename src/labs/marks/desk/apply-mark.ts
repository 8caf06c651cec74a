/**
 * The mark as a filter any server can call: a line in, a line out. In: {"ids": written so far, "logits": [[token, logit],
 * …]}; out: {"logits": the same tokens, "marked": whether this step carries the mark}.
 */

import { z } from "zod";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile } from "../../../host/small-file.js";
import { TokenDraws } from "../../../kernels/token-draws.js";
import type { AssayMark } from "../schemes/assay-scheme.js";
import { MARK_BYTES_MAX, type Mark, readMark } from "../schemes/mark-file.js";
import { type Marker, markerOf } from "../schemes/marker.js";

/** A step of a full vocabulary of 262,144 as text takes some 6 MB. */
const STEP_CHARS_MAX = 16 * 1024 * 1024;

const stepSchema = z.object({
  ids: z.array(z.number().int().nonnegative()).max(1_000_000),
  logits: z.array(z.tuple([z.number().int().nonnegative(), z.number()])).min(1),
});

/** @throws AssayError UNSUPPORTED for a mark of another project: those are read here, not written */
export async function openOwnMark(path: string): Promise<AssayMark> {
  const mark: Mark = readMark(await readSmallFile(path, MARK_BYTES_MAX), "MARK.json");
  if (mark.form !== "assay/tournament" && mark.form !== "assay/biased")
    throw new AssayError("UNSUPPORTED", `mark: expected a mark made by "assay mark new", got ${mark.form}`);
  return mark;
}

/** A function from one line to the next. */
export function lineMarker(mark: AssayMark): (line: string, number: number) => string {
  const step: Marker = markerOf(mark, new TokenDraws());
  const dense = new Float64Array(mark.vocabulary);
  return (line, number) => {
    const what = `mark apply: line ${number}`;
    if (line.length > STEP_CHARS_MAX)
      throw new AssayError("LIMIT", `${what}: expected at most ${STEP_CHARS_MAX} characters`);
    const parsed = stepSchema.safeParse(parseStrictJson(line, what));
    if (!parsed.success)
      throw new AssayError(
        "SCHEMA",
        `${what}: at ${parsed.error.issues[0]!.path.join(".") || "the top"}: ${parsed.error.issues[0]!.message}`,
      );
    const { ids, logits } = parsed.data;
    dense.fill(Number.NEGATIVE_INFINITY);
    for (const [token, logit] of logits) {
      if (token >= mark.vocabulary)
        throw new AssayError("FORMAT", `${what}: expected tokens below ${mark.vocabulary}, got ${token}`);
      dense[token] = logit;
    }
    const marked = step(ids, dense);
    return JSON.stringify({ logits: logits.map(([token]) => [token, finite(dense[token]!)]), marked });
  };
}

/** JSON has no −Infinity: a token that is out gets a logit that no sampler draws. */
function finite(logit: number): number {
  return Number.isFinite(logit) ? logit : -1e9;
}
