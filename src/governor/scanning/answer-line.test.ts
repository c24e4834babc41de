// Tests `answerLine`: what a line may be, offsets in code points, and scans that did not end.
import { describe, expect, it } from "vitest";
import type { ScanResult } from "../../scan/scan-bytes.ts";
import { answerLine } from "./answer-line.ts";

/** A scan that finds every `X` as itself, and `#` as exhausted. */
function scan(bytes: Uint8Array): ScanResult {
  const findings = [...bytes.entries()]
    .filter(([, byte]) => byte === 88)
    .map(([at]) => ({
      kind: "x",
      class: "credential" as const,
      name: null,
      start: at,
      end: at + 1,
      decoded: [],
    }));
  return { findings, exhausted: bytes.includes(35) ? "work" : null };
}

const answered = (line: string): unknown => {
  const answer = answerLine(Buffer.from(line), scan);
  return answer.ok ? JSON.parse(answer.value) : answer.error;
};

const found = (start: number): object => ({
  kind: "x",
  class: "credential",
  start,
  end: start + 1,
  decoded: [],
});

describe("answerLine", () => {
  it("writes the members in their order, on one line", () => {
    const answer = answerLine(Buffer.from('{"text":"X\\n","id":"a"}'), scan);
    expect(answer).toEqual({
      ok: true,
      value: '{"id":"a","findings":[{"kind":"x","class":"credential","start":0,"end":1,"decoded":[]}]}',
    });
  });

  it.each([
    ["ASCII", "ab X", 3],
    ["letters of two bytes", "éü X", 3],
    ["emoji, which are two units of UTF-16", "🙂🙂 X", 3],
    ["combining characters, each of which counts", "e\u0301 X", 3],
    ["a family joined by zero width joiners", "👩\u200d👧 X", 4],
  ])("counts code points: %s", (_name, text, start) => {
    expect(answered(JSON.stringify({ id: 1, text }))).toEqual({ id: 1, findings: [found(start)] });
  });

  it("counts a lone surrogate as the one code point that it is, and a pair of escapes as one", () => {
    expect(answered('{"id":1,"text":"\\ud800X"}')).toEqual({ id: 1, findings: [found(1)] });
    expect(answered('{"id":1,"text":"\\ud83d\\ude42X"}')).toEqual({ id: 1, findings: [found(1)] });
  });

  it("says of a scan that did not end that all of the text could be anything", () => {
    const whole = { kind: "unfinished", class: "opaque", start: 0, end: 3, decoded: [] };
    expect(answered('{"id":1,"text":"é#X"}')).toEqual({ id: 1, findings: [whole, found(2)] });
  });

  it("gives the same kind and span once, and other classes of the same bytes beside it", () => {
    const one = { kind: "x", name: "a", start: 0, end: 1, decoded: [] };
    const twice = (): ScanResult => ({
      findings: [
        { ...one, class: "protected" },
        { ...one, class: "protected", name: "b" },
        { ...one, class: "opaque" },
      ],
      exhausted: null,
    });
    const answer = answerLine(Buffer.from('{"id":1,"text":"a"}'), twice);
    expect(
      answer.ok && JSON.parse(answer.value).findings.map((each: { class: string }) => each.class),
    ).toEqual(["protected", "opaque"]);
  });

  it.each([
    ["{", "not JSON"],
    ["[]", "not an object"],
    ["null", "not an object"],
    ['"a"', "not an object"],
    ['{"text":"a"}', "`id` is no text and no integer"],
    ['{"id":1.5,"text":"a"}', "`id` is no text and no integer"],
    ['{"id":null,"text":"a"}', "`id` is no text and no integer"],
    ['{"id":1}', "`text` is no text"],
    ['{"id":1,"text":["a"]}', "`text` is no text"],
  ])("takes %s for no line of it", (line, why) => {
    expect(answered(line)).toBe(why);
  });

  it("takes no bytes that are not UTF-8", () => {
    const line = Buffer.concat([Buffer.from('{"id":1,"text":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(answerLine(line, scan)).toEqual({ ok: false, error: "not UTF-8" });
  });

  it("says nothing of what stands in a line that it refuses", () => {
    const answer = answerLine(Buffer.from('{"id":1,"text":"planted'), scan);
    expect(JSON.stringify(answer)).not.toContain("planted");
  });
});
