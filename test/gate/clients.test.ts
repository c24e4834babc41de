// Real clients as they are, inside a real task: what they send and what they get passes the gate byte for byte, and streams
// arrive as they come. One test a client; for each that is missing here the reason is printed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { accounts } from "../enforce/confined-runner.ts";
import {
  gitBackend,
  makePackages,
  makeRepository,
  npmRegistry,
  pipIndex,
  randomBytes,
  streams,
  transfers,
} from "./client-upstream.ts";
import { API, gateSuite, many, owned, plain } from "./gate-suite.ts";
import type { LiveTask, ShellEnd } from "./live-task.ts";
import { echo, sha256 } from "./upstream.ts";

/** An ordinary user where there is one to be. */
const ACCOUNT = accounts().at(-1) ?? "user";
const SIZE = 3_000_001;
const GIT = "git.home.arpa";

const packages = makePackages();
const host = mkdtempSync(join(tmpdir(), "writ-clients-"));
const port = await freePort();

const suite = gateSuite({
  accounts: [ACCOUNT],
  handlers: {
    echo,
    ...transfers,
    ...streams(),
    git: gitBackend(() => host),
    npm: npmRegistry(packages, () => suite.https(API)),
    simple: pipIndex(packages),
  },
  plan: (up, { root }) => ({
    // Something to look for, so that every body is scanned.
    files: { "keys/guarded.env": "TOKEN=tok_5nQ8vZ1xC4bM7kL2\n" },
    protected: [`${root}/keys/guarded.env`],
    endpoints: [
      owned(API, up),
      plain(GIT, port, {
        opaque: { max_label: "internal", bytes_out: "8 MiB", bytes_in: "64 MiB" },
        bytes_out_per_task_max: "8 MiB",
      }),
    ],
    needs: { writes: ["out"], memory: "1500 MiB", processes: 200 },
    calls: [
      ...["GET", "POST", "PUT"].map((method) => many(`https://${API}:${up.ports.https}/`, method, "64 MiB")),
      { to: `tcp://${GIT}:${port}`, method: "CONNECT", calls_max: 20, bytes_out_max: "4 MiB" },
    ],
  }),
});

const daemon = { pid: 0 };
beforeAll(async () => {
  makeRepository(join(host, "repo.git"), {
    "data.bin": randomBytes("repo", 400_000),
    README: Buffer.from("hello\n"),
  });
  const words = [
    "daemon",
    "--base-path=.",
    "--export-all",
    "--reuseaddr",
    "--listen=127.0.0.1",
    `--port=${port}`,
    ".",
  ];
  const child = spawn("git", ["-c", "safe.directory=*", ...words], {
    cwd: host,
    stdio: "ignore",
    detached: true,
  });
  daemon.pid = child.pid ?? 0;
  await listening();
});
afterAll(() => {
  // Its own group: it starts a process a connection.
  if (daemon.pid > 0) process.kill(-daemon.pid, "SIGKILL");
  rmSync(host, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function listening(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    try {
      execFileSync("git", ["ls-remote", `git://127.0.0.1:${port}/repo.git`], {
        stdio: "ignore",
        timeout: 5000,
      });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("git's daemon does not answer");
}

const task = (): LiveTask => suite.of(ACCOUNT).task;
const url = (path: string): string => `${suite.https(API)}${path}`;

/** Runs a script inside that has to succeed. */
async function sh(script: string): Promise<string> {
  const end: ShellEnd = await task().sh(`set -e; cd out; ${script}`);
  expect(end, JSON.stringify(end)).toMatchObject({ code: 0 });
  return end.stdout;
}

/** Skips the test, with the reason printed. */
function leaveOut(context: TestContext, what: string, reason: string): never {
  process.stderr.write(`not tested: ${what} through the gate: ${reason}\n`);
  return context.skip(reason);
}

/** Skips the test when the task does not have a program. */
async function needs(context: TestContext, program: string): Promise<void> {
  const { code } = await task().sh(`command -v ${program}`);
  if (code !== 0) leaveOut(context, program, "it is not installed here");
}

/** A file of random bytes that the task can read; its name and digest. */
function sample(seed: string): { readonly path: string; readonly digest: string } {
  const bytes = randomBytes(seed, SIZE);
  return { path: suite.of(ACCOUNT).place.file(`work/${seed}.bin`, bytes), digest: sha256(bytes) };
}

/** The one upload that arrived is that file. */
async function expectUploaded(digest: string, work: () => Promise<unknown>): Promise<unknown> {
  const { reached, events, value } = await task().during(work);
  expect(reached.map(({ body }) => [body.length, sha256(body)])).toEqual([[SIZE, digest]]);
  expect(events).toMatchObject([{ decision: "allow", cause: null }]);
  expect(events[0]?.bytes_out).toBeGreaterThan(SIZE);
  return value;
}

it.each([
  ["HTTP/1.1", "--http1.1", "1.1"],
  ["HTTP/2", "--http2", "2.0"],
])("curl over %s passes bytes both ways", async (_, flag, version) => {
  const { path, digest } = sample("curl");
  expect(await sh(`curl -sS ${flag} '${url(`/bytes/down/${SIZE}`)}' | sha256sum`)).toBe(
    `${sha256(randomBytes("down", SIZE))}  -\n`,
  );
  expect(
    await expectUploaded(digest, () => sh(`curl -sS ${flag} --data-binary @${path} '${url("/upload")}'`)),
  ).toBe(digest);
  expect(await expectUploaded(digest, () => sh(`curl -sS ${flag} -T ${path} '${url("/upload")}'`))).toBe(
    digest,
  );
  expect(JSON.parse(await sh(`curl -sS ${flag} '${url("/echo/?a=%20b&c")}'`))).toMatchObject({
    url: "/echo/?a=%20b&c",
    version,
  });
});

it("curl past the proxy passes bytes both ways", async () => {
  const { path, digest } = sample("direct");
  expect(
    await expectUploaded(digest, () =>
      sh(`curl -sS --noproxy '*' --data-binary @${path} '${url("/upload")}'`),
    ),
  ).toBe(digest);
});

it("wget passes bytes", async (context) => {
  await needs(context, "wget");
  const down = `wget -q --ca-certificate="$SSL_CERT_FILE" -O - '${url(`/bytes/wget/${SIZE}`)}' | sha256sum`;
  expect(await sh(down)).toBe(`${sha256(randomBytes("wget", SIZE))}  -\n`);
});

it("Node's fetch passes bytes both ways", async () => {
  const { path, digest } = sample("fetch");
  const script = `
    const { createHash } = await import("node:crypto");
    const { readFile } = await import("node:fs/promises");
    const got = Buffer.from(await (await fetch(v.down)).arrayBuffer());
    const up = await (await fetch(v.up, { method: "POST", body: await readFile(v.path) })).text();
    return [createHash("sha256").update(got).digest("hex"), up];`;
  const values = { down: url(`/bytes/fetch-down/${SIZE}`), up: url("/upload"), path };
  const { value, reached } = await task().during((live) => live.js(script, values));
  expect(value).toEqual([sha256(randomBytes("fetch-down", SIZE)), digest]);
  expect(reached.map(({ url: one }) => one.split("/")[1])).toEqual(["bytes", "upload"]);
});

it("Node's https passes a body that is sent in chunks", async () => {
  const { path, digest } = sample("https");
  const script = `
    const { request } = await import("node:https");
    const { createReadStream } = await import("node:fs");
    return new Promise((resolve, reject) => {
      const outgoing = request(v.up, { method: "PUT" }, async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve(text);
      });
      outgoing.on("error", reject);
      createReadStream(v.path).pipe(outgoing);
    });`;
  expect(await expectUploaded(digest, () => task().js(script, { up: url("/upload"), path }))).toBe(digest);
});

it("Python's urllib passes bytes both ways", async (context) => {
  await needs(context, "python3");
  const { path, digest } = sample("urllib");
  const script = `
import hashlib, urllib.request as u
print(hashlib.sha256(u.urlopen("${url(`/bytes/py/${SIZE}`)}").read()).hexdigest())
print(u.urlopen("${url("/upload")}", data=open("${path}", "rb").read()).read().decode())`;
  expect(await sh(`python3 -c '${script}'`)).toBe(`${sha256(randomBytes("py", SIZE))}\n${digest}\n`);
});

it("Python's requests passes bytes both ways", async (context) => {
  await needs(context, "python3");
  bringPip(context, "requests");
  const { path, digest } = sample("requests");
  const script = `
import hashlib
try: import requests
except ImportError: from pip._vendor import requests
s = requests.Session()
print(hashlib.sha256(s.get("${url(`/bytes/rq/${SIZE}`)}").content).hexdigest())
print(s.post("${url("/upload")}", data=open("${path}", "rb")).text)
print(s.post("${url("/echo/")}", json={"a": 1}).json()["body"])`;
  const said = await sh(`PYTHONPATH=../pylib python3 -c '${script}'`);
  expect(said).toBe(`${sha256(randomBytes("rq", SIZE))}\n${digest}\n{"a": 1}\n`);
});

it("pip installs from a local index", async (context) => {
  await needs(context, "python3");
  bringPip(context, "pip");
  if (packages.wheel === null) leaveOut(context, "pip", "no wheel can be made here");
  const pip =
    "PYTHONPATH=../pylib python3 -m pip --disable-pip-version-check --no-cache-dir -q install --target site";
  await sh(`${pip} --index-url '${url("/simple/")}' tiny`);
  expect(await sh("sha256sum < site/tiny/data.bin")).toBe(`${sha256(packages.data)}  -\n`);
});

it("npm ci installs from a local registry", async (context) => {
  await needs(context, "npm");
  const { place } = suite.of(ACCOUNT);
  const dependencies = { tiny: "1.0.0" };
  const resolved = url("/npm/tiny/-/tiny-1.0.0.tgz");
  const locked = {
    "": { name: "app", version: "1.0.0", dependencies },
    "node_modules/tiny": { version: "1.0.0", resolved, integrity: packages.integrity },
  };
  place.file("work/app/package.json", JSON.stringify({ name: "app", version: "1.0.0", dependencies }));
  place.file(
    "work/app/package-lock.json",
    JSON.stringify({ name: "app", version: "1.0.0", lockfileVersion: 3, requires: true, packages: locked }),
  );
  await sh(
    `cp -r ../app app && cd app && npm ci --no-audit --no-fund --no-update-notifier --registry '${url("/npm/")}'`,
  );
  expect(await sh("sha256sum < app/node_modules/tiny/data.bin")).toBe(`${sha256(packages.data)}  -\n`);
});

it("git clones, commits and pushes over HTTPS", async (context) => {
  await needs(context, "git");
  const identity = "-c user.name=t -c user.email=t@example.com";
  const { path, digest } = sample("pushed");
  await sh(`git clone -q '${url("/git/repo.git")}' clone`);
  expect(await sh("sha256sum < clone/data.bin")).toBe(`${sha256(randomBytes("repo", 400_000))}  -\n`);
  await sh(
    `cp ${path} clone/pushed.bin; cd clone; git add .; git ${identity} commit -q -m second; git push -q origin HEAD:main`,
  );
  const bare = ["-c", "safe.directory=*", "-C", join(host, "repo.git")];
  expect(sha256(execFileSync("git", [...bare, "show", "main:pushed.bin"], { maxBuffer: 2 * SIZE }))).toBe(
    digest,
  );
  execFileSync("git", [...bare, "fsck", "--strict"], { stdio: "ignore" });
});

it("git clones over its own protocol through a raw relay", async (context) => {
  await needs(context, "git");
  const { events } = await task().during(() => sh(`git clone -q git://${GIT}:${port}/repo.git raw`));
  expect(await sh("sha256sum < raw/data.bin")).toBe(`${sha256(randomBytes("repo", 400_000))}  -\n`);
  expect(events).toMatchObject([{ decision: "allow", via: "opaque" }]);
  expect(events[0]?.bytes_in).toBeGreaterThan(400_000);
});

it("git over SSH through a raw relay", (context) => {
  // It takes a server with a key of its own, which no other test here needs; git's own protocol goes the same way.
  const missing = ["/usr/sbin/sshd", "/usr/bin/ssh"].filter((one) => !existsSync(one));
  leaveOut(
    context,
    "git over SSH",
    missing.length > 0 ? `no ${missing.join(", no ")}` : "no server is set up for it",
  );
});

it.each([
  ["server-sent events", "events", (at: number) => `id: ${at}\ndata: {"token":"piece ${at}"}\n\n`],
  ["chunks", "drip", (at: number) => `{"piece":${at}}\n`],
])("%s arrive as they come", async (_, kind, piece) => {
  const all = [1, 2, 3].map(piece).join("");
  const fetched = `
    const answer = await fetch(v.base + "/" + v.kind + "/fetch");
    let [text, told] = ["", 0];
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString();
      const pieces = text.match(/piece/g)?.length ?? 0;
      for (; told < pieces; told++) await fetch(v.base + "/ack/fetch");
    }
    return text;`;
  expect(await task().js(fetched, { base: suite.https(API), kind })).toBe(all);
  const curl = (flag: string): string => `
    : > got; curl -sSN ${flag} '${url(`/${kind}/curl`)}' > got & pid=$!
    for n in 1 2 3; do until [ "$(grep -c piece got)" -ge $n ]; do sleep 0.02; done; curl -sS -o ack '${url("/ack/curl")}'; done
    wait $pid; cat got`;
  for (const flag of ["--http1.1", "--http2"]) expect(await sh(curl(flag))).toBe(all);
});

/** Puts pip, and with it its own copy of requests, where the task can read it; skips the test where there is none. */
function bringPip(context: TestContext, what: string): void {
  const { place } = suite.of(ACCOUNT);
  if (existsSync(`${place.work}/pylib/pip`)) return;
  let at = "";
  try {
    at = execFileSync("python3", ["-c", "import pip; print(pip.__file__)"], { encoding: "utf8" }).trim();
  } catch {
    leaveOut(context, what, "it is not installed here");
  }
  place.file("work/pylib/.made", "");
  cpSync(dirname(at), `${place.work}/pylib/pip`, { recursive: true });
  expect(readFileSync(`${place.work}/pylib/pip/__init__.py`).length).toBeGreaterThan(0);
}
