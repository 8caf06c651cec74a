/** How someone else computes the same finding, and how a bundle is checked without trusting this page. */
import type { Digest } from "../../base/digest.js";
import type { PageInput } from "../page-input.js";
import { DigestText } from "../parts/digest-text.js";
import { Section, Subheading } from "../parts/section.js";
import { SummaryList } from "../parts/summary-list.js";

/** @param props `findingDigest` is of the finding's canonical text, as the bundle stores it */
export function Reproduce({ input, findingDigest }: { input: PageInput; findingDigest: Digest }) {
  const { finding, reproduce, signed } = input;
  const { software } = finding;
  return (
    <Section id="reproduce">
      <p class="govuk-body">
        On the exhibits named above, the same version gives the same finding to the last bit, on any machine:
      </p>
      <pre class="app-command">{reproduce.command}</pre>
      <SummaryList
        rows={[
          ["Software", `${software.name} ${software.version}`],
          ["Commit", <code class="app-digest">{software.commit}</code>],
          ["Digest of the finding", <DigestText digest={findingDigest} />],
          ["Signing key", signed === null ? "not signed" : <code class="app-digest">{signed.keyId}</code>],
        ]}
      />
      <Subheading>To verify</Subheading>
      <ol class="govuk-list govuk-list--number">
        <li>
          Check the bundle that this page came with: <code class="app-digest">assay verify BUNDLE</code>. It needs no
          network and checks every digest{signed === null ? "" : " and the signature"}.
        </li>
        <li>
          With the exhibits at hand, compute everything again:{" "}
          <code class="app-digest">assay verify BUNDLE --recompute --inputs DIR</code>.
        </li>
        <li>
          The digest of the finding above is the SHA-256 of its canonical JSON (RFC 8785). This page is a view of that
          finding; where they differ, the finding counts.
        </li>
        {signed === null ? null : (
          <li>
            Obtain the signer’s key from the signer, not from the bundle, and compare the key’s name with the above.
          </li>
        )}
      </ol>
    </Section>
  );
}
