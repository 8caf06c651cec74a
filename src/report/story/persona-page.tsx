/** One kind of reader before the told dispute: what to read, and commands that work on it. */
import { visibleText } from "../visible-text.js";
import { type Addresses, type StoryPlace, storyPage, To } from "./layout.js";

interface Reader {
  who: string;
  says: string;
  places: readonly StoryPlace[];
  commands: readonly { says: string; typed: string }[];
}

/** @param folder the story's, absolute; `$S` of the commands is set to it */
export function personaPage({ who, says, places, commands }: Reader, folder: string, addresses: Addresses): string {
  return storyPage(
    who,
    <>
      <p class="govuk-body">{says}</p>
      <h2 class="govuk-heading-m" id="read">
        Read
      </h2>
      <ul class="govuk-list govuk-list--bullet">
        {places.map((place) => (
          <li>
            <To place={place} addresses={addresses} />
          </li>
        ))}
      </ul>
      <h2 class="govuk-heading-m" id="do">
        Do next
      </h2>
      <p class="govuk-body">
        In a second terminal, in the folder in which you typed npm start; first, where all of it lies:
      </p>
      <Typed text={`S=${quotedForShell(folder)}`} />
      <ol class="govuk-list govuk-list--number">
        {commands.map(({ says: does, typed }) => (
          <li>
            {visibleText(does)}
            <Typed text={typed} />
          </li>
        ))}
      </ol>
    </>,
    true,
  );
}

/** Long lines are broken on narrow screens: nothing is hidden, and a copy has no break in it. */
function Typed({ text }: { text: string }) {
  return (
    <pre class="app-command" style="overflow-wrap: anywhere">
      {text}
    </pre>
  );
}

function quotedForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
