import type { ByteSize, Duration } from "../quantities.ts";

/** How Swarm learns that an application answers, as the stack file says it. Paces that are left out have defaults. */
export type ApplicationHealth = (
  | { readonly kind: "http"; readonly path: string; readonly port?: number | undefined }
  | { readonly kind: "tcp"; readonly port?: number | undefined }
  | { readonly kind: "command"; readonly argv: readonly string[] }
  | { readonly kind: "none" }
) & {
  readonly every?: Duration | undefined;
  readonly timeout?: Duration | undefined;
  readonly retries?: number | undefined;
  readonly startPeriod?: Duration | undefined;
};

/** A secret that an application brings along. */
export interface OwnSecret {
  readonly means: string;
  /** `generated`: drawn at random by `secrets -- init`. `given`: one line that somebody else issued. `text`: anything, line breaks included. */
  readonly form: "generated" | "given" | "text";
}

/** Which stores an application uses, and what it may do there. */
export interface Uses {
  readonly mongo?: { readonly databases: readonly string[] } | undefined;
  readonly redis?:
    | { readonly keys: readonly string[]; readonly channels: readonly string[]; readonly scripts: boolean }
    | undefined;
  /** Patterns of names. */
  readonly rabbitmq?:
    | { readonly vhost: string; readonly configure: string; readonly write: string; readonly read: string }
    | undefined;
  readonly minio?: { readonly buckets: readonly string[]; readonly mayDelete: boolean } | undefined;
  /** Its key has all rights. */
  readonly qdrant?: object | undefined;
  readonly n8n?: object | undefined;
}

/** One application as the stack file describes it; what each key means is said in its schema. */
export interface ApplicationSettings {
  readonly image?: string | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly replicas: number;
  readonly memory: ByteSize;
  readonly cpus: number;
  readonly port?: number | undefined;
  readonly health: ApplicationHealth;
  readonly stopGrace: Duration;
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: Readonly<Record<string, string>>;
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, OwnSecret>>;
  readonly files: Readonly<Record<string, string>>;
  readonly scratch: Readonly<Record<string, ByteSize>>;
  readonly writableRoot?: string | undefined;
  readonly route?: { readonly path: string; readonly maxBody?: ByteSize | undefined } | undefined;
  readonly metrics?:
    | {
        readonly port?: number | undefined;
        readonly path: string;
        /** Left out: it is not judged by its answers. */
        readonly http?:
          | {
              readonly judged: boolean;
              readonly histogram: string;
              readonly statusLabel: string;
              readonly routeLabel: string;
            }
          | undefined;
      }
    | undefined;
  readonly needs: readonly string[];
  readonly uses: Uses;
}

/** A stack's applications by name. */
export type Applications = Readonly<Record<string, ApplicationSettings>>;
