/**
 * Two drafts of a pact side by side: what changes, for whom, and whether text and query changed together. It compares what
 * the drafts say; whether a looser word is a better one is nobody's business here.
 */
import { canonicalJson } from "../../base/canonical-json.js";
import type { Due, Obligation, Pact, PartyKind } from "./schema/pact.js";

interface Change {
  what: "obligation" | "inspection" | "measure" | "terms" | "arbitration";
  id: string;
  change: "added" | "removed" | "changed";
  /** Kinds of parties it changes something for. */
  for: PartyKind[];
  says: string[];
  /** Text changed and query did not, or the reverse: they must be read together. */
  apart: boolean;
}

interface PactDiff {
  type: "assay/pact-diff/v1";
  before: { id: string; digest: string };
  after: { id: string; digest: string };
  changes: Change[];
}

const BOTH: PartyKind[] = ["lab", "state"];

/** What the second draft changes of the first. */
export function diffPacts(before: Pact, after: Pact): PactDiff {
  const changes: Change[] = [];
  const [a, b] = [before.data, after.data];
  for (const [id, was, is] of pairs(a.obligations, b.obligations)) {
    if (!was || !is) {
      const { binds, title } = (was ?? is)!;
      changes.push({
        what: "obligation",
        id,
        change: was ? "removed" : "added",
        for: [...binds].sort(),
        says: [title],
        apart: false,
      });
      continue;
    }
    const says = obligationChanges(was, is);
    if (says.length === 0) continue;
    const textChanged = was.text !== is.text;
    const queryChanged = canonicalJson(was.query) !== canonicalJson(is.query);
    const binds = [...new Set([...was.binds, ...is.binds])].sort();
    changes.push({ what: "obligation", id, change: "changed", for: binds, says, apart: textChanged !== queryChanged });
  }
  for (const [id, was, is] of pairs(
    a.inspections.map((each) => ({ ...each, id: each.kind })),
    b.inspections.map((each) => ({ ...each, id: each.kind })),
  )) {
    const right = (was ?? is)!;
    const kinds = [...new Set([...right.askedBy, ...right.of, ...(is?.askedBy ?? []), ...(is?.of ?? [])])].sort();
    push(changes, "inspection", id, was, is, kinds);
  }
  for (const [id, was, is] of pairs(a.measures, b.measures)) push(changes, "measure", id, was, is, BOTH);
  const terms = (["graceSeconds", "freshDays", "leavingMonths"] as const).flatMap((key) =>
    a[key] === b[key] ? [] : [`${key}: ${a[key] ?? "none"} → ${b[key] ?? "none"}`],
  );
  if (terms.length > 0)
    changes.push({ what: "terms", id: "terms", change: "changed", for: BOTH, says: terms, apart: false });
  push(changes, "arbitration", "arbitration", { ...a.arbitration }, { ...b.arbitration }, BOTH);
  return {
    type: "assay/pact-diff/v1",
    before: { id: a.id, digest: before.digest },
    after: { id: b.id, digest: after.digest },
    changes,
  };
}

function pairs<T extends { id: string }>(before: readonly T[], after: readonly T[]): [string, T | null, T | null][] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  return ids.map((id) => [
    id,
    before.find((each) => each.id === id) ?? null,
    after.find((each) => each.id === id) ?? null,
  ]);
}

function push(
  changes: Change[],
  what: Change["what"],
  id: string,
  was: object | null,
  is: object | null,
  kinds: PartyKind[],
): void {
  if (was && is) {
    const [old, now] = [was as Record<string, unknown>, is as Record<string, unknown>];
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
      (key) => shown(old[key]) !== shown(now[key]),
    );
    const says = keys.map((key) =>
      key === "text" ? "its text changed" : `${key}: ${shown(old[key])} → ${shown(now[key])}`,
    );
    if (says.length > 0)
      changes.push({ what, id, change: "changed", for: kinds, says, apart: keys.length === 1 && keys[0] === "text" });
  } else changes.push({ what, id, change: was ? "removed" : "added", for: kinds, says: [id], apart: false });
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : typeof value === "string" ? value : canonicalJson(value);
}

function obligationChanges(was: Obligation, is: Obligation): string[] {
  const says: string[] = [];
  const joined = is.binds.filter((each) => !was.binds.includes(each));
  const freed = was.binds.filter((each) => !is.binds.includes(each));
  if (joined.length > 0) says.push(`binds ${joined.join(" and ")} now`);
  if (freed.length > 0) says.push(`binds ${freed.join(" and ")} no more`);
  if (was.reservable !== is.reservable) says.push(is.reservable ? "can be reserved now" : "can be reserved no more");
  if (was.text !== is.text) says.push("its text changed");
  if (was.title !== is.title) says.push(`called ${is.title} now`);
  if (was.article !== is.article) says.push(`article ${was.article} → ${is.article}`);
  if (was.duty !== is.duty) says.push(`duty: ${was.duty} → ${is.duty}`);
  const due = dueChange(was.query.due, is.query.due);
  if (due !== null) says.push(due);
  for (const part of ["occasion", "needs", "against", "clock"] as const)
    if (canonicalJson(was.query[part]) !== canonicalJson(is.query[part])) says.push(PARTS[part]);
  if (was.looksFor !== is.looksFor || was.cannotSee !== is.cannotSee) says.push("its explanation changed");
  return says;
}

const PARTS = {
  occasion: "what calls for it changed",
  needs: "what answers it changed",
  against: "what speaks against a party changed",
  clock: "whose clock counts changed",
};

function dueChange(was: Due, is: Due): string | null {
  if (canonicalJson(was) === canonicalJson(is)) return null;
  const [old, now] = [hoursOf(was), hoursOf(is)];
  if (old === null || now === null || old.from !== now.from) return "what its time is counted from changed";
  return `time ${now.hours < old.hours ? "shorter" : "longer"}: ${wordsOf(was)} → ${wordsOf(is)}`;
}

function hoursOf(due: Due): { hours: number; from: string } | null {
  if ("at" in due) return null;
  return { hours: "days" in due ? due.days * 24 : due.hours, from: due.from };
}

function wordsOf(due: Due): string {
  return "days" in due ? `${due.days} days` : "hours" in due ? `${due.hours} hours` : due.at;
}
