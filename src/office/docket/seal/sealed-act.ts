/**
 * What an act says to a narrower circle than the public, sealed: text, title and files become one sealed contents, cut into
 * parts, each an age file; the entry itself stays listed with its number. The same in the office and in a party's browser;
 * how age seals is handed in.
 */
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { EntryKind, Tier } from "../pack/names.js";
import { circleFor, encodeSeal, type Reader, SEAL_FILE } from "./circle.js";
import { type Contents, contentsDigest, encodeContents, partsOf } from "./contents.js";

/** What of an act a seal covers. */
export interface Sealable {
  kind: EntryKind;
  facts: unknown;
  text?: string;
  tier?: Tier;
  attachments?: readonly { name: string; bytes: Uint8Array }[];
}

/** Public facts of a sealed exhibit: its number stays, its title is within. */
const SEALED_TITLE = "sealed";
const SEALED_NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,15}$/;

/** Whether anything of it is to be sealed: it is not public, and says something beside its facts. */
export function needsSeal(act: Sealable): boolean {
  const says = act.text !== undefined || titleOf(act) !== null || (act.attachments ?? []).length > 0;
  return (act.tier ?? "PUBLIC") !== "PUBLIC" && says;
}

/** Null where it is no exhibit with a title of its own. */
function titleOf({ kind, facts }: Sealable): string | null {
  if (kind !== "exhibit" || typeof facts !== "object" || facts === null) return null;
  const { title, exhibit } = facts as { title?: unknown; exhibit?: unknown };
  return title === exhibit ? null : String(title);
}

/**
 * @param readers of the case @param salt 32 random bytes in hexadecimal @param seal age, to all recipients given
 * @throws USAGE where nobody could open it, or a sealed exhibit's name says more than its number
 */
export async function sealAct<A extends Sealable>(
  act: A,
  readers: readonly Reader[],
  salt: string,
  seal: (plaintext: Uint8Array, recipients: readonly string[]) => Promise<Uint8Array>,
): Promise<A> {
  if (!needsSeal(act)) return act;
  const tier = act.tier!;
  const facts = typeof act.facts === "function" ? null : (act.facts as Record<string, unknown>);
  const exhibit = act.kind === "exhibit" && facts !== null;
  if (exhibit && !SEALED_NAME.test(String(facts.exhibit)))
    throw new AssayError("USAGE", "case exhibit: a sealed exhibit is named by a number such as E7, which stays public");
  const circle = circleFor(readers, tier);
  const contents: Contents = { title: titleOf(act), text: act.text ?? null, files: [...(act.attachments ?? [])] };
  const whole = encodeContents(contents, salt);
  const digest = contentsDigest(whole);
  const recipients = circle.readers.map(({ recipient }) => recipient);
  const parts: { name: string; bytes: Uint8Array }[] = [];
  for (const [n, part] of partsOf(whole).entries())
    parts.push({ name: `sealed-${n + 1}.age`, bytes: await seal(part, recipients) });
  const stated = encodeSeal({
    tier,
    contents: digest,
    kind: circle.kind,
    recipients: circle.readers.map(({ who }) => who),
    parts: parts.map(({ bytes }) => ({ digest: sha256Digest(bytes), sizeBytes: bytes.length })),
  });
  const { text: _, ...rest } = act;
  return {
    ...rest,
    ...(exhibit
      ? { facts: { ...facts, title: SEALED_TITLE, ...(facts.carried === true ? { root: digest } : {}) } }
      : {}),
    attachments: [{ name: SEAL_FILE, bytes: stated }, ...parts],
  } as unknown as A;
}
