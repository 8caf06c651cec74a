/**
 * What a party is told by mail of new entries and of its times: made from a view alone, so that nothing of a narrower circle
 * can stand in it. The docket sends nothing: whoever runs it hands this text to a mail program. It cannot see who reads it.
 */
import { base64, utf8 } from "../../../base/bytes.js";
import type { Role } from "../pack/names.js";
import type { CaseView } from "./case-view.js";
import { KIND_WORDS, ROLE_WORDS, TIER_WORDS } from "./kind-words.js";

/** A mail names so many entries; the rest is counted. */
const ENTRIES_MAX = 50;
/** An encoded word is at most 75 characters (RFC 2047): 45 bytes of text in base64 and 12 characters around them. */
const SUBJECT_BYTES_A_WORD = 42;

interface Asked {
  role: Role;
  /** The last entry that was told; -1 for none. */
  since: number;
  /** Address of the public docket, without a slash at its end; null where there is none. */
  site: string | null;
}

/**
 * @param shown of one circle, in which its reader may read @param clean makes text visible that another wrote
 * @returns a message (RFC 5322) without sender and recipient, lines ended by CR LF
 */
export function mailOf(shown: CaseView, { role, since, site }: Asked, clean: (text: string) => string): string {
  const here = site === null ? null : `${site}/cases/${shown.case}`;
  const told = shown.entries.filter(({ seq }) => seq > since);
  const times = shown.deadlines.filter(({ status, of }) => status === "running" && of.includes(role));
  const acts = shown.next.filter((step) => step.role === role && step.missing.length === 0);
  const lines = [
    `Case ${shown.case}, ${clean(shown.title)}`,
    `To the ${ROLE_WORDS[role].toLowerCase()}. State: ${shown.stated.state}. ${clean(shown.stated.says)}`,
    "",
    told.length === 0 ? "No new entries." : `New entries: ${told.length}`,
    ...told
      .slice(0, ENTRIES_MAX)
      .flatMap(({ seq, title, role: by, party, received, sealed, tier }) => [
        `  ${seq}. ${clean(title)}, by the ${ROLE_WORDS[by].toLowerCase()}${party === null ? "" : ` (${clean(party)})`}, ${received}${sealed ? `. ${TIER_WORDS[tier]}` : ""}`,
        ...(here === null ? [] : [`     ${here}/entries/${seq}`]),
      ]),
    ...(told.length > ENTRIES_MAX ? [`  and ${told.length - ENTRIES_MAX} more`] : []),
    "",
    times.length === 0 ? "No time runs for you." : "Times that run for you:",
    ...times.flatMap(({ timer, due, computation }) => [
      `  ${timer}, ends ${due}`,
      ...computation.map((step) => `     ${clean(step)}`),
    ]),
    "",
    acts.length === 0 ? "Nothing is for you to do now." : "What you can do now:",
    ...acts.map(({ kind, due }) => `  ${KIND_WORDS[kind]}${due === null ? "" : `, by ${due}`}`),
    "",
    "What is sealed is not in this message. Open it in your workspace, with your own identity.",
  ];
  const subject = `${shown.case}: ${told.length} new ${told.length === 1 ? "entry" : "entries"}, ${clean(shown.title)}`;
  return [
    `Subject: ${encoded(subject)}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    ...(base64(utf8(lines.join("\r\n"))).match(/.{1,76}/g) ?? []),
    "",
  ].join("\r\n");
}

/** In encoded words where it is not plain, cut between characters. */
function encoded(text: string): string {
  if (/^[\x20-\x7e]{1,60}$/.test(text)) return text;
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (utf8(word + character).length > SUBJECT_BYTES_A_WORD) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${base64(utf8(each))}?=`).join("\r\n ");
}
