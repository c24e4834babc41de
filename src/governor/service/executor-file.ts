// What root writes down for the executor, as it follows from a service's home: its node and key, and an account for each
// principal of its spec. Reads and writes nothing else; whether it may be written is service-files.ts.
import { createPublicKey, type KeyObject } from "node:crypto";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import type { ExecutorConfig, ListedPrincipal } from "../../enforce/root/executor-config.ts";
import { RUN_FOLDER, SPOOL_FOLDER } from "../../enforce/root/run-folder.ts";
import { readContent } from "../../facts/read-content.ts";
import { parseSpec } from "../../spec/parse-spec.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import { homePaths } from "../home.ts";
import { parseNodeFile } from "../node-file.ts";
import { PORTS } from "../ports.ts";
import { SERVICE_ACCOUNT } from "./service-units.ts";

/** The file's text, and which principals of the spec it leaves out, each with why. */
export interface ExecutorFile {
  readonly text: string;
  readonly left: readonly string[];
}

/** What is missing before it can be written, and what to do about that. */
export interface Missing {
  readonly message: string;
  readonly hint: string;
}

/** Where things are on a machine. */
export interface Machine {
  readonly passwd: string;
  readonly run: string;
  readonly spool: string;
}

/** This one, as the units have it. */
export const MACHINE: Machine = { passwd: "/etc/passwd", run: RUN_FOLDER, spool: SPOOL_FOLDER };

interface Account {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

const SMALL = 65_536;
const SPEC_BYTES_MAX = 4_194_304;

/** For the service with its home at `home`. Never throws for what is there. */
export async function executorFile(
  home: string,
  { passwd, run, spool }: Machine,
): Promise<Result<ExecutorFile, Missing>> {
  const accounts = readAccounts(passwd);
  const own = accounts.find(({ user }) => user === SERVICE_ACCOUNT);
  if (own === undefined || own.uid === 0) return err(accountMissing(passwd));
  const found = await readHome(home);
  if (!found.ok) return found;
  const { node, key, principals } = found.value;
  const listed: ListedPrincipal[] = [];
  const left: string[] = [];
  for (const { name, uid } of principals) {
    const account = accounts.find((one) => one.uid === uid);
    if (uid === 0 || uid === own.uid) left.push(`\`${name}\`: uid ${uid} is never a task's`);
    else if (account === undefined) left.push(`\`${name}\`: uid ${uid} has no account in \`${passwd}\``);
    else listed.push({ name, uid, gid: account.gid, user: account.user });
  }
  const config: ExecutorConfig = {
    format: 1,
    node,
    public_key: key,
    uid: own.uid,
    gid: own.gid,
    run,
    spool,
    passwd,
    principals: listed,
  };
  return ok({ text: `${JSON.stringify(config, null, 2)}\n`, left });
}

/** passwd(5); a line of another form is nobody's. */
function readAccounts(passwd: string): readonly Account[] {
  try {
    return readFileSync(passwd, "utf8")
      .split("\n")
      .flatMap((line) => {
        const [user = "", , uid = "", gid = ""] = line.split(":");
        return /^\d{1,10}$/u.test(uid) && /^\d{1,10}$/u.test(gid)
          ? [{ user, uid: Number(uid), gid: Number(gid) }]
          : [];
      });
  } catch {
    return []; // Then nobody has an account.
  }
}

function accountMissing(passwd: string): Missing {
  return { message: `there is no account \`${SERVICE_ACCOUNT}\` in \`${passwd}\``, hint: addAccount() };
}

/** What makes the account on this machine; systemd-sysusers(8) reads the file that is installed for it. */
export function addAccount(): string {
  return existsSync("/usr/bin/systemd-sysusers")
    ? "systemd-sysusers"
    : `useradd --system --shell /usr/sbin/nologin ${SERVICE_ACCOUNT}`;
}

interface FoundHome {
  readonly node: string;
  /** The raw key in base64url. */
  readonly key: string;
  readonly principals: readonly { readonly name: string; readonly uid: number }[];
}

async function readHome(home: string): Promise<Result<FoundHome, Missing>> {
  const paths = homePaths(home);
  if (!canLook(home))
    return err({ message: `\`${home}\` cannot be looked at`, hint: "sudo writ service install" });
  const node = parseNodeFile((await textOf(paths.node, SMALL)) ?? "");
  if (node === null)
    return err({
      message: `there is no home at \`${home}\``,
      hint: `cd / && runuser -u ${SERVICE_ACCOUNT} -- writ init --home ${home} --spec FILE`,
    });
  const key = rawKey((await textOf(paths.public_key, SMALL)) ?? "");
  if (key === null)
    return err({ message: `\`${paths.public_key}\` is no key`, hint: "put it back from a backup" });
  const bytes = await readContent(paths.spec, SPEC_BYTES_MAX);
  const spec = bytes === null ? null : parseSpec(bytes, PORTS);
  if (spec?.ok !== true)
    return err({ message: `\`${paths.spec}\` is no spec`, hint: `writ spec restore --home ${home}` });
  return ok({ node: node.node, key, principals: spec.value.spec.principals });
}

/** Whether what is below `home` can be told from nothing. */
function canLook(home: string): boolean {
  try {
    lstatSync(`${home}/node.json`);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ENOENT";
  }
}

async function textOf(path: string, max: number): Promise<string | null> {
  const bytes = await readContent(path, max);
  return bytes === null ? null : Buffer.from(bytes).toString("utf8");
}

function rawKey(pem: string): string | null {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return null;
  }
  return key.export({ format: "jwk" }).x ?? null;
}
