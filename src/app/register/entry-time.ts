/** When an entry was first cosigned, as far as a reader with a policy can tell: read, checked, and held against the log. */
import { AssayError } from "../../base/error.js";
import { entryHeadPath } from "../../host/log/entry-heads.js";
import { entryTime, faultOfReceived } from "../../office/register/log-time.js";
import type { Policy } from "../../tlog/policy.js";
import { consistencyProof } from "../../tlog/tree-reader.js";
import { type Cosigned, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import type { Register } from "./register.js";

/** Cosignatures of the first head that is known to hold the entry: the one kept beside it, else the one at hand. */
export async function firstCosigned(register: Register, index: number, trust: Policy | null): Promise<Cosigned[]> {
  if (!trust || trust.witnesses.length === 0) return [];
  const kept = await keptHead(register, index, trust);
  const now = trustCheckpoint(register.checkpoint, trust).cosigned;
  // The earlier of the two: an operator may keep a later head than the first.
  return [...(kept?.cosigned ?? []), ...now].sort((a, b) => a.time - b.time);
}

interface KeptHead {
  size: number;
  cosigned: Cosigned[];
}

/** The head kept beside an entry; null where there is none, or it does not hold. */
export async function keptHead({ read, head }: Register, index: number, trust: Policy): Promise<KeptHead | null> {
  const bytes = await read(entryHeadPath(index));
  if (!bytes) return null;
  try {
    const first = trustCheckpoint(bytes, trust);
    if (first.origin !== head.origin || first.size <= index || first.size > head.size) return null;
    await consistencyProof(read, first, head);
    return { size: first.size, cosigned: first.cosigned };
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

/** Every entry that says when it came in, by the operator's clock, in the order of the log. */
function* received({ index }: Register): Generator<{ index: number; received: number }> {
  const authorities = [...index.authorities.names].flatMap((name) => index.authorities.versions(name));
  const access = index.access.entries.map((entry) => ({ index: entry.index, received: entry.record.received }));
  const declared = index.entries.map((entry) => ({ index: entry.index, received: entry.record.received }));
  yield* [...declared, ...access, ...authorities].sort((a, b) => a.index - b.index);
}

/** What the heads kept beside entries say of the operator's clock: ahead of the first cosignature, or behind the last head. */
export async function faultsOfTime(register: Register, policy: Policy): Promise<string[]> {
  const faults: string[] = [];
  let before: KeptHead | null = null;
  for (const entry of received(register)) {
    const kept = await keptHead(register, entry.index, policy);
    // A head that holds the entry may be cosigned long after it came in, when witnesses were away.
    const late = before && before.size <= entry.index ? faultOfReceived(entry.received, before.cosigned) : null;
    if (late !== null) faults.push(`entry ${entry.index}: ${late}`);
    const time = entryTime(entry.received, kept?.cosigned ?? []);
    if (time.uncertain)
      faults.push(
        `entry ${entry.index}: time uncertain: received ${time.received} by the operator's clock, cosigned ${time.cosigned}`,
      );
    if (kept) before = kept;
  }
  return faults;
}
