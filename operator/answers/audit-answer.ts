import { z } from "zod";

/** What `./kaleem audit --json` answers. */
export const auditAnswer = z.strictObject({
  stack: z.string(),
  passed: z.boolean(),
  full: z.boolean().describe("Every port was tried, and lynis and ssh-audit were asked."),
  findings: z.array(
    z.strictObject({ what: z.string(), wanted: z.string(), found: z.string(), passed: z.boolean() }),
  ),
  suggestions: z.array(z.string()).describe("What lynis suggests; none unless --suggestions asks for them."),
});
