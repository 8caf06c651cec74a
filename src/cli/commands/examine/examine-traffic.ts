/** `assay examine traffic LOG…`: a finding a proposition and group on standard output, or the inconclusive ones on the whole log. */
import { join, resolve } from "node:path";
import { Command } from "commander";
import {
  type ExamineTrafficOptions,
  examineLogs,
  type TrafficExamination,
} from "../../../app/traffic/examine-traffic.js";
import { intakeLines } from "../../../app/traffic/intake-facts.js";
import { trafficBundle } from "../../../app/traffic/publish-traffic.js";
import { readMapping } from "../../../app/traffic/read-mapping.js";
import { respondToTraffic } from "../../../app/traffic/respond-to-traffic.js";
import { utf8 } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { encodeFinding } from "../../../finding/codec.js";
import type { Finding } from "../../../finding/finding.js";
import { assertFreeTarget, writeBundle } from "../../../host/bundle-store.js";
import { assayHome } from "../../../host/home.js";
import { readSigningKey } from "../../../host/signing/keys.js";
import { writeAlert } from "../../../host/traffic/account-list.js";
import type { TrafficObservations } from "../../../labs/traffic/observations.js";
import type { Response } from "../../../labs/traffic/respond.js";
import { progressLine } from "../../progress.js";
import { summary } from "../../summary.js";

export interface TrafficOptions {
  data?: string;
  key?: string;
  mapping?: string;
  reveal?: boolean;
  follow?: boolean;
  alert?: string;
  webhook?: string;
  interval?: string;
  out?: string;
  sign?: string;
  json?: boolean;
  asRespondent?: string;
}

export function examineTrafficCommand(): Command {
  return new Command("traffic")
    .description("Are accounts of an API's log operated together, and does what they ask harvest the model?")
    .argument("<log...>", "log files (JSON, CSV or TSV, packed or not, or Parquet) or folders of them")
    .option("--data <dir>", "folder of the tables, kept between runs so that only new rows are read")
    .option("--key <file>", "key that hashes identifiers and prompts, 64 hexadecimal digits")
    .option("--mapping <file>", "where the fields of a log of one's own are (JSON)")
    .option("--reveal", "name accounts in clear; the default is their keyed hash")
    .option("--follow", "keep looking at growing logs; findings are printed again when they change")
    .option("--alert <file>", "with --follow: write the accounts of supporting findings, .csv or .jsonl")
    .option("--webhook <url>", "with --follow: post them there as JSON when they change")
    .option("--interval <seconds>", "with --follow: seconds between looks", "300")
    .option("--out <path>", "write a bundle: a new folder, or a .zip")
    .option("--sign <file>", "sign the bundle with an Ed25519 private key (PEM, PKCS#8)")
    .option(
      "--as-respondent <bundle>",
      "hold one's own log against an accusation's bundle; --key is the key that hashed it",
    )
    .option("--json", "print one finding a line as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay examine traffic spend-logs/ --data ./traffic --json
  $ assay examine traffic 2026-03-*.jsonl.gz --data ./traffic --key owner.key --reveal
  $ assay examine traffic own-logs/ --as-respondent accusation.zip --key disclosed.key

It reads LiteLLM, Langfuse, Helicone, OpenTelemetry GenAI, Cloudflare AI Gateway, Bedrock, Portkey, OpenRouter, Datadog,
OpenAI-, Anthropic- and Gemini-compatible proxy logs, and plain JSON, CSV and Parquet (docs/traffic-logs.md;
--mapping tells where the fields of another are). It needs the ClickHouse engine: npm install chdb@3
(546 MB), or ASSAY_CLICKHOUSE_URL. An outcome of "inconclusive" does not show that there is no campaign.`,
    )
    .action(run);
}

async function run(logs: string[], options: TrafficOptions): Promise<void> {
  if (options.follow && options.out !== undefined)
    throw new AssayError("USAGE", "examine traffic: expected --follow or --out, got both");
  if (options.asRespondent !== undefined) return answer(logs, options, options.asRespondent);
  if (options.follow) return follow(logs, options);
  const key = options.sign === undefined ? undefined : await readSigningKey(options.sign);
  if (options.out !== undefined) await assertFreeTarget(options.out);
  const progress = progressLine();
  const { findings, intake } = await examineLogs({
    ...(await settings(logs, options)),
    onProgress: progress.report,
  }).finally(() => progress.done());
  if (options.out !== undefined) {
    await writeBundle(options.out, await trafficBundle(findings, options.reveal === true, key));
    process.stderr.write(`bundle written to ${options.out}\n`);
  }
  report({ findings, intake }, options.json === true);
}

export async function settings(
  logs: string[],
  options: TrafficOptions,
): Promise<Omit<ExamineTrafficOptions, "onProgress">> {
  const home = join(assayHome(), "traffic");
  // Without --data each set of paths has a folder of its own, so that two logs do not mix.
  const folder = options.data ?? join(home, sha256Hex(utf8(logs.map((log) => resolve(log)).join("\n"))).slice(0, 16));
  return {
    logs,
    folder,
    keyFile: options.key ?? join(home, "key"),
    keyMayBeNew: options.key === undefined,
    mapping: options.mapping === undefined ? null : await readMapping(options.mapping),
    reveal: options.reveal === true,
  };
}

function report({ findings, intake }: Pick<TrafficExamination, "findings" | "intake">, json: boolean): void {
  process.stderr.write(`${intakeLines(intake).join("\n")}\n`);
  for (const finding of findings) process.stdout.write(`${json ? encodeFinding(finding) : summary(finding)}\n`);
}

/** One's own log against an accusation: what it says of one's accounts, and what one's own rows say. */
async function answer(logs: string[], options: TrafficOptions, bundle: string): Promise<void> {
  const progress = progressLine();
  const responses = await respondToTraffic({
    ...(await settings(logs, options)),
    bundle,
    onProgress: progress.report,
  }).finally(() => progress.done());
  for (const response of responses) {
    if (options.json) process.stdout.write(`${JSON.stringify(response)}\n`);
    else process.stdout.write(`${responseLines(response).join("\n")}\n`);
  }
}

function responseLines({ group, recomputed, answers, otherAccounts }: Response): string[] {
  const { holds, pooledOperation, extractionWorkload, differs } = recomputed;
  return [
    `${group}: its tables give ${pooledOperation} (operated together) and ${extractionWorkload} (harvest); ${holds ? "as stated" : differs.join(" ")}`,
    `  ${answers.length} accounts of this log are spoken of, ${otherAccounts} are not`,
    ...answers.map(
      ({ account, listed, differs: at }) =>
        `  ${account} ${listed ? "listed" : "not listed"}: ${at.length === 0 ? "this log agrees" : at.join(" ")}`,
    ),
  ];
}

/** Looks again and again: what is new is taken in, all of it is examined, and a change is told. Ends when interrupted. */
async function follow(logs: string[], options: TrafficOptions): Promise<void> {
  const seconds = Number(options.interval);
  if (!(seconds >= 1)) throw new AssayError("USAGE", `--interval: expected seconds, got ${quoted(options.interval)}`);
  const fixed = await settings(logs, options);
  for (let before = ""; ; ) {
    const progress = progressLine();
    const seen = await examineLogs({ ...fixed, follow: true, onProgress: progress.report }).finally(() =>
      progress.done(),
    );
    const now = seen.findings.map(encodeFinding).join("\n");
    if (now !== before) {
      report(seen, options.json === true);
      await alert(seen.findings, options);
    }
    before = now;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

interface Alerted {
  account: string;
  log10P: number;
  proposition: string;
}

async function alert(findings: readonly Finding[], { alert: path, webhook }: TrafficOptions): Promise<void> {
  const accounts = findings
    .filter((finding) => finding.outcome === "supports-hp")
    .flatMap((finding): Alerted[] =>
      (finding.observations as TrafficObservations).accounts.map((a) => ({
        ...a,
        proposition: finding.proposition.id,
      })),
    );
  if (path !== undefined) await writeAlert(path, accounts);
  if (webhook === undefined || accounts.length === 0) return;
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(webhook, { method: "POST", headers, body: JSON.stringify({ accounts }) });
    if (!answer.ok) process.stderr.write(`webhook: answered ${answer.status}\n`);
  } catch (error) {
    process.stderr.write(`webhook: ${(error as Error).message}\n`);
  }
}
