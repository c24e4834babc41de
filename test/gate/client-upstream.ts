// What the real clients are answered: bytes both ways, streams that wait for their reader, git's own HTTP backend, and a
// tiny registry and index. Used by the tests of this folder; tests nothing itself.
import { execFileSync, spawn } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Handler, headersOf, sha256 } from "./upstream.ts";

/** `length` bytes that no compression shortens, the same for the same seed. */
export function randomBytes(seed: string, length: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Answers `/bytes/SEED/N` with those bytes, `/upload` with the digest of what came. */
export const transfers: Readonly<Record<string, Handler>> = {
  bytes: ({ url }, answer) => {
    const [, , seed = "", length = "0"] = url.split("/");
    answer.setHeader("content-type", "application/octet-stream");
    answer.end(randomBytes(seed, Number(length)));
  },
  upload: ({ body }, answer) => void answer.end(sha256(body)),
};

/**
 * Streams that go on only once their reader said that it has what came: `/events/ID` and `/drip/ID` send three pieces, the
 * next after a request for `/ack/ID`. Whoever buffers an answer waits for ever.
 */
export function streams(): Readonly<Record<string, Handler>> {
  const waiting = new Map<string, () => void>();
  const idOf = (url: string): string => url.split("/")[2] ?? "";
  const stream =
    (type: string, piece: (at: number) => string): Handler =>
    ({ url }, answer) => {
      let sent = 0;
      const next = (): void => {
        sent += 1;
        if (sent > 3) return void answer.end();
        waiting.set(idOf(url), next);
        // The method of both kinds of answer, which their union does not have.
        (answer.write as (text: string) => boolean).call(answer, piece(sent));
      };
      answer.setHeader("content-type", type);
      next();
    };
  return {
    events: stream("text/event-stream", (at) => `id: ${at}\ndata: {"token":"piece ${at}"}\n\n`),
    drip: stream("application/x-ndjson", (at) => `{"piece":${at}}\n`),
    ack: ({ url }, answer) => {
      waiting.get(idOf(url))?.();
      answer.end("ok");
    },
  };
}

/** git's own server over CGI (RFC 3875) for the repositories below `root`. */
export function gitBackend(root: () => string): Handler {
  return ({ url, method, rawHeaders, body, ...rest }, answer) => {
    const { pathname, search } = new URL(url, "https://x");
    const header = (name: string): string =>
      headersOf({ rawHeaders, url, method, body, ...rest }, name)[0] ?? "";
    const child = spawn("git", ["http-backend"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: root(),
        GIT_HTTP_EXPORT_ALL: "1",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "safe.directory",
        GIT_CONFIG_VALUE_0: "*",
        REMOTE_USER: "tester",
        REQUEST_METHOD: method,
        PATH_INFO: pathname.slice("/git".length),
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: header("content-type"),
        CONTENT_LENGTH: String(body.length),
        HTTP_CONTENT_ENCODING: header("content-encoding"),
        GIT_PROTOCOL: header("git-protocol"),
      },
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(body);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", () => {
      const said = Buffer.concat(chunks);
      const end = said.indexOf("\r\n\r\n");
      for (const line of said.toString("latin1", 0, end).split("\r\n")) {
        const [name = "", value = ""] = line.split(/: /u);
        if (name.toLowerCase() === "status") answer.statusCode = Number(value.split(" ")[0]);
        else answer.setHeader(name, value);
      }
      answer.end(said.subarray(end + 4));
    });
  };
}

/** A bare repository with one commit of `files`, at `path`. */
export function makeRepository(path: string, files: Readonly<Record<string, Buffer>>): void {
  const seed = mkdtempSync(join(tmpdir(), "writ-git-"));
  const git = (...words: readonly string[]): void => {
    execFileSync(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", ...words],
      {
        cwd: seed,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
  };
  git("init", "-q");
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(seed, name), bytes);
  git("add", ".");
  git("commit", "-q", "-m", "first");
  git("clone", "-q", "--bare", seed, path);
  execFileSync("git", ["-C", path, "config", "http.receivepack", "true"]);
  rmSync(seed, { recursive: true });
}

/** Packages of one file each, as npm and pip take them. */
export interface Packages {
  readonly tarball: Buffer;
  /** Subresource integrity of the tarball. */
  readonly integrity: string;
  /** null: no python3 here to make one. */
  readonly wheel: Buffer | null;
  /** The file that both contain. */
  readonly data: Buffer;
}

export function makePackages(): Packages {
  const folder = mkdtempSync(join(tmpdir(), "writ-packages-"));
  const data = randomBytes("package", 200_000);
  mkdirSync(join(folder, "package"));
  writeFileSync(join(folder, "package/package.json"), JSON.stringify({ name: "tiny", version: "1.0.0" }));
  writeFileSync(join(folder, "package/data.bin"), data);
  execFileSync("tar", ["-czf", "tiny.tgz", "package"], { cwd: folder });
  const wheel = `import zipfile
z = zipfile.ZipFile("tiny.whl", "w")
z.write("package/data.bin", "tiny/data.bin")
z.writestr("tiny/__init__.py", "")
z.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
z.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
z.writestr("tiny-1.0.dist-info/RECORD", "tiny/data.bin,,\\ntiny/__init__.py,,\\ntiny-1.0.dist-info/METADATA,,\\ntiny-1.0.dist-info/WHEEL,,\\ntiny-1.0.dist-info/RECORD,,\\n")
z.close()`;
  let made = true;
  try {
    execFileSync("python3", ["-c", wheel], { cwd: folder });
  } catch {
    made = false; // Then what needs it says so.
  }
  const tarball = readFileSync(join(folder, "tiny.tgz"));
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const packages = { tarball, integrity, data, wheel: made ? readFileSync(join(folder, "tiny.whl")) : null };
  rmSync(folder, { recursive: true });
  return packages;
}

/** An npm registry with one package, below `/npm/`. */
export function npmRegistry({ tarball, integrity }: Packages, base: () => string): Handler {
  return ({ url }, answer) => {
    if (url.endsWith(".tgz")) return void answer.end(tarball);
    const dist = { tarball: `${base()}/npm/tiny/-/tiny-1.0.0.tgz`, integrity };
    const versions = { "1.0.0": { name: "tiny", version: "1.0.0", dist } };
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ name: "tiny", "dist-tags": { latest: "1.0.0" }, versions }));
  };
}

/** A package index (PEP 503) with one wheel, below `/simple/`. */
export function pipIndex({ wheel }: Packages): Handler {
  return ({ url }, answer) => {
    const name = "tiny-1.0-py3-none-any.whl";
    if (url.endsWith(".whl")) return void answer.end(wheel ?? "");
    answer.setHeader("content-type", "text/html");
    answer.end(
      `<!DOCTYPE html><a href="/simple/files/${name}#sha256=${sha256(wheel ?? Buffer.alloc(0))}">${name}</a>`,
    );
  };
}
