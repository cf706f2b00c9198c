/** Every scenario of a drill: one file each in this folder. Names are kept in signed records for good. */
export const scenarioNames = [
  "total-loss",
  "one-service",
  "region",
  "ransomware",
  "bad-migration",
  "operator-error",
  "monthly-fire",
] as const;
export type ScenarioName = (typeof scenarioNames)[number];
