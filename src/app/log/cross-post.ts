/** Posts a log's checkpoint to a second log (a Rekor v2), and checks what came back before anyone is told that it is there. */
import { createPublicKey } from "node:crypto";
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { boundedBody } from "../../host/bounded-body.js";
import { publicOf, readPrivateKey, signEcdsa } from "../../host/signing/signature-keys.js";
import { readWhole } from "../../host/whole-file.js";
import type { Policy } from "../../tlog/policy.js";
import { REKOR_BYTES_MAX, REKOR_PATH, rekorRequest, verifyRekorEntry } from "../../tlog/rekor-entry.js";
import { openLog, readHead } from "./log.js";

/** It answers when a checkpoint holds the entry; its maintainers ask clients to wait 20 seconds at least. */
const TIMEOUT_MS = 60_000;

interface CrossPosted {
  /** The entry, as the second log answered. */
  entry: Uint8Array;
  checkpoint: Uint8Array;
  log: string;
  index: number;
}

/** @param policy of the second log @throws UNAVAILABLE where it does not answer, SIGNATURE or DIGEST where its answer does not hold */
export async function crossPost(
  where: string,
  options: { rekor: string; privateKey: string; password?: string | undefined; policy: Policy },
): Promise<CrossPosted> {
  const key = readPrivateKey(await readWhole(options.privateKey), options.privateKey, options.password);
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new AssayError("UNSUPPORTED", `${options.privateKey}: expected a key on P-256`);
  const publicKey = parseEcdsaKey(publicOf(key).export({ type: "spki", format: "pem" }).toString(), options.privateKey);
  const { bytes: checkpoint } = await readHead(openLog(where), where, null);
  const body = rekorRequest(checkpoint, signEcdsa(checkpoint, key), publicKey);
  const url = `${options.rekor.replace(/\/+$/, "")}${REKOR_PATH}`;
  const says = (text: string) => new AssayError("UNAVAILABLE", `log crosspost: ${quoted(url)} ${text}`);
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    throw says(`did not answer: ${error.message}`);
  });
  const entry = await boundedBody(response.body, REKOR_BYTES_MAX);
  if (entry === null) throw says("answered with more than an entry");
  if (!response.ok) throw says(`answered ${response.status}: ${Buffer.from(entry).toString("latin1").slice(0, 200)}`);
  const { origin, index } = verifyRekorEntry(entry, checkpoint, publicKey, options.policy, url);
  return { entry, checkpoint, log: origin, index };
}

interface CrossPostCheck {
  log: string;
  index: number;
  size: number;
  cosigned: { witness: string; time: number }[];
}

/** Offline. @throws SIGNATURE, DIGEST when it does not hold */
export async function checkCrossPost(options: {
  entry: string;
  checkpoint: string;
  publicKey: string;
  policy: Policy;
}): Promise<CrossPostCheck> {
  const pem = fromUtf8(await readWhole(options.publicKey), options.publicKey);
  const standard = createPublicKeyPem(pem, options.publicKey);
  const key = parseEcdsaKey(standard, options.publicKey);
  const [entry, checkpoint] = await Promise.all([readWhole(options.entry), readWhole(options.checkpoint)]);
  const { origin, index, size, cosigned } = verifyRekorEntry(entry, checkpoint, key, options.policy, options.entry);
  return { log: origin, index, size, cosigned };
}

function createPublicKeyPem(pem: string, what: string): string {
  try {
    return createPublicKey(Buffer.from(utf8(pem)))
      .export({ type: "spki", format: "pem" })
      .toString();
  } catch {
    throw new AssayError("FORMAT", `${what}: expected a public key in PEM`);
  }
}
