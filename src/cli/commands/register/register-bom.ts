/** `assay register bom`: CycloneDX 1.7 ML-BOMs out of the register, and into a file of answers for `declare`. */
import { Command, Option } from "commander";
import { exportBom, exportCroissant, exportSpdx, importBom } from "../../../app/register/bom.js";
import { checkBom } from "../../../app/register/bom-check.js";
import { openRegister } from "../../../app/register/register.js";
import { assertAnswerable, findModel } from "../../../app/register/register-record.js";
import { writeNewFile } from "../../../host/small-file.js";
import { BOM_RESULTS } from "../../../office/register/exchange/bom-held.js";
import { progressLine } from "../../progress.js";

/** What a BOM of somebody else's says and a terminal must not obey. */
const quoted = (text: string) => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
const DOES_NOT_HOLD = 3;

interface ExportOptions {
  register: string;
  out: string;
  format: "cyclonedx" | "spdx" | "croissant";
  dataset?: string;
}

/** Export, import and check; nothing is entered in a register. */
export function bomCommand(): Command {
  return new Command("bom")
    .description(
      "Export a model's declarations as CycloneDX, SPDX 3 or Croissant; import a CycloneDX ML-BOM as answers; check one against a model.",
    )
    .addCommand(
      new Command("check")
        .argument("<bom>", "CycloneDX JSON")
        .argument("<model>", "model folder or file")
        .option(
          "--base <path>",
          "a declared base that is at hand, examined against the model; NAME=PATH where several are declared; may be repeated",
          (value: string, before: string[]) => [...before, value],
          [] as string[],
        )
        .option("--json", "print one record as JSON")
        .description(
          "Hold a stranger's BOM against the weights at hand: digests, tensor shapes, counts, formats, licence, bases. Exit status 3 when something is contradicted.",
        )
        .addHelpText(
          "after",
          "\nEach line holds, is contradicted, or is not checkable. A base that finds no support is not checkable: no test here speaks against descent.\n\nExample:\n  $ assay register bom check bom.json ./model --base ./base",
        )
        .action(async (bom: string, model: string, options: { base: string[]; json?: boolean }) => {
          const progress = progressLine();
          const {
            subject,
            model: name,
            lines,
            elsewhere,
            unread,
          } = await checkBom({
            bom,
            model,
            bases: options.base,
            onProgress: progress.report,
          }).finally(() => progress.done());
          const counts = Object.fromEntries(
            BOM_RESULTS.map((result) => [result, lines.filter((line) => line.result === result).length]),
          );
          if (options.json)
            process.stdout.write(
              `${JSON.stringify({ type: "assay/bom-check/v1", subject, model: name, counts, lines, elsewhere, unread })}\n`,
            );
          else
            process.stdout.write(
              [
                ...lines.map(
                  ({ at, declared, result, why }) =>
                    `${result.replace("-", " ")}: ${quoted(at)} ${quoted(declared)}: ${quoted(why)}`,
                ),
                ...unread.map((line) => `not as CycloneDX has it: ${quoted(line)}`),
                `${counts.holds} hold, ${counts.contradicted} contradicted, ${counts["not-checkable"]} not checkable; ${elsewhere} values speak of something else than this model`,
              ]
                .map((line) => `${line}\n`)
                .join(""),
            );
          if (counts.contradicted !== 0) process.exitCode = DOES_NOT_HOLD;
        }),
    )
    .addCommand(
      new Command("export")
        .argument("<model>", "id, digest, name, or a folder whose files are hashed")
        .requiredOption("--register <log>", "folder or URL of the register's log")
        .requiredOption("--out <file>", "new file of the BOM")
        .addOption(
          new Option(
            "--format <which>",
            "CycloneDX 1.7, SPDX 3.0.1 with the AI profile, or Croissant 1.1 of a data set",
          )
            .choices(["cyclonedx", "spdx", "croissant"])
            .default("cyclonedx"),
        )
        .option("--dataset <name>", "croissant: which of the declared data sets, where there are several")
        .description("Write what is in force on a model as a BOM.")
        .addHelpText(
          "after",
          "\nExample:\n  $ assay register bom export northwind/lm --register ./log --format spdx --out lm.spdx.json",
        )
        .action(async (model: string, options: ExportOptions) => {
          const register = await openRegister(options.register);
          const progress = progressLine();
          const state = await findModel(register, model, (done, total) =>
            progress.report({ stage: "hashing", done, total }),
          ).finally(() => progress.done());
          assertAnswerable(register, state);
          if (options.format === "croissant") {
            const { document, missing } = await exportCroissant(register, state, options.dataset ?? null);
            await writeNewFile(options.out, text(document));
            process.stderr.write(`nobody declared: ${missing.join(", ")}\n`);
          } else {
            const write = options.format === "spdx" ? exportSpdx : exportBom;
            await writeNewFile(options.out, text(await write(register, state)));
          }
        }),
    )
    .addCommand(
      new Command("import")
        .argument("<bom>", "CycloneDX JSON")
        .requiredOption("--answers <file>", "new file of answers for register declare --answers")
        .option("--json", "print one record as JSON")
        .description("Read a BOM as drafts; lists every field that was not carried over.")
        .addHelpText("after", "\nExample:\n  $ assay register bom import bom.cdx.json --answers answers.json")
        .action(async (bom: string, options: { answers: string; json?: boolean }) => {
          const { subject, declared, left, assumed, unread } = await importBom(bom);
          await writeNewFile(options.answers, text(declared));
          if (options.json)
            process.stdout.write(
              `${JSON.stringify({ type: "assay/bom-import/v1", subject, kinds: Object.keys(declared), left, assumed, unread })}\n`,
            );
          else
            process.stdout.write(
              [
                `${subject.name}: ${Object.keys(declared).join(", ")} in ${options.answers}`,
                ...assumed.map((a) => `assumed: ${a}`),
                ...unread.map((u) => `not as CycloneDX has it: ${u}`),
                ...left.map((l) => `not carried over: ${l}`),
              ]
                .map((line) => `${line}\n`)
                .join(""),
            );
        }),
    );
}

function text(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}
