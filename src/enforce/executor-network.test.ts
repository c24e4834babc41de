// The network of a task, end to end: real sandboxes and gate workers, programs as they are, and real upstreams that
// remember what reached them.
import { existsSync, readlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROTECTED_VALUE, SECRET_VALUE } from "../../test/enforce/confined-run.ts";
import { type AccountName, accounts, openRunner } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";
import { until } from "../../test/enforce/gate-bench.ts";
import { innermost, parentOf, processesWith } from "../../test/enforce/processes-with.ts";
import { openEcho, openUpstream, type Upstream } from "../../test/enforce/upstream.ts";
import type { ConfinedRequest, ConfinedResult } from "../../test/fixtures/confined-run.ts";

describe.each(accounts())("executor: the network of a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await openUpstream();
  });
  afterAll(() => upstream.close());

  const url = (path: string): string => `https://${upstream.host}:${upstream.port}${path}`;
  const shell = (script: string, more: Parameters<typeof at.shell>[1] = {}): Promise<ConfinedResult> =>
    at.runner.run({ asked: at.shell(script, { calls: [upstream.call()], ...more }) });
  /** A script for node inside. */
  const node = (
    text: string,
    more: Omit<Partial<ConfinedRequest>, "id"> = {},
  ): Omit<ConfinedRequest, "id"> => {
    at.file(`${at.work}/script.mjs`, text);
    const asked = {
      command: ["node", `${at.work}/script.mjs`],
      directory: at.work,
      reads: [at.work],
      calls: [upstream.call()],
      ...more.asked,
    };
    return { ...more, asked };
  };

  test("a granted call passes from programs as they are, and each is told and counted", async () => {
    const curl = await shell(`curl -sS ${url("/a?q=1")}`);
    expect([curl.stderr, curl.stdout]).toEqual(["", "GET /a?q=1 "]);
    const python = `import urllib.request as u; print(u.urlopen("${url("/b")}").read().decode())`;
    expect((await shell(`python3 -c '${python}'`)).stdout).toBe("GET /b \n");
    const fetched = await at.runner.run(node(`console.log(await (await fetch("${url("/c")}")).text())`));
    expect([fetched.stderr, fetched.stdout]).toEqual(["", "GET /c \n"]);
    expect(upstream.seen().map((one) => one.url)).toEqual(["/a?q=1", "/b", "/c"]);
    expect(curl.events).toMatchObject([
      { decision: "allow", host: upstream.host, port: upstream.port, method: "GET", path: "/a", status: 200 },
    ]);
    const { observation, left } = curl;
    expect(observation).toMatchObject({ exit_code: 0, external_requests: 1 });
    expect(observation?.external_bytes_in).toBeGreaterThan(10);
    const bytes_out = observation?.external_bytes_out ?? 0;
    expect(bytes_out).toBeGreaterThan("GET /a?q=1".length);
    expect(left).toEqual({
      complete: true,
      destinations: [{ host: upstream.host, requests: 1, bytes_out, tokens: 0, money: 0 }],
    });
  });

  test("P7 who ignores the proxy is caught all the same, by name and by address", async () => {
    const direct = await shell(`curl -sS --noproxy '*' ${url("/direct")}`);
    expect([direct.stderr, direct.stdout]).toEqual(["", "GET /direct "]);
    expect(direct.events.at(-1)).toMatchObject({ decision: "allow", via: "transparent" });
    const script = [
      "curl -sS -m 5 -o /dev/null --noproxy '*' http://169.254.169.254/latest/meta-data",
      "curl -sS -m 5 -o /dev/null --noproxy '*' https://1.1.1.1/",
      "curl -sS -m 5 -o /dev/null --noproxy '*' 'http://[2606:4700:4700::1111]/'",
      "curl -sS -m 5 -o /dev/null --noproxy '*' https://evil.example.net/",
      "curl -sS -m 5 -o /dev/null https://evil.example.net/",
      "true",
    ].join("; ");
    const { events, observation } = await shell(script);
    expect(events.filter(({ decision }) => decision === "allow")).toEqual([]);
    const told = events.map(({ via, host }) => `${via} ${host}`);
    expect(told).toContain("transparent 169.254.169.254");
    expect(told).toContain("transparent 1.1.1.1");
    expect(told).toContain("dns evil.example.net");
    expect(told).toContain("connect evil.example.net");
    expect(observation).toMatchObject({ external_requests: 0, external_bytes_out: 0 });
    expect(upstream.seen().map((one) => one.url)).toEqual(["/direct"]);
  });

  test("P7 what is not granted, or no more, does not arrive", async () => {
    const calls = [upstream.call({ path: "/v1", requests_max: 1 })];
    const script = `
      const codes = [];
      for (const [path, method] of [["/v2", "GET"], ["/v1/a", "POST"], ["/v1/a", "GET"], ["/v1/b", "GET"]]) {
        const answer = await fetch("${url("")}" + path, { method });
        codes.push([answer.status, (await answer.text()).slice(0, 200)]);
      }
      console.log(JSON.stringify(codes));`;
    const { stdout, events, observation } = await at.runner.run(node(script, { asked: { calls } as never }));
    const codes = JSON.parse(stdout) as readonly (readonly [number, string])[];
    expect(codes.map(([code]) => code)).toEqual([403, 403, 200, 403]);
    expect(events.map(({ decision }) => decision)).toEqual(["refuse", "refuse", "allow", "refuse"]);
    expect(upstream.seen().map((one) => one.url)).toEqual(["/v1/a"]);
    expect(observation?.external_requests).toBe(1);
  });

  test("a credential is put in at the gate, and the task sees a placeholder alone", async () => {
    const secrets = [
      {
        name: "API_KEY",
        host: upstream.host,
        port: upstream.port,
        methods: ["GET"],
        paths: ["/"],
        place: { kind: "bearer" },
      },
    ] as const;
    const script = `curl -sS -H "authorization: Bearer $API_KEY" ${url("/key")}; echo " $API_KEY"`;
    const { stdout, stderr } = await shell(script, { secrets });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^GET \/key {2}writ-placeholder-[0-9a-f]{48}\n$/u);
    expect(stdout).not.toContain(SECRET_VALUE);
    expect(upstream.seen()).toMatchObject([{ url: "/key", authorization: `Bearer ${SECRET_VALUE}` }]);
  });

  test("P3 a protected value does not leave", async () => {
    const { events, stdout } = await shell(`curl -sS '${url("/?x=")}${PROTECTED_VALUE}'`);
    expect(events).toMatchObject([{ decision: "refuse" }]);
    expect(JSON.stringify(events) + stdout).not.toContain(PROTECTED_VALUE);
    expect(upstream.seen()).toEqual([]);
  });

  test("a raw connection passes to its one place, counted", async () => {
    const echo = await openEcho("db.example.com");
    const script = `
      import { connect } from "node:net";
      const socket = connect({ host: "db.example.com", port: ${echo.opaque.port} }, () => socket.end("SSH-2.0-x\\n"));
      socket.on("data", (chunk) => process.stdout.write(chunk)).on("error", (error) => console.log(error.code));`;
    const request = node(script, { asked: { calls: [], opaque: [echo.opaque] } as never });
    const { stdout, observation, left } = await at.runner.run(request);
    echo.close();
    expect(stdout).toBe("SSH-2.0-x\n");
    expect(echo.received()).toBe(10);
    expect(observation).toMatchObject({
      external_requests: 1,
      external_bytes_out: 10,
      external_bytes_in: 10,
    });
    expect(left?.destinations).toEqual([
      { host: "db.example.com", requests: 1, bytes_out: 10, tokens: 0, money: 0 },
    ]);
  });

  test("the gate's root is among the authorities, wherever programs look for them", async () => {
    const { stdout } = await shell(
      `cat /etc/resolv.conf; for f in "$SSL_CERT_FILE" /etc/ssl/certs/ca-certificates.crt; do
         openssl crl2pkcs7 -nocrl -certfile $f | openssl pkcs7 -print_certs -noout | grep -c 'Writ root'; done;
       env | grep -ic '_proxy='`,
    );
    // A self-signed one is named twice: as subject and as issuer.
    const bundles = existsSync("/etc/ssl/certs/ca-certificates.crt") ? "2\n2\n" : "2\n0\n";
    expect(stdout).toBe(`nameserver 127.0.0.1\noptions ndots:0 timeout:2 attempts:1\n${bundles}9\n`);
  });

  test("P7 a gate worker that dies takes the network of its tasks, which go on and are charged in full", async () => {
    const script = `
      console.log("ready");
      const ask = () => fetch("${url("/late")}").then((answer) => answer.status, (error) => "failed");
      while (typeof (await ask()) === "number");
      console.log(await ask());`;
    const result = await at.runner.run(
      node(script, { killGate: true, asked: { calls: [upstream.call({ requests_max: 7 })] } as never }),
    );
    expect(result.stdout).toBe("ready\nfailed\n");
    expect(result.observation).toMatchObject({
      exit_code: 0,
      external_requests: 7,
      external_bytes_out: 1_000_000,
    });
    expect(result.left?.complete).toBe(false);
    expect(result.events.filter(({ cause }) => cause === "gate_died")).toHaveLength(1);
    upstream.seen();
    const next = await shell(`curl -sS ${url("/next")}`);
    expect(next.stdout).toBe("GET /next ");
    expect(next.left?.complete).toBe(true);
    upstream.seen();
  });

  test("P7 a task reaches neither the worker nor its namespace", async () => {
    const script = `ls /proc | grep -c '^[0-9]*$'; ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c 'socket:'; kill -9 -1; true`;
    const { stdout, observation } = await shell(script);
    expect(Number(stdout.split("\n")[0])).toBeLessThan(8);
    expect(stdout.split("\n")[1]).toBe("0");
    expect(observation?.cause).toMatch(/exited|signalled/u);
    expect((await shell(`curl -sS ${url("/after")}`)).stdout).toBe("GET /after ");
    upstream.seen();
  });

  test("P7 a task without a call has no network at all, and no variable of one", async () => {
    const { stdout } = await shell(
      "env | grep -ci proxy; cat /sys/class/net/lo/operstate 2>/dev/null || true; cat /proc/net/tcp | wc -l",
      { calls: [] },
    );
    expect(stdout.split("\n")[0]).toBe("0");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("1");
  });

  test("P7 where nothing is granted, what is tried is refused, recorded, and cannot leave by its worker", async () => {
    const script =
      "curl -sS -m 5 http://192.0.2.7/told; curl -sS -m 5 --noproxy '*' telnet://192.0.2.8:25; sleep 5";
    const asked = at.shell(script, { calls: [], records_network: true });
    const ended = at.runner.run({ asked });
    const apart = (pid: number): boolean =>
      readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync("/proc/self/ns/net");
    await until(() =>
      processesWith("gate-process").some(
        (pid) => parentOf(parentOf(parentOf(pid))) === at.runner.pid && apart(pid),
      ),
    );
    const { events, observation } = await ended;
    const told = events.map(({ decision, via, host, port }) => `${decision} ${via} ${host} ${port}`);
    expect(told).toContain("refuse proxy 192.0.2.7 80");
    expect(told).toContain("refuse transparent 192.0.2.8 25");
    expect(observation).toMatchObject({ external_requests: 0, external_bytes_out: 0 });
  });

  test("P7 the workers end with the executor's process, and hold no descriptor that it inherited", async () => {
    const own = await openRunner(account);
    const script = "echo ready; sleep 30";
    await own.begin({
      asked: { command: ["sh", "-c", script], directory: own.folder, calls: [upstream.call()] },
    });
    const workers = processesWith("gate-process").filter((pid) => parentOf(pid) === own.pid);
    expect(workers).toHaveLength(1);
    const worker = innermost(workers[0] ?? 0);
    // The channel is 3; what the executor's process got as 4 is a pipe there, and nothing here.
    expect(readlinkSync(`/proc/${own.pid}/fd/4`)).toMatch(/^(?:pipe|socket):/u);
    expect(readlinkSync(`/proc/${worker}/fd/4`)).not.toBe(readlinkSync(`/proc/${own.pid}/fd/4`));
    await own.kill();
    await until(() => !existsSync(`/proc/${worker}`));
    await own.close();
  });
});
