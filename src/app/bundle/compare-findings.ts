/** One finding of a bundle beside the same made again: equal to the last bit, and its page too, or where they differ. */
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import type { Files } from "../../evidence/bag.js";
import { decodeFinding } from "../../finding/codec.js";
import type { Finding } from "../../finding/finding.js";
import { restated } from "../../finding/restate.js";
import { renderPage } from "../../report/page.js";
import type { PageInput } from "../../report/page-input.js";
import { KNOWN_RULES } from "../known-rules.js";
import { parseStudy, type Study } from "../studies.js";
import type { Check } from "./check.js";

/** A finding of the bundle, its study and its page. */
interface StoredPart {
  finding: Finding;
  study: Study | null;
  page: string;
}

/**
 * @param at folder of the finding below data/, empty for the first @throws where a part is missing or unreadable:
 * verify the bundle first
 */
export function storedPart(files: Files, at: string): StoredPart {
  const path = (name: string) => `data/${at}${name}`;
  const bytes = files.get(path("validation.json"));
  return {
    finding: decodeFinding(files.get(path("finding.json"))!, path("finding.json")),
    study: bytes ? parseStudy(bytes, path("validation.json")) : null,
    page: fromUtf8(files.get(path("page.html"))!, path("page.html")),
  };
}

/** @param pageOf what the page of a finding is made from */
export function compare(
  part: StoredPart,
  again: Finding,
  pageOf: (finding: Finding, study: Study | null) => PageInput,
  n: number,
): Check[] {
  const stored = part.finding;
  const name = (what: string) => (n === 0 ? what : `${what} ${n + 1}`);
  const finding = restated({ ...again, software: stored.software, subject: named(again, stored) }, stored, KNOWN_RULES);
  const same = canonicalJson(finding) === canonicalJson(stored);
  const maker = `${stored.software.name} ${stored.software.version} at ${stored.software.commit}`;
  const here = `${again.software.name} ${again.software.version} at ${again.software.commit}`;
  const recomputed: Check = {
    name: name("recomputed finding"),
    holds: same,
    detail: same
      ? `the same to the last bit${maker === here ? "" : ` (made by ${maker}, recomputed by ${here})`}`
      : `differs: ${firstDifference(stored, finding)}`,
  };
  const samePage = renderPage(pageOf(finding, part.study)) === part.page;
  // By an earlier version: held against the stored finding by the renderer kept for it (pages/check-pages.ts).
  if (!samePage && (stored.type === "assay/finding/v1" || maker !== here)) return [recomputed];
  const page: Check = samePage
    ? { name: name("recomputed page"), holds: true, detail: "says what the finding says, to the last bit" }
    : {
        name: name("recomputed page"),
        holds: false,
        detail: "is not the page that this version makes of this finding",
      };
  return [recomputed, page];
}

/** Names of files are the examiner's; digests are what binds. */
function named(again: Finding, stored: Finding): Finding["subject"] {
  const subject = { ...again.subject } as Record<string, unknown>;
  for (const [role, value] of Object.entries(stored.subject)) {
    const own = subject[role];
    if (typeof value === "object" && typeof own === "object") subject[role] = { ...own, name: value.name };
  }
  return subject as unknown as Finding["subject"];
}

function firstDifference(a: unknown, b: unknown, at = "finding"): string {
  if (typeof a === "object" && typeof b === "object" && a && b) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [x, y] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
      if (JSON.stringify(x) !== JSON.stringify(y)) return firstDifference(x, y, `${at}.${key}`);
    }
  }
  return `${at} was ${JSON.stringify(a)?.slice(0, 80)}, is ${JSON.stringify(b)?.slice(0, 80)}`;
}
