/** `assay register bom`: CycloneDX 1.7 ML-BOMs out of the register, and into a file of answers for `declare`. */
import { Command } from "commander";
import { exportBom, importBom } from "../../../app/register/bom.js";
import { openRegister } from "../../../app/register/register.js";
import { assertAnswerable, findModel } from "../../../app/register/register-record.js";
import { writeNewFile } from "../../../host/small-file.js";
import { progressLine } from "../../progress.js";

export function bomCommand(): Command {
  return new Command("bom")
    .description("Export a model's declarations as a CycloneDX 1.7 ML-BOM, or import one as answers.")
    .addCommand(
      new Command("export")
        .argument("<model>", "id, digest, name, or a folder whose files are hashed")
        .requiredOption("--register <log>", "folder or URL of the register's log")
        .requiredOption("--out <file>", "new file of the BOM")
        .description("Write what is in force on a model as a BOM, validated.")
        .action(async (model: string, options: { register: string; out: string }) => {
          const register = await openRegister(options.register);
          const progress = progressLine();
          const state = await findModel(register, model, (done, total) =>
            progress.report({ stage: "hashing", done, total }),
          ).finally(() => progress.done());
          assertAnswerable(register, state);
          await writeNewFile(options.out, text(await exportBom(register, state)));
        }),
    )
    .addCommand(
      new Command("import")
        .argument("<bom>", "CycloneDX JSON")
        .requiredOption("--answers <file>", "new file of answers for register declare --answers")
        .option("--json", "print one record as JSON")
        .description("Read a BOM as drafts; lists every field that was not carried over.")
        .action(async (bom: string, options: { answers: string; json?: boolean }) => {
          const { subject, declared, left, assumed } = await importBom(bom);
          await writeNewFile(options.answers, text(declared));
          if (options.json)
            process.stdout.write(
              `${JSON.stringify({ type: "assay/bom-import/v1", subject, kinds: Object.keys(declared), left, assumed })}\n`,
            );
          else
            process.stdout.write(
              [
                `${subject.name}: ${Object.keys(declared).join(", ")} in ${options.answers}`,
                ...assumed.map((a) => `assumed: ${a}`),
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
