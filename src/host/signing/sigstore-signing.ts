/**
 * Signs through sigstore: a certificate for a fresh key from a Fulcio, an entry in a Rekor, timestamps where the signing
 * configuration names an authority. The services and the identity token are the caller's; sigstore's own client speaks to
 * them. What it made is only bytes until `verifySigstore` holds it against a trust root.
 */
import { SigningConfig } from "@sigstore/protobuf-specs";
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { IN_TOTO_PAYLOAD_TYPE } from "../../evidence/oms-statement.js";

/** The public instance's takes 2 kB, a client trust configuration with its roots some 20. */
const CONFIG_BYTES_MAX = 4 * 1024 * 1024;
/** Tokens of providers in use take 1 to 3 kB. */
const TOKEN_CHARACTERS_MAX = 65_536;

interface KeylessSigning {
  /** A signing_config.json, or a client trust configuration with one inside. */
  config: Uint8Array;
  configName: string;
  /** OpenID Connect identity token (JWT), as its provider gave it. */
  token: string;
}

/** What of `@sigstore/sign` 5 is used. */
interface SigstoreSign {
  bundleBuilderFromSigningConfig(options: {
    signingConfig: SigningConfig;
    identityProvider: { getToken: () => Promise<string> };
    bundleType: "dsseEnvelope";
  }): { create(artifact: { data: Buffer; type: string }): Promise<unknown> };
}

/** @returns a sigstore bundle, JSON @throws UNAVAILABLE where a service does not answer or refuses, or the client is missing */
export async function signKeyless(
  payload: Uint8Array,
  { config, configName, token }: KeylessSigning,
): Promise<Uint8Array> {
  if (config.length > CONFIG_BYTES_MAX)
    throw new AssayError("LIMIT", `${configName}: expected a smaller configuration`);
  if (token.length > TOKEN_CHARACTERS_MAX || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
    throw new AssayError("FORMAT", "register sign: expected an identity token (a JWT)");
  const value = parseStrictJson(fromUtf8(config, configName), configName) as Record<string, unknown> | null;
  let signingConfig: SigningConfig;
  try {
    const inside = value?.signingConfig ?? value;
    signingConfig = SigningConfig.fromJSON(inside);
    if (signingConfig.caUrls.length === 0 || signingConfig.rekorTlogUrls.length === 0)
      throw new Error("it names no certificate authority, or no log");
  } catch (error) {
    throw new AssayError(
      "FORMAT",
      `${configName}: expected a sigstore signing configuration: ${(error as Error).message}`,
    );
  }
  const [{ bundleBuilderFromSigningConfig }, { bundleToJSON }] = await Promise.all([
    client(),
    import("@sigstore/bundle"),
  ]);
  try {
    const builder = bundleBuilderFromSigningConfig({
      signingConfig,
      identityProvider: { getToken: async () => token },
      bundleType: "dsseEnvelope",
    });
    const bundle = await builder.create({ data: Buffer.from(payload), type: IN_TOTO_PAYLOAD_TYPE });
    return utf8(JSON.stringify(bundleToJSON(bundle as Parameters<typeof bundleToJSON>[0])));
  } catch (error) {
    // The client's messages can quote the token.
    const says = String((error as Error).message).replaceAll(token, "the token");
    throw new AssayError("UNAVAILABLE", `register sign: sigstore's client says: ${says}`);
  }
}

async function client(): Promise<SigstoreSign> {
  // Named by a variable: the compiler must not ask for what may not be installed.
  const name: string = "@sigstore/sign";
  try {
    return (await import(name)) as SigstoreSign;
  } catch {
    throw new AssayError(
      "UNAVAILABLE",
      'register sign: expected @sigstore/sign to sign through sigstore, got none; install it with "npm install @sigstore/sign@5"',
    );
  }
}
