/**
 * The access ledger's public state: a fold over the log's records of grants and what was given under them. It knows that,
 * when and until when; to whom, what and on which terms stand in sealed fields that it does not see.
 */
import type { EcdsaPublicKey } from "../../../evidence/ecdsa-key.js";
import { atIndex } from "../../entries/ordered.js";
import type { RegisteredKey, Role } from "../append-policy.js";
import type { AccessRecord } from "../register-entry.js";

export interface AccessEntry {
  index: number;
  record: AccessRecord;
  roles: readonly Role[];
  keyName: string;
  /** The key as the policy in force then had it. */
  key: EcdsaPublicKey | null;
}

export interface GrantState {
  entry: AccessEntry;
  deliveries: AccessEntry[];
  /** By the statement of the delivery they acknowledge. */
  receipts: Map<string, AccessEntry>;
  revokedBy: AccessEntry | null;
}

type GrantStanding = "in force" | "expired" | "revoked";

export class AccessLedger {
  readonly entries: AccessEntry[] = [];
  readonly #byStatement = new Map<string, AccessEntry>();
  readonly #grants = new Map<string, GrantState>();
  readonly #commitments = new Set<string>();
  readonly #sealed = new Set<string>();

  add(index: number, record: AccessRecord, holder: RegisteredKey | null): void {
    const entry: AccessEntry = {
      index,
      record,
      roles: holder?.roles ?? [],
      keyName: holder?.name ?? "unknown key",
      key: holder?.key ?? null,
    };
    this.entries.push(entry);
    this.#byStatement.set(record.statement, entry);
    this.#sealed.add(record.sealed);
    for (const commitment of record.commitments) this.#commitments.add(commitment);
    if (record.kind === "access-grant")
      this.#grants.set(record.statement, { entry, deliveries: [], receipts: new Map(), revokedBy: null });
    const grant = record.grant === undefined ? null : this.grant(record.grant);
    if (record.kind === "access-delivery") grant?.deliveries.push(entry);
    if (record.kind === "access-receipt" && record.delivery) grant?.receipts.set(record.delivery, entry);
    if (record.kind === "access-revocation" && grant) grant.revokedBy ??= entry;
  }

  statement(digest: string): AccessEntry | null {
    return this.#byStatement.get(digest) ?? null;
  }

  grant(statement: string): GrantState | null {
    return this.#grants.get(statement) ?? null;
  }

  get grants(): Iterable<GrantState> {
    return this.#grants.values();
  }

  get grantCount(): number {
    return this.#grants.size;
  }

  /** Newest first. */
  latestGrants(count: number): GrantState[] {
    const found: GrantState[] = [];
    for (let i = this.entries.length - 1; i >= 0 && found.length < count; i--) {
      const grant = this.grant(this.entries[i]!.record.statement);
      if (grant) found.push(grant);
    }
    return found;
  }

  /** By its index in the log. */
  at(index: number): AccessEntry | null {
    return atIndex(this.entries, index);
  }

  /** A commitment, or a sealed file, that an earlier entry has: copied, since salts are drawn anew. */
  holds({ commitments, sealed }: Pick<AccessRecord, "commitments" | "sealed">): boolean {
    return this.#sealed.has(sealed) || commitments.some((each) => this.#commitments.has(each));
  }
}

/** @param at Unix seconds; revoked and expired are for good */
export function standingOfGrant({ entry, revokedBy }: GrantState, at: number): GrantStanding {
  if (revokedBy && revokedBy.record.received <= at) return "revoked";
  return Date.parse(entry.record.until!) / 1000 <= at ? "expired" : "in force";
}
