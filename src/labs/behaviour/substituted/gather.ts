/** What counts of the transcripts: prompts that all sides answered, and as many answers of a host to each of them. */
import { ANSWERS_MIN, type ControlKind, LEFT_OUT_MAX, PROMPTS_MIN } from "./method.js";
import { type Reading, type Recorded, readAnswers, withoutNotices } from "./reading.js";
import type { Answers } from "./surprise.js";

/** One honest host's records. */
interface HonestRecords {
  name: string;
  kind: "reference" | ControlKind;
  records: readonly Recorded[];
}

/** Openings of one host by prompt, the same number for every prompt. */
export interface Balanced {
  name: string;
  kind: "reference" | ControlKind;
  answers: ReadonlyMap<string, Answers>;
}

export interface Gathered {
  prompts: readonly string[];
  /** The reference first, then controls. */
  honest: readonly Balanced[];
  endpoint: Balanced;
  substitute: Balanced | null;
  readings: { endpoint: Reading; honest: readonly Reading[] };
}

/** The reference and the controls as read once: what they answered is settled without a look at the endpoint. */
interface HonestRead {
  hosts: readonly { name: string; kind: Balanced["kind"]; kept: ReadonlyMap<string, Answers> }[];
  readings: readonly Reading[];
  records: readonly Recorded[];
  /** Prompts that all of them answered. */
  asked: readonly string[];
  /** Prompts that were left out because a host may cut their blanks. */
  blank: number;
  /** Their words. */
  prompts: ReadonlyMap<string, string>;
}

/**
 * @param hosts the reference first, then controls
 * @param raw a completions interface: prompts that begin or end in a blank are left out, since some hosts cut it off and
 * then answer another text
 */
export function readHonest(
  hosts: readonly HonestRecords[],
  prompts: ReadonlyMap<string, string>,
  raw: boolean,
): HonestRead {
  const { records } = hosts[0]!;
  const readings = hosts.map((host, i) => readAnswers(host.records, i === 0 ? null : records, prompts));
  const read = hosts.map(({ name, kind }, i) => ({ name, kind, kept: keptOf(readings[i]!) }));
  const blank = (id: string) => raw && /^\s|\s$/.test(prompts.get(id) ?? "");
  const ids = [...read[0]!.kept.keys()];
  const asked = ids.filter((id) => !blank(id) && read.every(({ kept }) => answered(kept, id))).sort();
  return { hosts: read, readings, records, asked, prompts, blank: ids.filter(blank).length };
}

/** The endpoint beside them; or why what remains is too little, in a sentence. */
export function gather(
  { hosts, readings, records, asked, prompts: words, blank }: HonestRead,
  endpoint: { name: string; records: readonly Recorded[] },
  substitute: { name: string; records: readonly Recorded[] } | null,
): Gathered | { refused: string } {
  const ofEndpoint = withoutNotices(readAnswers(endpoint.records, records, words), readings);
  const own = keptOf(ofEndpoint);
  const prompts = asked.filter((id) => answered(own, id));
  if (prompts.length < PROMPTS_MIN)
    return {
      refused: `The reference, the endpoint and all controls answered ${prompts.length} prompts in common; at least ${PROMPTS_MIN} are needed.${
        blank > 0
          ? ` ${blank} prompts begin or end in a blank, which hosts of a completions interface may cut off: they do not count.`
          : ""
      }`,
    };
  const sent = asked.flatMap((id) => ofEndpoint.openings.get(id) ?? []);
  const left = sent.filter((opening) => opening === null).length;
  if (left > LEFT_OUT_MAX * sent.length)
    return {
      refused: `Of the endpoint's ${sent.length} answers ${left} are empty, rejected or one notice repeated: what remains is no sample of what it serves.`,
    };
  const balanced = (of: ReadonlyMap<string, Answers>, name: string, kind: Balanced["kind"]): Balanced => {
    const least = Math.min(...prompts.map((id) => of.get(id)!.length));
    return { name, kind, answers: new Map(prompts.map((id) => [id, of.get(id)!.slice(0, least)])) };
  };
  const honest = hosts.map(({ name, kind, kept }) => balanced(kept, name, kind));
  const thin = honest.find(({ answers }) => sizeOf(answers) < ANSWERS_MIN);
  if (thin)
    return {
      refused: `${thin.name} gave ${sizeOf(thin.answers)} answers that count, as many to each prompt; at least ${ANSWERS_MIN} are needed to know how often an honest host surprises.`,
    };
  const other = substitute ? keptOf(readAnswers(substitute.records, records, words)) : null;
  return {
    prompts,
    honest,
    endpoint: balanced(own, endpoint.name, "host"),
    substitute: other && prompts.every((id) => answered(other, id)) ? balanced(other, substitute!.name, "host") : null,
    readings: { endpoint: ofEndpoint, honest: readings },
  };
}

/** Answers of a host, over all prompts. */
export function sizeOf(answers: ReadonlyMap<string, Answers>): number {
  return [...answers.values()].reduce((sum, { length }) => sum + length, 0);
}

const keptOf = (reading: Reading) =>
  new Map([...reading.openings].map(([id, given]) => [id, given.filter((opening) => opening !== null)]));
const answered = (of: ReadonlyMap<string, Answers>, id: string) => (of.get(id)?.length ?? 0) > 0;
