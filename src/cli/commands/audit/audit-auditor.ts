/** What an auditor does: look at a run's log, draw, report, and check a report as anybody may. */
import { readFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { auditFilesAt } from "../../../app/audit/audit-files.js";
import { enterSigned, makeChallenge, readSealed } from "../../../app/audit/challenge.js";
import { reportOnRun } from "../../../app/audit/report-run.js";
import { openRun, readRunKey } from "../../../app/audit/run-log.js";
import { verifyAuditAnyVersion } from "../../../app/audit/verify-kept.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { modelRoot } from "../../../app/register/declare.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError, quoted } from "../../../base/error.js";
import { assertFreeTarget, writeBundle } from "../../../host/bundle-store.js";
import { platformKey } from "../../../host/signing/signature-keys.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { readEntry, UNITS } from "../../../office/audit/entry.js";
import { readOrder } from "../../../office/audit/inspection/order.js";
import { ROW_CLASSES, type RowClass } from "../../../office/audit/rows.js";
import { enter, newRun } from "../../../office/audit/run-state.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";
import {
  atOf,
  DOES_NOT_HOLD,
  type SigningOptions,
  signing,
  tellEntry,
  wholeNumber,
  witnessesOf,
} from "./audit-options.js";

/** Verbs that need no private folder of the run. */
export function auditorCommands(): Command[] {
  return [showCommand(), drawCommand(), reportCommand(), rerunCommand(), disclosedCommand(), verifyCommand()];
}

function showCommand(): Command {
  return new Command("show")
    .argument("<run>", "the run's folder or URL")
    .description("What a run's log says: commitments, challenges, answers.")
    .option("--json", "print one record an entry as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit show ./lm-01")
    .action(async (where: string, { json }: { json?: boolean }) => {
      const { entries } = await openRun(where);
      for (const [seq, { said, digest }] of entries.entries())
        process.stdout.write(
          json
            ? `${JSON.stringify({ type: "assay/audit-entry/v1", seq, digest, entry: said })}\n`
            : `${visibleText(`${seq}  ${said.issued}  ${said.kind}${said.kind === "committed" ? ` ${said.class}, ${said.size} rows` : ""}  ${digest}`)}\n`,
        );
    });
}

interface DrawTyped extends SigningOptions {
  class: RowClass;
  unit: (typeof UNITS)[number];
  count: number;
  round?: number;
  wait: number;
  rule?: string[];
  to: string;
  due: number;
  order?: string;
  out?: string;
}

function drawCommand(): Command {
  const command = new Command("draw")
    .argument("<run>", "the run's folder or URL")
    .description("Challenge a run: so many rows or tokens, drawn by a round of the beacon that is not out yet.")
    .addOption(new Option("--class <class>", "of which rows").choices([...ROW_CLASSES]).makeOptionMandatory())
    .requiredOption("--count <k>", "how many are drawn (assay audit sample plan)", wholeNumber)
    .addOption(new Option("--unit <unit>", "rows, or token positions of data").choices([...UNITS]).default("rows"))
    .requiredOption("--to <recipient>", "age recipient who may read what is opened")
    .option("--rule <id...>", "declared rules to check (default: all)")
    .option("--round <number>", "round that draws (default: the first after --wait)", wholeNumber)
    .option("--wait <seconds>", "how long until the round is out", wholeNumber, 300)
    .option("--due <days>", "days for the answer", wholeNumber, 14)
    .option("--order <file>", "the inspection order under which it is made: class, unit and count must be its own")
    .option("--out <file>", "write the signed challenge for the run's maker to enter; else it is entered");
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit draw ./lm-01 --class data --count 300 --to age1… --private-key auditor.pem",
    )
    .action(async (where: string, options: DrawTyped) => {
      const bytes = await makeChallenge({
        where,
        of: options.class,
        unit: options.unit,
        k: options.count,
        round: options.round ?? null,
        waitSeconds: options.wait,
        rules: options.rule ?? [],
        recipient: options.to,
        dueDays: options.due,
        order: options.order === undefined ? null : readOrder(await readWhole(options.order), options.order),
        key: await readRunKey(options.privateKey, options.password),
        at: atOf(options),
      });
      if (options.out === undefined) {
        const { entry } = await enterSigned(where, bytes, await witnessesOf(options));
        tellEntry(entry, `challenged: ${entry.digest}`, options.json);
        return;
      }
      // Whoever sends it has it refused here, not there.
      const { bytes: before } = await openRun(where);
      const state = newRun();
      for (const [seq, each] of before.entries())
        enter(state, readEntry(each, `audit entry ${seq}`), { signatures: false });
      const entry = readEntry(bytes, "challenge");
      enter(state, entry, { signatures: true, quick: platformKey });
      await writeNewFile(options.out, bytes);
      tellEntry(entry, `${options.out}: ${entry.digest}`, options.json);
    });
}

interface ReportTyped {
  opening?: string;
  identity?: string;
  challenge?: string;
  disclosed?: string;
  model?: string;
  policy?: string;
  withRows?: boolean;
  privateKey?: string;
  password?: string;
  out?: string;
  json?: boolean;
}

function reportCommand(): Command {
  return new Command("report")
    .argument("<run>", "the run's folder or URL")
    .description("What a challenge's answer shows: contradictions and exact bounds of committed rows.")
    .option("--opening <file>", "the sealed opening")
    .option("--identity <file>", "age identity file that opens it")
    .option("--challenge <digest>", "which challenge (default: the last)")
    .option("--disclosed <file>", "lines of the training summary that the maker shows, held against what was drawn")
    .option("--model <path>", "the released model: folder, file, or its digest sha256:…")
    .option("--policy <file>", "tlog-policy: whose witnesses' clocks are believed")
    .option("--with-rows", "put the opened rows into the bundle")
    .option("--private-key <file>", "the auditor's key: adds a signed entry, reported.json")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--out <path>", "a new folder or .zip with report, page and log")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit report ./lm-01 --opening opening.age --identity auditor.age --out ./audit-1\n  $ assay verify ./audit-1",
    )
    .action(async (where: string, options: ReportTyped) => {
      if (options.out !== undefined) await assertFreeTarget(options.out);
      if ((options.opening === undefined) !== (options.identity === undefined))
        throw new AssayError("USAGE", "audit report: expected --opening and --identity together");
      const { report, files } = await reportOnRun({
        where,
        challenge: options.challenge ?? null,
        opening: options.opening === undefined ? null : { file: options.opening, identity: options.identity! },
        disclosed: options.disclosed ?? null,
        model: options.model === undefined ? null : await rootOfModel(options.model),
        policy: options.policy === undefined ? null : new Uint8Array(await readFile(options.policy)),
        withRows: options.withRows ?? false,
        key: options.privateKey === undefined ? null : await readRunKey(options.privateKey, options.password),
      });
      if (options.out !== undefined) await writeBundle(options.out, files);
      if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        const lines = [
          `Audit of ${report.run.name}: ${report.status}`,
          ...report.says,
          "What this cannot see:",
          ...report.cannotSee.map((each) => ` - ${each}`),
        ];
        process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
      }
    });
}

function rerunCommand(): Command {
  return new Command("rerun")
    .argument("<run>", "the run's folder or URL")
    .description(
      "Train drawn segments again by the maker's logged command, and hold them against its spread: only refutes.",
    )
    .requiredOption("--opening <file>", "the sealed opening of a challenge of checkpoints")
    .requiredOption("--identity <file>", "age identity file that opens it")
    .requiredOption("--checkpoints <folder>", "where the committed checkpoints lie")
    .requiredOption("--workspace <folder>", "where the logged command runs, with its files")
    .option("--challenge <digest>", "which challenge (default: the last)")
    .option("--repeats <n>", "new runs of each segment, two or more", wholeNumber, 2)
    .option("--model <path>", "the released model: the logged export is run again and compared tensor by tensor")
    .option("--out <file>", "a new file for the report (JSON)")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit rerun ./lm-01 --opening opening.age --identity auditor.age --checkpoints ./output --workspace ./training",
    )
    .action(
      async (
        where: string,
        options: {
          opening: string;
          identity: string;
          checkpoints: string;
          workspace: string;
          challenge?: string;
          repeats: number;
          model?: string;
          out?: string;
          json?: boolean;
        },
      ) => {
        const { rerunDrawn } = await import("../../../app/audit/rerun-run.js");
        const progress = progressLine();
        const report = await rerunDrawn({
          where,
          challenge: options.challenge ?? null,
          opening: { file: options.opening, identity: options.identity },
          checkpoints: options.checkpoints,
          workspace: options.workspace,
          repeats: options.repeats,
          model: options.model ?? null,
          onProgress: progress.report,
        }).finally(() => progress.done());
        if (options.out !== undefined) await writeNewFile(options.out, canonicalJsonBytes(report));
        print(
          report,
          `${report.run.name}: ${report.status}, ${report.drawn} of ${report.all} segments drawn`,
          options.json,
        );
      },
    );
}

/** What a report says and cannot see, or the whole of it as JSON. */
function print(report: { says: readonly string[]; cannotSee: readonly string[] }, head: string, json?: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [head, ...report.says, "What this cannot see:", ...report.cannotSee.map((each) => ` - ${each}`)];
  process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
}

function disclosedCommand(): Command {
  return new Command("disclosed")
    .argument("<run>", "the run's folder or URL")
    .argument("<lines>", "lines of a training summary that the maker shows")
    .description("Check that shown lines are of the summary in the run's log; exit 3 when they are not.")
    .option("--json", "print the lines as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit disclosed ./lm-01 licences.json")
    .action(async (where: string, path: string, { json }: { json?: boolean }) => {
      const { disclosedOf } = await import("../../../app/audit/summary-run.js");
      const found = await disclosedOf(where, path).catch((error: unknown) => {
        if (!(error instanceof AssayError) || error.code !== "DIGEST") throw error;
        process.exitCode = DOES_NOT_HOLD;
        return { fault: error.message };
      });
      if ("fault" in found) {
        process.stdout.write(
          json
            ? `${JSON.stringify({ holds: false, detail: found.fault })}\n`
            : `DOES NOT HOLD  ${visibleText(found.fault)}\n`,
        );
        return;
      }
      const { lines, entry } = found;
      if (json) {
        process.stdout.write(`${JSON.stringify({ holds: true, target: entry.target, of: entry.size, lines })}\n`);
        return;
      }
      for (const line of lines)
        process.stdout.write(
          `${visibleText(`${line.field ?? "total"}${line.field === null ? "" : ` = ${line.value ?? "(not stated)"}`}: ${line.rows} rows${line.tokens === null ? "" : `, ${line.tokens} tokens`}`)}\n`,
        );
      process.stdout.write(
        `${lines.length} of ${entry.size} lines shown; what a row says of itself is not checked by this\n`,
      );
    });
}

async function rootOfModel(path: string): Promise<string> {
  return /^sha256:[0-9a-f]{64}$/.test(path) ? path : `sha256:${await modelRoot(path, () => undefined)}`;
}

interface VerifyTyped {
  policy?: string;
  opening?: string;
  identity?: string;
  json?: boolean;
}

function verifyCommand(): Command {
  return new Command("verify")
    .argument("<bundle>", "folder or .zip that `assay audit report` wrote, or a run's folder or URL")
    .description("Check a report offline, or a run's log whole; exit 3 when something does not hold.")
    .option("--policy <file>", "believe log and witnesses only under this tlog-policy")
    .option("--opening <file>", "the sealed opening: the whole report is computed again")
    .option("--identity <file>", "age identity file that opens it")
    .option("--json", "print the checks as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit verify ./audit-1")
    .action(async (path: string, options: VerifyTyped) => {
      if (await verifyAsAudit(path, options)) return;
      const policy = options.policy === undefined ? null : await readPolicyFile(options.policy);
      const { bytes } = await openRun(path, policy);
      const checks = [];
      const state = newRun();
      try {
        for (const [seq, each] of bytes.entries())
          enter(state, readEntry(each, `audit entry ${seq}`), { signatures: true, quick: platformKey });
        checks.push({
          name: "entries",
          holds: true,
          detail: `${bytes.length} entries follow from one another; signatures and rounds hold`,
        });
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        checks.push({ name: "entries", holds: false, detail: error.message });
        process.exitCode = DOES_NOT_HOLD;
      }
      if (options.json) process.stdout.write(`${JSON.stringify({ holds: checks[0]!.holds, checks })}\n`);
      else
        process.stdout.write(
          `${checks[0]!.holds ? "holds        " : "DOES NOT HOLD"}  ${visibleText(checks[0]!.detail)}\n`,
        );
    });
}

/** False where no audit's bundle lies. */
export async function verifyAsAudit(path: string, options: VerifyTyped): Promise<boolean> {
  const files = await auditFilesAt(path);
  if (!files) return false;
  const policy = options.policy === undefined ? null : await readPolicyFile(options.policy);
  let verified = await verifyAuditAnyVersion(files, { policy, quick: platformKey });
  if (options.opening !== undefined && options.identity !== undefined && verified.report) {
    const state = newRun();
    for (let seq = 0; ; seq++) {
      const bytes = files.get(`entries/${String(seq).padStart(6, "0")}.json`);
      if (!bytes) break;
      enter(state, readEntry(bytes, `audit entry ${seq}`), { signatures: false });
    }
    const challenge = state.challenges.get(verified.report.challenge.digest);
    if (!challenge)
      throw new AssayError("NOT_FOUND", `audit verify: the challenge of ${quoted(path)} is not in its log`);
    verified = await verifyAuditAnyVersion(files, {
      policy,
      quick: platformKey,
      opening: await readSealed(options.opening, options.identity, challenge),
    });
  }
  const { holds, checks, report, cannotSee } = verified;
  if (options.json) process.stdout.write(`${JSON.stringify({ holds, checks, report, cannotSee })}\n`);
  else {
    for (const check of checks)
      process.stdout.write(
        `${check.holds ? "holds        " : check.checked === false ? "not checked  " : "DOES NOT HOLD"}  ${check.name}: ${visibleText(check.detail)}\n`,
      );
    const end = holds
      ? "The audit's report holds."
      : checks.every((c) => c.holds || c.checked === false)
        ? "Nothing fails, and not all of it could be checked here."
        : "The audit's report does not hold.";
    process.stdout.write(
      `${end}\nWhat this cannot see:\n${cannotSee.map((each) => ` - ${visibleText(each)}`).join("\n")}\n`,
    );
  }
  if (!holds) process.exitCode = DOES_NOT_HOLD;
  return true;
}
