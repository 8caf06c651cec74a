/** A numbered section of the page, and the list from which numbers and contents come. */
import type { Child } from "hono/jsx";

/** Order of ISO 21043-5, PD 35 and the ENFSI guideline: conclusion first, then what a reader needs to test it. */
export const SECTIONS = {
  asked: "What was asked",
  exhibits: "Exhibits",
  method: "Method",
  observations: "Observations",
  validation: "Validation",
  scale: "Scale",
  alternatives: "Other explanations",
  limits: "Limits",
  reproduce: "How to reproduce",
  status: "Status of this finding",
} as const;
export type SectionId = keyof typeof SECTIONS;

const order = Object.keys(SECTIONS) as SectionId[];

/** The id must be in the list above: number and heading come from it. */
export function Section({ id, children }: { id: SectionId; children: Child }) {
  return (
    <section class="app-section" aria-labelledby={id}>
      <h2 class="govuk-heading-m" id={id}>
        <span class="app-section__number">{order.indexOf(id) + 1}</span> {SECTIONS[id]}
      </h2>
      {children}
    </section>
  );
}

/** A heading inside a section. */
export function Subheading({ children }: { children: Child }) {
  return <h3 class="govuk-heading-s">{children}</h3>;
}

/** Links to the sections. `present` leaves out what this finding has no content for. */
export function Contents({ present }: { present: ReadonlySet<SectionId> }) {
  return (
    <nav class="app-contents" aria-labelledby="contents">
      <h2 class="govuk-heading-s" id="contents">
        Contents
      </h2>
      <ol>
        {order
          .filter((id) => present.has(id))
          .map((id) => (
            <li>
              <a class="govuk-link" href={`#${id}`}>
                {order.indexOf(id) + 1} {SECTIONS[id]}
              </a>
            </li>
          ))}
      </ol>
    </nav>
  );
}
