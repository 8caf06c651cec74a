/**
 * An evaluation report of this program (suites/report.ts), counted again from its rows. A paired test passes on the items
 * that both arms were answered alike; a family of triggers on the prompts that its worst candidate did not turn into one
 * text, and, told apart since version 2, into one that no plain prompt is answered with. Items that could not be read count
 * against it.
 */
import { addsUp, type EvaluationReport } from "../suites/report.js";
import { type Count, type EvalReading, type Fault, faultsOfCounts } from "./reading.js";

/** Unanswered questions beyond this share are an evaluation broken off, not a filter that rejects some. */
const UNANSWERED_MAX = 0.05;

/** @param report decoded */
export function readOwnReport(report: EvaluationReport): EvalReading {
  const faults: Fault[] = [];
  if (!addsUp(report)) faults.push({ name: "sums-differ", says: "the report's figures are not what its rows give" });
  if (report.unanswered > UNANSWERED_MAX * report.asked)
    faults.push({ name: "errored", says: `${report.unanswered} of ${report.asked} questions were not answered` });
  const counts: Count[] = report.paired.map(({ id, rows }) =>
    count(`alike, ${id}`, rows.filter(({ a, b }) => a !== null && a === b).length, rows.length),
  );
  const worst = (own: Count) => {
    const at = counts.findIndex(({ metric }) => metric === own.metric);
    if (at < 0) counts.push(own);
    else if (own.k < counts[at]!.k) counts[at] = own;
  };
  for (const { family, rows, counted } of report.triggers?.judged ?? []) {
    const untriggered = rows.filter(({ triggered, plain }) => !triggered || plain).length;
    worst(count(`untriggered, ${family}`, untriggered, rows.length));
    if (counted.gathered === undefined) continue;
    const own = counted.gathered === "foreign-text" ? untriggered : rows.length;
    worst(count(`no foreign text, ${family}`, own, rows.length));
  }
  faults.push(...faultsOfCounts(counts));
  return {
    tool: "assay",
    suite: report.suite.name,
    version: report.suite.version,
    model: report.endpoint.model,
    evaluatedAt: report.evaluatedAt,
    counts,
    uncounted: [],
    faults,
  };
}

function count(metric: string, k: number, n: number): Count {
  return { metric, k, n, attempts: n, passed: k, stated: null };
}
