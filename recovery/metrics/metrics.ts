import type { HostPort } from "../host/host-port.ts";

/** One time series and its value. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Null leaves it out: an absent series is an alert of its own. */
  readonly value: number | null;
  /** What it counts as, and the name that it counts under where that is another. @default a gauge of its own name */
  readonly family?: { readonly type: "counter" | "histogram"; readonly name: string };
}

/** Prometheus' text format, for node exporter's textfile collector: series of one name together, sorted, without time stamps. */
export function renderMetrics(samples: readonly Sample[]): string {
  const familyOf = ({ name, family }: Sample): string => family?.name ?? name;
  const names = [...new Set(samples.map(familyOf))].sort();
  const blocks = names.map((family) => {
    const members = samples.filter((sample) => familyOf(sample) === family);
    const lines = members
      .flatMap(({ name, labels, value }) =>
        value === null ? [] : [`${name}${renderLabels(labels)} ${String(value)}`],
      )
      .sort();
    const [first] = members;
    return first === undefined || lines.length === 0
      ? ""
      : [
          `# HELP ${family} ${first.help}`,
          `# TYPE ${family} ${first.family?.type ?? "gauge"}`,
          ...lines,
          "",
        ].join("\n");
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
