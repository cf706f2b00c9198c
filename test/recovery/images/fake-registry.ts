import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export const listType = "application/vnd.oci.image.index.v1+json";
export const imageType = "application/vnd.oci.image.manifest.v1+json";

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A registry in this process that wants a token, as public ones do, and gives what a test puts there. */
export class FakeRegistry {
  /** `<repository>/<digest>` → bytes and type. */
  readonly things = new Map<string, { readonly bytes: Buffer; readonly type: string }>();
  /** Paths that were asked for with a right token. */
  readonly asked: string[] = [];
  /** What it gives instead of the right bytes, by digest. */
  readonly instead = new Map<string, Buffer>();
  /** The account that its tokens want; null for anybody. */
  account: string | null = null;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(({ url = "", headers }, response) => {
      if (url.startsWith("/token")) {
        const known = this.account === null || headers.authorization === this.account;
        return void response.writeHead(known ? 200 : 401).end(JSON.stringify({ token: "t0ken" }));
      }
      if (headers.authorization !== "Bearer t0ken") {
        const realm = `http://${this.host}/token`;
        const challenge = `Bearer realm="${realm}",service="r",scope="repository:x:pull"`;
        return void response.writeHead(401, { "www-authenticate": challenge }).end();
      }
      const [, repository = "", digest = ""] = /^\/v2\/(.+)\/(?:manifests|blobs)\/(.+)$/.exec(url) ?? [];
      const thing = this.things.get(`${repository}/${digest}`);
      if (thing === undefined) return void response.writeHead(404).end();
      this.asked.push(url);
      response.writeHead(200, { "content-type": thing.type }).end(this.instead.get(digest) ?? thing.bytes);
    });
  }

  static async start(): Promise<FakeRegistry> {
    const fake = new FakeRegistry();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** An image for two platforms, its layers of these sizes. @returns its list's digest, and what it is made of for amd64 */
  image(
    repository: string,
    sizes: readonly number[],
  ): { readonly digest: string; readonly manifest: string; readonly layers: readonly Buffer[] } {
    const put = (bytes: Buffer, type: string) => {
      const digest = digestOf(bytes);
      this.things.set(`${repository}/${digest}`, { bytes, type });
      return { digest, mediaType: type, size: bytes.length };
    };
    const config = put(Buffer.from(JSON.stringify({ of: repository, sizes })), "application/json");
    const layers = sizes.map((size) => randomBytes(size));
    const parts = layers.map((layer) => put(layer, "application/octet-stream"));
    // With blanks and a line's end, which no parser keeps.
    const manifest = put(
      Buffer.from(`${JSON.stringify({ schemaVersion: 2, config, layers: parts }, null, 3)}\n`),
      imageType,
    );
    const other = { digest: digestOf(Buffer.from("arm")), mediaType: imageType, size: 3 };
    const manifests = [
      { ...manifest, platform: { os: "linux", architecture: "amd64" } },
      { ...other, platform: { os: "linux", architecture: "arm64" } },
      { ...other, platform: { os: "unknown", architecture: "unknown" } },
    ];
    const list = put(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }, null, 1)), listType);
    return { digest: list.digest, manifest: manifest.digest, layers };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
