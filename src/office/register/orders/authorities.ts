/**
 * Authorities as the log has them: for each, its policies in order, and which is in effect at a time. A replacement that
 * is answered by another before it takes effect never takes effect. Times are those of receipt, on the operator's clock,
 * which cosignatures bound from both sides (`log-time.ts`).
 */
import type { RegisteredKey } from "../append-policy.js";
import type { AuthorityKey, AuthorityPolicy } from "./authority-policy.js";

/** Keys are replaced after two days, so that a holder who was robbed can answer; OFFICE's rule for parties. */
export const REPLACEMENT_NOTICE_SECONDS = 48 * 3600;
/** Where no key of the authority signs, the register's own key for authorities may, after two weeks. */
export const RESCUE_NOTICE_SECONDS = 14 * 86_400;

interface AuthorityVersion {
  /** Entry of the log. */
  index: number;
  statement: string;
  key: string;
  received: number;
  /** Unix seconds. */
  effective: number;
  policy: AuthorityPolicy;
  /** The entry that replaced it before it took effect. */
  supersededBy: number | null;
}

interface Acting {
  authority: string;
  keyId: string;
  holder: AuthorityKey;
}

export class Authorities {
  readonly #byName = new Map<string, AuthorityVersion[]>();

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  versions(authority: string): readonly AuthorityVersion[] {
    return this.#byName.get(authority) ?? [];
  }

  add(version: Omit<AuthorityVersion, "supersededBy">): void {
    const list = this.#byName.get(version.policy.authority) ?? [];
    for (const earlier of list) if (earlier.effective > version.received) earlier.supersededBy ??= version.index;
    list.push({ ...version, supersededBy: null });
    this.#byName.set(version.policy.authority, list);
  }

  /** The last one entered, whether or not in effect: what a replacement names. */
  latest(authority: string): AuthorityVersion | null {
    return this.#byName.get(authority)?.at(-1) ?? null;
  }

  /** @param at Unix seconds */
  inEffect(authority: string, at: number): AuthorityVersion | null {
    const versions = this.versions(authority);
    return versions.findLast(({ effective, supersededBy }) => supersededBy === null && effective <= at) ?? null;
  }

  has(statement: string): boolean {
    return [...this.#byName.values()].some((list) => list.some((version) => version.statement === statement));
  }

  /** In whose name a key acts at a time; null when it acts in none. A key acts for the authority that named it first. */
  acting(keyId: string, at: number): Acting | null {
    for (const authority of this.#byName.keys()) {
      const holder = this.inEffect(authority, at)?.policy.keys.get(keyId);
      if (holder) return { authority, keyId, holder };
    }
    return null;
  }

  /** As a registered key, for checking signatures. */
  registered(keyId: string, at: number): RegisteredKey | undefined {
    const acting = this.acting(keyId, at);
    if (!acting) return undefined;
    const { authority, holder } = acting;
    return { name: `${holder.name} (${authority})`, key: holder.key, roles: ["authority"], names: [] };
  }
}
