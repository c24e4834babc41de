// P2 in the queue: what waits is judged by the same spec, and nothing that says how it waits moves its decision.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Governor } from "../../src/governor/governor.ts";
import { openGovernor } from "../../src/governor/open-governor.ts";
import { packageBuild } from "../package-place.ts";
import { endPlace, makeHomePlace, type Place, writ } from "./cli-process.ts";
import { flagged } from "./influences.ts";
import { CORPUS, decisionFrom, documentOf, recordsFrom, withoutSequence } from "./refusals.ts";

const TASK = "label-over-clearance.yaml";

describe("P2 in the queue", { timeout: 120_000 }, () => {
  let place: Place;
  let governor: Governor;
  beforeAll(async () => {
    place = await makeHomePlace();
    writeFileSync(`${place.work}/${TASK}`, readFileSync(`${CORPUS}/${TASK}`));
    governor = await openGovernor({ home: place.home, build: packageBuild() });
  }, 120_000);
  afterAll(async () => {
    await governor.close();
    await endPlace(place);
  });

  it("flag --follow of `logs` decides and records nothing", async () => {
    expect((await writ(place, ["submit", "--", "true"])).code).toBe(0);
    expect((await writ(place, ["serve", "--until-empty"])).code).toBe(0);
    const { records } = await governor.status();
    const [job] = (await governor.jobs(true)).jobs;
    expect(await writ(place, ["logs", "--follow", String(job?.id)])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await recordsFrom(place, records)).toEqual([]);
  });

  it.each(["--priority", "--deadline", "--retries"])("flag %s of `submit`", async (flag) => {
    const checked = withoutSequence(await writ(place, ["check", "--format", "json", TASK]));
    const { records } = await governor.status();
    expect((await writ(place, ["submit", ...flagged(flag), TASK])).code).toBe(126);
    const decision = await decisionFrom(place, governor, records);
    expect(decision).toEqual(documentOf(checked).decision);
    const { jobs } = await governor.status();
    expect([jobs.waiting, jobs.ready, jobs.deferred, jobs.running]).toEqual([0, 0, 0, 0]);
  });
});
