import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, holdsUnknown, list, record, records, text, type Plain } from "../../model/values.js";
import { ofKind } from "../support/subjects.js";

const ANYWHERE = new Set(["0.0.0.0/0", "::/0"]);

/**
 * Severity medium. A rule without peers and without ports, or with the whole internet on every port, allows everything
 * and undoes every other policy, since policies only add. Source: R3 (the pods' own list of peers and ports).
 */
export const networkPolicyOpen = defineCheck({
  id: "network-policy-open",
  title: "Network policies do not allow everything",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "Policies add up: one rule that allows everything undoes all the others.",
  remediation: "Name the peers and the ports of every rule.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  subjects: ofKind("NetworkPolicy"),
  judge: (policy) => {
    const spec = at(policy.body, "spec");
    if (holdsUnknown(at(spec, "ingress")) || holdsUnknown(at(spec, "egress"))) return unknownUntilDeployment("a rule");
    const open = [
      ...list(at(spec, "ingress"))
        .filter((rule) => isOpen(rule, "from"))
        .map(() => "ingress"),
      ...list(at(spec, "egress"))
        .filter((rule) => isOpen(rule, "to"))
        .map(() => "egress"),
    ];
    return open.length > 0 ? fail(`allows all ${[...new Set(open)].join(" and ")}`) : pass("every rule is bounded");
  },
});

function isOpen(rule: unknown, field: "from" | "to"): boolean {
  if (list(at(rule, "ports")).length > 0) return false;
  const peers = records(at(rule, field));
  return peers.length === 0 || peers.some(isAnybody);
}

function isAnybody(peer: Plain): boolean {
  const block = peer.ipBlock;
  if (block !== undefined) {
    return ANYWHERE.has(text(at(block, "cidr")) ?? "") && list(at(block, "except")).length === 0;
  }
  const namespaces = peer.namespaceSelector;
  return namespaces !== undefined && isEverything(namespaces) && isEverything(peer.podSelector);
}

function isEverything(selector: unknown): boolean {
  return Object.keys(record(selector)).length === 0;
}
