/**
 * Facts that nobody types: made from a file that is chosen, from what the case says, or from other answers; what a command
 * makes of the same file is the same. Whoever signs sees them before.
 */
import { factsOfFinding } from "../../../app/docket/finding-facts.js";
import { fromHex, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Digest } from "../../../base/digest.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { roundAt } from "../../../evidence/drand.js";
import { parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import { panelPurpose } from "../../../office/docket/fold/guards.js";
import type { FactsOf } from "../../../office/docket/pack/facts.js";
import type { EntryKind, Tier } from "../../../office/docket/pack/names.js";
import { drawLabels, drawPanel } from "../../../office/docket/plan/draw.js";
import { digestOfPlan, encodePlan, factsOfPlan, readPlan } from "../../../office/docket/plan/test-plan.js";
import { readCalendar } from "../../../office/docket/time/calendar.js";
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { type Choice, type Field, fieldOf, linesOf, type Typed, YES_NO } from "./field.js";

/** Files that were chosen for fields, by the field's path. */
export type Chosen = ReadonlyMap<string, { name: string; bytes: Uint8Array }>;

interface Given {
  view: CaseView;
  typed: Typed;
  chosen: Chosen;
  /** Unix seconds. */
  now: number;
  /** Who may read the entry. */
  tier: Tier;
  /** What the answers of the other fields came to. */
  facts: Record<string, unknown>;
}

interface Maker {
  /** Facts that are not asked, below the top too; `*` is all of them. */
  made: readonly string[];
  /** Whether these are asked before the rest; after it when left out. */
  first?: boolean;
  /** What is asked in their place. */
  fields: (view: CaseView, typed: Typed) => Field[];
  /** @throws with what is wrong, in a sentence */
  make: (given: Given) => { facts: Record<string, unknown>; attachments?: { name: string; bytes: Uint8Array }[] };
}

/** Undefined where every fact is answered as it is asked. */
export function makerOf(kind: EntryKind): Maker | undefined {
  return MAKERS[kind];
}

const CHOSEN_AGAIN = "A draft keeps its name alone.";
const file = (path: string, label: string, hint: string, more: Partial<Field> = {}) =>
  fieldOf({ path, label, hint: `${hint} ${CHOSEN_AGAIN}`, input: "file", ...more });

function bytesOf({ chosen }: Given, path: string): { name: string; bytes: Uint8Array } {
  const found = chosen.get(path);
  if (!found) throw new Error("Choose the file again.");
  return found;
}

function jsonOf(given: Given, path: string): unknown {
  const { name, bytes } = bytesOf(given, path);
  return parseStrictJson(fromUtf8(bytes, name), name);
}

/** A secret as `assay case secret` keeps it. */
function secretOf(given: Given, path: string): string {
  const { name, bytes } = bytesOf(given, path);
  const secret = fromUtf8(bytes, name).trim();
  if (!/^[0-9a-f]{64}$/.test(secret)) throw new Error(`${name}: expected 64 hexadecimal digits`);
  return secret;
}

const lastOf = <K extends EntryKind>({ entries }: CaseView, kind: K) =>
  entries.filter((entry) => entry.kind === kind).at(-1)?.facts as FactsOf<K> | undefined;

function needed<T>(found: T | undefined, lacks: string): T {
  if (found === undefined) throw new Error(lacks);
  return found;
}

const NO_DRAW = "No draw of the panel was announced: the notice does so.";
const NO_PLAN = "No plan was adopted.";

const MAKERS: { [K in EntryKind]?: Maker } = {
  calendar: {
    made: ["*"],
    fields: () => [file("calendar", "The calendar's file", "Holidays, as assay/calendar/v1.")],
    make: (given) => {
      const bytes = canonicalJsonBytes(readCalendar(jsonOf(given, "calendar")).data);
      return { facts: { calendar: sha256Digest(bytes) }, attachments: [{ name: "calendar.json", bytes }] };
    },
  },
  "key.enrolled": {
    made: ["*"],
    fields: () => [
      file(
        "enrolment",
        "The enrolment of the new key",
        "As its holder made it under My keys, or by assay case countersign.",
      ),
    ],
    make: (given) => ({ facts: jsonOf(given, "enrolment") as Record<string, unknown> }),
  },
  "key.replaced": {
    made: ["old", "publicKey", "passkey", "countersignature"],
    first: true,
    fields: (view) => [
      fieldOf({ path: "old", label: "Which key is replaced?", input: "choice", choices: keysIn(view) }),
      file(
        "enrolment",
        "The enrolment of the new key",
        "With the party, holder and roles of the old one, as made under My keys or by assay case countersign.",
      ),
    ],
    make: (given) => {
      const { publicKey, passkey, countersignature } = jsonOf(given, "enrolment") as FactsOf<"key.enrolled">;
      return { facts: { old: given.typed.old, publicKey, ...(passkey ? { passkey } : {}), countersignature } };
    },
  },
  notice: {
    made: ["draw.round", "draw.secret"],
    fields: (_view, typed) =>
      typed.draw === "yes"
        ? [
            file(
              "secret",
              "The secret of the draw",
              "64 hexadecimal digits, as assay case secret keeps them. Its digest alone is entered: it is opened when the panel is drawn.",
            ),
          ]
        : [],
    make: (given) => {
      if (given.typed.draw !== "yes") return { facts: {} };
      const { beacon } = needed(lastOf(given.view, "pack.adopted"), "The case names no beacon.");
      const secret = fromHex(secretOf(given, "secret"), "secret");
      return {
        facts: { draw: { round: roundAt(beacon, given.now + DRAW_AFTER_SECONDS), secret: sha256Digest(secret) } },
      };
    },
  },
  "panel.drawn": {
    made: ["members", "signature", "secret", "drawn", "list"],
    first: true,
    fields: ({ entries }) => {
      const round = entries
        .flatMap(({ kind, facts }) => (kind === "notice" ? [(facts as FactsOf<"notice">).draw?.round] : []))
        .at(-1);
      return [
        fieldOf({ path: "list", label: "Who is on the list? One name a line", input: "lines" }),
        fieldOf({
          path: "signature",
          label: "Signature of the beacon's round, 96 hexadecimal digits",
          hint: round === undefined ? NO_DRAW : `Of round ${round}.`,
          input: "line",
        }),
        file("secret", "The secret of the draw", "64 hexadecimal digits, whose digest the notice states."),
      ];
    },
    make: (given) => {
      const { typed, view } = given;
      needed(lastOf(view, "notice")?.draw, NO_DRAW);
      const [list, signature, secret] = [
        linesOf(typed.list ?? ""),
        (typed.signature ?? "").trim(),
        secretOf(given, "secret"),
      ];
      const excluded = (given.facts.excluded ?? []) as { who: string }[];
      const left = list.filter((name) => !excluded.some(({ who }) => who === name));
      const { members } = view.stated;
      const drawn = drawPanel(left, members, panelPurpose(left), signature, secret);
      return { facts: { members, list, excluded, signature, secret, drawn } };
    },
  },
  exhibit: {
    made: ["tier", "carried", "root"],
    fields: (_view, typed) => [
      fieldOf({
        path: "carried",
        label: "Is the exhibit itself filed?",
        hint: "Else its digest alone is entered, such as a model's root.",
        input: "choice",
        choices: YES_NO,
      }),
      ...(typed.carried === "no" ? [fieldOf({ path: "root", label: "Digest of the exhibit", input: "digest" })] : []),
      ...(typed.carried === "yes" ? [file("exhibited", "The exhibit's file", "Its SHA-256 is entered.")] : []),
    ],
    make: (given) => {
      const { tier, typed } = given;
      if (typed.carried !== "yes") return { facts: { tier, carried: false, root: (typed.root ?? "").trim() } };
      const { name, bytes } = bytesOf(given, "exhibited");
      return { facts: { tier, carried: true, root: sha256Digest(bytes) }, attachments: [{ name, bytes }] };
    },
  },
  custody: {
    made: ["seq"],
    fields: () => [],
    make: ({ view, facts }) => {
      const held = view.exhibits.find(({ exhibit }) => exhibit === facts.exhibit);
      return { facts: { seq: held?.custody.length ?? 0 } };
    },
  },
  "plan.proposed": {
    made: ["*"],
    fields: () => [file("plan", "The plan's file", "As assay/test-plan/v1.")],
    make: (given) => {
      const plan = readPlan(jsonOf(given, "plan"));
      return { facts: { plan: digestOfPlan(plan) }, attachments: [{ name: "plan.json", bytes: encodePlan(plan) }] };
    },
  },
  "plan.adopted": {
    made: ["*"],
    fields: () => [file("plan", "The plan's file", "The one that was proposed: it lies with that entry.")],
    make: (given) => ({ facts: factsOfPlan(readPlan(jsonOf(given, "plan"))) }),
  },
  beacon: {
    made: ["round"],
    fields: () => [],
    make: ({ view }) => ({ facts: { round: needed(lastOf(view, "plan.adopted"), NO_PLAN).round } }),
  },
  finding: {
    made: ["*"],
    fields: (view, typed) => [
      file("bundle", "The finding's bundle", "A zip, as assay examine writes it with --out. It goes with the entry."),
      fieldOf({ path: "run", label: "Which run of the plan?", input: "choice", choices: [...runsOf(view), OUTSIDE] }),
      ...(typed.run === OUTSIDE.value
        ? [
            fieldOf({
              path: "proposition",
              label: "Which question of the bundle? Its id, where the bundle answers several",
              required: false,
              input: "line",
            }),
          ]
        : []),
    ],
    make: (given) => {
      const { bytes } = bytesOf(given, "bundle");
      const { typed, view } = given;
      const run = lastOf(view, "plan.adopted")?.runs.find(({ id }) => id === typed.run);
      const proposition = run?.proposition ?? ((typed.proposition ?? "").trim() || undefined);
      const facts = factsOfFinding(bytes, {
        run: run?.id ?? null,
        slot: run?.slot ?? null,
        ...(proposition ? { proposition } : {}),
      });
      return { facts, attachments: [{ name: "finding.zip", bytes }] };
    },
  },
  "blind.opened": {
    made: ["*"],
    fields: () => [
      file("secret", "The custodian's secret", "As assay case secret kept it. It is public from then on."),
    ],
    make: (given) => {
      const { plan, contents } = needed(lastOf(given.view, "plan.adopted"), NO_PLAN);
      const { signature } = needed(
        lastOf(given.view, "beacon"),
        "The round that the plan names is not in the case yet.",
      );
      const secret = secretOf(given, "secret");
      return { facts: { secret, labels: drawLabels(contents, plan, signature, secret) } };
    },
  },
};

/** The round of a draw lies so far ahead that nobody knows it when it is announced, as the command line has it. */
const DRAW_AFTER_SECONDS = 3600;
const OUTSIDE: Choice = { value: "outside", text: "None: it stands outside the plan, and opens no remedy" };

function runsOf(view: CaseView): Choice[] {
  const { runs = [] } = lastOf(view, "plan.adopted") ?? {};
  return runs.map(({ id, proposition, slot }) => ({ value: id, text: `${id}: ${proposition}, slot ${slot}` }));
}

/** Keys by their id, with whose they are. */
function keysIn({ entries }: CaseView): Choice[] {
  const keys = new Map<string, string>();
  for (const { kind, facts } of entries) {
    if (kind === "key.enrolled") {
      const { publicKey, party, name } = facts as FactsOf<"key.enrolled">;
      keys.set(parseEcdsaKey(publicKey, "key").id, `${party}, ${name}`);
    }
    if (kind === "key.replaced") {
      const { old, publicKey } = facts as FactsOf<"key.replaced">;
      keys.set(parseEcdsaKey(publicKey, "key").id, keys.get(old) ?? "");
    }
  }
  return [...keys].map(([value, whose]) => ({ value, text: `${whose}: ${value.slice(0, 16)}…` }));
}
