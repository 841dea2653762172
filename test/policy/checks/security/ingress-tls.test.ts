import { ingressTls } from "../../../../policy/checks/security/ingress-tls.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, without } from "../../support/objects.js";

const ingress = () =>
  object("Ingress", { tls: [{ hosts: ["web.example.com"], secretName: "web" }], rules: [{ host: "web.example.com" }] });

describeCheck(ingressTls, {
  pass: { "every host is covered": [ingress()] },
  violation: {
    "has no tls": [without(ingress(), "spec.tls")],
    "serves web.example.com without TLS": [having(ingress(), "spec.tls.0.hosts", ["other.example.com"])],
    "default certificate": [without(ingress(), "spec.tls.0.secretName")],
    "switches the redirect to TLS off": [
      having(ingress(), "metadata.annotations", { "nginx.org/ssl-redirect": "false" }),
    ],
  },
  wrongKind: [deployment()],
  unknown: [having(ingress(), "spec.tls", UNKNOWN)],
});
