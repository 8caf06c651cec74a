/**
 * Five fixed questions of two readers, a minister and anyone, answered from a pact's stated record alone; and the ways in
 * which the answers are easily misread. Numbers are of (party, obligation) pairs and never a rank of parties.
 */
import type { Standing, StandingOf } from "../../office/pact/fold/standing.js";
import type { StatedPact } from "../../office/pact/fold/stated.js";
import type { Pact } from "../../office/pact/schema/pact.js";

export const READERS = ["ministers", "public"] as const;
export type Reader = (typeof READERS)[number];

interface Answer {
  question: string;
  answer: string;
  /** Lines below the answer, one a case; the page shows all of them. */
  lines: string[];
}

export const MISREADINGS: readonly string[] = [
  "“Unable to conclude” is not “not met”. It says that the logs at hand do not answer; it accuses nobody, and it may be somebody else's log that is missing.",
  "“Met” is not “safe”, “true” or “lawful”. It says that an entry was made in time, not that what it says is right.",
  "“Not yet due” is not “kept”. What is on no record calls for nothing here.",
  "“Reserved” is no breach: the party said when it joined that this obligation does not bind it.",
  "A grant and a receipt that do not match are a question to both sides, and a breach of neither.",
  "Counts do not rank parties: who trains more is asked more, and who enters more can be late more.",
  "A measure that may be asked for is not ordered. What binds is ordered by a panel in a case.",
];

/** The five answers for one reader. */
export function answersFor(reader: Reader, stated: StatedPact, pact: Pact): Answer[] {
  const of = (standing: Standing) => stated.standings.filter((each) => each.standing === standing);
  const [met, not, unable, reserved] = [of("met"), of("not met"), of("unable to conclude"), of("reserved")];
  const bound = stated.parties.filter((party) => party.bound !== null);
  const states = bound.filter((party) => party.as === "state");
  const labs = bound.filter((party) => party.as === "lab");
  const title = ({ obligation }: StandingOf) => pact.obligations.get(obligation)!;
  const line = (each: StandingOf) =>
    `${nameOf(stated, each.party)}, article ${title(each).article}, ${title(each).title}: ${each.says}.`;
  const kept = `${met.length} of ${stated.standings.length} are met; ${not.length} are not met; in ${unable.length} nothing can be concluded; ${of("not yet due").length} are not yet due; ${reserved.length} are reserved.`;
  const rests = (each: StandingOf) =>
    each.occasions
      .filter(({ standing }) => standing === "not met")
      .flatMap(({ rests: list }) => list.filter(({ as }) => as === "late" || as === "speaks against"))
      .map(
        ({ as, entry, kind, log, at }) =>
          `entry ${entry} (${kind}) of the ${log}, ${at}, ${as === "late" ? "which came late" : "which speaks against it"}`,
      )
      .join("; ");
  const who: Answer = {
    question: reader === "ministers" ? "Who is bound, and since when?" : "What is this, and who promised something?",
    answer:
      reader === "ministers"
        ? `${states.length} states and ${labs.length} laboratories are bound by ${pact.data.title} (${stated.name}), as of ${day(stated.asOf)}.`
        : `${pact.data.title}: ${states.length} states and ${labs.length} laboratories promised each other to show how AI models are made. This page holds those promises against public logs, as of ${day(stated.asOf)}.`,
    lines: bound.map(
      ({ name, as, bound: since, until, reserves }) =>
        `${name}, ${as === "lab" ? "laboratory" : "state"}, since ${day(since!)}${until ? `, leaves on ${day(until)}` : ""}${reserves.length > 0 ? `; reserves ${reserves.join(", ")}` : ""}.`,
    ),
  };
  const keptAnswer: Answer = {
    question: reader === "ministers" ? "What is kept, and on which evidence?" : "Is it kept?",
    answer: kept,
    lines: reader === "ministers" ? met.map(line) : [],
  };
  const notKept: Answer = {
    question:
      reader === "ministers"
        ? "What is not kept, and what shows it?"
        : "Who did not do what they promised, and how is that known?",
    answer:
      not.length === 0
        ? "Nothing on record shows that an obligation is not met."
        : `${not.length} ${not.length === 1 ? "obligation is" : "obligations are"} not met, each by an entry that is named.`,
    lines: not.map((each) => `${line(each)} Shown by ${rests(each)}.`),
  };
  const unknown: Answer = {
    question: reader === "ministers" ? "What can nobody say, and why?" : "What is not known?",
    answer:
      unable.length === 0
        ? "Nothing that is due is without an answer in the logs at hand. What is on no log is not seen here."
        : `In ${unable.length} cases nothing can be concluded. That is no breach.`,
    lines: [
      ...unable.map(line),
      ...stated.reconciliation.mismatches.map(({ says }) => `${says}: no breach by itself.`),
    ],
  };
  const open = stated.measures.filter(({ status }) => status !== "ordered");
  const ordered = stated.measures.filter(({ status }) => status === "ordered");
  const next: Answer =
    reader === "ministers"
      ? {
          question: "What may happen next, and who decides?",
          answer: `${open.length} measures may be sought and ${ordered.length} are ordered. ${stated.asks.length} inspections were asked for. The pact orders nothing by itself: what binds is ordered by a panel in a case under ${pact.data.arbitration.pack}.`,
          lines: [
            ...stated.measures.map(
              ({ measure, party, obligation, status, says }) =>
                `${nameOf(stated, party)}, ${obligation}: ${measure}, ${status}. ${says}.`,
            ),
            ...stated.asks.map(
              ({ ask, by, of: asked, kind, status, says }) =>
                `Inspection ${ask} (${kind}), ${nameOf(stated, by)} of ${nameOf(stated, asked)}: ${status}. ${says}.`,
            ),
          ],
        }
      : {
          question: "How can I check it?",
          answer:
            "Take the bundle and the logs and run “assay verify accord.zip --recompute --inputs” with the logs behind it: every entry is admitted anew with its signature, and the standings are folded again. You need not trust whoever made this page.",
          lines: stated.sources.map(
            ({ log, origin, size, holds, says, behind }) =>
              `${log} ${origin}, ${size} entries: ${holds ? (behind ?? "holds") : `does not hold: ${says}`}.`,
          ),
        };
  return [who, keptAnswer, notKept, unknown, next];
}

function nameOf(stated: StatedPact, party: string): string {
  return stated.parties.find((each) => each.party === party)?.name ?? party;
}

function day(moment: string): string {
  return moment.slice(0, 10);
}
