/**
 * The register's state: a fold over the log's records, so that anyone can compute it again. It holds facts of records
 * only; what a declaration says in full is read from its bundle when it is asked for.
 * _Nothing is edited:_ a corrected or withdrawn entry stays, and knows what came after it.
 */
import type { Digest } from "../../base/digest.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import { AccessLedger } from "./access/ledger.js";
import type { AppendPolicy, Role } from "./append-policy.js";
import type { Kind } from "./kinds.js";
import { skeleton } from "./look-alike.js";
import { NameSearch } from "./name-search.js";
import { type DeclaredRecord, type EntryRecord, isAccess } from "./register-entry.js";
import type { ModelId } from "./vocabulary.js";

export interface Entry {
  index: number;
  record: DeclaredRecord;
  /** What it puts in force: for a correction the kind of its replacement. */
  puts: Kind;
  roles: readonly Role[];
  keyName: string;
  /** The key as the policy in force then had it; null for a key it did not have. */
  key: EcdsaPublicKey | null;
  correctedBy: Entry | null;
  withdrawnBy: Entry | null;
  challenges: readonly Entry[];
  closedBy: Entry | null;
  audits: readonly Entry[];
}

/** Most entries have neither; a million of them share one empty list. */
const NONE: readonly Entry[] = [];

export interface ModelState {
  id: ModelId;
  name: string;
  uri: string | null;
  entries: Entry[];
  withdrawnBy: Entry | null;
  /** Findings in which it is the suspect or the reference. */
  findings: Entry[];
}

export class RegisterIndex {
  /** Entries of the log that were folded. */
  size = 0;
  readonly models = new Map<ModelId, ModelState>();
  readonly entries: Entry[] = [];
  policy: AppendPolicy = new Map();
  policyDigest: string | null = null;
  readonly names = new NameSearch();
  /** Who was given access to what, in commitments: apart from what is declared about models. */
  readonly access = new AccessLedger();
  readonly #byStatement = new Map<string, Entry>();
  /** Declared links by the parent they name; those not in force are left out when asked. */
  readonly #children = new Map<ModelId, Entry[]>();
  readonly #bySkeleton = new Map<string, { name: string; key: string }>();
  readonly #byUri = new Map<string, ModelId[]>();
  readonly #texts = new Map<string, string>();

  /** @param policy the body of a policy record; null for all others */
  add(record: EntryRecord, policy: AppendPolicy | null): void {
    const index = this.size++;
    if (record.kind === "policy") {
      this.policy = policy ?? new Map();
      this.policyDigest = record.policy;
      return;
    }
    const holder = this.policy.get(record.key);
    if (isAccess(record)) {
      this.access.add(index, record, holder ?? null);
      return;
    }
    const model = this.#model(record);
    const entry: Entry = {
      index,
      // The same text once: what was parsed a million times would be held a million times.
      record: { ...record, model: model.id, name: this.#same(record.name), key: this.#same(record.key) },
      puts: record.as ?? record.kind,
      roles: holder?.roles ?? [],
      keyName: holder?.name ?? "unknown key",
      key: holder?.key ?? null,
      correctedBy: null,
      withdrawnBy: null,
      challenges: NONE,
      closedBy: null,
      audits: NONE,
    };
    this.entries.push(entry);
    this.#byStatement.set(record.statement, entry);
    model.entries.push(entry);
    for (const parent of new Set([...(record.parents ?? []), ...(record.teachers ?? [])]))
      push(this.#children, parent, entry);
    const about = record.about ? this.#byStatement.get(record.about) : undefined;
    if (record.kind === "correction" && about) about.correctedBy = entry;
    if (record.kind === "withdrawal") {
      if (about) about.withdrawnBy = entry;
      else if (record.about === undefined) model.withdrawnBy = entry;
    }
    if (record.kind === "challenge" && about) about.challenges = [...about.challenges, entry];
    if (record.kind === "challenge-closed" && about) about.closedBy = entry;
    if (record.kind === "audit" && about) about.audits = [...about.audits, entry];
    if (record.kind === "finding") {
      model.findings.push(entry);
      if (record.other) this.models.get(record.other)?.findings.push(entry);
    }
  }

  statement(digest: Digest | string): Entry | null {
    return this.#byStatement.get(digest) ?? null;
  }

  /** What is in force of a kind, by the model's own declarer: the first publisher, else the first compiler. */
  inForce(model: ModelState, kind: Kind): Entry[] {
    const declarer = this.declarer(model);
    return model.entries.filter((entry) => entry.puts === kind && entry.record.key === declarer && isInForce(entry));
  }

  /** Key of the first publisher who spoke about the model, else of the first compiler. */
  declarer(model: ModelState): string | null {
    const first = (role: Role) => model.entries.find(({ roles }) => roles.includes(role))?.record.key;
    return first("publisher") ?? first("compiler") ?? null;
  }

  /** Declared links to models made from this one, in force. */
  childLinks(id: ModelId): Entry[] {
    return (this.#children.get(id) ?? []).filter((entry) => {
      if (!isInForce(entry)) return false;
      const model = this.models.get(entry.record.model);
      return model !== undefined && this.declarer(model) === entry.record.key;
    });
  }

  openChallenges(model: ModelState): Entry[] {
    return model.entries
      .filter(isInForce)
      .flatMap(({ challenges }) => challenges)
      .filter(({ closedBy, withdrawnBy }) => closedBy === null && withdrawnBy === null);
  }

  /** A name of another key that a reader may take for this one. */
  lookAlike(name: string, key: string): string | null {
    const known = this.#bySkeleton.get(skeleton(name));
    return known && known.key !== key && known.name !== name ? known.name : null;
  }

  /** Models whose declaration names this address. */
  withAddress(uri: string): readonly ModelId[] {
    return this.#byUri.get(uri) ?? [];
  }

  #same(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  #model({ model: id, name, uri, key }: DeclaredRecord): ModelState {
    let model = this.models.get(id);
    if (!model) {
      model = { id, name, uri: uri ?? null, entries: [], withdrawnBy: null, findings: [] };
      this.models.set(id, model);
      this.names.add(name, id);
      const shape = skeleton(name);
      if (!this.#bySkeleton.has(shape)) this.#bySkeleton.set(shape, { name, key });
    }
    if (uri !== undefined) {
      model.uri ??= uri;
      const known = this.#byUri.get(uri) ?? [];
      if (!known.includes(id)) this.#byUri.set(uri, [...known, id]);
    }
    return model;
  }
}

export function isInForce({ correctedBy, withdrawnBy }: Entry): boolean {
  return correctedBy === null && withdrawnBy === null;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
