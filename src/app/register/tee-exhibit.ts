/**
 * An attestation by a processor, verified from files and held against what somebody says it shows: a digest that the
 * measured software had to put in, a measurement, a fact of a model's origin in the register.
 */
import { hex } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { readCertificates } from "../../host/signing/signature-keys.js";
import { boundTo, EXHIBIT_BYTES_MAX, LIMITS } from "../../host/signing/tee/exhibit.js";
import { verifyTeeExhibit } from "../../host/signing/tee/verify-exhibit.js";
import { readSmallFile } from "../../host/small-file.js";
import {
  factOf,
  OPTIONAL_FACTS,
  ORIGIN_FACTS,
  type Origin,
  type OriginFact,
} from "../../office/register/declarations/origin.js";
import type { ModelState } from "../../office/register/register-index.js";
import { bodies } from "../../office/register/remarks.js";
import { loadDeclaration, type Register } from "./register.js";

const CERTIFICATES_BYTES_MAX = 1024 * 1024;

interface QuoteQuestion {
  quote: string;
  roots: readonly string[];
  certificates: readonly string[];
  /** Milliseconds since 1970. */
  at: number;
  /** sha256:, sha384: or sha512: and hex. */
  bound: string | null;
  /** Hex of the first measurement: MRTD, MRENCLAVE or MEASUREMENT. */
  measurement: string | null;
  declared: { register: Register; model: ModelState } | null;
}

/** Where a register's origin names the exhibit. */
interface NamedBy {
  entry: number;
  fact: OriginFact;
  tier: string;
  form: string;
  binds: string | null;
  /** What the attestation binds is the model's own root. */
  isModel: boolean;
}

interface QuoteCheck {
  type: "assay/tee-exhibit/v1";
  holds: boolean;
  faults: string[];
  digest: string;
  form: string;
  version: number;
  measurements: readonly { name: string; value: string }[];
  reportData: string;
  debug: boolean;
  platform: readonly { name: string; value: string }[];
  signedBy: string | null;
  anchor: string | null;
  at: string;
  /** Digests it was asked about and binds. */
  bound: string[];
  namedBy: NamedBy[];
  limits: readonly string[];
}

/** @throws FORMAT, LIMIT, UNSUPPORTED for files that are not what they should be; what does not hold is a fault */
export async function checkQuote(question: QuoteQuestion): Promise<QuoteCheck> {
  const { quote, at, measurement, declared } = question;
  const bytes = await readSmallFile(quote, EXHIBIT_BYTES_MAX);
  const [roots, certificates] = await Promise.all([
    certificatesOf(question.roots),
    certificatesOf(question.certificates),
  ]);
  const read = await verifyTeeExhibit({ bytes, roots, certificates, at }, quote);
  const digest = sha256Digest(bytes);
  const faults = [...read.faults];
  const bound: string[] = [];
  const ask = (wanted: string, says: string) => {
    if (boundTo(read.reportData, wanted)) bound.push(wanted);
    else faults.push(says);
  };
  if (question.bound !== null) ask(question.bound, `it does not bind ${question.bound}`);
  const [first] = read.measurements;
  if (measurement !== null && measurement.toLowerCase() !== first!.value)
    faults.push(`its ${first!.name} is ${first!.value}, asked was ${measurement}`);
  const namedBy = declared ? await namesOf(declared.register, declared.model, digest) : [];
  if (declared && namedBy.length === 0) faults.push(`no origin of ${declared.model.name} names it as an exhibit`);
  for (const { entry, fact, form, binds } of namedBy) {
    if (form !== read.form) faults.push(`entry ${entry} calls it a ${form} for ${fact}; it is a ${read.form}`);
    if (binds !== null && !bound.includes(binds))
      ask(binds, `entry ${entry} says that it binds ${binds}, and it does not`);
  }
  return {
    type: "assay/tee-exhibit/v1",
    holds: faults.length === 0,
    faults,
    digest,
    form: read.form,
    version: read.version,
    measurements: read.measurements,
    reportData: hex(read.reportData),
    debug: read.debug,
    platform: read.platform,
    signedBy: read.signedBy,
    anchor: read.anchor,
    at: new Date(at).toISOString(),
    bound,
    namedBy,
    limits: LIMITS,
  };
}

/** PEM, or DER of one. */
async function certificatesOf(paths: readonly string[]): Promise<Uint8Array[]> {
  const each = paths.map(async (path) => {
    const bytes = await readSmallFile(path, CERTIFICATES_BYTES_MAX);
    return bytes[0] === 0x30 ? [bytes] : readCertificates(bytes, path);
  });
  return (await Promise.all(each)).flat();
}

async function namesOf(register: Register, model: ModelState, digest: string): Promise<NamedBy[]> {
  const origins = await bodies<Origin>(register.index, model, "origin", (entry) => loadDeclaration(register, entry));
  const facts = Object.keys({ ...ORIGIN_FACTS, ...OPTIONAL_FACTS }) as OriginFact[];
  return origins.flatMap(({ entry, body }) =>
    facts.flatMap((fact) => {
      const evidence = factOf(body, fact)?.evidence;
      return (evidence?.exhibits ?? [])
        .filter((exhibit) => exhibit.digest === digest)
        .map(({ form, binds = null }) => ({
          entry: entry.index,
          fact,
          tier: evidence!.tier,
          form,
          binds,
          isModel: binds === model.id,
        }));
    }),
  );
}

/** @throws USAGE */
export function assertBound(text: string): string {
  if (!/^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(text))
    throw new AssayError(
      "USAGE",
      `register quote: expected --bound sha256:, sha384: or sha512: and hex, got ${quoted(text)}`,
    );
  return text;
}
