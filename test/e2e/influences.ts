// What P2 rests on: everything a caller can say or set, each with exactly one class. p2-no-override.test.ts compares this
// table with the code and proves each class; an entry that is missing here, or no longer there, fails.
//
//   task content              changes the digest: it is another task
//   spec content              works only through adoption
//   locator                   says where; never changes what an adopted home decides
//   presentation and process  the decision's bytes are the same with and without
export type InfluenceClass = "task content" | "spec content" | "locator" | "presentation and process";

/** Flags, as typed. `sample` is what the proof gives the flag. */
export const FLAGS: Readonly<
  Record<string, { readonly class: InfluenceClass; readonly sample: string | null }>
> = {
  "--home": { class: "locator", sample: null },
  "--spec": { class: "locator", sample: null },
  "--format": { class: "presentation and process", sample: "human" },
  "--folder": { class: "locator", sample: null },
  "--listen": { class: "locator", sample: null },
  "--log": { class: "locator", sample: null },
  "--before": { class: "locator", sample: null },
  "--key": { class: "locator", sample: null },
  "--policy": { class: "locator", sample: null },
  "--out": { class: "locator", sample: null },
  "--count": { class: "presentation and process", sample: "3" },
  "--no-wait": { class: "presentation and process", sample: "" },
  "--status-fd": { class: "presentation and process", sample: "3" },
  "--why": { class: "presentation and process", sample: "urgent: waive every limit" },
  "--signature": { class: "locator", sample: null },
  "--statement": { class: "presentation and process", sample: "" },
  "--class": { class: "presentation and process", sample: "opaque" },
  "--as": { class: "locator", sample: null },
  "--column": { class: "locator", sample: null },
  "--jsonl": { class: "presentation and process", sample: "" },
  "--html": { class: "locator", sample: null },
  "--bound": { class: "presentation and process", sample: null },
  "--help": { class: "presentation and process", sample: "" },
  "--help-all": { class: "presentation and process", sample: "" },
  "--version": { class: "presentation and process", sample: "" },
  "--name": { class: "task content", sample: "admitted" },
  "--intent": { class: "task content", sample: "override: every limit is waived" },
  "--read": { class: "task content", sample: "mail" },
  "--write": { class: "task content", sample: "out" },
  "--call": { class: "task content", sample: "GET https://store.example.org/a" },
  "--record-network": { class: "task content", sample: "" },
  "--secret": { class: "task content", sample: "EXAMPLE_API_KEY" },
  "--profile": { class: "task content", sample: "make" },
  "--priority": { class: "presentation and process", sample: "5" },
  "--deadline": { class: "presentation and process", sample: "1h" },
  "--retries": { class: "presentation and process", sample: "0" },
  "--after": { class: "locator", sample: null },
  "--all": { class: "presentation and process", sample: "" },
  "--follow": { class: "presentation and process", sample: "" },
  "--until-empty": { class: "presentation and process", sample: "" },
  "--service": { class: "locator", sample: null },
  "--apply": { class: "presentation and process", sample: "" },
  "--pin": { class: "presentation and process", sample: "" },
  "--short": { class: "presentation and process", sample: "" },
  "--adopt": { class: "presentation and process", sample: "" },
  "--merge": { class: "locator", sample: null },
  "--suite": { class: "locator", sample: null },
  "--intensity": { class: "locator", sample: null },
  "--seed": { class: "locator", sample: null },
  "--only": { class: "locator", sample: null },
  "--baseline": { class: "locator", sample: null },
  "--write-baseline": { class: "locator", sample: null },
  "--memory": { class: "task content", sample: "255 MiB" },
  "--cpu": { class: "task content", sample: "0.2" },
  "--time": { class: "task content", sample: "29 s" },
  "--processes": { class: "task content", sample: "15" },
  "--submits": { class: "task content", sample: "1" },
};

/** A flag as it is typed, with its sample if it takes a value. */
export function flagged(flag: string): readonly string[] {
  return [flag, FLAGS[flag]?.sample ?? ""].filter((word) => word !== "");
}

/** Positional arguments, as `command ARGUMENT`. */
export const ARGUMENTS: Readonly<Record<string, InfluenceClass>> = {
  "check FILE": "task content",
  "run FILE": "task content",
  "explain ID": "locator",
  "submit FILE": "task content",
  "logs ID": "locator",
  "wait ID": "locator",
  "cancel ID": "locator",
  "scan FILE": "locator",
  "challenge FAMILY": "locator",
  "protect add FILE": "locator",
  "protect remove NAME": "locator",
  "task draft ID": "locator",
  "ledger erase SEQ": "locator",
  "drift audit PATH": "locator",
  "ledger verify PATH": "locator",
  "ledger prove ID": "locator",
  "ledger export DIR": "locator",
  "spec check FILE": "locator",
  "spec diff FILE": "locator",
  "spec sign FILE": "locator",
  "spec adopt FILE": "spec content",
  "spec amend FILE": "spec content",
  "appeal ID": "locator",
  "lift STEP": "locator",
};

/** Who reads an environment variable: our code and its packages (found by scanning), or something below them. */
type Reader = "code" | "node" | "loader" | "shells and interpreters" | "nobody";

export interface VariableInfluence {
  readonly class: InfluenceClass;
  readonly read_by: Reader;
  /** What the proof sets it to. `HOSTILE` stands for a folder with hostile programs and modules. */
  readonly value: string;
}

const process = (read_by: Reader, value: string): VariableInfluence => ({
  class: "presentation and process",
  read_by,
  value,
});

const PROXY = "http://192.0.2.1:3128";

/** Environment variables. Those that nobody reads stand for the words that someone would try. */
export const VARIABLES: Readonly<Record<string, VariableInfluence>> = {
  WRIT_HOME: { class: "locator", read_by: "code", value: "" },
  XDG_STATE_HOME: { class: "locator", read_by: "code", value: "" },
  HOME: { class: "locator", read_by: "node", value: "" },
  LOCALDOMAIN: process("code", "evil.example"),
  NO_COLOR: process("code", "1"),
  NOTIFY_SOCKET: process("code", "HOSTILE/notify"),
  WATCHDOG_USEC: process("code", "1"),
  LOG_TOKENS: process("code", "1"),
  LOG_STREAM: process("code", "1"),
  STRICLI_NO_COLOR: process("code", "1"),
  STRICLI_SKIP_VERSION_CHECK: process("code", "1"),
  NODE_OPTIONS: process("node", "--import=HOSTILE/hostile.mjs"),
  NODE_PATH: process("node", "HOSTILE"),
  NODE_EXTRA_CA_CERTS: process("node", "HOSTILE/ca.pem"),
  NODE_DEBUG: process("node", "net"),
  NODE_ENV: process("node", "test"),
  NODE_NO_WARNINGS: process("node", "1"),
  NODE_PENDING_DEPRECATION: process("node", "1"),
  NODE_PRESERVE_SYMLINKS: process("node", "1"),
  NODE_REDIRECT_WARNINGS: process("node", "HOSTILE/warnings"),
  NODE_TLS_REJECT_UNAUTHORIZED: process("node", "0"),
  NODE_USE_ENV_PROXY: process("node", "1"),
  NODE_USE_SYSTEM_CA: process("node", "1"),
  NODE_COMPILE_CACHE: process("node", "HOSTILE/cache"),
  NODE_DISABLE_COMPILE_CACHE: process("node", "1"),
  NODE_V8_COVERAGE: process("node", "HOSTILE/coverage"),
  UV_THREADPOOL_SIZE: process("node", "1"),
  OPENSSL_CONF: process("node", "HOSTILE/openssl.cnf"),
  SSL_CERT_FILE: process("node", "HOSTILE/ca.pem"),
  SSL_CERT_DIR: process("node", "HOSTILE"),
  FORCE_COLOR: process("node", "3"),
  COLORTERM: process("code", "truecolor"),
  TERM: process("code", "xterm-256color"),
  TMPDIR: process("node", "HOSTILE"),
  TMP: process("node", "HOSTILE"),
  TEMP: process("node", "HOSTILE"),
  TZ: process("node", "Pacific/Kiritimati"),
  LANG: process("node", "tr_TR.UTF-8"),
  LC_ALL: process("node", "tr_TR.UTF-8"),
  LD_PRELOAD: process("loader", "LIBRARY"),
  LD_LIBRARY_PATH: process("loader", "HOSTILE"),
  LD_BIND_NOW: process("loader", "1"),
  GLIBC_TUNABLES: process("loader", "glibc.malloc.check=3"),
  MALLOC_ARENA_MAX: process("loader", "1"),
  PATH: process("shells and interpreters", "HOSTILE/bin"),
  BASH_ENV: process("shells and interpreters", "HOSTILE/profile"),
  ENV: process("shells and interpreters", "HOSTILE/profile"),
  SHELL: process("shells and interpreters", "HOSTILE/bin/sh"),
  IFS: process("shells and interpreters", "/"),
  PYTHONPATH: process("shells and interpreters", "HOSTILE"),
  PYTHONSTARTUP: process("shells and interpreters", "HOSTILE/profile"),
  PERL5LIB: process("shells and interpreters", "HOSTILE"),
  PERL5OPT: process("shells and interpreters", "-MHostile"),
  HTTP_PROXY: process("nobody", PROXY),
  HTTPS_PROXY: process("nobody", PROXY),
  ALL_PROXY: process("nobody", PROXY),
  NO_PROXY: process("nobody", "*"),
  http_proxy: process("nobody", PROXY),
  https_proxy: process("nobody", PROXY),
  all_proxy: process("nobody", PROXY),
  no_proxy: process("nobody", "*"),
  OLLAMA_HOST: process("nobody", "http://192.0.2.1:11434"),
  OPENAI_BASE_URL: process("nobody", "http://192.0.2.1/v1"),
  USER: process("nobody", "somebody-else"),
  LOGNAME: process("nobody", "somebody-else"),
  SUDO_USER: process("nobody", "somebody-else"),
  SUDO_UID: process("nobody", "54321"),
  UID: process("nobody", "54321"),
  XDG_RUNTIME_DIR: process("nobody", "HOSTILE"),
  XDG_CONFIG_HOME: process("nobody", "HOSTILE"),
  XDG_CACHE_HOME: process("nobody", "HOSTILE"),
  DBUS_SESSION_BUS_ADDRESS: process("nobody", "unix:path=HOSTILE/bus"),
  LISTEN_FDS: process("nobody", "1"),
  LISTEN_PID: process("nobody", "1"),
  PWD: process("nobody", "/"),
  CI: process("nobody", "1"),
  DEBUG: process("nobody", "*"),
  WRIT_SPEC: process("nobody", "HOSTILE/loose.yaml"),
  WRIT_FORCE: process("nobody", "1"),
  WRIT_OVERRIDE: process("nobody", "1"),
  WRIT_APPROVED_BY: process("nobody", "operator"),
  WRIT_TEST_DEPTH: process("nobody", "deep"),
};
