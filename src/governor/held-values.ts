// Reads what the spec names by file: credentials that the gate puts in, and what may never leave. It stays in memory and
// goes to the gate alone: never into a record, a log, or an error.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { enrolledIn, VALUE_LENGTH_MIN } from "../scan/protected/enrol.ts";
import type { ProtectedFile } from "../spec/spec.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";

/** As much of a spec as is needed to read its values. */
export interface HeldFiles {
  readonly sovereignty: { readonly secrets: readonly { readonly name: string; readonly file: string }[] };
  readonly privacy: { readonly protected: readonly ProtectedFile[] };
}

/** What one task needs of them. */
export interface HeldNeeds {
  /** Names of the secrets that its writ grants. */
  readonly secrets: readonly string[];
  /** Whether it can send anything at all: then what is protected is needed too. */
  readonly sends: boolean;
}

export interface HeldValues {
  /** By the secret's name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** `name` is the file and the place in it, never the value. */
  readonly protected: readonly { readonly name: string; readonly value: string }[];
  /** `name` is the file; `text` is all of it. */
  readonly documents: readonly { readonly name: string; readonly text: string }[];
}

/** Bytes of one secret's file: far above any token or key. */
const SECRET_BYTES_MAX = 65_536;
/** Bytes of one protected file. */
const PROTECTED_BYTES_MAX = 1_048_576;
/** Protected values of one spec. */
const VALUES_MAX = 1000;
/** UTF-16 units of all protected documents of one spec: each task's gate holds them. */
const DOCUMENTS_LENGTH_MAX = 8_388_608;
/** Letters and digits of a document: with fewer there is no passage to know it by, and it is a value. */
const DOCUMENT_LETTERS_MIN = 120;

/**
 * The values in the files of `spec` that a task with `needs` needs; without `needs`, all of them. Read anew at each call,
 * so that a changed key counts from the next task on. A file must be a regular one, no link, owned by this user or root,
 * and closed to everybody else; a secret is one line of visible ASCII. Anything else: throws WRIT_SECRET_UNUSABLE, and what
 * needs the value does not start.
 *
 * @example const { secrets } = await heldValues(spec, { secrets: ["EXAMPLE_API_KEY"], sends: true });
 */
export async function heldValues(spec: HeldFiles, needs?: HeldNeeds): Promise<HeldValues> {
  const named = spec.sovereignty.secrets.filter(({ name }) => needs?.secrets.includes(name) ?? true);
  const secrets = await Promise.all(
    named.map(async ({ name, file }) => [name, await secretIn(file)] as const),
  );
  const files = (needs?.sends ?? true) ? spec.privacy.protected : [];
  const read = await Promise.all(files.map(protectedIn));
  const values = read.flatMap(({ values: of }) => of);
  const documents = read.flatMap(({ document }) => (document === null ? [] : [document]));
  if (values.length > VALUES_MAX) {
    const hint = "name fewer files in `privacy.protected` of the spec";
    throw unusable(`the protected files hold ${values.length} values: limit is ${VALUES_MAX}`, hint);
  }
  const length = documents.reduce((sum, { text }) => sum + text.length, 0);
  if (length > DOCUMENTS_LENGTH_MAX) {
    const hint = "name fewer documents in `privacy.protected` of the spec";
    const message = `the protected documents have ${length} characters: limit is ${DOCUMENTS_LENGTH_MAX}`;
    throw unusable(message, hint);
  }
  return { secrets: new Map(secrets), protected: values, documents };
}

/** What a task's words are looked at for. */
export interface KnownValues extends HeldValues {
  /** Names of secrets that cannot be read: who needs one is told so, and nobody else. */
  readonly unread: readonly string[];
}

/** All values of `spec` that can be read. Throws WRIT_SECRET_UNUSABLE for what may never leave. */
export async function knownValues(spec: HeldFiles): Promise<KnownValues> {
  const held = await heldValues(spec, { secrets: [], sends: true });
  const secrets = new Map<string, string>();
  const unread: string[] = [];
  for (const { name, file } of spec.sovereignty.secrets) {
    try {
      secrets.set(name, await secretIn(file));
    } catch (error) {
      if (!(error instanceof WritError)) throw error;
      unread.push(name);
    }
  }
  return { ...held, secrets, unread };
}

/** The secret in `file`. Throws WRIT_SECRET_UNUSABLE. */
export async function secretIn(file: string): Promise<string> {
  const text = (await textOf(file, SECRET_BYTES_MAX)).replace(/\r?\n$/, "");
  // A line break in a header would start another one (RFC 9110 section 5.5).
  if (!/^[\x20-\x7e]*$/.test(text) || text.trim() !== text) {
    const hint = `write the value alone into ${shellQuote(file)}`;
    throw unusable(`the secret in ${shown(file)} is not one line of visible characters`, hint);
  }
  if (text.length < VALUE_LENGTH_MIN) {
    const hint = `write the whole value into ${shellQuote(file)}`;
    throw unusable(`the secret in ${shown(file)} is shorter than ${VALUE_LENGTH_MIN} characters`, hint);
  }
  return text;
}

/** What one protected file holds: values, or itself. */
export interface HeldFile {
  readonly values: HeldValues["protected"];
  readonly document: HeldValues["documents"][number] | null;
}

/** What is protected in `file`. Throws WRIT_SECRET_UNUSABLE, also for a file that protects nothing. */
export async function protectedIn({ file, as }: ProtectedFile): Promise<HeldFile> {
  const text = await textOf(file, PROTECTED_BYTES_MAX);
  return as === "values"
    ? { values: protectedValues(file, text), document: null }
    : { values: [], document: protectedDocument(file, text) };
}

function protectedDocument(file: string, text: string): HeldFile["document"] {
  const letters = text.replaceAll(/[^\p{L}\p{N}]/gu, "").length;
  if (letters >= DOCUMENT_LETTERS_MIN) return { name: escapeUntrusted(file), text };
  const message = `the protected document ${shown(file)} has ${letters} letters and digits: least is ${DOCUMENT_LETTERS_MIN}`;
  throw unusable(message, "write `as: values` beside it in the spec");
}

function protectedValues(file: string, text: string): HeldFile["values"] {
  const { values } = enrolledIn(text, "auto");
  if (values.length === 0) {
    const hint = `write a value of at least ${VALUE_LENGTH_MIN} characters into ${shellQuote(file)}`;
    throw unusable(`the protected file ${shown(file)} holds no value`, hint);
  }
  return values.map(({ place, value }) => ({ name: escapeUntrusted(`${file}: ${place}`), value }));
}

async function textOf(file: string, bytesMax: number): Promise<string> {
  const bytes = await bytesOf(file, bytesMax);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Without the cause: it may quote what it could not read.
    throw unusable(`${shown(file)} is not UTF-8 text`, `write text into ${shellQuote(file)}`);
  }
}

async function bytesOf(file: string, bytesMax: number): Promise<Uint8Array> {
  let handle: FileHandle | null = null;
  try {
    // Never waits for a writer of a pipe, never follows a link, and judges the file that it then reads.
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await judged(handle, file, bytesMax);
    const bytes = Buffer.alloc(size + 1);
    const { bytesRead } = await handle.read(bytes, 0, size + 1, 0);
    if (bytesRead === size) return bytes.subarray(0, size);
    throw unusable(`${shown(file)} changes while it is read`, "submit the task again");
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    throw unreadable(file, cause);
  } finally {
    await handle?.close();
  }
}

async function judged(
  handle: FileHandle,
  file: string,
  bytesMax: number,
): Promise<{ readonly size: number }> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw unusable(`${shown(file)} is not a regular file`, "name a file in the spec");
  const own = process.geteuid?.() ?? -1;
  if (stat.uid !== own && stat.uid !== 0) {
    throw unusable(`${shown(file)} belongs to uid ${stat.uid}`, `chown ${own} ${shellQuote(file)}`);
  }
  if ((stat.mode & OTHERS) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, "0");
    throw unusable(`${shown(file)} has mode ${mode}: limit is 0600`, `chmod 600 ${shellQuote(file)}`);
  }
  if (stat.size > bytesMax) {
    throw unusable(`${shown(file)} has ${stat.size} bytes: limit is ${bytesMax}`, "name a smaller file");
  }
  return stat;
}

/** Read and write for the group and for others; an access list shows in the group's bits (acl(5)). */
const OTHERS = 0o066;

function unreadable(file: string, cause: unknown): WritError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  if (code === "ELOOP")
    return unusable(`${shown(file)} is a symbolic link`, "name the file itself in the spec");
  const reason = code === "ENOENT" ? "no such file" : code;
  return unusable(`${shown(file)} cannot be read: ${reason}`, `ls -l ${shellQuote(file)}`);
}

function shown(file: string): string {
  return `\`${escapeUntrusted(file)}\``;
}

function unusable(message: string, hint: string): WritError {
  return new WritError("WRIT_SECRET_UNUSABLE", message, { hint });
}
