import { defineCheck } from "../../engine/check.js";
import { isUnknown, text, UNKNOWN } from "../../model/values.js";
import { eachContainer } from "../support/containers.js";
import { workloads } from "../support/subjects.js";

/**
 * Severity high. `latest` or no tag is another image after every pull: two replicas may differ and a rollback brings
 * nothing back. A digest settles it. Source: Kubernetes documentation on images.
 */
export const imageTag = defineCheck({
  id: "image-tag",
  title: "Images are pinned by tag or digest",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "An image that changes under its name cannot be audited, reproduced or rolled back.",
  remediation: "Name a version tag, better a digest (image@sha256:…).",
  link: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  parameters: {
    digest: { type: "boolean", default: false, description: "Ask for a digest." },
  },
  subjects: workloads,
  judge: (workload, context) =>
    eachContainer({
      passed: "every image is pinned",
      problem: ({ spec }) => {
        if (isUnknown(spec.image)) return UNKNOWN;
        const image = text(spec.image);
        if (image === undefined || image === "") return "names no image";
        if (image.includes("@")) return undefined;
        if (context.boolean("digest")) return `uses ${image}, which has no digest`;
        const tag = /:([^:/]+)$/.exec(image)?.[1];
        if (tag === undefined) return `uses ${image}, which has no tag`;
        return tag === "latest" ? `uses ${image}` : undefined;
      },
    })(workload),
});
