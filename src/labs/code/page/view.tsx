/** The code laboratory's observations: the two directions, their units, what was left out, licences, the reader's word. */
import type { Finding } from "../../../finding/finding.js";
import { decimal, whole } from "../../../report/figure-words.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { View } from "../../../report/view.js";
import { type CopyObservations, copyObservationsSchema } from "../copies/observations.js";
import { type CodeObservations, codeObservationsSchema, type DirectionSeen, type SideSeen } from "../observations.js";

export const codeView: View = {
  reads: (finding) => finding.proposition.id.startsWith("code/") && (seenIn(finding) ?? copyIn(finding)) !== null,
  figures: () => [],
  Observations: ({ finding }) => {
    const copy = copyIn(finding);
    if (copy) return <Copies seen={copy} />;
    const seen = seenIn(finding);
    return seen ? (
      <>
        <Summary seen={seen} />
        <Units caption="The claimant's units, by how much of what is theirs alone the suspect has" of={seen.forward} />
        <Units caption="The suspect's units, by how much of what is theirs alone the claimant has" of={seen.turned} />
        <Passages of={seen.passages ?? []} />
      </>
    ) : null;
  },
};

function seenIn({ observations }: Finding): CodeObservations | null {
  const parsed = codeObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function copyIn({ observations }: Finding): CopyObservations | null {
  const parsed = copyObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

/** Files on a page that were not read whole; the finding lists fifty. */
const UNREAD_SHOWN_MAX = 10;
/** Strongest recipients on a page; the finding lists up to a thousand. */
const SHOWN_MAX = 20;

function Copies({ seen }: { seen: CopyObservations }) {
  const kinds = seen.byKind.map(({ kind, places, read }) => `${kind} ${whole(read)} of ${whole(places)}`).join(", ");
  return (
    <>
      <SummaryList
        rows={[
          ["Commitment of the plan", seen.commitment],
          ["Places of the original found in the suspect", `${whole(seen.read)} of ${whole(seen.places)}: ${kinds}`],
          ["Recipients in the plan", whole(seen.recipients)],
          ["Named", seen.named.join(", ") || "nobody"],
        ]}
      />
      <Table
        caption="Recipients by how well the suspect agrees with their copies"
        columns={[
          { title: "Recipient" },
          { title: `Agree, of ${whole(seen.read)}`, numeric: true },
          { title: `Without numbers, of ${whole(seen.structural)}`, numeric: true },
          { title: "log10 p, before all recipients are paid for", numeric: true },
        ]}
        rows={seen.results
          .slice(0, SHOWN_MAX)
          .map((each) => [each.name, whole(each.agreements), whole(each.structural), decimal(each.log10P, 2)])}
      />
    </>
  );
}

function Summary({ seen }: { seen: CodeObservations }) {
  const { sides, corpus, forward, turned, review, licenceConflicts } = seen;
  const panels = corpus.panels.map(({ language, makers }) => `${language} ${whole(makers)}`).join(", ");
  const kin = [...forward.kin, ...turned.kin].map(({ maker, share }) => `${maker} (${decimal(100 * share, 0)} %)`);
  return (
    <SummaryList
      rows={[
        ["Claimant", sideWords(sides.reference)],
        ["Suspect", sideWords(sides.suspect)],
        [
          "Index of public code",
          `${whole(corpus.makers)} makers, dated ${corpus.dated}; in a panel: ${panels || "none"}`,
        ],
        ["Makers left out of the index", corpus.leftOut.join(", ") || "none"],
        ["Makers that hold much of a side: a source, a copy or a descendant of it", kin.join(", ") || "none"],
        ["Largest score, claimant in suspect", scoreWords(forward)],
        ["Largest score, suspect in claimant", scoreWords(turned)],
        ["Licences", licenceConflicts.join("; ") || "no conflict among those that shared files name"],
        [
          "Reader who saw the units and no score",
          review
            ? `${review.reader}: ${whole(review.units)} units read, ${whole(review.explained.length)} explained; score ${decimal(review.before, 3)} before, ${decimal(review.after, 3)} after`
            : "none: the units below have been read by no one",
        ],
      ]}
    />
  );
}

function sideWords({ files, tokens, units, leftOut, unread, licenceHeads = [] }: SideSeen): string {
  const left = leftOut.map(({ why, files: count }) => `${whole(count)} ${why}`).join("; ");
  const heads = licenceHeads.map(({ licence, files: count }) => `${licence} ${whole(count)}`).join(", ");
  return `${whole(files)} files, ${whole(tokens)} tokens, ${whole(units)} units${left ? `. Left out: ${left}` : ""}${unread ? `. Not read, or not all of it: ${unreadWords(unread)}` : ""}${heads ? `. Bear the head of a licence: ${heads}` : ""}`;
}

function unreadWords({ files, more }: NonNullable<SideSeen["unread"]>): string {
  const named = files.slice(0, UNREAD_SHOWN_MAX).map(({ path, share }) => `${path} (${decimal(100 * share, 1)} %)`);
  const left = more + files.length - named.length;
  return `${named.join(", ")}${left > 0 ? ` and ${whole(left)} more` : ""}`;
}

function scoreWords({ max, panelMax, panelAtOrAbove, scored, public: shared }: DirectionSeen): string {
  if (shared === undefined)
    return `${decimal(max, 3)} over ${whole(scored)} units; makers of the index reach ${decimal(panelMax, 3)}, ${whole(panelAtOrAbove)} of them as much`;
  return `${decimal(max, 3)} over ${whole(scored - shared)} units; on that unit makers of the index reach ${decimal(panelMax, 3)}; ${whole(shared)} further units are shared with a maker of the index as much`;
}

function Passages({ of }: { of: NonNullable<CodeObservations["passages"]> }) {
  if (of.length === 0) return null;
  const place = ({ path, line, last }: (typeof of)[number]["claimant"]) => `${path}:${line} to ${last}`;
  return (
    <Table
      caption="Passages: what one file of each side has in common and no maker of the index has"
      columns={[
        { title: "Claimant" },
        { title: "Suspect" },
        { title: "Prints in common", numeric: true },
        { title: "Score", numeric: true },
      ]}
      rows={of.map((one) => [
        place(one.claimant),
        place(one.suspect),
        one.prints.map(whole).join(" / "),
        decimal(one.score, 3),
      ])}
      wide
    />
  );
}

function Units({ caption, of }: { caption: string; of: DirectionSeen }) {
  if (of.units.length === 0) return null;
  return (
    <Table
      caption={caption}
      columns={[
        { title: "Unit" },
        { title: "Theirs alone", numeric: true },
        { title: "Shared", numeric: true },
        { title: "Score", numeric: true },
        { title: "Makers reach", numeric: true },
        { title: "Says of itself" },
      ]}
      rows={of.units.map((unit) => [
        `${unit.path}:${unit.line}${unit.name ? ` ${unit.name}` : ""}`,
        unit.exclusive.map(whole).join(" / "),
        unit.shared.map(whole).join(" / "),
        decimal(unit.score, 3),
        decimal(unit.panelMax, 3),
        [...unit.attribution, ...unit.licences].join("; "),
      ])}
      wide
    />
  );
}
