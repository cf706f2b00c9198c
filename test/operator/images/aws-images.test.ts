import assert from "node:assert/strict";
import { test } from "node:test";
import { debianOwner } from "../../../components/machine/aws-image.ts";
import { lookUpAwsImages, withRegion } from "../../../operator/images/aws-images.ts";
import { elementAt, readXml } from "../../../toolchain/providers/aws/xml.ts";

const image = (id: string, name: string, day: string, architecture = "x86_64", owner: string = debianOwner) =>
  `<item><imageId>${id}</imageId><name>${name}</name><creationDate>${day}T00:00:00.000Z</creationDate>` +
  `<architecture>${architecture}</architecture><imageOwnerId>${owner}</imageOwnerId></item>`;

const answer = readXml(
  `<DescribeImagesResponse><imagesSet>${[
    image("ami-00000001", "debian-13-amd64-20260101-1", "2026-01-01"),
    image("ami-00000003", "debian-13-amd64-20260301-1", "2026-03-01"),
    image("ami-00000002", "debian-13-amd64-20260201-1", "2026-02-01"),
    image("ami-00000004", "debian-13-amd64-daily-20260401-1", "2026-04-01"),
    image("ami-00000005", "debian-13-amd64-20260401-1", "2026-04-01", "x86_64", "000000000000"),
    image("ami-00000006", "debian-13-arm64-20260201-1", "2026-02-01", "arm64"),
  ].join("")}</imagesSet></DescribeImagesResponse>`,
);

test("the newest image of each architecture is taken, of Debian's own releases alone", async () => {
  const asked: unknown[] = [];
  const client = {
    call: (action: string, parameters: object) => {
      asked.push([action, parameters]);
      const root = elementAt(answer, "DescribeImagesResponse");
      assert.ok(root !== undefined);
      return Promise.resolve(root);
    },
  };
  const found = await lookUpAwsImages(client, "13", AbortSignal.timeout(1000));
  assert.deepEqual(found, {
    amd64: { ami: "ami-00000003", name: "debian-13-amd64-20260301-1" },
    arm64: { ami: "ami-00000006", name: "debian-13-arm64-20260201-1" },
  });
  assert.match(JSON.stringify(asked), /"Owner\.1":"136693071363"/);
});

test("a lookup tells what changed, and what was not found stays", () => {
  const before = { ami: "ami-00000001", name: "debian-13-amd64-20260101-1" };
  const arm = { ami: "ami-00000006", name: "debian-13-arm64-20260201-1" };
  const lock = { owner: debianOwner, regions: { "eu-central-1": { amd64: before, arm64: arm } } } as const;
  const now = { ami: "ami-00000003", name: "debian-13-amd64-20260301-1" };
  const refreshed = withRegion(lock, "eu-central-1", { amd64: now });
  assert.deepEqual(refreshed.lock.regions, { "eu-central-1": { amd64: now, arm64: arm } });
  assert.deepEqual(refreshed.lines, [
    "eu-central-1 amd64: ami-00000003 (debian-13-amd64-20260301-1), was ami-00000001 (debian-13-amd64-20260101-1)",
    "eu-central-1 arm64: none found; ami-00000006 stays",
  ]);
  assert.match(withRegion(lock, "eu-west-1", { amd64: now }).lines.join(), /^eu-west-1 amd64: ami-00000003/);
});
