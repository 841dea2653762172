import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, records, text, texts } from "../../model/values.js";
import { ofKind } from "../support/subjects.js";

const REDIRECTS = [
  "nginx.org/ssl-redirect",
  "nginx.org/redirect-to-https",
  "ingress.kubernetes.io/ssl-redirect",
  "nginx.ingress.kubernetes.io/ssl-redirect",
];

/**
 * Severity high. Every host of the rules is covered by an entry of `tls` with a certificate, and no annotation switches
 * the redirect to TLS off. Source: R3 (TLS secret, redirect to TLS).
 */
export const ingressTls = defineCheck({
  id: "ingress-tls",
  title: "Ingresses serve TLS",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "Plain HTTP gives tokens and memories to whoever is on the way.",
  remediation: "Add spec.tls with the hosts and the secret of their certificate, and keep the redirect to TLS on.",
  link: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
  subjects: ofKind("Ingress"),
  judge: (ingress) => {
    const [tls, rules] = [at(ingress.body, "spec", "tls"), at(ingress.body, "spec", "rules")];
    if (holdsUnknown(tls) || records(rules).some((rule) => holdsUnknown(rule.host)))
      return unknownUntilDeployment("spec.tls");
    const entries = records(tls);
    if (entries.length === 0) return fail("has no tls");
    const covered = entries.flatMap((entry) => texts(entry.hosts));
    const hosts = records(rules).flatMap((rule) => text(rule.host) ?? []);
    const bare = covered.length === 0 ? [] : hosts.filter((host) => !covered.some((name) => covers(name, host)));
    if (bare.length > 0) return fail(`serves ${bare.join(", ")} without TLS`);
    const off = REDIRECTS.find((annotation) => /^false$/i.test(ingress.annotations[annotation] ?? ""));
    if (off) return fail(`${off} switches the redirect to TLS off`);
    return entries.every((entry) => text(entry.secretName) !== undefined)
      ? pass("serves TLS")
      : warning("an entry of tls names no secret: the controller's default certificate is served");
  },
});

function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith("*.") && host.slice(host.indexOf(".")) === name.slice(1));
}
