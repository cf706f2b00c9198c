import type { Told } from "../scenarios/scenario.ts";
import { scenarioOf } from "../scenarios/scenarios.ts";
import type { DrillRecord } from "./drill-record.ts";
import type { RecordWords } from "./words.ts";

/** A table: its heading, and rows as wide as it. */
export interface ToldTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A record in one language, in the order in which it is read; how it is drawn is the business of Markdown and of the page. */
export interface ToldRecord {
  readonly title: string;
  readonly verdict: string;
  readonly facts: readonly (readonly [string, string])[];
  /** Each a heading, and what is below it. */
  readonly sections: readonly { readonly heading: string; readonly body: ToldTable | readonly string[] }[];
}

/** Tells a record. Pure. */
export function tellRecord(record: DrillRecord, words: RecordWords): ToldRecord {
  const { headings, facts, columns, span } = words;
  const { rto } = record;
  const say = (told: Told): string => told[words.language];
  const scenario = scenarioOf(record.scenario);
  const start = Date.parse(record.startedAt);
  const limited = (seconds: number, limit: number | null): string =>
    limit === null ? span(seconds) : words.ofLimit(span(seconds), span(limit));
  const promised = (limit: number | null): string => (limit === null ? words.nothingPromised : span(limit));
  return {
    title: words.title(record.stack),
    verdict: record.success ? words.passed : words.failed,
    facts: [
      [facts.scenario, `${record.scenario}: ${say(scenario.says)}`],
      [facts.stack, record.stack],
      [facts.started, record.startedAt],
      [facts.finished, record.finishedAt],
      [facts.rto, rto.seconds === null ? words.notReached : limited(rto.seconds, rto.objectiveSeconds)],
      [facts.people, span(rto.personSeconds)],
      [facts.point, record.point ?? words.notReached],
      [facts.record, record.id],
    ],
    sections: [
      { heading: headings.problems, body: record.problems },
      { heading: headings.recommendations, body: record.recommendations.map(words.recommendation) },
      {
        heading: headings.stores,
        body: {
          columns: [columns.store, columns.rpo, columns.limit],
          rows: record.stores.map(({ store, rpoSeconds, objectiveSeconds }) => [
            store,
            span(rpoSeconds),
            promised(objectiveSeconds),
          ]),
        },
      },
      {
        heading: headings.reads,
        body:
          record.reads === null
            ? [words.noCheck]
            : {
                columns: [columns.read, columns.lost, columns.rpo, columns.limit],
                rows: record.reads.map(({ read, rpoSeconds, objectiveSeconds, lostWrites }) => [
                  read,
                  String(lostWrites),
                  span(rpoSeconds),
                  promised(objectiveSeconds),
                ]),
              },
      },
      {
        heading: headings.timeline,
        body: {
          columns: [columns.phase, columns.at, columns.took, columns.by],
          rows: record.phases.map(({ name, at, seconds, by, of }) => [
            `${of === null ? "" : "– "}${words.phase(name)}`,
            span(Math.max(0, (Date.parse(at) - start) / 1000)),
            span(seconds),
            words.by[by],
          ]),
        },
      },
      { heading: headings.demands, body: scenario.demands.map(say) },
      {
        heading: headings.unverified,
        body: record.unverified.map(({ store, check, sentence }) => `${store}: ${check}: ${sentence}`),
      },
      {
        heading: headings.coverage,
        body: record.coverage.map(({ store, sentence }) => `${store}: ${sentence}`),
      },
    ],
  };
}
