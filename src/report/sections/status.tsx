/** What a finding is and is not, including non-compliance declared openly (FSR Code: declare it in every report). */
import { Section } from "../parts/section.js";
import { Sentences } from "../parts/sentences.js";

const STATUS: readonly string[] = [
  "It is one laboratory’s finding on one pair of propositions. It is not a verdict, an order or legal advice.",
  "It was computed by software. It is not an expert’s report until a named person adopts it and states their qualifications and duty to the tribunal.",
  "It is not accredited: no accreditation to ISO/IEC 17025 or under any forensic regulator’s code is claimed.",
  "Its strength holds for the observations alone. It is to be weighed with all other evidence, by whoever decides.",
];

/** The same sentences on every page. */
export function Status() {
  return (
    <Section id="status">
      <Sentences of={STATUS} />
    </Section>
  );
}
