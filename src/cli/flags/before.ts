/** What is done before any command: what it says, where its secrets come from, whether its targets can be written. */
import type { Command } from "commander";
import { beQuiet, notice } from "../progress.js";
import { saidEarlier } from "./earlier.js";
import { takePassword } from "./password.js";
import { checkTargets } from "./targets.js";

/** @throws USAGE where a target cannot be written, before any work is done */
export async function before(command: Command): Promise<void> {
  // A group of commands reads options behind its verbs as well: it may be the group that holds it.
  if (command.optsWithGlobals<{ quiet?: boolean }>().quiet) beQuiet();
  for (const note of saidEarlier()) notice(`assay: ${note}`);
  await takePassword(command);
  await checkTargets(command);
}
