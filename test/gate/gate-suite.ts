// What the suites of attacks share: the upstream, one home an account, and in it one live task with grants to that
// upstream. Opened once for a test file. Tests nothing itself.
import { afterAll, beforeAll } from "vitest";
import type { AccountName } from "../enforce/confined-runner.ts";
import { accounts } from "../enforce/confined-runner.ts";
import { type GovernedPlace, openPlace } from "./governed-place.ts";
import { type LiveTask, openLiveTask } from "./live-task.ts";
import { networkSpec } from "./network-spec.ts";
import {
  type Authority,
  CONTROL,
  type Handler,
  openAuthority,
  openUpstream,
  type Upstream,
} from "./upstream.ts";

type Table = Readonly<Record<string, unknown>>;

/** What a suite sets up, once its upstream is there. */
export interface SuitePlan {
  readonly endpoints: readonly Table[];
  /** Beside the controls. */
  readonly calls: readonly Table[];
  readonly secrets?: readonly Table[];
  /** Beside `calls`. */
  readonly needs?: Table;
  readonly sources?: readonly Table[];
  readonly protected?: readonly string[];
  /** As `PlaceOptions.files`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
}

export interface SuiteOptions {
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly accounts?: readonly AccountName[];
  /** False: homes only; the tests start tasks of their own. */
  readonly live?: boolean;
  readonly plan: (up: Upstream, at: { readonly authority: Authority; readonly root: string }) => SuitePlan;
}

export interface Account {
  readonly place: GovernedPlace;
  /** Throws when the suite has none. */
  readonly task: LiveTask;
}

export interface GateSuite {
  readonly accounts: readonly AccountName[];
  readonly up: () => Upstream;
  readonly of: (account: AccountName) => Account;
  /** `https://HOST:PORT` of the upstream's TLS server. */
  readonly https: (host: string) => string;
}

/** The host that the live task's control requests go to; also granted for whatever a plan says. */
export const API = "api.home.arpa";

/** Every name that a certificate of the upstream is for. */
const NAMES = [API, "*.home.arpa", "*.lab.home.arpa", "*.example.com"];

/** Registers the set-up and the clearing away; call it once, at the top of a test file. */
export function gateSuite(options: SuiteOptions): GateSuite {
  const names = options.accounts ?? accounts();
  const opened = new Map<AccountName, Account>();
  const closing: (() => void | Promise<unknown>)[] = [];
  let up: Upstream | null = null;
  const upstream = (): Upstream => {
    if (up === null) throw new Error("no upstream yet");
    return up;
  };
  beforeAll(async () => {
    const authority = openAuthority("upstreams");
    up = await openUpstream({ ...authority.issue(NAMES), ca: authority.cert }, options.handlers);
    closing.push(() => upstream().close());
    await Promise.all(
      names.map(async (account) =>
        opened.set(account, await open(account, options, upstream(), authority, closing)),
      ),
    );
  }, 120_000);
  afterAll(async () => {
    // Each is tried, whatever became of the others.
    const failed: unknown[] = [];
    for (const close of closing.toReversed())
      await Promise.resolve(close()).catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  }, 120_000);
  return {
    accounts: names,
    up: upstream,
    of: (account) => {
      const found = opened.get(account);
      if (found === undefined) throw new Error(`no place for ${account}`);
      return found;
    },
    https: (host) => `https://${host}:${upstream().ports.https}`,
  };
}

async function open(
  account: AccountName,
  { plan, live = true }: SuiteOptions,
  up: Upstream,
  authority: Authority,
  closing: (() => void | Promise<unknown>)[],
): Promise<Account> {
  let planned: SuitePlan | null = null;
  const planAt = (root: string): SuitePlan => {
    planned ??= plan(up, { authority, root });
    return planned;
  };
  const place = await openPlace({
    account,
    files: (root) => planAt(root).files ?? {},
    hosts: (root) => planAt(root).hosts ?? [],
    spec: ({ root, uid }) => networkSpec({ uid, ...planAt(root) }),
  });
  closing.push(() => place.close());
  if (!live)
    return {
      place,
      get task(): never {
        throw new Error("no live task here");
      },
    };
  const control = `https://${API}:${up.ports.https}`;
  const { calls, needs } = planAt(place.root);
  const task = await openLiveTask({
    place,
    upstream: up,
    control,
    needs: { ...needs, calls: [many(`${control}${CONTROL}`, "OPTIONS"), ...calls] },
  });
  closing.push(() => task.end());
  return { place, task };
}

/** A declared call with room for a whole suite. */
export function many(to: string, method: string, bytes_out_max = "16 MiB"): Table {
  return { to, method, calls_max: 2000, bytes_out_max };
}

/** An owned endpoint at the upstream's TLS port. */
export function owned(host: string, up: Upstream, more: Table = {}): Table {
  return {
    host,
    port: up.ports.https,
    address: "127.0.0.1",
    ca: up.ca,
    control: "owned",
    clearance: "secret",
    requests_per_task_max: 50_000,
    bytes_out_per_task_max: "1 GiB",
    ...more,
  };
}

/** An owned endpoint at the upstream's server of plain HTTP, or at its raw port. */
export function plain(host: string, port: number, more: Table = {}): Table {
  const caps = { requests_per_task_max: 5000, bytes_out_per_task_max: "64 MiB" };
  return { host, port, address: "127.0.0.1", control: "owned", clearance: "secret", ...caps, ...more };
}

/** A contracted endpoint at the upstream's TLS port, proved by nothing but the system's authorities. */
export function contracted(host: string, up: Upstream): Table {
  const caps = { requests_per_task_max: 5000, bytes_out_per_task_max: "64 MiB" };
  return { host, port: up.ports.https, control: "contracted", clearance: "internal", ...caps };
}
