// createRoot and createLeaves before real verifiers: OpenSSL, Node, curl, Python and Go where they are installed. What an
// authority is not for, every one of them refuses.
import { execFile, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskAuthority } from "../policy.ts";
import { createLeaves } from "./leaves.ts";
import { createRoot, type Root } from "./root.ts";

const run = promisify(execFile);
const NAMES = ["api.example.com", "10.1.2.3", "2001:db8::7"];
const FOREIGN = ["evil.test", "example.com", "xapi.example.com", "10.1.2.4", "2001:db8::8", "127.0.0.1"];
let directory = "";
let root: Root;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "writ-certificates-"));
  root = createRoot();
  writeFileSync(join(directory, "root.pem"), root.certificate);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What `openssl verify` says of a leaf for `host` under `authority`; empty when it holds. */
async function verify(authority: TaskAuthority, host: string): Promise<string> {
  const { cert } = createLeaves(authority).pair(host);
  const leaf = join(directory, "leaf.pem");
  const above = join(directory, "authority.pem");
  writeFileSync(leaf, cert);
  writeFileSync(above, authority.certificate);
  const args = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", join(directory, "root.pem")];
  try {
    await run("openssl", [...args, "-untrusted", above, leaf]);
    return "";
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

describe("createRoot: an authority for exactly its names, as openssl verify -x509_strict sees it", () => {
  it.each(NAMES)("holds for %s", async (host) => {
    expect(await verify(root.issue(NAMES), host)).toBe("");
  });

  it.each(FOREIGN)("does not hold for %s", async (host) => {
    expect(await verify(root.issue(NAMES), host)).toContain("permitted subtree violation");
  });

  it("excludes every address when it is for names only, and every name when for addresses only", async () => {
    expect(await verify(root.issue(["api.example.com"]), "10.1.2.3")).toContain("excluded subtree violation");
    expect(await verify(root.issue(["api.example.com"]), "2001:db8::7")).toContain(
      "excluded subtree violation",
    );
    expect(await verify(root.issue(["10.1.2.3"]), "api.example.com")).toContain("excluded subtree violation");
    expect(await verify(root.issue(["10.1.2.3"]), "2001:db8::7")).toContain("subtree violation");
    expect(await verify(root.issue(["2001:db8::7"]), "10.1.2.3")).toContain("subtree violation");
  });

  it("signs no further authority that anybody accepts", async () => {
    const above = root.issue(["api.example.com"]);
    // A leaf's key and certificate, used as if they were an authority's.
    const { cert, key } = createLeaves(above).pair("api.example.com");
    const [leaf = ""] = cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    const { cert: below } = createLeaves({ certificate: leaf, key }).pair("api.example.com");
    writeFileSync(join(directory, "below.pem"), below);
    writeFileSync(join(directory, "chain.pem"), cert);
    const verifying = run("openssl", [
      "verify",
      "-CAfile",
      join(directory, "root.pem"),
      "-untrusted",
      join(directory, "chain.pem"),
      join(directory, "below.pem"),
    ]);
    await expect(verifying).rejects.toMatchObject({
      stderr: expect.stringMatching(/invalid CA|path length/) as string,
    });
  });

  it("is valid from an hour ago for a day and the task's time, with positive serials of 20 octets", () => {
    const before = Date.now();
    const day = 86_400_000;
    const certificates = [0, 3_600_000].map(
      (time) => new X509Certificate(root.issue(NAMES, time).certificate),
    );
    const [plain, longer] = certificates.map(({ validTo }) => new Date(validTo).getTime() - before);
    // Certificates count whole seconds.
    expect(plain).toBeGreaterThan(day - 2000);
    expect(plain).toBeLessThanOrEqual(day + 10_000);
    expect((longer ?? 0) - (plain ?? 0)).toBeGreaterThan(3_590_000);
    for (const { validFrom, serialNumber, ca } of certificates) {
      expect(Math.abs(new Date(validFrom).getTime() - (before - 3_600_000))).toBeLessThan(10_000);
      expect(serialNumber).toMatch(/^[4-7][0-9A-F]{39}$/);
      expect(ca).toBe(true);
    }
    expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(2);
  });

  it("refuses to issue for no name, and for one that is not canonical", () => {
    expect(() => root.issue([])).toThrow(/at least one name/);
    for (const name of ["API.example.com", "*.example.com", "a.test.", "a..b", "", "10.1", "[::1]"]) {
      expect(() => root.issue([name]), name).toThrow(/canonical hosts/);
    }
  });
});

describe("createLeaves", () => {
  it("gives a host the same context each time, and a leaf for exactly that host", () => {
    const leaves = createLeaves(root.issue(NAMES));
    expect(leaves.context("api.example.com")).toBe(leaves.context("api.example.com"));
    const leaf = new X509Certificate(leaves.pair("api.example.com").cert);
    expect(leaf.subjectAltName).toBe("DNS:api.example.com");
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(new X509Certificate(leaves.pair("2001:db8::7").cert).subjectAltName).toBe(
      "IP Address:2001:DB8:0:0:0:0:0:7",
    );
  });

  it("throws for an authority that cannot be read", () => {
    expect(() => createLeaves({ certificate: "", key: "" })).toThrow();
  });
});

/** A TLS server on loopback that shows a leaf for `shown`, whatever is asked for. */
async function showing(authority: TaskAuthority, shown: string): Promise<{ port: number; stop: () => void }> {
  const { cert, key } = createLeaves(authority).pair(shown);
  const server = createServer({ cert, key }, (socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() };
}

type Client = (host: string, port: number) => Promise<boolean>;

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, [...args], { timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

const curl: Client = (host, port) => {
  const to = `${host}:443:127.0.0.1:${port}`;
  return succeeds("curl", [
    "-q",
    "-sS",
    "--noproxy",
    "*",
    "--cacert",
    join(directory, "root.pem"),
    "--connect-to",
    to,
    `https://${host}/`,
  ]);
};

const node: Client = (host, port) =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: host, ca: root.certificate });
    socket.once("secureConnect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

const PYTHON = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
if hasattr(ssl, "VERIFY_X509_STRICT"): context.verify_flags |= ssl.VERIFY_X509_STRICT
context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[3]))), server_hostname=sys.argv[2]).close()
`;
const python =
  (program: string): Client =>
  (host, port) =>
    succeeds(program, ["-c", PYTHON, join(directory, "root.pem"), host, String(port)]);

const GO = `package main
import ("crypto/tls"; "crypto/x509"; "os")
func main() {
	pem, _ := os.ReadFile(os.Args[1]); pool := x509.NewCertPool(); pool.AppendCertsFromPEM(pem)
	c, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[3], &tls.Config{RootCAs: pool, ServerName: os.Args[2]})
	if err != nil { os.Exit(1) }; c.Close()
}`;
const go: Client = (host, port) => {
  const file = join(directory, "client.go");
  writeFileSync(file, GO);
  return succeeds("go", ["run", file, join(directory, "root.pem"), host, String(port)]);
};

function installed(program: string, question: string): boolean {
  return spawnSync(program, [question]).status === 0;
}

const newestPython = join(homedir(), ".pyenv/versions/3.13.0/bin/python3");
const clients: readonly (readonly [string, Client, boolean])[] = [
  ["curl", curl, installed("curl", "--version")],
  ["Node", node, true],
  ["Python", python("/usr/bin/python3"), existsSync("/usr/bin/python3")],
  ["Python 3.13 (strict by default)", python(newestPython), existsSync(newestPython)],
  ["Go", go, installed("go", "version")],
];

describe("a leaf before real clients", () => {
  it.each(clients)(
    "%s takes it for a granted name, and refuses one for another",
    async (name, client, there) => {
      if (!there) return void process.stdout.write(`skipped: ${name} is not installed\n`);
      const authority = root.issue(["api.example.com"]);
      const granted = await showing(authority, "api.example.com");
      const foreign = await showing(authority, "evil.test");
      expect(await client("api.example.com", granted.port)).toBe(true);
      expect(await client("evil.test", foreign.port)).toBe(false);
      // The same client with the same name and a leaf that its authority covers: it is the constraint that was refused.
      const covered = await showing(root.issue(["evil.test"]), "evil.test");
      expect(await client("evil.test", covered.port)).toBe(true);
      for (const { stop } of [granted, foreign, covered]) stop();
    },
  );
});
