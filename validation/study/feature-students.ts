/**
 * Students of features (materials/makers/train_feature_students.py), each from a draw of its own: beside their teacher, and
 * two of one teacher beside each other. Innocents of every test of weights: no weight was copied.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface StudentPair {
  kind: string;
  reference: string;
  suspect: string;
  families: readonly [string, string];
}

/** What a student was trained to reproduce, by the maker's kind. */
const FEATURES: Readonly<Record<string, string>> = {
  hidden: "hidden states",
  last: "last hidden state",
  blocks: "blocks, one by one",
  shallow: "hidden states, in half of the layers",
  "shallow-blocks": "blocks, one by one, in half of the layers",
};

/** The kinds that such pairs have. */
export const STUDENT_KINDS: readonly string[] = Object.values(FEATURES).flatMap((what) => [
  `taught the other's ${what}`,
  `both taught a third's ${what}`,
]);

/** @param folder of KIND/TEACHER-a and KIND/TEACHER-b; none gives no pairs */
export function studentPairs(zoo: string, folder: string | undefined): StudentPair[] {
  if (!folder || !existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((how) => {
      const what = FEATURES[how];
      if (what === undefined) throw new Error(`${folder}: expected kinds of students, got ${how}`);
      const names = readdirSync(join(folder, how)).sort();
      const path = (name: string) => join(folder, how, name);
      return names.flatMap((name): StudentPair[] => {
        const teacher = name.slice(0, 3);
        const own = `${how} ${name}`;
        const taught: StudentPair = {
          kind: `taught the other's ${what}`,
          reference: join(zoo, "bank", teacher),
          suspect: path(name),
          families: [teacher, own],
        };
        const other = name.replace(/-a$/, "-b");
        if (other === name || !names.includes(other)) return [taught];
        const kind = `both taught a third's ${what}`;
        return [{ kind, reference: path(name), suspect: path(other), families: [own, `${how} ${other}`] }, taught];
      });
    });
}
