import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { heldChecks } from "./doctor-held.ts";
import { specText } from "./fixtures/spec-text.ts";

test("doctor names each file of values and what would mend it, and says no value", async () => {
  const folder = mkdtempSync(`${tmpdir()}/writ-held-`);
  try {
    const text = specText(folder)
      .replace(
        "  local_first: true\n",
        `  local_first: true\n  secrets: [ { name: GOOD, file: "${folder}/good", for: { host: api.example.com, methods: [POST], paths: [/v1/], place: bearer } }, { name: OPEN, file: "${folder}/open", for: { host: api.example.com, methods: [POST], paths: [/v1/], place: bearer } } ]\n`,
      )
      .replace(
        "  refuse_when: []\n",
        `  refuse_when: []\n  protected: [ { file: "${folder}/.env" }, { file: "${folder}/absent" } ]\n`,
      );
    writeFileSync(`${folder}/spec.yaml`, text);
    writeFileSync(`${folder}/good`, "value-0123456789\n", { mode: 0o600 });
    writeFileSync(`${folder}/open`, "value-0123456789\n");
    chmodSync(`${folder}/open`, 0o644);
    writeFileSync(`${folder}/.env`, "A=value-0123456789\nB=on\n", { mode: 0o600 });
    const checks = await heldChecks(`${folder}/spec.yaml`);
    expect(checks).toHaveLength(4);
    expect(checks).toEqual(
      expect.arrayContaining([
        { name: "secret GOOD", state: "holds", evidence: `one value in ${folder}/good`, repair: null },
        {
          name: "secret OPEN",
          state: "fails",
          evidence: `\`${folder}/open\` has mode 0644: limit is 0600`,
          repair: `chmod 600 ${folder}/open`,
        },
        {
          name: `protected ${folder}/.env`,
          state: "holds",
          evidence: "1 value; shorter ones are not protected",
          repair: null,
        },
        {
          name: `protected ${folder}/absent`,
          state: "fails",
          evidence: `\`${folder}/absent\` cannot be read: no such file`,
          repair: `ls -l ${folder}/absent`,
        },
      ]),
    );
    expect(JSON.stringify(checks)).not.toContain("0123456789");
    expect(await heldChecks(`${folder}/none.yaml`)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
