/** The password of a private key from a file or the environment: an argument is seen by whoever lists processes. */
import type { Command } from "commander";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { readSmallFile } from "../../host/small-file.js";

const BYTES_MAX = 4096;

/** Lays it where --password would stand; what was typed wins over a file, a file over ASSAY_PASSWORD. */
export async function takePassword(command: Command): Promise<void> {
  if (!command.options.some(({ long }) => long === "--password")) return;
  const { password, passwordFile } = command.opts<{ password?: string; passwordFile?: string }>();
  if (password !== undefined && passwordFile !== undefined)
    throw new AssayError("USAGE", "--password-file: expected it or --password, got both");
  if (password !== undefined) return;
  const found =
    passwordFile === undefined
      ? process.env.ASSAY_PASSWORD
      : fromUtf8(await readSmallFile(passwordFile, BYTES_MAX), "--password-file").split(/\r?\n/)[0];
  if (found !== undefined && found !== "") command.setOptionValue("password", found);
}
