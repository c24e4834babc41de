// Tests `scanLines`: order, numbers of lines, pieces of the input, threads and a reader that stops.
import { describe, expect, it } from "vitest";
import { NO_VALUES } from "./enrolled-values.ts";
import { scanLines } from "./scan-lines.ts";

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function scanned(text: string, size = 1000, over = Number.POSITIVE_INFINITY) {
  const [out, rejected]: [string[], string[]] = [[], []];
  const sums = await scanLines(pieces(text, size), NO_VALUES, {
    print: (some) => Promise.resolve(void out.push(some)),
    reject: (number, why) => void rejected.push(`${number}: ${why}`),
    isOver: () => out.length >= over,
  });
  const lines = out.join("").split("\n").slice(0, -1);
  return {
    sums,
    rejected,
    rows: lines.map((line) => JSON.parse(line) as { id: number; findings: unknown[] }),
  };
}

const row = (id: number, text: string): string => `${JSON.stringify({ id, text })}\n`;

describe("scanLines", () => {
  it("answers in order, through threads, whatever the pieces", async () => {
    const ids = Array.from({ length: 300 }, (_, id) => id);
    const text = ids.map((id) => row(id, id % 7 === 0 ? "card 4111 1111 1111 1111" : `line ${id}`)).join("");
    for (const size of [777, 1_000_000]) {
      const { rows, rejected, sums } = await scanned(text, size);
      expect(rows.map(({ id }) => id)).toEqual(ids);
      expect(rows.filter(({ findings }) => findings.length > 0).map(({ id }) => id)).toEqual(
        ids.filter((id) => id % 7 === 0),
      );
      expect([rejected, sums]).toEqual([[], { answered: 300, rejected: 0 }]);
    }
  });

  it("numbers the lines that are none, and goes on", async () => {
    const { rows, rejected } = await scanned(`x\n${row(1, "a")}\n \r\n[]\n${row(2, "b").trimEnd()}`, 3);
    expect(rows.map(({ id }) => id)).toEqual([1, 2]);
    expect(rejected).toEqual(["1: not JSON", "5: not an object"]);
  });

  it("of nothing makes nothing", async () => {
    expect(await scanned("")).toEqual({ sums: { answered: 0, rejected: 0 }, rejected: [], rows: [] });
  });

  it("stops reading when nobody reads the answers", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield await Promise.resolve(Buffer.from(row(read, "a").repeat(64)));
      }
    }
    const sink = { print: () => Promise.resolve(), reject: () => undefined, isOver: () => read > 20 };
    await scanLines(endless(), NO_VALUES, sink);
    expect(read).toBeLessThan(100);
  });
});
