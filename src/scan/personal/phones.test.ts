// Telephone numbers in the forms of several plans, and numbers that are none.
import { describe, expect, it } from "vitest";
import { foundPersonal } from "../../../test/found-personal.ts";

function found(text: string): readonly string[] {
  return foundPersonal(text).map((match) => `${match.kind} ${text.slice(match.start, match.end)}`);
}

describe("phoneAt", () => {
  it.each([
    ["call +44 (20) 7123 4567 now", ["phone +44 (20) 7123 4567"]],
    ["+63 917 123 4567", ["phone +63 917 123 4567"]],
    ["(415) 555-0132", ["phone (415) 555-0132"]],
    ["seen 415-555-0132, ok and a longer sentence", ["phone 415-555-0132"]],
    ["0-532-123-45-67", ["phone 0-532-123-45-67"]],
    ["0 (917) 123 4567", ["phone 0 (917) 123 4567"]],
    ["09171234567", ["phone 09171234567"]],
    ['{"contact_number":"887.804.6449 x0284"}', ["phone 887.804.6449 x0284"]],
    ['{"mobile":"+55 (08) 9317-6031"}', ["phone +55 (08) 9317-6031"]],
    ['{"tel":"973667117"}', ["phone 973667117"]],
    ["They're not answering at 374 780 163", ["phone 374 780 163"]],
    [
      "416 60 039 office fax, and a longer text around it of eighty bytes, so that it is prose",
      ["phone 416 60 039"],
    ],
  ])("finds %s", (text, matches) => {
    expect(found(text)).toEqual(matches);
  });

  it.each([
    "917-123-4567",
    "+0 123 456 789",
    "+1 123 456 7890",
    '{"phone_model":"0645850405"}',
    '{"phone":"0000000000"}',
    "rows 374 780 163 of the table, and a longer text around it of eighty bytes, so it is prose",
    '{"n":"0645850405"}',
  ])("leaves %s", (text) => {
    expect(found(text)).toEqual([]);
  });
});
