import type { PlatformFacts } from "../definition.ts";

/**
 * Requests of each application, their share of errors and their 95th percentile, as series that the alerts judge: `kaleem:http_requests:rate5m`,
 * `kaleem:http_errors:ratio_rate5m` and `kaleem:http_latency_p95:5m`, each with `service`. Made of the histogram that the application's settings
 * name, by default that of prom-client's common middlewares; one that exports none has none of them. JSON, which is YAML too. Pure.
 */
export function httpRules({ catalog }: Pick<PlatformFacts, "catalog">): string {
  const rules = catalog.flatMap(({ name, metrics }) => {
    if (metrics?.http === undefined) return [];
    const { histogram, statusLabel, routeLabel } = metrics.http;
    // Monitoring's own questions are no customers'.
    const asked = `service=${JSON.stringify(name)}, ${routeLabel}!~"/metrics|.*/health.*"`;
    const rate = (series: string, more = ""): string => `rate(${histogram}_${series}{${asked}${more}}[5m])`;
    const all = `sum(${rate("count")})`;
    const failed = `(sum(${rate("count", `, ${statusLabel}=~"5.."`)}) or vector(0))`;
    const of = (record: string, expr: string) => ({ record, expr, labels: { service: name } });
    return [
      of("kaleem:http_requests:rate5m", all),
      of("kaleem:http_errors:ratio_rate5m", `${failed} / (${all} > 0)`),
      of("kaleem:http_latency_p95:5m", `histogram_quantile(0.95, sum by (le) (${rate("bucket")}))`),
    ];
  });
  return `${JSON.stringify({ groups: [{ name: "http", interval: "30s", rules }] }, null, 2)}\n`;
}
