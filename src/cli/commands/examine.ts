/** `assay examine QUESTION`: one command a question of a laboratory, made from its record; loaded when it is asked. */
import { Command, Option as CommanderOption, InvalidArgumentError } from "commander";
import type { VerifyReport } from "../../app/bundle/check.js";
import { verifyBundle, verifyBundleZip } from "../../app/bundle/verify-bundle.js";
import { type Asking, LABORATORIES, propositionOf, studied } from "../../app/known.js";
import type { Asked, Desk, Examination, Option, Question } from "../../app/laboratory.js";
import { publish } from "../../app/publish.js";
import { loadStudies } from "../../app/studies.js";
import { parseDigest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { encodeFinding } from "../../finding/codec.js";
import { assertFreeTarget, readBundle, writeBundle } from "../../host/bundle-store.js";
import { assayHome } from "../../host/home.js";
import { readSigningKey } from "../../host/signing/keys.js";
import type { View } from "../../report/view.js";
import { earlierFlag } from "../flags/earlier.js";
import { notice, progressLine } from "../progress.js";
import { summary } from "../summary.js";

/** @param words what was typed after `examine`: the question named first is loaded, the others are listed */
export async function examineCommand(words: readonly string[]): Promise<Command> {
  const command = new Command("examine").description("Examine evidence; prints findings.");
  const named = words.find((word) => !word.startsWith("-"));
  for (const laboratory of LABORATORIES)
    for (const question of laboratory.questions) {
      const asking = { laboratory, question };
      const asked = words[0] === "help" ? words[1] : named;
      if (question.name === asked) command.addCommand(questionCommand(asking, await question.load()));
      else command.addCommand(new Command(question.name).description(question.summary));
    }
  return command;
}

interface Output {
  json?: boolean;
  out?: string;
  sign?: string;
  under?: string;
}

/** Arguments and options are those of the question's record; what all examinations share is added here. */
export function questionCommand(asking: Asking, question: Question): Command {
  const command = new Command(asking.question.name).description(question.description);
  for (const { name, help, many } of question.arguments) command.argument(many ? `<${name}...>` : `<${name}>`, help);
  for (const option of question.options) command.addOption(asOption(option));
  command
    .option("--out <path>", "write a bundle: a new folder, or a .zip")
    .option("--sign <file>", "sign the bundle with an Ed25519 private key (PEM, PKCS#8)")
    .option("--under <digest>", "with --out: the plan that was fixed before this run, named in the bundle's request")
    .option("--json", "print one finding a line as JSON, nothing else");
  for (const { earlier, flags } of question.options) if (earlier) earlierFlag(command, earlier, flags.split(" ")[0]!);
  // Where no option of the question was --key, --key signed.
  if (!question.options.some(({ earlier }) => earlier?.startsWith("--key ")))
    earlierFlag(command, "--key <file>", "--sign");
  command.addHelpText("after", question.help);
  return command.action(async (...given: unknown[]) => {
    const positional = given.slice(0, question.arguments.length) as Asked["arguments"];
    const { json, out, sign, under, ...options } = command.opts<Output & Record<string, unknown>>();
    await run(asking, question, { arguments: positional, options }, { json, out, keyFile: sign, under });
  });
}

interface Printed {
  json: boolean | undefined;
  out: string | undefined;
  keyFile: string | undefined;
  under: string | undefined;
}

async function run(asking: Asking, question: Question, asked: Asked, printed: Printed): Promise<void> {
  const { json, out, keyFile } = printed;
  const plan = printed.under === undefined ? undefined : parseDigest(printed.under);
  if (plan !== undefined && out === undefined)
    throw new AssayError("USAGE", `examine ${asking.question.name}: expected --out with --under, got none`);
  const key = keyFile === undefined ? undefined : await readSigningKey(keyFile);
  if (out !== undefined) await assertFreeTarget(out);
  const studies = await loadStudies(asking.laboratory);
  const progress = progressLine();
  const desk: Desk = {
    studies,
    home: assayHome(),
    bundled: out !== undefined,
    openBundle,
    onProgress: progress.report,
  };
  const answers = (await question.answers?.(asked, desk)) ?? null;
  if (answers !== null) {
    progress.done();
    for (const answer of answers)
      process.stdout.write(json ? `${JSON.stringify(answer.json)}\n` : `${answer.lines.join("\n")}\n`);
    return;
  }
  const view = json ? null : await asking.laboratory.view();
  const looks = question.follow?.(asked, desk) ?? null;
  if (looks !== null) {
    if (out !== undefined)
      throw new AssayError("USAGE", `examine ${asking.question.name}: expected --follow or --out, got both`);
    for await (const examination of looks) {
      progress.done();
      print(examination, view);
    }
    return;
  }
  const examination = await question.examine(asked, desk).finally(() => progress.done());
  if (out !== undefined) await writeBundle(out, await publish(asking, examination, studies, key, plan));
  print(examination, view);
  if (out !== undefined) notice(`bundle written to ${out}`);
}

function print({ findings, notes = [] }: Examination, view: View | null): void {
  for (const note of notes) notice(note);
  const printed = findings.map((finding) =>
    view === null
      ? encodeFinding(finding)
      : summary({
          finding,
          words: propositionOf(finding.proposition.id)!,
          about: view.about?.(finding) ?? null,
          ...studied(finding),
        }),
  );
  process.stdout.write(`${printed.join(view === null ? "\n" : "\n\n")}\n`);
}

async function openBundle(path: string): Promise<VerifyReport> {
  const stored = await readBundle(path);
  return "zip" in stored ? verifyBundleZip(stored.zip) : verifyBundle(stored.files);
}

function asOption({ flags, help, required, default: value, choices, repeated, read }: Option): CommanderOption {
  const option = new CommanderOption(flags, help).makeOptionMandatory(required === true);
  if (choices) option.choices([...choices]);
  if (value !== undefined) option.default(value);
  if (repeated) option.default([]).argParser((text: string, all: string[]) => [...all, text]);
  if (read) option.argParser((text: string) => readValue(read, text));
  return option;
}

/** Commander names the option itself when its value is wrong. */
function readValue(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof AssayError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
