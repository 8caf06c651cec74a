/** `assay gate watch`: models that run are judged again when the log grows or a verdict ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { GateKeeper, readAtHand } from "../../../app/gate/keeper.js";
import { openPolicyFolder } from "../../../app/gate/policy-folder.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { readSmallFile } from "../../../host/small-file.js";
import { MODEL_ID, type ModelId } from "../../../office/register/declarations/vocabulary.js";
import { visibleText } from "../../../report/visible-text.js";
import { seconds } from "./gate-options.js";

const REFUSED = 3;
const LIST_BYTES_MAX = 16 * 1024 * 1024;

interface WatchTyped {
  policy: string;
  register: string;
  logPolicy?: string;
  evaluations?: string;
  audits?: string;
  signatures?: string;
  every: number;
  once?: boolean;
  json?: boolean;
}

/** Runs until it is stopped, with --once a single time. */
export function gateWatchCommand(): Command {
  return new Command("watch")
    .argument("<models>", "file with an id (sha256:…) a line, and what runs it behind it")
    .description(
      "Judge what runs, again whenever the log grows; a line for each change. With --once, exit status 3: one is refused.",
    )
    .requiredOption("--policy <dir>", "folder with gate.json, *.cedar and log.policy")
    .requiredOption("--register <log>", "the register: its folder or URL")
    .option("--log-policy <file>", "the policy that the log is believed under (default: log.policy of the folder)")
    .option("--evaluations <path>", "file or folder of evaluations: Inspect, lm-eval, promptfoo, garak")
    .option("--audits <path>", "file or folder of audit reports, or a packed audit")
    .option("--signatures <path>", "signature, or folder of them, of models whose files are elsewhere")
    .option("--every <seconds>", "how often the log is read", seconds, 30)
    .option("--once", "judge once and end", false)
    .option("--json", "print one record a change as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay gate watch running.txt --policy ./gate --register https://register.example/log --every 10",
    )
    .action(async (list: string, options: WatchTyped) => {
      const running = runningOf(fromUtf8(await readSmallFile(list, LIST_BYTES_MAX), list), list);
      const folder = await openPolicyFolder(options.policy, options.logPolicy ?? null);
      const keeper = new GateKeeper(options.register, folder, await readAtHand(options));
      const said = new Map<ModelId, string>();
      for (;;) {
        await keeper.look();
        for (const [model, what] of running) {
          const verdict = await keeper.verdict(model);
          const line = `${verdict.allow ? "allowed" : "refused"} ${verdict.reasons.map(({ rule, says }) => `${rule}: ${says}`).join("; ")}`;
          // The age of a log moves; what is said of it is the rule.
          const key = `${verdict.allow} ${verdict.reasons.map(({ rule }) => rule).join(" ")}`;
          if (said.get(model) === key) continue;
          said.set(model, key);
          if (!verdict.allow && options.once) process.exitCode = REFUSED;
          process.stdout.write(
            options.json
              ? `${JSON.stringify({ ...verdict, runs: what })}\n`
              : `${visibleText(`${model} ${what} ${line}`.trim())}\n`,
          );
        }
        if (options.once) return;
        await sleep(options.every * 1000);
      }
    });
}

function runningOf(text: string, what: string): [ModelId, string][] {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [id, ...rest] = line.trim().split(/\s+/);
    if (!MODEL_ID.test(id!))
      throw new AssayError(
        "FORMAT",
        `${what}: expected an id sha256:… at the beginning of each line, got ${quoted(id!)}`,
      );
    return [id as ModelId, rest.join(" ")];
  });
}
