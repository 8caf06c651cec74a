/**
 * x509-limbo (C2SP/x509-limbo, Apache-2.0): every case that speaks of paths, against our path validation.
 *   node validation/certificates-limbo.study.ts --limbo limbo.json
 * The suite's own generator makes limbo.json (`limbo compile`); it is not part of this project. Cases that turn on a
 * host name, a revocation list or a purpose other than signing are judged by what a signature has of it, and say so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AssayError } from "../dist/base/error.js";
import { readCertificates } from "../dist/host/signing/signature-keys.js";
import { readCertificate } from "../dist/host/signing/x509/certificate.js";
import { validatePath } from "../dist/host/signing/x509/path-validation.js";
import { purposeFault } from "../dist/host/signing/x509/signing-certificate.js";

interface Case {
  id: string;
  features: string[];
  validation_kind: "SERVER" | "CLIENT";
  trusted_certs: string[];
  untrusted_intermediates: string[];
  peer_certificate: string;
  validation_time: string | null;
  extended_key_usage: string[];
  expected_result: "SUCCESS" | "FAILURE";
  expected_peer_name: { kind: string; value: string } | null;
}

const { values } = parseArgs({
  options: {
    limbo: { type: "string" },
    out: { type: "string", default: "validation/certificates-limbo.json" },
  },
});
if (!values.limbo) throw new Error("give --limbo FILE");
const EKU: Record<string, string> = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
};
/** Namespaces about paths; webpki is another profile, crl and online need what a signature does not carry. */
const NAMESPACES = ["rfc5280", "pathlen", "pathological", "cve", "invalid"];
const { testcases } = JSON.parse(readFileSync(values.limbo, "utf8")) as { testcases: Case[] };

interface Row {
  id: string;
  expected: string;
  path: string;
  strict: string;
  reason: string | null;
  millisecondsOver: boolean;
}
const der = (pem: string, what: string) => readCertificates(new Uint8Array(Buffer.from(pem)), what);
const rows: Row[] = [];
for (const each of testcases.filter(({ id }) => NAMESPACES.includes(id.split("::")[0]!))) {
  const judge = async (strict: boolean): Promise<string | null> => {
    try {
      const [certificate] = der(each.peer_certificate, each.id).map((raw) => readCertificate(raw, "leaf"));
      const others = each.untrusted_intermediates
        .flatMap((pem) => der(pem, each.id))
        .map((raw) => readCertificate(raw, "between"));
      const trusted = each.trusted_certs.flatMap((pem) => der(pem, each.id)).map((raw) => readCertificate(raw, "root"));
      const at = each.validation_time === null ? Date.parse("2026-11-28T00:00:00Z") : Date.parse(each.validation_time);
      await validatePath({ certificate: certificate!, others, trusted, at, strict }, "case");
      // The suite's purpose stands in for ours; a certificate silent on its purposes is good for any (RFC 5280, 4.2.1.12).
      const asked = each.extended_key_usage.map((name) => EKU[name] ?? name);
      const purposes = certificate!.extendedKeyUsage;
      const reasons = asked.map((purpose) =>
        purposes === null ? null : purposeFault({ ...certificate!, keyUsage: null }, purpose),
      );
      return reasons.find((reason) => reason !== null) ?? null;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      return error.message;
    }
  };
  const started = performance.now();
  const [path, strict] = [await judge(false), await judge(true)];
  const row = {
    id: each.id,
    expected: each.expected_result,
    path: path === null ? "SUCCESS" : "FAILURE",
    strict: strict === null ? "SUCCESS" : "FAILURE",
    reason: path ?? strict,
    millisecondsOver: performance.now() - started > 2000,
  };
  rows.push(row);
}
const tally = (mode: "path" | "strict") => ({
  agree: rows.filter((row) => row[mode] === row.expected).length,
  stricter: rows
    .filter((row) => row[mode] === "FAILURE" && row.expected === "SUCCESS")
    .map(({ id, reason }) => ({ id, reason })),
  moreLenient: rows
    .filter((row) => row[mode] === "SUCCESS" && row.expected === "FAILURE")
    .map(({ id, reason }) => ({ id, reason })),
});
const study = {
  type: "assay/peer-study/v1",
  date: new Date().toISOString().slice(0, 10),
  peer: "C2SP/x509-limbo",
  cases: rows.length,
  slow: rows.filter(({ millisecondsOver }) => millisecondsOver).map(({ id }) => id),
  default: tally("path"),
  strict: tally("strict"),
};
writeFileSync(values.out!, `${JSON.stringify(study, null, 2)}\n`);
console.log(JSON.stringify(study, null, 1));
