// The Prometheus endpoint over real HTTP: what it answers, to whom, how often it reads, and that it ends.
import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type MadeHome, makeHome } from "./fixtures/made-home.ts";
import { metricsPage, serveMetrics } from "./serve-metrics.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function ask(
  url: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const sent = request(url, { method: options.method ?? "GET", headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers["content-type"] ?? "",
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("serveMetrics answers GET /metrics under the names of loopback, nothing else, until it is ended", async () => {
  made = await makeHome();
  const end = new AbortController();
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const served = serveMetrics({ home: made.home, host: "127.0.0.1", port: 0, end: end.signal }, resolve);
  const url = await Promise.race([listening, served.then(() => "")]);
  const answer = await ask(url);
  expect([answer.status, answer.type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(answer.body).toContain("# TYPE writ_records_total counter\n");
  expect((await ask(url, { host: "evil.example:9464" })).status).toBe(403);
  expect((await ask(url, { method: "POST" })).status).toBe(405);
  expect((await ask(url.replace("/metrics", "/"))).status).toBe(404);
  await expect(
    serveMetrics(
      { home: made.home, host: "127.0.0.1", port: Number(new URL(url).port), end: end.signal },
      () => undefined,
    ),
  ).rejects.toMatchObject({ code: "WRIT_USAGE" });
  end.abort();
  await served;
  await expect(ask(url)).rejects.toThrow("ECONNREFUSED");
});

test("serveMetrics of no home says so at once", async () => {
  const end = new AbortController();
  const nowhere = { home: "/nowhere/at/all", host: "127.0.0.1", port: 0, end: end.signal } as const;
  await expect(serveMetrics(nowhere, () => undefined)).rejects.toMatchObject({ code: "WRIT_HOME_MISSING" });
});

test("metricsPage reads once for all who ask, again when twenty times its reading has passed, and keeps no failure", async () => {
  let [clock, reads, fails] = [0, 0, false];
  const page = metricsPage(
    () => {
      reads += 1;
      clock += 1_000;
      return fails ? Promise.reject(new Error("unreadable")) : Promise.resolve(`reading ${reads}`);
    },
    () => clock,
  );
  expect(await Promise.all([page(), page()])).toEqual(["reading 1", "reading 1"]);
  clock += 19_000;
  expect(await page()).toBe("reading 1");
  clock += 2_000;
  fails = true;
  await expect(page()).rejects.toThrow("unreadable");
  fails = false;
  expect(await page()).toBe("reading 3");
});
