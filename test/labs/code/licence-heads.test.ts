/** The head of a licence is no word on whose the code is: it is stripped and counted, and the code under it is read. */
import { describe, expect, test } from "vitest";
import { type NamedSide, setAside, usualOf } from "../../../src/labs/code/aside.js";
import { provenanceOf } from "../../../src/labs/code/tokens/provenance.js";

const APACHE = `# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
`;
const LGPL = ` * You should have received a copy of the GNU Lesser
 * General Public License along with this library.
`;
const MPL = `/* This Source Code Form is subject to the terms of the Mozilla Public
 * License, v. 2.0. If a copy of the MPL was not distributed with this
 * file, You can obtain one at http://mozilla.org/MPL/2.0/. */
`;

describe("what is said", () => {
  test.each([
    ["Apache", APACHE, "Apache-2.0"],
    ["GNU", LGPL, "LGPL"],
    ["Mozilla", MPL, "MPL-2.0"],
  ])("the head of %s is a head and no attribution", (_, text, name) => {
    const { attribution, heads, licences } = provenanceOf(`${text}\nx = 1\n`);
    expect({ attribution, heads }).toEqual({ attribution: [], heads: [name] });
    expect(licences).toContain(name);
  });

  test("an attribution beside a head stays one, and so does a copy of somebody's work under a licence", () => {
    const { attribution, heads } = provenanceOf(
      `${APACHE}# Copied from https://example.org/fabrikam/kit\n# a copy of Northwind/kit with the license of its own\n`,
    );
    expect(attribution).toHaveLength(2);
    expect(heads).toEqual(["Apache-2.0"]);
  });

  test("who a file is licensed to is a holder", () => {
    const { holders } = provenanceOf("# Licensed to Fabrikam under one or more agreements\nx = 1\n");
    expect(holders).toEqual(["fabrikam"]);
  });
});

function side(name: string, texts: Readonly<Record<string, string>>): NamedSide {
  const paths = Object.keys(texts);
  return {
    name,
    files: paths.length,
    units: paths.map((path) => ({ path, name: "", line: 1, language: "python" as const, prints: [] })),
    provenance: new Map(paths.map((path) => [path, provenanceOf(texts[path]!)])),
  };
}
const asideOf = (of: NamedSide, ...others: NamedSide[]) => [...setAside(of, [], usualOf(of, ...others))];
const files = (head: string, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [`${name}.py`, `${head}\nx = 1\n`]));

describe("what is set aside", () => {
  test("nothing of a tree whose files all begin with a licence's head", () => {
    expect(asideOf(side("kit", files(APACHE, "a", "b", "c", "d")))).toEqual([]);
    expect(asideOf(side("kit", files(`# Copyright 2020 Northwind\n${APACHE}`, "a", "b", "c")))).toEqual([]);
  });

  test("a file that its own holder shares with another", () => {
    const own = files(
      `# Copyright 2020 Northwind Inc.\n${APACHE}`,
      "a",
      "b",
      "c",
      "e",
      "f",
      "g",
      "h",
      "i",
      "j",
      "k",
      "l",
    );
    const both = { "d.py": `# Copyright 2019 Fabrikam and the Northwind team.\n${APACHE}\nx = 1\n` };
    expect(asideOf(side("kit", { ...own, ...both }))).toEqual([]);
  });

  const plain = files("", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
  test("a file under a head that its tree does not bear: two trees with one such file are not compared in it", () => {
    const vendored = { "net.py": `${APACHE}\nx = 1\n` };
    expect(asideOf(side("one", { ...plain, ...vendored }))).toEqual(["net.py"]);
    expect(asideOf(side("two", { ...files(MPL, "m", "n", "o"), ...vendored }))).toEqual([]);
    expect(asideOf(side("two", { ...plain, ...files(MPL, "m", "n", "o"), ...vendored }))).toEqual(["net.py"]);
  });

  test("a file of another holder, whatever head its tree bears", () => {
    const own = files(`# Copyright 2020 Northwind\n${APACHE}`, "a", "b", "c", "e", "f", "g", "h", "i", "j", "k", "l");
    const vendored = { "net.py": `# Copyright 2015 Fabrikam\n${APACHE}\nx = 1\n` };
    expect(asideOf(side("kit", { ...own, ...vendored }))).toEqual(["net.py"]);
  });

  test("a copy that kept the claimant's head is no third source", () => {
    const claimant = side("ours", files(`# Copyright 2020 Northwind\n${APACHE}`, "a", "b", "c"));
    const suspect = side("theirs", { ...plain, "copied.py": `# Copyright 2020 Northwind\n${APACHE}\nx = 1\n` });
    expect(asideOf(suspect, claimant)).toEqual([]);
    expect(asideOf(suspect)).toEqual(["copied.py"]);
  });
});
