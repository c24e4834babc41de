// writeYaml: what it writes reads back as the same tree, whatever the words are, also for readers of YAML 1.1.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { depth, seed } from "../../../test/depth.ts";
import type { DocumentNode } from "../document/document-node.ts";
import { readDocument } from "../document/read-document.ts";
import type { Written } from "./schema.ts";
import { writeYaml } from "./write-yaml.ts";

const word = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "no",
    "Yes",
    "y",
    "off",
    "null",
    "~",
    "1",
    "1e3",
    "0x1",
    ".inf",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "@",
    "*",
    "&",
    "!",
    "%",
    "|",
  ),
  fc.constantFrom(
    "12:30",
    "2001-01-01",
    "1_000",
    "=",
    "<<",
    "\u2028",
    "\u0085",
    "\ufeff",
    "\u202e",
    "\u007f",
    "\u00a0",
    "\ud83d\ude00",
    "/a/b",
    "a-b.c",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const leaf: fc.Arbitrary<Written> = word.map((text) => ({ kind: "text", text }));
const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 4 }).map((items): Written => ({ kind: "list", items })),
    fc
      .uniqueArray(
        fc.tuple(
          fc
            .stringMatching(/^[a-z_]{1,8}$/u)
            .filter((key) => !/^(?:true|false|null|no?|y|yes|on|off)$/u.test(key)),
          tie("tree"),
        ),
        {
          selector: ([key]) => key,
          maxLength: 4,
        },
      )
      .map((entries): Written => ({ kind: "map", entries })),
  ),
}));

test("readDocument of writeYaml gives the tree", () => {
  fc.assert(
    fc.property(tree, (written) => {
      const read = readDocument(writeYaml(written), { clock: () => 0 });
      expect(read.ok ? ofNode(read.value) : read.error).toEqual(ofWritten(written));
    }),
    { seed, numRuns: depth(1500, 100_000) },
  );
});

test("writeYaml writes text that a YAML 1.1 reader takes for the same text", () => {
  fc.assert(
    fc.property(word, (text) => {
      const yaml = writeYaml({ kind: "map", entries: [["k", { kind: "text", text }]] });
      expect(parse(yaml, { version: "1.1", schema: "yaml-1.1" })).toEqual({ k: text });
    }),
    { seed, numRuns: depth(500, 50_000) },
  );
});

function ofWritten(written: Written): unknown {
  switch (written.kind) {
    case "plain":
    case "text":
      return written.text;
    case "list":
      return written.items.map(ofWritten);
    case "map":
      return new Map(written.entries.map(([key, value]) => [key, ofWritten(value)]));
  }
}

function ofNode(node: DocumentNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.type === "text" ? node.text : { notText: node.text };
    case "list":
      return node.items.map(ofNode);
    case "map":
      return new Map([...node.entries].map(([key, entry]) => [key, ofNode(entry.value)]));
  }
}
