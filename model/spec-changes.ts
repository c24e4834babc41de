// Ways to change one field of the ordinary spec, for tests that compare the two.
import type { Budget, Endpoint, Provider, Source, Spec } from "../src/spec/spec.ts";
import { PLAIN_ENDPOINT, PLAIN_SPEC } from "./plain-spec.ts";

const S = PLAIN_SPEC;
export const sovereignty = (change: Partial<Spec["sovereignty"]>): Spec => ({
  ...S,
  sovereignty: { ...S.sovereignty, ...change },
});
export const privacy = (change: Partial<Spec["privacy"]>): Spec => ({
  ...S,
  privacy: { ...S.privacy, ...change },
});
export const resources = (change: Partial<Spec["resources"]>): Spec => ({
  ...S,
  resources: { ...S.resources, ...change },
});
export const memory = (change: Partial<Spec["resources"]["memory"]>): Spec =>
  resources({ memory: { ...S.resources.memory, ...change } });
export const heat = (change: Partial<Spec["resources"]["heat"]>): Spec =>
  resources({ heat: { ...S.resources.heat, ...change } });
export const pressure = (change: Partial<Spec["resources"]["pressure"]>): Spec =>
  resources({ pressure: { ...S.resources.pressure, ...change } });
export const defaults = (change: Partial<Spec["defaults"]>): Spec => ({
  ...S,
  defaults: { ...S.defaults, ...change },
});
export const execution = (change: Partial<Spec["execution"]>): Spec => ({
  ...S,
  execution: { ...S.execution, ...change },
});
export const PROVIDER: Provider = S.sovereignty.providers[0]!;
export const SECOND: Endpoint = S.sovereignty.endpoints[1]!;
export const VAULT: Source = S.privacy.sources[0]!;
export const MAIL: Source = S.privacy.sources[1]!;
export const HOUR: Budget = S.resources.budgets[0]!;
export const DAY: Budget = S.resources.budgets[1]!;
export const api = (change: Partial<Endpoint>): Spec =>
  sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, ...change }, SECOND] });
export const free = (change: Partial<Endpoint>): Spec =>
  sovereignty({ endpoints: [PLAIN_ENDPOINT, { ...SECOND, ...change }] });
