/** Each language that is read: its grammar and query load, comments and imports are left out, units are found by name. */
import { expect, test } from "vitest";
import { readTokens } from "../../../src/labs/code/host/grammars.js";
import type { Grammar } from "../../../src/labs/code/tokens/languages.js";

const PROGRAMS: Record<Grammar, { plain: string; dressed: string; unit: string }> = {
  python: {
    plain: "def area(w, h):\n    return w * h\n",
    dressed: 'import math\n# sizes\ndef area(w, h):\n    """The area."""\n    return w * h\n',
    unit: "area",
  },
  typescript: {
    plain: "function area(w: number, h: number): number { return w * h; }\n",
    dressed:
      'import fs from "node:fs";\n/** Area. */\nfunction area(w: number, h: number): number { return w * h; } // end\n',
    unit: "area",
  },
  tsx: {
    plain: "function Box(p: { t: string }) { return <b>{p.t}</b>; }\n",
    dressed: 'import React from "react";\n// A box.\nfunction Box(p: { t: string }) { return <b>{p.t}</b>; }\n',
    unit: "Box",
  },
  javascript: {
    plain: "class Box { area() { return this.w * this.h; } }\n",
    dressed: 'import x from "x";\n/* sizes */ class Box { area() { return this.w * this.h; } }\n',
    unit: "Box",
  },
  rust: {
    plain: "fn area(w: u32, h: u32) -> u32 { w * h }\n",
    dressed: "use std::fmt;\n/// Area.\nfn area(w: u32, h: u32) -> u32 { w * h }\n",
    unit: "area",
  },
  go: {
    plain: "func area(w int, h int) int { return w * h }\n",
    dressed: 'package main\nimport "fmt"\n// Area.\nfunc area(w int, h int) int { return w * h }\n',
    unit: "area",
  },
  cpp: {
    plain: "int area(int w, int h) { return w * h; }\n",
    dressed: "#include <vector>\n// Area.\nint area(int w, int h) { return w * h; }\n",
    unit: "",
  },
};

test.each(Object.keys(PROGRAMS) as Grammar[])("%s", async (grammar) => {
  const { plain, dressed, unit } = PROGRAMS[grammar];
  const [bare, full] = [await readTokens(plain, grammar), await readTokens(dressed, grammar)];
  expect(bare).not.toBeNull();
  expect(bare!.errorShare).toBe(0);
  expect(bare!.values.length).toBeGreaterThan(8);
  // Comments, docstrings, imports and package lines leave nothing behind.
  expect(full!.values).toEqual(bare!.values);
  // The file itself, and what stands in it.
  expect(bare!.units.length).toBeGreaterThan(1);
  if (unit) expect(bare!.units.map(({ name }) => name)).toContain(unit);
});
