// From a verified writ to what a gate worker is told of its task: the grants, an authority for exactly the granted names,
// and the values that the worker puts in or holds back. Not the decision of any of it.
import { randomBytes } from "node:crypto";
import type { Grants } from "../decide/decision.ts";
import { createCanary } from "../scan/protected/canary.ts";
import { WritError } from "../stdx/writ-error.ts";
import type {
  EnrolledIndex,
  HeldSecret,
  ProtectedDocument,
  ProtectedValue,
  TaskAuthority,
  TaskPolicy,
} from "./gate/policy.ts";
import type { RootPort } from "./open-root.ts";
import { hasNetwork, mayLeave } from "./sandbox/inside-plan.ts";

/** Gives the values that a task's gate needs; each call reads them anew. Throws `WritError` when one cannot be used. */
export type ValuesPort = (needs: {
  /** Names of the secrets that its writ grants. */
  readonly secrets: readonly string[];
  /** Whether it can send anything at all: then what is protected is needed too. */
  readonly sends: boolean;
}) => Promise<{
  readonly secrets: ReadonlyMap<string, string>;
  readonly protected: readonly ProtectedValue[];
  readonly documents: readonly ProtectedDocument[];
  readonly enrolled: EnrolledIndex | null;
}>;

/** What one task's network is made of. */
export interface PlannedNetwork {
  /** What its gate worker is told. Issues the task's authority, which takes some ms: for when its launcher is under way. */
  readonly policy: () => TaskPolicy;
  /** The placeholder of each credential, under the credential's name; the task's only view of it. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The network of a task under `grants`, or null where it has none of the gate's; where nothing may leave, all of it is
 * refused. Throws `WritError` WRIT_LAUNCH_FAILED when a granted credential has no value, and what `values` throws for a task
 * that may send; then nothing may start.
 */
export async function planNetwork(
  grants: Grants,
  from: { readonly root: RootPort; readonly values: ValuesPort },
): Promise<PlannedNetwork | null> {
  if (!hasNetwork(grants)) return null;
  const names = [...new Set(grants.secrets.map(({ name }) => name))];
  const held = await heldFor(grants, () => from.values({ secrets: names, sends: true }));
  const placeholders = new Map(names.map((name) => [name, placeholder()]));
  const secrets = grants.secrets.map((granted): HeldSecret => {
    const value = held.secrets.get(granted.name);
    const given = placeholders.get(granted.name);
    if (value === undefined || given === undefined) throw valueless(granted.name);
    return { ...granted, value, placeholder: given };
  });
  const secured = grants.calls.filter(({ scheme }) => scheme === "https").map(({ host }) => host);
  const root = await from.root();
  const authority = (): TaskAuthority | null =>
    secured.length === 0 ? null : root.issue([...new Set(secured)], grants.time);
  const { calls, opaque, detectors } = grants;
  const planted = isLookedInto(grants, held) ? canaryFor(names) : null;
  return {
    policy: () => ({
      calls,
      opaque,
      secrets,
      protected: held.protected,
      documents: held.documents,
      enrolled: held.enrolled,
      canaries: planted === null ? [] : [planted],
      detectors,
      authority: authority(),
    }),
    variables: {
      ...(planted === null ? {} : { [planted.name]: planted.value }),
      ...Object.fromEntries(placeholders),
    },
  };
}

/** Whether the gate looks into anything that the task sends: elsewhere a canary would tell nobody anything. */
function isLookedInto({ calls, detectors }: Grants, held: HeldValues): boolean {
  const isKnown =
    held.secrets.size + (held.protected?.length ?? 0) + held.documents.length > 0 ||
    (held.enrolled?.index ?? null) !== null;
  return calls.some(({ inspected }) => isKnown || (inspected && detectors !== null));
}

/**
 * The variable that a canary is planted in: what whoever gathers credentials takes along, and no tool that we know reads. The
 * second where a secret has that name.
 */
const CANARY_VARIABLES = ["BACKUP_API_KEY", "ARCHIVE_API_KEY"] as const;

function canaryFor(taken: readonly string[]): ProtectedValue | null {
  const name = CANARY_VARIABLES.find((variable) => !taken.includes(variable));
  return name === undefined ? null : { name, value: createCanary(randomBytes) };
}

interface HeldValues {
  readonly secrets: ReadonlyMap<string, string>;
  /** null: they could not be read. */
  readonly protected: readonly ProtectedValue[] | null;
  readonly documents: readonly ProtectedDocument[];
  readonly enrolled: EnrolledIndex | null;
}

/**
 * A task that may send nothing runs without values that cannot be used as well: then its records say nothing that it wrote.
 * A fault of ours is no such reason.
 */
async function heldFor(grants: Grants, read: () => ReturnType<ValuesPort>): Promise<HeldValues> {
  try {
    return await read();
  } catch (error) {
    if (mayLeave(grants) || !(error instanceof WritError)) throw error;
    return { secrets: new Map(), protected: null, documents: [], enrolled: null };
  }
}

/** Bytes of chance in a placeholder: nobody meets one by accident, and no other task's is ever the same. */
const PLACEHOLDER_BYTES = 24;

function placeholder(): string {
  return `writ-placeholder-${randomBytes(PLACEHOLDER_BYTES).toString("hex")}`;
}

function valueless(name: string): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", `the secret \`${name}\` has no value here`, {
    hint: "writ doctor",
  });
}
