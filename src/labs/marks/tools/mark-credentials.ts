/** `assay mark credentials`: the C2PA manifest in a plain text, read and verified. */
import { basename } from "node:path";
import { Command } from "commander";
import { fromUtf8 } from "../../../base/bytes.js";
import { readCertificates } from "../../../host/signing/signature-keys.js";
import { readSmallFile } from "../../../host/small-file.js";
import { readCredentials } from "../desk/read-credentials.js";

/** A long book (CWE-400). */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const ROOTS_BYTES_MAX = 4 * 1024 * 1024;
/** Something was checked and does not hold. */
const BROKEN_EXIT = 3;

/** A leaf of `assay mark`. */
export function markCredentialsCommand(): Command {
  return new Command("credentials")
    .description(
      "Read the C2PA manifest in plain text (C2PATextManifestWrapper) and verify it: bound to this text, signed, and by whom.",
    )
    .argument("<texts...>", "text files in UTF-8")
    .option("--trust-roots <file>", "roots in PEM that may vouch for signers; without it signatures alone are checked")
    .option("--json", "print one record a text as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay mark credentials answer.txt
  $ assay mark credentials answer.txt --trust-roots roots.pem --json | jq .state

A text without a manifest is nobody's fault: whoever copies the visible words alone leaves it behind. Exit status 3: a manifest
stands in a text and does not hold. Certificates are judged at this moment; time stamps in the signature are not.`,
    )
    .action(async (paths: string[], { trustRoots, json }: { trustRoots?: string; json?: boolean }) => {
      const pem = trustRoots === undefined ? null : await readSmallFile(trustRoots, ROOTS_BYTES_MAX);
      const trust = pem && { roots: readCertificates(pem, basename(trustRoots!)), at: Date.now() };
      for (const path of paths) {
        const text = fromUtf8(await readSmallFile(path, TEXT_BYTES_MAX), `mark credentials: ${basename(path)}`);
        const { line, ...found } = await readCredentials(text, trust);
        const record = { type: "assay/text-credentials/v1", text: basename(path), ...found, line };
        process.stdout.write(json ? `${JSON.stringify(record)}\n` : `${basename(path)}: ${line}\n`);
        if (found.state === "broken") process.exitCode = BROKEN_EXIT;
      }
    });
}
