/**
 * Certification paths by RFC 5280, §6.1, at a stated moment, from a certificate to one that is trusted here and signed
 * itself. Two judges have to agree: pkijs' path validation (dates, chaining, authority, policies), and what it lacks or
 * gets wrong, done here: signatures by the platform, every critical extension, path length, key usage, name
 * constraints (pkijs lets one permitted name vouch for the others and lets an authority below widen what one above
 * permitted), and every path instead of the shortest. It cannot see revocation.
 */
import { CertificateChainValidationEngine } from "pkijs";
import { AssayError } from "../../../base/error.js";
import { type Certificate, EXTENSION } from "./certificate.js";
import { departuresOf, faultOf } from "./certificate-profile.js";
import { nameText, sameName } from "./distinguished-name.js";
import { brokenConstraint, constrainedNames } from "./name-constraints.js";

/** Certificates between the first and the anchor; public hierarchies have at most four. */
const INTERMEDIATES_MAX = 10;
/** Bounds the search in chains made to be slow: signatures checked, and paths judged (CWE-407). */
const SIGNATURES_MAX = 300;
const PATHS_MAX = 64;

interface Path {
  /** From the certificate asked about to the anchor. */
  certificates: Certificate[];
  /** What §4 asks of the issuing authorities and §6 does not look at. */
  departures: string[];
}

interface PathQuestion {
  certificate: Certificate;
  /** Handed in with it, in any order; trusted by nobody. */
  others: readonly Certificate[];
  trusted: readonly Certificate[];
  /** Milliseconds since 1970. */
  at: number;
  /** Departures from the profile refuse. */
  strict?: boolean;
}

/** @throws SIGNATURE with the reason, of the path that came furthest, when none holds */
export async function validatePath(question: PathQuestion, what: string): Promise<Path> {
  const { certificate, trusted, at, strict } = question;
  let [signatures, judged] = [0, 0];
  // What is wrong with a whole path says more than where another one ended; of those, the longest.
  let best: { whole: boolean; step: number; text: string } | null = null;
  const note = (step: number, text: string, whole = false) => {
    if (!best || (whole && !best.whole) || (whole === best.whole && step > best.step)) best = { whole, step, text };
  };
  const anchors = new Set(trusted.filter(isSelfSigned).map(({ id }) => id));
  const others = distinct([...trusted, ...question.others]);
  const climb = async (path: Certificate[]): Promise<Path | null> => {
    const top = path.at(-1)!;
    if (anchors.has(top.id)) {
      if (++judged > PATHS_MAX) return null;
      const reason = pathFault(path, at) ?? (await libraryFault(path, at));
      if (reason) {
        note(0, reason, true);
        return null;
      }
      const departures = path.flatMap((each, i) =>
        departuresOf(each, { issues: i > 0, anchor: i === path.length - 1 }).map(
          (text) => `"${nameText(each.subject)}": ${text}`,
        ),
      );
      if (!strict || departures.length === 0) return { certificates: path, departures };
      note(0, departures[0]!, true);
      return null;
    }
    if (path.length > INTERMEDIATES_MAX + 1) {
      note(path.length, `expected at most ${INTERMEDIATES_MAX} certificates between the first and a root`);
      return null;
    }
    for (const issuer of others) {
      if (!mayHaveIssued(issuer, top) || path.some((each) => isSameAuthority(each, issuer))) continue;
      if (++signatures > SIGNATURES_MAX) {
        note(INTERMEDIATES_MAX + 3, "expected a chain that can be followed: too many certificates lead nowhere");
        return null;
      }
      if (!isSignedBy(top, issuer)) continue;
      const found = await climb([...path, issuer]);
      if (found) return found;
    }
    note(path.length, noIssuer(top, trusted));
    return null;
  };
  const found = await climb([certificate]);
  if (found) return found;
  throw new AssayError("SIGNATURE", `${what}: ${(best as { text: string } | null)?.text ?? "no path leads to a root"}`);
}

function noIssuer(top: Certificate, trusted: readonly Certificate[]): string {
  const name = nameText(top.subject);
  if (trusted.some(({ id }) => id === top.id) && !isSelfSigned(top))
    return `"${name}" is trusted here but did not sign itself: give the root above it`;
  if (sameName(top.subject, top.issuer)) return `"${name}" vouches for itself and is not trusted here`;
  return `no certificate that is trusted here issued "${name}"`;
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.id, certificate])).values()];
}

/** The same name with the same key is the same authority, whatever certificate says so: going through it twice is a loop. */
function isSameAuthority(a: Certificate, b: Certificate): boolean {
  return a.id === b.id || (sameName(a.subject, b.subject) && Buffer.from(a.publicKeyInfo).equals(b.publicKeyInfo));
}

/** By names and, where both sides state them, by key identifiers (§4.2.1.1). */
function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (!sameName(certificate.issuer, issuer.subject)) return false;
  const stated = certificate.authorityKeyIdentifier;
  if (stated?.key && issuer.subjectKeyIdentifier !== null && stated.key !== issuer.subjectKeyIdentifier) return false;
  if (stated?.serial && stated.serial !== Buffer.from(issuer.serial).toString("hex")) return false;
  const named = stated?.issuer?.find((name) => name.form === "directoryName");
  return !named || sameName(named.name, issuer.issuer);
}

function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.platform.verify(issuer.platform.publicKey);
  } catch {
    return false;
  }
}

function isSelfSigned(certificate: Certificate): boolean {
  return sameName(certificate.subject, certificate.issuer) && isSignedBy(certificate, certificate);
}

/** What is wrong with a path whose signatures and names chain; null when nothing is. */
function pathFault(path: readonly Certificate[], at: number): string | null {
  for (const [i, certificate] of path.entries()) {
    const reason = faultOf(certificate, { issues: i > 0, anchor: i === path.length - 1, at });
    if (reason) return `the certificate "${nameText(certificate.subject)}" ${reason}`;
  }
  for (const [i, authority] of path.entries()) {
    if (i === 0) continue;
    // Self-issued certificates in between do not count (§6.1.4, l), nor does the last one.
    const between = path.slice(1, i).filter(({ subject, issuer }) => !sameName(subject, issuer)).length;
    const limit = authority.basicConstraints?.pathLength ?? null;
    if (limit !== null && between > limit)
      return `"${nameText(authority.subject)}" allows ${limit} authorities below it, and there are ${between}`;
    const { nameConstraints } = authority;
    if (!nameConstraints) continue;
    for (const [j, certificate] of path.slice(0, i).entries()) {
      if (j > 0 && sameName(certificate.subject, certificate.issuer)) continue;
      const broken = brokenConstraint(constrainedNames(certificate, j === 0), nameConstraints);
      if (broken) return `"${nameText(authority.subject)}" ${broken}`;
    }
  }
  return null;
}

/** What pkijs says against the path. A path of one certificate is too short for it. */
async function libraryFault(path: readonly Certificate[], at: number): Promise<string | null> {
  if (path.length === 1) return null;
  const certificates = path.map(forLibrary);
  const above = new Map(certificates.slice(0, -1).map((each, i) => [each, certificates[i + 1]!]));
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [certificates.at(-1)!],
    // It takes the last one for the certificate asked about.
    certs: certificates.slice(0, -1).reverse(),
    checkDate: new Date(Math.floor(at / 1000) * 1000),
    // The path is found already, and its signatures are checked.
    findIssuer: async (certificate) => {
      const issuer = above.get(certificate);
      return issuer ? [issuer] : [];
    },
  });
  const { result, resultMessage } = await engine.verify();
  return result ? null : `pkijs refuses the path: ${resultMessage}`;
}

/** Name constraints are judged here, and better; the rest is the library's to see. */
function forLibrary({ library }: Certificate): Certificate["library"] {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(library)), library) as typeof library;
  if (library.extensions)
    copy.extensions = library.extensions.filter(({ extnID }) => extnID !== EXTENSION.nameConstraints);
  return copy;
}
