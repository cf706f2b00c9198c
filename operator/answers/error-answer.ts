import { z } from "zod";

/** What a command says as JSON when it cannot answer; it ends with the same exit code, and has said it on stderr too. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    message: z.string().describe("One sentence or more, for a person; never a secret."),
    exitCode: z.number().int().describe("As in docs/exit-codes.md."),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;
