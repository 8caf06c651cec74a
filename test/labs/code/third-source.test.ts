/** What names a third source: a line that runs on, a holder who stands in one corner of the tree, folders of others' code. */
import { describe, expect, test } from "vitest";
import { usualOf } from "../../../src/labs/code/aside.js";
import { provenanceOf } from "../../../src/labs/code/tokens/provenance.js";

test("an attribution that runs over two lines is one line", () => {
  const { attribution } = provenanceOf(
    "# The code is based on:\n# https://example.org/northwind/kit/net.py\n#\nx = 1\n",
  );
  expect(attribution).toEqual(["# The code is based on: # https://example.org/northwind/kit/net.py"]);
  expect(provenanceOf("# The result is based on:\n# two sums\n").attribution).toEqual([]);
});

describe("who usually holds a side's files", () => {
  const side = (holders: Readonly<Record<string, string>>) => {
    const paths = ["a.py", "b.py", "c.py", "d.py", "lib/e.py", "lib/f.py", "lib/g.py"].map((path) => `kit/${path}`);
    return {
      files: paths.length,
      units: paths.map((path) => ({ path, name: "", line: 1, language: "python" as const, prints: [] })),
      provenance: new Map(
        Object.entries(holders).map(([path, holder]) => [
          `kit/${path}`,
          { attribution: [], licences: [], heads: [], holders: [holder] },
        ]),
      ),
    };
  };
  const corner = { "lib/e.py": "fabrikam", "lib/f.py": "fabrikam", "lib/g.py": "fabrikam" };
  test("one who stands in a corner alone, while others are named outside, does not", () => {
    expect([...usualOf(side({ ...corner, "a.py": "northwind" })).holders]).toEqual(["northwind"]);
  });
  test("one who is the only one named does", () => {
    expect([...usualOf(side(corner)).holders]).toEqual(["fabrikam"]);
  });
});
