// `--profile`: shipped declarations on a fresh home, judged like any task; `make` and a feed over TLS really run.
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { profileNames } from "../../src/governor/profiles.ts";
import { openAuthority, openUpstream, type Upstream } from "../gate/upstream.ts";
import { endPlace, hintOf, isRoot, makeHomePlace, type Place, writ } from "./cli-process.ts";

const TIMEOUT = { timeout: 120_000 };
const FEED = "feeds.example.org";
const NOBODY = 65_534;

let place: Place;
let upstream: Upstream;
beforeAll(async () => {
  const authority = openAuthority("profiles");
  upstream = await openUpstream({ ...authority.issue([FEED]), ca: authority.cert });
  const endpoint = `{ host: ${FEED}, port: ${upstream.ports.https}, address: 127.0.0.1, ca: ${JSON.stringify(authority.cert)}, control: owned, clearance: internal, methods: [GET] }`;
  place = await makeHomePlace((work) =>
    specText(work, { endpoints: `[ ${endpoint} ]` })
      .replace("per_task_max: 1 GiB", "per_task_max: 2 GiB")
      .replace("host_reserve: 64 MiB", "host_reserve: 1 MiB"),
  );
});
afterAll(async () => {
  upstream.close();
  await endPlace(place);
});

it("`make` builds the folder it is started in, and takes more words and needs", TIMEOUT, async () => {
  const folder = `${place.work}/out/project`;
  mkdirSync(folder);
  writeFileSync(`${folder}/Makefile`, "all:\n\t@echo built > result; cat result\nother:\n\t@echo other\n");
  if (isRoot) for (const path of [folder, `${folder}/Makefile`]) chownSync(path, NOBODY, NOBODY);
  const few = ["--memory", "128 MiB"];
  const built = await writ(place, ["run", "--profile", "make", ...few], { cwd: folder });
  expect(built).toEqual({ code: 0, stdout: "built\n", stderr: "" });
  const other = await writ(place, ["run", "--profile", "make", ...few, "--", "other"], { cwd: folder });
  expect(other.stdout).toBe("other\n");
});

it("`curl-rss` fetches from the host that is named, and from no other", TIMEOUT, async () => {
  const at = `${FEED}:${upstream.ports.https}`;
  const fetched = await writ(place, ["run", "--profile", `curl-rss=${at}`, "--", `https://${at}/feed.xml`]);
  expect(fetched).toEqual({ code: 0, stdout: "ok", stderr: "" });
  expect(upstream.seen().map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /feed.xml"]);
  const words = ["run", "--profile", `curl-rss=${at}`, "--", "https://other.example.org/feed.xml"];
  const other = await writ(place, words);
  expect(other.code).not.toBe(0);
  expect(upstream.connections()).toBeLessThanOrEqual(1);
});

it("a profile is refused like any task where the spec does not allow it", TIMEOUT, async () => {
  for (const name of ["claude", "codex", "git-https", "npm-ci", "pip-install"]) {
    const checked = await writ(place, ["check", "--profile", name], { cwd: `${place.work}/mail` });
    expect([name, checked.code, checked.stdout]).toEqual([name, 2, expect.stringContaining("host_unknown")]);
  }
});

it("without a name, or with an unknown one, it lists what there is", TIMEOUT, async () => {
  const none = await writ(place, ["run", "--profile"]);
  expect([none.code, none.stderr]).toEqual([64, expect.stringContaining(profileNames().join(", "))]);
  const unknown = await writ(place, ["check", "--profile", "claud"]);
  expect([unknown.code, hintOf(unknown)]).toEqual([64, "did you mean `writ run --profile claude`?"]);
  const both = await writ(place, ["run", "--profile", "make", "task.yaml"]);
  expect([both.code, both.stderr]).toEqual([64, expect.stringContaining("a task file and a profile")]);
});
