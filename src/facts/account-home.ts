// The home folder of an account, from the system's own list. Never from the environment, which the caller writes.
import { realpathSync } from "node:fs";
import { userInfo } from "node:os";
import { readKernelFile } from "./observed-roots.ts";

/** Bytes of /etc/passwd. */
const PASSWD_MAX = 8 * 1024 * 1024;

/**
 * The real path of `uid`'s home folder: /etc/passwd (passwd(5)), or for our own uid what the system's name service says.
 * null: it has none, or none that exists.
 */
export function accountHome(uid: number, passwd = "/etc/passwd"): string | null {
  const home = listed(uid, passwd) ?? own(uid);
  if (home === null || !home.startsWith("/")) return null;
  try {
    return realpathSync(home);
  } catch {
    return null;
  }
}

function listed(uid: number, passwd: string): string | null {
  for (const line of (readKernelFile(passwd, PASSWD_MAX) ?? "").split("\n")) {
    const fields = line.split(":");
    if (fields.length >= 7 && fields[2] === String(uid)) return fields[5] ?? null;
  }
  return null;
}

function own(uid: number): string | null {
  try {
    const info = userInfo();
    return info.uid === uid ? info.homedir : null;
  } catch {
    // No entry for this uid in any list.
    return null;
  }
}
