/**
 * The C2PA manifests of texts given in words, as a finding keeps them: bound to the text and signed by the certificate they
 * carry. Whether that certificate is to be trusted depends on the day and on whom one trusts: `assay mark credentials`.
 */
import { lines, textOf } from "../../../transcript/read-transcript.js";
import { parseObject } from "../../../transcript/record.js";
import type { CredentialsObservation } from "../record/observations.js";
import type { IdText } from "../text/texts.js";
import { readCredentials } from "./read-credentials.js";

/** @returns one a text given in words, in the order of the file; null where every text came as ids */
export async function credentialsOfTexts(
  bytes: Uint8Array,
  what: string,
  texts: readonly IdText[],
): Promise<CredentialsObservation[] | null> {
  const found: CredentialsObservation[] = [];
  let number = 0;
  for (const line of lines(textOf(bytes, what))) {
    if (line.trim() === "") continue;
    const { ids, text } = parseObject(line, what);
    const { id } = texts[number++]!;
    if ((ids !== undefined && ids !== null) || typeof text !== "string") continue;
    const { state, signer, sourceType, line: says } = await readCredentials(text, null);
    found.push({ text: id, state, signer, sourceType, why: state === "broken" ? says : null });
  }
  return found.length === 0 ? null : found;
}
