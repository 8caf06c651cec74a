/**
 * The adapter that the OMS conformance suite asks for (github.com/sampras343/model-signing-conformance): its two
 * subcommands, turned into `assay register sign|verify`. Exit status 0 when the model was signed, or holds.
 * What signs through sigstore uses the services and token that `model-signing-conformance.study.ts` names in the environment.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = { type: "string" } as const;
const several = { type: "string", multiple: true, default: [] as string[] } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: text,
    "model-path": text,
    "output-bundle": text,
    bundle: text,
    "private-key": text,
    "public-key": text,
    "signing-cert": text,
    "cert-chain": several,
    "ignore-paths": several,
    "ignore-unsigned-files": { type: "boolean", default: false },
    "identity-token": text,
    identity: text,
    "identity-provider": text,
    "use-staging": { type: "boolean", default: false },
  },
});
const given = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value]);
const each = (flag: string, list: string[]) => list.flatMap((value) => [flag, value]);
const { ASSAY_STAND_IN, SIGSTORE_IDENTITY } = process.env;
const common = [
  values["model-path"]!,
  ...each("--ignore-paths", values["ignore-paths"]),
  ...each("--certificate-chain", values["cert-chain"]),
];
const keyless = values.method === "sigstore";
const standIn = keyless && ASSAY_STAND_IN !== undefined;
const args =
  positionals[0] === "sign-model"
    ? [
        "sign",
        ...common,
        ...given("--signature", values["output-bundle"]),
        ...given("--private-key", values["private-key"]),
        ...given("--signing-certificate", values["signing-cert"]),
        ...(standIn
          ? [
              "--signing-config",
              `${ASSAY_STAND_IN}/signing_config.json`,
              "--identity-token",
              `${ASSAY_STAND_IN}/token.jwt`,
            ]
          : []),
      ]
    : [
        "verify",
        ...common,
        ...given("--signature", values.bundle),
        ...given("--public-key", values["public-key"]),
        ...given("--identity", values.identity),
        ...given("--identity-provider", values["identity-provider"]),
        ...(values["ignore-unsigned-files"] ? ["--ignore-unsigned-files"] : []),
        ...(keyless
          ? [
              "--trust-config",
              standIn && values.identity === SIGSTORE_IDENTITY
                ? `${ASSAY_STAND_IN}/trusted_root.json`
                : `${root}/fixtures/sigstore/trusted-root.json`,
            ]
          : []),
      ];
const { status } = spawnSync(process.execPath, [`${root}/dist/cli/main.js`, "register", ...args], { stdio: "inherit" });
process.exitCode = status ?? 1;
