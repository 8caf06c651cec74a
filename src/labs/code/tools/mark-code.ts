/** `assay mark code plan|draw|write`: copies of a source tree, one a recipient, that mean the same and can be told apart. */
import { Command } from "commander";
import { drawNote, roundNumber } from "../../../app/log/drawing.js";
import { progressLine } from "../../../cli/progress.js";
import { drawCopies, planCopies, writeCopy } from "../desk/copies.js";

/** All verbs below `mark code`. */
export function markCodeCommand(): Command {
  return new Command("code")
    .description(
      "Copies of a source tree, one a recipient or release, that differ in harmless ways: choices and comparisons turned round, literals in another order or base.",
    )
    .addCommand(planCommand())
    .addCommand(drawCommand())
    .addCommand(writeCommand());
}

function planCommand(): Command {
  return new Command("plan")
    .description(
      "Fix tree, recipients and the beacon's round that draws who gets which form of what. Prints the commitment, a line to be appended to a witnessed log before that.",
    )
    .argument("<tree>", "the source tree: a folder, or an archive")
    .requiredOption("--recipients <file>", "recipients or releases, one a line")
    .requiredOption("--out <file>", "the plan with its secret, to be kept until it is opened")
    .option("--round <number>", "of drand's quicknet, that draws (default: the first an hour from now)", roundNumber)
    .option("--seed <hex>", "a rehearsal: 64 hexadecimal digits that draw, in place of a round")
    .addHelpText(
      "after",
      `
Example:
  $ assay mark code plan ours/ --recipients names.txt --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof`,
    )
    .action(async (tree: string, asked: { recipients: string; out: string; round?: number; seed?: string }) => {
      const progress = progressLine();
      const plan = await planCopies({ tree, ...asked, onProgress: progress.report }).finally(() => progress.done());
      process.stdout.write(`${plan.commitment}\n`);
      process.stderr.write(`${plan.places} places, ${plan.recipients.length} recipients.\n`);
      process.stderr.write(drawNote(plan.round, "assay mark code draw"));
    });
}

function drawCommand(): Command {
  return new Command("draw")
    .description(
      "Put the signature of a plan's round into it, once the round is out: each recipient's copy follows from it.",
    )
    .argument("<plan>", "the plan, by assay mark code plan")
    .requiredOption(
      "--signature <hex>",
      "of the plan's round, 96 digits: https://api.drand.sh/v2/beacons/quicknet/rounds/ROUND has it",
    )
    .requiredOption("--out <file>", "a new file for the drawn plan, to be kept secret until it is opened")
    .addHelpText("after", "\nExample:\n  $ assay mark code draw plan.json --signature b75c69d0… --out PLAN.json")
    .action((path: string, { signature, out }: { signature: string; out: string }) =>
      drawCopies(path, signature.toLowerCase(), out),
    );
}

function writeCommand(): Command {
  return new Command("write")
    .description(
      "Write one recipient's copy of the tree: of a folder all of it but its version control, of an archive its source files.",
    )
    .argument("<tree>", "the tree that the plan was made for")
    .requiredOption("--plan <file>", "the drawn plan")
    .requiredOption("--recipient <name>", "whom the copy is for")
    .requiredOption("--out <dir>", "a new folder")
    .addHelpText(
      "after",
      `
Example:
  $ assay mark code write ours/ --plan PLAN.json --recipient "Institute A" --out copy-a
  $ assay register grant ours/ --asset-kind code --asset-name northwind/kit --recipient "Institute A" --until 2027-06-30 \\
      --mark-list PLAN.json --register ./log --private-key key.pem --identity owner.age
  $ assay register deliver 12 --copy copy-a --register ./log --private-key key.pem --identity owner.age`,
    )
    .action(async (tree: string, asked: { plan: string; recipient: string; out: string }) => {
      const progress = progressLine();
      const made = await writeCopy({ tree, ...asked, onProgress: progress.report }).finally(() => progress.done());
      process.stdout.write(`${JSON.stringify({ ...made, out: asked.out })}\n`);
    });
}
