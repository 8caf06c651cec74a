/** The password of a private key from a file or the environment: an argument is seen by whoever lists processes. */
import type { Command } from "commander";
import { fromUtf8 } from "../../base/bytes.js";
import { readSmallFile } from "../../host/small-file.js";

const BYTES_MAX = 4096;

/** Lays it among the options as `password`; a file wins over ASSAY_PASSWORD. @throws NOT_FOUND or LIMIT for the file */
export async function takePassword(command: Command): Promise<void> {
  if (!command.options.some(({ long }) => long === "--password-file")) return;
  const { passwordFile } = command.opts<{ passwordFile?: string }>();
  const found =
    passwordFile === undefined
      ? process.env.ASSAY_PASSWORD
      : fromUtf8(await readSmallFile(passwordFile, BYTES_MAX), "--password-file").split(/\r?\n/)[0];
  if (found !== undefined && found !== "") command.setOptionValue("password", found);
}
