/** `assay verify BUNDLE`: every check by name; exit 3 when one does not hold. */
import { Command } from "commander";
import type { Check, VerifyReport } from "../../app/bundle/check.js";
import { type VerifyOptions, verifyBundle, verifyBundleZip } from "../../app/bundle/verify-bundle.js";
import { foundSinceText } from "../../app/past-versions.js";
import { parseDigest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import type { Files } from "../../evidence/bag.js";
import { unzipStrict } from "../../evidence/zip.js";
import type { FoundSince } from "../../finding/past-version.js";
import { assertBundle, readBundle } from "../../host/bundle-store.js";
import { assayHome } from "../../host/home.js";
import { readPublicKey } from "../../host/signing/keys.js";
import { coloured } from "../colour.js";
import { earlierFlag } from "../flags/earlier.js";
import { progressLine } from "../progress.js";

interface Options {
  trustKey?: string[];
  plan?: string;
  policy?: string;
  recompute?: boolean;
  inputs?: string[];
  json?: boolean;
}

/** Tells bundles of findings, cases and audits apart by what lies in them. */
export function verifyCommand(): Command {
  return earlierFlag(verifying(), "--key <file...>", "--trust-key");
}

function verifying(): Command {
  return new Command("verify")
    .argument(
      "<bundle>",
      "bundle folder or .zip, a case (assay case pack), a pact (assay pact pack), or an audit (assay audit report)",
    )
    .option(
      "--trust-key <file...>",
      "public Ed25519 keys you trust (PEM, SPKI); a signature by another key does not hold",
    )
    .option(
      "--plan <digest>",
      "the plan that was fixed before the run; a bundle made under another, or none, does not hold",
    )
    .option("--policy <file>", "of a case, a pact or an audit: believe its log only under this tlog-policy")
    .option("--recompute", "examine the inputs again and compare the finding and the page bit for bit")
    .option(
      "--inputs <folder...>",
      "where the examined models lie: the folders' entries are tried by digest; a URL where one was read over HTTP",
    )
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ assay verify case-1
  $ assay verify case-1.zip --trust-key lab-public.pem
  $ assay verify 2026-001.zip --policy docket-policy.txt
  $ assay verify case-1 --recompute --inputs ./models
  $ assay verify case-2 --recompute --inputs ./models https://example.org/suspect/

Pages and figures are written again from the findings and compared byte for byte; of a package that this is not, and that
writes them otherwise, they are "not checked" (exit status 3). An unsigned bundle whose findings were rewritten as a whole
is caught only by --recompute.`,
    )
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const trustedKeys = options.trustKey ? await Promise.all(options.trustKey.map(readPublicKey)) : undefined;
  const plan = options.plan === undefined ? {} : { plan: parseDigest(options.plan) };
  if (await verifyAsCase(path, options)) return;
  if (await verifyAsPact(path, options)) return;
  const { auditFilesAt } = await import("../../app/audit/audit-files.js");
  if ((await auditFilesAt(path)) !== null) {
    const { verifyAsAudit } = await import("./audit/audit-auditor.js");
    await verifyAsAudit(path, options);
    return;
  }
  await assertBundle(path);
  const { report, files } = await check(path, { ...plan, ...(trustedKeys ? { trustedKeys } : {}) });
  const checks: Check[] = [...report.checks];
  const sound = () => files !== null && !checks.some((check) => standing(check) === "fails");
  if (files && sound()) {
    // Draws figures: loaded only where there is a bundle to draw again.
    const { checkPages } = await import("../../app/pages/check-pages.js");
    checks.push(...(await checkPages(files, report.signedBy?.keyId ?? null)));
  }
  if (options.recompute && files && sound()) {
    // Knows all laboratories: loaded only where it is asked for.
    const { recompute } = await import("../../app/recompute.js");
    const progress = progressLine();
    const inputs = options.inputs ?? ["."];
    const keyId = report.signedBy?.keyId ?? null;
    const again = recompute(files, { inputs, home: assayHome(), keyId, onProgress: progress.report });
    checks.push(...(await again.finally(() => progress.done())));
  }
  const holds = checks.every((check) => check.holds);
  const { signedBy, foundSince } = report;
  if (options.json) process.stdout.write(`${JSON.stringify({ holds, checks, foundSince, signedBy })}\n`);
  else {
    for (const check of checks) process.stdout.write(`${mark(check)}  ${check.name}: ${check.detail}\n`);
    process.stdout.write(`${conclusion(checks)}\n`);
    warnOf(foundSince);
  }
  if (!holds) process.exitCode = 3;
}

/** A case's zip is told by its case.json, a case's folder likewise. */
async function verifyAsCase(path: string, { policy, json }: Options): Promise<boolean> {
  const { caseFilesAt } = await import("../../app/docket/case-files.js");
  const files = await caseFilesAt(path);
  if (!files) return false;
  const { verifyCase } = await import("../../app/docket/verify-case.js");
  const { readPolicyFile } = await import("../../app/log/log.js");
  const { platformKey } = await import("../../host/signing/signature-keys.js");
  const trust = policy === undefined ? null : await readPolicyFile(policy);
  const report = await verifyCase(files, { policy: trust, quick: platformKey });
  const { holds, checks, foundSince, cannotSee } = report;
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    for (const check of checks) process.stdout.write(`${mark(check)}  ${check.name}: ${check.detail}\n`);
    process.stdout.write(`${holds ? "The case holds." : "The case does not hold."}\n`);
    warnOf(foundSince);
    process.stdout.write("What this cannot see:\n");
    for (const each of cannotSee) process.stdout.write(` - ${each}\n`);
  }
  if (!holds) process.exitCode = 3;
  return true;
}

/** A pact's zip is told by its first file. With its logs at hand the facts are read again. */
async function verifyAsPact(path: string, { policy, json, recompute, inputs }: Options): Promise<boolean> {
  const { pactFilesAt } = await import("../../app/pact/pact-files.js");
  const files = await pactFilesAt(path);
  if (!files) return false;
  const { verifyPact } = await import("../../app/pact/pact-bundle.js");
  const { readPolicyFile } = await import("../../app/log/log.js");
  const trust = policy === undefined ? null : await readPolicyFile(policy);
  const { holds, checks, state, cannotSee } = await verifyPact(files, trust, recompute ? (inputs ?? []) : null);
  if (json) process.stdout.write(`${JSON.stringify({ holds, checks, state, cannotSee })}\n`);
  else {
    for (const check of checks) process.stdout.write(`${mark(check)}  ${check.name}: ${check.detail}\n`);
    process.stdout.write(`${holds ? "The pact holds." : "The pact does not hold."}\nWhat this cannot see:\n`);
    for (const each of cannotSee) process.stdout.write(` - ${each}\n`);
  }
  if (!holds) process.exitCode = 3;
  return true;
}

const MARKS = { holds: "holds        ", fails: "DOES NOT HOLD", unchecked: "not checked  " } as const;

function warnOf(found: readonly FoundSince[]): void {
  for (const each of found) process.stdout.write(`${coloured(foundSinceText(each), "yellow")}\n`);
}

const COLOURS = { holds: "green", fails: "red", unchecked: "yellow" } as const;

function mark(check: Check): string {
  const at = standing(check);
  return coloured(MARKS[at], COLOURS[at]);
}

function standing({ holds, checked }: Check): keyof typeof MARKS {
  if (holds) return "holds";
  return checked === false ? "unchecked" : "fails";
}

function conclusion(checks: readonly Check[]): string {
  const all = checks.map(standing);
  if (all.includes("fails")) return "The bundle does not hold.";
  return all.includes("unchecked")
    ? "Nothing in the bundle fails, and not all of it could be checked here: a later version of this program may."
    : "The bundle holds.";
}

/** A bundle that is damaged does not hold; a path at which no bundle lies is the caller's mistake. */
async function check(path: string, options: VerifyOptions): Promise<{ report: VerifyReport; files: Files | null }> {
  try {
    const stored = await readBundle(path);
    if ("files" in stored) return { report: verifyBundle(stored.files, options), files: stored.files };
    const report = verifyBundleZip(stored.zip, options);
    return { report, files: report.checks[0]!.holds ? unzipStrict(stored.zip) : null };
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === "NOT_FOUND") throw error;
    const checks = [{ name: "form", holds: false, detail: error.message }];
    return {
      report: { holds: false, checks, finding: null, findings: [], foundSince: [], signedBy: null },
      files: null,
    };
  }
}
