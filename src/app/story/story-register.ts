/**
 * The register of the told dispute: a log whose heads a witness cosigns, a process of its own; two publishers, a
 * laboratory and an authority with keys made here. Its times are the clock's, as a register's must be.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { randomSeed, unixSeconds } from "../../host/moment.js";
import type { Basis } from "../../office/register/declarations/order.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { encodeSecretKey, encodeVerifierKey, secretKeyOf } from "../../tlog/note-keys.js";
import { type Policy, parsePolicy, plainPolicy } from "../../tlog/policy.js";
import { makePlayer } from "../docket/rehearsal.js";
import { appendEntries, initLog, proveEntry, readEntry } from "../log/log.js";
import { moment } from "../register/access.js";
import { policyOf } from "../register/append-keys.js";
import { modelRoot, signDeclaration } from "../register/declare.js";
import { enterFinding, makeOrder, setAuthority } from "../register/orders.js";
import { type AppendResult, appendDeclarations, initRegister } from "../register/register.js";
import { checkRegister } from "../register/register-fsck.js";
import type { Verified } from "./step.js";

interface WitnessRun {
  url: string;
  close: () => Promise<void>;
}

/** Starts a witness of logs, given by their verifier keys. @param keyFile its private key */
export type StartWitness = (folder: string, keyFile: string, logs: readonly string[]) => Promise<WitnessRun>;

const WITNESS = "witness.example";
const AUTHORITY = "docket.example";
const quiet = () => undefined;

const GRANTS = {
  aldgate: { name: "Aldgate Labs", roles: ["publisher"], names: ["aldgate/"] },
  meridian: { name: "Meridian Cloud", roles: ["publisher"], names: ["meridian/"] },
  you: { name: "You", roles: ["publisher"], names: ["you/"] },
  laboratory: { name: "Thornbury Analysis", roles: ["auditor"], names: [] },
  office: { name: "The docket's office", roles: ["authority"], names: [] },
} as const;
type Who = keyof typeof GRANTS;

export class StoryRegister {
  /** Of the log. */
  readonly folder: string;
  /** Under which a reader believes it: its keys, and the witness that has to cosign. */
  readonly policyFile: string;
  readonly policy: Policy;
  readonly #keys: string;
  readonly #players: ReadonlyMap<Who, ReturnType<typeof makePlayer>>;
  readonly #commitments: string;
  readonly #witness: WitnessRun;

  private constructor(given: {
    folder: string;
    policyFile: string;
    policy: Policy;
    keys: string;
    commitments: string;
    players: ReadonlyMap<Who, ReturnType<typeof makePlayer>>;
    witness: WitnessRun;
  }) {
    this.folder = given.folder;
    this.policyFile = given.policyFile;
    this.policy = given.policy;
    this.#keys = given.keys;
    this.#commitments = given.commitments;
    this.#players = given.players;
    this.#witness = given.witness;
  }

  /** @param out the story's folder */
  static async open(out: string, start: StartWitness): Promise<StoryRegister> {
    const [at, keys] = [join(out, "register"), join(out, "keys")];
    for (const each of [at, keys]) await mkdir(each, { recursive: true });
    const players = new Map((Object.keys(GRANTS) as Who[]).map((who) => [who, makePlayer()]));
    for (const [who, { privateKey, publicKey }] of players) {
      await writeFile(join(keys, `${who}.pem`), privateKey, { mode: 0o600 });
      await writeFile(join(keys, `${who}-public.pem`), publicKey);
    }
    const [folder, commitments] = [join(at, "log"), join(at, "commitments")];
    const grants = [...players].map(([who, { publicKey }]) => ({ ...GRANTS[who], publicKey }));
    const register = await initRegister(folder, "register.example/models", policyOf(grants));
    const committed = await initLog(commitments, "aldgate.example/commitments");
    const secret = secretKeyOf(WITNESS, "ed25519-cosigner", randomSeed());
    const keyFile = join(keys, "witness.key");
    await writeFile(keyFile, `${encodeSecretKey(secret)}\n`, { mode: 0o600 });
    const logs = [...register.verifierKeys, ...committed.verifierKeys];
    const witness = await start(join(at, "witness"), keyFile, logs);
    const plain = plainPolicy(logs).replace("quorum none\n", "");
    const text = `${plain}witness ${WITNESS} ${encodeVerifierKey(secret)} ${witness.url}\nquorum ${WITNESS}\n`;
    const policyFile = join(at, "trust.txt");
    await writeFile(policyFile, text);
    const policy = parsePolicy(utf8(text), policyFile);
    return new StoryRegister({ folder, policyFile, policy, keys, commitments, players, witness });
  }

  /** What Aldgate will use is on record before it is used. @param commitments files' bytes */
  async commit(commitments: readonly Uint8Array[]): Promise<void> {
    await appendEntries(this.#commitments, commitments, this.policy);
  }

  /** Declared as pretrained, as both sides do. @returns its id, the digest of its files */
  async declare(who: "aldgate" | "meridian", name: string, model: string): Promise<ModelId> {
    const id = `sha256:${await modelRoot(model, quiet)}` as ModelId;
    const predicate = {
      issued: moment(unixSeconds()),
      relation: "pretrained" as const,
      ...{ bases: [], licence: null, compute: { flop: null }, released: null },
    };
    const { bundle } = signDeclaration({ name, id, uri: null }, "derivation", predicate, this.#players.get(who)!);
    const [result] = await appendDeclarations(this.folder, [bundle], this.policy);
    admitted(result!);
    return id;
  }

  /**
   * The case's order, entered by the authority, with the case's own entry and its proof as basis.
   * @param from folder of the case and number of the order's entry
   */
  async order(model: ModelId, from: { folder: string; seq: number }, reasons: string): Promise<void> {
    admitted(
      await setAuthority(this.#entering("office"), {
        authority: AUTHORITY,
        keys: [{ path: join(this.#keys, "office-public.pem"), name: "the office", effects: ["notice", "label"] }],
        effective: null,
        reason: "first keys",
      }),
    );
    admitted(
      await makeOrder(this.#entering("office"), model, null, {
        ...{ effect: "label", reach: "self", taught: false, noticeDays: 0, until: null, stay: null },
        from: moment(unixSeconds()),
        basis: await basisIn(from.folder, from.seq),
        reasons,
      }),
    );
  }

  /** @param file finding.json beside the suspect */
  async finding(file: string, suspect: ModelId, reference: ModelId): Promise<void> {
    admitted(await enterFinding(this.#entering("laboratory"), file, { beside: suspect, suspect, reference }));
  }

  /** The whole log, as anyone may check it. */
  async check(): Promise<Verified> {
    const { faults, entries } = await checkRegister(this.folder, this.policy, quiet);
    return { what: `register of ${entries} entries, cosigned by ${WITNESS}`, holds: faults.length === 0 };
  }

  close(): Promise<void> {
    return this.#witness.close();
  }

  #entering(who: Who) {
    return { register: this.folder, signer: this.#players.get(who)!, witnesses: this.policy };
  }
}

function admitted(result: AppendResult): void {
  if (!result.admitted) throw new AssayError("USAGE", `story: ${result.says}`);
}

async function basisIn(folder: string, seq: number): Promise<Basis> {
  const record = await readEntry(folder, seq);
  const proof = fromUtf8(await proveEntry(folder, seq, null), "proof");
  return { digest: sha256Digest(record), entry: { record: fromUtf8(record, "record"), proof } };
}
