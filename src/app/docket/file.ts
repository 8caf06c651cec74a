/**
 * Filings that come in over a network: signed elsewhere, judged and entered here. What is not signed can be judged before, so
 * that nobody signs what would be refused. Nothing is written before the entry is admitted.
 */
import { AssayError } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { judgeUnsigned } from "../../office/docket/entry/admission.js";
import { readFiling } from "../../office/docket/entry/filing.js";
import { assertSealed, type Entered, enterInCase, openCaseFolder } from "./case-folder.js";

/** @param bytes a filing with its signed bundle @throws USAGE where it is not signed */
export async function enterFiling(folder: string, bytes: Uint8Array): Promise<Entered> {
  const { bundle, attachments } = readFiling(bytes);
  if (bundle === null) throw new AssayError("USAGE", "filing: expected a signed entry");
  return enterInCase(folder, async () => bundle, attachments);
}

/**
 * What stands against an entry that is not signed yet, in a sentence; null when nothing does as the case stands now.
 * @param keyId of the key that is to sign it
 */
export async function judgeFiling(folder: string, bytes: Uint8Array, keyId: string): Promise<string | null> {
  const { statement, said } = readFiling(bytes);
  if (statement === null) throw new AssayError("USAGE", "filing: expected an entry that is not signed");
  assertSealed(said);
  const open = await openCaseFolder(folder);
  const received = Math.max(unixSeconds(), open.state.at);
  const judged = judgeUnsigned(open, statement, keyId, received);
  return judged.admitted ? null : judged.says;
}
