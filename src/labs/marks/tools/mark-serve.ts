/** `assay mark serve`: an OpenAI-shaped endpoint that marks, logs and plants canaries. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { openLocalStepper } from "../../../host/answers/local-stepper.js";
import type { StepModel } from "../../../host/answers/step-model.js";
import { ServingLog } from "../../../host/log/serving-log.js";
import { packagePath } from "../../../host/package-files.js";
import { readSmallFile } from "../../../host/small-file.js";
import { TokenDraws } from "../../../kernels/token-draws.js";
import { masterKey } from "../desk/make-mark.js";
import { markedAnswers, readServed } from "../desk/serve-marked.js";
import { stubModel } from "../desk/stub-model.js";
import { markedServer } from "./marked-server.js";

interface Options {
  master: string;
  model?: string;
  period: string;
  log: string;
  mode: "tournament" | "biased";
  accounts?: string;
  canaries?: string;
  port: number;
  host: string;
}

/** Ships with the package: bytes as tokens, for whoever asks what the stub said for its mark. */
const STUB_TOKENIZER = "data/marks/stub-tokenizer.json";
const LIST_BYTES_MAX = 64 * 1024 * 1024;

/** Serves until it is stopped; without --model the stub answers. */
export function markServeCommand(): Command {
  return new Command("serve")
    .description(
      "Serve a local model behind an OpenAI-shaped endpoint: each account's answers carry its own mark, and no answer leaves before its log line is on disk.",
    )
    .requiredOption("--master <file>", "master key; made where it does not exist")
    .option(
      "--model <file>",
      "a GGUF file, run by node-llama-cpp (optional peer); left out, a stub of bytes to try it on",
    )
    .requiredOption("--period <name>", "the period whose keys are used, for example 2026-11")
    .requiredOption("--log <file>", "what was served to whom, by digest; appended to")
    .addOption(new Option("--mode <mode>").choices(["tournament", "biased"]).default("tournament"))
    .option("--accounts <file>", "JSON object of bearer token to account; without it an account is its token's digest")
    .option("--canaries <file>", "what assay mark canaries --served wrote")
    .option("--port <n>", "0 for any free one", port, 8081)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .addHelpText(
      "after",
      `
Example:
  $ assay mark serve --master master.key --period 2026-11 --log served.log --port 8081
  $ curl -H 'authorization: Bearer me' -d '{"messages":[{"role":"user","content":"hello"}]}' localhost:8081/v1/chat/completions

  $ assay mark serve --model model.gguf --mode biased --master master.key --period 2026-11 --log served.log

Without --model a stub of bytes answers, whose tokenizer is told at start. The mark file with which "assay examine marks" finds an
account's answers is made by "assay mark new" with the same master key, period and mode, --customer ACCOUNT (as the log names it) and
--vocabulary as told at start; texts without ids are read with --tokenizer.
A server of your own calls the same code through assay/marker or "assay mark apply".`,
    )
    .action(serve);
}

async function serve(options: Options): Promise<void> {
  const draws = new TokenDraws();
  const model: StepModel = options.model === undefined ? stubModel(draws) : await openLocalStepper(options.model);
  const accounts = options.accounts === undefined ? null : await accountList(options.accounts);
  const canaries =
    options.canaries === undefined ? new Map() : readServed(await text(options.canaries), basename(options.canaries));
  const answer = markedAnswers({
    model,
    draws,
    master: await masterKey(options.master),
    period: options.period,
    variant: options.mode,
    log: await ServingLog.open(options.log),
    canaries,
    chance: () => randomBytes(4).readUInt32LE() / 2 ** 32,
    now: Date.now,
  });
  const account = (token: string) => {
    if (accounts) return accounts.get(token) ?? null;
    return token === "" ? null : sha256Digest(utf8(token)).slice(7, 23);
  };
  const server = markedServer({ model: model.name, account, answer });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error) => failed(new AssayError("USAGE", `mark serve: ${error.message}`)));
    server.listen(options.port, options.host, listening);
  });
  const at = server.address();
  const tokenizer = options.model === undefined ? `, tokenizer ${packagePath(STUB_TOKENIZER)}` : "";
  process.stderr.write(`model ${model.name}, vocabulary ${model.vocabulary}${tokenizer}\n`);
  process.stderr.write(`serving on http://${options.host}:${typeof at === "object" ? at?.port : options.port}/v1\n`);
  await new Promise((closed) => server.once("close", closed));
}

async function accountList(path: string): Promise<Map<string, string>> {
  const value = parseStrictJson(await text(path), basename(path));
  if (
    typeof value !== "object" ||
    value === null ||
    !Object.values(value).every((name) => typeof name === "string" && name !== "")
  )
    throw new AssayError("FORMAT", "mark serve: expected a JSON object of bearer token to account");
  return new Map(Object.entries(value as Record<string, string>));
}

async function text(path: string): Promise<string> {
  return fromUtf8(await readSmallFile(path, LIST_BYTES_MAX), `mark serve: ${basename(path)}`);
}

function port(given: string): number {
  const n = Number(given);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected a port.");
  return n;
}
