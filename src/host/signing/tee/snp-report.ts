/**
 * An AMD SEV-SNP attestation report and whether it holds. Source: AMD, "SEV Secure Nested Paging Firmware ABI
 * Specification" (56860, table 23: ATTESTATION_REPORT) and "Versioned Chip Endorsement Key Certificate and KDS Interface"
 * (57230: extensions of the certificate). The chip's certificate is handed in beside it: it has to be for this chip and
 * for the firmware that the report speaks of.
 */
import { verify } from "node:crypto";
import { hex } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { type Certificate, readCertificate } from "../x509/certificate.js";
import { parseDer, smallInteger, TAG } from "../x509/der.js";
import { attributesOf, COMMON_NAME, nameText } from "../x509/distinguished-name.js";
import { validatePath } from "../x509/path-validation.js";
import { reader, type TeeExhibit, type TeeQuestion, type TeeReading } from "./exhibit.js";

const REPORT_BYTES = 0x4a0;
const SIGNED_BYTES = 0x2a0;
/** r and s, little-endian, in fields of 72 bytes each. */
const FIELD_BYTES = 72;
const P384_BYTES = 48;
const ECDSA_P384 = 1;
const VERSIONS = [2, 3, 4, 5];
const DEBUG_BIT = 19n;
/** AMD's object identifiers: parts of the firmware's version, and the chip. */
const KDS = "1.3.6.1.4.1.3704.1";
const HARDWARE_ID = `${KDS}.4`;
/** Zen 5, whose firmware has a part more (57230, table 8). */
const FAMILY_ZEN5 = 0x1a;
const PARTS = {
  bootloader: `${KDS}.3.1`,
  tee: `${KDS}.3.2`,
  snp: `${KDS}.3.3`,
  microcode: `${KDS}.3.8`,
  fmc: `${KDS}.3.9`,
};
type Part = keyof typeof PARTS;
/** Bit field SIGNING_KEY: whose key it was; the certificate is named so. */
const SIGNERS = ["SEV-VCEK", "SEV-VLEK"] as const;

/** By its length and version: nothing else of 1,184 bytes is read here. */
export function isSnpReport(bytes: Uint8Array): boolean {
  return bytes.length === REPORT_BYTES && VERSIONS.includes(reader(bytes).u32(0));
}

interface SnpReport extends TeeReading {
  signer: string | null;
  chipId: string;
  firmware: Partial<Record<Part, number>>;
}

function readSnpReport(bytes: Uint8Array, what: string): SnpReport {
  const report = reader(bytes);
  const algorithm = report.u32(0x34);
  if (algorithm !== ECDSA_P384)
    throw new AssayError("UNSUPPORTED", `${what}: expected a signature by ECDSA on P-384, got algorithm ${algorithm}`);
  const version = report.u32(0);
  const tcb = bytes.subarray(0x180, 0x188);
  const zen5 = version >= 3 && bytes[0x188] === FAMILY_ZEN5;
  const firmware: SnpReport["firmware"] = zen5
    ? { fmc: tcb[0]!, bootloader: tcb[1]!, tee: tcb[2]!, snp: tcb[3]!, microcode: tcb[7]! }
    : { bootloader: tcb[0]!, tee: tcb[1]!, snp: tcb[6]!, microcode: tcb[7]! };
  const chipId = report.hex(0x1a0, 64);
  return {
    form: "snp-report",
    version,
    measurements: [
      { name: "MEASUREMENT", value: report.hex(0x90, 48) },
      { name: "HOST_DATA", value: report.hex(0xc0, 32) },
      { name: "ID_KEY_DIGEST", value: report.hex(0xe0, 48) },
      { name: "guest", value: `version ${report.u32(4)}, privilege level ${report.u32(0x30)}` },
    ],
    reportData: report.bytes(0x50, 64),
    debug: ((report.u64(8) >> DEBUG_BIT) & 1n) === 1n,
    platform: [
      { name: "CHIP_ID", value: chipId },
      {
        name: "REPORTED_TCB",
        value: Object.entries(firmware)
          .map(([part, n]) => `${part} ${n}`)
          .join(", "),
      },
    ],
    signer: SIGNERS[(report.u32(0x48) >> 2) & 7] ?? null,
    chipId,
    firmware,
  };
}

/** @throws FORMAT, LIMIT, UNSUPPORTED for what is no report that is read here; what does not hold is a fault */
export async function verifySnpReport(
  { bytes, certificates, roots, at }: TeeQuestion,
  what: string,
): Promise<TeeExhibit> {
  const { signer, chipId, firmware, ...reading } = readSnpReport(bytes, what);
  const faults: string[] = [];
  if (reading.debug) faults.push("was made with debugging allowed, and attests nothing");
  const beside = certificates.map((raw) => readCertificate(raw, `${what}: certificates beside it`));
  const named = beside.filter(({ subject }) => signer !== null && attributesOf(subject, COMMON_NAME).join() === signer);
  // Several chips' certificates may lie beside it.
  const certificate = named.find((each) => isSignedBy(bytes, each)) ?? named[0];
  if (!certificate)
    return {
      ...reading,
      faults: [...faults, `expected the chip's certificate (${signer ?? "of an unknown kind"}) beside it`],
      signedBy: null,
      anchor: null,
    };
  if (!isSignedBy(bytes, certificate)) faults.push("its signature does not hold under the chip's certificate");
  faults.push(...chipFaults(certificate, signer, chipId, firmware, what));
  let anchor: string | null = null;
  try {
    const trusted = roots.map((raw) => readCertificate(raw, "the roots trusted here"));
    const path = await validatePath({ certificate, others: beside, trusted, at }, what);
    anchor = nameText(path.certificates.at(-1)!.subject);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "SIGNATURE") throw error;
    faults.push(error.message.replace(`${what}: `, ""));
  }
  return { ...reading, faults, signedBy: nameText(certificate.subject), anchor };
}

function isSignedBy(bytes: Uint8Array, { platform: { publicKey } }: Certificate): boolean {
  if (publicKey.asymmetricKeyType !== "ec" || publicKey.asymmetricKeyDetails?.namedCurve !== "secp384r1") return false;
  const signature = bytes.subarray(SIGNED_BYTES, SIGNED_BYTES + 2 * FIELD_BYTES);
  const [r, s] = [signature.slice(0, FIELD_BYTES).reverse(), signature.slice(FIELD_BYTES).reverse()];
  const spare = FIELD_BYTES - P384_BYTES;
  // What lies above the numbers, and behind them, is not signed: it has to be nothing.
  const beyond = [r.subarray(0, spare), s.subarray(0, spare), bytes.subarray(SIGNED_BYTES + 2 * FIELD_BYTES)];
  if (beyond.some((part) => part.some((byte) => byte !== 0))) return false;
  const raw = Buffer.concat([r.subarray(spare), s.subarray(spare)]);
  return verify("sha384", bytes.subarray(0, SIGNED_BYTES), { key: publicKey, dsaEncoding: "ieee-p1363" }, raw);
}

function chipFaults(
  { extensions }: Certificate,
  signer: string | null,
  chipId: string,
  firmware: SnpReport["firmware"],
  what: string,
): string[] {
  const faults: string[] = [];
  const value = (id: string) => extensions.find((extension) => extension.id === id)?.value ?? null;
  const chip = value(HARDWARE_ID);
  // A platform may hide its number from the guest; a loaded key (VLEK) is of a provider and not of a chip.
  if (signer === SIGNERS[0] && !/^0*$/.test(chipId) && (chip === null || hex(chip) !== chipId))
    faults.push("the chip's certificate is of another chip");
  for (const [part, reported] of Object.entries(firmware) as [Part, number][]) {
    const raw = value(PARTS[part]);
    const der = raw ? parseDer(raw, `${what}: the chip's certificate`) : null;
    const certified = der?.tag === TAG.integer ? smallInteger(der) : null;
    if (certified !== reported)
      faults.push(
        `the chip's certificate is for ${part} version ${certified ?? "unknown"}, the report says ${reported}`,
      );
  }
  return faults;
}
