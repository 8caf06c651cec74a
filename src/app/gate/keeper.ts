/**
 * A gate that stands: the register's fold is held here and grows with the log, so that a verdict asks no network. What is
 * known of a model is gathered once for each state of the log; age and time are set at each verdict. A log that cannot be
 * read any more grows old and then refuses by its age, as the policy says; a log that shrank or forked refuses at once.
 */
import { AssayError } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import type { GateFacts } from "../../office/gate/facts.js";
import { type GateVerdict, judge } from "../../office/gate/verdict.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { type Register, refresh } from "../register/register.js";
import { openedRegister } from "./check-model.js";
import { evaluationsAt, gatherFacts } from "./gather-facts.js";
import type { PolicyFolder } from "./policy-folder.js";
import { type AuditAtHand, auditsAt } from "./read-audit.js";
import type { ReadFiles } from "./read-evaluation.js";
import { type SignaturesAtHand, signatureAtHand, signaturesAt } from "./signatures.js";

const HELD_MAX = 100_000;
/** Orders begin, end and are stayed by the clock: facts are gathered anew after so long, however the log stands. */
const HELD_SECONDS = 60;

/** Files that a standing gate was given: evaluations, audit reports, signatures of models that lie elsewhere. */
interface AtHand {
  evaluations: readonly ReadFiles[];
  audits: readonly AuditAtHand[];
  signatures: SignaturesAtHand;
}

const NOTHING: AtHand = { evaluations: [], audits: [], signatures: new Map() };

/** Reads each path that was given, once. @throws what a file that is none of its kind says */
export async function readAtHand(given: {
  evaluations?: string;
  audits?: string;
  signatures?: string;
}): Promise<AtHand> {
  return {
    evaluations: given.evaluations === undefined ? [] : await evaluationsAt(given.evaluations),
    audits: given.audits === undefined ? [] : await auditsAt(given.audits),
    signatures: given.signatures === undefined ? new Map() : await signaturesAt(given.signatures),
  };
}

export class GateKeeper {
  readonly #where: string;
  readonly #folder: PolicyFolder;
  readonly #atHand: AtHand;
  readonly #now: () => number;
  #register: Register | null = null;
  /** Why the log is not taken; it refuses everything while it is not null. */
  fault: string | null = "the log was not read yet";
  readonly #held = new Map<ModelId, { size: number; at: number; facts: GateFacts }>();

  constructor(where: string, folder: PolicyFolder, atHand: AtHand = NOTHING, now: () => number = unixSeconds) {
    this.#where = where;
    this.#folder = folder;
    this.#atHand = atHand;
    this.#now = now;
  }

  /** Over a register that is open already. */
  static over(register: Register, folder: PolicyFolder, now: () => number): GateKeeper {
    const keeper = new GateKeeper(register.where, folder, NOTHING, now);
    keeper.#register = register;
    keeper.fault = null;
    return keeper;
  }

  /** Reads what the log has got since. Never throws for what a log may do: it is kept as `fault`, or the log grows old. */
  async look(): Promise<void> {
    if (!this.#register) {
      const { register, fault } = await openedRegister(this.#where, this.#folder.trust);
      this.#register = register;
      this.fault = fault;
      return;
    }
    try {
      await refresh(this.#register, this.#folder.trust);
      this.fault = null;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      // Away for a while is old, not false; a log that contradicts itself is false.
      if (error.code !== "NOT_FOUND" && error.code !== "UNAVAILABLE") this.fault = error.message;
    }
  }

  /** Entries of the log that the verdicts rest on. */
  get size(): number {
    return this.#register?.index.size ?? 0;
  }

  /** @param model by its digest: names and tags may mean other weights tomorrow */
  async verdict(model: ModelId): Promise<GateVerdict> {
    const now = this.#now();
    const facts = await this.#facts(model, now);
    return judge(facts, this.#folder.policy, this.#folder.rules, this.#folder.engine);
  }

  async #facts(model: ModelId, now: number): Promise<GateFacts> {
    const register = this.fault === null ? this.#register : null;
    const held = this.#held.get(model);
    if (register && held?.size === register.index.size && now - held.at < HELD_SECONDS && now >= held.at)
      return atMoment(held.facts, now);
    const facts = await gatherFacts({
      register,
      trust: this.#folder.trust,
      model,
      signature: signatureAtHand(this.#atHand.signatures, model, register?.index ?? null, now),
      evaluations: this.#atHand.evaluations,
      audits: this.#atHand.audits,
      now,
    });
    if (register) {
      if (this.#held.size >= HELD_MAX) this.#held.clear();
      this.#held.set(model, { size: register.index.size, at: now, facts });
    }
    return facts;
  }
}

function atMoment(facts: GateFacts, now: number): GateFacts {
  const at = `${new Date(now * 1000).toISOString().slice(0, 19)}Z`;
  const { log } = facts;
  if (!log || log.cosigned === null) return { ...facts, at };
  return { ...facts, at, log: { ...log, ageSeconds: Math.max(0, now - Date.parse(log.cosigned) / 1000) } };
}
