import { applications as applicationsBlock } from "../../components/config/applications-block.ts";
import { businessChecks, businessChecksOf } from "../../components/config/business-checks-block.ts";
import { signerOf, type Signer } from "../../components/config/check-signers.ts";
import { ConfigError, sentences } from "../../components/config/config-error.ts";
import { ledgerCheck, type BusinessCheck, type BusinessChecks } from "../../contract/business-check.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { stackFileOf } from "./stack-catalog.ts";
import type { StackFile } from "./stack-file.ts";
import type { Stack } from "./stack.ts";

/** What a stack's file declares of business checks, and who signs for them. */
export interface DeclaredChecks {
  readonly checks: BusinessChecks;
  /** The application that has the secret of this key; null when none does. */
  readonly signer: (secret: string) => Signer | null;
}

/** Said wherever a check would prove more than the platform can by itself. */
export const noneDeclared =
  "no business check is declared for this stack (businessChecks, docs/config.md): nothing was written as a customer would, " +
  "and only the platform's own canaries in its points prove what a loss costs";

/**
 * The checks in a stack's file.
 * @param file how messages name it
 * @throws ConfigError with everything that is wrong with them
 */
export function checksOf({ config = {} }: StackFile, file: string): DeclaredChecks {
  const settings = { businessChecks: config["kaleem:businessChecks"] ?? {} };
  const parsed = businessChecks.safeParse(settings.businessChecks);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({
      ...issue,
      path: ["businessChecks", ...issue.path],
    }));
    throw new ConfigError(
      file,
      sentences(
        issues,
        settings,
        () => [],
        () => false,
      ),
    );
  }
  // What is wrong with the applications themselves is told by whoever needs them.
  const applications = applicationsBlock.safeParse(config["kaleem:applications"] ?? {}).data ?? {};
  return { checks: businessChecksOf(parsed.data), signer: (secret) => signerOf(secret, applications) };
}

/** The checks of a stack as its file on this computer describes them. @throws ConfigError as `checksOf` */
export async function declaredChecks(
  stack: Pick<Stack, "stackFile" | "committedFile" | "repository">,
): Promise<DeclaredChecks> {
  return checksOf(await stackFileOf(stack), stack.committedFile);
}

/** The check that drills and benchmarks write by the thousand; null when none is declared. */
export async function declaredLedgerCheck(
  stack: Pick<Stack, "stackFile" | "committedFile" | "repository">,
): Promise<BusinessCheck | null> {
  return ledgerCheck((await declaredChecks(stack)).checks);
}

/** The same for what cannot do without. @throws RecoveryError `config` saying what to declare */
export async function neededLedgerCheck(
  stack: Pick<Stack, "name" | "stackFile" | "committedFile" | "repository">,
): Promise<BusinessCheck> {
  const check = await declaredLedgerCheck(stack);
  if (check !== null) return check;
  throw new RecoveryError(
    exitCodes.config,
    `stack ${stack.name}: no business check keeps a ledger, so there is nothing to write under load: declare one below businessChecks in ` +
      `${stack.committedFile} (docs/business-checks.md), then run "./kaleem up --stack ${stack.name}".`,
  );
}
