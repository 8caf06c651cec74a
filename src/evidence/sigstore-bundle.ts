/**
 * The file a model signature comes in: a Sigstore bundle (sigstore/protobuf-specs, v0.3 as JSON, the one form that OMS has) around one
 * DSSE envelope, with a key's hint, a certificate chain, or a Fulcio certificate with log entries. Reading believes
 * nothing; what sigstore owns is kept as it came for sigstore's own verifier.
 */
import { z } from "zod";
import { fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { IN_TOTO_PAYLOAD_TYPE, PAYLOAD_BYTES_MAX } from "./oms-statement.js";

export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Base64 of the largest payload, and what stands around it. */
const BUNDLE_BYTES_MAX = Math.ceil((PAYLOAD_BYTES_MAX * 4) / 3) + 4 * 1024 * 1024;
const CERTIFICATES_MAX = 16;

const base64Text = z.string().min(1);
const certificate = z.looseObject({ rawBytes: base64Text });
const bundleSchema = z.strictObject({
  mediaType: z.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: z.looseObject({
    publicKey: z.looseObject({ hint: z.string().max(1024).optional(), rawBytes: base64Text.optional() }).optional(),
    x509CertificateChain: z.looseObject({ certificates: z.array(certificate).min(1).max(CERTIFICATES_MAX) }).optional(),
    certificate: certificate.optional(),
    tlogEntries: z.array(z.looseObject({})).max(16).optional(),
    timestampVerificationData: z
      .looseObject({
        rfc3161Timestamps: z
          .array(z.looseObject({ signedTimestamp: base64Text }))
          .max(16)
          .optional(),
      })
      .optional(),
  }),
  dsseEnvelope: z.looseObject({
    payload: base64Text,
    payloadType: z.string().max(255),
    signatures: z.tuple([z.looseObject({ sig: base64Text, keyid: z.string().max(1024).nullish() })]),
  }),
});

interface SignatureBundle {
  mode:
    | { kind: "key"; hint: string | null }
    | { kind: "certificate"; chain: Uint8Array[] }
    | { kind: "sigstore"; json: unknown };
  payloadType: string;
  payload: Uint8Array;
  /** DER of an ECDSA signature. */
  signature: Uint8Array;
  /** RFC 3161 timestamps of the signature, unread. */
  timestamps: Uint8Array[];
}

/**
 * Takes the bundle apart and checks no signature.
 * @throws LIMIT, SCHEMA or FORMAT, with the place in the file
 */
export function decodeSignatureBundle(bytes: Uint8Array, what: string): SignatureBundle {
  if (bytes.length > BUNDLE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${BUNDLE_BYTES_MAX} bytes, got ${bytes.length}`);
  const json = parseStrictJson(fromUtf8(bytes, what), what);
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { verificationMaterial: material, dsseEnvelope } = parsed.data;
  if (dsseEnvelope.payloadType !== IN_TOTO_PAYLOAD_TYPE)
    throw new AssayError("SCHEMA", `${what}: expected a payload of ${IN_TOTO_PAYLOAD_TYPE}`);
  return {
    mode: modeOf(material, json, what),
    payloadType: dsseEnvelope.payloadType,
    payload: fromBase64(dsseEnvelope.payload, `${what}: payload`),
    signature: fromBase64(dsseEnvelope.signatures[0].sig, `${what}: signature`),
    timestamps: (material.timestampVerificationData?.rfc3161Timestamps ?? []).map(({ signedTimestamp }) =>
      fromBase64(signedTimestamp, `${what}: timestamp`),
    ),
  };
}

function modeOf(
  material: z.infer<typeof bundleSchema>["verificationMaterial"],
  json: unknown,
  what: string,
): SignatureBundle["mode"] {
  const { publicKey, x509CertificateChain, certificate: leaf, tlogEntries } = material;
  const kinds = [publicKey, x509CertificateChain, leaf].filter((kind) => kind !== undefined).length;
  if (kinds !== 1)
    throw new AssayError("SCHEMA", `${what}: expected one of publicKey, x509CertificateChain, certificate`);
  if (publicKey) {
    if (publicKey.hint === undefined && publicKey.rawBytes === undefined)
      throw new AssayError("SCHEMA", `${what}: expected a hint or rawBytes of the public key`);
    return { kind: "key", hint: publicKey.hint || null };
  }
  if (x509CertificateChain)
    return {
      kind: "certificate",
      chain: x509CertificateChain.certificates.map(({ rawBytes }) => fromBase64(rawBytes, `${what}: certificate`)),
    };
  if (!tlogEntries?.length) throw new AssayError("SCHEMA", `${what}: expected log entries beside a Fulcio certificate`);
  return { kind: "sigstore", json };
}

/** @param material publicKey or x509CertificateChain, as the bundle format writes it */
export function encodeSignatureBundle(
  material: { publicKey: { hint: string } } | { x509CertificateChain: { certificates: { rawBytes: string }[] } },
  payload: string,
  signature: string,
): Uint8Array {
  const bundle = {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { ...material, tlogEntries: [] },
    dsseEnvelope: {
      payload,
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      signatures: [{ sig: signature, keyid: "" }],
    },
  };
  return utf8(JSON.stringify(bundle));
}
