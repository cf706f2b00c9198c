import type { Benchmark } from "./benchmark.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { Summary } from "./summary.ts";

/** One screen: the table, what it was measured on, what must be known. */
export function renderBenchmark(benchmark: Benchmark, machine: MachineFacts): string {
  const { cores, memoryGiB, kernel, loadBefore, loadAfter } = machine;
  return [
    `benchmark ${benchmark.name}`,
    "",
    ...align(benchmark.table).map((line) => `  ${line}`),
    "",
    ...benchmark.notes.map((note) => `  ${note}`),
    `  Machine: ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}; load average ${loadBefore} before, ${loadAfter} after.`,
  ].join("\n");
}

/** `12 / 14 / 31 ms`: smallest, median, largest. */
export function spread({ min, median, max }: Summary, unit: string): string {
  return `${[min, median, max].map((value) => readable(value)).join(" / ")} ${unit}`;
}

/** Few digits, since more would only pretend. */
export function readable(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Columns as wide as their widest cell; figures, which are all but the first column, to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
