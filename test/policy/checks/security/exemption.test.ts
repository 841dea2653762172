import { exemption } from "../../../../policy/checks/security/exemption.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having } from "../../support/objects.js";

const exempted = (check: string, value: string) =>
  having(deployment(), "metadata.annotations", { [`exempt.agent-platform.io/${check}`]: value });

describeCheck(exemption, {
  pass: { "a check, a reason and a day": [exempted("resource-limits", "2027-01-31: batch only")] },
  violation: {
    "which is no check": [exempted("resource-limit", "2027-01-31: batch only")],
    "expired on 2026-11-22": [exempted("resource-limits", "2026-11-22: batch only")],
    "without a last day or a reason": [exempted("resource-limits", "2027-01-31:")],
  },
  wrongKind: [deployment()],
  unknown: "an annotation that is known only at deployment exempts nothing until then",
});
