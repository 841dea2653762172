// What every pack costs: a Node with the SDK, and two calls of the engine for each resource.
"use strict";
const { PolicyPack } = require("@pulumi/policy");

const nothing = { name: "nothing", description: "Looks at nothing.", validateStack: () => undefined };
new PolicyPack("empty", { policies: [nothing], enforcementLevel: "mandatory" });
