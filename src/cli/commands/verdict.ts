/** `assay verdict CASE`: an expert's report, drawn from the case and signed by a person. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { openCaseFolder } from "../../app/docket/case-folder.js";
import {
  checkVerdict,
  decisionOf,
  draftOfVerdict,
  faultsOfVerdict,
  readOpinion,
  signVerdict,
  verdictOf,
} from "../../app/docket/verdict.js";
import { readSigner } from "../../app/register/declare.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { assertFreeTarget } from "../../host/bundle-store.js";
import { unixSeconds } from "../../host/moment.js";
import { printPdf } from "../../host/print-pdf.js";
import { readWhole } from "../../host/whole-file.js";
import { TIERS, type Tier } from "../../office/docket/pack/names.js";
import { emptyOpinion } from "../../report/verdict/opinion.js";
import { withAttachments } from "../../report/verdict/pdf-attachments.js";
import { DOES_NOT_HOLD } from "./case/common.js";

interface Options {
  opinion?: string;
  /** Asked for here: a parent's required option would be asked of its own verbs too. */
  out?: string;
  tier: Tier;
  pdf: boolean;
}

/** Draws by itself; its verbs sign, check and print an empty opinion. */
export function verdictCommand(): Command {
  return drawn(new Command("verdict").enablePositionalOptions())
    .argument("<case>", "the case's folder")
    .option("--opinion <file>", "what the expert wrote; left out, the draft says what is to be written")
    .addHelpText(
      "after",
      "\nExamples:\n  $ assay verdict opinion > opinion.json\n  $ assay verdict ./2026-001 --opinion opinion.json --out ./report\n  $ assay verdict sign ./2026-001 --opinion opinion.json --private-key examiner-key.pem --out ./signed\n  $ assay verdict check ./signed --public-key examiner.pub",
    )
    .action(async (folder: string, options: Options) => {
      const verdict = await drawnFrom(folder, options);
      const draft = draftOfVerdict(verdict);
      await written(options, { "verdict.html": draft.html, "verdict.json": draft.json, ...decisionFile(verdict) });
      for (const fault of faultsOfVerdict(verdict)) process.stdout.write(`${fault}\n`);
    })
    .addCommand(opinionCommand())
    .addCommand(signCommand())
    .addCommand(checkCommand());
}

const drawn = (command: Command) =>
  command
    .option("--out <folder>", "a new or empty folder; required")
    .addOption(new Option("--tier <circle>", "whose eyes it is for").choices([...TIERS]).default("PUBLIC"))
    .option("--no-pdf", "print no PDF beside the page");

async function drawnFrom(folder: string, options: Options) {
  const { opinion, tier } = options;
  await assertFreeTarget(resolve(outOf(options)));
  const said = opinion === undefined ? emptyOpinion() : readOpinion(await readWhole(opinion), opinion);
  const open = await openCaseFolder(folder);
  return verdictOf(open, said, tier, open.file.rehearsal ? open.state.at : Math.max(unixSeconds(), open.state.at));
}

function outOf({ out }: Options): string {
  if (out === undefined) throw new AssayError("USAGE", "verdict: expected --out FOLDER");
  return out;
}

/** The decision by itself, where the case has one. */
function decisionFile(verdict: Parameters<typeof decisionOf>[0]): Record<string, Uint8Array> {
  const decision = decisionOf(verdict);
  return decision === null ? {} : { "decision.json": decision };
}

async function written(options: Options, files: Record<string, Uint8Array>): Promise<void> {
  const { pdf } = options;
  const out = outOf(options);
  await mkdir(out, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(out, name), bytes);
  const print = pdf ? await printPdf(resolve(out, "verdict.html")) : null;
  if (print) {
    // Whoever is handed the print alone has the data behind it, and the decision.
    const data = Object.entries(files).filter(([name]) => name.endsWith(".json"));
    const whole = withAttachments(
      print,
      data.map(([name, bytes]) => ({ name, bytes })),
    );
    await writeFile(join(out, "verdict.pdf"), whole);
    // The page is the record; which print went out can be entered in the case by its digest.
    process.stderr.write(`verdict.pdf ${sha256Digest(whole)}\n`);
  } else if (pdf) process.stderr.write("no PDF: no Chromium was found; verdict.html is the record\n");
}

function opinionCommand(): Command {
  return new Command("opinion")
    .description("Print an empty opinion, to be written by the expert.")
    .addHelpText("after", "\nExample:\n  $ assay verdict opinion > opinion.json")
    .action(() => {
      process.stdout.write(`${JSON.stringify(emptyOpinion(), null, 2)}\n`);
    });
}

function signCommand(): Command {
  return drawn(new Command("sign"))
    .argument("<case>", "the case's folder")
    .description(
      "Sign the report; refused while an item is empty, a word claims too much, or a number stands in no finding.",
    )
    .requiredOption("--opinion <file>", "what the expert wrote")
    .requiredOption("--private-key <file>", "EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay verdict sign ./2026-001 --opinion opinion.json --private-key examiner-key.pem --out ./signed",
    )
    .action(async (folder: string, options: Options & { privateKey: string; password?: string }) => {
      const signer = await readSigner(options.privateKey, options.password);
      const verdict = await drawnFrom(folder, options);
      const faults = faultsOfVerdict(verdict);
      if (faults.length > 0) {
        for (const fault of faults) process.stdout.write(`${fault}\n`);
        process.stderr.write("not signed\n");
        process.exitCode = DOES_NOT_HOLD;
        return;
      }
      const { html, json, signature } = signVerdict(verdict, signer);
      const files = { "verdict.html": html, "verdict.json": json, "verdict.sig": signature };
      await written(options, { ...files, ...decisionFile(verdict) });
    });
}

function checkCommand(): Command {
  return new Command("check")
    .argument("<folder>", "a signed report")
    .description("Check a signed report offline: signature, digests, and that the page says what its data say.")
    .requiredOption("--public-key <file>", "the signer's public key in PEM")
    .addHelpText("after", "\nExample:\n  $ assay verdict check ./signed --public-key examiner.pub")
    .action(async (folder: string, { publicKey }: { publicKey: string }) => {
      const file = (name: string) => readWhole(join(folder, name));
      const key = parseEcdsaKey(new TextDecoder().decode(await readWhole(publicKey)), publicKey);
      const signed = {
        html: await file("verdict.html"),
        json: await file("verdict.json"),
        signature: await file("verdict.sig"),
      };
      const faults = checkVerdict(signed, key);
      for (const fault of faults) process.stdout.write(`${fault}\n`);
      if (faults.length === 0) process.stdout.write("holds\n");
      else process.exitCode = DOES_NOT_HOLD;
    });
}
