/**
 * `assay examine traffic`: what is typed, what is examined, and how a bundle is examined again. Neither key nor log is in
 * a bundle: it states a commitment to the key and the digests of the log's files, so that the owner, or whoever the
 * owner lets, can take the log in anew and come to the same finding.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Desk, Examination, Question } from "../../../app/laboratory.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { encodeFinding } from "../../../finding/codec.js";
import { digestOfFile } from "../../../host/find-files.js";
import type { LogFile } from "../host/files/log-file.js";
import { logFiles } from "../host/files/log-files.js";
import type { Response } from "../respond.js";
import { examineLogs, type LogsExamined } from "./examine-logs.js";
import { intakeLines } from "./intake-facts.js";
import { committedKey, keyCommitment } from "./key-commitment.js";
import { type LogOptions, logOptions } from "./log-options.js";
import { readMapping } from "./read-mapping.js";
import { respondToTraffic } from "./respond-to-traffic.js";
import { type TellingOptions, tell, tellingOf } from "./tell-accounts.js";

/** Between two looks at growing logs. */
const INTERVAL_SECONDS = "300";

export const trafficQuestion: Question = {
  description: "Are accounts of an API's log operated together, and does what they ask harvest the model?",
  arguments: [
    {
      name: "log",
      help: "log files (JSON, CSV or TSV, packed or not, or Parquet), folders of them, s3://bucket/prefix, clickhouse://host:8123/database.table, kafka://host:9092/topic",
      many: true,
    },
  ],
  options: [
    { flags: "--data <dir>", help: "folder of the tables, kept between runs so that only new rows are read" },
    {
      flags: "--hash-key <file>",
      help: "key that hashes identifiers and prompts, 64 hexadecimal digits",
      earlier: "--key <file>",
    },
    { flags: "--mapping <file>", help: "where the fields of a log of one's own are (JSON)" },
    { flags: "--reveal", help: "name accounts in clear; the default is their keyed hash" },
    { flags: "--follow", help: "keep looking at growing logs; findings are printed again when they change" },
    { flags: "--alert <file>", help: "write the accounts of supporting findings, .csv or .jsonl, each with an id" },
    { flags: "--webhook <url>", help: "post each account there once, as JSON, with its id" },
    { flags: "--feed <file>", help: "write a gateway's feed of expiring entries (JSON); needs --appeal" },
    { flags: "--appeal <where>", help: "with --feed: where an account objects, as an address of the web or of mail" },
    { flags: "--feed-action <what>", help: "with --feed: step-up or deny", default: "step-up" },
    { flags: "--feed-days <n>", help: "with --feed: days after which an entry expires", default: "7" },
    {
      flags: "--as-respondent <bundle>",
      help: "hold one's own log against an accusation's bundle; --hash-key is the key that hashed it",
    },
    { flags: "--interval <seconds>", help: "with --follow: seconds between looks", default: INTERVAL_SECONDS },
  ],
  help: `
Examples:
  $ assay examine traffic spend-logs/ --data ./traffic --json
  $ assay examine traffic 2026-03-*.jsonl.gz --data ./traffic --hash-key owner.key --reveal
  $ assay examine traffic own-logs/ --as-respondent accusation.zip --hash-key disclosed.key

It reads LiteLLM, Langfuse, Helicone, OpenTelemetry GenAI, Cloudflare AI Gateway, Bedrock, Portkey, OpenRouter, Datadog,
OpenAI-, Anthropic- and Gemini-compatible proxy logs, and plain JSON, CSV and Parquet (docs/traffic-logs.md;
--mapping tells where the fields of another are). It needs the ClickHouse engine: npm install chdb@3
(546 MB), or ASSAY_CLICKHOUSE_URL. An outcome of "inconclusive" does not show that there is no campaign.`,

  async examine({ arguments: [logs], options }, desk) {
    const given = options as Options;
    const typed = await logOptions(logs as readonly string[], given);
    const told = await tellingOf(given, typed.folder);
    const examined = await examineLogs({ ...typed, studies: desk.studies, onProgress: desk.onProgress });
    await tell(examined.findings, told);
    return asExamination(examined, given, await repeatable(typed, given, desk));
  },

  async answers({ arguments: [logs], options }, { openBundle, onProgress }) {
    const given = options as Options;
    if (given.asRespondent === undefined) return null;
    const accusation = await openBundle(given.asRespondent);
    const asked = { ...(await logOptions(logs as readonly string[], given)), accusation, onProgress };
    return (await respondToTraffic(asked)).map((json) => ({ json, lines: responseLines(json) }));
  },

  follow({ arguments: [logs], options }, desk) {
    const given = options as Options;
    return given.follow ? looks(logs as readonly string[], given, desk) : null;
  },

  async again(request, desk) {
    const { key: commitment, reveal } = request.settings;
    if (typeof commitment !== "string")
      throw new AssayError(
        "UNSUPPORTED",
        "verify: this bundle states neither key nor files of its log: it was made by a version whose findings of traffic cannot be computed again",
      );
    const { all, has, folders } = await foundInputs("files", request, desk);
    const key = await committedKey(commitment, folders);
    const folder = await mkdtemp(join(tmpdir(), "assay-traffic-"));
    try {
      const examined = await examineLogs({
        logs: all("log-file").map(({ path }) => path),
        folder,
        keyFile: key,
        keyMayBeNew: false,
        mapping: has("mapping") ? await readMapping(all("mapping")[0]!.path) : null,
        reveal: reveal === true,
        studies: desk.studies,
        onProgress: desk.onProgress,
      });
      const { inputs, settings } = request;
      return { findings: examined.findings, inputs, settings, arguments: request.arguments };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Options extends LogOptions, TellingOptions {
  asRespondent?: string;
  follow?: boolean;
  interval?: string;
}

interface Repeatable {
  inputs: Examination["inputs"];
  key: string;
}

/** What it takes to take the log in again: its files, the mapping, which key. Read only where a bundle is written. */
async function repeatable(
  { logs, keyFile }: { logs: readonly string[]; keyFile: string },
  { mapping }: Options,
  desk: Desk,
): Promise<Repeatable | null> {
  if (!desk.bundled) return null;
  const inputs: Examination["inputs"] = [];
  const add = async (role: string, path: string) =>
    inputs.push({ role, name: basename(path), root: await digestOfFile(path) });
  for (const file of (await logFiles(logs)).files)
    inputs.push({ role: "log-file", name: file.name, root: await digestOf(file) });
  if (mapping !== undefined) await add("mapping", mapping);
  return { inputs, key: await keyCommitment(keyFile) };
}

function asExamination({ findings, intake }: LogsExamined, { reveal }: Options, again: Repeatable | null): Examination {
  const { subject } = findings[0]!;
  const log = subject.kind === "log" ? [{ role: "log", name: subject.log.name, root: subject.log.root }] : [];
  return {
    findings,
    inputs: [...log, ...(again?.inputs ?? [])],
    settings: { reveal: reveal === true, ...(again ? { key: again.key } : {}) },
    arguments: ["LOG"],
    notes: intakeLines(intake),
  };
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
async function* looks(logs: readonly string[], given: Options, desk: Desk): AsyncIterable<Examination> {
  const seconds = Number(given.interval);
  if (!(seconds >= 1))
    throw new AssayError("USAGE", `--interval: expected seconds, got ${quoted(given.interval ?? "")}`);
  const fixed = await logOptions(logs, given);
  const told = await tellingOf(given, fixed.folder);
  let [before, mark] = ["", ""];
  for (;;) {
    const { studies, onProgress } = desk;
    const seen = await examineLogs({ ...fixed, follow: true, seen: mark, studies, onProgress });
    mark = seen.mark;
    if (seen.findings !== null) {
      const now = seen.findings.map(encodeFinding).join("\n");
      if (now !== before) yield asExamination(seen, given, null);
      before = now;
      await tell(seen.findings, told);
    } else await tell(null, told);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** SHA-256 of a log as it is stored, wherever it lies. */
async function digestOf({ open }: LogFile): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const part of open()) hash.update(part);
  return `sha256:${hash.digest("hex")}`;
}
