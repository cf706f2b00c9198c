import { AwsClient } from "aws4fetch";
import { askHttp } from "../ask-http.ts";
import type { HttpAnswer } from "../ask-http.ts";
import { StoreError } from "../store-error.ts";
import type { ObjectStore } from "./object-store.ts";

/** How MinIO is reached. */
export interface MinioSettings {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly bucket: string;
}

const requestLimitMs = 5_000;
const probeLimitMs = 1_000;
/** What no repetition changes: the object itself is wrong. All else, a missing bucket too, can be mended on the other side. */
const hopeless = new Set([400, 411, 413, 414]);

/** One bucket of MinIO. */
export class MinioObjects implements ObjectStore {
  readonly name = "minio";
  readonly #client: AwsClient;
  readonly #bucketUrl: string;

  constructor({ url, user, password, bucket }: MinioSettings) {
    this.#client = new AwsClient({
      accessKeyId: user,
      secretAccessKey: password,
      service: "s3",
      region: "us-east-1",
    });
    this.#bucketUrl = `${url.replace(/\/$/, "")}/${bucket}`;
  }

  async put(key: string, body: Buffer): Promise<void> {
    // Its own memory: a Buffer may be a part of a larger one.
    const request = await this.#client.sign(`${this.#bucketUrl}/${key}`, {
      method: "PUT",
      body: new Uint8Array(body),
      headers: { "content-type": "application/json" },
    });
    const answer = await askHttp(this.name, request, {}, requestLimitMs);
    if (answer.status !== 200) throw this.#asError(answer);
  }

  /** The object's bytes; undefined when there is none. */
  async get(key: string): Promise<string | undefined> {
    const request = await this.#client.sign(`${this.#bucketUrl}/${key}`);
    const answer = await askHttp(this.name, request, {}, requestLimitMs);
    if (answer.status === 404 && /<Code>NoSuchKey<\/Code>/.test(answer.text)) return undefined;
    if (answer.status !== 200) throw this.#asError(answer);
    return answer.text;
  }

  async probe(): Promise<void> {
    const request = await this.#client.sign(`${this.#bucketUrl}?list-type=2&max-keys=1`);
    const answer = await askHttp(this.name, request, {}, probeLimitMs);
    if (answer.status !== 200) throw this.#asError(answer);
  }

  /** Nothing to close: connections belong to the process. */
  async close(): Promise<void> {}

  #asError({ status, text }: HttpAnswer): StoreError {
    const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1] ?? text.slice(0, 100);
    if (status === 401 || status === 403) {
      return new StoreError(
        this.name,
        "refused",
        `minio refuses the password of user app, or a right: ${code}`,
      );
    }
    const kind = hopeless.has(status) ? "failed" : "away";
    return new StoreError(this.name, kind, `minio answered with an error: ${status} ${code}`);
  }
}
