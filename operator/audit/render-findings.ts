import type { Finding } from "./judge-host.ts";

/** A table of findings, failures marked; what was wanted is told only where it was not found. Pure. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length), 0);
  const failed = findings.filter(({ passed }) => !passed).length;
  const rows = findings.map(({ what, wanted, found, passed }) => {
    const row = `${passed ? "✓" : "✗"} ${what.padEnd(width)}  ${found}`;
    return passed ? row : `${row}   (wanted: ${wanted})`;
  });
  const verdict =
    failed === 0
      ? `All ${findings.length} findings are as they should be.`
      : `${failed} of ${findings.length} findings are not as they should be.`;
  return [...rows, "", verdict].join("\n");
}
