// The heat guard of one governor: joins what it is given to what is observed. Guards nothing itself.
import { busyTime } from "../facts/busy-time.ts";
import type { Observer } from "../facts/observe.ts";
import type { Roots } from "../facts/observed-roots.ts";
import { HeatGuard } from "./heat-guard.ts";
import { bootClock } from "./ports.ts";
import type { Projection } from "./project-record.ts";
import type { SpecInForce } from "./spec-in-force.ts";

export interface HeatGuardOf {
  readonly spec: SpecInForce;
  readonly projection: Pick<Projection, "heat">;
  readonly roots: Roots;
  wake(): void;
}

export function heatGuardFor(observer: Observer, from: HeatGuardOf): HeatGuard {
  return new HeatGuard({
    observe: () => observer.node(),
    busy: () => busyTime(from.roots),
    limits: () => from.spec.adopted.parsed.spec.resources.heat,
    samples: from.projection.heat,
    clock: bootClock,
    released: () => from.wake(),
  });
}
