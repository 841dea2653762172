import { stackSchema, type StackConfig } from "../../config/schema/stack.js";

type Raw = Readonly<Record<string, unknown>>;

const eksEast = { cloud: "aws", key: "us-east-1", role: "primary", region: "us-east-1", weight: 70 };
const gkeWest = {
  cloud: "gcp",
  key: "us-west1",
  role: "secondary",
  region: "us-west1",
  weight: 30,
  project: "example-project",
};
const eksWest = {
  cloud: "aws",
  key: "us-west-2",
  role: "secondary",
  region: "us-west-2",
  network: { cidr: "10.1.0.0/16" },
};

/** Regions of which tests compose their stacks; each test says which it means. */
export const regions = { eksEast, gkeWest, eksWest } as const;

/** A production stack on EKS and GKE with every default, changed where the test says so. */
export function stackConfig(changes: Raw = {}): StackConfig {
  return stackSchema.parse({
    environment: "production",
    regions: [eksEast, gkeWest],
    agent: {},
    traffic: {},
    delivery: {},
    data: {},
    backups: {},
    failover: {},
    recovery: {},
    observability: {},
    addons: {},
    ...changes,
  });
}
