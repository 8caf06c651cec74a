/** `assay case replay`: published histories of another forum, folded under its pack. */
import { Command } from "commander";
import { replayHistories } from "../../../app/docket/replay.js";
import { visibleText } from "../../../report/visible-text.js";

/** Exit status 0 also where histories do not fold: they are listed. */
export function replayCommand(): Command {
  return new Command("replay")
    .argument("<histories>", "JSON Lines: case, filed, commenced, panelAppointed, decided, defaulted, …")
    .description(
      "Fold published UDRP histories under the pack udrp/v1: which fold, which were decided late, which days cannot be.",
    )
    .option("--json", "print one record a history, with deadlines and how each was computed")
    .addHelpText("after", "\nExample:\n  $ assay case replay histories.jsonl --json")
    .action(async (path: string, { json }: { json?: boolean }) => {
      const replayed = await replayHistories(path);
      for (const record of replayed)
        if (json) process.stdout.write(`${JSON.stringify(record)}\n`);
        else {
          const { result, refused, late, missing } = record;
          const why = refused ? `: ${refused.says}` : missing.length > 0 ? `: no day for ${missing.join(", ")}` : "";
          process.stdout.write(`${visibleText(record.case)}  ${result}${late ? ", decided late" : ""}${why}\n`);
        }
      const count = (result: string) => replayed.filter((each) => each.result === result).length;
      process.stderr.write(
        `${replayed.length} histories: ${count("folds")} fold, ${replayed.filter(({ late }) => late).length} of them decided late; ${count("refused")} refused, ${count("incomplete")} incomplete\n`,
      );
    });
}
