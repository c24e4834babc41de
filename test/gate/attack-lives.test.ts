// P1, P3 and P7 on the network, part four: what a task's end, its caps and its refusal mean for what leaves. Each test is a
// task of its own by `writ run`, watched at a real upstream.
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import { until } from "../e2e/cli-process.ts";
import type { AccountName } from "../enforce/confined-runner.ts";
import { API, contracted, gateSuite, owned, plain } from "./gate-suite.ts";
import { echo, type Reached } from "./upstream.ts";

const NAS = "nas.home.arpa";

const suite = gateSuite({
  live: false,
  handlers: {
    echo,
    hang: (_, answer) => {
      // The method of both kinds of answer, which their union does not have.
      (answer.write as (text: string) => boolean).call(answer, "so far");
    },
  },
  plan: (up) => ({
    endpoints: [
      owned(API, up, { requests_per_task_max: 6, bytes_out_per_task_max: "8 KiB" }),
      owned("bodiless.home.arpa", up, { content_types: [] }),
      owned("methodless.home.arpa", up, { methods: [] }),
      owned("pathless.home.arpa", up, { paths: [] }),
      plain(NAS, up.ports.raw, { opaque: { max_label: "internal", bytes_out: "1 KiB", bytes_in: "1 MiB" } }),
      {
        ...contracted("db.example.com", up),
        port: up.ports.raw,
        address: "127.0.0.1",
        clearance: "secret",
        opaque: { max_label: "public", bytes_out: "1 KiB", bytes_in: "1 KiB" },
      },
    ],
    calls: [],
  }),
});

interface Outcome {
  readonly decision: {
    readonly outcome: string;
    readonly findings: readonly { readonly cause: string | null; readonly passes: boolean }[];
  };
  readonly observation: {
    readonly cause: string;
    readonly exit_code: number | null;
    readonly external_requests: number;
    readonly external_bytes_out: number;
  } | null;
}

interface Done extends Outcome {
  /** What the task said. */
  readonly said: string;
  readonly causes: readonly string[];
  readonly reached: readonly Reached[];
}

let files = 0;

describe.each(suite.accounts)("a task of %s cannot", (account: AccountName) => {
  /** A task file whose command is a script of bash. */
  const taskFile = (script: string, calls: readonly object[], needs: object = {}): string => {
    files += 1;
    const task = {
      task: "life",
      run: { command: ["bash", "-c", script] },
      needs: { reads_directory: true, time: "1 m", calls, ...needs },
    };
    return suite.of(account).place.file(`work/task-${files}.yaml`, JSON.stringify(task));
  };
  const run = async (script: string, calls: readonly object[], needs: object = {}): Promise<Done> => {
    const { place } = suite.of(account);
    suite.up().seen();
    const before = (await place.egress()).length;
    const { stdout, stderr } = await place.writ(["run", "--format", "json", taskFile(script, calls, needs)]);
    const outcome = JSON.parse(stdout) as Outcome;
    // Settlement waits for every record.
    const causes = (await place.egress()).slice(before).map(({ decision, cause }) => `${decision} ${cause}`);
    return { ...outcome, said: stderr, causes, reached: suite.up().seen() };
  };
  const get = (path: string, calls_max = 1, more: object = {}): object => ({
    to: `${suite.https(API)}${path}`,
    method: "GET",
    calls_max,
    bytes_out_max: "1 KiB",
    ...more,
  });
  const tcp = (host: string): object => ({
    to: `tcp://${host}:${suite.up().ports.raw}`,
    method: "CONNECT",
    calls_max: 2,
    bytes_out_max: "1 KiB",
  });
  const curl = (path: string, more = ""): string => `curl -sS -m 9 ${more} '${suite.https(API)}${path}'`;

  it("P1 send anything when it is refused a writ: nothing runs", async () => {
    suite.up().connections();
    const refused = await run(`${curl("/echo/")}; echo ran`, [
      { to: "https://unknown.example.net/", method: "GET" },
    ]);
    expect([refused.decision.outcome, refused.observation]).toEqual(["refuse", null]);
    expect([refused.said.includes("ran"), refused.reached, refused.causes]).toEqual([false, [], []]);
    for (const host of ["methodless", "pathless"]) {
      const none = await run(curl("/echo/"), [{ to: `${suite.https(`${host}.home.arpa`)}/`, method: "GET" }]);
      expect([host, none.decision.outcome, none.reached]).toEqual([host, "refuse", []]);
    }
    expect(suite.up().connections()).toBe(0);
  });

  it("P1 reach the network once the governor is dead, nor live on", async () => {
    const { place } = suite.of(account);
    suite.up().seen();
    const loop = "while :; do curl -s -m 2 -o /dev/null '$U/echo/beat'; sleep 0.05; done".replace(
      "$U",
      suite.https(API),
    );
    const running = place.begin([
      "run",
      taskFile(`${curl("/echo/first")}; ${curl("/hang")} & ${loop}`, [get("/", 6)]),
    ]);
    const first: Reached[] = [];
    await until("the task's requests", () => {
      first.push(...suite.up().seen());
      return first.some(({ url }) => url === "/hang") && first.some(({ url }) => url === "/echo/beat");
    });
    for (const pid of governorPids(place.home)) process.kill(pid, "SIGKILL");
    await running.ended;
    await until("the governor to end", () => governorPids(place.home).length === 0);
    await delay(300);
    suite.up().seen();
    await delay(400);
    expect(suite.up().seen()).toEqual([]);
    // What died unsettled is charged, and the next task runs as before.
    const next = await run(curl("/echo/next"), [get("/")]);
    expect([next.observation?.exit_code, next.reached.map(({ url }) => url)]).toEqual([0, ["/echo/next"]]);
  });

  it("P7 make more requests than its writ, however many at once", async () => {
    const all = Array.from(
      { length: 12 },
      (_, at) => `${curl(`/echo/${at}`, "-o /dev/null -w '%{http_code}\\n'")} &`,
    ).join(" ");
    const done = await run(`${all} wait`, [get("/echo/", 4)]);
    const codes = done.said.trim().split("\n").toSorted();
    expect(codes).toEqual([
      ...Array.from({ length: 4 }, () => "200"),
      ...Array.from({ length: 8 }, () => "403"),
    ]);
    expect(done.reached).toHaveLength(4);
    expect(done.causes.toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "allow null"),
      ...Array.from({ length: 8 }, () => "refuse requests_over_limit"),
    ]);
    expect(done.observation?.external_requests).toBe(4);
  });

  it("P7 send more bytes than its writ, in one request or in many, by body or by URL", async () => {
    const long = "x".repeat(700);
    const body = "head -c 2000 /dev/zero | tr '\\0' x";
    const script = [
      `${body} | ${curl("/echo/", "-X GET --data-binary @-")}`,
      curl(`/echo/${long}`),
      curl(`/echo/${long}`),
      curl("/echo/"),
    ].join("; ");
    const done = await run(script, [get("/echo/", 6)]);
    expect(done.reached.map(({ url, body: sent }) => [url.length, sent.length])).toEqual([
      [706, 0],
      [6, 0],
    ]);
    expect(done.causes).toEqual([
      "refuse bytes_over_limit",
      "allow null",
      "refuse bytes_over_limit",
      "allow null",
    ]);
    expect(done.observation?.external_bytes_out).toBeLessThanOrEqual(1024);
  });

  it("P3 send a body where the list of types is empty", async () => {
    const to = `${suite.https("bodiless.home.arpa")}/echo/`;
    const script = `curl -sS '${to}'; curl -sS -d x '${to}'; curl -sS -X GET -d x -H 'content-type;' '${to}'`;
    const done = await run(
      script,
      ["GET", "POST"].map((method) => ({ to, method, calls_max: 5, bytes_out_max: "4 KiB" })),
    );
    expect(done.causes).toEqual([
      "allow null",
      "refuse content_type_not_granted",
      "refuse content_type_not_granted",
    ]);
    expect(done.reached.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("P7 keep a connection when it killed everything it could, or send after its end", async () => {
    const late = `(setsid sh -c 'sleep 3; ${curl("/echo/late").replaceAll("'", "")}' &)`;
    const asked = "until grep -q '> GET /hang' sent 2>/dev/null; do sleep 0.05; done; sleep 0.4";
    const script = `cd /tmp; ${late}; ${curl("/echo/before")}; ${curl("/hang", "-v 2>sent")} & ${asked}; kill -9 -1`;
    const done = await run(script, [get("/", 5)]);
    expect(done.observation?.cause).toMatch(/^(exited|signalled)$/);
    await delay(3300);
    const arrived = [...done.reached, ...suite.up().seen()].map(({ url }) => url);
    expect(arrived.toSorted()).toEqual(["/echo/before", "/hang"]);
    expect((await run(curl("/echo/again"), [get("/")])).reached.map(({ url }) => url)).toEqual([
      "/echo/again",
    ]);
  });

  it("P7 hold connections open for ever: its time ends them", async () => {
    const open = `exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT ' >&3; ${curl("/hang", "-m 60")}`;
    const done = await run(open, [get("/", 2)], { time: "2 s" });
    expect(done.observation?.cause).toBe("out_of_time");
    expect(done.reached.map(({ url }) => url)).toEqual(["/hang"]);
    // Which end of it is seen first is chance: that of its processes, or that of its grant.
    expect(done.causes).toEqual([expect.stringMatching(/^error (client_closed|task_ended)$/)]);
  });

  it("P3 have a raw connection to a contracted host for what is internal", async () => {
    const words = `exec 3<>/dev/tcp/db.example.com/${suite.up().ports.raw} && echo leak >&3`;
    suite.up().connections();
    for (const claimed of [{}, { data: "public" }]) {
      const refused = await run(words, [{ ...tcp("db.example.com"), ...claimed }]);
      const causes = refused.decision.findings.filter(({ passes }) => !passes).map(({ cause }) => cause);
      expect(refused.decision.outcome).toBe("refuse");
      // What it claims to send is not believed: that is another cause beside the first.
      expect(new Set(causes)).toEqual(
        new Set(["label_over_clearance", ...("data" in claimed ? ["label_under_reads"] : [])]),
      );
    }
    expect([suite.up().connections(), suite.up().bytes().length]).toEqual([0, 0]);
  });

  it("P7 relay more raw bytes, or more connections, than its writ", async () => {
    const { raw } = suite.up().ports;
    const to = `/dev/tcp/${NAS}/${raw}`;
    const script = `exec 3<>${to}; printf %0600d 1 >&3; head -c 600 <&3 | wc -c; exec 4<>${to}; printf %0600d 2 >&4; cat <&4 | wc -c; exec 5<>${to}; cat <&5 | wc -c`;
    suite.up().bytes();
    const done = await run(script, [tcp(NAS)]);
    expect(done.said).toBe("600\n0\n0\n");
    expect(suite.up().bytes().length).toBe(600);
    expect(done.causes.toSorted()).toEqual([
      "allow null",
      "refuse bytes_over_limit",
      "refuse connections_over_limit",
    ]);
    expect(done.observation).toMatchObject({ external_requests: 2, external_bytes_out: 600 });
  });
});
