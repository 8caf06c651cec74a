/** One attestation of any form that is read here. */
import { AssayError } from "../../../base/error.js";
import { isDcapQuote } from "./dcap-quote.js";
import { verifyDcapQuote } from "./dcap-verification.js";
import { EXHIBIT_BYTES_MAX, type TeeExhibit, type TeeQuestion } from "./exhibit.js";
import { isSnpReport, verifySnpReport } from "./snp-report.js";

/** @throws FORMAT, LIMIT, UNSUPPORTED for what is no attestation; one that does not hold has faults */
export async function verifyTeeExhibit(given: TeeQuestion, what: string): Promise<TeeExhibit> {
  // A copy of its own, and no Buffer: a slice of that one is a view.
  const bytes = new Uint8Array(given.bytes);
  const question = { ...given, bytes };
  if (bytes.length > EXHIBIT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${EXHIBIT_BYTES_MAX} bytes, got ${bytes.length}`);
  if (isSnpReport(bytes)) return verifySnpReport(question, what);
  if (isDcapQuote(bytes)) return verifyDcapQuote(question, what);
  throw new AssayError("FORMAT", `${what}: expected an SGX or TDX quote (DCAP) or an SEV-SNP report`);
}
