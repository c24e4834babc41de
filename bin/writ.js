#!/usr/bin/env -S -u NODE_OPTIONS -u NODE_PATH -u NODE_EXTRA_CA_CERTS node
// Starts Writ: dist/ in the package, src/ in a clone. Plain JavaScript that any Node can read, so that one too old is
// told so in one line.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(`writ: error: node ${process.versions.node} is too old: limit is 24\n`);
  process.stderr.write(
    "writ: hint: npx writ  # in a clone, after npm ci; elsewhere install Node.js 24 or newer\n",
  );
  process.exit(125);
}
const { existsSync, lstatSync, mkdirSync } = await import("node:fs");
const { enableCompileCache } = await import("node:module");
const { userInfo } = await import("node:os");
keepCompiled();
const built = new URL("../dist/cli/main.js", import.meta.url);
const source = new URL("../src/cli/main.ts", import.meta.url);
const { main } = await import(existsSync(source) ? source.href : built.href);
await main();

// Compiled code is kept where the governor keeps its own (src/enforce/compiled-folder.ts): in a folder of the account's that
// no variable moves and only it can write, for whoever writes it says what runs. Without it the start is slower: that is all.
function keepCompiled() {
  try {
    const folder = `${userInfo().homedir}/.cache/writ`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) enableCompileCache(folder);
  } catch {
    return;
  }
}
