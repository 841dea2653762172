// The floor of the preview: imports the same SDKs and registers as many resources of each type as production does, with
// the same inputs, on Pulumi's own mock runtime; no configuration, no components, no output.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const sdks: Readonly<Record<string, object>> = { aws, gcp, kubernetes, random };

/** A resource of any type, without the checks of its SDK's class. */
class Bare extends pulumi.CustomResource {}

type Constructor = new (name: string, args: object) => pulumi.CustomResource;

/** The class of a type token, found as a program would: `aws:s3/bucket:Bucket` is `aws.s3.Bucket`. */
function classOf(token: string): Constructor | undefined {
  const [sdk = "", path = "", name = ""] = token.split(":");
  const modules =
    sdk === "kubernetes"
      ? path
          .replace("helm.sh/", "helm/")
          .split("/")
          .map((part) => part.replace(/\.k8s\.io$/, "").replace(/^rbac\.authorization$/, "rbac"))
      : [path.split("/")[0] ?? ""];
  const holder = modules
    .filter((part) => part !== "index")
    .reduce<object | undefined>((at, part) => at?.[part as keyof typeof at], sdks[sdk]);
  return holder?.[name as keyof typeof holder];
}

async function main(): Promise<void> {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as object }), call: () => ({}) },
    "floor",
    "production",
    true,
  );
  const inventory = readFileSync(join(__dirname, "..", "test", "program", "inventory", "production.txt"), "utf8");
  await pulumi.runtime.runInPulumiStack(async () => {
    for (const line of inventory.trim().split("\n")) {
      const [token = "", name = ""] = line.split(" ");
      if (token === "pulumi:pulumi:Stack") continue;
      const type = token.startsWith("agent-platform:") || token.startsWith("pulumi:") ? undefined : classOf(token);
      if (type === undefined)
        new Bare(token.startsWith("pulumi:") ? "floor:index:Provider" : token, `${name}-floor`, {});
      else {
        try {
          new type(name, {});
        } catch {
          // A class that insists on an input is registered without its checks.
          new Bare(token, `${name}-bare`, {});
        }
      }
    }
    return await Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
}

void main();
