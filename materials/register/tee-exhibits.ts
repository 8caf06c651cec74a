/**
 * Attestations in the form of the processors' makers under chains made here: for each part that can be wrong, one where
 * it is. No key of a maker is known to anyone, so what holds here holds under a root of this file's alone; real ones, under
 * the makers' roots, lie in fixtures/tee. For tests and studies; no part of the product.
 */
import { createHash, type KeyObject, sign } from "node:crypto";
import {
  basic,
  certificate,
  dn,
  type Extension,
  integer,
  type Keys,
  keyUsage,
  newKeys,
  type Order,
  octets,
  oid,
  sequence,
  usual,
} from "./forged-chains.ts";

const QE = {
  sgx: { mrsigner: "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff", product: 1 },
  tdx: { mrsigner: "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5", product: 2 },
};
const VENDOR = "939a7233f79c4ca9940a0db3957f0607";
const SGX = "1.2.840.113741.1.13.1";
const KDS = "1.3.6.1.4.1.3704.1";

export interface Made {
  bytes: Buffer;
  /** Beside it. */
  certificates: Buffer[];
  root: Buffer;
}

const p1363 = (digest: string, data: Uint8Array, key: KeyObject) =>
  sign(digest, data, { key, dsaEncoding: "ieee-p1363" });
const point = ({ publicKey }: Keys) => {
  const { x, y } = publicKey.export({ format: "jwk" });
  return Buffer.concat([Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]);
};
const u16 = (n: number) => Buffer.from([n & 255, n >> 8]);
const u32 = (n: number) => Buffer.from([n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24]);
const pemText = (...ders: Buffer[]) =>
  ders
    .map(
      (der) =>
        `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`,
    )
    .join("");

export interface QuoteFault {
  reportData?: Uint8Array;
  debug?: boolean;
  quotingEnclaveDebug?: boolean;
  quotingEnclaveSigner?: string;
  /** The quoting enclave vouches for another key than the one that signed. */
  otherKey?: boolean;
  /** The report is signed with a key of its own, not the platform's. */
  otherPlatform?: boolean;
  leaf?: Partial<Order>;
  authority?: Partial<Order>;
  version?: number;
  chain?: string;
}

/** @param form SGX in version 3, TDX in version 4 */
export function dcapQuote(form: "sgx" | "tdx", fault: QuoteFault = {}): Made {
  const [root, authority, platform, attestation] = [newKeys(), newKeys(), newKeys(), newKeys()];
  const names = { root: dn("CN=Local root of a test"), authority: dn("CN=Local platform authority") };
  const top = certificate(usual.root({ subject: names.root, issuer: names.root, keys: root, issuerKeys: root }));
  const middle = certificate(
    usual.authority({
      subject: names.authority,
      issuer: names.root,
      keys: authority,
      issuerKeys: root,
      ...fault.authority,
    }),
  );
  const pck: Extension = {
    id: SGX,
    value: sequence(sequence(oid(`${SGX}.4`), octets(Buffer.from("00906ed50000", "hex")))),
  };
  const leaf = certificate(
    usual.signer({
      subject: dn("CN=Intel SGX PCK Certificate,O=Local"),
      issuer: names.authority,
      keys: platform,
      issuerKeys: authority,
      extensions: [basic(false), keyUsage(0, 1), pck],
      ...fault.leaf,
    }),
  );
  const version = fault.version ?? (form === "sgx" ? 3 : 4);
  const header = Buffer.concat([
    ...[u16(version), u16(2), u32(form === "tdx" ? 0x81 : 0), u16(0), u16(0)],
    ...[Buffer.from(VENDOR, "hex"), Buffer.alloc(20)],
  ]);
  const body = Buffer.alloc(form === "tdx" ? 584 : 384, 7);
  if (form === "tdx") body.writeUInt8(fault.debug ? 1 : 0, 120);
  else body.writeUInt8(fault.debug ? 0x07 : 0x05, 48);
  Buffer.from(fault.reportData ?? Buffer.alloc(64)).copy(body, form === "tdx" ? 520 : 320);
  const signed = Buffer.concat([header, body]);
  const authenticationData = Buffer.alloc(32, 9);
  const qe = Buffer.alloc(384);
  qe.writeUInt8(fault.quotingEnclaveDebug ? 0x17 : 0x15, 48);
  Buffer.from(fault.quotingEnclaveSigner ?? QE[form].mrsigner, "hex").copy(qe, 128);
  qe.writeUInt16LE(QE[form].product, 256);
  const vouched = fault.otherKey ? newKeys() : attestation;
  createHash("sha256").update(point(vouched)).update(authenticationData).digest().copy(qe, 320);
  const qeSignature = p1363("sha256", qe, (fault.otherPlatform ? newKeys() : platform).privateKey);
  const chain = Buffer.from(fault.chain ?? `${pemText(leaf, middle, top)}\0`);
  const certification = Buffer.concat([
    ...[qe, qeSignature, u16(authenticationData.length), authenticationData, u16(5), u32(chain.length), chain],
  ]);
  const inner = Buffer.concat([
    ...[p1363("sha256", signed, attestation.privateKey), point(attestation)],
    ...(version === 3 ? [certification] : [u16(6), u32(certification.length), certification]),
  ]);
  return { bytes: Buffer.concat([signed, u32(inner.length), inner]), certificates: [], root: top };
}

export interface ReportFault {
  reportData?: Uint8Array;
  debug?: boolean;
  chip?: Buffer;
  /** Parts of the firmware as the certificate has them. */
  certified?: { bootloader?: number; tee?: number; snp?: number; microcode?: number };
  leaf?: Partial<Order>;
  /** A bit above the signature's numbers is set. */
  spare?: boolean;
  /** A provider's loaded key. */
  loaded?: boolean;
  zen5?: boolean;
}

export function snpReport(fault: ReportFault = {}): Made {
  const [root, authority, chip] = [newKeys("secp384r1"), newKeys("secp384r1"), newKeys("secp384r1")];
  const names = { root: dn("CN=Local ARK of a test"), authority: dn("CN=Local ASK of a test") };
  const top = certificate(
    usual.root({ subject: names.root, issuer: names.root, keys: root, issuerKeys: root, digest: "sha384" }),
  );
  const middle = certificate(
    usual.authority({
      subject: names.authority,
      issuer: names.root,
      keys: authority,
      issuerKeys: root,
      digest: "sha384",
    }),
  );
  const number = Buffer.alloc(64, 0x5a);
  const parts = { bootloader: 3, tee: 0, snp: 20, microcode: 209, ...fault.certified };
  const part = (id: string, n: number): Extension => ({ id: `${KDS}.3.${id}`, value: integer(n) });
  const leaf = certificate(
    usual.signer({
      subject: dn(`CN=${fault.loaded ? "SEV-VLEK" : "SEV-VCEK"},O=Local`),
      issuer: names.authority,
      keys: chip,
      issuerKeys: authority,
      digest: "sha384",
      extensions: [
        ...[part("1", parts.bootloader), part("2", parts.tee), part("3", parts.snp), part("8", parts.microcode)],
        ...(fault.zen5 ? [part("9", 1)] : []),
        ...(fault.loaded ? [] : [{ id: `${KDS}.4`, value: fault.chip ?? number }]),
      ],
      ...fault.leaf,
    }),
  );
  const report = Buffer.alloc(0x4a0);
  report.writeUInt32LE(fault.zen5 ? 3 : 2, 0);
  report.writeBigUInt64LE(0x30000n | (fault.debug ? 1n << 19n : 0n), 8);
  report.writeUInt32LE(1, 0x34);
  report.writeUInt32LE(fault.loaded ? 4 : 0, 0x48);
  Buffer.from(fault.reportData ?? Buffer.alloc(64)).copy(report, 0x50);
  report.fill(0x33, 0x90, 0xc0);
  if (fault.zen5) Buffer.from([1, 3, 0, 20, 0, 0, 0, 209, 0x1a]).copy(report, 0x180);
  else Buffer.from([3, 0, 0, 0, 0, 0, 20, 209]).copy(report, 0x180);
  if (!fault.loaded) number.copy(report, 0x1a0);
  const raw = p1363("sha384", report.subarray(0, 0x2a0), chip.privateKey);
  Buffer.from(raw.subarray(0, 48)).reverse().copy(report, 0x2a0);
  Buffer.from(raw.subarray(48))
    .reverse()
    .copy(report, 0x2a0 + 72);
  if (fault.spare) report.writeUInt8(1, 0x2a0 + 60);
  return { bytes: report, certificates: [leaf, middle], root: top };
}
