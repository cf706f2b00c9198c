import { agentService, type Units } from "./units.ts";

/** Looks at the data volume twice a minute, between the measurements of the containers, and holds writers back before it is full. */
export const reserveUnits: Units = {
  service: agentService("Holds writers back while the data volume is at its reserve", "reserve", {
    after: ["docker.service"],
    quiet: true,
  }),
  timer: [
    { name: "Unit", entries: [["Description", "Reserve of the data volume"]] },
    {
      name: "Timer",
      entries: [
        ["OnCalendar", "*-*-* *:*:15/30"],
        ["AccuracySec", "1s"],
      ],
    },
    { name: "Install", entries: [["WantedBy", "timers.target"]] },
  ],
};
