/** A suite asked of an endpoint, or of a model that runs here: collected, kept, judged, and the report written. */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalJson } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import type { Progress } from "../../base/progress.js";
import { unixSeconds } from "../../host/moment.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../host/small-file.js";
import { FILE_BYTES_MAX } from "../../office/gate/evaluations/loose-json.js";
import { type Answered, evaluateSuite, type Question, type Round } from "../../office/gate/suites/evaluate.js";
import { decodeReport, type EvaluationReport, encodeReport } from "../../office/gate/suites/report.js";
import { parseSuite, SUITE_BYTES_MAX } from "../../office/gate/suites/suite.js";
import { readTranscript } from "../../transcript/read-transcript.js";
import { type CollectOptions, collect, type Endpoint } from "../collect.js";
import { SOFTWARE } from "../software.js";

export const REPORT_FILE = "evaluation.json";

interface EvaluateOptions {
  endpoint: Omit<Endpoint, "out">;
  /** Folder with `suite.json`, or the file. */
  suite: string;
  /** Transcripts and the report. */
  out: string;
  seed: string;
  samples: number;
  /** A report of the same suite on an earlier release. */
  earlier: string | null;
  collecting: Pick<
    CollectOptions,
    "requestsMax" | "concurrency" | "intervalMs" | "triesMax" | "waitMs" | "timeoutMs" | "signal"
  >;
  onProgress: (progress: Progress) => void;
}

/** The report, which is also written to OUT/evaluation.json. Interrupted, it goes on where it was. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationReport> {
  const { endpoint, out, seed, samples } = options;
  const path = options.suite.endsWith(".json") ? options.suite : join(options.suite, "suite.json");
  const suite = parseSuite(await readSmallFile(path, SUITE_BYTES_MAX), quoted(basename(path)));
  const earlier = options.earlier === null ? null : await earlierReport(options.earlier, suite.digest);
  await mkdir(out, { recursive: true });
  await assertFreeFile(join(out, REPORT_FILE));
  const transcripts: string[] = [];
  let address = endpoint.url;
  const ask = async (round: Round, questions: readonly Question[], times: number): Promise<Answered> => {
    const file = join(out, `${round}.jsonl`);
    const [collection] = await collect({
      ...options.collecting,
      endpoints: [{ ...endpoint, out: file }],
      prompts: questions.map(({ id, text }) => ({ id, text, purpose: null })),
      samples: times,
      seed,
      costMax: null,
      prices: null,
      onProgress: options.onProgress,
    });
    if (!collection!.complete)
      throw new AssayError("USAGE", `evaluate: ${collection!.stopped ?? "interrupted"}; run the same command to go on`);
    address = collection!.endpoint;
    const bytes = await readSmallFile(file, FILE_BYTES_MAX);
    transcripts.push(sha256Digest(bytes));
    return answersOf(bytes, basename(file), questions, times);
  };
  const { model, temperature, maxTokens } = endpoint.settings;
  const report = await evaluateSuite({
    suite,
    seed,
    samples,
    ask,
    earlier,
    about: {
      endpoint: { address, model, temperature, maxTokens },
      software: `${SOFTWARE.name}/${SOFTWARE.version}`,
    },
    finished: () => ({
      evaluatedAt: `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`,
      transcripts,
    }),
  });
  const whole = { ...report, endpoint: { ...report.endpoint, address } };
  await writeNewFile(join(out, REPORT_FILE), encodeReport(whole));
  return whole;
}

/** Exactly the questions asked: a transcript in OUT that is another suite's is an error. */
function answersOf(bytes: Uint8Array, what: string, questions: readonly Question[], samples: number): Answered {
  const texts = new Map(questions.map(({ id, text }) => [id, text]));
  const answers = new Map<string, (string | null)[]>();
  for (const { promptId, prompt, text, sample, settings } of readTranscript(bytes, quoted(what)).records) {
    if (texts.get(promptId) !== prompt || sample >= samples)
      throw new AssayError("USAGE", `${what}: expected answers to this suite's questions; give another --out`);
    const given = answers.get(promptId) ?? [];
    given[sample] = settings?.rejected_with_status !== undefined || settings?.cut_by_reasoning === true ? null : text;
    answers.set(promptId, given);
  }
  return answers;
}

async function earlierReport(path: string, suite: string): Promise<{ report: EvaluationReport; digest: string }> {
  const bytes = await readSmallFile(path, FILE_BYTES_MAX);
  const report = decodeReport(bytes, quoted(basename(path)));
  if (report.suite.digest !== suite)
    throw new AssayError(
      "USAGE",
      `--earlier: expected a report of the same suite, got one of ${quoted(canonicalJson(report.suite.name))}`,
    );
  return { report, digest: sha256Digest(bytes) };
}
