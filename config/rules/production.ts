import { showValue } from "../../common/errors.js";
import { exampleBackupImage } from "../schema/data.js";
import { isPinnedImage } from "../schema/primitives.js";
import type { StackConfig } from "../schema/stack.js";
import type { Rule } from "./index.js";

function images(config: StackConfig): [path: string, image: string][] {
  const { agent, data, backups, delivery } = config;
  const list: [string, string | undefined][] = [
    ["agent.image", agent.image],
    ["agent.initImage", agent.initImage],
    ["data.postgres.image", data.postgres.image],
    ["data.redis.image", data.redis.image],
    ["data.vector.image", data.vector.image],
    ["backups.image", backups.image],
    ["delivery.canary.image", delivery.canary.image],
  ];
  return list.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

const pinnedImages: Rule = (config) =>
  config.environment !== "production"
    ? []
    : images(config)
        .filter(([, image]) => !isPinnedImage(image))
        .map(([path, image]) => ({
          path,
          received: showValue(image),
          rule: "production runs pinned images: a digest, or a tag that carries a version",
          fix: "write the digest (image@sha256:…) or an exact version",
        }));

/** The platform's own image reads and writes every backup: what is named here must be what was built, whoever pushes later. */
const backupImageByDigest: Rule = ({ environment, backups: { image } }) =>
  environment !== "production" || image === exampleBackupImage || image.includes("@sha256:")
    ? []
    : [
        {
          path: "backups.image",
          received: showValue(image),
          rule: "production runs the backup image by digest: its jobs read and write every backup",
          fix: "write name:version@sha256:…, with the digest that the push of your build printed (docs/backups.md)",
        },
      ];

const enoughReplicas: Rule = ({ environment, agent }) =>
  environment !== "production" || agent.autoscaling.minReplicas >= 2
    ? []
    : [
        {
          path: "agent.autoscaling.minReplicas",
          received: showValue(agent.autoscaling.minReplicas),
          rule: "production keeps at least 2 replicas (R1)",
          fix: "raise it to 2 or more",
        },
      ];

const noSingleNat: Rule = ({ environment, regions }) =>
  environment !== "production"
    ? []
    : regions.flatMap((region, index) =>
        region.cloud === "aws" && region.network.natGateways === "single"
          ? [
              {
                path: `regions[${index}].network.natGateways`,
                received: '"single"',
                rule: "in production the loss of a zone does not take egress down",
                fix: "use perZone",
              },
            ]
          : [],
      );

export const productionRules: readonly Rule[] = [pinnedImages, backupImageByDigest, enoughReplicas, noSingleNat];
