import type { HostPort } from "../host-port.ts";

/** One time series and its value. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Null leaves it out: an absent series is an alert of its own. */
  readonly value: number | null;
}

/** Prometheus' text format, for node exporter's textfile collector: series of one name together, sorted, without time stamps. */
export function renderMetrics(samples: readonly Sample[]): string {
  const names = [...new Set(samples.map(({ name }) => name))].sort();
  const blocks = names.map((name) => {
    const series = samples.flatMap(({ name: of, labels, value }) =>
      of === name && value !== null ? [{ labels, value }] : [],
    );
    const help = samples.find((sample) => sample.name === name)?.help ?? "";
    const lines = series.map(({ labels, value }) => `${name}${renderLabels(labels)} ${String(value)}`).sort();
    return series.length === 0
      ? ""
      : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join("\n");
  });
  return blocks.join("");
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Writes a file for the collector, readable to it, in one rename. */
export async function writeMetrics(
  host: HostPort,
  folder: string,
  job: string,
  samples: readonly Sample[],
): Promise<void> {
  await host.writeFile(`${folder}/kaleem-${job}.prom`, renderMetrics(samples), 0o644);
}
