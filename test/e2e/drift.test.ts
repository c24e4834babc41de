// `writ drift detect` and `writ report` with real processes: answers, bad lines by number, a missing file, and a reader that goes away.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endPlace, makeHomePlace, type Place, shell, writ } from "./cli-process.ts";
import { unprobedSpec } from "./every-field-spec.ts";

/** A stream whose second half is far above its bounds. */
const STREAM: string = JSON.stringify({
  id: "moved",
  stratum: "01".repeat(300),
  x: "0".repeat(300) + "1".repeat(300),
  class_bounds: [0.1, 0.2],
  spec_bound: 0.15,
});

describe("writ drift detect", { timeout: 60_000 }, () => {
  let place: Place;
  beforeAll(async () => {
    place = await makeHomePlace(unprobedSpec);
  });
  afterAll(async () => {
    await endPlace(place);
  });

  it("answers standard input, with declared and with learned bounds", async () => {
    for (const bound of ["declared", "learned"]) {
      const { code, stdout, stderr } = await writ(
        place,
        ["drift", "detect", "--jsonl", "-", "--bound", bound],
        {
          input: `${STREAM}\n`,
        },
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { id, alarms, node_alarms } = JSON.parse(stdout) as Record<string, number[]>;
      expect(id).toBe("moved");
      for (const list of [alarms, node_alarms]) {
        expect(list?.[0]).toBeGreaterThanOrEqual(300);
        expect(list?.[0]).toBeLessThan(320);
      }
    }
  });

  it("names each bad line, answers the others and exits with 3", async () => {
    writeFileSync(
      `${place.work}/streams.jsonl`,
      `${STREAM}\n{"id":1\n\n\u00ff\n${STREAM.replace("0.2]", '"x"]')}\n`,
    );
    const { code, stdout, stderr } = await writ(place, ["drift", "detect", "--jsonl", "streams.jsonl"]);
    expect(code).toBe(3);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("streams.jsonl:2: not JSON in UTF-8");
    expect(stderr).toContain("streams.jsonl:4: not JSON in UTF-8");
    expect(stderr).toContain("streams.jsonl:5: `class_bounds` is not a list of numbers from 0 to 1");
  });

  it("says what is missing, and ends with its reader", async () => {
    const missing = await writ(place, ["drift", "detect", "--jsonl", "nowhere"]);
    expect(missing.code).toBe(70);
    expect(missing.stderr).toContain("`nowhere` cannot be read: no such file");
    expect((await writ(place, ["drift", "detect"])).code).toBe(64);
    expect((await writ(place, ["drift", "detect", "--jsonl", "-", "--bound", "guessed"])).code).toBe(64);
    writeFileSync(`${place.work}/many.jsonl`, `${STREAM}\n`.repeat(1_000));
    const ended = await shell(
      place,
      `{ { "$WRIT" drift detect --jsonl many.jsonl; echo "=$?" >&3; } | head -1 > /dev/null; } 3>&1`,
    );
    expect(ended.stdout).toContain("=141");
  });
});

describe("writ report", { timeout: 60_000 }, () => {
  let place: Place;
  beforeAll(async () => {
    place = await makeHomePlace(unprobedSpec);
  });
  afterAll(async () => {
    await endPlace(place);
  });

  it("writes a page that only its owner reads, or prints it, and says where it cannot", async () => {
    const { code, stdout } = await writ(place, ["report", "--html", "node.html"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^`node.html`: \d+ bytes, \d+ records\n$/);
    const page = readFileSync(`${place.work}/node.html`, "utf8");
    expect(page).toContain("not enough data");
    expect(statSync(`${place.work}/node.html`).mode & 0o777).toBe(0o600);
    expect((await writ(place, ["report", "--html", "-"])).stdout).toBe(page);
    const unwritable = await writ(place, ["report", "--html", "nowhere/node.html"]);
    expect(unwritable.code).toBe(64);
    expect(unwritable.stderr).toContain("cannot be written: ENOENT");
  });
});
