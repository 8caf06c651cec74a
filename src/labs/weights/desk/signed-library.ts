/** Whether a library of sketches is the one that its keeper signed: `register sign LIBRARY --signature LIBRARY/LIBRARY.sig`. */
import { join } from "node:path";
import { verifyModel } from "../../../app/register/sign-model.js";
import { AssayError } from "../../../base/error.js";
import { LIBRARY_SIGNATURE } from "../host/scan-library.js";

/**
 * @param publicKey file in PEM, of a key that the reader trusts
 * @throws AssayError SIGNATURE where the signature does not hold by that key, or over other files
 */
export async function assertSigned(library: string, publicKey: string): Promise<void> {
  const { holds, faults } = await verifyModel({
    ...{ model: library, signature: join(library, LIBRARY_SIGNATURE), publicKey },
    ...{ ignorePaths: [], ignoreGitPaths: true, allowSymlinks: false, certificateChain: [] },
    ...{ ignoreUnsignedFiles: false, strictCertificates: false, at: 0, onProgress: () => {} },
  });
  if (!holds) throw new AssayError("SIGNATURE", `scan: expected the library as its keeper signed it, got ${faults[0]}`);
}
