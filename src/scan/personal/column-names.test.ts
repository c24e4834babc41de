// Tables' headers, and the columns of values below them.
import { describe, expect, it } from "vitest";
import { columnNames } from "./column-names.ts";

const known = (name: string): boolean => name === "ssn";

describe("columnNames", () => {
  it.each([",", ";", "\t", "|"])("names the column of a value, with delimiter %j", (delimiter) => {
    const text = [`id`, `ssn`, `note`].join(delimiter) + `\r\n1${delimiter}x${delimiter}y\r\n2${delimiter}z`;
    const columns = columnNames(text, known);
    expect(columns?.names).toEqual(["id", "ssn", "note"]);
    expect(
      [text.indexOf("x"), text.indexOf("y"), text.indexOf("z")].map((at) => columns?.nameAt(at)),
    ).toEqual(["ssn", "note", "ssn"]);
    expect(columns?.nameAt(0)).toBeNull();
  });

  it("counts no delimiter in quotes, forgets a broken quote at the line's end, and has no name past the columns", () => {
    const text = `id,ssn\n"a,b,c",x\n"a,y\n1,z,w`;
    const columns = columnNames(text, known);
    expect(
      [text.indexOf("x"), text.indexOf("z"), text.indexOf("w")].map((at) => columns?.nameAt(at)),
    ).toEqual(["ssn", "ssn", null]);
  });

  it.each(["", "ssn", "one,two\n1,2", "Hello, world. ssn\nx", "1,ssn\nx", "ssn,a{b\nx"])(
    "is null of %j",
    (text) => {
      expect(columnNames(text, known)).toBeNull();
    },
  );
});
