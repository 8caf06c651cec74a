/**
 * Who may stand before the told dispute, what each can read there and what each can do next: pages, and commands that work
 * on the story's folder. `$S` stands for that folder; the page says how to set it.
 */
import type { Place } from "./step.js";
import type { Story } from "./tell.js";

export interface Persona {
  id: string;
  who: string;
  /** What this reader wants, and what is at hand for it. */
  says: string;
  places: readonly Place[];
  commands: readonly TypedCommand[];
}

interface TypedCommand {
  says: string;
  typed: string;
  /** Exit status; 3 where something is refused, and then the text says so. */
  status: 0 | 3;
}

const does = (says: string, typed: string, status: 0 | 3 = 0): TypedCommand => ({ says, typed, status });
const docket = (path: string, text: string): Place => ({ site: "docket", path, text });
const register = (path: string, text: string): Place => ({ site: "register", path, text });
const REGISTER = '--register "$S/register/log" --policy "$S/register/trust.txt"';

/** @returns one a kind of reader, in the order of the start page */
export function personasOf(story: Story): readonly Persona[] {
  return [party(story), clerk(story), analyst(story), publisher(story), citizen(story)];
}

function party({ open }: Story): Persona {
  const folder = `"$S/cases/${open.id}"`;
  return {
    id: "party",
    who: "A party",
    says: "You are counsel of Tallis Press, and have been served with a complaint. What may you do, by when, and what is sealed to you?",
    places: [
      docket(`cases/${open.id}`, "your case, as the public sees it"),
      docket(`cases/${open.id}/deadlines`, "your times, each with its computation"),
      {
        site: "workspace",
        path: `cases/${open.id}`,
        text: "your workspace: next steps, and what is sealed to you, opened in this browser with the identity $S/keys/respondent.age",
      },
    ],
    commands: [
      does("What you may do next, by when and why.", `npx assay case next ${folder} --role respondent`),
      does(
        "Open the letter that is sealed to both parties, with your own identity.",
        `npx assay case reveal ${folder} ${open.sealed} --identity "$S/keys/respondent.age" --out "$S/letter"`,
      ),
      does(
        "Answer the complaint. The case is a rehearsal: the time is given by hand.",
        `npx assay case respond ${folder} --facts '{"position":"denies"}' --at ${open.next} --private-key "$S/keys/respondent.pem"`,
      ),
    ],
  };
}

function clerk({ open, told, sealed }: Story): Persona {
  const folder = `"$S/cases/${open.id}"`;
  return {
    id: "clerk",
    who: "The clerk",
    says: "You keep the docket: you see to times, service and sealing, and decide nothing.",
    places: [
      docket("", "all cases"),
      docket("deadlines", "times of all cases"),
      docket(`cases/${told.id}/timeline`, "the case that was told, entry by entry"),
    ],
    commands: [
      does("What the registrar may do next in the open case.", `npx assay case next ${folder} --role registrar`),
      does(
        "Order evidence to be preserved, in that case.",
        `npx assay case preserve ${folder} --at ${open.next} --private-key "$S/keys/registrar.pem"`,
      ),
      does(
        "Open a sealed exhibit with the office's identity: nothing is lost when a reader loses a key.",
        `npx assay case reveal "$S/cases/${told.id}" ${sealed} --identity "$S/keys/escrow.age" --out "$S/access-records"`,
      ),
    ],
  };
}

function analyst({ told }: Story): Persona {
  const findings = told.outcomes.map(
    ({ run, content }): Place => ({
      site: "story",
      path: `bundles/${run}/data/page.html`,
      text: `${run}: the finding on ${CONTENTS[content] ?? content}`,
    }),
  );
  const { run } = told.order ?? told.outcomes[0]!;
  return {
    id: "analyst",
    who: "The analyst",
    says: "You are an expert of either side. Does a finding hold, does it come out again, and what may be said of it?",
    places: [
      ...findings,
      { site: "story", path: "bundles/", text: "every bundle, page by page" },
      docket(`cases/${told.id}/findings`, "the plan against what was run"),
      { site: "story", path: "report/verdict.html", text: "the draft of the report" },
    ],
    commands: [
      does(
        "Check a finding's bundle, and make the finding again from the models, to the last bit.",
        `npx assay verify "$S/pages/bundles/${run}.zip" --recompute --inputs "$S/slots"`,
      ),
      does("Write down what is opinion: an empty form, item by item.", 'npx assay verdict opinion > "$S/opinion.json"'),
      does(
        "Draw the report with it; what is still missing is listed.",
        `npx assay verdict "$S/cases/${told.id}" --opinion "$S/opinion.json" --out "$S/my-report" --no-pdf`,
      ),
      does(
        "Sign it: refused while an item is empty (exit status 3).",
        `npx assay verdict sign "$S/cases/${told.id}" --opinion "$S/opinion.json" --private-key "$S/keys/laboratory.pem" --out "$S/signed" --no-pdf`,
        3,
      ),
    ],
  };
}

const CONTENTS: Readonly<Record<string, string>> = {
  suspect: "the model in dispute",
  independent: "the independent twin (decoy)",
  "positive-control": "the known copy (control)",
};

function publisher({ models }: Story): Persona {
  return {
    id: "publisher",
    who: "A publisher",
    says: "You publish models. You want on record what you made and when, and want to see which orders reach a model.",
    places: [
      register("", "the register"),
      register(`models/${models.reference}`, "aldgate/lm-1"),
      register(`models/${models.suspect}`, "meridian/lm-2, under an order"),
      register("declare", "a form that drafts a declaration"),
    ],
    commands: [
      does("Which orders mean a model.", `npx assay register orders meridian/lm-2 ${REGISTER}`),
      does(
        "Sign the files of a model of your own (a key is at hand).",
        'npx assay register sign fixtures/demo/text-student --private-key "$S/keys/you.pem" --signature "$S/model.sig"',
      ),
      does(
        "Declare it. The witness has to cosign, so this works while these pages are served.",
        'npx assay register declare fixtures/demo/text-student --name you/lm --kind derivation --answers "$S/keys/you-answers.json" --private-key "$S/keys/you.pem" --register "$S/register/log" --witnesses "$S/register/trust.txt"',
      ),
      does("See it on record.", `npx assay register show you/lm ${REGISTER}`),
    ],
  };
}

function citizen({ told, models }: Story): Persona {
  return {
    id: "citizen",
    who: "A citizen",
    says: "You belong to neither side. You want to know what was decided and why, follow what comes, and believe nobody.",
    places: [
      docket(`cases/${told.id}/decision`, "the decision with its reasons"),
      docket("feed.atom", "a feed of all cases, for a feed reader"),
      docket("verify", "check a case's file in this browser; nothing is sent"),
      register(`models/${models.suspect}`, "what the register says of the model"),
    ],
    commands: [
      does("Check the whole case offline: signatures, draws, findings, gates.", `npx assay verify "$S/${told.id}.zip"`),
      does(
        "Check the whole register, its witness included.",
        `npx assay register fsck "$S/register/log" --policy "$S/register/trust.txt"`,
      ),
      does(
        "Watch the register's log: a look now, compared with the last one.",
        'npx assay log monitor "$S/register/log" --policy "$S/register/trust.txt" --state "$S/seen.txt"',
      ),
    ],
  };
}
