import { declaresAccount } from "./components/config/load-account.ts";

// One project, two kinds of stack. The account (buckets, locks, key pairs, names) outlives every machine, and no machine's end touches it;
// the platform is everything that runs on one machine. A stack's file says which of the two it is.
const program = declaresAccount() ? await import("./account.ts") : await import("./platform.ts");

export const outputs: unknown = program.outputs;
