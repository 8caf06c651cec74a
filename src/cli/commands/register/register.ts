/**
 * `assay register …`: sign and verify models as OpenSSF Model Signing v1.0 does, with its option names; declare, look up
 * and check where models come from.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { type Listing, SHARD_BYTES, signModel, verifyModel } from "../../../app/register/sign-model.js";
import { AssayError } from "../../../base/error.js";
import { HASH_TYPES, type HashType } from "../../../evidence/oms-statement.js";
import { unixSeconds } from "../../../host/moment.js";
import { progressLine } from "../../progress.js";
import { accessCommands } from "./register-access.js";
import { bomCommand } from "./register-bom.js";
import { declareCommand } from "./register-declare.js";
import {
  admitCommand,
  appendCommand,
  demoRegisterCommand,
  fsckCommand,
  initCommand,
  receiptCommand,
} from "./register-log.js";
import { orderCommands } from "./register-order.js";
import { quoteCommand } from "./register-quote.js";
import { checkCommand, descentCommand, lineageCommand, showCommand } from "./register-show.js";

const DOES_NOT_HOLD = 3;

interface Common extends Omit<Listing, "ignorePaths"> {
  signature: string;
  ignorePaths: string[];
  certificateChain: string[];
  json?: boolean;
}

/** All verbs below `register`. */
export function registerCommand(): Command {
  const command = new Command("register")
    .addCommand(signCommand())
    .addCommand(verifyCommand())
    .addCommand(initCommand())
    .addCommand(admitCommand())
    .addCommand(declareCommand())
    .addCommand(appendCommand())
    .addCommand(showCommand())
    .addCommand(checkCommand())
    .addCommand(lineageCommand("made-of"))
    .addCommand(lineageCommand("derives"))
    .addCommand(descentCommand())
    .addCommand(receiptCommand())
    .addCommand(fsckCommand())
    .addCommand(bomCommand())
    .addCommand(quoteCommand(moment))
    .addCommand(demoRegisterCommand())
    .addHelpText(
      "after",
      `
Examples:
  $ openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl ec -in key.pem -pubout -out pub.pem
  $ assay register sign ./model --private-key key.pem --signature model.sig
  $ assay register sign ./model --signing-config signing_config.json --identity-token token.jwt --signature model.sig
  $ assay register verify ./model --public-key pub.pem --signature model.sig
  $ assay register verify ./model --certificate-chain roots.pem --signature model.sig
  $ assay register verify ./model --certificate-chain roots.pem --signature model.sig --timestamp sig.tsr --timestamp-roots tsa.pem
  $ assay register verify ./model --signature model.sig --trust-config trusted_root.json \\
      --identity signer@example.org --identity-provider https://accounts.example.org`,
    );
  for (const order of orderCommands()) command.addCommand(order);
  for (const access of accessCommands()) command.addCommand(access);
  return command;
}

function signCommand(): Command {
  return common(new Command("sign"))
    .description("Sign a model's files with an EC key, alone or with a certificate, or through sigstore.")
    .option("--private-key <file>", "EC private key (P-256, P-384, P-521) in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--signing-certificate <file>", "certificate of the private key: signs in certificate mode")
    .option("--signing-config <file>", "sigstore mode: signing configuration, or client trust configuration")
    .option("--identity-token <file>", "sigstore mode: file with the OpenID Connect token of who signs")
    .addOption(new Option("--method <which>", "whole files or shards").choices(["files", "shards"]).default("files"))
    .addOption(new Option("--hash <which>", "digest of each file or shard").choices([...HASH_TYPES]).default("sha256"))
    .option("--shard-size <bytes>", "bytes a shard", positive, SHARD_BYTES)
    .addHelpText("after", "\nExample:\n  $ assay register sign ./model --private-key key.pem --signature model.sig")
    .action(async (model: string, options: Common & SignArguments) => {
      const progress = progressLine();
      const { method, hash, shardSize, privateKey, password, signingCertificate, signingConfig, identityToken } =
        options;
      if ((signingConfig === undefined) !== (identityToken === undefined))
        throw new AssayError("USAGE", "register sign: --signing-config and --identity-token go together");
      const sigstore = signingConfig && identityToken ? { config: signingConfig, token: identityToken } : undefined;
      const statement = await signModel({
        ...options,
        model,
        method,
        algorithm: hash,
        shardSize,
        ...(sigstore ? { sigstore } : {}),
        ...(privateKey === undefined ? {} : { privateKey }),
        ...(password === undefined ? {} : { password }),
        ...(signingCertificate === undefined ? {} : { signingCertificate }),
        onProgress: (done, total) => progress.report({ stage: "hashing", done, total }),
      }).finally(() => progress.done());
      const { root, resources, serialization, warnings } = statement;
      if (options.json)
        print({
          type: "assay/model-signature/v1",
          root: `sha256:${root}`,
          resources: resources.length,
          serialization,
          signature: options.signature,
          warnings,
        });
      else
        process.stdout.write(
          `${warnings.map((text) => `mind: ${text}\n`).join("")}signed sha256:${root} (${resources.length} ${serialization.method}) into ${options.signature}\n`,
        );
    });
}

interface SignArguments {
  privateKey?: string;
  signingConfig?: string;
  identityToken?: string;
  password?: string;
  signingCertificate?: string;
  method: "files" | "shards";
  hash: HashType;
  shardSize: number;
}

function verifyCommand(): Command {
  return common(new Command("verify"))
    .description("Check a model against its signature. Exit status 3 when it does not hold.")
    .option("--public-key <file>", "EC public key in PEM")
    .option("--trust-config <file>", "sigstore mode: trust root, or client trust configuration")
    .option("--identity <name>", "sigstore mode: who must have signed")
    .option("--identity-provider <url>", "sigstore mode: who must have vouched for the identity")
    .option(
      "--at <time>",
      "the moment at which certificates have to be valid, RFC 3339, where not now: you vouch for it, the signature does not",
      moment,
    )
    .option(
      "--timestamp <file>",
      "an authority's timestamp of the signature (RFC 3161), beside those in its file: certificates are judged at its moment; may be repeated",
      several,
      [],
    )
    .option("--timestamp-roots <file>", "roots of timestamp authorities, in PEM; may be repeated", several, [])
    .option(
      "--log-proof <file>",
      "a tlog-proof of the line sha256:… of the signature's file: certificates are judged at its first cosignature",
    )
    .option("--log-policy <file>", "the policy that the log is believed under")
    .option("--strict-certificates", "refuse certificates that depart from RFC 5280's profile in any way", false)
    .option("--ignore-unsigned-files", "do not mind files that were not signed", false)
    .addHelpText("after", "\nExample:\n  $ assay register verify ./model --public-key pub.pem --signature model.sig")
    .action(async (model: string, options: Common & VerifyArguments) => {
      const progress = progressLine();
      const { publicKey, timestamp, timestampRoots, logProof, logPolicy } = options;
      if ((logProof === undefined) !== (logPolicy === undefined))
        throw new AssayError("USAGE", "register verify: --log-proof and --log-policy go together");
      const logged = logProof && logPolicy ? { proof: logProof, policy: logPolicy } : null;
      const proven = logged !== null || timestamp.length + timestampRoots.length > 0;
      if (proven && options.at !== undefined)
        throw new AssayError("USAGE", "register verify: --at states a moment where a timestamp or a log proves one");
      const { holds, faults, statement, certificate, signedBefore, warnings } = await verifyModel({
        ...options,
        model,
        at: options.at ?? unixSeconds() * 1000,
        ...(proven ? { time: { timestamps: timestamp, timestampRoots, logged } } : {}),
        ...(publicKey === undefined ? {} : { publicKey }),
        onProgress: (done, total) => progress.report({ stage: "hashing", done, total }),
      }).finally(() => progress.done());
      const root = statement ? `sha256:${statement.root}` : null;
      if (options.json)
        print({
          type: "assay/model-signature-check/v1",
          holds,
          root,
          resources: statement?.resources.length ?? null,
          faults,
          certificate,
          signedBefore,
          warnings,
        });
      else if (holds)
        process.stdout.write(
          `${warnings.map((text) => `mind: ${text}\n`).join("")}${
            signedBefore ? `there at ${signedBefore.at}, by a ${signedBefore.proof}: ${signedBefore.by}\n` : ""
          }${
            certificate
              ? `signed by "${certificate.subject}", under "${certificate.anchor}", at ${certificate.at}\n`
              : ""
          }holds: ${statement!.resources.length} ${statement!.serialization.method} as signed, ${root}\n`,
        );
      else process.stdout.write(faults.map((fault) => `does not hold: ${fault}\n`).join(""));
      if (!holds) process.exitCode = DOES_NOT_HOLD;
    });
}

interface VerifyArguments {
  publicKey?: string;
  trustConfig?: string;
  identity?: string;
  identityProvider?: string;
  ignoreUnsignedFiles: boolean;
  timestamp: string[];
  timestampRoots: string[];
  logProof?: string;
  logPolicy?: string;
  at?: number;
  strictCertificates: boolean;
}

function common(command: Command): Command {
  return command
    .argument("<model>", "model folder or file")
    .option("--signature <file>", "the signature's file", "model.sig")
    .option("--ignore-paths <path>", "leave out a file or a folder with all below it; may be repeated", several, [])
    .option("--ignore-git-paths", "leave out .git, .gitattributes, .github, .gitignore", true)
    .option("--no-ignore-git-paths", "take in what belongs to git")
    .option("--allow-symlinks", "sign: follow symbolic links to files (verify does what the signature records)", false)
    .option(
      "--certificate-chain <file>",
      "certificates in PEM: the way to a root (sign), the roots trusted (verify); may be repeated",
      several,
      [],
    )
    .option("--json", "print one record as JSON");
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function moment(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isFinite(at)) throw new InvalidArgumentError("expected a time like 2026-11-28T21:00:00Z.");
  return at;
}

function positive(text: string): number {
  const n = Number(text);
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new InvalidArgumentError("expected a positive whole number.");
  return n;
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
