/**
 * `npm run audit`: is the machine as hard as it should be? Scans its ports from outside, asks sshd, systemd, Docker, lynis and
 * ssh-audit inside, and prints a table. Exit codes: 0 all is as it should be, 1 something is not, 2 wrong arguments.
 */
import { Command } from "commander";
import { auditHost } from "../audit/audit-host.ts";
import { scanLimits } from "../audit/port-scan.ts";
import { renderFindings } from "../audit/render-findings.ts";
import { openStack } from "../stack/stack.ts";
import { runOperatorCommand } from "../command-line.ts";

interface AuditOptions {
  readonly stack: string;
  readonly fast?: true;
  readonly suggestions?: true;
}

await runOperatorCommand(async () => {
  const program = new Command("audit")
    .description("Audits how well a stack's machine is hardened.")
    .option("--stack <name>", "the stack", "local")
    .option("--fast", "skip lynis and ssh-audit, which are installed only for the audit")
    .option("--suggestions", "also show what lynis suggests; docs/hardening.md says what was done about it")
    .exitOverride()
    .parse();
  const { stack, fast, suggestions } = program.opts<AuditOptions>();
  const { findings, view, scan } = await auditHost(openStack(stack), { full: fast !== true });
  process.stdout.write(`${renderFindings(findings)}\n`);
  process.stdout.write(`\n${scanLimits(scan, view).join("\n")}\n`);
  if (suggestions === true)
    for (const suggestion of view.lynis?.suggestions ?? []) process.stdout.write(`  ${suggestion}\n`);
  return findings.every(({ passed }) => passed) ? 0 : 1;
});
