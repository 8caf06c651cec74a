/** A list of sentences as bullets. */
export function Sentences({ of }: { of: readonly string[] }) {
  return (
    <ul class="govuk-list govuk-list--bullet">
      {of.map((sentence) => (
        <li>{sentence}</li>
      ))}
    </ul>
  );
}
