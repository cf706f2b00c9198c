import { z } from "zod";
import { inventorySchema } from "../../catalog/inventory/inventory.ts";
import { bucketLayout } from "../../contract/layout.ts";
import { openText, sealText } from "../../recovery/proof/sealed-text.ts";
import type { BucketFault, BucketUnderFault } from "./fault.ts";

const json = z.record(z.string(), z.unknown());
const catalogue = z.looseObject({ points: z.array(z.looseObject({ id: z.string(), snapshot: z.string() })) });
const proof = z.looseObject({ stores: z.record(z.string(), z.looseObject({ inventory: inventorySchema })) });
const proofOf = (point: string): string => `${bucketLayout.proofs}/${point}.json`;

/** Writes a JSON record of the bucket anew, as `edit` gives it back. */
async function edited<T>(
  bucket: BucketUnderFault,
  key: string,
  schema: z.ZodType<T>,
  edit: (record: T) => unknown,
): Promise<void> {
  const record = schema.parse(JSON.parse((await bucket.read(key)).toString()));
  await bucket.write(key, `${JSON.stringify(edit(record))}\n`);
}

/** The small records beside the repository: head, catalogue of points, proofs. */
export const recordFaults: readonly BucketFault[] = [
  {
    name: "records-head-garbled",
    what: "the head record is no JSON",
    cause: "record-damaged",
    check: "plan",
    named: [/plan: .*head record/],
    change: (bucket) => bucket.write(bucketLayout.head, "{"),
  },
  {
    name: "records-head-field-gone",
    what: "the head record does not say of which lineage it is",
    cause: "record-damaged",
    check: "plan",
    named: [/plan: .*head record/],
    change: (bucket) => edited(bucket, bucketLayout.head, json, (head) => ({ ...head, lineage: undefined })),
  },
  {
    name: "records-head-other-lineage",
    what: "the head names a lineage that served before: its old point would be the latest",
    cause: "lineage-wrong",
    check: "newest point",
    only: true,
    named: [/newest point: /],
    change: (bucket, { otherLineage }) =>
      edited(bucket, bucketLayout.head, json, (head) => ({ ...head, lineage: otherLineage })),
  },
  {
    name: "records-head-unknown-lineage",
    what: "the head names a lineage that has no point",
    cause: "lineage-wrong",
    check: "plan",
    named: [/plan: .*no recovery point/],
    change: (bucket) => edited(bucket, bucketLayout.head, json, (head) => ({ ...head, lineage: "nobodys" })),
  },
  {
    name: "records-last-point-unlisted",
    what: "the catalogue of points lacks the last one",
    cause: "point-missing",
    check: "newest point",
    named: [/newest point: /],
    change: (bucket, { newest }) =>
      edited(bucket, bucketLayout.pointCatalogue, catalogue, ({ points, ...others }) => ({
        ...others,
        points: points.filter(({ id }) => id !== newest),
      })),
  },
  {
    name: "records-last-point-gone",
    what: "the last point is gone, from the catalogue too",
    cause: "point-missing",
    check: "newest point",
    named: [/newest point: /],
    change: async (bucket, { newest, snapshots }) => {
      await edited(bucket, bucketLayout.pointCatalogue, catalogue, ({ points, ...others }) => ({
        ...others,
        points: points.filter(({ id }) => id !== newest),
      }));
      await bucket.remove(`${bucketLayout.repository}/snapshots/${snapshots.newest}`);
    },
  },
  {
    name: "records-catalogue-other-snapshot",
    what: "the catalogue names an older snapshot for the last point",
    cause: "record-damaged",
    check: "manifest: tags",
    named: [/manifest: .*point: the manifest says/],
    change: (bucket, { newest, snapshots }) =>
      edited(bucket, bucketLayout.pointCatalogue, catalogue, ({ points, ...others }) => ({
        ...others,
        points: points.map((point) =>
          point.id === newest ? { ...point, snapshot: snapshots.former } : point,
        ),
      })),
  },
  {
    name: "records-proof-altered",
    what: "one byte of the sealed proof is another one",
    cause: "record-damaged",
    check: "inventory: known",
    named: [/could not be compared/],
    change: (bucket, { newest }) =>
      edited(bucket, proofOf(newest), z.looseObject({ text: z.string() }), (sealed) => ({
        ...sealed,
        text: `${sealed.text.startsWith("A") ? "B" : "A"}${sealed.text.slice(1)}`,
      })),
  },
  {
    name: "records-proof-of-another",
    what: "the proof is that of the point before",
    cause: "record-damaged",
    check: "inventory: known",
    named: [/could not be compared/],
    change: async (bucket, { newest, former, password }) => {
      const text = await openText((await bucket.read(proofOf(newest))).toString(), password);
      const other = { ...json.parse(JSON.parse(text ?? "null")), point: former };
      await bucket.write(proofOf(newest), await sealText(JSON.stringify(other), password));
    },
  },
  {
    name: "records-proof-other-password",
    what: "the proof is sealed with another password",
    cause: "record-damaged",
    check: "inventory: known",
    named: [/could not be compared/],
    change: async (bucket, { newest, password }) => {
      const text = await openText((await bucket.read(proofOf(newest))).toString(), password);
      await bucket.write(proofOf(newest), await sealText(text ?? "", `${password}-of-before`));
    },
  },
  {
    name: "records-inventory-edited",
    what: "somebody who has the password has raised a number in the inventory",
    cause: "record-damaged",
    check: "inventory: count",
    named: [/redis: keys: .*expected \d+, got \d+/],
    change: async (bucket, { newest, password }) => {
      const text = await openText((await bucket.read(proofOf(newest))).toString(), password);
      const record = proof.parse(JSON.parse(text ?? "null"));
      const entry = record.stores["redis"]?.inventory.entries["database/0/string"];
      if (typeof entry?.count !== "number") throw new Error("the inventory has no strings of database 0");
      entry.count += 1;
      await bucket.write(proofOf(newest), await sealText(JSON.stringify(record), password));
    },
  },
];
