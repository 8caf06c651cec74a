/** A digest, whole: a shortened digest cannot be checked. It may break anywhere. */
export function DigestText({ digest }: { digest: string }) {
  return <code class="app-digest">{digest}</code>;
}
