/** `assay register quote`: an attestation by a processor (SGX, TDX, SEV-SNP) verified as an exhibit. */
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { openRegister } from "../../../app/register/register.js";
import { findModel } from "../../../app/register/register-record.js";
import { assertBound, checkQuote } from "../../../app/register/tee-exhibit.js";
import { AssayError, quoted } from "../../../base/error.js";
import { unixSeconds } from "../../../host/moment.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";

const DOES_NOT_HOLD = 3;

interface Options {
  trustRoots: string[];
  certificate: string[];
  at?: number;
  bound?: string;
  measurement?: string;
  register?: string;
  policy?: string;
  model?: string;
  json?: boolean;
}

/** @param moment reads RFC 3339 as milliseconds since 1970 */
export function quoteCommand(moment: (text: string) => number): Command {
  return new Command("quote")
    .description(
      "Verify an attestation by a processor: a DCAP quote (SGX version 3 and 4, TDX version 4) or an SEV-SNP report. Exit status 3 when it does not hold.",
    )
    .argument("<quote>", "the quote or report as the processor gave it")
    .option("--trust-roots <file>", "roots that may vouch for the processor, PEM or DER; may be repeated", several, [])
    .option(
      "--certificate <file>",
      "certificates beside it, PEM or DER: for SEV-SNP the chip's and AMD's ASK; may be repeated",
      several,
      [],
    )
    .option("--at <time>", "judge certificates at this moment instead of now", moment)
    .option("--bound <digest>", "sha256:, sha384: or sha512: that the measured software had to put in, zeros after it")
    .option("--measurement <hex>", "what MRENCLAVE, MRTD or MEASUREMENT has to be")
    .option("--register <log>", "with --model: whether the model's origin in this register names it, and what it binds")
    .option("--policy <file>", "believe the register's log only under this tlog-policy")
    .option("--model <name>", "id, digest or name")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ assay register quote quote.dat --trust-roots intel-root.pem --bound sha256:…
  $ assay register quote report.bin --trust-roots ark.pem --certificate vcek.der --certificate ask.pem --register log --model northwind/lm`,
    )
    .action(run);
}

async function run(quote: string, options: Options): Promise<void> {
  if (options.trustRoots.length === 0)
    throw new AssayError("USAGE", "register quote: expected --trust-roots, got none");
  if ((options.register === undefined) !== (options.model === undefined))
    throw new AssayError("USAGE", "register quote: --register and --model go together");
  if (options.measurement !== undefined && !/^([0-9a-f]{64}|[0-9a-f]{96})$/i.test(options.measurement))
    throw new AssayError(
      "USAGE",
      `register quote: expected --measurement with 32 or 48 bytes in hex, got ${quoted(options.measurement)}`,
    );
  const check = await checkQuote({
    quote,
    roots: options.trustRoots,
    certificates: options.certificate,
    at: options.at ?? unixSeconds() * 1000,
    bound: options.bound === undefined ? null : assertBound(options.bound),
    measurement: options.measurement ?? null,
    declared:
      options.register === undefined ? null : await declaredIn(options.register, options.model!, options.policy),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(check)}\n`);
  else {
    const { form, version, measurements, platform, signedBy, anchor, at, bound, namedBy, faults, reportData } = check;
    const lines = [
      `${form}, version ${version}, ${check.digest}`,
      ...[...measurements, ...platform].map(({ name, value }) => `  ${name}: ${value}`),
      `  report data: ${reportData}`,
      ...bound.map((each) => `  binds ${each}`),
      ...namedBy.map(
        ({ entry, fact, tier, isModel }) =>
          `  entry ${entry} names it for ${fact}, ${tier}${isModel ? "; what it binds is the model's root" : ""}`,
      ),
      ...check.limits.map((limit) => `mind: ${limit}`),
      ...faults.map((fault) => `does not hold: ${fault}`),
      ...(check.holds ? [`holds: signed by "${signedBy}", under "${anchor}", at ${at}`] : []),
    ];
    process.stdout.write(lines.map((line) => `${visibleText(line)}\n`).join(""));
  }
  if (!check.holds) process.exitCode = DOES_NOT_HOLD;
}

async function declaredIn(where: string, asked: string, policy: string | undefined) {
  const register = await openRegister(where, policy === undefined ? null : await readPolicyFile(policy));
  const progress = progressLine();
  const onProgress = (done: number, total: number) => progress.report({ stage: "hashing", done, total });
  const model = await findModel(register, asked, onProgress).finally(() => progress.done());
  return { register, model };
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}
