import { z } from "zod";

/** What `./kaleem state --json` answers. */
export const stateAnswer = z.strictObject({
  stack: z.string(),
  kind: z.enum(["local", "remote"]),
  backend: z
    .string()
    .describe(
      "Where the state is kept, such as `file:///…` or `s3://bucket?region=…`; keys are never in it.",
    ),
  chosenBy: z
    .enum(["stack", "PULUMI_BACKEND_URL", "Pulumi.yaml", "pulumi login"])
    .describe("What says so; `stack` for a local one, whose state is in its own folder."),
  initialized: z.boolean().describe("The stack has a state there."),
  host: z
    .strictObject({
      stack: z.string(),
      manager: z.string().describe("Backend and name of the state that manages the host."),
      since: z.string(),
      by: z.string().describe("Who first brought it up from there, as user@workstation."),
    })
    .nullable()
    .describe("The host's own record of what manages it; null when it has none, or could not be asked."),
  hostTrouble: z.string().nullable().describe("Why the host could not be asked."),
  manages: z
    .boolean()
    .nullable()
    .describe(
      "Whether this state is the one that manages the host; null when the host has no record, or could not be asked.",
    ),
});
export type StateAnswer = z.infer<typeof stateAnswer>;

/** What `./kaleem state --s3 … --json` answers. */
export const stateLineAnswer = z.strictObject({
  backend: z.string(),
  command: z.string().describe("The line that chooses this backend for every project of this user."),
});

/** What `./kaleem state --s3 … --set-up --json` answers. */
export const stateSetUpAnswer = z.strictObject({
  stack: z.string(),
  backend: z.string(),
  file: z.string().describe("The file that names the backend for this project."),
  fileChanged: z.boolean(),
  initialized: z.boolean().describe("This run made the stack's empty state there."),
});
