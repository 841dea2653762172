import type { RuleCase } from "../../../support/promtool.js";
import { requests, traffic } from "./series.js";

/** Cases of the service level, which look back over days. */
export const sloCases: readonly RuleCase[] = [
  {
    name: "an outage after a healthy hour pages within two minutes, and not at once",
    interval: "15s",
    series: [requests("success", "0+1500x240 360000+0x40"), requests("error", "0+0x240 1500+1500x40")],
    firing: [
      ["AgentErrorBudgetBurnFast", "60m", 0],
      ["AgentErrorBudgetBurnFast", "60m30s", 0],
      ["AgentErrorBudgetBurnFast", "62m", 1],
    ],
  },
  {
    name: "14.4 times the budget is the bound of the fast burn",
    series: traffic(98560, 1440),
    firing: [
      ["AgentErrorBudgetBurnFast", "2h", 0],
      ["AgentErrorBudgetBurn", "2h", 1],
    ],
  },
  { name: "over it, it fires", series: traffic(98550, 1450), firing: [["AgentErrorBudgetBurnFast", "2h", 1]] },
  {
    name: "an error burst that is over does not page again",
    series: [requests("success", "0+1000x600"), requests("error", "0+100x60 6000+0x540")],
    firing: [
      ["AgentErrorBudgetBurnFast", "50m", 1],
      ["AgentErrorBudgetBurnFast", "70m", 0],
    ],
  },
  {
    name: "6 times the budget is the bound of the burn that pages within hours",
    interval: "5m",
    series: traffic(99400, 600),
    firing: [["AgentErrorBudgetBurn", "7h", 0]],
  },
  {
    name: "over it, that pages too",
    interval: "5m",
    series: traffic(99390, 610),
    firing: [["AgentErrorBudgetBurn", "7h", 1]],
  },
  {
    name: "a slow burn makes a ticket and pages nobody",
    interval: "5m",
    series: traffic(99690, 310),
    firing: [
      ["AgentErrorBudgetBurnSlow", "26h", 1],
      ["AgentErrorBudgetBurn|AgentErrorBudgetBurnFast", "26h", 0],
    ],
  },
  {
    name: "3 times the budget is the bound of the slow burn, once the budget is burnt for three days",
    interval: "5m",
    series: traffic(99700, 300),
    firing: [
      ["AgentErrorBudgetBurnSlow", "74h", 0],
      ["AgentErrorBudgetBurnLong", "74h", 1],
    ],
  },
  {
    name: "just inside the budget, the promise is kept",
    interval: "5m",
    series: traffic(99905, 95),
    firing: [
      ["AgentErrorBudgetBurnLong", "74h", 0],
      ["AgentErrorBudgetSpent", "74h", 0],
    ],
  },
  {
    name: "just outside it is spent, and burns for as long as it lasts",
    interval: "5m",
    series: traffic(99895, 105),
    firing: [
      ["AgentErrorBudgetBurnLong", "10h", 1],
      ["AgentErrorBudgetSpent", "10h", 1],
    ],
  },
  { name: "no traffic is no error", series: traffic(0, 0), firing: [["AgentErrorBudget.*", "3h", 0]] },
];
