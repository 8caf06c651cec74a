/** Scores of an Inspect log (one JSON document): the first score of each sample, grouped by what its metadata names. */
import { AssayError } from "../../../base/error.js";
import { formatOf } from "../../../transcript/answer-looks.js";
import { sampleText } from "../../../transcript/inspect-log.js";
import { PROBES } from "../method.js";
import { checkedText, idOf, type Json, scoreOf } from "./row.js";
import type { Row } from "./score-table.js";

/** What Inspect writes for right, wrong, partly right and no answer. */
const GRADES: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0 };

/** One row a sample. @throws AssayError FORMAT naming the sample */
export function readInspect(samples: readonly Json[], what: string): Row[] {
  return samples.map((sample, i) => {
    const where = `${what}, Inspect sample ${i + 1}`;
    const scores = Object.values((sample?.scores ?? {}) as Record<string, Json | null>);
    const value = scores[0]?.value;
    if (value === undefined) throw new AssayError("FORMAT", `${where}: expected a score in "scores"`);
    const metadata = (sample.metadata ?? {}) as Json;
    const output = sampleText(sample, where);
    return {
      probe: metadata.probe === undefined ? PROBES[0] : checkedText(metadata.probe, "probe", where),
      prompt: idOf(metadata.prompt_id ?? sample.id, "id", where),
      item: metadata.item === undefined ? `epoch ${Number(sample.epoch ?? 1)}` : idOf(metadata.item, "item", where),
      score: typeof value === "string" && value in GRADES ? GRADES[value]! : scoreOf(value, where, "scores.*.value"),
      length: output === null ? null : output.length,
      format: output === null ? null : formatOf(output),
    };
  });
}
