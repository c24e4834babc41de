import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { providerChecks } from "./doctor-providers.ts";
import { specText } from "./fixtures/spec-text.ts";

test("doctor tells each provider's state, control and why; none of a spec that cannot be read", async () => {
  const folder = mkdtempSync(`${tmpdir()}/writ-providers-`);
  const server = createServer((_, response) => response.end('{"object":"list","data":[]}'));
  try {
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = (at: number): string => `http://127.0.0.1:${at}`;
    const providers = `[ { name: server, kind: openai, url: "${url(port)}", serves: [chat] }, { name: absent, kind: openai, url: "${url(1)}", serves: [chat] } ]`;
    writeFileSync(`${folder}/spec.yaml`, specText(folder, { providers }));
    const checks = await providerChecks(`${folder}/spec.yaml`);
    expect(checks).toMatchObject([
      { name: "provider absent", state: "weak", evidence: expect.stringMatching(/^down, /), repair: null },
      { name: "provider server", state: "weak", evidence: expect.stringMatching(/^up, control unknown: ./) },
    ]);
    expect(await providerChecks(`${folder}/absent.yaml`)).toEqual([]);
    writeFileSync(`${folder}/spec.yaml`, "no spec");
    expect(await providerChecks(`${folder}/spec.yaml`)).toEqual([]);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
