// openPipeMaker: real anonymous pipes, one set a task, that end when the task's ends do.
import { readlinkSync, readSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import { openPipeMaker, type TaskPipes } from "./task-pipes.ts";

function whole(end: TaskPipes["stdout"]): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    end.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    end.once("close", () => resolve(said));
  });
}

test("take gives each of many tasks at once pipes of its own, whole and ending", async () => {
  const maker = openPipeMaker(null);
  const taken = await Promise.all(Array.from({ length: 10 }, () => maker.take()));
  const names = taken.flatMap(({ theirs }) => theirs.map((fd) => readlinkSync(`/proc/self/fd/${fd}`)));
  expect(new Set(names).size).toBe(30);
  for (const name of names) expect(name).toMatch(/^pipe:/u);
  const outputs = taken.map((pipes) => Promise.all([whole(pipes.stdout), whole(pipes.stderr)]));
  for (const [index, pipes] of taken.entries()) {
    writeSync(pipes.theirs[1], `out ${index}`);
    writeSync(pipes.theirs[2], `err ${index}`);
    pipes.closeTheirs();
    pipes.closeTheirs();
  }
  expect(await Promise.all(outputs)).toEqual(taken.map((_, index) => [`out ${index}`, `err ${index}`]));
  for (const pipes of taken) pipes.destroy();
  maker.close();
});

test("standard input arrives and ends", async () => {
  const maker = openPipeMaker(null);
  const pipes = await maker.take();
  await new Promise<void>((resolve) => pipes.stdin.end("in", () => resolve()));
  pipes.stdin.destroy();
  await new Promise((resolve) => pipes.stdin.once("close", resolve));
  const buffer = Buffer.alloc(10);
  expect(readSync(pipes.theirs[0], buffer)).toBe(2);
  expect(buffer.toString("latin1", 0, 2)).toBe("in");
  expect(readSync(pipes.theirs[0], buffer)).toBe(0);
  pipes.closeTheirs();
  pipes.destroy();
  maker.close();
});
