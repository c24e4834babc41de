// The layering of docs/ARCHITECTURE.md as rules. A room may import only the rooms named for it; the pure rooms import
// neither node:* nor a package outside the short list. scripts/check-layers.ts runs this and proves that it can fail.
const pure = ["stdx", "names", "spec", "task", "decide", "scan", "measure"];
const mayKnow = {
  stdx: [],
  names: ["stdx"],
  spec: ["stdx", "names"],
  task: ["stdx", "names", "spec"],
  decide: ["stdx", "names", "spec", "task"],
  scan: ["stdx"],
  measure: ["stdx"],
  ledger: ["stdx"],
  facts: pure,
  enforce: pure,
  governor: [...pure, "ledger", "facts", "enforce"],
  // Its servers need certificates, and whether a node is fit is a matter of facts.
  challenge: [...pure, "facts", "governor", "enforce/gate/certificates"],
  cli: [...pure, "governor", "challenge"],
};
const forbidden = Object.entries(mayKnow).map(([room, known]) => ({
  name: `${room}-knows-only-${known.join("-") || "nothing"}`,
  severity: "error",
  from: { path: `^src/${room}/`, pathNot: "\\.test\\.ts$" },
  to: { path: "^src/", pathNot: `^src/(${[room, ...known].join("|")})/` },
}));
export default {
  forbidden: [
    ...forbidden,
    {
      name: "pure-rooms-do-no-io",
      severity: "error",
      from: { path: `^src/(${pure.join("|")})/`, pathNot: "\\.test\\.ts$|/fixtures/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-rooms-use-only-pure-packages",
      severity: "error",
      from: { path: `^src/(${pure.join("|")})/`, pathNot: "\\.test\\.ts$" },
      to: { path: "node_modules", pathNot: "node_modules/(yaml|ipaddr\\.js|tldts)" },
    },
    {
      name: "root-loads-little",
      severity: "error",
      from: { path: "^src/enforce/(root|writ)/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^src/|node_modules",
        pathNot: "^src/(stdx/|enforce/(root|writ)/|enforce/(inherited-descriptors|loopback-url)\\.ts$)",
        dependencyTypesNot: ["type-only"],
      },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "product-never-imports-tests", severity: "error", from: { path: "^src/", pathNot: "\\.test\\.ts$|/fixtures/" }, to: { path: "^(test|model|bench|scripts)/|\\.test\\.ts$|/fixtures/" } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js"], conditionNames: ["import", "types", "default"], exportsFields: ["exports"] },
  },
};
