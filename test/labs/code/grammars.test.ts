/**
 * Each language that is read: its grammar and query load; comments, imports, heads of functions, functions that one print
 * covers and what compilers emit are left out; units are found by name.
 */
import { expect, test } from "vitest";
import { readTokens } from "../../../src/labs/code/host/grammars.js";
import type { Grammar } from "../../../src/labs/code/tokens/languages.js";

const BRACES = "if (w > h) { w = w - h * 2; h = h + w; } while (w > 0) { w = w - 1; h = h * w + 3; }";
const SPACES = "if w > h { w = w - h * 2; h = h + w; }; for w > 0 { w = w - 1; h = h * w + 3; }";
const PROGRAMS: Record<Grammar, { plain: string; dressed: string; unit: string }> = {
  python: {
    plain:
      "def area(w, h):\n    if w > h:\n        w = w - h * 2\n        h = h + w\n    while w > 0:\n        w = w - 1\n    return w * h\n",
    dressed:
      'import math\n# sizes\ndef of(w: int = 3) -> int:\n    return w * 2\ndef area(w: int, h: int) -> int:\n    """The area."""\n    if w > h:\n        w = w - h * 2\n        h = h + w\n    while w > 0:\n        w = w - 1\n    return w * h\nparser.add_argument("--x", type=int, default=3)\n',
    unit: "area",
  },
  typescript: {
    plain: `function area(w: number, h: number): number { ${BRACES} return w * h; }\n`,
    dressed: `import fs from "node:fs";\nconst x = __importDefault(require("x"));\nexports.a = void 0;\n/** Area. */\nfunction area<T>(w: T): T { ${BRACES} return w * h; } // end\nfunction of(w: number) { return w; }\n`,
    unit: "area",
  },
  tsx: {
    plain: `function Box(p: { t: string }) { ${BRACES} return <b>{p.t}</b>; }\n`,
    dressed: `import React from "react";\n// A box.\nfunction Box(p: { t: string }, q: number) { ${BRACES} return <b>{p.t}</b>; }\n`,
    unit: "Box",
  },
  javascript: {
    plain: `class Box { area() { ${BRACES} return this.w * this.h; } }\n`,
    dressed: `import x from "x";\nfunction _defineProperty(e, r, t) { ${BRACES} return e; }\nvar __rest = function (s) { ${BRACES} };\n/* sizes */ class Box { area(w) { ${BRACES} return this.w * this.h; } get w() { return this.v; } }\nObject.defineProperty(exports, "__esModule", { value: true });\n`,
    unit: "Box",
  },
  rust: {
    plain: "fn area(w: u32, h: u32) -> u32 { if w > h { w = w - h * 2; h = h + w; } w = w * 4; h = h - 1; w * h }\n",
    dressed:
      "use std::fmt;\n/// Area.\nfn of(self) -> u32 { self.0.of() }\npub fn area<T: Copy>(w: T, h: u32) -> T where T: Sized { if w > h { w = w - h * 2; h = h + w; } w = w * 4; h = h - 1; w * h }\n",
    unit: "area",
  },
  go: {
    plain: `func area(w int, h int) int { ${SPACES}; return w * h }\n`,
    dressed: `package main\nimport "fmt"\n// Area.\nfunc area(w, h int) (int, error) { ${SPACES}; return w * h }\nfunc (b Box) Len() int { return len(b) }\n`,
    unit: "area",
  },
  cpp: {
    plain: `int area(int w, int h) { ${BRACES} return w * h; }\n`,
    dressed: `#include <vector>\n// Area.\ntypename T::x area(T w, T h) { ${BRACES} return w * h; }\nint of() { return 1; }\n`,
    unit: "",
  },
};

test.each(Object.keys(PROGRAMS) as Grammar[])("%s", async (grammar) => {
  const { plain, dressed, unit } = PROGRAMS[grammar];
  const [bare, full] = [await readTokens(plain, grammar), await readTokens(dressed, grammar)];
  expect(bare).not.toBeNull();
  expect(bare!.errorShare).toBe(0);
  expect(bare!.values.length).toBeGreaterThan(24);
  expect(full!.values).toEqual(bare!.values);
  // The file itself, and what stands in it.
  expect(bare!.units.length).toBeGreaterThan(1);
  if (unit) expect(bare!.units.map(({ name }) => name)).toContain(unit);
});
