import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import type { Head } from "../../lineage/head.ts";
import { latestPoint } from "../../lineage/latest.ts";
import { inOrder, pointsOf, type Point } from "../../point/points.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import type { AgentContext } from "../context.ts";
import { offsitePoints } from "../offsite-points.ts";

/** One point and where it is. */
export interface ListedPoint {
  readonly id: string;
  readonly instant: string;
  readonly lineage: string;
  readonly generation: number;
  readonly stores: readonly string[];
  /** Null where restic does not say. */
  readonly bytes: number | null;
  readonly where: readonly ("local" | "offsite")[];
  /** True for the one that `latest` means. */
  readonly latest: boolean;
  /** How its newest proof on this host ended; null when it had none. */
  readonly proof: "proven" | "failed" | null;
}

/** The newest point that was proven, by its id: of those here, and of those off-site when these were asked for. */
export type NewestProven = Readonly<Record<"local" | "offsite", string | null>>;

/** `kaleem-agent points [--offsite]`: what there is to restore, newest first. Off-site is asked only with `--offsite`: it costs seconds. */
export async function pointsCommand(
  context: AgentContext,
  withOffsite: boolean,
): Promise<{ points: readonly ListedPoint[]; newestProven: NewestProven; notes: readonly string[] }> {
  const notes: string[] = [];
  const local = await list(async () => pointsOf(await context.local.snapshots()), notes, "local");
  const offsite = withOffsite ? await list(() => offsitePoints(context), notes, "offsite") : [];
  const all = new Map<string, Point>([...offsite, ...local].map((point) => [point.id, point]));
  const head = await readHead(context, notes);
  const latest = head === null ? null : (latestPoint([...all.values()], head)?.id ?? null);
  const here = new Set(local.map(({ id }) => id));
  const there = new Set(offsite.map(({ id }) => id));
  const proofs = await proofsOf(context, [...all.keys()]);
  const points = [...inOrder([...all.values()])]
    .reverse()
    .map(({ id, instant, lineage, generation, stores, bytes }): ListedPoint => {
      const where = [
        ...(here.has(id) ? (["local"] as const) : []),
        ...(there.has(id) ? (["offsite"] as const) : []),
      ];
      return {
        id,
        instant,
        lineage,
        generation,
        stores,
        bytes,
        where,
        latest: id === latest,
        proof: proofs.get(id) ?? null,
      };
    });
  // The head knows of proofs whose records went with the points here.
  const isProven = ({ id, proof }: ListedPoint): boolean =>
    proof === "proven" || (proof === null && id === head?.proven?.point);
  const newest = (place: "local" | "offsite"): string | null =>
    points.find((point) => point.where.includes(place) && isProven(point))?.id ?? null;
  return { points, newestProven: { local: newest("local"), offsite: newest("offsite") }, notes };
}

/** Points that have one → how their newest proof ended. */
async function proofsOf(
  { host }: AgentContext,
  points: readonly string[],
): Promise<ReadonlyMap<string, "proven" | "failed">> {
  const records = new ProofRecords(host, layout.proofs);
  const summaries = await Promise.all(points.map((point) => records.summary(point)));
  return new Map(
    summaries.flatMap((one): [string, "proven" | "failed"][] =>
      one === null ? [] : [[one.point, one.ok ? "proven" : "failed"]],
    ),
  );
}

async function list(
  ask: () => Promise<readonly Point[]>,
  notes: string[],
  where: string,
): Promise<readonly Point[]> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    if (error.exitCode === exitCodes.noRepository) notes.push(`there is no ${where} repository yet`);
    // The other place's points are still worth showing.
    else notes.push(`${where} points cannot be listed: ${error.message}`);
    return [];
  }
}

async function readHead(context: AgentContext, notes: string[]): Promise<Head | null> {
  try {
    return (await (await context.head()).read())?.head ?? null;
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    notes.push(`the latest point cannot be determined: ${error.message}`);
    return null;
  }
}
