/** A sentence on what was measured, held against the study it speaks of: its version, and each of its numbers. */

interface Sentence {
  /** Of the method. */
  version: string;
  says: string;
}

/** @param page the study's, as Markdown: every number of the sentence stands on it, or in the study's counts */
export function faultsOfSentence(
  { version, says }: Sentence,
  { methodVersion, nulls, positives }: { methodVersion: string; nulls: object; positives: object },
  page: string,
): string[] {
  const faults: string[] = [];
  if (version !== methodVersion)
    faults.push(
      `the record speaks of version ${version}, the study is of version ${methodVersion}: read the sentence anew`,
    );
  return [...faults, ...faultsOfNumbers(says, page, JSON.stringify([nulls, positives]))];
}

/** @param pages texts on one of which every number of the sentence has to stand; numbers of versions aside */
export function faultsOfNumbers(says: string, ...pages: string[]): string[] {
  const stated = new Set(pages.flatMap(numbersOf));
  return numbersOf(says.replaceAll(/[Vv]ersions? \d+(?: and \d+)?/g, ""))
    .filter((number) => !stated.has(number))
    .map((number) => `"${says}": ${number} does not stand on the study's page`);
}

/** As numbers, whatever parts their thousands. */
function numbersOf(text: string): number[] {
  return [...text.matchAll(/\d+(?:[,\u2009\u202f\u00a0]\d{3})*(?:\.\d+)?/g)].map(([number]) =>
    Number(number.replaceAll(/[,\u2009\u202f\u00a0]/g, "")),
  );
}
