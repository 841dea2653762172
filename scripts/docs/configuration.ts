import type { JsonSchema } from "./json-schema.js";
import { configurationKeys, type ConfigurationKey } from "./keys.js";

const clouds: Readonly<Record<string, string>> = {
  aws: "EKS: `cloud: aws`",
  gcp: "GKE: `cloud: gcp`",
  existing: "Any cluster by kubeconfig: `cloud: existing`",
};

/** docs/configuration.md: every key with type, default and meaning, by section. */
export function configurationReference(schema: JsonSchema): string {
  const keys = configurationKeys(schema);
  const sections = Object.entries(schema.properties ?? {}).map(([name, section]) => {
    const own = keys.filter(({ path }) => path.split(/[.[]/)[0] === name);
    return [`## ${name}`, "", section.description ?? "", "", ...tables(name, own)].join("\n");
  });
  return `${[introduction(keys.length), ...sections].join("\n\n").trimEnd()}\n`;
}

function introduction(count: number): string {
  return [
    "# Configuration reference",
    "",
    "Generated from `config/schema/` by `npm run docs:generate`; do not edit it.",
    "",
    `A stack is configured in \`Pulumi.<stack>.yaml\`, below \`config:\`, where every top-level key has the prefix`,
    `\`agent-platform:\`. There are ${count} keys; two are required (\`environment\` and \`regions\`), every other one has a`,
    "default or may be left out. An unknown key is refused at every level. Beyond what this page says of each key there are",
    "rules across keys (`config/rules/`); `npm run preview -- --stack NAME` checks all of them and reports every fault at",
    "once, with path, value, rule and fix.",
    "",
    "Spans of time are written `30s`, `10m`, `2h`, `7d`; schedules as five cron fields in UTC; sizes and CPU as Kubernetes",
    "quantities. Encrypted values are written by `pulumi config set --secret --path 'agent-platform:KEY' VALUE`.",
    "Editors complete and check stack files by [stack.schema.json](stack.schema.json).",
  ].join("\n");
}

function tables(name: string, keys: readonly ConfigurationKey[]): string[] {
  if (name !== "regions") return table(keys);
  const common = table(keys.filter(({ cloud }) => cloud === undefined));
  const each = Object.entries(clouds).flatMap(([cloud, title]) => [
    "",
    `### ${title}`,
    "",
    ...table(keys.filter((key) => key.cloud === cloud)),
  ]);
  return [...common, ...each];
}

function table(keys: readonly ConfigurationKey[]): string[] {
  const rows = keys.map(({ path, type, required, description, ...key }) => {
    const fallback = key.default === undefined ? (required ? "required" : "none") : `\`${key.default}\``;
    return `| \`${path}\` | ${cell(type)} | ${cell(fallback)} | ${cell(description)} |`;
  });
  return ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...rows];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", "\\n");
}
