import { expect, it } from "vitest";
import { WritError } from "../stdx/writ-error.ts";
import { type Holds, unsaidError } from "./unsaid-error.ts";

const SECRET = "Zq7vR2mX9kLp";

const holds: Holds = (texts) => Promise.resolve(texts.map((text) => text.includes(SECRET)));

function error(
  message: string,
  cause: unknown,
  code: "WRIT_TASK_INVALID" | "WRIT_USAGE" = "WRIT_TASK_INVALID",
) {
  return new WritError(code, message, { hint: `write \`https://${SECRET}/\``, cause });
}

it("unsaidError leaves out the quotations that hold something, and keeps the others", async () => {
  const told = await unsaidError(
    error(`\`--call\` is \`https://${SECRET}/x\`: no host`, [`\`${SECRET}\` is 5`]),
    holds,
  );
  expect(told).toMatchObject({
    code: "WRIT_TASK_INVALID",
    message: "`--call` is `[left out]`: no host",
    hint: "write `[left out]`",
    cause: ["`[left out]` is 5"],
  });
});

it("unsaidError leaves out a whole line that holds something outside of its quotations", async () => {
  const told = await unsaidError(error(`\`--call\` is ${SECRET}`, undefined), holds);
  expect(told.message).toBe("what is wrong with the task holds a value that may not be shown");
  expect(told.cause).toEqual([]);
});

it("unsaidError leaves out everything where nobody can look", async () => {
  for (const fails of [() => Promise.reject(new Error("lost")), () => Promise.resolve([])]) {
    const told = await unsaidError(error("`--call` is `x`", ["`y` is 5"]), fails);
    expect([told.message, told.hint, told.cause]).toEqual([
      "what is wrong with the task holds a value that may not be shown",
      "take the value out of the task; docs/SPEC.md says how a task uses a secret",
      ["what is wrong with the task holds a value that may not be shown"],
    ]);
  }
});

it("unsaidError changes no other error, and looks at none", async () => {
  const given = error(`\`${SECRET}\``, undefined, "WRIT_USAGE");
  expect(await unsaidError(given, () => Promise.reject(new Error("looked")))).toBe(given);
});
