/**
 * Annotations of alpaca_eval: an annotator (a judge) prefers one of two outputs to an instruction, `preference` from 1 (the
 * first) to 2 (the second); 1.5 is a tie, and null an answer that could not be read, which is left out.
 */

import { utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { formatOf } from "../../../transcript/answer-looks.js";
import { PROBES } from "../method.js";
import type { Json } from "./row.js";
import type { Row } from "./score-table.js";

/** Two rows an annotation; a prompt is the instruction with its two outputs. @throws AssayError FORMAT */
export function readAlpaca(annotations: readonly Json[], what: string): Row[] {
  return annotations.flatMap((each, i) => {
    const where = `${what}, alpaca_eval annotation ${i + 1}`;
    const { preference, instruction } = each;
    if (preference === null) return [];
    if (typeof preference !== "number" || !(preference >= 0 && preference <= 2))
      throw new AssayError("FORMAT", `${where}: expected "preference" from 1 to 2, got ${quoted(preference)}`);
    if (typeof instruction !== "string")
      throw new AssayError("FORMAT", `${where}: expected "instruction" as text, got ${quoted(instruction)}`);
    const side = (n: 1 | 2): Row => {
      const output = each[`output_${n}`];
      const text = typeof output === "string" ? output : null;
      // 0 is alpaca_eval's own mark of a tie.
      const second = preference === 0 ? 0.5 : preference - 1;
      return {
        probe: PROBES[0],
        prompt: sha256Digest(utf8(JSON.stringify([instruction, each.output_1 ?? null, each.output_2 ?? null]))).slice(
          7,
          39,
        ),
        item: String(n),
        score: n === 2 ? second : 1 - second,
        length: text?.length ?? null,
        format: text === null ? null : formatOf(text),
      };
    };
    return [side(1), side(2)];
  });
}
