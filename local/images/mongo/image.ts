import path from "node:path";
import type { ImageRecipe } from "../recipe.ts";
import { makeStaticImage, type StaticImage } from "../static-image.ts";

const folder = import.meta.dirname;

/** FerretDB has no roles and refuses to be told any; then the application's user could not be made as on MongoDB. */
const acceptRoles = { "r.Len() == 0": "r.Len() >= 0" };
/** As a mongod that is started without a key: it knows users and asks nobody for a password. */
const optionalAccessControl = {
  '\t"log/slog"\n': '\t"log/slog"\n\t"os"\n',
  "h.EnableNewAuth && !cmd.anonymous":
    'h.EnableNewAuth && !cmd.anonymous && os.Getenv("NO_ACCESS_CONTROL") == ""',
};
const handlers = "github.com/FerretDB/FerretDB/internal/handler";

const image: Omit<StaticImage, "go" | "overlays"> & { readonly go: Omit<StaticImage["go"], "module"> } = {
  go: {
    packages: ["github.com/FerretDB/FerretDB/cmd/ferretdb", "./mongod", "./mongosh"],
    tags: ["ferretdb_no_postgresql"],
    // Generated in its own repository and left out of the module; without it the command refuses to start.
    edits: {
      [`${handlers}/commands.go`]: optionalAccessControl,
      [`${handlers}/msg_createuser.go`]: acceptRoles,
      [`${handlers}/msg_updateuser.go`]: acceptRoles,
    },
    missingFiles: { "github.com/FerretDB/FerretDB/build/version/version.txt": "v1.24.0\n" },
  },
  data: { directory: "/data/db", owner: "999:999" },
  version: "FerretDB 1.24.0",
};

/** FerretDB behind mongod's command line; see README.md for what it is not. */
export const mongoImage: ImageRecipe = {
  name: "mongo",
  from: "FerretDB's Go module",
  inputs: () => [
    JSON.stringify(image),
    { directory: path.join(folder, "build") },
    { directory: path.join(folder, "rootfs") },
  ],
  config: ["ENV PATH=/usr/local/bin:/usr/bin:/bin", "EXPOSE 27017", 'CMD ["mongod"]'],
  build: (directory, report) =>
    makeStaticImage(
      {
        ...image,
        go: { ...image.go, module: path.join(folder, "build") },
        overlays: [path.join(folder, "rootfs")],
      },
      directory,
      report,
    ),
};
