/**
 * Names that a reader may take for one another. Names are ASCII already; what is left are letters and digits that look
 * alike in common typefaces, and separators (after the confusables of Unicode Technical Standard 39, ASCII part).
 * It cannot see names that merely sound alike.
 */
export function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[._-]+/g, "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("cl", "d")
    .replaceAll(/[1|i]/g, "l")
    .replaceAll("0", "o")
    .replaceAll("5", "s");
}
