/** Layers: common ← config ← components ← index; policy, operations and cli know components only through types. */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "common-is-the-floor",
      severity: "error",
      from: { path: "^common/" },
      to: { path: "^(config|components|policy|operations|cli|test|scripts)/" },
    },
    {
      name: "config-knows-no-components",
      severity: "error",
      from: { path: "^config/" },
      to: { path: "^(components|policy|operations|cli|test|scripts)/" },
    },
    {
      name: "components-know-no-tools",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(policy|operations|cli|test|scripts)/|^index\\.ts$" },
    },
    {
      name: "policy-stands-alone",
      severity: "error",
      comment: "The pack is a package of its own that others can use.",
      from: { path: "^policy/" },
      to: { path: "^(components|operations|cli|test|scripts)/" },
    },
    {
      name: "operations-read-outputs",
      severity: "error",
      from: { path: "^operations/" },
      to: { path: "^(cli|test|scripts)/|^components/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-load-reads-pulumi-config",
      severity: "error",
      from: { path: "^config/", pathNot: "^config/load\\.ts$" },
      to: { path: "@pulumi/pulumi" },
    },
    {
      name: "no-test-code-in-the-product",
      severity: "error",
      from: { pathNot: "^(test|bench|scripts)/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|coverage|dist|rendered)/" },
    includeOnly: {
      path: "^(index\\.ts|common|config|components|policy|operations|cli|test|scripts|bench)|@pulumi/pulumi",
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
