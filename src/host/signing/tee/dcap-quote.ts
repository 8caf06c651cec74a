/**
 * A DCAP quote as it lies in a file: version 3 (SGX) or 4 (SGX and TDX 1.0), keys on P-256, the certificate chain inside.
 * Source: Intel, "SGX ECDSA Quote Library Reference" and "TDX DCAP Quoting Library API" (appendix 3: structures). All
 * numbers are little-endian. Read without believing; `dcap-verification.ts` judges.
 */
import { AssayError } from "../../../base/error.js";
import { reader, type TeeReading } from "./exhibit.js";

const HEADER_BYTES = 48;
const ENCLAVE_REPORT_BYTES = 384;
const TD_REPORT_BYTES = 584;
const SIGNATURE_BYTES = 64;
const KEY_BYTES = 64;
const ECDSA_P256 = 2;
const TDX = 0x81;
/** Types of certification data: a PEM chain; the quoting enclave's report with more of it inside. */
const PEM_CHAIN = 5;
const QE_REPORT = 6;
/** "939a7233-f79c-4ca9-940a-0db3957f0607": Intel's quoting enclaves. */
const INTEL_VENDOR = "939a7233f79c4ca9940a0db3957f0607";
const DEBUG = 0x02;
const TD_DEBUG = 0x01;

interface EnclaveReport {
  raw: Uint8Array;
  debug: boolean;
  mrsigner: string;
  productId: number;
  securityVersion: number;
  reportData: Uint8Array;
}

export interface DcapQuote extends TeeReading {
  /** Header and body: what the attestation key signed. */
  signed: Uint8Array;
  signature: Uint8Array;
  /** x and y. */
  attestationKey: Uint8Array;
  quotingEnclave: EnclaveReport;
  quotingEnclaveSignature: Uint8Array;
  authenticationData: Uint8Array;
  /** PEM, the platform's certificate first. */
  chain: string;
}

/** By its version and the type of its key; whether it can be read, `readDcapQuote` says. */
export function isDcapQuote(bytes: Uint8Array): boolean {
  return (
    bytes.length > HEADER_BYTES &&
    (bytes[0] === 3 || bytes[0] === 4 || bytes[0] === 5) &&
    bytes[1] === 0 &&
    bytes[2]! < 8 &&
    bytes[3] === 0
  );
}

/** @throws FORMAT, UNSUPPORTED */
export function readDcapQuote(bytes: Uint8Array, what: string): DcapQuote {
  const fault = (part: string) => new AssayError("FORMAT", `${what}: expected a DCAP quote: ${part}`);
  let at = 0;
  const take = (length: number, part: string): Uint8Array => {
    if (length > bytes.length - at) throw fault(`${part} is cut short`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const header = reader(take(HEADER_BYTES, "its header"));
  const version = header.u16(0);
  if (version !== 3 && version !== 4)
    throw new AssayError("UNSUPPORTED", `${what}: expected a quote of version 3 or 4, got ${version}`);
  if (header.u16(2) !== ECDSA_P256)
    throw new AssayError("UNSUPPORTED", `${what}: expected an attestation key on P-256, got type ${header.u16(2)}`);
  const type = version === 3 ? 0 : header.u32(4);
  if (type !== 0 && type !== TDX) throw new AssayError("UNSUPPORTED", `${what}: expected SGX or TDX, got type ${type}`);
  if (header.hex(12, 16) !== INTEL_VENDOR) throw fault("a quoting enclave of Intel's (its vendor)");
  const body = take(type === TDX ? TD_REPORT_BYTES : ENCLAVE_REPORT_BYTES, "its report");
  const signed = bytes.slice(0, at);
  const end = at + 4 + reader(take(4, "its signature")).u32(0);
  at = signed.length + 4;
  if (end > bytes.length) throw fault("its signature is cut short");
  // Buffers that quotes are handed over in are longer than they; zeros say nothing.
  if (bytes.subarray(end).some((byte) => byte !== 0)) throw fault("nothing after its signature");
  const signature = take(SIGNATURE_BYTES, "its signature").slice();
  const attestationKey = take(KEY_BYTES, "its key").slice();
  if (version === 4) {
    const outer = reader(take(6, "its certification data"));
    if (outer.u16(0) !== QE_REPORT || at + outer.u32(2) !== end) throw fault("the quoting enclave's report inside");
  }
  const quotingEnclave = enclaveReport(take(ENCLAVE_REPORT_BYTES, "the quoting enclave's report"));
  const quotingEnclaveSignature = take(SIGNATURE_BYTES, "the quoting enclave's signature").slice();
  const authenticationData = take(reader(take(2, "its data")).u16(0), "its data").slice();
  const certification = reader(take(6, "its certification data"));
  if (certification.u16(0) !== PEM_CHAIN)
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected the certificate chain inside, got certification data of type ${certification.u16(0)}`,
    );
  const chain = Buffer.from(take(certification.u32(2), "its chain")).toString("latin1");
  if (at !== end) throw fault("a signature as long as it says");
  return {
    ...(type === TDX ? tdReading(body, version) : enclaveReading(body, version)),
    signed,
    signature,
    attestationKey,
    quotingEnclave,
    quotingEnclaveSignature,
    authenticationData,
    chain,
  };
}

function enclaveReport(raw: Uint8Array): EnclaveReport {
  const report = reader(raw);
  return {
    raw: raw.slice(),
    debug: (raw[48]! & DEBUG) !== 0,
    mrsigner: report.hex(128, 32),
    productId: report.u16(256),
    securityVersion: report.u16(258),
    reportData: report.bytes(320, 64),
  };
}

function enclaveReading(raw: Uint8Array, version: number): TeeReading {
  const report = reader(raw);
  const { debug, mrsigner, productId, securityVersion, reportData } = enclaveReport(raw);
  return {
    form: "sgx-quote",
    version,
    measurements: [
      { name: "MRENCLAVE", value: report.hex(64, 32) },
      { name: "MRSIGNER", value: mrsigner },
      { name: "product", value: `${productId}, version ${securityVersion}` },
    ],
    reportData,
    debug,
    platform: [{ name: "CPUSVN", value: report.hex(0, 16) }],
  };
}

function tdReading(raw: Uint8Array, version: number): TeeReading {
  const report = reader(raw);
  const named: [string, number][] = [
    ["MRTD", 136],
    ["MRCONFIGID", 184],
    ["MROWNER", 232],
    ["MROWNERCONFIG", 280],
    ["RTMR0", 328],
    ["RTMR1", 376],
    ["RTMR2", 424],
    ["RTMR3", 472],
  ];
  return {
    form: "tdx-quote",
    version,
    measurements: named.map(([name, at]) => ({ name, value: report.hex(at, 48) })),
    reportData: report.bytes(520, 64),
    debug: (raw[120]! & TD_DEBUG) !== 0,
    platform: [
      { name: "TEE_TCB_SVN", value: report.hex(0, 16) },
      { name: "MRSEAM", value: report.hex(16, 48) },
      { name: "MRSIGNERSEAM", value: report.hex(64, 48) },
    ],
  };
}
