/** A provider's log in the told dispute: one campaign in it, and groups of honest people that look like one. */
import { readFile } from "node:fs/promises";
import type { Shown } from "../../../app/laboratory.js";
import type { Finding } from "../../../finding/finding.js";
import { whole } from "../../../report/figure-words.js";
import type { TrafficObservations } from "../observations.js";

const LOG = "fixtures/story/log";
/** Which accounts the maker of the log (materials/story/make-story.ts) put where; the laboratory never reads it. */
const WHO = "fixtures/story/who-is-who.json";
const ITEM = "provider-log";
const WORDS: Readonly<Record<string, string>> = {
  byok: "users of one tool, each with a key of their own",
  classroom: "a class",
  seats: "seats of one office",
  relay: "customers of a relay",
};

interface Who {
  campaign: string[];
  groups: { kind: string; accounts: string[] }[];
}

export const trafficShown: Shown = {
  title: "A provider's log",
  says: "Aldgate Labs examines two weeks of its own log.",
  items: [
    {
      name: ITEM,
      title: "The log of Aldgate Labs: accounts operated together, and what they ask",
      question: "traffic",
      asked: (shipped, scratch) => ({
        arguments: [[shipped(LOG)]],
        options: { data: scratch, reveal: true, feedAction: "step-up", feedDays: "7", interval: "300" },
      }),
      made: "fixtures/story/provider-log.zip",
    },
  ],
  async tells(found, shipped) {
    const who = JSON.parse(await readFile(shipped(WHO), "utf8")) as Who;
    const findings = found.get(ITEM)!;
    const named = new Set(findings.filter(({ outcome }) => outcome === "supports-hp").flatMap(accounts));
    const campaign = who.campaign.filter((account) => named.has(account));
    const groups = who.groups.map(({ kind, accounts: members }) => ({
      words: WORDS[kind] ?? kind,
      of: members.length,
      named: members.filter((account) => named.has(account)).length,
    }));
    const { rows, accounts: all } = (findings[0]!.observations as TrafficObservations).log;
    const left = groups.map(({ words, of, named: n }) => `${n} of ${of} ${words}`).join(", ");
    return {
      says: `Of ${whole(all)} accounts with ${whole(rows)} requests the laboratory names ${named.size}: ${campaign.length} of the ${who.campaign.length} that were put there as a campaign, ${left}.`,
      verified: [
        { what: "the campaign is found", holds: campaign.length > 0 },
        { what: "nobody outside it is named", holds: named.size === campaign.length },
      ],
    };
  },
};

function accounts({ observations }: Finding): string[] {
  return (observations as TrafficObservations).accounts.map(({ account }) => account);
}
