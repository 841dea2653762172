/** What the restricted Pod Security level wants of a container; `runAsUser` where the image names no user. */
export const restricted = (runAsUser: number) =>
  ({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  }) as const;
