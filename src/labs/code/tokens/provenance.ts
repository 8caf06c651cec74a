/**
 * What a source file says of where it came from: attribution lines ("adapted from …") and licences it names. Wordings
 * vary without end; the absence of a line is no sign of independent work, and its presence is the writer's own word.
 */

/** A verb of taking, then a source: an address, owner/name, a dotted path, or a name with a capital. */
const ATTRIBUTION =
  /\b(?:copied|copy|adapted|take[ns]?|borrowed|ported|port|modified|derived|forked|fork|translated|lifted|stolen|based|inspired|credits?|courtesy)\b[^\n]{0,40}?\b(?:from|on|by|of|to)\b[^\n]{0,40}?(?:https?:\/\/\S+|\b[\w-]+\/[\w.-]+|\b[a-z]\w+(?:\.[A-Za-z]\w+)+|\b(?:the\s+)?[A-Z][\w.-]+)/i;
/** After the verb, the source must look like one: the pattern above ignores case, so a capital is asked for here. */
const SOURCE =
  /https?:\/\/|github|\b[\w-]{2,}\/[\w.-]{2,}|\b[a-z]\w+(?:\.[A-Za-z]\w+)+|\b(?:from|on|by|of|to)\s+(?:the\s+)?[`'"]?[A-Z]/;
/** The verb at the end of a line; the source stands on the next. */
const UNFINISHED =
  /\b(?:copied|adapted|taken|borrowed|ported|modified|derived|forked|translated|based)\b[^\n]{0,40}?\b(?:from|on)\b[\s:]*$/i;
const ADDRESS = /https?:\/\/|github/;
const LICENCE =
  /SPDX-License-Identifier:\s*([\w.+-]+)|\b(Apache License,? Version 2\.0|MIT License|BSD[- ][23][- ]Clause|GNU (?:Lesser |Affero )?General Public License|Mozilla Public License|Business Source License|CC[- ]BY[- ][\w.-]+)/gi;

/**
 * What the head of a licence says of where its text lies: "You may obtain a copy of the License at …", "a copy of the GNU
 * General Public License". It reads like an attribution and names nobody's code.
 */
const LICENCE_COPY =
  /\bcop(?:y|ies)\s+of\s+(?:(?:the|this|that|these|our|full|text|of|GNU|Lesser|Library|Affero|General|Public|Apache|Mozilla|Eclipse|Common|Boost|BSD|MIT|ISC|European|Union|software|version|v?[\d.]+)[\s,"'(]+)*(?:licen[cs]es?\b|[AL]?GPL|[MEC]PL\b|CeCILL)\S*(?:\s+(?:at|from|on|along|is|in)\b.*)?/gi;
/** Its name, where the sentence runs on into the next line of the comment. */
const LICENCE_COPY_OPEN =
  /\bcop(?:y|ies)\s+of\s+the\s+(?:GNU|Mozilla|Apache|Eclipse)(?:\s+(?:Lesser|Library|Affero|General|Public))*\s*$/i;

const LINE_CHARS_MAX = 300;
const LINES_MAX = 20;

export interface Provenance {
  /** Lines that name a source, cut to 300 characters. */
  attribution: string[];
  licences: string[];
  /** Licences whose head the file bears: the sentence that says where a copy of the licence's text is. */
  heads: string[];
  /** Who the head of the file says holds its copyright or wrote it, in plain letters. */
  holders: string[];
}

const HOLDER =
  /(?:copyright|\(c\)|©|__author__\s*=|@author|:author:|\bauthors?:|\bwritten by|\blicensed to\b(?=[^\n]{3,80}\bunder\b))[\s:'"(c)©,.*-]*(?:\d{4}[\d\s,–-]*(?:present)?)?[\s,.:'"]*(?:by\s+)?([^\n<(]{3,80})/gi;
const HEAD_CHARS = 4000;
const LICENCE_CHARS = 5000;
const HOLDERS_MAX = 8;

/** Lines are cut to a bound and licences looked for at the head of the file alone. */
export function provenanceOf(text: string): Provenance {
  const attribution: string[] = [];
  const lines = text.split("\n", 20_000);
  for (const [i, line] of lines.entries()) {
    if (line.length > 1000 || attribution.length === LINES_MAX) continue;
    const next = lines[i + 1];
    const over = UNFINISHED.test(line) && next !== undefined && next.length <= 1000 && ADDRESS.test(next);
    const said = over ? `${line.trim()} ${next.trim()}` : line.trim();
    const rest = line.replace(LICENCE_COPY, " ").replace(LICENCE_COPY_OPEN, " ");
    if (over || (/[#/*"'-]/.test(line) && ATTRIBUTION.test(rest) && SOURCE.test(rest)))
      attribution.push(said.slice(0, LINE_CHARS_MAX));
  }
  // A sentence runs over lines; what opens each line of a comment is no part of it.
  const head = text.slice(0, LICENCE_CHARS).replaceAll(/\s*\n[\s#/*;"'!-]*/g, " ");
  const licences = new Set<string>();
  for (const [, spdx, words] of head.matchAll(LICENCE)) licences.add(nameOf(spdx ?? words!));
  const heads = new Set<string>();
  for (const [said] of head.matchAll(LICENCE_COPY))
    for (const name of [...said.matchAll(LICENCE)]
      .map(([, spdx, words]) => nameOf(spdx ?? words!))
      .concat(shortNamed(said)))
      heads.add(name);
  // "The License": whichever the head names, or one that it does not name.
  if (heads.delete("")) for (const name of licences.size > 0 ? licences : ["unnamed"]) heads.add(name);
  const holders = new Set<string>();
  for (const [, name] of text.slice(0, HEAD_CHARS).matchAll(HOLDER)) {
    const said = plainHolder(name!);
    if (said.length >= 3 && holders.size < HOLDERS_MAX) holders.add(said);
  }
  return { attribution, licences: [...licences].sort(), heads: [...heads].sort(), holders: [...holders].sort() };
}

/** Letters and digits alone; what follows the name, and words that every such line may have, are dropped. */
function plainHolder(name: string): string {
  return name
    .toLowerCase()
    .replace(
      /\b(all rights reserved|and (the )?(other )?(contributors|authors|others)|the|team|authors?|contributors?|inc|llc|ltd|gmbh|corp(oration)?|foundation|project|developers?|licen[cs]ed?|under|holders?|notice|owner|years?)\b.*/g,
      (whole, word: string) => (/^(the|authors?|contributors?)$/.test(word) ? whole.replace(word, "") : ""),
    )
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .slice(0, 80);
}

function nameOf(said: string): string {
  const plain = said.toLowerCase();
  if (plain.startsWith("apache")) return "Apache-2.0";
  if (plain.startsWith("mit")) return "MIT";
  if (/^bsd.2/.test(plain)) return "BSD-2-Clause";
  if (/^bsd.3/.test(plain)) return "BSD-3-Clause";
  if (plain.startsWith("gnu affero")) return "AGPL";
  if (plain.startsWith("gnu lesser")) return "LGPL";
  if (plain.startsWith("gnu")) return "GPL";
  if (plain.startsWith("mozilla")) return "MPL-2.0";
  return said;
}

/** The licence that a sentence names by its letters alone; "" where it says no more than "the License". */
function shortNamed(said: string): string[] {
  if (new RegExp(LICENCE.source, "i").test(said)) return [];
  if (/\bAGPL/i.test(said)) return ["AGPL"];
  if (/\bLGPL/i.test(said)) return ["LGPL"];
  if (/\bGPL/i.test(said)) return ["GPL"];
  return [/\bMPL/i.test(said) ? "MPL-2.0" : ""];
}

/**
 * What programs write at the head of what they write: protobuf, Cython, SWIG, ANTLR, OpenAPI and other generators, stubs
 * and tables of parsers.
 */
const GENERATED =
  /auto-?generated|@generated|do not (?:edit|modify)|don't edit|generated (?:by|from|with|using|via|code|file|automatically)|(?:automatically|machine)[ -]generated|\b(?:file|code|class|module|source|parser|lexer|header) (?:was|is|has been|were) (?:auto[- ]?|automatically )?(?:generated|created by)|(?:OpenAPI|Swagger) (?:Generator|Codegen)|OpenAPI spec version/i;

/** Written by a program, or squeezed by one. */
export function whyGenerated(text: string): string | null {
  if (GENERATED.test(text.slice(0, 2000))) return "says that it is generated";
  let longest = 0;
  let lineStart = 0;
  let lines = 1;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", lineStart)) {
    longest = Math.max(longest, end - lineStart);
    lineStart = end + 1;
    lines++;
  }
  if (text.length / lines > 200 || Math.max(longest, text.length - lineStart) > 20_000) return "lines as no one writes";
  return null;
}
