/**
 * Reading mode, for a suspect whose weights or log-probabilities are at hand (Sander et al. 2024): it read marked text,
 * and `predicted[i]` is its first choice for the token after `ids[0..i]`. Each position becomes a text of its own: the
 * context it read and what it would have said. A context that stood earlier in the same text is left out, so that the
 * suspect cannot have copied what followed it there.
 */
import { AssayError } from "../../../base/error.js";
import { lines, textOf } from "../../../transcript/read-transcript.js";
import { parseObject } from "../../../transcript/record.js";
import { TRANSCRIPT_LIMITS } from "../../../transcript/transcript.js";
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { contextName } from "./score-texts.js";
import { CORPUS_IDS_MAX, checkedIds, type IdText } from "./texts.js";

/** @throws AssayError FORMAT or LIMIT; `predicted` has one entry an id, the prediction of the id after it */
export function readPredictions(bytes: Uint8Array, what: string, scheme: Scheme): IdText[] {
  const texts: IdText[] = [];
  const width = scheme.contextWidth;
  const none = new Uint32Array(0);
  let number = 0;
  for (const line of lines(textOf(bytes, what))) {
    number++;
    if (line.trim() === "") continue;
    const where = `${what} line ${number}`;
    const object = parseObject(line, where);
    const ids = checkedIds(object.ids, "ids", where);
    const predicted = checkedIds(object.predicted, "predicted", where);
    if (predicted.length !== ids.length)
      throw new AssayError(
        "FORMAT",
        `${where}: expected one prediction an id, got ${predicted.length} for ${ids.length}`,
      );
    const seen = new TupleSet(ids.length);
    for (let at = width; at <= ids.length; at++) {
      if (at === 0) continue;
      const [high, low] = contextName(scheme, ids, at);
      if (width > 0 && !seen.add(high, low)) continue;
      const read = Uint32Array.of(...ids.subarray(at - width, at), predicted[at - 1]!);
      texts.push({ id: `line ${number}`, ids: read, promptIds: none, excerpt: true });
    }
    if (texts.length * (width + 1) > CORPUS_IDS_MAX || texts.length > 20 * TRANSCRIPT_LIMITS.recordsMax)
      throw new AssayError("LIMIT", `${what}: expected at most ${CORPUS_IDS_MAX} ids in all`);
  }
  if (texts.length === 0) throw new AssayError("FORMAT", `${what}: expected "ids" and "predicted", got no line`);
  return texts;
}
