// The accounts of a machine, from its /etc/passwd (passwd(5)) under a root folder. Knows none of a directory service.
import type { BoundedReader } from "./bounded-reader.ts";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

export interface Accounts {
  readonly all: readonly Account[];
  byName(name: string): Account | null;
}

const ACCOUNTS_MAX = 10_000;

/** Every account that the file lists; none where it cannot be read, which the reader remembers. */
export function readAccounts(reader: BoundedReader): Accounts {
  const all = (reader.text("/etc/passwd") ?? "")
    .split("\n")
    .slice(0, ACCOUNTS_MAX)
    .flatMap((line): readonly Account[] => {
      const [name = "", , uid = "", , , home = ""] = line.split(":");
      return name !== "" && /^\d{1,10}$/.test(uid) && home.startsWith("/")
        ? [{ name, uid: Number(uid), home }]
        : [];
    });
  const names = new Map(all.map((account) => [account.name, account]));
  return { all, byName: (name) => names.get(name) ?? null };
}
