/**
 * What a gateway may do about listed accounts, as entries that expire: ask for a further proof (`step-up`) or refuse
 * (`deny`). Each names the finding that it rests on by digest, says why in the words of the account's statement of reasons,
 * and where it is objected to. Only findings that support their proposition make entries; leads never do.
 */
import { utf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Hex } from "../../base/digest.js";
import type { Finding } from "../../finding/finding.js";
import { trafficObservationsSchema } from "./observations.js";

export const FEED_ACTIONS = ["step-up", "deny"] as const;
export type FeedAction = (typeof FEED_ACTIONS)[number];

export interface Listing {
  /** The same for an account and a proposition however often it is found again. */
  id: string;
  account: string;
  log10P: number;
  proposition: string;
  /** SHA-256 of the finding's canonical JSON, as its bundle has it. */
  finding: string;
  reasons: string[];
}

export interface Feed {
  type: "assay/traffic-feed/v1";
  /** ISO 8601, UTC. A gateway drops an entry at `expires`, and a feed it cannot renew with its entries. */
  issued: string;
  entries: (Listing & { action: FeedAction; expires: string; appeal: string })[];
}

/** One a listed account and proposition; its id is a digest of the two, so that the same listing is known again. */
export function listings(findings: readonly Finding[]): Listing[] {
  return findings
    .filter(({ outcome }) => outcome === "supports-hp")
    .flatMap((finding) => {
      const proposition = finding.proposition.id;
      const digest = `sha256:${sha256Hex(canonicalJsonBytes(finding))}`;
      const { accounts } = trafficObservationsSchema.parse(finding.observations);
      return accounts.map(({ account, log10P, reasons }) => ({
        id: sha256Hex(utf8(`assay/traffic-listing/v1\0${proposition}\0${account}`)).slice(0, 32),
        account,
        log10P,
        proposition,
        finding: digest,
        reasons,
      }));
    });
}

/** @param now milliseconds since 1970 */
export function feedOf(
  listed: readonly Listing[],
  { action, days, appeal, now }: { action: FeedAction; days: number; appeal: string; now: number },
): Feed {
  const expires = new Date(now + days * DAY_MS).toISOString();
  return {
    type: "assay/traffic-feed/v1",
    issued: new Date(now).toISOString(),
    entries: listed.map((listing) => ({ ...listing, action, expires, appeal })),
  };
}

const DAY_MS = 86_400_000;
