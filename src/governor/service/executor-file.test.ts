// executorFile: what follows from a home and the list of accounts, and what it says while one of them is missing.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshTree } from "../../../test/captured-tree.ts";
import { isExecutorConfig } from "../../enforce/root/executor-config.ts";
import { specText } from "../fixtures/spec-text.ts";
import { formatNodeFile } from "../node-file.ts";
import { executorFile } from "./executor-file.ts";

const NODE = "0123456789abcdef0123456789abcdef";
const { publicKey } = generateKeyPairSync("ed25519");
const KEY = publicKey.export({ format: "jwk" }).x;
const PASSWD = [
  "root:x:0:0::/root:/bin/sh",
  "writ:x:990:991::/var/lib/writ:/bin/sh",
  "ada:x:1000:100::/:/bin/sh",
  "odd:x:10x:1",
];

function tree(principals: string, passwd: readonly string[] = PASSWD): string {
  return freshTree({
    "home/node.json": formatNodeFile({ format: 1, node: NODE, task_uid: null, throw_away: null }),
    "home/keys/governor.pub": publicKey.export({ type: "spki", format: "pem" }).toString(),
    "home/governance.yaml": specText("/srv").replace(/^principals: .*$/mu, `principals: ${principals}`),
    passwd: passwd.join("\n"),
  });
}

const ask = (root: string): ReturnType<typeof executorFile> =>
  executorFile(join(root, "home"), {
    passwd: join(root, "passwd"),
    run: "/run/writ",
    spool: "/var/spool/writ",
  });
const told = async (root: string): Promise<string> => {
  const file = await ask(root);
  return file.ok ? "written" : `${file.error.message} | ${file.error.hint}`;
};

test("executorFile lists the spec's principals by their accounts, and leaves out who can have no task", async () => {
  const root = tree(
    "[ { name: ada, uid: 1000 }, { name: self, uid: 990 }, { name: root, uid: 0 }, { name: gone, uid: 7 } ]",
  );
  const file = await ask(root);
  if (!file.ok) throw new Error(file.error.message);
  expect(JSON.parse(file.value.text)).toEqual({
    format: 1,
    node: NODE,
    public_key: KEY,
    uid: 990,
    gid: 991,
    run: "/run/writ",
    spool: "/var/spool/writ",
    passwd: join(root, "passwd"),
    principals: [{ name: "ada", uid: 1000, gid: 100, user: "ada" }],
  });
  expect(isExecutorConfig(file.value.text)).toBe(true);
  expect(file.value.left.map((line) => /`(\w+)`: (uid \d+)/u.exec(line)?.slice(1).join())).toEqual([
    "gone,uid 7",
    "root,uid 0",
    "self,uid 990",
  ]);
});

test("executorFile says in one line what is missing, with what makes it", async () => {
  const spec = "[ { name: ada, uid: 1000 } ]";
  expect(await told(tree(spec, ["root:x:0:0::/:/bin/sh"]))).toMatch(
    /no account `writ` in .* \| (?:systemd-sysusers|useradd --system .* writ)$/u,
  );
  // An account of root's uid is no account of its own.
  expect(await told(tree(spec, ["writ:x:0:0::/:/bin/sh"]))).toMatch(/no account `writ`/u);
  const none = tree(spec);
  rmSync(join(none, "home"), { recursive: true });
  expect(await told(none)).toMatch(/no home at .* \| .*writ init --home .* --spec FILE$/u);
  const edited = tree(spec);
  rmSync(join(edited, "home/governance.yaml"));
  mkdirSync(join(edited, "home/governance.yaml"));
  expect(await told(edited)).toMatch(/is no spec \| writ spec restore/u);
  const linked = tree(spec);
  rmSync(join(linked, "home/keys/governor.pub"));
  symlinkSync("/etc/passwd", join(linked, "home/keys/governor.pub"));
  expect(await told(linked)).toMatch(/governor\.pub` is no key/u);
});
