/** Make a mark file from a master key, with the commitment that may be published before anything is served. */
import { join } from "node:path";
import { fromHex, fromUtf8, hex, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { randomSeed } from "../../../host/moment.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { TOKENIZER_BYTES_MAX } from "../../../model/beside/text-encoder.js";
import { keyCommitment } from "../schemes/commitment.js";
import { parseMark } from "../schemes/mark-file.js";
import { derivedKey } from "../schemes/mark-keys.js";

interface NewMark {
  out: string;
  /** Master key file, 64 hexadecimal digits; made where it does not exist. */
  master: string;
  variant: "tournament" | "biased";
  customer: string;
  period: string;
  vocabulary: number;
  tokenizer?: string;
  parameters: Record<string, number>;
}

/** Writes MARK.json (secret) and COMMITMENT.json (to publish) under `out`. @returns the commitment's text */
export async function makeMark(options: NewMark): Promise<string> {
  const { out, variant, customer, period, vocabulary, parameters } = options;
  const markPath = join(out, "MARK.json");
  const commitmentPath = join(out, "COMMITMENT.json");
  await assertFreeFile(markPath);
  await assertFreeFile(commitmentPath);
  const tokenizer =
    options.tokenizer === undefined ? null : sha256Digest(await readSmallFile(options.tokenizer, TOKENIZER_BYTES_MAX));
  const key = derivedKey(await masterKey(options.master), customer, period);
  const commitment = keyCommitment(key);
  const common = { scheme: "assay", variant, vocabulary, tokenizer, parameters };
  const mark = { type: "assay/mark/v1", ...common, key: hex(key), customer, period, commitment };
  parseMark(mark, "MARK.json");
  // The customer's name stays out of what is published; the digest binds it all the same.
  const published = `${canonicalJson({ type: "assay/mark-commitment/v1", ...common, commitment })}\n`;
  await writeNewFile(markPath, utf8(`${JSON.stringify(mark, null, 2)}\n`), true);
  await writeNewFile(commitmentPath, utf8(published));
  return published;
}

/** @throws AssayError FORMAT for a file that is no key */
export async function masterKey(path: string): Promise<Uint8Array> {
  const bytes = await readSmallFile(path, 1024).catch((error) => {
    if (error instanceof AssayError && error.code === "NOT_FOUND") return null;
    throw error;
  });
  if (bytes === null) {
    const seed = randomSeed();
    await writeNewFile(path, utf8(`${hex(seed)}\n`), true);
    return seed;
  }
  const text = fromUtf8(bytes, `mark: ${quoted(path)}`).trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new AssayError("FORMAT", `mark: ${quoted(path)}: expected a key of 64 lower-case hexadecimal digits`);
  return fromHex(text, "mark");
}
