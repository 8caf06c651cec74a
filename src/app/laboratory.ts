/**
 * What a laboratory is to the rest of the house: a record of its questions, words, studies and page. Command, help,
 * bundle, recomputation, register entry and study lookup are derived from it, once. A record is light: what an
 * examination or a page needs is loaded when it is asked for, so that a verifier may hold the whole list.
 */

import type { Command } from "commander";
import type { Progress } from "../base/progress.js";
import type { ExaminationRequest } from "../evidence/request.js";
import type { Finding } from "../finding/finding.js";
import type { PastVersion } from "../finding/past-version.js";
import type { PropositionTable } from "../finding/propositions.js";
import type { FoundDescent } from "../office/register/found-descent.js";
import type { View } from "../report/view.js";
import type { VerifyReport } from "./bundle/check.js";
import type { Study } from "./studies.js";

export interface Laboratory {
  /** First part of the ids of its propositions. */
  id: string;
  propositions: PropositionTable;
  /** Its questions as earlier versions worded them: findings that were made by those exist. */
  earlier?: readonly PropositionTable[];
  /** Its questions whose first proposition, supported, makes the suspect a descendant of the reference in the register. */
  descents?: Readonly<Record<string, FoundDescent>>;
  /** Its question, by name, that takes the weights of two models, a base and what was made from it. */
  descentOfWeights?: string;
  /** Where the study of each method lies in the package; a method that answers two questions may have one for each. */
  studies: readonly StudyPlace[];
  /** Studies of versions that are no longer used and have no successor: what became of them, so that nobody reads "never studied". */
  formerStudies?: readonly FormerStudy[];
  /** Every version of its methods that is asked no more: what was found of it after findings by it were made. */
  pastVersions?: readonly PastVersion[];
  /** What may be asked, each under `assay examine NAME`. */
  questions: readonly QuestionPlace[];
  /** Commands of its own beside its questions: `assay NAME`. */
  tools: readonly Tool[];
  /** How its observations stand on a page. */
  view: () => Promise<View>;
  /** Shown by `assay --help`: what is typed behind `assay examine`, and what it gives. */
  example?: { typed: string; gives: string };
  demonstration?: Demonstration;
  /** Evidence that ships with the package, beside models: what a told dispute shows before its case. */
  shown?: () => Promise<Shown>;
}

/** Evidence of one laboratory in the told dispute, and what its findings are held against: who is who is known there. */
export interface Shown {
  title: string;
  /** One sentence: whose evidence it is. */
  says: string;
  items: readonly ShownItem[];
  /** Files of the package that its owner puts on record before anything else happens. */
  committed?: readonly string[];
  /** Each finding held against the truth that ships. @param found findings by the item's name @param shipped as below */
  tells: (
    found: ReadonlyMap<string, readonly Finding[]>,
    shipped: (path: string) => string,
  ) => Promise<{ says: string; verified: readonly { what: string; holds: boolean }[] }>;
}

export interface ShownItem {
  /** Of its bundle; letters and hyphens. */
  name: string;
  title: string;
  question: string;
  /** What is typed. @param shipped where a file of the package lies @param scratch a folder for what the question keeps */
  asked: (shipped: (path: string) => string, scratch: string) => Asked;
  /** A bundle that was made of the same evidence, for whoever lacks an engine: verified instead, and said. */
  made?: string;
}

/** Evidence that ships with the package, and how it was made: what `assay demo` examines. */
export interface Demonstration {
  /** One of the laboratory's questions, by name; it is asked of a reference and a suspect. */
  question: string;
  /** In the package; reference and suspects lie in it. */
  folder: string;
  reference: string;
  /** With the ground truth, so that a reader can judge the findings. */
  suspects: readonly { name: string; made: string }[];
  /** How the same material serves in a rehearsed dispute: which question is planned, and what lies in the slots. */
  dispute?: {
    proposition: string;
    /** The stages that may answer, each as id, space, version. */
    methods: readonly string[];
    /** What lies in the slots: the suspect in dispute, a decoy that must come out unaccused, a control that must be found. */
    slots: Readonly<Record<"suspect" | "independent" | "positive-control", string>>;
  };
}

interface StudyPlace {
  method: string;
  /** Of the method, as the study's file has it: what is said below is said of that version's findings alone. */
  version: string;
  proposition?: string;
  file: string;
  /** On what its error rate was measured, with sizes: goes after "Measured on", on the first screen. */
  measuredOn: string;
}

/** Of a version that is not asked any more: findings of it exist, and what they lean on stays what it was. */
interface FormerStudy {
  method: string;
  version: string;
  file: string;
  /** What it counted, and why nothing leans on it: whole sentences, for the first screen. Null where findings lean on it. */
  says: string | null;
  /** As of a study: for findings of that version. Null where none lean on it. */
  measuredOn: string | null;
}

/** Something under a name, in a sentence of help, loaded when it is asked for. */
interface Loaded<T> {
  name: string;
  summary: string;
  load: () => Promise<T>;
}

/** Its own verb, or one below another laboratory's: `under` names that. */
interface Tool extends Loaded<() => Command> {
  under?: string;
}

export interface QuestionPlace extends Loaded<Question> {
  /** The words after `assay examine NAME` with which a reader repeats it; a page needs these and no more of a question. */
  typed: () => Promise<(request: ExaminationRequest) => string>;
}

export interface Question {
  /** Longer than the summary: what is compared with what. */
  description: string;
  arguments: readonly Argument[];
  options: readonly Option[];
  /** Printed after the options: examples, and what the outcome does not say. */
  help: string;
  examine: (asked: Asked, desk: Desk) => Promise<Examination>;
  /** Answers that are no findings, where `asked` wants those: one line of JSON each, or lines to read; else null. */
  answers?: (asked: Asked, desk: Desk) => Promise<readonly { json: unknown; lines: readonly string[] }[] | null>;
  /** Looks again and again at evidence that grows, where `asked` wants that; null where it does not. */
  follow?: (asked: Asked, desk: Desk) => AsyncIterable<Examination> | null;
  /** Examines again what a bundle's request names, from files found by digest. */
  again: (request: ExaminationRequest, desk: RecomputeDesk) => Promise<Examination>;
}

interface Argument {
  name: string;
  help: string;
  /** One or more. */
  many?: boolean;
}

export interface Option {
  /** As commander reads them: "--seed <text>". */
  flags: string;
  help: string;
  required?: boolean;
  default?: string | number;
  choices?: readonly string[];
  /** May be given again; the values are an array. */
  repeated?: boolean;
  /** Flags under which it was known before; taken still, and told. */
  earlier?: string;
  /** From the text given to a value. @throws AssayError USAGE */
  read?: (text: string) => unknown;
}

/** What was typed: positional arguments in order, options by their long name in camel case. */
export interface Asked {
  arguments: readonly (string | readonly string[])[];
  options: Readonly<Record<string, unknown>>;
}

/** What the house hands to a question. */
export interface Desk {
  /** Studies of the laboratory at hand. */
  studies: readonly Study[];
  /** A bundle that somebody else made, verified without its inputs. */
  openBundle: (path: string) => Promise<VerifyReport>;
  /** Folder of Assay's state; null for none. */
  home: string | null;
  /** A bundle will be written: what it takes to ask again must be stated. */
  bundled: boolean;
  onProgress: (progress: Progress) => void;
}

export interface RecomputeDesk extends Omit<Desk, "bundled" | "openBundle"> {
  /** Folders in which inputs are looked for by digest, and URLs that may be read again. */
  inputs: readonly string[];
  /** The bundle's findings, as stored: what they say of how a side was obtained. */
  stored: readonly Finding[];
}

/** What a question hands back: its findings, and what a bundle needs so that somebody else can ask it again. */
export interface Examination {
  /** One a proposition, in order; at least one. */
  findings: readonly Finding[];
  /** Everything that was read and may be named: lists that hold a key are not. */
  inputs: ExaminationRequest["inputs"];
  /** As used, defaults included. */
  settings: ExaminationRequest["settings"];
  /** Roles in the order they are typed, as placeholders: "REFERENCE", "--init", "INIT". */
  arguments: readonly string[];
  /** Said on standard error: lines set aside, bytes read over a network. */
  notes?: readonly string[];
}
