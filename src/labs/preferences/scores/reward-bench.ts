/**
 * Scores that RewardBench saves beside its results (allenai/reward-bench, `eval-set-scores`): one record a prompt, with the
 * score of the chosen and of the rejected answer, or with a list of scores (version 2: one right answer of several).
 */
import { AssayError } from "../../../base/error.js";
import { formatOf } from "../../../transcript/answer-looks.js";
import { PROBES } from "../method.js";
import { type Json, scoreOf } from "./row.js";
import type { Row } from "./score-table.js";

/** @param at number of the first record, where records have no `id` */
export function readRewardBench(records: readonly Json[], what: string, at: number): Row[] {
  const seen = new Map<string, number>();
  return records.flatMap((record, i) => {
    const where = `${what}, RewardBench record ${at + i + 1}`;
    const id = record.id === undefined || record.id === null ? String(at + i) : String(record.id).slice(0, 200);
    const base = typeof record.subset === "string" ? `${record.subset.slice(0, 100)}/${id}` : id;
    const before = seen.get(base) ?? 0;
    seen.set(base, before + 1);
    const prompt = before === 0 ? base : `${base}#${before}`;
    const row = (item: string, score: unknown, text: unknown, field: string): Row => ({
      probe: PROBES[0],
      prompt,
      item,
      score: scoreOf(score, where, field),
      length: typeof text === "string" ? text.length : null,
      format: typeof text === "string" ? formatOf(text) : null,
    });
    if (Array.isArray(record.scores)) {
      // The answers lie in `text`, one a score (scripts/run_v2.py, which rolls both columns up into lists).
      const texts = Array.isArray(record.text) ? record.text : Array.isArray(record.texts) ? record.texts : [];
      return record.scores.map((score, k) => row(String(k), score, texts[k], `scores[${k}]`));
    }
    if (record.scores_chosen === undefined || record.scores_rejected === undefined)
      throw new AssayError("FORMAT", `${where}: expected "scores_chosen" and "scores_rejected", or "scores"`);
    return [
      row("chosen", record.scores_chosen, record.text_chosen, "scores_chosen"),
      row("rejected", record.scores_rejected, record.text_rejected, "scores_rejected"),
    ];
  });
}
