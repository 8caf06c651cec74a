/**
 * The register's state: a fold over the log's records, so that anyone can compute it again. It holds facts of records
 * only; what a declaration says in full is read from its bundle when it is asked for.
 * _Nothing is edited:_ a corrected or withdrawn entry stays, and knows what came after it.
 */
import type { Digest } from "../../base/digest.js";
import { assert } from "../../base/error.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import { ForeignEntries, type ForeignEntry } from "../entries/foreign.js";
import { atIndex } from "../entries/ordered.js";
import { AccessLedger } from "./access/ledger.js";
import type { AppendPolicy, RegisteredKey, Role } from "./append-policy.js";
import type { Kind } from "./declarations/kinds.js";
import type { ModelId } from "./declarations/vocabulary.js";
import { DigestSlab } from "./digest-slab.js";
import type { FoundDescents } from "./found-descent.js";
import { skeleton } from "./names/look-alike.js";
import { NameSearch } from "./names/name-search.js";
import { Authorities } from "./orders/authorities.js";
import type { AuthorityPolicy } from "./orders/authority-policy.js";
import { Orders } from "./orders/orders.js";
import {
  type DeclaredRecord,
  ENTRY_TYPE,
  isAccess,
  isAuthority,
  isForeign,
  isPolicy,
  type LoggedRecord,
} from "./register-entry.js";

/** A key as one policy had it; shared by all entries under that policy. */
interface Holder {
  keyId: string;
  roles: readonly Role[];
  name: string;
  key: EcdsaPublicKey | null;
}

/** Facts that few records have. */
type Rare = Pick<
  DeclaredRecord,
  "uri" | "about" | "as" | "relation" | "parents" | "teachers" | "other" | "found" | "order" | "models"
>;

/** One declaration of the register. A million of them are held: what can be shared is, and digests lie in a slab. */
export class Entry {
  correctedBy: Entry | null = null;
  withdrawnBy: Entry | null = null;
  challenges: readonly Entry[] = NONE;
  closedBy: Entry | null = null;
  audits: readonly Entry[] = NONE;
  readonly index: number;
  readonly kind: Kind;
  readonly #holder: Holder;
  readonly #model: ModelState;
  readonly #name: string;
  readonly #issued: string;
  readonly #received: number;
  readonly #rare: Rare | null;
  readonly #slab: DigestSlab;
  readonly #row: number;

  constructor(index: number, record: DeclaredRecord, holder: Holder, model: ModelState, slab: DigestSlab) {
    this.index = index;
    this.kind = record.kind;
    this.#holder = holder;
    this.#model = model;
    this.#name = record.name === model.name ? model.name : record.name;
    this.#issued = record.issued;
    this.#received = record.received;
    this.#rare = rareOf(record);
    this.#slab = slab;
    this.#row = slab.add(record.statement, record.bundle);
  }

  /** What it puts in force: for a correction the kind of its replacement. */
  get puts(): Kind {
    return this.#rare?.as ?? this.kind;
  }

  get keyId(): string {
    return this.#holder.keyId;
  }

  get roles(): readonly Role[] {
    return this.#holder.roles;
  }

  get keyName(): string {
    return this.#holder.name;
  }

  /** The key as the policy in force then had it; null for a key it did not have. */
  get key(): EcdsaPublicKey | null {
    return this.#holder.key;
  }

  get model(): ModelId {
    return this.#model.id;
  }

  /** The log's record, made anew at each call. */
  get record(): DeclaredRecord {
    return {
      type: ENTRY_TYPE,
      kind: this.kind,
      model: this.#model.id,
      name: this.#name,
      statement: this.#slab.text(this.#row, 0) as Digest,
      bundle: this.#slab.text(this.#row, 1) as Digest,
      key: this.#holder.keyId,
      issued: this.#issued,
      received: this.#received,
      ...this.#rare,
    };
  }
}

function rareOf({
  uri,
  about,
  as,
  relation,
  parents,
  teachers,
  other,
  found,
  order,
  models,
}: DeclaredRecord): Rare | null {
  const rare: Rare = {};
  if (uri !== undefined) rare.uri = uri;
  if (about !== undefined) rare.about = about;
  if (as !== undefined) rare.as = as;
  if (relation !== undefined) rare.relation = relation;
  if (parents !== undefined) rare.parents = parents;
  if (teachers !== undefined) rare.teachers = teachers;
  if (other !== undefined) rare.other = other;
  if (found !== undefined) rare.found = found;
  if (order !== undefined) rare.order = order;
  if (models !== undefined) rare.models = models;
  return Object.keys(rare).length === 0 ? null : rare;
}

/** Most entries have neither; a million of them share one empty list. */
const NONE: readonly Entry[] = [];

/** A clock that is set right goes back by seconds; ten minutes are none of those. */
const CLOCK_BACK_SECONDS_MAX = 600;
const BACKWARDS_MAX = 100;

export interface ModelState {
  id: ModelId;
  name: string;
  uri: string | null;
  entries: Entry[];
  withdrawnBy: Entry | null;
}

export class RegisterIndex {
  readonly descents: FoundDescents;
  /** Entries of the log that were folded. */
  size = 0;
  readonly models = new Map<ModelId, ModelState>();
  readonly entries: Entry[] = [];
  policy: AppendPolicy = new Map();
  policyDigest: string | null = null;
  readonly names = new NameSearch();
  /** Who was given access to what, in commitments: apart from what is declared about models. */
  readonly access = new AccessLedger();
  /** Entries of kinds that this version does not know. */
  readonly foreign = new ForeignEntries();
  readonly authorities = new Authorities();
  readonly orders = new Orders();
  /** Statements and bundles by the place of their entry in `entries`. */
  readonly #digests = new DigestSlab();
  /** Declared links by the parent they name; those not in force are left out when asked. */
  readonly #children = new Map<ModelId, Entry[]>();
  /** Findings by each model they name: one may be entered before its model is declared. */
  readonly #findings = new Map<ModelId, Entry[]>();
  readonly #bySkeleton = new Map<string, { name: string; key: string }>();
  readonly #byUri = new Map<string, ModelId[]>();
  /** Entries received, by the operator's clock, well before an earlier one: the clock was wrong, or lies. */
  readonly backwards: number[] = [];
  #latest = 0;
  readonly #byKey = new Map<string, Entry[]>();
  /** Keys as the policy in force has them. */
  #holders = new Map<string, Holder>();

  /** @param descents which questions of laboratories speak of descent */
  constructor(descents: FoundDescents) {
    this.descents = descents;
  }

  /** @param body of a policy record, or of an authority's; null for all others */
  add(record: LoggedRecord, body: AppendPolicy | AuthorityPolicy | null): void {
    const index = this.size++;
    if (record.received !== null) {
      if (record.received < this.#latest - CLOCK_BACK_SECONDS_MAX && this.backwards.length < BACKWARDS_MAX)
        this.backwards.push(index);
      this.#latest = Math.max(this.#latest, record.received);
    }
    if (isForeign(record)) {
      this.foreign.add(index, record);
      return;
    }
    if (isPolicy(record)) {
      this.policy = (body as AppendPolicy | null) ?? new Map();
      this.policyDigest = record.policy;
      this.#holders = new Map();
      return;
    }
    if (isAuthority(record)) {
      const { statement, key, received, effective } = record;
      // What it replaces is in effect until then, and a first one from its entry on.
      this.#holders = new Map();
      const from = Math.max(Date.parse(effective) / 1000, received);
      if (body)
        this.authorities.add({ index, statement, key, received, effective: from, policy: body as AuthorityPolicy });
      return;
    }
    if (isAccess(record)) {
      this.access.add(index, record, this.policy.get(record.key) ?? null);
      return;
    }
    const model = this.#model(record);
    if (record.parents) record = { ...record, parents: record.parents.map((id) => this.models.get(id)?.id ?? id) };
    const about = record.about ? this.statement(record.about) : null;
    const entry = new Entry(index, record, this.#holder(record.key, record.received), model, this.#digests);
    this.entries.push(entry);
    append(model, entry);
    push(this.#byKey, record.key, entry);
    for (const parent of new Set([...(record.parents ?? []), ...(record.teachers ?? [])]))
      push(this.#children, parent, entry);
    if (record.kind === "correction" && about) about.correctedBy = entry;
    if (record.kind === "withdrawal") {
      if (about) about.withdrawnBy = entry;
      else if (record.about === undefined) model.withdrawnBy = entry;
    }
    if (record.kind === "challenge" && about) about.challenges = [...about.challenges, entry];
    if (record.kind === "challenge-closed" && about) about.closedBy = entry;
    if (record.kind === "audit" && about) about.audits = [...about.audits, entry];
    if (record.order) {
      const { authority } = this.authorities.acting(record.key, record.received) ?? { authority: entry.keyName };
      this.orders.add(entry, record.statement, authority, record.order);
    }
    const order = about ? this.orders.statement(record.about!) : null;
    if (record.kind === "order-lifted") order?.lifted.push({ entry, models: record.models ?? null });
    if (record.kind === "order-extended") order?.extended.push({ entry, models: record.models ?? [] });
    if (record.kind === "finding")
      for (const id of new Set([record.model, record.other, record.found?.suspect as ModelId | undefined]))
        if (id) push(this.#findings, id, entry);
  }

  /** Leaves out what stands before this index in the log: for a reader who asks of some entries alone. */
  passTo(index: number): void {
    assert(index >= this.size, "register index: expected an index that was not folded");
    this.size = index;
  }

  statement(digest: Digest | string): Entry | null {
    const row = this.#digests.find(digest);
    return row < 0 ? null : this.entries[row]!;
  }

  /** By its index in the log. */
  at(index: number): Entry | null {
    return atIndex(this.entries, index);
  }

  /** All entries that a key signed. */
  byKey(keyId: string): readonly Entry[] {
    return this.#byKey.get(keyId) ?? NONE;
  }

  /** What is in force of a kind, by the model's own declarer: the first publisher, else the first compiler. */
  inForce(model: ModelState, kind: Kind): Entry[] {
    const declarer = this.declarer(model);
    return model.entries.filter((entry) => entry.puts === kind && entry.keyId === declarer && isInForce(entry));
  }

  /**
   * Key of the first publisher who spoke about the model, else of the first compiler.
   * @param at as the log stood after this entry
   */
  declarer(model: ModelState, at = Number.POSITIVE_INFINITY): string | null {
    const first = (role: Role) => model.entries.find(({ roles, index }) => roles.includes(role) && index <= at)?.keyId;
    return first("publisher") ?? first("compiler") ?? null;
  }

  /** Every declaration that ever named this model as a base or a teacher, in force or not, by whomever. */
  namedAsBase(id: ModelId): readonly Entry[] {
    return this.#children.get(id) ?? NONE;
  }

  /** Every finding that names this model, whether or not it was declared by then. */
  findingsNaming(id: ModelId): readonly Entry[] {
    return this.#findings.get(id) ?? NONE;
  }

  /** Declared links to models made from this one, in force. */
  childLinks(id: ModelId): Entry[] {
    return (this.#children.get(id) ?? []).filter((entry) => {
      if (!isInForce(entry)) return false;
      const model = this.models.get(entry.model);
      return model !== undefined && this.declarer(model) === entry.keyId;
    });
  }

  /** Foreign entries that speak of any of these models. */
  foreignAboutAny(ids: Iterable<ModelId>): ForeignEntry[] {
    const found = new Map<number, ForeignEntry>();
    if (this.foreign.count > 0)
      for (const id of ids) {
        const model = this.models.get(id);
        for (const entry of model ? this.foreignAbout(model) : this.foreign.speakingOf([id]))
          found.set(entry.index, entry);
      }
    return [...found.values()].sort((a, b) => a.index - b.index);
  }

  /** Foreign entries that speak of a model: by its id, name or address, of a statement about it, or of its declarer's key. */
  foreignAbout(model: ModelState): ForeignEntry[] {
    if (this.foreign.count === 0) return [];
    const { id, name, uri, entries } = model;
    const statements = entries.flatMap(({ record: { statement, bundle, name: called } }) => [
      statement,
      bundle,
      called,
    ]);
    return this.foreign.speakingOf([id, name, uri, this.declarer(model), ...statements]);
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

  /** A key as the policy in force has it, or as an authority's policy does at a time (Unix seconds). */
  registered(keyId: string, at: number): RegisteredKey | undefined {
    const known = this.policy.get(keyId);
    const acting = this.authorities.registered(keyId, at);
    return known && acting ? { ...known, roles: [...new Set([...known.roles, ...acting.roles])] } : (known ?? acting);
  }

  #holder(keyId: string, at: number): Holder {
    const authority = this.authorities.acting(keyId, at)?.authority ?? "";
    const shared = `${keyId} ${authority}`;
    let holder = this.#holders.get(shared);
    if (!holder) {
      const known = this.registered(keyId, at);
      holder = { keyId, roles: known?.roles ?? [], name: known?.name ?? "unknown key", key: known?.key ?? null };
      this.#holders.set(shared, holder);
    }
    return holder;
  }

  #model({ model: id, name, uri, key, kind }: DeclaredRecord): ModelState {
    let model = this.models.get(id);
    if (!model) {
      model = { id, name, uri: uri ?? null, entries: [], withdrawnBy: null };
      this.models.set(id, model);
      this.names.add(name, id);
      const shape = skeleton(name);
      // An order may come before any declaration: its authority does not take the name.
      if (kind !== "order" && !this.#bySkeleton.has(shape)) this.#bySkeleton.set(shape, { name, key });
    }
    if (uri !== undefined) {
      model.uri ??= uri;
      const known = this.#byUri.get(uri) ?? [];
      if (!known.includes(id)) this.#byUri.set(uri, [...known, id]);
    }
    return model;
  }
}

/** Neither corrected nor withdrawn. A challenge does not end an entry. */
export function isInForce({ correctedBy, withdrawnBy }: Entry): boolean {
  return correctedBy === null && withdrawnBy === null;
}

/** Most models have a few entries: an array that grows by `push` reserves room for seventeen. */
const FEW = 8;

function append(model: ModelState, entry: Entry): void {
  if (model.entries.length < FEW) model.entries = [...model.entries, entry];
  else model.entries.push(entry);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
