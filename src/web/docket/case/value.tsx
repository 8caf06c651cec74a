/** A fact of an entry in words. */
import type { Child } from "hono/jsx";
import { DigestText } from "../../../report/parts/digest-text.js";
import { visibleText } from "../../../report/visible-text.js";

/** `publicKey` as `Public key`. */
export function wordsOf(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return visibleText(words[0]!.toUpperCase() + words.slice(1));
}

/** Digests and keys are set so that they wrap; any text is made visible. */
export function Value({ value }: { value: unknown }): Child {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string")
    return /^(sha256|uri):|^-----BEGIN|^[0-9a-f]{32,}$|^[A-Za-z0-9+/=]{40,}$/.test(value) ? (
      <DigestText digest={visibleText(value.trim())} />
    ) : (
      visibleText(value)
    );
  if (Array.isArray(value))
    return value.length === 0 ? (
      "none"
    ) : (
      <ul class="govuk-list">
        {value.map((each) => (
          <li>
            <Value value={each} />
          </li>
        ))}
      </ul>
    );
  return (
    <ul class="govuk-list">
      {Object.entries(value as object).map(([key, inner]) => (
        <li>
          {wordsOf(key)}: <Value value={inner} />
        </li>
      ))}
    </ul>
  );
}
