import { z } from "zod";
import { doc, section } from "./primitives.js";

/** Identities of the pipelines. */
export const accessSchema = section({
  github: doc(
    z
      .strictObject({
        repository: doc(
          z.string().regex(/^[\w.-]+\/[\w.-]+$/, "must be OWNER/NAME"),
          "Repository on GitHub whose environments may act; nobody else's may.",
        ),
        awsProviderArn: doc(
          z
            .string()
            .regex(
              /^arn:aws[\w-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
              "must be the ARN of GitHub's OIDC provider",
            )
            .optional(),
          "The account's OIDC provider for GitHub where it has one; else it is made.",
        ),
      })
      .optional(),
    "Makes the roles of the pipelines: one that reads, for environment preview-STACK, and one that deploys, for environment STACK.",
  ),
  state: doc(
    z
      .strictObject({
        bucketArn: doc(
          z.string().regex(/^arn:aws[\w-]*:s3:::[a-z0-9.-]+$/, "must be the ARN of a bucket"),
          "Bucket of the engine's state.",
        ),
        keyArn: doc(
          z.string().regex(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "must be the ARN of a KMS key"),
          "Key of the state's secrets.",
        ),
      })
      .optional(),
    "Where the engine's state is; the AWS roles are made only where it is said.",
  ),
});

export type AccessConfig = z.output<typeof accessSchema>;
