// The system's resolver itself, with a search list and a name server of the test's own in a namespace of its own: which
// names are asked for, with and without useWholeNames.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs below a name server on 127.0.0.1 that knows the wrong name only; prints what was asked, and what was found. */
const PROGRAM = `
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
const packet = (await import("${import.meta.resolve("dns-packet")}")).default;
const { useWholeNames } = await import("${new URL("whole-names.ts", import.meta.url).href}");
if (process.argv[2] === "whole") useWholeNames();
const server = createSocket("udp4");
const asked = new Set();
server.on("message", (message, { port, address }) => {
  const { id, questions } = packet.decode(message);
  const [{ name, type }] = questions;
  asked.add(name);
  const known = name === "api.example.com.evil.test" && type === "A";
  const answers = known ? [{ type, name, ttl: 1, data: "203.0.113.9" }] : [];
  const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (known ? 0 : 3);
  server.send(packet.encode({ type: "response", id, flags, questions, answers }), port, address);
});
await new Promise((resolve) => server.bind(53, "127.0.0.1", resolve));
const find = (name) => lookup(name).then(({ address }) => address, ({ code }) => code);
const found = [await find("api.example.com"), await find("pinned.example.com")];
process.stdout.write(JSON.stringify({ found, asked: [...asked] }));
server.close();
`;

const SET_UP = `ip link set lo up && mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts &&
  mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf && exec "$2" "$1/program.mjs" "$3"`;

/** Why the resolver's files cannot be replaced here, or null. */
function whyNot(): string | null {
  if (process.report.getReport() === null || !("glibcVersionRuntime" in headerOf()))
    return "not the GNU C library";
  try {
    execFileSync("unshare", ["-mnr", "sh", "-c", "ip link set lo up && mount --bind /etc/hosts /etc/hosts"]);
    return null;
  } catch {
    return "no namespace of one's own can be made";
  }
}

function headerOf(): object {
  return (process.report.getReport() as { readonly header: object }).header;
}

async function lookedUp(how: "whole" | "plain"): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "writ-names-"));
  try {
    writeFileSync(join(folder, "resolv.conf"), "search evil.test\nnameserver 127.0.0.1\noptions ndots:5\n");
    writeFileSync(join(folder, "hosts"), "192.0.2.7 pinned.example.com\n");
    writeFileSync(join(folder, "nsswitch.conf"), "hosts: files dns\n");
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    const words = ["-mnr", "sh", "-c", SET_UP, "sh", folder, process.execPath, how];
    const { stdout } = await promisify(execFile)("unshare", words);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("useWholeNames asks for the name as it is, and still reads /etc/hosts", async (context) => {
  const reason = whyNot();
  if (reason !== null) {
    process.stderr.write(`not tested: whole names: ${reason}\n`);
    return context.skip(reason);
  }
  // The system's own way, so that the test is known to test something.
  expect(await lookedUp("plain")).toEqual({
    found: ["203.0.113.9", "192.0.2.7"],
    asked: ["api.example.com.evil.test"],
  });
  expect(await lookedUp("whole")).toEqual({ found: ["ENOTFOUND", "192.0.2.7"], asked: ["api.example.com"] });
});
