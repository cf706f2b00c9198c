/**
 * `./kaleem audit`: is the machine as hard as it should be? Scans its ports from outside, asks sshd, systemd, Docker, lynis and
 * ssh-audit inside, and prints a table. Exit codes: 0 all is as it should be, 1 something is not, 2 wrong arguments.
 */
import { exitCodes } from "../../contract/exit-codes.ts";
import { auditHost } from "../audit/audit-host.ts";
import { scanLimits } from "../audit/port-scan.ts";
import { renderFindings } from "../audit/render-findings.ts";
import { openStack } from "../stack/stack.ts";
import { runOperatorCommand } from "../command-line.ts";
import { auditAnswer } from "../answers/audit-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

interface AuditOptions {
  readonly stack: string;
  readonly fast?: true;
  readonly suggestions?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const program = new OperatorCommand("audit")
    .description("Audits how well a stack's machine is hardened.")
    .option("--stack <name>", "the stack", "local")
    .option("--fast", "skip lynis and ssh-audit, which are installed only for the audit")
    .option("--suggestions", "also show what lynis suggests; docs/hardening.md says what was done about it")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse();
  const { stack, fast, suggestions, json } = program.opts<AuditOptions>();
  const { findings, view, scan } = await auditHost(openStack(stack), { full: fast !== true });
  const passed = findings.every((finding) => finding.passed);
  const suggested = suggestions === true ? [...(view.lynis?.suggestions ?? [])] : [];
  if (json === true) {
    const full = fast !== true;
    printAnswer(auditAnswer, { stack, passed, full, findings: [...findings], suggestions: suggested });
  } else {
    const lines = [
      renderFindings(findings),
      "",
      ...scanLimits(scan, view),
      ...suggested.map((one) => `  ${one}`),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return passed ? exitCodes.ok : exitCodes.failed;
});
