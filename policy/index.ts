import { PolicyPack } from "@pulumi/policy";
import { policies } from "./pack/policies.js";

new PolicyPack("agent-platform-readiness", { policies: policies(), enforcementLevel: "mandatory" });
