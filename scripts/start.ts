// The main job: sets up what the machine lacks, then plays the example day.
import { setUp } from "./setup.ts";

setUp("examples");
await import("../examples/day/day.ts");
