// The main job of `npm start`: a working day in six scenes on a throw-away home, then the ledger verified. Exits 0 only
// if every scene saw its effect. `--without SCENE` begins with that scene and its cause taken away, to show that it notices.
import { type SceneName, SceneFailed, type Stage, onStage } from "./stage.ts";
import { contradiction } from "./scenes/contradiction.ts";
import { lazy } from "./scenes/lazy.ts";
import { overreach } from "./scenes/overreach.ts";
import { sum } from "./scenes/sum.ts";
import { withModel } from "./scenes/with-model.ts";
import { words } from "./scenes/words.ts";
import { work } from "./scenes/work.ts";
import { verifyHome } from "../../src/governor/verify-home.ts";
import { WritError } from "../../src/stdx/writ-error.ts";

const SCENES: readonly { readonly name: SceneName; readonly title: string; readonly play: (stage: Stage) => Promise<void> }[] = [
  { name: "work", title: "ordinary work passes", play: work },
  { name: "lazy", title: "the lazy request is refused, and its remedy passes", play: withModel(lazy) },
  { name: "contradiction", title: "a contradiction is refused with its smallest conflicting set", play: withModel(contradiction) },
  { name: "sum", title: "fine alone, deferred by the sum, passing when the first ends", play: sum },
  { name: "words", title: "words that claim an override move nothing", play: words },
  { name: "overreach", title: "what was not declared cannot be done", play: overreach },
];

const flag = process.argv.indexOf("--without");
const removed = flag < 0 ? null : sceneNamed(process.argv[flag + 1]);

try {
  await onStage(removed, async (stage) => {
    for (const [index, scene] of SCENES.entries()) {
      if (index < SCENES.findIndex(({ name }) => name === removed)) continue;
      stage.say(`\nScene ${index + 1}: ${scene.title}`);
      await play(scene.name, () => scene.play(stage));
    }
    stage.say("\nThe evidence");
    await play("ledger", async () => {
      const { report, lines } = await verifyHome(stage.home);
      for (const line of lines) stage.say(`  ${line}`);
      stage.expect(report.ok, "the ledger verifies");
    });
    stage.say("\nAll of it happened: six scenes, and a ledger that verifies.");
  });
} catch (error) {
  if (!(error instanceof SceneFailed || error instanceof WritError)) throw error;
  process.stderr.write(`day: error: ${error.message}\n`);
  if (error instanceof WritError) process.stderr.write(`day: hint: ${error.hint}\n`);
  process.exitCode = 1;
}

async function play(name: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof SceneFailed) throw new SceneFailed(`scene \`${name}\` did not happen: expected that ${error.message}`);
    if (error instanceof WritError) throw new SceneFailed(`scene \`${name}\` could not be played: ${error.message} (hint: ${error.hint})`, { cause: error });
    throw error;
  }
}

function sceneNamed(name: string | undefined): SceneName {
  const scene = SCENES.find((candidate) => candidate.name === name);
  if (scene !== undefined) return scene.name;
  process.stderr.write(`day: error: no scene \`${name ?? ""}\`: there are ${SCENES.map((each) => each.name).join(", ")}\n`);
  process.exit(64);
}
