/**
 * Tensor by tensor after alignment: identical, near, related, unrelated. It describes what happened to the weights; the
 * test does not rest on it.
 */

import { decimal, whole } from "../../../report/figure-words.js";
import { Details } from "../../../report/parts/details.js";
import { Subheading } from "../../../report/parts/section.js";
import { Caption, Head, Row, Scroll } from "../../../report/parts/table.js";
import type { Relation, TensorStory } from "../observations.js";
import { RELATIONS } from "../observations.js";

const OPEN_MAX = 12;
/** 200 layers of nine tensors. */
const ROWS_MAX = 2000;

const COLUMNS = [
  { title: "Tensor" },
  { title: "Relation" },
  { title: "Values compared", numeric: true },
  { title: "Equal", numeric: true },
  { title: "Correlation", numeric: true },
  { title: "Note" },
];

/** A long table is folded away, and cut where even that is too long. */
export function TensorStories({ stories }: { stories: readonly TensorStory[] }) {
  if (stories.length === 0) return null;
  const table = <StoryTable stories={stories.slice(0, ROWS_MAX)} />;
  return (
    <>
      <Subheading>Tensor by tensor</Subheading>
      <p class="govuk-body">
        After aligning the units, {counted(stories)}. This describes what became of the weights; the test does not rest
        on it.
      </p>
      {stories.length <= OPEN_MAX ? table : <Details summary={`All ${whole(stories.length)} tensors`}>{table}</Details>}
      {stories.length > ROWS_MAX ? (
        <p class="govuk-body">The first {whole(ROWS_MAX)} are shown; all stand in the finding.</p>
      ) : null}
    </>
  );
}

const RELATION_WORDS: Record<Relation, string> = {
  identical: "identical",
  near: "near",
  related: "related",
  unrelated: "unrelated",
  "not-assessed": "not assessed",
};

function counted(stories: readonly TensorStory[]): string {
  const parts = RELATIONS.map((relation) => [relation, stories.filter((s) => s.relation === relation).length] as const)
    .filter(([, n]) => n > 0)
    .map(([relation, n]) => `${whole(n)} ${RELATION_WORDS[relation]}`);
  return `of ${whole(stories.length)} tensors ${parts.join(", ")}`;
}

function StoryTable({ stories }: { stories: readonly TensorStory[] }) {
  const groups = byLayer(stories);
  const caption = "Tensors by layer: share of equal values and correlation after alignment";
  return (
    <Scroll label={caption}>
      <table class="govuk-table app-table-dense">
        <Caption text={caption} hidden={false} />
        <Head columns={COLUMNS} />
        {groups.map(({ title, stories }) => (
          <tbody class="govuk-table__body">
            <tr class="govuk-table__row app-group">
              <th scope="rowgroup" colspan={COLUMNS.length} class="govuk-table__header">
                {title}
              </th>
            </tr>
            {stories.map((story) => (
              <Row row={cells(story)} columns={COLUMNS} />
            ))}
          </tbody>
        ))}
      </table>
    </Scroll>
  );
}

function cells(story: TensorStory) {
  const { compared, total } = story;
  return [
    <span class="app-name">{story.tensor}</span>,
    RELATION_WORDS[story.relation],
    compared === total ? whole(total) : `${whole(compared)} of ${whole(total)}`,
    story.relation === "not-assessed" ? "–" : share(story.equal),
    story.pearson === null ? "–" : decimal(story.pearson, 4),
    story.note ?? "",
  ];
}

/** "100.0 %" is kept for all of them. */
function share(equal: number): string {
  if (equal === 1) return "100 %";
  return `${Math.min(99.9, 100 * equal).toFixed(1)} %`;
}

function byLayer(stories: readonly TensorStory[]): { title: string; stories: TensorStory[] }[] {
  const groups = new Map<string, TensorStory[]>();
  for (const story of stories) {
    const title = groupTitle(story);
    const group = groups.get(title);
    if (group) group.push(story);
    else groups.set(title, [story]);
  }
  return [...groups].map(([title, stories]) => ({ title, stories }));
}

function groupTitle({ referenceLayer, suspectLayer }: TensorStory): string {
  if (referenceLayer === null && suspectLayer === null) return "Outside layers";
  if (suspectLayer === null) return `Reference layer ${referenceLayer}, without counterpart`;
  if (referenceLayer === null) return `Suspect layer ${suspectLayer}, without counterpart`;
  return `Reference layer ${referenceLayer}, suspect layer ${suspectLayer}`;
}
