import type { Grants } from "../../contract/grants.ts";
import { isLoginOf, loginName } from "../login-name.ts";
import { adminEnvelope } from "./admin-envelope.ts";
import type { SignedCalls } from "./signed-calls.ts";

/** Calls as root, with the passwords that calls may have to carry. */
export interface MinioUsers {
  readonly call: SignedCalls;
  readonly rootPassword: string;
  readonly appPassword: string;
  readonly grants: Grants;
}

const admin = "/minio/admin/v3";
/**
 * The applications' logins are its members and have their rights by it. It is also the list of them: MinIO tells its users only in
 * an answer sealed by Argon2, which the host's Node does not have.
 */
const group = "applications";

/**
 * What the applications may do: put, get and list in their buckets, and delete where that was granted; without it a leaked key destroys
 * less, and can still overwrite. Without the denial every user may change its own password, and give out keys in its name.
 */
export function applicationPolicy({ buckets = [], deletable = [] }: Partial<NonNullable<Grants["minio"]>>) {
  const objects = (names: readonly string[]) => names.map((name) => `arn:aws:s3:::${name}/*`);
  const parts = ["s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"];
  return {
    Version: "2012-10-17",
    Statement: [
      ...(buckets.length === 0
        ? []
        : [
            { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: objects(buckets) },
            {
              Effect: "Allow",
              Action: ["s3:ListBucket", "s3:GetBucketLocation"],
              Resource: buckets.map((name) => `arn:aws:s3:::${name}`),
            },
          ]),
      ...(deletable.length === 0
        ? []
        : [{ Effect: "Allow", Action: ["s3:DeleteObject", ...parts], Resource: objects(deletable) }]),
      { Effect: "Deny", Action: ["admin:*"] },
    ],
  };
}

/**
 * Makes the applications' login with the present password, or sets it again. It is another user for each password: MinIO knows one
 * password a user, and the one that running tasks use must stay valid until they are gone.
 */
export async function makeLogin({ call, rootPassword, appPassword, grants }: MinioUsers): Promise<void> {
  if (appPassword === "") throw new Error("minio: the secret app-password is empty");
  const login = loginName("app", appPassword);
  const put = async (what: string, body: string | Buffer = ""): Promise<void> => {
    await call(`${admin}/${what}`, { method: "PUT", body });
  };
  const user = JSON.stringify({ secretKey: appPassword, status: "enabled" });
  await put("add-canned-policy?name=app", JSON.stringify(applicationPolicy(grants.minio ?? {})));
  await put(`add-user?accessKey=${login}`, adminEnvelope(rootPassword, user));
  await put("update-group-members", JSON.stringify({ group, members: [login], isRemove: false }));
  await put(`set-user-or-group-policy?policyName=app&userOrGroup=${group}&isGroup=true`);
}

/** Removes the applications' logins with earlier passwords; what they are used for after that is refused. */
export async function dropFormerLogins({ call, appPassword }: MinioUsers): Promise<void> {
  const text = await call(`${admin}/group?group=${group}`, { accept: ["XMinioAdminNoSuchGroup"] });
  const { members } = JSON.parse(text ?? "{}") as { members?: readonly string[] };
  // In data of before the group there is one login, without a mark.
  for (const login of new Set([...(members ?? []), "app"])) {
    if (login === loginName("app", appPassword) || !isLoginOf("app", login)) continue;
    await call(`${admin}/remove-user?accessKey=${login}`, {
      method: "DELETE",
      accept: ["XMinioAdminNoSuchUser"],
    });
  }
}
